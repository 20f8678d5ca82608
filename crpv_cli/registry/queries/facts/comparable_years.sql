-- For each year of the subsidies of programme 147: how many centres existed in it, of how many they are known, and whether the
-- year can be compared with the latest year known that is over: it can if every centre of which that year is known and
-- that existed in this one is known in this one too. A year of which nothing is known compares with nothing.
with reference as (
    select coalesce(
        max(year) filter (where year <= (select closed_year from moment)), max(year)
    ) as year
    from state_support
)
select
    o.year,
    count(*) as centres,
    count(s.centre) as known,
    count(s.centre) > 0 and coalesce(
        sum(s.centre is null and o.centre in (
            select centre from state_support where year = (select year from reference)
        )), 0
    ) = 0 as comparable,
    group_concat(iif(s.centre is null, o.centre, null), ' ') as missing
from open_years as o
left join state_support as s on s.centre = o.centre and s.year = o.year
where o.year <= (select max(year) from state_support)
group by o.year
