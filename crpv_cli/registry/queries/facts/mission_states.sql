-- How each core mission of each centre looked at on :as_of stands: when it was evaluated last, and by which year it is due again.
-- A cycle of :cycle years counts from the latest year evaluated, else from the year in which the centre was created. An
-- evaluation is overdue when the year by which it was due has passed; a mission never evaluated of a centre of which it is
-- not known since when it is open is overdue too. Without any evaluation, nothing is known of any.
-- No official cycle is known. Nothing is due of a centre that has closed.
select
    c.id as centre,
    c.short_name,
    m.id as mission,
    e.year as latest_year,
    iif(exists (select 1 from standing_evaluations), e.year is not null, null) as evaluated,
    iif(c.closes < :as_of, null, coalesce(e.year, cast(substr(c.opened, 1, 4) as integer)) + :cycle) as due_year,
    iif(
        exists (select 1 from standing_evaluations),
        c.closes >= :as_of
            and coalesce(coalesce(e.year, cast(substr(c.opened, 1, 4) as integer)) + :cycle < (select this_year from moment), 1),
        null
    ) as overdue
from evaluated_centres as c
cross join missions as m
left join (select centre, mission, max(year) as year from standing_evaluations group by centre, mission) as e
    on e.centre = c.id and e.mission = m.id
where m.core
