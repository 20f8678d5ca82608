-- See ``v_evaluation_series`` in ``definitions/views.py`` for what it is and what its columns hold.
--
-- Ratings on different scales have no mean; their positions do:
--
-- ```sql
-- select year, round(avg(position), 3) as mean_position, count(position) as ratings
-- from v_evaluation_series
-- group by year
-- ```
select
    t.centre,
    c.short_name,
    t.mission,
    t.year,
    t.latest,
    t.kind,
    t.rating,
    t.scale,
    round(t.position, 6) as position,
    t.previous_year,
    t.previous_rating,
    t.trend,
    t.evaluator,
    t.evaluated_on,
    t.source,
    t.fictitious
from evaluation_trends as t
join centres_on as c on c.id = t.centre
