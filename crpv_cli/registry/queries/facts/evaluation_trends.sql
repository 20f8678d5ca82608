-- Where the rating of each evaluation that stands is on its scale, and how it compares with the rated one before it: an
-- evaluation without a rating leaves nothing to compare with. The change is in steps of the scale on one scale, of position
-- across two; a trend is what differs after rounding.
with placed as (
    select
        e.*,
        p.position,
        p.steps,
        row_number() over (partition by e.centre, e.mission order by e.year desc) = 1 as latest,
        -- How many ratings there are up to this one: the one before it has one less.
        count(e.rating) over (partition by e.centre, e.mission order by e.year) as ratings
    from standing_evaluations as e
    left join positions as p on p.rating = e.rating and p.scale = e.scale
),
moved as (
    select
        n.*,
        b.year as previous_year,
        b.rating as previous_rating,
        b.scale as previous_scale,
        n.position - b.position as position_change,
        iif(n.scale = b.scale, (n.position - b.position) * n.steps, null) as change,
        iif(n.scale = b.scale, round((n.position - b.position) * n.steps, 4), round(n.position - b.position, 6)) as moved
    from placed as n
    left join placed as b
        on b.centre = n.centre and b.mission = n.mission and b.year < n.year and b.rating is not null
       and b.ratings = n.ratings - (n.rating is not null)
)
select
    *,
    case when moved > 0 then 'improving' when moved < 0 then 'slipping' when moved = 0 then 'stable' end as trend
from moved
