-- See ``v_activity`` in ``definitions/views.py`` for what it is and what its columns hold.
--
-- ```sql
-- select theme, sum(half_days) as half_days
-- from v_activity
-- where year = (select max(year) from v_activity)
-- group by theme
-- order by half_days desc
-- ```
select
    a.centre,
    a.short_name,
    a.mission,
    m.name_fr as mission_name_fr,
    m.name_en as mission_name_en,
    a.year,
    a.type,
    a.theme,
    a.mode,
    a.audience,
    a.half_days,
    a.actions,
    a.participants,
    a.source,
    a.source_title,
    a.note,
    a.fictitious
from known_activities as a
join missions as m on m.id = a.mission
