-- See ``v_governance`` in ``definitions/views.py`` for what it is and what its columns hold.
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
