-- The centres that serve each department on :as_of; null where there is none, and the department is not covered. Its
-- confidence is that of the surest of them; it is served by a labelled centre if one of them is.
with joined as (
    select
        department,
        group_concat(centre, ' ') over its as centres,
        min(case confidence when 'high' then 1 when 'medium' then 2 else 3 end) over its as best,
        max(labelled) over its as labelled,
        max(fictitious) over its as fictitious,
        row_number() over (partition by department order by centre) as place
    from served
    window its as (partition by department order by centre rows between unbounded preceding and unbounded following)
)
select
    d.code as department,
    j.centres,
    case j.best when 1 then 'high' when 2 then 'medium' when 3 then 'low' end as confidence,
    j.labelled,
    coalesce(j.fictitious, 0) as fictitious
from departments as d
left join joined as j on j.department = d.code and j.place = 1
