"""How a load is undone: every row it touched becomes what it was, which is itself a load."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from crpv_cli import interrupts
from crpv_cli.definitions.named import typed
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Message, first_few, msg, msgs
from crpv_cli.registry.bulk import written_at_once
from crpv_cli.registry.closures import ClosedYearProblem, Touched, closed_years, reopen, touched_by
from crpv_cli.registry.journal import key_text, require_load, undone_loads
from crpv_cli.registry.recording import close_load, commit, open_load
from crpv_cli.registry.reversing import Reversal, recorded, tables_of
from crpv_cli.registry.schema import is_row, key_json

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did, or would do: how many rows per table were removed, restored or put back.

    ``target`` is the load that is undone, ``load`` the one that undoes it, None if nothing was written. ``touched`` are
    the closed years of which rows change: they are reopened by it.
    """

    load: int | None
    removed: Counter[str]
    restored: Counter[str]
    target: int = field(default=0, compare=False)
    touched: tuple[Touched, ...] = field(default=(), compare=False)


def undo(connection: sqlite3.Connection, load: int, dry_run: bool = False, reopening: bool = False) -> Undone:
    """Undo a load: every row it touched becomes what it was, to the value and to its provenance.

    An undo is itself a load, which can be undone too. Once it is committed, signals wait until the command releases
    them.

    Raises:
        UsageProblem: there is no such load, it was already undone, or later loads touched or refer to its rows;
            the message names them. A ``ClosedYearProblem`` where rows of closed years change.
    """
    return undo_all(connection, [load], dry_run, reopening=reopening)[0]


def undo_all(
    connection: sqlite3.Connection,
    loads: Iterable[int],
    dry_run: bool = False,
    first: AbstractContextManager[object] | None = None,
    reopening: bool = False,
) -> list[Undone]:
    """Undo several loads in one transaction, newest first whatever their order: all of them, or none.

    Args:
        connection: an open registry.
        loads: their numbers.
        dry_run: find out what would happen and write nothing.
        first: is entered once nobody else can write, and left before the commit: a copy.
        reopening: whether closed years of which rows change are reopened; a dry run only says which they are.

    Raises:
        UsageProblem: as ``undo``.
    """
    numbers = sorted(set(loads), reverse=True)
    for load in numbers:
        require_load(connection, load)
    connection.execute("begin immediate")
    try:
        with first or nullcontext():
            undone = [_undo(connection, load, dry_run, reopening) for load in numbers]
            if not dry_run:
                interrupts.hold()  # a copy and the commit belong together
        if dry_run:
            connection.rollback()
        else:
            commit(connection, undone[-1].load or 0)
    except BaseException:
        connection.rollback()  # nothing to do where SQLite has ended it itself
        interrupts.release()
        raise
    return undone


def _undo(connection: sqlite3.Connection, load: int, dry_run: bool, reopening: bool) -> Undone:
    closed = closed_years(connection)
    cancelled = undone_loads(connection)
    if load in cancelled:
        raise UsageProblem(msg("Load {load} was already undone.", load=str(load)), msg("See: crpv log"))
    _refuse_later(connection, load, cancelled)
    connection.execute("pragma defer_foreign_keys = on")
    number = open_load(connection, f"undo {load}", undoes=load)
    removed, restored = Counter[str](), Counter[str]()
    undone = Undone(None if dry_run else number, removed, restored, load)
    told = recorded(connection, load)
    # What refers to a row goes before it, and comes back after it.
    for table in reversed(list(tables_of(connection, load))):
        _take_back(Reversal(connection, table, load), number, Counter(told.get(table.name, {})), undone)
    _refuse_references(connection, load, number, undone)
    touched = touched_by(connection, number, closed, None)
    if touched and not (reopening or dry_run):
        raise ClosedYearProblem(touched)
    updated = restored.total() + reopen(connection, number, (one.year for one in touched))
    close_load(connection, number, 0, updated, removed.total())
    return replace(undone, touched=tuple(touched))


def _take_back(work: Reversal, number: int, told: Counter[str], undone: Undone) -> None:
    if told["delete"] and (key := work.unknown()) is not None:
        raise _lost(work.table, key)
    name = work.table.name
    if told["update"]:
        work.tell_updates(number)
        _check(work, work.updates(), told["update"])
        undone.restored[name] += told["update"]
    (inserted,) = work.connection.execute(f"select count(*) from main.{name} where load = ?", (work.load,)).fetchone()
    with written_at_once(work.connection, "changes", inserted):
        work.tell_removed(number)
    if told["insert"]:
        _check(work, work.put_back(), told["insert"])
    with written_at_once(work.connection, name, inserted):
        undone.removed[name] += told["insert"] + work.insertions()
    if told["delete"]:
        work.tell_deletions(number)
        undone.restored[name] += work.deletions()


def _check(work: Reversal, done: int, told: int) -> None:
    """Refuse to take back less than there is to take back."""
    if done != told:
        raise _lost(work.table, None)


def _lost(table: Table, key: str | None) -> UsageProblem:
    advice = msg("Put back a copy from before with: crpv restore; or load the row again.")
    if key is None:
        return UsageProblem(
            msg(
                "{table}: rows of it are not as this load left them: something else than crpv changed them.",
                table=table.name,
            ),
            advice,
        )
    return UsageProblem(
        msg(
            "{table}: {key} cannot be put back: something else than crpv removed it; not all of it is known.",
            table=table.name,
            key=key_text(table, json.loads(key)),
        ),
        advice,
    )


# --- What stands in the way ---

