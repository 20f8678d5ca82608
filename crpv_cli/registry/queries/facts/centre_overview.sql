-- The centres that exist on :as_of with what people ask first: perimeter, latest support of programme 147, missions evaluated; with :year,
-- the support and the evaluations of that year.
with support as (
    select centre, year, amount_cents, fictitious
    from state_support
    where iif(:year is null, latest, year = :year)
),
evaluated as (
    select e.centre, count(distinct e.mission) as missions, max(coalesce(s.fictitious, 0)) as fictitious
    from known_evaluations as e
    join open_centres as o on o.id = e.centre
    join missions as m on m.id = e.mission and m.core
    left join sources as s on s.id = e.source
    where :year is null or e.year = :year
    group by e.centre
)
select
    c.*,
    (
        select group_concat(department, ' ')
        from (select department from served where centre = c.id order by length(department), department)
    ) as departments,
    (select labelled from labelled where centre = c.id) as labelled,
    f.amount_cents as state_support_cents,
    f.year as state_support_year,
    -- Without any evaluation of these centres, nothing is known: that is not the same as none evaluated.
    iif(exists (select 1 from evaluated), coalesce(e.missions, 0), null) as missions_evaluated,
    (select count(*) from missions where core) as core_missions,
    coalesce(e.fictitious, 0) as evaluations_fictitious,
    max(coalesce(e.fictitious, 0), coalesce(f.fictitious, 0), coalesce(s.fictitious, 0)) as fictitious
from open_centres as c
left join sources as s on s.id = c.source
left join support as f on f.centre = c.id
left join evaluated as e on e.centre = c.id
