"""What one centre was, how it is governed, what it did, and what is agreed with it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.centre.years import last_years, year_by_year
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.listing import Selection, list_table, shape
from crpv_cli.reports.origin import origin
from crpv_cli.reports.rows import row_of
from crpv_cli.result import Result

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


def labels(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the labels that a centre has or had on a date, the latest first; no row where none is known."""
    columns = tuple(column for column in TABLES["labels"].columns if column.name not in {"centre", "note"})
    return _own_rows(
        connection,
        "labels",
        columns,
        "select * from labels where centre = :centre and (valid_from is null or valid_from <= :as_of)"
        " order by valid_from desc",
        centre,
        as_of,
    )


def former_states(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return what a centre was called and was before a date, the latest first; no row where it was always so."""
    columns = tuple(column for column in TABLES["centre_states"].columns if column.name not in {"centre", "note"})
    found = _own_rows(
        connection,
        "centre_states",
        columns,
        "select * from centre_states where centre = :centre and valid_to < :as_of order by valid_to desc",
        centre,
        as_of,
    )
    return replace(found, title=msg(N_("Former states")), short=msg(N_("Former states")))


def _own_rows(
    connection: sqlite3.Connection, table: str, columns: tuple[Column, ...], sql: str, centre: str, as_of: str
) -> Result:
    found = read(connection, sql, as_of, centre=centre).fetchall()
    sources = [row["source"] for row in found]
    return Result(
        name=table,
        title=msg(TABLES[table].label),
        columns=columns,
        rows=tuple(row_of(columns, row) for row in found),
        screen=tuple(name for name in TABLES[table].screen if name != "centre"),
        fictitious=not fictitious_sources(connection).isdisjoint(sources),
        origin=origin(connection, sources),
    )


def governance(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return who sits in the organs of a centre on a date."""
    found = own_rows(connection, "governance", centre, as_of, _SEAT_COLUMNS)
    return replace(found, screen=_SEAT_COLUMNS[:-2])


def own_rows(
    connection: sqlite3.Connection,
    name: str,
    centre: str,
    as_of: str,
    columns: tuple[str, ...],
    title: Message | None = None,
    short: Message | None = None,
    whose: str = "centre",
) -> Result:
    """Return some columns of the rows of a table that were true on a date and are a centre's, as a section.

    ``whose`` is the column that names the centre; the last of ``columns``, the source, is not shown on a terminal.
    """
    table = TABLES[name]
    found = list_table(connection, table, Selection(as_of=as_of))
    own = replace(found, rows=tuple(row for row in found.rows if row[found.places[whose]] == centre))
    sources = [row[found.places["source"]] for row in own.rows]
    return replace(
        shape(own, Selection(columns=columns)),
        title=title or found.title,
        short=short,
        screen=columns[:-1],
        notes=(),
        fictitious=not fictitious_sources(connection).isdisjoint(sources),
        origin=origin(connection, sources),
    )


def activity_years(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the last three years of activity up to the date, in half-days by mission; unknown where not reported."""
    found = {year: activity(connection, as_of, year, centre=centre) for year in last_years(as_of)}
    return replace(
        year_by_year(connection, found, "half_days", _ACTIVITY_COLUMNS),
        name="activity",
        short=msg(N_("Activity")),
        title=msg(N_("Activity in half-days, last three years")),
    )


def agreements_of(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the agreements of a centre known on a date, what needs attention first."""
    report = agreements(connection, as_of, centre=centre)
    shaped = shape(report, Selection(columns=_AGREEMENT_COLUMNS))
    short, screen = msg(N_("Agreements")), _AGREEMENT_COLUMNS[:6]
    return replace(shaped, name="agreements", short=short, screen=screen, notes=(), total_row=None, is_report=False)
