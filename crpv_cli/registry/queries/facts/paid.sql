-- What is paid beside what is granted, for each centre, payer, year and programme: null where a stage is not known. What is
-- left to pay is only known where both are.
select
    centre,
    payer,
    max(funder) as funder,
    max(funder_name) as funder_name,
    giver,
    scope,
    year,
    its_programme as programme,
    sum(counted_cents) filter (where stage = 'granted') as granted,
    sum(counted_cents) filter (where stage = 'paid') as paid,
    sum(counted_cents) filter (where stage = 'granted') - sum(counted_cents) filter (where stage = 'paid') as left_cents,
    max(fictitious) as fictitious
from money
where stage in ('granted', 'paid') and part in ('counted', 'rest')
group by centre, payer, giver, scope, year, its_programme
