-- See ``v_funding`` in ``definitions/views.py`` for what it is and what its columns hold.
--
-- To add amounts up, take what counts of one stage:
--
-- ```sql
-- select year, round(sum(counted), 2) as state
-- from v_funding
-- where stage = 'granted' and scope = 'p147'
-- group by year
-- ```
select
    m.centre,
    c.short_name,
    m.funder,
    m.funder_name,
    m.kind as funder_kind,
    m.year,
    m.scheme,
    m.stage,
    m.amount_cents / 100.0 as amount,
    m.scope,
    m.counted_cents / 100.0 as counted,
    m.part,
    m.level,
    m.nature,
    m.object,
    m.reference,
    m.source,
    m.locator,
    m.source_title,
    m.note,
    m.fictitious
from money as m
join centres_on as c on c.id = m.centre
