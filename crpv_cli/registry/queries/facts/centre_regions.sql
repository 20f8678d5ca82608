-- The regions that each centre serves on :as_of, by name: one of two regions is of both, since nobody says how its money is
-- shared between them. Île-de-France stands under I, as French sorts; no other region begins with an accent.
select centre, group_concat(region_name, ' + ') as regions, group_concat(region_code, ' ') as region_codes
from (
    select distinct p.centre, d.region_code, d.region_name
    from centre_places as p
    join departments as d on d.code = p.department
    order by p.centre, replace(d.region_name, 'Î', 'I')
)
group by centre
