select p.centre, p.department
from perimeters as p
join served as s on s.centre = p.centre and s.department = p.department
where p.confidence = 'low'
  and (p.valid_from is null or p.valid_from <= :as_of)
  and (p.valid_to is null or p.valid_to >= :as_of)
order by p.centre, p.department
