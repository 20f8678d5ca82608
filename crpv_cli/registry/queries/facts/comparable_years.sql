-- For each year: how many centres existed in it, of how many the subsidies of programme 147 are known at :stage (granted by
-- default; with :scheme, those of that scheme), and whether the year can be compared with others: it can if each centre that
-- existed in it and of which any year is known is known in this one too. A year of which nothing is known compares with none.
with known as (
    select distinct centre, year from money_asked where :scheme is not null or scope = 'p147'
)
select
    o.year,
    count(*) as centres,
    count(k.centre) as known,
    count(k.centre) > 0 and sum(k.centre is null and o.centre in (select centre from known)) = 0 as comparable,
    group_concat(iif(k.centre is null, o.centre, null), ' ') as missing
from (select centre, year from open_years order by year, centre) as o
left join known as k on k.centre = o.centre and k.year = o.year
where :centres is null or o.centre in (select value from json_each(:centres))
group by o.year
