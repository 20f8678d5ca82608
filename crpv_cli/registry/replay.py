"""Whether the rows are what the record of changes says: all changes are taken back in a copy in memory, newest first.

Each has to find its row as it left it, and what is left at the end has to be what loads inserted: as many rows, from
their files. A row that is not what its last change left is wrong now; one that an earlier change does not find as it
left it was changed in between, and only its history cannot be told.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.registry import schema
from crpv_cli.registry.counts import Count, miscounted
from crpv_cli.registry.file import copy_pages
from crpv_cli.registry.journal import Change, key_text, newest_first, put_back, row_of


class Unlike(Enum):
    """How a row differs from what the record of changes says."""

    CHANGED = "changed"
    GONE = "gone"
    ADDED = "added"


@dataclass(slots=True)
class Difference:
    """A row that is not what its last change left, by stored columns; ``loads`` says which load gave each value."""

    table: Table
    key: dict[str, Any]
    unlike: Unlike
    expected: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The key in a few words."""
        return key_text(self.table, self.key)


@dataclass(frozen=True, slots=True)
class Gap:
    """A row that an earlier change does not find as it left it: its history before ``load`` cannot be told."""

    load: int
    table: str
    key: str


def replay(connection: sqlite3.Connection) -> tuple[list[Difference], list[Gap], list[Count]]:
    """Compare the rows of a registry of the present schema with its record of changes.

    Args:
        connection: an open registry; it is only read, from a copy.

    Returns:
        The rows that are not what they should be, those whose history cannot be told, and what of the rows that loads
        inserted is missing or too much, though nobody can say which rows those are.

    Raises:
        sqlite3.Error: the file is too damaged to be read.
    """
    with in_memory(connection) as copy:
        copy.execute("begin")
        work = _Replay(copy)
        for row, change in newest_first(copy):
            work.take_back(row, change)
        work.look_for_what_is_left()
        return list(work.differences.values()), list(work.gaps.values()), list(miscounted(copy, work.inserted))


