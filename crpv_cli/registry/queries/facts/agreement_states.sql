-- Where each agreement known on :as_of stands: one that was signed later is not known yet, one without a day of signature is
-- known from the start. It is "future" before it starts, "ending" if it runs and ends within :within months, else "running";
-- after its end it is "ended" if a successor took over, else "ended-without-successor". A successor is an agreement of the
-- same centre and funder that ends later and has started by the date; one that is "renewed" has one that follows at all,
-- also one that is to come.
with followed as (
    select
        rowid as id,
        *,
        min(starts_on) over (
            partition by centre, funder order by ends_on desc groups between unbounded preceding and 1 preceding
        ) as next_starts_on
    from agreements
    where signed_on is null or signed_on <= :as_of
),
placed as (
    select
        *,
        next_starts_on is not null as renewed,
        case
            when starts_on > :as_of then 'future'
            when ends_on < :as_of then iif(next_starts_on <= :as_of, 'ended', 'ended-without-successor')
            when ends_on <= (select soon from moment) then 'ending'
            else 'running'
        end as status
    from followed
)
select
    p.*,
    p.status in ('running', 'ending') as runs,
    iif(p.status in ('running', 'ending'), cast(julianday(p.ends_on) - julianday(:as_of) as integer), null) as days_left,
    c.short_name,
    u.name as funder_name,
    u.kind,
    coalesce(s.fictitious, 0) as fictitious
from placed as p
join centres_on as c on c.id = p.centre
join funders as u on u.id = p.funder
left join sources as s on s.id = p.source
