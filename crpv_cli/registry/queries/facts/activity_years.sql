-- What each centre did in each year of which any activity is known, in half-days by mission: years in which it was open or
-- reported something. A centre has reported a year of which it reported anything, whatever the mission; a sum is null where
-- none of its rows gives the figure.
with wanted as (
    select centre, year from open_years where year in (select year from known_activities)
    union
    select centre, year from known_activities
)
select
    w.centre,
    w.year,
    count(a.centre) > 0 as reported,
    sum(a.half_days) filter (where a.mission = 'animation') as animation,
    sum(a.half_days) filter (where a.mission = 'skills') as skills,
    sum(a.half_days) filter (where a.mission = 'capitalisation') as capitalisation,
    sum(a.half_days) filter (where a.mission = 'complementary') as complementary,
    sum(a.half_days) as half_days,
    sum(a.actions) as actions,
    sum(a.participants) as participants,
    coalesce(max(a.fictitious), 0) as fictitious
from wanted as w
left join known_activities as a on a.centre = w.centre and a.year = w.year
group by w.centre, w.year
