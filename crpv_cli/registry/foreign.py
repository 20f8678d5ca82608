"""What a load through a profile did to money that is there already: nothing of it is replaced or doubled unsaid."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Euros, first_few, msg, msgs

_SHOWN = 3


def other_amounts(connection: sqlite3.Connection, load: int) -> Iterator[Anomaly]:
    """Warn of amounts that the foreign files of a load replaced, and of rows that stand beside what may be the same.

    A row has the day of its decision as its place, so that files of two half-years add up. What was loaded without one,
    and a decision whose day was corrected, stands beside it.
    """
    files = connection.execute(
        "select id, path from load_files where load = ? and table_name = 'funding' and profile is not null", (load,)
    ).fetchall()
    for file, path in files:
        yield from _replaced(connection, load, file, path)
    if files:
        yield from _beside(connection, load, files[0][1])


def _replaced(connection: sqlite3.Connection, load: int, file: int, path: str) -> Iterator[Anomaly]:
    changes = connection.execute(
        """
        select key, before ->> 'amount_cents' as before, after ->> 'amount_cents' as after from changes
        where load = ? and file = ? and table_name = 'funding' and action = 'update' and before ->> 'amount_cents' <> ''
        order by id
        """,
        (load, file),
    ).fetchall()
    if changes:
        rows = [
            msg(
                "{centre} {year}: {before} became {after}",
                centre=json.loads(key)["centre"],
                year=str(json.loads(key)["year"]),
                before=Euros(before),
                after=Euros(after),
            )
            for key, before, after in changes
        ]
        yield Anomaly(
            "amount-replaced",
            Severity.WARNING,
            path,
            msgs(
                "{count} amount of an earlier load was replaced: {rows}.",
                "{count} amounts of an earlier load were replaced: {rows}.",
                len(rows),
                rows=first_few(rows, _SHOWN),
            ),
            msg(
                "If both count, undo this load (crpv undo {load}), and write in the file what tells them apart: the "
                "day or the reference of each decision.",
                load=str(load),
            ),
        )


def _beside(connection: sqlite3.Connection, load: int, path: str) -> Iterator[Anomaly]:
    rows = connection.execute(
        """
        select sum(amount_cents), count(*), min(earlier) from (
            select n.amount_cents, max(o.load) as earlier
            from funding as n
            join funding as o on o.centre = n.centre and o.funder = n.funder and o.year = n.year and o.load <> n.load
            where n.load = :load and n.locator is not null
                and (o.locator is null or o.locator <> n.locator and o.amount_cents = n.amount_cents)
                and iif(o.locator is null, 1, n.reference is not null)
                and o.stage is n.stage and o.scheme is n.scheme and o.object is n.object
                and o.reference is n.reference and o.source is n.source
            group by n.rowid
        )
        """,
        {"load": load},
    ).fetchone()
    amount, count, earlier = rows
    if count:
        yield Anomaly(
            "beside-the-same",
            Severity.WARNING,
            path,
            msgs(
                "{count} row ({amount}) differs from one of load {load} only in its day or its place; both count.",
                "{count} rows ({amount}) differ from some of load {load} only in their day or place; both count.",
                count,
                amount=Euros(amount),
                load=str(earlier),
            ),
            msg("If they are the same decisions, undo the earlier load: crpv undo {load}", load=str(earlier)),
        )
