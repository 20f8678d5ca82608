-- A row for each centre and year in which it existed or received something: what is granted, as far as it is known. `crpv report
-- funding --year YEAR`. A null amount is not known: what open data shows is not the centres' whole budgets, and of most
-- centres no local funding is known.
--
-- centre: Id of the centre.
-- short_name: Its short name.
-- year: The year.
-- state_p147: The subsidies of the State's programme 147, in euros.
-- state_programmes: What other programmes of the State grant, in euros.
-- state_posts: Posts that the State pays, in euros.
-- state: The three together, in euros.
-- local: What regions, departments, intercommunalities and communes give, in euros.
-- other: What all others give, in euros.
-- total: All that is known, in euros.
-- resources: All that the centre receives in the year, in euros, if its budget is known.
-- state_share: `state` ÷ `resources`; null unless they are known, and where more is granted than received.
-- known: Whether any funding is known.
-- fictitious: Whether any of it comes from a fictitious source.
select
    m.centre,
    c.short_name,
    m.year,
    m.state_p147 / 100.0 as state_p147,
    m.state_programmes / 100.0 as state_programmes,
    m.state_posts / 100.0 as state_posts,
    m.state / 100.0 as state,
    m.local / 100.0 as local,
    m.other / 100.0 as other,
    m.total / 100.0 as total,
    b.resources_cents / 100.0 as resources,
    iif(b.resources_cents > 0 and m.state <= b.resources_cents, round(m.state * 1.0 / b.resources_cents, 6), null)
        as state_share,
    m.known,
    max(m.fictitious, iif(b.resources_cents is null, 0, b.fictitious)) as fictitious
from money_years as m
join centres_on as c on c.id = m.centre
left join standing_budgets as b on b.centre = m.centre and b.year = m.year
