-- The rows of funding up to the year of :as_of: who gives them, and which kind of giver that is: the State, local
-- authorities, others. "programme" is the scheme as sums compare it: the State's programme 147 whatever a file calls it. The
-- State is one payer, whichever of its bodies a file names; a purse is what a payer gives a centre in a year at a stage. The document that a row is of is its source and the file that
-- its locator names: a file repeats no row, two files of the same grants do. A row that says neither an object, a reference
-- nor a place is bare: it may be a sum.
select
    f.rowid as id,
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in :local_authorities then 'local' else 'other' end as giver,
    iif(u.kind = 'state', '', f.funder) as payer,
    case
        when u.kind = 'state' and (
            ' ' || f.scheme || ' ' glob '*[^0-9]147[^0-9]*'
            or (lower(f.scheme) glob '*politique de la ville*' and not f.scheme glob '*[0-9]*')
        ) then 'p147'
        else lower(f.scheme)
    end as programme,
    f.centre || ' ' || iif(u.kind = 'state', '', f.funder) || ' ' || f.year || ' ' || f.stage as purse,
    coalesce(f.source, '') as origin,
    coalesce(f.source, '') || ' ' || rtrim(coalesce(f.locator, ''), '0123456789') as document,
    f.object is null and f.reference is null and f.locator is null as bare,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
