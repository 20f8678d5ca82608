-- The labels in force on :as_of.
select *
from labels
where (valid_from is null or valid_from <= :as_of) and (valid_to is null or valid_to >= :as_of)
