-- The centres that are open on :as_of or were before, closed ones included.
select * from open_spells where opens <= :as_of
