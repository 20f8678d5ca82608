"""The registry as it stood after an earlier load, whatever was loaded since: a copy that is gone with its connection.

``changes`` tells what each load made of which row, so that the loads after the one that is asked for are taken back in
the copy, newest first, and then the record of them. The registry itself is only read.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.registry.counts import miscounted
from crpv_cli.registry.journal import require_load
from crpv_cli.registry.queries import today
from crpv_cli.registry.reversing import Reversal, recorded
from crpv_cli.registry.schema import key_json


def load_known(connection: sqlite3.Connection, known: int | str) -> int:
    """Return the number of the load after which the registry is asked for.

    Args:
        connection: an open registry.
        known: the number itself, or an ISO date: the last load of that day, where the reader is, or of a day before.

    Raises:
        UsageProblem: there is no such load, nothing had been loaded by that day, or the day is still to come.
    """
    if isinstance(known, int):
        require_load(connection, known)
        return known
    if known > today():
        raise UsageProblem(
            msg("{date} is still to come: nobody knows what will be loaded by then.", date=Day(known)),
            msg("Leave out --known for all that is known today."),
        )
    loads = [(int(row["id"]), _day(row["at"])) for row in connection.execute("select id, at from loads order by id")]
    until = [number for number, day in loads if day <= known]
    if until:
        return until[-1]
    raise UsageProblem(
        msg("Nothing had been loaded by {date}; the first load is of {first}.", date=Day(known), first=Day(loads[0][1]))
        if loads
        else msg("Nothing has been loaded into this registry."),
        msg("See the loads with: crpv log"),
    )


def _day(at: str) -> str:
    """The day of a moment in UTC, where the reader is."""
    return datetime.datetime.fromisoformat(at).astimezone().date().isoformat()


@contextmanager
def as_known(connection: sqlite3.Connection, load: int) -> Iterator[sqlite3.Connection]:
    """Open the registry read-only as it stood after a load that there is; rows come as ``sqlite3.Row``.

    Raises:
        UsageProblem: something else than a load changed what has to be taken back, so that the state is not known.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        connection.backup(copy)
        copy.row_factory = sqlite3.Row
        copy.execute("pragma foreign_keys = off")
        copy.execute("begin")
        _take_back(copy, load)
        copy.execute("commit")
        copy.execute("pragma query_only = on")
        yield copy


def _take_back(copy: sqlite3.Connection, load: int) -> None:
    removed: Counter[tuple[str, int]] = Counter()
    loads = copy.execute("select distinct load from changes where load > ? order by load desc", (load,)).fetchall()
    for (later,) in loads:
        for name, told in recorded(copy, later).items():
            if not _taken_back(copy, name, later, Counter(told), removed):
                _check_insertions(copy, load, later, removed)
                raise _lost(load, later, name)
    put_back = copy.execute(
        "select distinct table_name from changes where load > ? and action = 'delete'", (load,)
    ).fetchall()
    _check_insertions(copy, load, load, removed)
    for table in TABLES.values():
        copy.execute(f"delete from {table.name} where load > ?", (load,))
    for (name,) in put_back:
        _order(copy, TABLES[name], load)
    for name in ("changes", "returns", "load_files", "holdings", "merged"):
        copy.execute(f"delete from {name} where load > ?", (load,))
    copy.execute("delete from loads where id > ?", (load,))


def _taken_back(
    copy: sqlite3.Connection, name: str, later: int, told: Counter[str], removed: Counter[tuple[str, int]]
) -> bool:
    """Take back what a load did to a table but for its insertions; whether all of it was there to be taken back."""
    if name not in TABLES:
        return False
    work = Reversal(copy, TABLES[name], later)
    if not work.is_of_today():
        return False
    try:
        if told["update"] and work.updates() != told["update"]:
            return False
        if told["insert"] and work.put_back() != told["insert"]:
            return False
        if told["delete"]:
            # What later loads inserted may have the keys of what comes back.
            for number, count in copy.execute(
                f"select load, count(*) from {name} where load >= ? group by load", (later,)
            ).fetchall():
                removed[name, number] += count
            copy.execute(f"delete from {name} where load >= ?", (later,))
            work.deletions()
    except sqlite3.IntegrityError:
        return False
    return True


def _check_insertions(copy: sqlite3.Connection, load: int, since: int, removed: Counter[tuple[str, int]]) -> None:
    """Refuse the state if loads after one inserted other rows than are there: something else than a load did that.

    Raises:
        UsageProblem: they did; with the newest such load.
    """
    found = Counter(removed)
    for table in TABLES.values():
        rows = f"select load, count(*) from {table.name} where load > ? group by load"
        found.update({(table.name, number): count for number, count in copy.execute(rows, (since,))})
    for count in miscounted(copy, found):  # newest first
        if count.load > since:
            raise _lost(load, count.load, count.table)


def _order(copy: sqlite3.Connection, table: Table, load: int) -> None:
    """Give the rows the order in which they came in: a row that is put back goes to the end, where it did not stand.

    A row came in with the load that an undoing put it back with, or else with the one that inserted it: that which had
    touched it before its first update, or touched it last. In a load, they stand by file and line.
    """
    copy.execute(
        f"""
        create temp table came as
        with told as materialized (
            select key, max(iif(action = 'insert', id, null)) as back, max(iif(action = 'delete', id, 0)) as gone
            from changes where table_name = :table and load <= :load group by key
        ), first as materialized (
            select c.key, min(c.id), c.was_load, c.was_file, c.was_line
            from changes as c join told on told.key = c.key
            where c.action = 'update' and c.table_name = :table and c.load <= :load and c.id > told.gone
            group by c.key
        )
        select t.rowid as row
        from {table.name} as t
        left join told on told.key = {key_json(table, "t")} and told.back > told.gone
        left join first on first.key = {key_json(table, "t")} and told.back is null
        left join changes as c on c.id = told.back
        order by coalesce(c.load, first.was_load, t.load), c.id,
            iif(first.key is null, t.file, first.was_file), iif(first.key is null, t.line, first.was_line), t.rowid
        """,
        {"table": table.name, "load": load},
    )
    (far,) = copy.execute(f"select ifnull(max(rowid), 0) from {table.name}").fetchone()
    copy.execute(f"update {table.name} as t set rowid = ? + c.rowid from temp.came as c where c.row = t.rowid", (far,))
    copy.execute("drop table temp.came")


def _lost(load: int, later: int, table: str) -> UsageProblem:
    return UsageProblem(
        msg(
            "The registry cannot be shown as it stood after load {load}: the rows of {table} that load {later} wrote "
            "were changed since by something else than a load, such as a new version of crpv.",
            load=str(load),
            table=table,
            later=str(later),
        ),
        msg("The earliest state that may be shown is: --known {later}", later=str(later)),
    )
