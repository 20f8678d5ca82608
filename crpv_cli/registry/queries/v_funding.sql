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
-- scope: Of the State's money: `p147` (subsidies of programme 147), `posts` or `programmes` (all else).
-- counted: How much of it sums count, in euros: the same money counts once, whatever files it came in. Add up one stage only.
-- part: Why: `counted`; `repeated` (another row is the same money); `detailed` (a total of which the decisions count); `rest`
--   (what a total has beyond its decisions).
-- level: (funding)
-- nature: (funding)
-- object: (funding)
-- reference: (funding)
-- source: (funding)
-- locator: (funding)
-- source_title: Its title.
-- note: (funding)
-- fictitious: Whether its source is fictitious.
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
