-- One row a centre open on :as_of, with what people ask first: perimeter, latest State support, missions evaluated.
-- Money of several stages is the same money: for a funder, a year and a scheme, what was paid stands before what was
-- granted, a scheme that is not named being any of them; requests never count.
, state_funding as (
    select
        f.centre,
        f.year,
        f.scheme,
        f.stage,
        f.amount_cents,
        coalesce(s.fictitious, 0) as fictitious,
        max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year, lower(f.scheme)) as paid_scheme,
        max(f.stage = 'paid' and f.scheme is null) over (partition by f.centre, f.funder, f.year) as paid_unnamed,
        max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year) as paid_any
    from funding as f
    join funders as u on u.id = f.funder and u.kind = 'state'
    left join sources as s on s.id = f.source
    where f.stage in ('granted', 'paid')
      and f.year <= cast(substr(:as_of, 1, 4) as integer)
      and (:year is null or f.year = :year)
),
state_support as (
    select
        centre,
        year,
        sum(amount_cents) as amount_cents,
        max(fictitious) as fictitious,
        row_number() over (partition by centre order by year desc) as choice
    from state_funding
    where stage = 'paid' or not (paid_scheme or paid_unnamed or (scheme is null and paid_any))
    group by centre, year
),
evaluated as (
    select e.centre, count(distinct e.mission) as missions, max(coalesce(s.fictitious, 0)) as fictitious
    from evaluations as e
    join open_centres as o on o.id = e.centre
    join missions as m on m.id = e.mission and m.core = 1
    left join sources as s on s.id = e.source
    where e.year <= cast(substr(:as_of, 1, 4) as integer)
      and (e.evaluated_on is null or e.evaluated_on <= :as_of)
      and (:year is null or e.year = :year)
    group by e.centre
)
select
    c.*,
    (select group_concat(department, ' ') from (
        select department from served where centre = c.id order by length(department), department
    )) as departments,
    f.amount_cents as state_support,
    f.year as state_support_year,
    -- Without any evaluation of these centres, nothing is known: that is not the same as none evaluated.
    iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
    (select count(*) from missions where core = 1) as core_missions,
    coalesce(e.fictitious, 0) as evaluations_fictitious,
    max(coalesce(e.fictitious, 0), coalesce(f.fictitious, 0), coalesce(s.fictitious, 0)) as fictitious
from open_centres as c
left join sources as s on s.id = c.source
left join state_support as f on f.centre = c.id and f.choice = 1
left join evaluated as e on e.centre = c.id
order by c.id
