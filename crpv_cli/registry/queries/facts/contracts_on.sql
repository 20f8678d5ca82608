-- The city contracts of the detailed list in force on :counted_on, by default on :as_of, signed or not.
select *
from contracts
where coalesce(valid_from, '') <= coalesce(:counted_on, :as_of)
  and coalesce(valid_to, '9999-12-31') >= coalesce(:counted_on, :as_of)
