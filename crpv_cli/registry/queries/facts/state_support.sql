-- The subsidies of the State's programme 147 granted to each centre in each year of which any is known: what "the State's
-- support" means where no other scope is named. Posts and other programmes are apart.
select
    centre,
    year,
    sum(counted_cents) as amount_cents,
    max(fictitious) as fictitious,
    max(year) over (partition by centre) = year as latest
from money
where scope = 'p147' and stage = 'granted' and part in ('counted', 'rest')
group by centre, year
