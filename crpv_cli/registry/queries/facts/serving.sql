-- The centres that serve each department on :as_of; null where there is none, and the department is not covered.
select
    d.code as department,
    (
        select group_concat(centre, ' ')
        from (select centre from served where department = d.code order by centre)
    ) as centres,
    coalesce((select max(fictitious) from served where department = d.code), 0) as fictitious
from departments as d
