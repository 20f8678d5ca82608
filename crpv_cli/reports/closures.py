"""Which years are closed, what their reports rest on, and whether something has changed since."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.closures import changed_since
from crpv_cli.result import Note, Result, Value

CLOSED, REOPENED = "closed", "reopened"

_TABLE = TABLES["closures"]
COLUMNS = (
    _TABLE.column("year"),
    Column(
        "state",
        N_("State"),
        Kind.CODE,
        choices=(Choice(CLOSED, N_("closed")), Choice(REOPENED, N_("reopened"))),
        emphasis=True,
    ),
    _TABLE.column("rests_on"),
    _TABLE.column("closed_on"),
    _TABLE.column("reopened_on"),
    Column("changed", N_("Rows changed since"), Kind.INTEGER),
    Column("documents", N_("Files handed on"), prose=True),
    _TABLE.column("note"),
)


def closures(connection: sqlite3.Connection) -> Result:
    """List the closings of years, the last year and its last closing first.

    ``changed`` is how many rows of the year are not what they were after the load that the report rests on,
    ``documents`` the names of the files handed on.
    """
    found = connection.execute(
        """
        select t.*, (
            select group_concat(document, ', ') from (
                select f.document from closures as f
                where f.year = t.year and f.rests_on = t.rests_on and f.document is not null order by f.document
            )
        ) as documents
        from closures as t where t.document is null order by t.year desc, t.rests_on desc
        """
    ).fetchall()
    rows: list[tuple[Value, ...]] = []
    notes: list[Note] = []
    told: set[int] = set()
    for row in found:
        changed = changed_since(connection, row["year"], row["rests_on"])
        state = CLOSED if row["reopened_on"] is None else REOPENED
        rows.append(
            (
                row["year"],
                state,
                row["rests_on"],
                row["closed_on"],
                row["reopened_on"],
                sum(changed.values()),
                row["documents"],
                row["note"],
            )
        )
        if row["year"] not in told:
            told.add(row["year"])
            notes += _notes(row["year"], row["rests_on"], row["reopened_on"], changed)
    return Result(
        name="closures",
        title=msg(N_("Closed years")),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=("year", "state", "rests_on", "closed_on", "reopened_on", "changed", "documents"),
        spare=("reopened_on",),
        notes=tuple(notes),
    )


def _notes(year: int, load: int, reopened: str | None, changed: dict[str, int]) -> list[Note]:
    """How the report of a year is made again; what is known otherwise since; how it is closed again."""
    said = {"year": str(year), "load": str(load)}
    data = {"year": year, "load": load}
    notes = [
        Note(
            "report-again",
            msg("Report of {year} as it stood: crpv report network --as-of {year}-12-31 --known {load}", **said),
            data,
        )
    ]
    if changed:
        counts: list[Message] = [
            msg("{table}: {count}", table=msg(TABLES[name].label), count=count) for name, count in changed.items()
        ]
        notes.append(
            Note(
                "changed-since",
                msg(
                    "{year}, since load {load}: {tables}. "
                    "See: crpv report changes --to {year}-12-31 --known-from {load}",
                    tables=counts,
                    **said,
                ),
                data | {"rows": changed},
            )
        )
    if reopened is not None:
        notes.append(
            Note(
                "reopened",
                msg(
                    "{year} was reopened on {date}; close it again with: crpv close {year}",
                    date=Day(reopened),
                    year=str(year),
                ),
                data,
            )
        )
    return notes
