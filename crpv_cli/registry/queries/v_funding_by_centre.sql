-- A row for each centre and year in which it was open or received something. `crpv report funding --year YEAR`. A null
-- amount is not known: what open data shows is not the centres' whole budgets, and of most centres no local funding is
-- known. Of 2021 the State's support of public interest groups (GIP) is not known.
--
-- centre: Id of the centre.
-- short_name: Its short name.
-- year: The year.
-- state: What the State gives, in euros.
-- local: What regions, departments, intercommunalities and communes give, in euros.
-- other: What all others give, in euros.
-- total: All that is known, in euros.
-- state_share: `state` ÷ `total`; null unless `state` and `local` are both known.
-- known: Whether any funding is known.
-- fictitious: Whether any of it comes from a fictitious source.
select
    m.centre,
    c.short_name,
    m.year,
    m.state / 100.0 as state,
    m.local / 100.0 as local,
    m.other / 100.0 as other,
    m.total / 100.0 as total,
    iif(m.state is not null and m.local is not null and m.total > 0, round(m.state * 1.0 / m.total, 6), null)
        as state_share,
    m.known,
    m.fictitious
from money_years as m
join centres as c on c.id = m.centre
