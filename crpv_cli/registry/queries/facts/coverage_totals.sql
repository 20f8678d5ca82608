-- How much of each measure is covered on :as_of in each geography: a department that two centres serve counts once, one
-- whose count is not known is left out.
select
    geography,
    measure,
    coalesce(sum(value) filter (where centres is not null), 0) as covered,
    coalesce(sum(value), 0) as total,
    max(fictitious) as fictitious
from coverage
group by geography, measure
