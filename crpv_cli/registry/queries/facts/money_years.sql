-- What is known of the money of each centre and year at :stage (granted by default): years of which anything is known, in
-- which the centre existed or received something. A sum is null where nothing is known.
with wanted as (
    select centre, year from open_years where year in (select year from money_asked)
    union
    select centre, year from money_asked
)
select
    w.centre,
    w.year,
    sum(m.counted_cents) filter (where m.scope = 'p147') as state_p147,
    sum(m.counted_cents) filter (where m.scope = 'programmes') as state_programmes,
    sum(m.counted_cents) filter (where m.scope = 'posts') as state_posts,
    sum(m.counted_cents) filter (where m.giver = 'state') as state,
    sum(m.counted_cents) filter (where m.giver = 'local') as local,
    sum(m.counted_cents) filter (where m.giver = 'other') as other,
    sum(m.counted_cents) as total,
    count(m.centre) > 0 as known,
    coalesce(max(m.fictitious), 0) as fictitious
from wanted as w
left join money_asked as m on m.centre = w.centre and m.year = w.year
group by w.centre, w.year
