-- The centres that serve each department on :as_of; null where there is none, and the department is not covered. Its
-- confidence is that of the surest of them; it is served by a labelled centre if one of them is.
select
    d.code as department,
    (
        select group_concat(centre, ' ')
        from (select centre from served where department = d.code order by centre)
    ) as centres,
    (
        select case min(case confidence when 'high' then 1 when 'medium' then 2 else 3 end)
            when 1 then 'high' when 2 then 'medium' when 3 then 'low' end
        from served where department = d.code
    ) as confidence,
    (select max(labelled) from served where department = d.code) as labelled,
    coalesce((select max(fictitious) from served where department = d.code), 0) as fictitious
from departments as d
