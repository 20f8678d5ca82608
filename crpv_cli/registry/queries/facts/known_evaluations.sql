-- The evaluations known on :as_of.
select *
from evaluations
where year <= (select this_year from moment) and (evaluated_on is null or evaluated_on <= :as_of)
