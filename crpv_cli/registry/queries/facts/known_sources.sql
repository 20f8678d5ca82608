-- The sources published up to :as_of; a partial date is its first day at the earliest.
select * from sources where published_on is null or published_on <= :as_of
