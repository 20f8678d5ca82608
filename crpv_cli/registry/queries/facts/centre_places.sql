-- The departments that each centre is of on :as_of: its perimeter on that day or, if it has none then, its latest.
select centre, department from perimeters_on
union
select centre, department
from (
    select *, max(coalesce(valid_to, '9999-12-31')) over (partition by centre) as until
    from perimeters
    where centre not in (select centre from perimeters_on)
)
where coalesce(valid_to, '9999-12-31') = until
