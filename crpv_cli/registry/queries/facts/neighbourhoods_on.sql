-- The detailed list of neighbourhoods on :counted_on, by default on :as_of: by its own days, else by those of its geography
-- in its department: 2015 to 2023 and from 2024 on in the hexagone, a year later overseas (décrets n° 2014-1750, 2014-1751,
-- 2023-1314 and 2024-1212).
with days as (
    select
        n.*,
        case when n.geography = '2015' then '2015-01-01' when p.overseas then '2025-01-01' else '2024-01-01' end as starts,
        case when n.geography = '2024' then '9999-12-31' when p.overseas then '2024-12-31' else '2023-12-31' end as ends
    from neighbourhoods as n
    join places as p on p.code = n.department
)
select *
from days
where coalesce(valid_from, starts) <= coalesce(:counted_on, :as_of)
  and coalesce(valid_to, ends) >= coalesce(:counted_on, :as_of)
