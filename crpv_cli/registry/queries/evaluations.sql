-- One row an evaluation of a core mission known on :as_of, the latest of each centre and mission first.
-- Where a year has several, the one that is furthest from the centre's own view stands: external, joint, self.
, known as (
    select
        e.*,
        row_number() over (
            partition by e.centre, e.mission, e.year
            order by case e.kind when 'external' then 0 when 'joint' then 1 else 2 end
        ) as choice
    from evaluations as e
    where e.year <= cast(substr(:as_of, 1, 4) as integer)
      and (e.evaluated_on is null or e.evaluated_on <= :as_of)
)
select
    c.id as centre,
    c.short_name,
    c.since,
    m.id as mission,
    k.year,
    k.kind,
    k.rating,
    k.scale,
    k.evaluator,
    k.evaluated_on,
    k.summary,
    k.recommendation,
    k.source,
    s.minimum,
    s.maximum,
    s.levels,
    s.official,
    coalesce(src.fictitious, 0) as fictitious
from open_centres as c
cross join missions as m
left join known as k on k.centre = c.id and k.mission = m.id and k.choice = 1
left join scales as s on s.id = k.scale
left join sources as src on src.id = k.source
where m.core = 1
-- The framework's order; a mission of a later framework comes after them.
order by c.id, coalesce(nullif(instr('animation skills capitalisation', m.id), 0), 99), m.id, k.year desc
