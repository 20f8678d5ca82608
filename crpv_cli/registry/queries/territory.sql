-- The perimeter of :centre valid on :as_of, with what its departments hold in :geography.
select
    p.department,
    d.name,
    p.valid_from,
    p.valid_to,
    p.confidence,
    max(case t.measure when 'neighbourhoods' then t.value end) as neighbourhoods,
    max(case t.measure when 'contracts' then t.value end) as contracts,
    max(case t.measure when 'inhabitants' then t.value end) as inhabitants
from perimeters_on as p
join departments as d on d.code = p.department
left join territory_counts as t on t.department = p.department and t.geography = :geography
where p.centre = :centre
group by p.department, d.name, p.valid_from, p.valid_to, p.confidence
order by length(p.department), p.department
