"""Who funds one centre: what was granted in three years at a glance, and each payment."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Day, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports import fictitious
from crpv_cli.reports.centre.years import last_years
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.origin import origin
from crpv_cli.result import Result

_YEAR_COLUMNS = (
    "year",
    "state_p147",
    "state_programmes",
    "state_posts",
    "local",
    "other",
    "total",
    "paid",
    "left",
    "state_share",
    "state_share_at_most",
    "state_change_share",
    "state_per_neighbourhood",
    "fictitious",
)
# What is shown only where something is known of it.
_WHERE_KNOWN = {"state_programmes", "state_posts", "other", "paid", "left", "state_share", "state_share_at_most"}
_NOTES = {"paid-of-granted", "other-stage-only"}


def funding_years(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return what was granted in the last three years up to the date, by who gives it, with shares and change.

    A year of which nothing is known is there, unknown. What a neighbourhood has is over the perimeter of the date.
    """
    years = last_years(as_of)
    report = funding(connection, as_of, years[-1], years[0], by="centre-year", centre=centre)
    records = {record["year"]: record for record in report.records()}
    rows = tuple(tuple(records.get(year, {"year": year}).get(name) for name in _YEAR_COLUMNS) for year in years)
    known = report.totals["total"] is not None or report.totals["paid"] is not None
    found = replace(
        report,
        name="funding_years",
        short=msg(N_("Funding by kind of funder")),
        title=msg("Known funding granted, last three years (per neighbourhood: perimeter of {date})", date=Day(as_of)),
        columns=tuple(report.column(name) for name in _YEAR_COLUMNS),
        rows=rows if known else (),
        notes=tuple(note for note in report.notes if note.code in _NOTES),
        parameters={},
        totals={},
        total_row=None,
        is_report=False,
        command="",
    )
    shown = (name for name in _YEAR_COLUMNS[:-1] if name not in _WHERE_KNOWN or found.known(name))
    return replace(found, screen=tuple(shown))


def payments(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return each row of funding of the last five years up to the date, at every stage."""
    columns = (
        Column("year", N_("Year"), Kind.YEAR),
        Column("funder", N_("Funder"), Kind.CODE),
        Column("name", N_("Funder")),
        Column("kind", N_("Kind"), Kind.CODE, choices=choices.FUNDER_KINDS),
        Column("scheme", N_("Scheme")),
        Column("stage", N_("Stage"), Kind.CODE, choices=choices.STAGES),
        Column("amount", N_("Amount"), Kind.MONEY),
        Column("object", N_("Object")),
        Column("source", N_("Source"), Kind.CODE, refers="sources"),
    )
    found = read(
        connection,
        """
        select year, funder, funder_name, kind, scheme, stage, amount_cents, object, source
        from money
        where centre = :centre and year > (select this_year from moment) - 5
        order by year desc, kind, funder, scheme, stage, object, id
        """,
        as_of,
        centre=centre,
    )
    rows = tuple(tuple(row) for row in found)
    sources = fictitious.fictitious_sources(connection)
    return Result(
        name="funding",
        short=msg(N_("Payments")),
        title=msg(N_("Known payments, last five years")),
        columns=columns,
        rows=rows,
        screen=("year", "name", "scheme", "stage", "amount", "object", "source"),
        fictitious=any(row[-1] in sources for row in rows),
        origin=origin(connection, (row[-1] for row in rows)),
    )
