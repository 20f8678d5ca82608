-- The rows of funding up to the year of :as_of: who gives them, and which kind of giver that is: the State, local
-- authorities, others. The State's money has a scope: the subsidies of programme
-- 147, posts, and all else, its other programmes. The document that a row is of is its source and the file that its locator
-- names: a file repeats no row, two files of the same grants do. A row that says neither an object, a reference nor a place
-- is bare: it may be a sum.
select
    f.rowid as id,
    f.*,
    u.name as funder_name,
    u.kind,
    case when u.kind = 'state' then 'state' when u.kind in :local_authorities then 'local' else 'other' end as giver,
    case
        when u.kind <> 'state' then null
        when f.nature = 'post' then 'posts'
        when lower(f.scheme) in ('p147', '147') then 'p147'
        else 'programmes'
    end as scope,
    lower(f.scheme) as programme,
    coalesce(f.source, '') || ' ' || rtrim(coalesce(f.locator, ''), '0123456789') as document,
    f.object is null and f.reference is null and f.locator is null as bare,
    s.title as source_title,
    coalesce(s.fictitious, 0) as fictitious
from funding as f
join funders as u on u.id = f.funder
left join sources as s on s.id = f.source
where f.year <= (select this_year from moment)
