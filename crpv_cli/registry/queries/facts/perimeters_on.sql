-- The rows of perimeters valid on :as_of, whether or not their centre is open.
select *
from perimeters
where (valid_from is null or valid_from <= :as_of) and (valid_to is null or valid_to >= :as_of)
