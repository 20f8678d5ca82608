-- The years of which money is known, and the one that is usually asked for: the latest that is over and of which subsidies of
-- programme 147 are known, else any support of the State (the first payment of the year that runs is not the year), else the
-- one that runs, else the latest known, at another stage if there is none at this one.
select
    min(year) as earliest,
    max(year) as latest,
    coalesce(
        max(year) filter (where scope = 'p147' and year <= (select closed_year from moment)),
        max(year) filter (where giver = 'state' and year <= (select closed_year from moment)),
        max(year) filter (where giver = 'state'),
        max(year),
        (select max(year) from payments),
        (select this_year from moment)
    ) as usual
from money_asked
