"""The same money told by two sources.

The State's budget annexes and the agency's own file give the same grants; so do a funder's open data and a centre's
accounts. Two rows are suspected of being the same money if they are of one centre, year, scheme and stage, come from
two sources, and their amounts differ by less than one per cent. Nothing is ever added up or removed for that: it is
said.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["NEAR", "SameMoney", "same_money"]

NEAR = 0.01
"""How near two amounts are to be the same money: the share of the larger one (the project's own bound)."""


@dataclass(frozen=True, slots=True)
class SameMoney:
    """Two rows that look like the same money; ``first`` was in the registry before ``second`` or beside it."""

    first: sqlite3.Row
    second: sqlite3.Row


def same_money(connection: sqlite3.Connection, load: int | None = None) -> Iterator[SameMoney]:
    """Yield the pairs of funding rows that look like the same money; with a load, only those it touched.

    Each row has the columns of ``funding`` and where it was read: ``path``, ``sheet`` and ``line``.
    """
    pairs = connection.execute(
        """
        select a.rowid as first, b.rowid as second
        from funding as a
        join funding as b
          on b.centre = a.centre
         and b.year = a.year
         and b.stage = a.stage
         and lower(ifnull(b.scheme, '')) = lower(ifnull(a.scheme, ''))
         and b.source is not a.source
         and (b.load > a.load or (b.load = a.load and b.rowid > a.rowid))
        where abs(a.amount_cents - b.amount_cents) <= :near * max(abs(a.amount_cents), abs(b.amount_cents))
          and a.amount_cents <> 0
          and (:load is null or a.load = :load or b.load = :load)
        order by a.centre, a.year, a.rowid, b.rowid
        """,
        {"load": load, "near": NEAR},
    ).fetchall()
    for pair in pairs:
        yield SameMoney(_row(connection, pair["first"]), _row(connection, pair["second"]))


def _row(connection: sqlite3.Connection, rowid: int) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute(
        """
        select f.*, file.path, file.sheet, c.line
        from funding as f
        left join changes as c on c.id = (
            select max(id) from changes
            where table_name = 'funding' and load = f.load
              and key = json_object('centre', f.centre, 'funder', f.funder, 'year', f.year, 'scheme', f.scheme,
                'stage', f.stage, 'purpose', f.purpose, 'reference', f.reference, 'source', f.source)
        )
        left join load_files as file on file.id = c.file
        where f.rowid = ?
        """,
        (rowid,),
    ).fetchone()
    return row
