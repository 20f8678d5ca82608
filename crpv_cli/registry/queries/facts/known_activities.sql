-- The rows of activity up to the year of :as_of.
select a.*, c.short_name, s.title as source_title, coalesce(s.fictitious, 0) as fictitious
from activities as a
join centres_on as c on c.id = a.centre
left join sources as s on s.id = a.source
where a.year <= (select this_year from moment)
