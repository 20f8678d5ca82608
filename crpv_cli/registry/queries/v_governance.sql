-- Who sits today in which organ of which centre. `crpv list governance --as-of TODAY`.
--
-- centre: (governance)
-- short_name: Its short name.
-- organ: (governance)
-- member: (governance)
-- member_kind: (governance)
-- role: (governance)
-- valid_from: (governance)
-- valid_to: (governance)
-- source: (governance)
-- source_title: Its title.
-- note: (governance)
-- fictitious: Whether its source is fictitious.
select
    g.centre,
    c.short_name,
    g.organ,
    g.member,
    g.member_kind,
    g.role,
    g.valid_from,
    g.valid_to,
    g.source,
    s.title as source_title,
    g.note,
    coalesce(s.fictitious, 0) as fictitious
from governance_on as g
join centres_on as c on c.id = g.centre
left join sources as s on s.id = g.source
