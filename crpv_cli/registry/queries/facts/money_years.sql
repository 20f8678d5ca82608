-- What is known of the money of each centre and year: years of which anything is known, in which the centre was open or
-- received something. A sum is null where nothing is known.
with wanted as (
    select centre, year from open_years where year in (select year from money_asked)
    union
    select centre, year from money_asked
)
select
    w.centre,
    w.year,
    sum(m.amount_cents) filter (where m.giver = 'state') as state,
    sum(m.amount_cents) filter (where m.giver = 'local') as local,
    sum(m.amount_cents) filter (where m.giver = 'other') as other,
    sum(m.amount_cents) as total,
    count(m.centre) > 0 as known,
    coalesce(max(m.fictitious), 0) as fictitious
from wanted as w
left join money_asked as m on m.centre = w.centre and m.year = w.year
group by w.centre, w.year
