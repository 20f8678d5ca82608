"""What happened to the registry, row by row, and how a load is undone.

``changes`` holds for an update the changed columns before and after, for a deletion the whole row; an insertion holds
nothing, since the row, or the ``before`` of a later change, has it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from crpv_cli import interrupts
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import first_few, msg, msgs
from crpv_cli.registry.recording import close_load, commit, open_load
from crpv_cli.registry.schema import key_condition, key_values


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row. ``before`` and ``after`` map stored columns to values: whole rows, or what changed."""

    id: int
    load: int
    table: Table
    key: dict[str, Any]
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    path: str | None
    sheet: str | None
    line: int | None
    places: dict[str, str]


OLDER: dict[str, dict[str, str]] = {}
"""The columns that an earlier schema called something else, by table: their names then, and those that they have now.

``changes`` keeps the words in which a load was written. It is also asked for rows by the text of their key: a migration
that renames a column of a key writes the keys there anew.
"""


def _values(table: str, stored: str | None) -> dict[str, Any] | None:
    """Read a key or the values of a row as ``changes`` keeps them, by the columns that the table has now."""
    if not stored:
        return None
    values: dict[str, Any] = json.loads(stored)
    renamed = OLDER.get(table)
    return {renamed.get(name, name): value for name, value in values.items()} if renamed else values


def _change(row: sqlite3.Row) -> Change:
    table = row["table_name"]
    return Change(
        id=row["id"],
        load=row["load"],
        table=TABLES[table],
        key=_values(table, row["key"]) or {},
        action=row["action"],
        before=_values(table, row["before"]),
        after=_values(table, row["after"]),
        path=row["path"],
        sheet=row["sheet"],
        line=row["line"],
        places=json.loads(row["places"]) if row["places"] else {},
    )


_LARGEST = 2**63 - 1
"""The largest integer of SQLite's."""
_SELECT = """
    select c.*, f.path, f.sheet, f.places
    from changes as c left join load_files as f on f.id = c.file
"""


def rewind(connection: sqlite3.Connection, load: int) -> Iterator[tuple[int, str, bool]]:
    """Reverse what was loaded after a load, newest first, and write nothing down.

    Yields for each change its load, its table, and whether its one row became what it was. It did not if the row is not
    there any more, or if the change tells of other columns than the table has: both happen only where something else
    than a load changed the registry.
    """
    for row in connection.execute(f"{_SELECT} where c.load > ? order by c.id desc", (load,)):
        try:
            change = _change(row)
            done = _is_of_today(change) and _put_back(connection, change) == 1
        except (KeyError, sqlite3.IntegrityError):
            done = False
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise  # no lack of a table or a column, but of memory
            done = False
        yield row["load"], row["table_name"], done


def _is_of_today(change: Change) -> bool:
    """Whether a change tells of the columns that its table is defined to have.

    Loads write no others, but a row that was removed is told with what somebody added to the table as well. A column
    that is not defined any more may still be there, with values that nobody reads.
    """
    if change.key.keys() != set(change.table.key):
        return False
    told, defined = (change.before or {}).keys(), _stored_columns(change.table.name)
    return told <= defined or (change.action == "delete" and defined <= told)


@cache
def _stored_columns(table: str) -> frozenset[str]:
    return frozenset(column.stored for column in TABLES[table].columns) | {"load"}


def changes_of(connection: sqlite3.Connection, load: int) -> Iterator[Change]:
    """Yield the changes of a load in the order in which they were made, insertions with the row they made.

    Raises:
        UsageProblem: there is no such load.
    """
    require_load(connection, load)
    for row in connection.execute(f"{_SELECT} where c.load = ? order by c.id", (load,)).fetchall():
        change = _change(row)
        if change.action == "insert":
            change = replace(change, after=_inserted(connection, change))
        yield change


def require_load(connection: sqlite3.Connection, load: int) -> sqlite3.Row:
    """Return a load's row.

    Raises:
        UsageProblem: there is no such load.
    """
    row: sqlite3.Row | None = None
    if load <= _LARGEST:
        row = connection.execute("select * from loads where id = ?", (load,)).fetchone()
    if row is None:
        raise UsageProblem(msg("There is no load {load}.", load=str(load)), msg("See the loads with: crpv log"))
    return row


