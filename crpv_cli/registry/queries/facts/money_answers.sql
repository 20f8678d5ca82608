-- Rule 4 of facts/money.sql, and with it what is answered of each row of funding: what it counts ("cents"), and why ("part", empty
-- for a total).
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
)
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
