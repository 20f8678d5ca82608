-- Which centre serves which department on :as_of: the perimeters of the centres open on it, each pair once, with a source
-- that says so.
select p.centre, p.department, min(p.source) as source, max(coalesce(s.fictitious, 0)) as fictitious
from perimeters_on as p
join open_centres as c on c.id = p.centre
left join sources as s on s.id = p.source
group by p.centre, p.department
