-- The years of which activity is known, of :centre and :mission where one is asked for; and the year that is
-- usually asked for: the latest that is over and of which any is known, else the current one. Centres report a year when it
-- is over: the first to report the current year is not the whole network.
select
    min(year) as earliest,
    max(year) as latest,
    coalesce(max(year) filter (where year <= (select closed_year from moment)), max(year)) as usual
from known_activities
where (:centre is null or centre = :centre) and (:mission is null or mission = :mission)