@contextmanager
def in_memory(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Copy a registry into memory, where nothing acts in it, no table is missing, and indexes are right if can be."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy_pages(connection, copy)
        copy.row_factory = sqlite3.Row
        found = schema.strangers(copy)
        for kind, names in (("trigger", found.get("trigger", [])), ("index", found.get("unique", []))):
            for name in names:
                copy.execute(f"drop {kind} {schema.quoted(name)}")
        copy.execute("pragma foreign_keys = off")
        copy.execute("pragma ignore_check_constraints = on")
        there = schema.there_is(copy)
        for name, parts in schema.tables().items():
            if name not in there:
                copy.execute(schema.table_statement(name, parts))
        with suppress(sqlite3.DatabaseError):
            copy.execute("reindex")
        yield copy


class _Replay:
    def __init__(self, copy: sqlite3.Connection) -> None:
        self.copy = copy
        self.differences: dict[tuple[str, str], Difference] = {}
        self.gaps: dict[tuple[str, str], Gap] = {}
        self.later: dict[tuple[str, str], set[str]] = {}  # the columns that later changes of a row have told
        self.lost: dict[tuple[str, str], int | None] = {}  # rows that are gone: the load that had touched them last
        self.inserted: Counter[tuple[str, int]] = Counter()  # how many rows each load inserted, by table
        # What an undoing puts back says which load it was from, and not which one put it back.
        self.undoing = {row[0] for row in copy.execute("select id from loads where undoes is not null")}

    def take_back(self, row: sqlite3.Row, change: Change | None) -> None:
        """Compare a row with what a change left, and make it what it was before."""
        place = (row["table_name"], row["key"])
        if change is None:
            self.gaps.setdefault(place, Gap(row["load"], *place))
            return
        if place in self.lost:
            self._remember(place, change)
            return
        now = row_of(self.copy, change.table, change.key)
        if change.action == "delete":
            self._taken_back_delete(place, change, None if now is None else dict(now))
        elif now is None:
            self._differs(place, change, Unlike.GONE)
            self._remember(place, change)
            return
        else:
            self._compare(place, change, dict(now))
        if not put_back(self.copy, change):
            self.gaps.setdefault(place, Gap(change.load, *place))
            self.lost[place] = change.was.load
        told = {column.stored for column in change.table.columns} | {"load"}
        self.later.setdefault(place, set()).update(
            told if change.action != "update" else {*(change.before or {}), "load"}
        )

    def _taken_back_delete(self, place: tuple[str, str], change: Change, now: dict[str, Any] | None) -> None:
        if now is None:
            return
        if now["load"] > change.load and self._may_insert(change.table, now):
            self.inserted[change.table.name, now["load"]] += 1  # a later load inserted it anew
        elif self._differs(place, change, Unlike.ADDED):
            self.differences[place].found = now
        condition, key = schema.key_condition(change.table), schema.key_values(change.key.values())
        self.copy.execute(f"delete from main.{change.table.name} where {condition}", key)

    def _compare(self, place: tuple[str, str], change: Change, now: dict[str, Any]) -> None:
        left = {} if change.load in self.undoing else {"load": change.load}
        if change.action == "update":
            left |= change.after or {}
        unlike = {name: value for name, value in left.items() if name in now and not _same(now[name], value)}
        earlier = self.later.get(place, set())
        if unlike.keys() & earlier or unlike.keys() == {"load"}:  # the values are right, where they come from is not
            self.gaps.setdefault(place, Gap(change.load, *place))
        for name in unlike.keys() - earlier - {"load"}:
            self._differs(place, change, Unlike.CHANGED, known=True)
            found = self.differences[place]
            found.expected[name], found.found[name], found.loads[name] = unlike[name], now[name], change.load
            if "load" in unlike and "load" not in earlier:
                found.expected.setdefault("load", unlike["load"])

    def _differs(self, place: tuple[str, str], change: Change, unlike: Unlike, known: bool = False) -> bool:
        """Note that a row is not what it should be now; where a later change has told of it, that there is a gap."""
        if place in self.later and not known:
            self.gaps.setdefault(place, Gap(change.load, *place))
            return False
        self.differences.setdefault(place, Difference(change.table, change.key, unlike)).loads.setdefault(
            "", change.load
        )
        return True

    def _remember(self, place: tuple[str, str], change: Change) -> None:
        """Keep what the record tells of a row that is gone, and which load inserted it."""
        table, before = change.table.name, self.lost.get(place)
        if change.action != "update" and before is not None:
            self.inserted[table, before] += 1  # what comes now is of an earlier row with the same key
        self.lost[place] = change.was.load
        if (found := self.differences.get(place)) is None or found.unlike is not Unlike.GONE:
            return
        for name, value in {**(change.after or {}), "load": change.load}.items():
            found.expected.setdefault(name, value)

    def look_for_what_is_left(self) -> None:
        """Note the rows that no load can have inserted, and count those of each load."""
        for (table, _), load in self.lost.items():
            if load is not None:
                self.inserted[table, load] += 1
        for defined in TABLES.values():
            rows = f"from main.{defined.name} as t {_SAID} where"
            added = f"select {schema.key_json(defined, 't')} as _key, t.* {rows} {_NOT_OF_A_LOAD}"
            for row in self.copy.execute(added).fetchall():
                self._added(defined, dict(row))
            for load, count in self.copy.execute(
                f"select t.load, count(*) {rows} not {_NOT_OF_A_LOAD} group by t.load"
            ):
                self.inserted[defined.name, load] += count

    def _may_insert(self, table: Table, now: dict[str, Any]) -> bool:
        """Whether a row may be one that the load inserted which it says it is of."""
        key = schema.key_values(now[column.stored] for column in schema.key_columns(table))
        condition = f"{schema.key_condition(table, 't')} and not {_NOT_OF_A_LOAD}"
        return bool(
            self.copy.execute(f"select 1 from main.{table.name} as t {_SAID} where {condition}", key).fetchall()
        )

    def _added(self, table: Table, found: dict[str, Any]) -> None:
        place = (table.name, found.pop("_key"))
        if place in self.later:
            self.gaps.setdefault(place, Gap(found["load"], *place))
            return
        key = {column.name: found[column.stored] for column in schema.key_columns(table)}
        self.differences[place] = Difference(table, key, Unlike.ADDED, found=found)


# Rows with the load and the file that they say they are of, and which of them no load can have inserted: there is no
# such load, it is an undoing, or the row is of no file of it.
_SAID = "left join loads as l on l.id = t.load left join load_files as f on f.id = t.file"
_NOT_OF_A_LOAD = """(
    l.id is null or l.undoes is not null
    or iif(t.file is null, t.load in (select load from load_files), f.load is not t.load)
)"""


def _same(one: object, other: object) -> bool:
    """Whether two values are the same; SQLite writes a number with decimals with fifteen digits."""
    if isinstance(one, float) and isinstance(other, int | float):
        return f"{one:.14g}" == f"{other:.14g}"
    return one == other and isinstance(one, str) is isinstance(other, str)
