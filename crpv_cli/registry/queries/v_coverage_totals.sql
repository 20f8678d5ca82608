-- A row for each geography and measure: how much is covered today. `crpv report coverage`. A department that two centres
-- serve counts once; one whose count is not known is left out.
--
-- geography: `2015` or `2024`.
-- measure: `neighbourhoods`, `contracts`, `inhabitants`, or `departments` (those with at least one neighbourhood).
-- covered: How many are covered.
-- total: How many there are.
-- uncovered: The difference.
-- share: `covered` ÷ `total`.
-- fictitious: Whether any count or perimeter is fictitious.
select
    geography,
    measure,
    covered,
    total,
    total - covered as uncovered,
    iif(total > 0, round(covered * 1.0 / total, 6), null) as share,
    fictitious
from coverage_totals
