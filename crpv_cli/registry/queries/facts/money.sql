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
with alike as (
    select
        id, purse, programme, purse || ' ' || coalesce(programme, '') as pocket, funder, kind, amount_cents, level, bare,
        origin, document, reference, object,
        fictitious * 16 + bare * 8 + (nature is null) * 2 + (object is null) as lacking,
        min(document) over (partition by purse, amount_cents) <> max(document) over (partition by purse, amount_cents)
            as shared,
        count(*) over (partition by purse, programme, document) as in_document,
        iif(
            locator glob '*:*[0-9]',
            row_number() over (partition by purse, amount_cents, origin, locator order by object is null, id),
            1
        ) as reading,
        bare and level is null and amount_cents >= 0 as unclear
    from payments
    where level is not 'yearly-total'
),
-- Rule 1, for the rows whose amount another document has as well. Of those that are the same, the one that says most stands.
worded as (
    select
        id, purse, programme, pocket, amount_cents, origin, document,
        lacking + (in_document = 1) * 4 as lacking,
        case count(*) over own
            when count(reference) over own then reference
            when count(object) over own then substr(lower(object), 1, 80)
            else ''
        end as words
    from alike
    where shared and reading = 1
    window own as (partition by pocket, amount_cents, origin)
),
in_files as (
    select
        *,
        row_number() over (
            partition by pocket, amount_cents, origin, words, document order by lacking, id
        ) as nth_of_file
    from worded
),
in_sources as (
    select
        *,
        row_number() over (
            partition by pocket, amount_cents, origin, words, nth_of_file order by lacking, document
        ) as copy
    from in_files
),
ordered as (
    select
        *,
        row_number() over (partition by pocket, amount_cents, origin order by lacking, id) as nth_of_pocket,
        row_number() over (
            partition by purse, amount_cents, origin order by programme is null, lacking, id
        ) as nth
    from in_sources
    where copy = 1
),
firsts as (
    select
        id, purse, programme, amount_cents, nth,
        row_number() over (
            partition by pocket, amount_cents, iif(programme is null, nth, nth_of_pocket) order by lacking, origin
        ) as copy
    from ordered
),
different as (
    select
        id,
        programme is not null
            or nth > coalesce(sum(programme is not null) over (partition by purse, amount_cents), 0) as stands
    from firsts
    where copy = 1
),
standing as (
    select
        id, purse, programme, pocket, funder, kind, amount_cents, level, bare, document, in_document, unclear,
        reading = 1 and (not shared or id in (select id from different where stands)) as stands
    from alike
),
-- Rules 2 and 3: what the decisions of each programme add up to, and which rows are totals of them.
summed as (
    select
        purse, programme, pocket,
        sum(amount_cents) as cents,
        count(*) as number,
        sum(amount_cents) filter (where in_document > 1) as several_cents
    from standing
    where stands and not unclear
    group by pocket
),
lone as (
    select s.id, s.pocket, s.amount_cents
    from standing as s
    join summed as d on d.pocket = s.pocket
    where s.stands and s.level is null and not s.bare and s.in_document = 1 and d.number > 2 and (
        abs(s.amount_cents - d.several_cents) <= abs(d.several_cents) * 0.01
        or abs(s.amount_cents - (d.cents - s.amount_cents)) <= abs(d.cents - s.amount_cents) * 0.01
    )
),
details as (
    select
        d.purse, d.programme, d.pocket,
        d.cents - coalesce(sum(l.amount_cents), 0) as cents,
        d.number - count(l.id) as number
    from summed as d
    left join lone as l on l.pocket = d.pocket
    group by d.pocket
),
found as (
    select id, purse, programme, purse || ' ' || programme as pocket, document || iif(bare, '*', '') as document, amount_cents
    from payments
    where level = 'yearly-total' and programme is not null
    union all
    select s.id, s.purse, s.programme, s.pocket, s.document || iif(s.bare, '*', ''), s.amount_cents
    from standing as s
    left join details as d on d.pocket = s.pocket
    where s.programme is not null and s.unclear and coalesce(s.amount_cents >= d.cents * 0.99, 1)
       or s.id in (select id from lone)
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
),
told as (
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
        select id, purse, funder, pocket, kind, programme, amount_cents, stands from standing
        where not unclear or programme is not null
        union all
        select id, purse, funder, purse || ' ' || programme, kind, programme, amount_cents, 1 from payments
        where level = 'yearly-total' and programme is not null
    ) as s
    left join held as h on h.id = s.id
    left join adopted as u on u.purse = s.purse and s.programme is null
),
-- Rule 4.
purses as (select purse, sum(cents) as cents, count(*) as number from told where cents <> 0 group by purse),
pockets as (select purse, programme, sum(cents) as cents, count(*) as number from told group by purse, programme),
bodies as (select purse, funder, sum(cents) as cents, count(*) as number from told group by purse, funder),
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
    from standing
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
        end as details
    from compared
    where not unclear or of_all or near_cents is not null
),
wholes as (
    select *, dense_rank() over (partition by purse, of_body order by total_cents desc, document) as place from based
),
answered as (
    select id, programme, cents, part, place, total_cents, details_cents, details from told
    union all
    select
        id,
        null,
        case
            when place > 1 then 0
            when details_cents is null then amount_cents
            when total_cents - details_cents > abs(total_cents) * 0.2
                then max(0, upto_cents - max(upto_cents - amount_cents, details_cents))
            else 0
        end,
        null,
        place,
        total_cents,
        details_cents,
        details
    from wholes
    union all
    select id, null, iif(stands, amount_cents, 0), iif(stands, 'counted', 'repeated'), null, null, null, null
    from whole
    where id not in (select id from wholes)
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
