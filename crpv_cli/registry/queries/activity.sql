-- The rows of activity from the year before :first to :last, up to the year of :as_of.
select
    a.centre,
    c.short_name,
    a.mission,
    a.year,
    a.type,
    a.theme,
    a.mode,
    a.audience,
    a.half_days,
    a.actions,
    a.participants,
    a.source,
    coalesce(s.fictitious, 0) as fictitious
from activities as a
join centres as c on c.id = a.centre
left join sources as s on s.id = a.source
where a.year between :first - 1 and min(:last, cast(substr(:as_of, 1, 4) as integer))
  and (:centre is null or a.centre = :centre)
  and (:mission is null or a.mission = :mission)
order by a.year, a.centre, a.mission, a.type, a.theme, a.mode, a.audience, a.source
