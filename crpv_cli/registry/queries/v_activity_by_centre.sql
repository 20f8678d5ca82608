-- See ``v_activity_by_centre`` in ``definitions/views.py`` for what it is and what its columns hold.
select
    a.centre,
    c.short_name,
    a.year,
    a.reported,
    a.animation,
    a.skills,
    a.capitalisation,
    a.complementary,
    a.half_days,
    a.actions,
    a.participants,
    a.fictitious
from activity_years as a
join centres_on as c on c.id = a.centre
