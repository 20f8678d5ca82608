-- The rows of activity from the year before :first to :last.
select *
from known_activities
where year between :first - 1 and :last
  and (:centre is null or centre = :centre)
  and (:mission is null or mission = :mission)
order by year, centre, mission, type, theme, mode, audience, source
