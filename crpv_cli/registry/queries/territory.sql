-- The perimeter of :centre valid on :as_of, with what its departments hold in :geography.
select
    p.department,
    d.name,
    p.valid_from,
    p.valid_to,
    p.confidence,
    sum(t.value) filter (where t.measure = 'neighbourhoods') as neighbourhoods,
    sum(t.value) filter (where t.measure = 'contracts') as contracts,
    sum(t.value) filter (where t.measure = 'inhabitants') as inhabitants
from perimeters_on as p
join departments as d on d.code = p.department
left join territory_counts as t on t.department = p.department and t.geography = :geography
where p.centre = :centre
group by p.department, d.name, p.valid_from, p.valid_to, p.confidence
order by length(p.department), p.department
