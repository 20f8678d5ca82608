-- One row a centre and department of the perimeters valid on :as_of, with a source that says so.
select s.centre, s.department, min(p.source) as source, max(coalesce(o.fictitious, 0)) as fictitious
from served as s
join perimeters as p on p.centre = s.centre and p.department = s.department
left join sources as o on o.id = p.source
where (p.valid_from is null or p.valid_from <= :as_of)
  and (p.valid_to is null or p.valid_to >= :as_of)
group by s.centre, s.department
order by s.centre, length(s.department), s.department
