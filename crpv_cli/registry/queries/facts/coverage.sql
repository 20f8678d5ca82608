-- How much of each measure a department holds in each geography, and which centres serve it on :as_of. As a measure, a
-- department counts for one if it has a neighbourhood in that geography.
with measures as (
    select 'neighbourhoods' as measure, 'neighbourhoods' as counted
    union all select 'contracts', 'contracts'
    union all select 'inhabitants', 'inhabitants'
    union all select 'departments', 'neighbourhoods'
),
fictitious_counts as (
    select t.department, t.geography
    from territory_counts as t
    join sources as s on s.id = t.source and s.fictitious
)
select
    d.code as department,
    d.name,
    d.region_code,
    d.region_name,
    d.overseas,
    g.geography,
    m.measure,
    iif(m.measure = 'departments', coalesce(t.value > 0, 0), t.value) as value,
    iif(m.measure = 'departments', 'exact', t.quality) as quality,
    s.centres,
    max(s.fictitious, (d.code, g.geography) in (select department, geography from fictitious_counts)) as fictitious
from places as d
cross join (select '2015' as geography union all select '2024') as g
cross join measures as m
join serving as s on s.department = d.code
left join territory_counts as t on t.department = d.code and t.geography = g.geography and t.measure = m.counted
