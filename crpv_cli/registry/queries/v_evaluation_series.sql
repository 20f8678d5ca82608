-- A row for each centre open today, core mission and year of which an evaluation is known: the series that
-- `crpv report evaluations` draws. Where a year has several, the one furthest from the centre's own view stands.
--
-- centre: (evaluations)
-- short_name: Its short name.
-- mission: (evaluations)
-- year: (evaluations)
-- latest: Whether it is the latest of the centre and mission.
-- kind: (evaluations)
-- rating: (evaluations)
-- scale: (evaluations)
-- position: Where the rating stands on its scale, 0 the lowest and 1 the highest.
-- previous_year: Year of the rated evaluation before it.
-- previous_rating: Its rating.
-- trend: `improving`, `stable` or `slipping` since then: by the rating on one scale, by the position across two.
-- evaluator: (evaluations)
-- evaluated_on: (evaluations)
-- source: (evaluations)
-- fictitious: Whether the evaluation is fictitious.
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
