-- What the perimeter of each centre on :as_of holds; null where a count of one of its departments is not known.
select
    s.centre,
    iif(count(n.value) = count(*), sum(n.value), null) as neighbourhoods,
    iif(count(i.value) = count(*), sum(i.value), null) as inhabitants
from served as s
left join counts_on as n on n.department = s.department and n.measure = 'neighbourhoods'
left join counts_on as i on i.department = s.department and i.measure = 'inhabitants'
group by s.centre
