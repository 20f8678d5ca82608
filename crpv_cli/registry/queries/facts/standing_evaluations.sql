-- The evaluations of the core missions of the centres looked at on :as_of, one a year: where a year has several, the one that
-- is furthest from the centre's own view stands: external, joint, self.
select e.*, coalesce(s.fictitious, 0) as fictitious
from (
    select
        *,
        row_number() over (
            partition by centre, mission, year
            order by case kind when 'external' then 0 when 'joint' then 1 else 2 end
        ) as choice
    from known_evaluations
) as e
join evaluated_centres as c on c.id = e.centre
join missions as m on m.id = e.mission and m.core
left join sources as s on s.id = e.source
where e.choice = 1
