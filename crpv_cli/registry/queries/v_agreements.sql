-- The agreements known today, and where they stand. `crpv report agreements`. One that is signed later is not known yet.
--
-- centre: (agreements)
-- short_name: Its short name.
-- funder: (agreements)
-- funder_name: Its name.
-- kind: Its kind: `state`, `region`, `department`, `intercommunality`, `commune`, and others.
-- title: (agreements)
-- starts_on: (agreements)
-- ends_on: (agreements)
-- days_left: Days from today to its last day, while it runs; null otherwise.
-- status: `ended-without-successor`, `ending` (within 12 months of the calendar), `running`, `future`, or `ended` where
--   an agreement of the same centre and funder took over.
-- renewed: Whether an agreement of the same centre and funder ends later, also one that is to come.
-- amount: What this funder promises over the whole agreement, in euros.
-- reference: (agreements)
-- source: (agreements)
-- fictitious: Whether its source is fictitious.
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
