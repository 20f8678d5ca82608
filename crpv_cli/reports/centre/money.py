"""Who funds one centre: three years at a glance, and each payment."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports import fictitious
from crpv_cli.reports.centre.years import last_years, year_by_year
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.origin import origin
from crpv_cli.result import Result

_YEAR_COLUMNS = (
    "state",
    "local",
    "other",
    "total",
    "state_share",
    "state_change_share",
    "state_per_neighbourhood",
    "fictitious",
)


def funding_years(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the last three years up to the date: State, local and other money, shares and change.

    A year of which nothing is known is there, unknown.
    """
    found = {year: funding(connection, as_of, centre=centre, year=year) for year in last_years(as_of)}
    return replace(
        year_by_year(connection, found, "total", _YEAR_COLUMNS),
        name="funding_years",
        short=msg(N_("Funding by kind of funder")),
        title=msg(N_("Known funding, last three years")),
    )


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
        Column("source", N_("Source"), Kind.CODE, refers="sources"),
    )
    found = read(
        connection,
        """
        select year, funder, funder_name, kind, scheme, stage, amount_cents, source
        from money
        where centre = :centre and year > (select this_year from moment) - 5
        order by year desc, kind, funder, scheme, stage
        """,
        as_of,
        centre=centre,
    )
    rows = tuple(tuple(row) for row in found)
    sources = fictitious.fictitious_sources(connection)
    return Result(
        name="funding",
        short=msg(N_("Funding by centre")),
        title=msg(N_("Known payments, last five years")),
        columns=columns,
        rows=rows,
        screen=("year", "name", "scheme", "stage", "amount", "source"),
        fictitious=any(row[-1] in sources for row in rows),
        origin=origin(connection, (row[-1] for row in rows)),
    )
