-- The perimeter of :centre valid on :as_of, with what its departments hold: each department once, whatever periods overlap.
select
    p.department,
    d.name,
    min(p.valid_from) as valid_from,
    iif(count(p.valid_to) = count(*), max(p.valid_to), null) as valid_to,
    case min(case p.confidence when 'high' then 1 when 'medium' then 2 when 'low' then 3 end)
        when 1 then 'high' when 2 then 'medium' when 3 then 'low'
    end as confidence,
    (select value from counts_on where department = p.department and measure = 'neighbourhoods') as neighbourhoods,
    (select value from counts_on where department = p.department and measure = 'contracts') as contracts,
    (select value from counts_on where department = p.department and measure = 'inhabitants') as inhabitants
from perimeters_on as p
join departments as d on d.code = p.department
where p.centre = :centre
group by p.department, d.name
order by length(p.department), p.department
