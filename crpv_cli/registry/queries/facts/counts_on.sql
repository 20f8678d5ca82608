-- The territory counts in force on :counted_on, by default on :as_of: one of each department and measure. The hexagone and
-- the overseas departments changed lists on different days (décrets n° 2023-1314 and 2024-1212, loi n° 2025-797 for Mayotte),
-- so that a date may have counts of both geographies. Where two periods overlap, the one that began last is in force.
select *
from (
    select
        t.*,
        row_number() over (partition by department, measure order by valid_from desc nulls last) as place
    from territory_counts as t
    where (valid_from is null or valid_from <= coalesce(:counted_on, :as_of))
      and (valid_to is null or valid_to >= coalesce(:counted_on, :as_of))
)
where place = 1
