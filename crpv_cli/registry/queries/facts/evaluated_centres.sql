-- The centres whose evaluations are looked at on :as_of: those open on it, and of those that have closed the ones that were
-- open in :year, where one is asked for, and :centre.
select *
from open_spells
where opens <= :as_of and (
    closes >= :as_of
    or id = :centre
    or (closes >= :year || '-01-01' and opens <= :year || '-12-31')
)
