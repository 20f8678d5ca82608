"""The last years of one centre, a row each, as the reports of these years have them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Message
from crpv_cli.reports.origin import origin
from crpv_cli.result import Result


def last_years(as_of: str) -> range:
    """Return the year of a date and the two before it, the latest first."""
    return range(int(as_of[:4]), int(as_of[:4]) - 3, -1)


def year_by_year(
    connection: sqlite3.Connection, reports: Mapping[int, Result], known: str, names: tuple[str, ...]
) -> Result:
    """Return some columns of the row that the report of each year has of the centre; without one, nothing is known.

    There is no row at all where the total ``known`` is in no year; the last column is one that machines read.
    """
    columns = {column.name: column for report in reports.values() for column in report.columns}
    records = {year: next(iter(report.records()), {}) for year, report in reports.items()}
    rows = tuple((year, *(record.get(name) for name in names)) for year, record in records.items())
    sources = {name for report in reports.values() if report.origin for name in report.origin.sources}
    return Result(
        name="years",
        title=Message(""),
        columns=(Column("year", N_("Year"), Kind.YEAR), *(columns[name] for name in names)),
        rows=rows if any(report.totals[known] is not None for report in reports.values()) else (),
        screen=("year", *names[:-1]),
        fictitious=any(report.fictitious for report in reports.values()),
        origin=origin(connection, sources),
    )
