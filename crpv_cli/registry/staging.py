"""Records wait in temporary tables until the whole load is known to be valid.

Temporary tables live in a file of their own that SQLite removes: a load of any size takes little memory
and holds no lock on the registry while files are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.registry.loads import Batch
from crpv_cli.registry.schema import key_columns, key_expression

Staged = sqlite3.Row
"""A staged record: its file, its line, and its values by stored column."""


def same_key(table: Table, left: str, right: str) -> str:
    """Return the SQL condition that two aliases are the same row."""
    return " and ".join(
        f"{key_expression(column, left)} = {key_expression(column, right)}" for column in key_columns(table)
    )


def place_of(connection: sqlite3.Connection, table: Table, file: int) -> int | None:
    """Return how far the row of the registry with the key of a file's first record is from where that is staged.

    Where the file was loaded before, all its rows are as far from their records: ``at_its_place`` then finds them in
    their order, which takes a fifth of the time that an index does.
    """
    row = connection.execute(
        f"""
        select t.rowid - s.rowid
        from (select rowid, * from temp.stage_{table.name} where file = ? order by rowid limit 1) as s
        join main.{table.name} as t on {same_key(table, "s", "t")}
        """,
        (file,),
    ).fetchone()
    return row[0] if row else None


def at_its_place(table: Table) -> str:
    """Return the SQL condition that a row ``t`` of the registry, at ``:place`` (``place_of``), has a record's key."""
    return f"t.rowid = s.rowid + :place and {same_key(table, 's', 't')}"


@cache
def _insertion(table: str, names: tuple[str, ...], file: int) -> str:
    stored = ", ".join(TABLES[table].column(name).stored for name in names)
    marks = ", ".join("?" * len(names))
    return f"insert into stage_{table} (file, line, {stored}) values ({file:d}, ?, {marks})"


