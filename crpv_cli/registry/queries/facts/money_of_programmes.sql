-- Rules 2 and 3 of facts/money.sql: decisions, and the totals that name a programme, with what the decisions of each
-- programme add up to. "part" is empty for a total.
-- What a pocket adds up to stands beside each of its rows: each time that a query is named, SQLite reads it anew.
with marked as (
    select
        *,
        sum(amount_cents) filter (where stands and not unclear) over own as pocket_cents,
        count(*) filter (where stands and not unclear) over own as pocket_number,
        sum(amount_cents) filter (where stands and not unclear and in_document > 1) over own as several_cents
    from money_decisions
    window own as (partition by pocket)
),
told_apart as (
    select
        *,
        stands and level is null and not bare and in_document = 1 and pocket_number > 2 and (
            abs(amount_cents - several_cents) <= abs(several_cents) * 0.01
            or abs(amount_cents - (pocket_cents - amount_cents)) <= abs(pocket_cents - amount_cents) * 0.01
        ) is true as lone
    from marked
),
detailed as (
    select
        *,
        pocket_cents - coalesce(sum(amount_cents) filter (where lone) over own, 0) as cents,
        pocket_number - count(*) filter (where lone) over own as number
    from told_apart
    window own as (partition by pocket)
),
details as (
    select purse, programme, pocket, cents, number from detailed where stands and not unclear group by pocket
),
found as (
    select id, purse, programme, purse || ' ' || programme as pocket, document || iif(bare, '*', '') as document, amount_cents
    from payments
    where level = 'yearly-total' and programme is not null
    union all
    select id, purse, programme, pocket, document || iif(bare, '*', ''), amount_cents
    from detailed
    where programme is not null and unclear and coalesce(amount_cents >= cents * 0.99, 1) or lone
),
added as (
    select
        *,
        sum(amount_cents) over (partition by pocket, document) as total_cents,
        sum(amount_cents) over (partition by pocket, document order by amount_cents desc, id) as upto_cents
    from found
),
ranked as (
    select *, dense_rank() over (partition by pocket order by total_cents desc, document) as place from added
),
adopted as (
    select t.purse, max(t.pocket) as pocket, max(t.programme) as programme, u.cents, u.number
    from ranked as t
    join details as u on u.purse = t.purse and u.programme is null
    left join details as d on d.pocket = t.pocket
    where t.programme is not null and t.place = 1
      and t.total_cents - coalesce(d.cents, 0) > t.total_cents * 0.01
      and abs(t.total_cents - coalesce(d.cents, 0) - u.cents) <= t.total_cents * 0.01
    group by t.purse
),
held as (
    select
        t.*,
        iif(d.cents is null and u.cents is null, null, coalesce(d.cents, 0) + coalesce(u.cents, 0)) as details_cents,
        coalesce(d.number, 0) + coalesce(u.number, 0) as details
    from ranked as t
    left join details as d on d.pocket = t.pocket
    left join adopted as u on u.pocket = t.pocket
)
select
    s.id, s.purse, s.funder, s.pocket, s.kind,
    coalesce(u.programme, s.programme) as programme,
    case
        when h.id is null then iif(s.stands, s.amount_cents, 0)
        when h.place > 1 then 0
        when h.details_cents is null then h.amount_cents
        when h.total_cents - h.details_cents > abs(h.total_cents) * 0.2
            then max(0, h.upto_cents - max(h.upto_cents - h.amount_cents, h.details_cents))
        else 0
    end as cents,
    iif(h.id is null, iif(s.stands, 'counted', 'repeated'), null) as part,
    h.place, h.total_cents, h.details_cents, h.details
from (
    select id, purse, funder, pocket, kind, programme, amount_cents, stands from money_decisions
    where not unclear or programme is not null
    union all
    select id, purse, funder, purse || ' ' || programme, kind, programme, amount_cents, 1 from payments
    where level = 'yearly-total' and programme is not null
) as s
left join held as h on h.id = s.id
left join adopted as u on u.purse = s.purse and s.programme is null
