-- One row a department: how much of :measure it holds in :geography, and which centres serve it.
-- As a measure, a department counts for one if it has a neighbourhood in that geography.
select
    d.code,
    d.name,
    d.region_code,
    d.region_name,
    case when :measure = 'departments' then iif(t.value > 0, 1, 0) else t.value end as value,
    case when :measure = 'departments' then 'exact' else t.quality end as quality,
    (
        select group_concat(centre, ' ')
        from (select centre from served where department = d.code order by centre)
    ) as centres
from departments as d
left join territory_counts as t
    on t.department = d.code
   and t.geography = :geography
   and t.measure = iif(:measure = 'departments', 'neighbourhoods', :measure)
order by length(d.code), d.code
