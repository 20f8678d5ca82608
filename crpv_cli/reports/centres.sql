-- One row a centre open on :as_of, with what people ask first: perimeter, latest State support, missions evaluated.
-- Money of several stages is the same money: what was paid stands before what was granted; requests never count.
, state_support as (
    select
        f.centre,
        f.year,
        f.stage,
        sum(f.amount_cents) as amount_cents,
        row_number() over (
            partition by f.centre
            order by f.year desc, case f.stage when 'paid' then 0 else 1 end
        ) as choice
    from funding as f
    join funders as u on u.id = f.funder and u.kind = 'state'
    where f.stage in ('granted', 'paid')
      and f.year <= cast(substr(:as_of, 1, 4) as integer)
      and (:year is null or f.year = :year)
    group by f.centre, f.year, f.stage
),
evaluated as (
    select e.centre, count(distinct e.mission) as missions, max(coalesce(s.fictitious, 0)) as fictitious
    from evaluations as e
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
    -- Without any evaluation in the registry, nothing is known: that is not the same as none evaluated.
    iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
    (select count(*) from missions where core = 1) as core_missions,
    coalesce(e.fictitious, 0) as fictitious
from open_centres as c
left join state_support as f on f.centre = c.id and f.choice = 1
left join evaluated as e on e.centre = c.id
order by c.id
