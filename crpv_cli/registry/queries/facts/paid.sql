-- What is requested, granted and paid, beside each other, for each centre, payer, year and programme: null where a stage is
-- not known. What is left to pay is only known where both are. ":scheme", ":nature" and ":centres" are those of money_asked.
select
    centre,
    payer,
    max(funder) as funder,
    max(funder_name) as funder_name,
    giver,
    scope,
    year,
    its_programme as programme,
    max(scheme) as scheme,
    sum(counted_cents) filter (where stage = 'requested') as requested,
    sum(counted_cents) filter (where stage = 'granted') as granted,
    sum(counted_cents) filter (where stage = 'paid') as paid,
    sum(counted_cents) filter (where stage = 'granted') - sum(counted_cents) filter (where stage = 'paid') as left_cents,
    max(fictitious) as fictitious
from money
where part in ('counted', 'rest')
  and (:scheme is null or its_programme = lower(:scheme))
  and (:nature is null or coalesce(nature, 'unknown') = :nature)
  and (:centres is null or centre in (select value from json_each(:centres)))
group by centre, payer, giver, scope, year, its_programme
