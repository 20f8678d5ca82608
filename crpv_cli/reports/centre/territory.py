"""The territory of one centre on a date."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Day, msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports.origin import origin
from crpv_cli.result import Result

_COLUMNS = (
    Column("department", N_("Department"), Kind.CODE),
    Column("name", N_("Name")),
    Column("valid_from", N_("Valid from"), Kind.DATE),
    Column("valid_to", N_("Valid to"), Kind.DATE),
    Column("confidence", N_("Confidence"), choices=choices.CONFIDENCES),
    Column("neighbourhoods", N_("Neighbourhoods"), Kind.INTEGER),
    Column("contracts", N_("Contracts"), Kind.INTEGER),
    Column("inhabitants", N_("Inhabitants"), Kind.INTEGER),
)


def perimeter(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the departments that a centre serves on a date, each once, with what they hold by its counts."""
    rows = tuple(tuple(row) for row in read(connection, query("territory"), as_of, centre=centre))
    served = read(connection, "select source from perimeters_on where centre = :centre", as_of, centre=centre)
    known = [[int(row[place]) for row in rows if row[place] is not None] for place in (5, 6, 7)]
    sums = [sum(counts) if counts else None for counts in known]
    return Result(
        name="perimeter",
        title=msg("Perimeter on {date}", date=Day(as_of)),
        columns=_COLUMNS,
        rows=rows,
        total_row=(None, None, None, None, None, *sums) if len(rows) > 1 else None,
        origin=origin(connection, {source for (source,) in served}),
    )
