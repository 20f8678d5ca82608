-- See ``v_coverage`` in ``definitions/views.py`` for what it is and what its columns hold.
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