def _inserted(connection: sqlite3.Connection, change: Change) -> dict[str, Any]:
    """Return the row that an insertion made: what there is now, with all later changes undone."""
    later = connection.execute(
        f"{_SELECT} where c.table_name = ? and c.key = ? and c.id > ? order by c.id desc",
        (change.table.name, _stored(change.key), change.id),
    ).fetchall()
    found = row_of(connection, change.table, change.key)
    state: dict[str, Any] = dict(found) if found is not None else {}
    for row in later:
        state |= _values(change.table.name, row["before"]) or {}
    return {column.stored: state.get(column.stored) for column in change.table.columns}


def row_of(connection: sqlite3.Connection, table: Table, key: dict[str, Any]) -> sqlite3.Row | None:
    """Return the row of a table with a key, by column name, or None if it is gone."""
    row: sqlite3.Row | None = connection.execute(
        f"select * from {table.name} where {key_condition(table)}", key_values(key[name] for name in table.key)
    ).fetchone()
    return row


def key_text(table: Table, key: dict[str, Any]) -> str:
    """Set a key in a few words: its known parts, in order."""
    return " ".join(str(key[name]) for name in table.key if key[name] is not None)


def origins(connection: sqlite3.Connection, table: Table, key: dict[str, Any]) -> dict[str, Change]:
    """Return, for each stored column of a row, the change that gave it the value it has now."""
    rows = connection.execute(
        f"{_SELECT} where c.table_name = ? and c.key = ? order by c.id desc",
        (table.name, _stored(key)),
    ).fetchall()
    found: dict[str, Change] = {}
    cancelled = undone_loads(connection)
    for row in rows:
        change = _change(row)
        if change.load in cancelled or _undoes(connection, change.load):
            continue  # an undone load and its undo leave no trace in the values
        if change.action == "insert":
            for column in table.columns:
                found.setdefault(column.stored, change)
            break
        for name in change.after or {}:
            found.setdefault(name, change)
    return found


def given_by(
    connection: sqlite3.Connection, wanted: Sequence[tuple[str, Mapping[str, Any], str | None]]
) -> list[Change | None]:
    """Return, for each row wanted, the change that gave it the value of a column: ``origins`` of many rows at once.

    Args:
        connection: an open registry.
        wanted: table, key, and the stored column; None for the change that made the row.

    Returns:
        A change for each, in their order; None for what is no row of a table.
    """
    asked = json.dumps([[table, _stored(dict(key)), column] for table, key, column in wanted])
    cancelled = undone_loads(connection)
    found: list[Change | None] = [None] * len(wanted)
    rows = connection.execute(
        """
        select w.key as wanted, c.*, f.path, f.sheet, f.places
        from json_each(?) as w
        join changes as c on c.table_name = w.value ->> 0 and c.key = w.value ->> 1
        join loads as l on l.id = c.load and l.undoes is null
        left join load_files as f on f.id = c.file
        where c.action = 'insert'
           or (c.action = 'update' and exists (select 1 from json_each(c.after) as a where a.key = w.value ->> 2))
        order by c.id
        """,
        (asked,),
    )
    for row in rows:
        if row["load"] not in cancelled:
            found[row["wanted"]] = _change(row)  # the last one stands
    return found


def last_change(
    connection: sqlite3.Connection, table: Table, key: dict[str, Any], since: int, column: str | None = None
) -> sqlite3.Row | None:
    """Return ``load`` and ``who`` of the last change of a row after a load, an undoing included; None if there is none.

    Args:
        connection: an open registry.
        table: the table of the row.
        key: its key, by column name.
        since: the load.
        column: a stored column, if only changes of it count.
    """
    row: sqlite3.Row | None = connection.execute(
        """
        select c.load, l.who
        from changes as c join loads as l on l.id = c.load
        where c.table_name = :table and c.key = :key and c.load > :since
          and (:column is null or c.action <> 'update'
               or exists (select 1 from json_each(c.after) as a where a.key = :column))
        order by c.id desc
        limit 1
        """,
        {"table": table.name, "key": _stored(key), "since": since, "column": column},
    ).fetchone()
    return row


