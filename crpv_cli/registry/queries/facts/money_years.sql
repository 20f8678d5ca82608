-- What is known of the money of each centre and year at :stage (granted by default): years of which anything is known, in
-- which the centre existed or received something. A sum is null where nothing is known.
with either as (
    select centre, year, counted_cents, scope, giver, fictitious, 1 as known from money_asked
    union all
    select centre, year, null, null, null, 0, null from open_years
),
summed as (
    select
        centre,
        year,
        sum(counted_cents) filter (where scope = 'p147') as state_p147,
        sum(counted_cents) filter (where scope = 'programmes') as state_programmes,
        sum(counted_cents) filter (where scope = 'posts') as state_posts,
        sum(counted_cents) filter (where giver = 'state') as state,
        sum(counted_cents) filter (where giver = 'local') as local,
        sum(counted_cents) filter (where giver = 'other') as other,
        sum(counted_cents) as total,
        count(known) > 0 as known,
        max(fictitious) as fictitious,
        sum(count(known)) over (partition by year) as known_of_year
    from either
    group by centre, year
)
select centre, year, state_p147, state_programmes, state_posts, state, local, other, total, known, fictitious
from summed
where known_of_year > 0
