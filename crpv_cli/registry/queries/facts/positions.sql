-- Where each rating stands on its scale: 0 the lowest rating, 1 the highest, null for what is not on the scale; and how
-- many steps the scale has. Ratings on different scales are only ever compared through their positions.
-- A scale is levels, worst first ("D | C | B | A"), or numbers between two bounds. Case does not matter.
with split as (
    select
        r.rating,
        r.scale,
        l.key as place,
        french_lower(trim(l.value)) as level,
        row_number() over (partition by r.rating, r.scale order by l.key) - 1 as step,
        count(*) over (partition by r.rating, r.scale) - 1 as steps
    from ratings as r
    join json_each('[' || replace(json_quote(r.levels), '|', '","') || ']') as l on trim(l.value) <> ''
),
on_levels as (
    select rating, scale, max(steps) as steps, max(step) filter (where level = french_lower(rating)) as step
    from split
    group by rating, scale
),
figures as (
    select
        *,
        replace(trim(rating), ',', '.') as figure,
        substr(replace(trim(rating), ',', '.'), 1 + (trim(rating) glob '[-+]*')) as digits
    from ratings
)
select
    f.rating,
    f.scale,
    coalesce(l.steps, f.maximum - f.minimum) as steps,
    case
        when l.steps is not null then l.step * 1.0 / nullif(l.steps, 0)
        when f.digits glob '*[0-9]*' and f.digits not glob '*[^0-9.]*' and f.digits not glob '*.*.*'
            and f.minimum < f.maximum and cast(f.figure as real) between f.minimum and f.maximum
        then (cast(f.figure as real) - f.minimum) / (f.maximum - f.minimum)
    end as position
from figures as f
left join on_levels as l on l.rating = f.rating and l.scale is f.scale
