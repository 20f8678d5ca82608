-- See ``v_agreements`` in ``definitions/views.py`` for what it is and what its columns hold.
select
    centre,
    short_name,
    funder,
    funder_name,
    kind,
    title,
    starts_on,
    ends_on,
    days_left,
    status,
    renewed,
    amount_cents / 100.0 as amount,
    reference,
    source,
    fictitious
from agreement_states
