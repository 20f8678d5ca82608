-- The agreements that run on :as_of.
select * from agreement_states where runs
