-- See ``v_funding_by_centre`` in ``definitions/views.py`` for what it is and what its columns hold.
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
