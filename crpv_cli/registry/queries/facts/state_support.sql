-- What the State gives each centre in each year of which it is known.
select
    centre,
    year,
    sum(amount_cents) as amount_cents,
    max(fictitious) as fictitious,
    max(year) over (partition by centre) = year as latest
from money
where giver = 'state' and counted
group by centre, year
