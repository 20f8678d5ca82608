-- See ``v_coverage_totals`` in ``definitions/views.py`` for what it is and what its columns hold.
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
