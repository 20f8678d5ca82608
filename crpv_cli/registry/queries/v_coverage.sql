-- A row for each department: what it holds today, and who serves it. `crpv report coverage --by department`.
--
-- department: INSEE code of the department, as text.
-- name: Its name.
-- region_code: INSEE code of its region.
-- region_name: Name of the region.
-- overseas: Whether it is overseas.
-- geography: The list of neighbourhoods that its count of them follows: `2015` or `2024`.
-- neighbourhoods: How many priority neighbourhoods it has; null if that is not known.
-- contracts: How many city contracts.
-- inhabitants: How many inhabitants the neighbourhoods have.
-- covered: Whether a centre that exists today serves it.
-- centres: The ids of the centres that do, separated by spaces.
-- confidence: How sure that is: `high`, `medium` or `low`; null if no centre serves it.
-- labelled: Whether one of these centres has the State's label; null if no label of theirs is known.
-- fictitious: Whether a count or a perimeter is fictitious.
select
    department,
    name,
    region_code,
    region_name,
    overseas,
    max(geography) filter (where measure = 'neighbourhoods') as geography,
    sum(value) filter (where measure = 'neighbourhoods') as neighbourhoods,
    sum(value) filter (where measure = 'contracts') as contracts,
    sum(value) filter (where measure = 'inhabitants') as inhabitants,
    centres is not null as covered,
    centres,
    confidence,
    labelled,
    max(fictitious) as fictitious
from coverage
group by department
