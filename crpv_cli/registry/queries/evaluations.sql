-- A row for each centre, core mission and evaluation that stands on :as_of, the latest of each centre and mission first; one
-- without any where there is none.
select
    n.centre,
    n.short_name,
    n.mission,
    n.latest_year,
    n.due_year,
    n.overdue,
    t.year,
    t.kind,
    t.rating,
    t.scale,
    t.position,
    t.evaluator,
    t.evaluated_on,
    t.summary,
    t.recommendation,
    t.source,
    t.latest,
    t.previous_year,
    t.previous_rating,
    t.previous_scale,
    t.change,
    t.position_change,
    t.trend,
    s.minimum,
    s.maximum,
    s.levels,
    s.official,
    s.name as scale_name,
    coalesce(t.fictitious, 0) as fictitious
from mission_states as n
left join evaluation_trends as t on t.centre = n.centre and t.mission = n.mission
left join scales as s on s.id = t.scale
-- The framework's order; a mission of a later framework comes after them.
order by n.centre, coalesce(nullif(instr('animation skills capitalisation', n.mission), 0), 99), n.mission, t.year desc
