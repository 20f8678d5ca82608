-- The rows of funding that a sum of :stage is of (granted by default), each with what it counts; with :scheme, :nature or
-- :centres (a JSON array of ids) only those; ":nature" is "unknown" for rows that do not say it.
select *
from money
where stage = coalesce(:stage, 'granted')
  and part in ('counted', 'rest')
  and (:scheme is null or its_programme = lower(:scheme))
  and (:nature is null or coalesce(nature, 'unknown') = :nature)
  and (:centres is null or centre in (select value from json_each(:centres)))