def _undoes(connection: sqlite3.Connection, load: int) -> bool:
    return connection.execute("select undoes from loads where id = ?", (load,)).fetchone()[0] is not None


def undone_loads(connection: sqlite3.Connection) -> set[int]:
    """Return the loads that are undone, and whose undoing is not undone itself."""
    undoing = {
        row["id"]: row["undoes"]
        for row in connection.execute("select id, undoes from loads where undoes is not null order by id desc")
    }
    cancelled: set[int] = set()
    for load, target in undoing.items():  # newest first: whether an undoing load stands is known before its target's
        if load not in cancelled:
            cancelled.add(target)
    return cancelled


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did, or would do: how many rows per table were removed, restored or put back.

    ``target`` is the load that is undone, ``load`` the one that undoes it, None if nothing was written.
    """

    load: int | None
    removed: Counter[str]
    restored: Counter[str]
    target: int = field(default=0, compare=False)


def undo(connection: sqlite3.Connection, load: int, dry_run: bool = False) -> Undone:
    """Undo a load: every row it touched becomes what it was, to the value and to its provenance.

    An undo is itself a load, which can be undone too. Once it is committed, signals wait until the command releases
    them.

    Raises:
        UsageProblem: there is no such load, it was already undone, or later loads touched or refer to its rows;
            the message names them.
    """
    return undo_all(connection, [load], dry_run)[0]


def undo_all(
    connection: sqlite3.Connection,
    loads: Iterable[int],
    dry_run: bool = False,
    first: AbstractContextManager[object] | None = None,
) -> list[Undone]:
    """Undo several loads in one transaction, newest first whatever their order: all of them, or none.

    Args:
        connection: an open registry.
        loads: their numbers.
        dry_run: find out what would happen and write nothing.
        first: is entered once nobody else can write, and left before the commit: a copy.

    Raises:
        UsageProblem: as ``undo``.
    """
    numbers = sorted(set(loads), reverse=True)
    for load in numbers:
        require_load(connection, load)
    connection.execute("begin immediate")
    try:
        with first or nullcontext():
            undone = [_undo(connection, load, dry_run) for load in numbers]
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


def _undo(connection: sqlite3.Connection, load: int, dry_run: bool) -> Undone:
    cancelled = undone_loads(connection)
    if load in cancelled:
        raise UsageProblem(msg("Load {load} was already undone.", load=str(load)), msg("See: crpv log"))
    _refuse_later(connection, load, cancelled)
    connection.execute("pragma defer_foreign_keys = on")
    number = open_load(connection, f"undo {load}", undoes=load)
    undone = Undone(None if dry_run else number, Counter(), Counter(), load)
    for change in reversed(list(changes_of(connection, load))):
        if change.action == "delete" and "load" not in (change.before or {}):
            raise UsageProblem(
                msg(
                    "{table}: {key} cannot be put back: something else than crpv removed it; not all of it is known.",
                    table=change.table.name,
                    key=key_text(change.table, change.key),
                ),
                msg("Put back a copy from before with: crpv restore; or load the row again."),
            )
        _reverse(connection, change, number, undone)
    _refuse_references(connection, load, number)
    close_load(connection, number, 0, undone.restored.total(), undone.removed.total())
    return undone


def _refuse_later(connection: sqlite3.Connection, load: int, cancelled: set[int]) -> None:
    rows = connection.execute(
        """
        select distinct later.load, later.table_name, later.key, l.undoes
        from changes as own
        join changes as later
          on later.table_name = own.table_name and later.key = own.key and later.load > own.load
        join loads as l on l.id = later.load
        where own.load = ?
        order by later.load
        """,
        (load,),
    ).fetchall()
    # A later load that was undone leaves no trace, nor does its undo.
    standing = [row for row in rows if row["load"] not in cancelled and (row["undoes"] is None or row["undoes"] < load)]
    if standing:
        raise _touched(
            load, [row["load"] for row in standing], [_named(row["table_name"], row["key"]) for row in standing]
        )


def _named(table: str, key: str) -> str:
    return f"{table}: {key_text(TABLES[table], json.loads(key))}"


def _touched(load: int, loads: Sequence[int], rows: Sequence[str]) -> UsageProblem:
    named = sorted(set(loads))
    shown = list(dict.fromkeys(rows))
    return UsageProblem(
        msgs(
            "Load {load} cannot be undone: later loads ({loads}) changed or refer to {count} row of it: {rows}.",
            "Load {load} cannot be undone: later loads ({loads}) changed or refer to {count} rows of it: {rows}.",
            len(shown),
            load=str(load),
            loads=[str(number) for number in named],
            rows=first_few(shown, 5),
        ),
        msg("Undo those first, newest first: crpv undo {last}", last=str(named[-1])),
    )


def _refuse_references(connection: sqlite3.Connection, load: int, number: int) -> None:
    loads, rows = [], []
    for violation in connection.execute("pragma foreign_key_check").fetchall():
        table = TABLES.get(violation["table"])
        if table is None:
            continue
        row = connection.execute(f"select * from {table.name} where rowid = ?", (violation["rowid"],)).fetchone()
        # Not the load that the row says it is from, but the last one that touched it: that one prevents it.
        last = connection.execute(
            "select max(load) from changes where table_name = ? and key = ? and load < ?",
            (table.name, _stored({name: row[table.column(name).stored] for name in table.key}), number),
        ).fetchone()[0]
        loads.append(row["load"] if last is None else last)
        rows.append(f"{table.name}: {key_text(table, dict(row))}")
    if rows:
        raise _touched(load, loads, rows)


def _put_back(connection: sqlite3.Connection, change: Change) -> int:
    """Make the row of a change what it was before; returns how many rows that was: one, if only loads change rows."""
    table = change.table
    condition, key = key_condition(table), key_values(change.key[name] for name in table.key)
    earlier = change.before or {}
    if change.action == "insert":
        done = connection.execute(f"delete from {table.name} where {condition}", key)
    elif change.action == "update":
        settings = ", ".join(f"{name} = ?" for name in earlier)
        done = connection.execute(f"update {table.name} set {settings} where {condition}", [*earlier.values(), *key])
    else:
        marks = ", ".join("?" * len(earlier))
        done = connection.execute(
            f"insert into {table.name} ({', '.join(earlier)}) values ({marks})", list(earlier.values())
        )
    return done.rowcount


def _reverse(connection: sqlite3.Connection, change: Change, number: int, undone: Undone) -> None:
    table, earlier = change.table, change.before or {}
    now = dict(row_of(connection, table, change.key) or {})
    _put_back(connection, change)
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    if change.action == "insert":
        action, before = "delete", now
        undone.removed[table.name] += 1
    else:
        action = "insert"
        undone.restored[table.name] += 1
        if change.action == "update":
            action, before, after = "update", {name: now[name] for name in earlier}, earlier
    write_down(connection, number, table, change.key, action, before, after)


def _stored(key: dict[str, Any]) -> str:
    """Write a key as ``changes`` keeps it: as SQLite's own ``json_object`` writes it, without blanks."""
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))


def _json(values: dict[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False)


# --- For whoever goes through the whole record ---


def newest_first(connection: sqlite3.Connection) -> Iterator[tuple[sqlite3.Row, Change | None]]:
    """Yield every change that is recorded, newest first: its row, and what it says, None if that cannot be read."""
    for row in connection.execute(f"{_SELECT} order by c.id desc"):
        try:
            change = _change(row)
            yield row, change if change.key.keys() == set(change.table.key) else None
        except (KeyError, ValueError, AttributeError):
            yield row, None


def put_back(connection: sqlite3.Connection, change: Change) -> bool:
    """Make the row of a change what it was before, and write nothing down; whether there was one such row."""
    try:
        return _put_back(connection, change) == 1
    except sqlite3.IntegrityError:
        return False


def write_down(
    connection: sqlite3.Connection,
    load: int,
    table: Table,
    key: dict[str, Any],
    action: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Record a change that no file tells of."""
    connection.execute(
        "insert into changes (load, table_name, key, action, before, after) values (?, ?, ?, ?, ?, ?)",
        (load, table.name, _stored(key), action, _json(before), _json(after)),
    )
