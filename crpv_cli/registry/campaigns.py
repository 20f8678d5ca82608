"""Collection campaigns: which centres are asked for what of a year, by when, and to whom they answer."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable

from crpv_cli.definitions import choices
from crpv_cli.definitions.tables import TABLES
from crpv_cli.registry.loading import load
from crpv_cli.registry.loads import Batch, LoadReport, Source
from crpv_cli.registry.queries import today

ASKED = tuple(choice.code for choice in choices.ASKED)
"""The tables that a campaign may ask for, in the order in which their answers are listed."""


def open_campaign(
    connection: sqlite3.Connection,
    year: int,
    centres: Iterable[str],
    tables: Iterable[str] = ASKED,
    due_on: str | None = None,
    contact: str | None = None,
    *,
    asked_on: str | None = None,
    command: str = "campaign",
    dry_run: bool = False,
) -> LoadReport:
    """Write down, as a load, that centres are asked for tables of a year; what is there already is not changed.

    Args:
        connection: a registry that may be written.
        year: the year that they are asked about.
        centres: their ids.
        tables: some of ``ASKED``.
        due_on: ISO date, the last day on which the answer may come; None keeps the one that the registry holds.
        contact: to whom it is sent back; None keeps what the registry holds.
        asked_on: ISO date, today by default; who was asked before was asked then.
        command: what to record as the reason of the load.
        dry_run: find out what would change and write nothing.

    Returns:
        What the load found and did; ``load`` is None where nothing changed.
    """
    held = {
        (row["centre"], row["asked"]): row["asked_on"]
        for row in connection.execute("select centre, asked, asked_on from campaigns where year = ?", (year,))
    }
    first = asked_on or today()
    if due_on is not None:
        first = min(first, due_on)  # asked after the last day: the day itself is not known
    said = {name: value for name, value in (("due_on", due_on), ("contact", contact)) if value is not None}
    columns = ("year", "centre", "asked", "asked_on", *said)
    rows = [
        (year, centre, table, held.get((centre, table)) or first, *said.values())
        for centre in centres
        for table in tables
    ]
    table, names = TABLES["campaigns"], {name: name for name in columns}
    lines = list(range(2, len(rows) + 2))  # as in a CSV file of them
    source = Source(
        name="-",
        sha256=hashlib.sha256(json.dumps([columns, *rows]).encode()).hexdigest(),
        table=table,
        present=columns,
        heading=names,
        rows=[Batch(lines, columns, [list(column) for column in zip(*rows, strict=True)])] if rows else [],
        refused_keys=set(),
        sheet=None,
        profile=None,
        places=names,
        centres={str(row[1]) for row in rows},
        notices=[],
        made=False,
    )
    return load(connection, [source], command=command, dry_run=dry_run)


def last_campaign(connection: sqlite3.Connection) -> int | None:
    """Return the latest year that anybody was asked about; None if nobody was asked."""
    found: int | None = connection.execute("select max(year) from campaigns").fetchone()[0]
    return found


def asked_centres(connection: sqlite3.Connection, year: int) -> list[str]:
    """Return the ids of the centres that are asked about a year."""
    return [
        row[0]
        for row in connection.execute("select distinct centre from campaigns where year = ? order by centre", (year,))
    ]
