-- How much of each measure is covered on :as_of: a department that two centres serve counts once, one whose count is not known
-- is left out. "high" is what rests on high confidence alone, "medium" on high or medium; "covered" is all.
select
    measure,
    coalesce(sum(value) filter (where centres is not null), 0) as covered,
    coalesce(sum(value) filter (where confidence = 'high'), 0) as high,
    coalesce(sum(value) filter (where confidence in ('high', 'medium')), 0) as medium,
    iif(count(labelled) > 0, coalesce(sum(value) filter (where labelled), 0), null) as labelled,
    coalesce(sum(value), 0) as total,
    max(fictitious) as fictitious
from coverage
group by measure
