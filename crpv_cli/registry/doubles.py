"""The same money reported by two sources.

The State's budget annexes and the agency's own file give the same grants; so do a funder's open data and a centre's
accounts. Two rows are suspected of being the same money if they are of one centre, year, scheme, stage and kind of
funder (a region's grant is not the State's), come from two sources, and their amounts differ by at most one per
cent of the larger. Nothing is ever added up or removed for that: it is said.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from math import ceil

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
    groups = connection.execute(
        """
        select f.centre, f.year, f.stage, lower(ifnull(f.scheme, '')) as scheme, u.kind
        from funding as f join funders as u on u.id = f.funder
        group by 1, 2, 3, 4, 5
        having count(distinct ifnull(f.source, '')) > 1 and (:load is null or max(f.load = :load) = 1)
        order by 1, 2, 3, 4, 5
        """,
        {"load": load},
    ).fetchall()
    for group in groups:
        rows = connection.execute(
            """
            select f.rowid, f.source, abs(f.amount_cents) as amount, f.amount_cents < 0 as negative, f.load
            from funding as f join funders as u on u.id = f.funder
            where f.centre = ? and f.year = ? and f.stage = ? and lower(ifnull(f.scheme, '')) = ? and u.kind = ?
              and f.amount_cents <> 0
            """,
            tuple(group),
        ).fetchall()
        for first, second in _near_pairs(rows, load):
            yield SameMoney(_row(connection, first), _row(connection, second))


def _near_pairs(rows: list[sqlite3.Row], load: int | None) -> Iterator[tuple[int, int]]:
    """Yield the rowids of near amounts of two sources, the one loaded first before the other.

    Every row looks only at amounts near its own in the other sources: a group of thousands stays quick.
    """
    by_source: dict[str, list[tuple[int, int, int, int]]] = {}
    for row in rows:
        entry = (row["amount"], row["rowid"], row["load"], row["negative"])
        by_source.setdefault(row["source"] or "", []).append(entry)
    for entries in by_source.values():
        entries.sort()
    for one, other in combinations(sorted(by_source.values(), key=len), 2):
        for amount, rowid, its_load, negative in one:
            start = bisect_left(other, (ceil(amount * (1 - NEAR)),))
            for near, near_rowid, near_load, near_negative in islice(other, start, None):
                if near - amount > NEAR * near:
                    break
                if negative == near_negative and (load is None or load in {its_load, near_load}):
                    earlier, later = sorted([(its_load, rowid), (near_load, near_rowid)])
                    yield earlier[1], later[1]


def _row(connection: sqlite3.Connection, rowid: int) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute(
        """
        select f.*, file.path, file.sheet, c.line
        from funding as f
        left join changes as c on c.id = (
            select max(id) from changes
            where table_name = 'funding' and load = f.load
              and key = json_object('centre', f.centre, 'funder', f.funder, 'year', f.year, 'scheme', f.scheme,
                'stage', f.stage, 'object', f.object, 'reference', f.reference, 'locator', f.locator,
                'source', f.source)
        )
        left join load_files as file on file.id = c.file
        where f.rowid = ?
        """,
        (rowid,),
    ).fetchone()
    return row
