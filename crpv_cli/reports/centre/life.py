"""How one centre is governed, what it did, and what is agreed with it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, msg
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.listing import Selection, list_table, shape
from crpv_cli.reports.origin import origin
from crpv_cli.result import Result

__all__ = ["activity_years", "agreements_of", "governance"]

_YEARS = 3
_SEAT_COLUMNS = ("organ", "member", "member_kind", "role", "valid_from", "valid_to", "source")
_ACTIVITY_COLUMNS = (
    "animation",
    "skills",
    "capitalisation",
    "complementary",
    "half_days",
    "half_days_change_share",
    "participants",
    "fictitious",
)
# What the sheet does not say again: it is the sheet of one centre.
_AGREEMENT_COLUMNS = (
    "funder_name",
    "title",
    "starts_on",
    "ends_on",
    "status",
    "amount",
    "reference",
    "source",
    "fictitious",
)


def governance(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return who sits in the organs of a centre on a date."""
    table = TABLES["governance"]
    seats = list_table(connection, table, Selection(as_of=as_of))
    place = table.names.index("centre")
    own = replace(seats, rows=tuple(row for row in seats.rows if row[place] == centre))
    sources = [row[table.names.index("source")] for row in own.rows]
    return replace(
        shape(own, Selection(columns=_SEAT_COLUMNS)),
        screen=_SEAT_COLUMNS[:-2],
        notes=(),
        fictitious=not fictitious_sources(connection).isdisjoint(sources),
        origin=origin(connection, sources),
    )


def activity_years(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the last three years of activity up to the date, in half-days by mission; unknown where not reported."""
    last = int(as_of[:4])
    found = [activity(connection, as_of, year, by="centre", centre=centre) for year in range(last, last - _YEARS, -1)]
    by_name = {column.name: column for report in found for column in report.columns}
    # A year that the centre did not report is there, unknown.
    rows = tuple(
        (year if isinstance(year, int) else None, *(record.get(name) for name in _ACTIVITY_COLUMNS))
        for report in found
        for year in (report.parameters["year"],)
        for record in report.records() or [{}]
    )
    known = any(report.totals["half_days"] is not None for report in found)
    return Result(
        name="activity",
        short=msg(N_("Activity")),
        title=msg(N_("Activity in half-days, last three years")),
        columns=(Column("year", N_("Year"), Kind.YEAR), *(by_name[name] for name in _ACTIVITY_COLUMNS)),
        rows=rows if known else (),
        screen=("year", *_ACTIVITY_COLUMNS[:-1]),
        fictitious=any(report.fictitious for report in found),
        origin=origin(connection, {name for report in found if report.origin for name in report.origin.sources}),
    )


def agreements_of(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the agreements of a centre known on a date, what needs attention first."""
    report = agreements(connection, as_of, centre=centre)
    shaped = shape(report, Selection(columns=_AGREEMENT_COLUMNS))
    short, screen = msg(N_("Agreements")), _AGREEMENT_COLUMNS[:6]
    return replace(shaped, name="agreements", short=short, screen=screen, notes=(), total_row=None, is_report=False)