# What later loads that stand recorded, and of that the rows that the load touched as well: what had touched a row until
# then says so, or that load recorded a change of the same row.
_LATER = """
    create temp table later as
    select load, table_name, key, was_load from main.changes where load in (select value from json_each(:standing))
"""
_SHARED = """
    create temp table shared as
    select table_name, key from temp.later where was_load = :load
    union
    select l.table_name, l.key
    from main.changes as own cross join temp.later as l on l.table_name = own.table_name and l.key = own.key
    where own.load = :load
"""
# A row that it removed, and a later load inserted anew: the row itself tells.
_ANEW = """
    insert or ignore into temp.shared
    select own.table_name, own.key from main.changes as own cross join main.{table} as t on {same}
    where own.load = :load and own.table_name = '{table}' and own.action = 'delete'
      and t.load in (select value from json_each(:standing))
"""


def _refuse_later(connection: sqlite3.Connection, load: int, cancelled: set[int]) -> None:
    # A later load that was undone leaves no trace, nor does its undo.
    standing = {
        row["id"]
        for row in connection.execute("select id, undoes from loads where id > ?", (load,))
        if row["id"] not in cancelled and (row["undoes"] is None or row["undoes"] < load)
    }
    if not standing:
        return
    asked = {"load": load, "standing": json.dumps(sorted(standing))}
    with _temporary(connection, "later"), _temporary(connection, "shared"):
        connection.execute(_LATER, asked)
        connection.execute("create index temp.later_by_row on later (table_name, key)")
        connection.execute(_SHARED, asked)
        connection.execute("create unique index temp.shared_key on shared (table_name, key)")
        for name, actions in recorded(connection, load).items():
            if actions.get("delete"):
                connection.execute(_ANEW.format(table=name, same=is_row(TABLES[name], "t", "own.key")), asked)
        (count,) = connection.execute("select count(*) from temp.shared").fetchone()
        if count:
            raise _touched(load, set(_loads_of_shared(connection)) & standing, count, _first_shared(connection))


def _loads_of_shared(connection: sqlite3.Connection) -> Iterator[int]:
    """Yield the loads that touched the rows that several did, as later changes and the rows themselves tell."""
    rows = connection.execute(
        """
        select distinct l.load, l.was_load
        from temp.shared as s cross join temp.later as l on l.table_name = s.table_name and l.key = s.key
        """
    )
    for row in rows:
        yield from row
    for (name,) in connection.execute("select distinct table_name from temp.shared").fetchall():
        rows = connection.execute(
            f"""
            select distinct t.load
            from temp.shared as s cross join main.{name} as t on {is_row(TABLES[name], "t", "s.key")}
            where s.table_name = ?
            """,
            (name,),
        )
        yield from (row["load"] for row in rows)


def _first_shared(connection: sqlite3.Connection) -> list[Message]:
    rows = connection.execute(
        """
        select s.table_name, s.key from temp.shared as s join json_each(?) as t on t.value = s.table_name
        order by t.key, s.key limit ?
        """,
        (json.dumps(list(TABLES)), _SHOWN + 1),
    )
    return [_named(TABLES[row["table_name"]], row["key"]) for row in rows]


def _named(table: Table, key: str) -> Message:
    return msg("{label}: {text}", label=typed(table), text=key_text(table, json.loads(key)))


@contextmanager
def _temporary(connection: sqlite3.Connection, name: str) -> Iterator[None]:
    try:
        yield
    finally:
        connection.execute(f"drop table if exists temp.{name}")


def _touched(load: int, loads: set[int], count: int, rows: list[Message]) -> UsageProblem:
    return UsageProblem(
        msgs(
            "Load {load} cannot be undone: later loads ({loads}) changed or refer to {count} row of it: {rows}.",
            "Load {load} cannot be undone: later loads ({loads}) changed or refer to {count} rows of it: {rows}.",
            count,
            load=str(load),
            loads=[str(number) for number in sorted(loads)],
            rows=first_few(rows, _SHOWN),
        ),
        msg("Undo those first, newest first: crpv undo {last}", last=str(max(loads))),
    )


def _refuse_references(connection: sqlite3.Connection, load: int, number: int, undone: Undone) -> None:
    """Refuse to leave rows that refer to what is gone.

    Those can that were restored, and those of tables that refer to one of which rows were removed.
    """
    loads: set[int] = set()
    shown: list[Message] = []
    count = 0
    for table in TABLES.values():
        gone = any(undone.removed[column.refers] for column in table.columns if column.refers)
        if not gone and not undone.restored[table.name]:
            continue
        with _temporary(connection, "loose"):
            connection.execute(
                f"""
                create temp table loose as select {key_json(table, "t")} as key, t.load
                from (select distinct rowid as row from pragma_foreign_key_check('{table.name}')) as v
                join main.{table.name} as t on t.rowid = v.row
                """
            )
            # Not the load that the row says it is from, but the last one that touched it: that one prevents it.
            last = connection.execute(
                """
                select distinct max(l.load, ifnull(c.load, 0)) from temp.loose as l left join (
                    select key, max(load) as load from main.changes where table_name = ? and load < ? group by key
                ) as c on c.key = l.key
                """,
                (table.name, number),
            )
            loads.update(row[0] for row in last)
            first = connection.execute("select key from temp.loose order by key limit ?", (_SHOWN + 1,))
            shown += [_named(table, row["key"]) for row in first]
            count += connection.execute("select count(*) from temp.loose").fetchone()[0]
    if count:
        raise _touched(load, loads, count, shown)
