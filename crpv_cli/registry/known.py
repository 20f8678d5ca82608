"""The registry as it stood after an earlier load, whatever was loaded since: a copy that is gone with its connection.

``changes`` tells what each load made of which row, so that the loads after the one that is asked for are taken back in
the copy, newest first, and then the record of them. The registry itself is only read.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.registry.journal import require_load, rewind
from crpv_cli.registry.queries import today
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
    for later, name, done in rewind(copy, load):
        if not done:
            raise _lost(load, later, name)
    for table in TABLES.values():
        (later,) = copy.execute(f"select max(load) from {table.name}").fetchone()
        if later is not None and later > load:  # no load wrote it in this form: what it was before is not known
            raise _lost(load, later, table.name)
    put_back = "select distinct table_name from changes where load > ? and action = 'delete'"
    for (name,) in copy.execute(put_back, (load,)).fetchall():
        _order(copy, TABLES[name], load)
    for name in ("changes", "load_files"):
        copy.execute(f"delete from {name} where load > ?", (load,))
    copy.execute("delete from loads where id > ?", (load,))


def _order(copy: sqlite3.Connection, table: Table, load: int) -> None:
    """Give the rows the order in which they came in: a row that is put back goes to the end, where it did not stand."""
    copy.execute(
        f"""
        update {table.name} as t
        set rowid = :far + c.came
        from (
            select key, max(id) as came from changes
            where table_name = :table and action = 'insert' and load <= :load group by key
        ) as c
        where c.key = {key_json(table, "t")}
        """,
        {
            "far": copy.execute(f"select ifnull(max(rowid), 0) from {table.name}").fetchone()[0],
            "table": table.name,
            "load": load,
        },
    )


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
