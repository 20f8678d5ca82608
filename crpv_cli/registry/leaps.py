"""Yearly sums that are several times those of the year before: a figure in another unit, or one typed twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Euros, Message, Term, first_few, msg, msgs
from crpv_cli.registry.loads import FileOutcome, recorded
from crpv_cli.registry.resolving import names_of

TIMES = 3
"""From how many times the sum of the year before a sum is told (the project's own bound)."""
_SHOWN = 3


def leaps(connection: sqlite3.Connection, load: int, files: Sequence[FileOutcome]) -> Iterator[Anomaly]:
    """Warn of the yearly sums touched by a load that are at least ``TIMES`` times those of the year before.

    Sums are of what shares the lists and references of the key: centre, funder and stage; centre, mission and type.
    """
    for name in dict.fromkeys(outcome.table for outcome in files if outcome.inserted or outcome.updated):
        table = TABLES[name]
        for column in table.columns:
            if column.usual is not None and column.usual.leap and "year" in table.key:
                yield from _of_column(connection, load, files, table, column, column.usual.leap)


def _of_column(
    connection: sqlite3.Connection,
    load: int,
    files: Sequence[FileOutcome],
    table: Table,
    column: Column,
    least: float,
) -> Iterator[Anomaly]:
    keys = [table.column(name) for name in table.key if table.column(name).required]
    parts = [part for part in keys if part.refers or part.choices]
    shared = ", ".join(part.stored for part in parts)
    unit = 100 if column.kind is Kind.MONEY else 1
    rows = connection.execute(
        f"""
        with sums as materialized (
            select {shared}, year, sum({column.stored}) as total, max(file) filter (where load = :load) as new
            from {table.name} not indexed group by {shared}, year
        )
        select {shared}, now.year, now.total, before.total as earlier,
            (select path from load_files where id = coalesce(now.new, before.new)) as path
        from sums as now join (select {shared}, year + 1 as year, total, new from sums) as before using ({shared}, year)
        where (now.new is not null or before.new is not null) and before.total > 0
            and now.total >= {TIMES} * before.total and now.total - before.total >= :least
        order by now.total - before.total desc
        """,
        {"load": load, "least": least * unit},
    ).fetchall()
    if not rows:
        return
    names = {part.stored: names_of(connection, TABLES[part.refers]) for part in parts if part.refers}

    def shown(figure: int) -> object:
        return Euros(figure) if column.kind is Kind.MONEY else figure

    def told(row: sqlite3.Row) -> Message:
        labels = {part.stored: {one.code: msg(one.label) for one in part.choices} for part in parts}
        words = {
            name: Term(row[name], names[name].called(row[name])) if name in names else of.get(row[name], row[name])
            for name, of in labels.items()
        }
        return msg(" ".join(f"{{{name}}}" for name in words), **words)

    called = {recorded(outcome.name): outcome.name for outcome in files}
    for path in dict.fromkeys(row["path"] for row in rows):
        own = [row for row in rows if row["path"] == path]
        yield Anomaly(
            "unusual-leap",
            Severity.WARNING,
            called.get(path, path),
            msgs(
                "{column}: {count} yearly sum is at least three times that of the year before: {rows}.",
                "{column}: {count} yearly sums are at least three times those of the year before: {rows}.",
                len(own),
                column=msg(column.label),
                rows=first_few(
                    [
                        msg(
                            "{what} {year}: {sum} after {earlier}",
                            what=told(row),
                            year=str(row["year"]),
                            sum=shown(row["total"]),
                            earlier=shown(row["earlier"]),
                        )
                        for row in own
                    ],
                    _SHOWN,
                ),
            ),
            msg("Check that no amount is in another unit and no row is there twice."),
        )
