-- The rows of funding that count, from the year before :first to :last, known on :as_of.
-- Money of several stages is the same money: for a centre, a funder, a year and a scheme, what was paid stands before
-- what was granted, a scheme that is not named being any of them; requests never count. With :stage, the rows of that stage
-- and no other.
, known as (
    select
        f.centre,
        f.funder,
        u.name as funder_name,
        u.kind,
        f.year,
        f.scheme,
        f.stage,
        f.amount_cents,
        f.purpose,
        f.reference,
        f.source,
        coalesce(s.fictitious, 0) as fictitious,
        max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year, lower(f.scheme)) as paid_scheme,
        max(f.stage = 'paid' and f.scheme is null) over (partition by f.centre, f.funder, f.year) as paid_unnamed,
        max(f.stage = 'paid') over (partition by f.centre, f.funder, f.year) as paid_any
    from funding as f
    join funders as u on u.id = f.funder
    left join sources as s on s.id = f.source
    where f.year between :first - 1 and min(:last, cast(substr(:as_of, 1, 4) as integer))
      and (:centre is null or f.centre = :centre)
)
select *
from known
where case
    when :stage is not null then stage = :stage
    when stage = 'granted' then not (paid_scheme or paid_unnamed or (scheme is null and paid_any))
    else stage = 'paid'
end
order by year, centre, funder, scheme, stage, purpose, reference, source
