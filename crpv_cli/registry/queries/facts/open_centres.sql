-- The centres open on :as_of.
select * from open_spells where :as_of between opens and closes
