-- The rows of the table `funding` up to this year, with names and in euros. `crpv list funding`.
--
-- centre: (funding)
-- short_name: Its short name.
-- funder: (funding)
-- funder_name: Its name.
-- funder_kind: Its kind: `state`, `region`, `department`, `intercommunality`, `commune`, and others.
-- year: (funding)
-- scheme: (funding)
-- stage: (funding)
-- amount: Amount in euros.
-- counted: Whether sums count it: money of several stages is the same money, so that for a centre, a funder, a year and
--   a scheme what was paid stands before what was granted, and requests never count. A scheme that is not named may be
--   any of them.
-- purpose: (funding)
-- reference: (funding)
-- source: (funding)
-- source_title: Its title.
-- note: (funding)
-- fictitious: Whether its source is fictitious.
--
-- To add amounts up, keep the rows that count:
--
-- ```sql
-- select year, round(sum(amount), 2) as state
-- from v_funding
-- where counted = 1 and funder_kind = 'state'
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
    m.counted,
    m.purpose,
    m.reference,
    m.source,
    m.source_title,
    m.note,
    m.fictitious
from money as m
join centres as c on c.id = m.centre
