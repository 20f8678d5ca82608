-- The rows of the table `activities` up to this year, with names. `crpv list activities`.
--
-- centre: (activities)
-- short_name: Its short name.
-- mission: (activities)
-- mission_name_fr: Its name in French.
-- mission_name_en: Its name in English.
-- year: (activities)
-- type: (activities)
-- theme: (activities)
-- mode: (activities)
-- audience: (activities)
-- half_days: (activities)
-- actions: (activities)
-- participants: (activities)
-- source: (activities)
-- source_title: Its title.
-- note: (activities)
-- fictitious: Whether its source is fictitious.
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
