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
-- This is rule 4: facts/money_decisions.sql is the first one, facts/money_of_programmes.sql the two others.
with purses as (
    select purse, sum(cents) as cents, count(*) as number from money_of_programmes where cents <> 0 group by purse
),
pockets as (
    select purse, programme, sum(cents) as cents, count(*) as number from money_of_programmes group by purse, programme
),
bodies as (
    select purse, funder, sum(cents) as cents, count(*) as number from money_of_programmes group by purse, funder
),
whole as (
    select
        id, purse, funder, kind, amount_cents, document || iif(bare, '*', '') as document, 1 as stands, 0 as unclear,
        sum(amount_cents) over (partition by purse, document || iif(bare, '*', '')) as total_cents,
        sum(amount_cents) over (
            partition by purse, document || iif(bare, '*', '') order by amount_cents desc, id
        ) as upto_cents
    from payments
    where level = 'yearly-total' and programme is null
    union all
    select id, purse, funder, kind, amount_cents, document || '*', stands, 1, amount_cents, amount_cents
    from money_decisions
    where unclear and programme is null
),
compared as (
    select
        w.*,
        p.purse is null or w.total_cents >= p.cents * 0.99 as of_all,
        n.cents as near_cents,
        n.number as near_number,
        p.cents as purse_cents,
        p.number as purse_number,
        b.cents as body_cents,
        b.number as body_number
    from whole as w
    left join purses as p on p.purse = w.purse
    left join bodies as b on b.purse = w.purse and b.funder = w.funder
    left join pockets as n
        on n.purse = w.purse and n.cents <> 0 and abs(w.total_cents - n.cents) <= abs(n.cents) * 0.01
    group by w.id
),
based as (
    select
        *,
        iif(of_all or near_cents is not null or kind <> 'state' or body_cents is 0, '', funder) as of_body,
        case
            when of_all or (near_cents is null and (kind <> 'state' or body_cents is 0)) then purse_cents
            else coalesce(near_cents, body_cents)
        end as details_cents,
        case
            when of_all or (near_cents is null and (kind <> 'state' or body_cents is 0)) then purse_number
            else coalesce(near_number, body_number, 0)
        end as details,
        not unclear or of_all or near_cents is not null as is_whole
    from compared
),
wholes as (
    select
        *,
        dense_rank() over (partition by is_whole, purse, of_body order by total_cents desc, document) as place
    from based
),
answered as (
    select id, programme, cents, part, place, total_cents, details_cents, details from money_of_programmes
    union all
    select
        id,
        null,
        case
            when not is_whole then iif(stands, amount_cents, 0)
            when place > 1 then 0
            when details_cents is null then amount_cents
            when total_cents - details_cents > abs(total_cents) * 0.2
                then max(0, upto_cents - max(upto_cents - amount_cents, details_cents))
            else 0
        end,
        iif(is_whole, null, iif(stands, 'counted', 'repeated')),
        iif(is_whole, place, null),
        iif(is_whole, total_cents, null),
        iif(is_whole, details_cents, null),
        iif(is_whole, details, null)
    from wholes
)
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
from answered as a
join payments as p on p.id = a.id
