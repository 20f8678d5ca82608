-- A row for each centre and year in which it was open or reported something, of the years of which any activity is known.
-- `crpv report activity --year YEAR`. A sum is null where none of its rows gives the figure, as for a centre that has not
-- reported: that is not 0.
--
-- centre: Id of the centre.
-- short_name: Its short name.
-- year: The year.
-- reported: Whether the centre has reported any activity of the year.
-- animation: Half-days of the mission `animation`.
-- skills: Half-days of the mission `skills`.
-- capitalisation: Half-days of the mission `capitalisation`.
-- complementary: Half-days of complementary missions.
-- half_days: Half-days in all.
-- actions: Actions.
-- participants: Participants.
-- fictitious: Whether any of it comes from a fictitious source.
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
