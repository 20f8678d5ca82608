-- How much of each measure a department holds in each geography, and which centres serve it on :as_of. As a measure, a
-- department counts for one if it has a neighbourhood in that geography.
with counts as (
    select t.*, max(coalesce(s.fictitious, 0)) over (partition by t.department, t.geography) as made_up
    from territory_counts as t
    left join sources as s on s.id = t.source
),
measures as (
    select 'neighbourhoods' as measure, 'neighbourhoods' as counted
    union all select 'contracts', 'contracts'
    union all select 'inhabitants', 'inhabitants'
    union all select 'departments', 'neighbourhoods'
)
select
    d.code as department,
    d.name,
    d.region_code,
    d.region_name,
    d.code glob '9[78]*' as overseas,
    g.geography,
    m.measure,
    iif(m.measure = 'departments', coalesce(t.value > 0, 0), t.value) as value,
    iif(m.measure = 'departments', 'exact', t.quality) as quality,
    s.centres,
    max(s.fictitious, coalesce(t.made_up, 0)) as fictitious
from departments as d
cross join (select '2015' as geography union all select '2024') as g
cross join measures as m
join serving as s on s.department = d.code
left join counts as t on t.department = d.code and t.geography = g.geography and t.measure = m.counted
