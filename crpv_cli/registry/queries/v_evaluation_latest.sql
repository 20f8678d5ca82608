-- See ``v_evaluation_latest`` in ``definitions/views.py`` for what it is and what its columns hold.
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