class Stage:
    """The temporary tables of one load: ``stage_TABLE`` with the row's file and line before its columns."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.tables: list[str] = []
        self._fresh: set[str] = set()
        # What refused rows refer to.
        connection.execute(
            "create temp table if not exists noted (table_name, column, file integer, line integer, value)"
        )

    def add_table(self, table: Table) -> None:
        """Make room for the records of a table."""
        if table.name in self.tables:
            return
        columns = ", ".join(f"{column.stored} {column.kind.sql_type}" for column in table.columns)
        self.connection.execute(f"create temp table stage_{table.name} (file integer, line integer, {columns})")
        self.tables.append(table.name)

    def name_periods(self, table: Table) -> None:
        """Say of which period of the registry a record is that does not say when its period begins.

        It is the one that ends on the same day, or else the only one that still runs. A record of none of them,
        and one of a row whose beginning the registry does not know either, stay as they are.
        """
        if "valid_from" not in table.key:
            return
        key = ", ".join(key_expression(column) for column in key_columns(table))
        self.connection.execute(f"create unique index temp.stage_{table.name}_one on stage_{table.name} ({key})")
        same = " and ".join(
            f"{key_expression(column, 's')} = {key_expression(column, 't')}"
            for column in key_columns(table)
            if column.name != "valid_from"
        )
        only = f"select iif(count(*) = 1, min(t.valid_from), null) from main.{table.name} as t where {same}"
        self.connection.execute(
            f"""
            update or ignore temp.stage_{table.name} as s
            set valid_from = coalesce(
                ({only} and t.valid_to = s.valid_to),
                ({only} and t.valid_to is null and (s.valid_to is null or t.valid_from <= s.valid_to))
            )
            where s.valid_from is null
              and not exists (select 1 from main.{table.name} as t where {same} and t.valid_from is null)
            """
        )

    def fresh(self, table: Table) -> str:
        """Return the name of the list of the staged rows, by ``rowid``, whose key the registry does not hold.

        It is made once, under the lock, when keys are final but for spellings.
        """
        name = f"fresh_{table.name}"
        if table.name not in self._fresh:
            self._fresh.add(table.name)
            self.connection.execute(f"create temp table {name} (row integer primary key)")
            new = f"not exists (select 1 from main.{table.name} as k where {same_key(table, 's', 'k')})"
            for (file,) in self.connection.execute(f"select distinct file from stage_{table.name}").fetchall():
                place = place_of(self.connection, table, file)
                join = f"left join main.{table.name} as t on {at_its_place(table)}" if place is not None else ""
                # A condition of the staged row alone would be looked at first, whatever stands at its place.
                asked = f"case when t.rowid is null then {new} end" if join else new
                self.connection.execute(
                    f"""
                    insert into temp.{name}
                    select s.rowid from temp.stage_{table.name} as s {join} where s.file = :file and {asked}
                    """,
                    {"file": file, "place": place},
                )
        return f"temp.{name}"

    def known(self, table: Table, rowids: Iterable[int]) -> None:
        """Say of rows that were fresh that the registry holds their key, after all."""
        self.connection.executemany(f"delete from temp.fresh_{table.name} where row = ?", ((one,) for one in rowids))

    def note(self, table: Table, file: int, line: int, readable: Mapping[str, Any]) -> None:
        """Keep what a refused row refers to, so that it is checked as well."""
        references = [
            column.name for column in table.columns if column.refers and readable.get(column.name) is not None
        ]
        self.connection.executemany(
            "insert into noted values (?, ?, ?, ?, ?)",
            [(table.name, name, file, line, readable[name]) for name in references],
        )

    def in_order(self) -> list[Table]:
        """The staged tables, each after those it refers to."""
        return [table for name, table in TABLES.items() if name in self.tables]

    def insert(self, table: Table, file: int, batch: Batch) -> None:
        """Keep records of a file after those that were kept before, whether their keys are new or not."""
        self.connection.executemany(
            _insertion(table.name, batch.columns, file), zip(batch.lines, *batch.values, strict=True)
        )

    def repeated(self, table: Table, shapes: Sequence[int]) -> tuple[Counter[int], list[tuple[Staged, Staged]]]:
        """Take out again the records whose key was staged before.

        Args:
            table: the table.
            shapes: a number for each file; only files with the same one have the same columns.

        Returns:
            How many of each file said the same as the first of their key, and those that say something else, in the
            order in which they were staged, each beside that first one.
        """
        if self._all_at_their_place(table):
            return Counter(), []
        name, key = f"stage_{table.name}", ", ".join(key_expression(column) for column in key_columns(table))
        self.connection.execute(f"create index if not exists temp.{name}_key on {name} ({key})")
        self.connection.execute(
            f"""
            create temp table repeated as
            select s.rowid as row, g.first
            from (select min(rowid) as first from {name} group by {key} having count(*) > 1) as g
            join {name} as f on f.rowid = g.first
            join {name} as s on {same_key(table, "s", "f")} and s.rowid > f.rowid
            """
        )
        alike = " and ".join(f"s.{column.stored} is f.{column.stored}" for column in table.columns)
        alike += " and (:shapes ->> s.file) = (:shapes ->> f.file)"
        both = f"temp.repeated as r join {name} as s on s.rowid = r.row join {name} as f on f.rowid = r.first"
        parameters = {"shapes": json.dumps(shapes)}
        same = self.connection.execute(f"select s.file, count(*) from {both} where {alike} group by s.file", parameters)
        counts = Counter(dict(map(tuple, same)))
        pairs = [
            (self._staged(table, row), self._staged(table, first))
            for row, first in self.connection.execute(
                f"select r.row, r.first from {both} where not ({alike}) order by r.row", parameters
            )
        ]
        self.connection.execute(f"delete from {name} where rowid in (select row from temp.repeated)")
        self.connection.execute("drop table temp.repeated")
        return counts, pairs

    def _all_at_their_place(self, table: Table) -> bool:
        """Whether the registry holds rows of all the staged keys, in the order of the files: then none comes twice.

        So it is where files are loaded again, and two keys of the registry are never the same.
        """
        files = self.connection.execute(
            f"select file, min(rowid), max(rowid) from stage_{table.name} group by file"
        ).fetchall()
        taken: list[tuple[int, int]] = []
        for file, first, last in files:
            place = place_of(self.connection, table, file)
            if place is None or any(first + place <= end and start <= last + place for start, end in taken):
                return False
            taken.append((first + place, last + place))
            (found,) = self.connection.execute(
                f"""
                select count(*) from stage_{table.name} as s join main.{table.name} as t on {at_its_place(table)}
                where s.file = :file
                """,
                {"file": file, "place": place},
            ).fetchone()
            if found != last - first + 1:
                return False
        return True

    def _staged(self, table: Table, rowid: int) -> Staged:
        row: Staged = self.connection.execute(f"select * from stage_{table.name} where rowid = ?", (rowid,)).fetchone()
        return row

    def remove(self, table: Table, file: int, line: int) -> list[str]:
        """Take a record out again; returns the first column of its key, if it was still there."""
        rows = self.connection.execute(
            f"delete from stage_{table.name} where file = ? and line = ? returning {table.key[0]}", (file, line)
        ).fetchall()
        return [str(row[0]) for row in rows]

    def rows(self, table: Table) -> Iterator[sqlite3.Row]:
        """Yield the staged rows of a table, each with its ``rowid``."""
        yield from self.connection.execute(f"select rowid, * from stage_{table.name} order by file, line")

    def take_out(self, table: Table, rowids: Iterable[int]) -> None:
        """Take rows out again."""
        self.connection.executemany(f"delete from stage_{table.name} where rowid = ?", ((rowid,) for rowid in rowids))

    def overwrite(self, table: Table, rowid: int, values: Mapping[str, Any]) -> None:
        """Give a staged row other values, by stored column."""
        if values:
            settings = ", ".join(f"{name} = ?" for name in values)
            self.connection.execute(
                f"update stage_{table.name} set {settings} where rowid = ?", (*values.values(), rowid)
            )

    def rows_of(self, table: str, columns: str) -> list[sqlite3.Row]:
        """Return the rows of a table as they will be: those of the registry, then the staged ones over them."""
        rows = self.connection.execute(f"select {columns} from main.{table}").fetchall()
        if table in self.tables:
            rows += self.connection.execute(f"select {columns} from stage_{table}").fetchall()
        return rows

    def rated(self) -> list[sqlite3.Row]:
        """Return file, line, mission, scale and rating of the staged evaluations that have a rating."""
        return self.connection.execute(
            "select file, line, mission, scale, rating from stage_evaluations where rating is not null"
        ).fetchall()

    def clear(self) -> None:
        """Drop the temporary tables."""
        for name in self.tables:
            self.connection.execute(f"drop table if exists temp.stage_{name}")
            self.connection.execute(f"drop table if exists temp.fresh_{name}")
        self.tables.clear()
        self.connection.execute("drop table if exists temp.noted")
