-- The rows of funding up to the year of :as_of, and how much of each a sum counts ("counted_cents"), so that the same money
-- counts once whatever files it came in. Amounts of several stages are never added up: each sum is of one stage.
-- 1. A decision that two documents give is one: of equal amounts of one centre, payer, year, programme and stage, as many
--    count as the document with the most has. A programme that one of them does not name is that of the other.
-- 2. A yearly total and its decisions are the same money: decisions count. What a total has beyond them, if that is more than
--    a hundredth of it, counts as what is not detailed; of several totals only the largest is looked at.
-- 3. Where a row does not say its level, a bare one is a total if it is at least what the decisions of its centre, payer,
--    year, programme and stage add up to; so is the only row of a document whose amount is within a hundredth of what several
--    rows of other documents add up to. All others are decisions.
with recognised as (
    select
        p.*,
        coalesce(
            p.programme,
            iif(p.bare, null, (
                select max(o.programme) from payments as o
                where o.centre = p.centre and o.year = p.year and o.stage = p.stage and o.amount_cents = p.amount_cents
                  and o.document <> p.document and (o.funder = p.funder or (o.kind = 'state' and p.kind = 'state'))
            ))
        ) as its_programme
    from payments as p
),
-- A programme of the State is one payer's, whichever of its bodies a file names.
named as (
    select *, iif(kind = 'state' and its_programme is not null, '', funder) as payer from recognised
),
repeated as (
    select
        *,
        row_number() over (
            partition by centre, payer, year, stage, its_programme, amount_cents, document order by id
        ) as time
    from named
),
sorted as (
    select
        *,
        level is 'yearly-total' or (level is null and bare) as may_be_total,
        row_number() over (
            partition by centre, payer, year, stage, its_programme, amount_cents, time,
                level is 'yearly-total' or (level is null and bare)
            order by id
        ) as copy,
        count(*) over (partition by centre, payer, year, stage, its_programme, document) as in_document
    from repeated
),
details as (
    select
        centre, payer, year, stage, its_programme,
        sum(amount_cents) as cents,
        count(*) as number
    from sorted
    where not may_be_total and copy = 1
    group by centre, payer, year, stage, its_programme
),
-- What a total without a programme is compared with: all that its funder gives.
of_funder as (
    select centre, funder, year, stage, sum(amount_cents) as cents
    from sorted
    where not may_be_total and copy = 1
    group by centre, funder, year, stage
),
compared as (
    select
        s.*,
        iif(s.its_programme is null, a.cents, d.cents) as details_cents,
        case
            when s.level = 'yearly-total' then 1
            when s.level = 'decision' then 0
            when s.bare then coalesce(
                s.amount_cents >= iif(s.its_programme is null, a.cents, d.cents) * 0.99, 1
            )
            else s.in_document = 1 and d.number > 2
                 and abs(s.amount_cents - (d.cents - s.amount_cents)) <= abs(d.cents - s.amount_cents) * 0.01
        end as is_total
    from sorted as s
    left join details as d
        on d.centre = s.centre and d.payer = s.payer and d.year = s.year and d.stage = s.stage
       and d.its_programme is s.its_programme
    left join of_funder as a
        on a.centre = s.centre and a.funder = s.funder and a.year = s.year and a.stage = s.stage
),
placed as (
    select
        *,
        row_number() over (
            partition by centre, payer, year, stage, its_programme, is_total order by amount_cents desc, id
        ) as place,
        -- The details less what was found to be a total among them.
        coalesce(details_cents, 0) - coalesce(
            sum(iif(is_total and not may_be_total, amount_cents, 0))
                over (partition by centre, payer, year, stage, its_programme),
            0
        ) as detailed_cents
    from compared
)
select
    *,
    case
        when not is_total then iif(copy = 1, amount_cents, 0)
        when place > 1 then 0
        when details_cents is null then amount_cents
        when amount_cents - detailed_cents > abs(amount_cents) * 0.01 then amount_cents - detailed_cents
        else 0
    end as counted_cents,
    case
        when not is_total then iif(copy = 1, 'counted', 'repeated')
        when place > 1 then 'repeated'
        when details_cents is null then 'counted'
        when amount_cents - detailed_cents > abs(amount_cents) * 0.01 then 'rest'
        else 'detailed'
    end as part
from placed
