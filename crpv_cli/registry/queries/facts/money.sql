-- The rows of funding up to the year of :as_of, who gives them, and whether sums count them.
-- Money of several stages is the same money: for a centre, a funder, a year and a scheme, what was paid stands before what
-- was granted, a scheme that is not named being any of them; requests never count.
-- Money is the State's, that of local authorities, or other money.
select
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in :local_authorities then 'local' else 'other' end as giver,
    case f.stage
        when 'paid' then 1
        when 'granted' then not (
            max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year, lower(f.scheme))
            or max(f.stage = 'paid' and f.scheme is null) over of_year
            or (f.scheme is null and max(f.stage = 'paid') over of_year)
        )
        else 0
    end as counted,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
window of_year as (partition by f.centre, f.funder, f.year)
