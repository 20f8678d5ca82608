"""What is true today, in SQL: views take no parameter, and speak of today in the local time of whoever reads them.

These texts stand in released steps: they are never edited.
"""

from __future__ import annotations

__all__ = ["OPEN_TODAY", "SERVED_TODAY", "THIS_YEAR", "TODAY"]

TODAY = "date('now', 'localtime')"
THIS_YEAR = "cast(strftime('%Y', 'now', 'localtime') as integer)"
OPEN_TODAY = f"""(c.since is null or c.since <= {THIS_YEAR})
        and (c.label_from is null or c.label_from <= {TODAY})
        and (c.label_to is null or c.label_to >= {TODAY})"""
"""Whether the centre ``c`` is open."""
SERVED_TODAY = f"""
        select distinct p.centre, p.department, coalesce(s.fictitious, 0) as fictitious
        from perimeters as p
        join centres as c on c.id = p.centre and {OPEN_TODAY}
        left join sources as s on s.id = p.source
        where (p.valid_from is null or p.valid_from <= {TODAY}) and (p.valid_to is null or p.valid_to >= {TODAY})
"""
"""The departments that open centres serve."""
