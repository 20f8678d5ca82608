-- The exceptions accepted that run on :as_of.
select * from exceptions where (valid_from is null or valid_from <= :as_of) and valid_to >= :as_of
