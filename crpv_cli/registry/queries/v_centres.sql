-- The centres open today, as `crpv list` shows them.
--
-- id: (centres)
-- name: (centres)
-- short_name: (centres)
-- legal_form: (centres)
-- carrier: (centres)
-- siren: (centres)
-- seat: (centres)
-- website: (centres)
-- since: (centres)
-- label_from: (centres)
-- label_to: (centres)
-- co_funded: Whether it is to be funded by the State and a local authority.
-- exemption_reason: (centres)
-- confidence: (centres)
-- source: (centres)
-- note: (centres)
-- departments: The departments that it serves today, separated by spaces.
-- state_support: State support in euros of the latest year for which it is known: paid, else granted.
-- state_support_year: That year.
-- missions_evaluated: How many core missions have ever been evaluated; null if the registry holds no evaluation at all.
-- core_missions: How many core missions there are.
-- fictitious: Whether the centre, its State support or its evaluations are fictitious.
select
    id,
    name,
    short_name,
    legal_form,
    carrier,
    siren,
    seat,
    website,
    since,
    label_from,
    label_to,
    co_funded,
    exemption_reason,
    confidence,
    source,
    note,
    departments,
    state_support_cents / 100.0 as state_support,
    state_support_year,
    missions_evaluated,
    core_missions,
    fictitious
from centre_overview
