-- Who else takes part in a joint project, for each of its centres and for the project as a whole (no centre): the centres by
-- their short names on :as_of, then the other partners, separated by middle dots.
with taking_part as (
    select p.project, p.centre, coalesce(c.short_name, p.partner) as name, p.centre is null as outside
    from project_partners as p
    left join centres_on as c on c.id = p.centre
),
whose as (
    select distinct project, centre from taking_part where centre is not null
    union all
    select distinct project, null from taking_part
)
select project, centre, group_concat(name, ' · ') as partners
from (
    select w.project, w.centre, t.name
    from whose as w
    join taking_part as t on t.project = w.project and (w.centre is null or t.centre is not w.centre)
    order by w.project, w.centre, t.outside, t.name
)
group by project, centre
