-- A row for each centre open today and core mission: its latest evaluation. `crpv report evaluations`. Where a year has
-- several, the one furthest from the centre's own view stands: external, then joint, then self.
--
-- centre: (evaluations)
-- short_name: Its short name.
-- mission: (evaluations)
-- evaluated: Whether it is evaluated; null if the registry holds no evaluation at all.
-- year: (evaluations)
-- kind: (evaluations)
-- rating: (evaluations)
-- scale: (evaluations)
-- position: Where the rating stands on its scale, 0 the lowest and 1 the highest: the only thing that ratings on
--   different scales may be compared by.
-- evaluator: (evaluations)
-- evaluated_on: (evaluations)
-- summary: (evaluations)
-- recommendation: (evaluations)
-- source: (evaluations)
-- fictitious: Whether the evaluation is fictitious; for a mission that is not evaluated, whether any evaluation in the
--   registry is.
select
    n.centre,
    n.short_name,
    n.mission,
    n.evaluated,
    t.year,
    t.kind,
    t.rating,
    t.scale,
    round(t.position, 6) as position,
    t.evaluator,
    t.evaluated_on,
    t.summary,
    t.recommendation,
    t.source,
    -- That a mission is not evaluated rests on what the registry holds: on fictitious rows, where there are any.
    coalesce(t.fictitious, (select max(fictitious) from standing_evaluations), 0) as fictitious
from mission_states as n
left join evaluation_trends as t on t.centre = n.centre and t.mission = n.mission and t.latest
