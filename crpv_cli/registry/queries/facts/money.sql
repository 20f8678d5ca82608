-- The rows of funding up to the year of :as_of, who gives them, and whether sums count them.
-- Money is the State's, that of local authorities, or other money.
-- Money of several stages is the same money: for a centre, a funder, a year and a scheme, what was paid stands before what
-- was granted, a scheme that is not named being any of them; requests never count.
select
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in :local_authorities then 'local' else 'other' end as giver,
    f.stage = 'paid' or (
        f.stage = 'granted'
        and not exists (
            select 1
            from funding as p
            where p.centre = f.centre and p.funder = f.funder and p.year = f.year and p.stage = 'paid'
              and (p.scheme is null or f.scheme is null or lower(p.scheme) = lower(f.scheme))
        )
    ) as counted,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
