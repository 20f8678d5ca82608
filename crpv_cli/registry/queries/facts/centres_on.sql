-- Every centre of the registry with its name, form, carrier, SIREN and seat as they were on :as_of: those of its former state
-- that ends next, else those that it has now. What it was before the first state known is that of the first.
with states as (
    select *, row_number() over (partition by centre order by valid_to) as place
    from centre_states
    where valid_to >= :as_of
)
select
    c.id,
    coalesce(s.name, c.name) as name,
    coalesce(s.short_name, c.short_name) as short_name,
    coalesce(s.legal_form, c.legal_form) as legal_form,
    iif(s.centre is null, c.carrier, s.carrier) as carrier,
    iif(s.centre is null, c.siren, s.siren) as siren,
    iif(s.centre is null, c.seat, s.seat) as seat,
    c.website,
    c.opened,
    c.closed,
    c.successor,
    c.co_funded,
    c.exemption_reason,
    c.confidence,
    c.source,
    c.note
from centres as c
left join states as s on s.centre = c.id and s.place = 1
