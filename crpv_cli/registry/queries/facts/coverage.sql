-- How much of each measure a department holds, by the counts in force on :counted_on (by default on :as_of), and which centres
-- serve it on :as_of. As a measure, a department counts for one if it has a neighbourhood.
with measures as (
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
    d.overseas,
    t.geography,
    m.measure,
    iif(m.measure = 'departments', t.value > 0, t.value) as value,
    iif(m.measure = 'departments', 'exact', t.quality) as quality,
    s.centres,
    s.confidence,
    s.labelled,
    t.source,
    max(s.fictitious, coalesce(k.fictitious, 0)) as fictitious
from places as d
cross join measures as m
join serving as s on s.department = d.code
left join counts_on as t on t.department = d.code and t.measure = m.counted
left join sources as k on k.id = t.source
