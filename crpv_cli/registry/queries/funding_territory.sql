-- What the perimeter of each centre on :as_of holds in :geography; null where one of its departments is not known.
select
    s.centre,
    iif(count(n.value) = count(*), sum(n.value), null) as neighbourhoods,
    iif(count(i.value) = count(*), sum(i.value), null) as inhabitants
from served as s
left join territory_counts as n
    on n.department = s.department and n.measure = 'neighbourhoods' and n.geography = :geography
left join territory_counts as i
    on i.department = s.department and i.measure = 'inhabitants' and i.geography = :geography
group by s.centre
