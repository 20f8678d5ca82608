-- Which centre serves which department on :as_of: the perimeters of the centres that exist on it, each pair once, with its
-- best confidence (high, medium, low; one that is not said is low) and a source that says so.
select
    p.centre,
    p.department,
    case min(case p.confidence when 'high' then 1 when 'medium' then 2 else 3 end)
        when 1 then 'high' when 2 then 'medium' else 'low'
    end as confidence,
    max(l.labelled) as labelled,
    min(p.source) as source,
    max(coalesce(s.fictitious, 0)) as fictitious
from perimeters_on as p
join open_centres as c on c.id = p.centre
join labelled as l on l.centre = p.centre
left join sources as s on s.id = p.source
group by p.centre, p.department
