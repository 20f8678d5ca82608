-- The centres that exist today, as `crpv list` shows them.
--
-- id: (centres)
-- name: (centres)
-- short_name: (centres)
-- legal_form: (centres)
-- carrier: (centres)
-- siren: (centres)
-- seat: (centres)
-- website: (centres)
-- opened: (centres)
-- closed: (centres)
-- successor: (centres)
-- labelled: Whether it has the State's label today; null where that is not known.
-- co_funded: Whether it is to be funded by the State and a local authority.
-- exemption_reason: (centres)
-- confidence: (centres)
-- source: (centres)
-- note: (centres)
-- departments: The departments that it serves today, separated by spaces.
-- state_support: Subsidies of programme 147 granted, in euros, of the latest year for which they are known.
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
    opened,
    closed,
    successor,
    labelled,
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
