-- The rows of funding up to the year of :as_of, and how much of each a sum counts ("counted_cents"), so that the same money
-- counts once whatever files it came in, in whatever order. Amounts of several stages are never added up.
-- 1. A line of a file is one decision, however it was read. A decision that several documents give is one: of equal amounts of one purse and programme, as many count as the source
--    with the most has; those of two files of one source that say different references, or different objects, are
--    different. A row that names no programme is the same as one of its amount that names one.
-- 2. A yearly total and its decisions are the same money: decisions count, and the total is held against them. Where they
--    lack more than a fifth of it, they are not all of it, and what it has beyond them counts as well ("rest"). The totals of
--    one document add up; of several documents the one with most stands. Decisions that name no programme are those of a
--    total if they make just what it lacks.
-- 3. A row that does not say its level is a total if it is bare and at least what the decisions of its purse and programme
--    add up to, or if it is the only row of its document and what several rows of others add up to. "Just", "add up to" and
--    "at least" are within a hundredth. All other rows are decisions.
-- 4. A total that names no programme is one of all that its payer gives; where the State gives more than one of its bodies
--    says, it is one of what that body gives.
-- facts/money_decisions.sql is rule 1, facts/money_of_programmes.sql rules 2 and 3, facts/money_answers.sql rule 4.
select
    p.*,
    a.programme as its_programme,
    case
        when p.kind <> 'state' then null
        when p.nature = 'post' or a.programme glob '*fonjep*' then 'posts'
        when a.programme = 'p147' then 'p147'
        else 'programmes'
    end as scope,
    a.part is null as is_total,
    a.total_cents,
    a.details_cents,
    a.details,
    a.cents as counted_cents,
    case
        when a.part is not null then a.part
        when a.place > 1 then 'repeated'
        when a.details_cents is null then 'counted'
        when a.cents <> 0 then 'rest'
        else 'detailed'
    end as part
from money_answers as a
join payments as p on p.id = a.id
