-- Rule 1 of facts/money.sql: the rows of funding that are decisions, or do not say their level, and which of them stand
-- for a decision ("stands"); "unclear" are those that may be a total.
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
)
select
    id, purse, programme, pocket, funder, kind, amount_cents, level, bare, document, in_document, unclear,
    reading = 1 and (not shared or id in (select id from different where stands)) as stands
from alike
