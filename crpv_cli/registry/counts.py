"""How many rows each load inserted into each table: what its record says, against what is found of them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Count(NamedTuple):
    """How many rows of a table a load is said to have inserted, and how many are found of it."""

    table: str
    load: int
    told: int
    found: int


def miscounted(connection: sqlite3.Connection, found: Mapping[tuple[str, int], int]) -> Iterator[Count]:
    """Yield the tables and loads of which other rows are found than the load inserted, newest load first.

    Args:
        connection: a registry, or a copy of it.
        found: how many rows each load is found to have inserted, by table and load.
    """
    told = Counter[tuple[str, int]]()
    for table, load, count in connection.execute(
        "select table_name, load, sum(inserted) from load_files group by table_name, load"
    ):
        told[table, load] = count
    of_files = {load for _, load in told}
    # What was written down of insertions: rows that are gone and can be told no more, and those that were accepted.
    for table, load, count in connection.execute(
        """
        select c.table_name, ifnull(c.before ->> 'load', c.load),
            sum(iif(c.before is null, -1, iif(c.action = 'insert', c.before ->> 'rows', -(c.before ->> 'rows'))))
        from changes as c join loads as l on l.id = c.load
        where (c.action = 'insert' and l.undoes is null) or c.before ->> 'rows' is not null
        group by 1, 2
        """
    ):
        told[table, load] += count
    of_loads = dict(map(tuple, connection.execute("select id, inserted from loads")))
    without: Counter[int] = Counter()
    tables: dict[int, str] = {}
    for (table, load), count in found.items():
        if load not in of_files:
            without[load] += count
            tables[load] = max(table, tables.get(load, ""))
    unlike = [
        Count(table, load, count, found.get((table, load), 0))
        for (table, load), count in told.items()
        if load in of_files and count != found.get((table, load), 0)
    ]
    # Loads without files are those that accepted what something else had changed; undoings insert nothing.
    unlike += [
        Count(tables[load], load, of_loads.get(load, 0), count)
        for load, count in without.items()
        if count != of_loads.get(load, 0)
    ]
    yield from sorted(unlike, key=lambda count: -count.load)
