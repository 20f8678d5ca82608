-- A row for each measure: how much is covered today. `crpv report coverage`. A department that two centres
-- serve counts once; one whose count is not known is left out.
--
-- measure: `neighbourhoods`, `contracts`, `inhabitants`, or `departments` (those with at least one neighbourhood).
-- covered: How many are covered.
-- high: What of it rests on high confidence alone.
-- medium: What of it rests on high or medium confidence.
-- labelled: What of it a labelled centre covers; null if no label is known.
-- total: How many there are.
-- uncovered: The difference.
-- share: `covered` ÷ `total`.
-- fictitious: Whether any count or perimeter is fictitious.
select
    measure,
    covered,
    high,
    medium,
    labelled,
    total,
    total - covered as uncovered,
    iif(total > 0, round(covered * 1.0 / total, 6), null) as share,
    fictitious
from coverage_totals
