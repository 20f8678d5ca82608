"""What happened to the registry, row by row.

Each row says what touched it last: a load, and the line of a file. ``changes`` holds for an update the changed columns
before and after, for a deletion the whole row, and for both what had touched the row until then; so the history of a
row is a chain, back to the load that inserted it. An insertion stands in no change, since the row says it, or the next
change of it; only what an undoing put back does not say that, and is written down.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.registry.schema import is_row, key_condition, key_json, key_values, quoted


class Touch(NamedTuple):
    """What touched a row last: a load, and the line of one of its files, if one tells of it."""

    load: int | None
    file: int | None
    line: int | None


NOBODY = Touch(None, None, None)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row. ``before`` and ``after`` map stored columns to values: whole rows, or what changed.

    ``was`` is what had touched the row until then; its load is None for an insertion, and where not all of a row that
    is gone is known. ``id`` is None for an insertion that its row tells of. ``file`` is its row of ``load_files``.
    """

    id: int | None
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
    was: Touch = NOBODY
    file: int | None = None


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
        places=_places(row["places"]),
        was=Touch(row["was_load"], row["was_file"], row["was_line"]),
        file=row["file"],
    )


def _places(stored: str | None) -> dict[str, str]:
    return json.loads(stored) if stored else {}


_LARGEST = 2**63 - 1
"""The largest integer of SQLite's."""
_SELECT = """
    select c.*, f.path, f.sheet, f.places
    from changes as c left join load_files as f on f.id = c.file
"""


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


def row_of(connection: sqlite3.Connection, table: Table, key: dict[str, Any]) -> sqlite3.Row | None:
    """Return the row of a table with a key, by column name, or None if it is gone."""
    row: sqlite3.Row | None = connection.execute(
        f"select * from {table.name} where {key_condition(table)}", key_values(key[name] for name in table.key)
    ).fetchone()
    return row


def key_text(table: Table, key: Mapping[str, Any]) -> str:
    """Set a key in a few words: its known parts, in order."""
    return " ".join(str(key[name]) for name in table.key if key.get(name) is not None)


def stored_key(key: Mapping[str, Any]) -> str:
    """Write a key as ``changes`` keeps it: as SQLite's own ``json_object`` writes it, without blanks."""
    return json.dumps(dict(key), ensure_ascii=False, separators=(",", ":"))


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


# --- What a load did ---


def changes_of(connection: sqlite3.Connection, load: int) -> Iterator[Change]:
    """Yield the changes of a load file by file, insertions with the row they made.

    Raises:
        UsageProblem: there is no such load.
    """
    require_load(connection, load)
    work = _Inserted(connection, load)
    insertions = [stream for table in TABLES.values() for stream in work.streams(table)]
    for _, change in heapq.merge(_recorded(connection, load), *insertions, key=lambda found: found[0]):
        yield change


_Placed = tuple[tuple[bool, int, bool, int], Change]
"""A change, and where it stands in its load: by file; what is recorded before what was inserted, which is by line."""


def _placed(change: Change, file: int | None) -> _Placed:
    return (file is None, file or 0, change.id is None, change.id or change.line or 0), change


def _recorded(connection: sqlite3.Connection, load: int) -> Iterator[_Placed]:
    """What is recorded of a load; what an undoing put back is told by what had removed it."""
    rows = connection.execute(
        """
        with gone as materialized (
            select table_name, key, id from changes
            where action = 'delete' and load = (select undoes from loads where id = :load)
        )
        select c.*, f.path, f.sheet, f.places, d.before as row
        from changes as c
        left join load_files as f on f.id = c.file
        left join gone on c.action = 'insert' and gone.table_name = c.table_name and gone.key = c.key
        left join changes as d on d.id = gone.id
        where c.load = :load
        order by c.file is null, c.file, c.id
        """,
        {"load": load},
    )
    for row in rows:
        change = _change(row)
        if change.action == "insert":
            change = replace(change, after=_values(change.table.name, row["row"]) or _left_of(connection, change))
        yield _placed(change, row["file"])


def _left_of(connection: sqlite3.Connection, change: Change) -> dict[str, Any]:
    """What later changes tell of a row that was inserted, and of which not all is known any more."""
    rows = connection.execute(
        """
        select before from changes
        where table_name = ? and key = ? and id > ? and before is not null order by id desc
        """,
        (change.table.name, stored_key(change.key), change.id),
    )
    known: dict[str, Any] = {}
    for (before,) in rows:
        known |= _values(change.table.name, before) or {}
    return known


class _Inserted:
    """The rows that a load inserted, wherever they are told of: by themselves, or by a later change."""

    def __init__(self, connection: sqlite3.Connection, load: int) -> None:
        self.connection = connection
        self.load = load
        self.files = {row["id"]: row for row in connection.execute("select * from load_files where load = ?", (load,))}

    def streams(self, table: Table) -> list[Iterator[_Placed]]:
        """The insertions of a table: of rows that are as they were, that were removed so, and that were changed."""
        return [self._unchanged(table), self._removed(table), self._changed(table), self._changed_and_removed(table)]

    def _asked(self, table: Table, sql: str) -> sqlite3.Cursor:
        return self.connection.execute(sql, {"load": self.load, "table": table.name})

    def _unchanged(self, table: Table) -> Iterator[_Placed]:
        rows = self._asked(
            table,
            f"""
            select t.*, {key_json(table, "t")} as _key from {table.name} as t
            where t.load = :load and not exists ({_OWN_UPDATE.format(key=key_json(table, "t"))})
            order by t.file is null, t.file, t.line
            """,
        )
        for row in rows:
            yield self._insertion(table, row["_key"], dict(row), _touch(row))

    def _removed(self, table: Table) -> Iterator[_Placed]:
        rows = self._asked(
            table,
            f"""
            select * from changes where id in (
                select min(c.id) from changes as c
                where c.load > :load and c.table_name = :table and c.action = 'delete' and c.was_load = :load
                  and not exists ({_OWN_UPDATE.format(key="c.key")}) and not exists ({_LATER_UPDATE})
                  and not exists (
                    select 1 from {table.name} as t where t.load = :load and {is_row(table, "t", "c.key")}
                  )
                group by c.key
            )
            order by was_file is null, was_file, was_line
            """,
        )
        for row in rows:
            state = _values(table.name, row["before"]) or {}
            yield self._insertion(table, row["key"], state, _was(row))

    def _changed(self, table: Table) -> Iterator[_Placed]:
        rows = self._asked(table, f"{_FIRST_UPDATES} select * from first order by was_file is null, was_file, was_line")
        for row in rows:
            found = row_of(self.connection, table, _values(table.name, row["key"]) or {})
            if found is None or found["load"] == self.load:
                continue
            state = self._back(table, row["key"], dict(found), _touch(found))
            if state is not None:
                yield self._insertion(table, row["key"], state, _was(row))

    def _changed_and_removed(self, table: Table) -> Iterator[_Placed]:
        rows = self._asked(
            table,
            f"""
            {_FIRST_UPDATES}
            select d.*, f.was_file as its_file, f.was_line as its_line
            from first as f join changes as d on d.key = f.key
            where d.load > :load and d.table_name = :table and d.action = 'delete' and d.was_load is not null
            order by f.was_file is null, f.was_file, f.was_line, d.id
            """,
        )
        told = None
        for row in rows:
            if row["key"] == told:
                continue
            found = row_of(self.connection, table, _values(table.name, row["key"]) or {})
            if found is not None and self._back(table, row["key"], dict(found), _touch(found)) is not None:
                continue  # it was put back
            state = self._back(table, row["key"], _values(table.name, row["before"]) or {}, _was(row))
            if state is not None:
                told = row["key"]
                yield self._insertion(table, told, state, Touch(self.load, row["its_file"], row["its_line"]))

    def _back(self, table: Table, key: str, state: dict[str, Any], touch: Touch) -> dict[str, Any] | None:
        """Take the updates of a row back until it is as the load left it; None if it never was that row."""
        for change in _updates(self.connection, table, key, touch):
            if touch.load == self.load:
                break
            state |= change.before or {}
            touch = change.was
        return state if touch.load == self.load else None

    def _insertion(self, table: Table, key: str, state: Mapping[str, Any], touch: Touch) -> _Placed:
        file = self.files.get(touch.file)
        change = Change(
            id=None,
            load=self.load,
            table=table,
            key=_values(table.name, key) or {},
            action="insert",
            before=None,
            after={column.stored: state.get(column.stored) for column in table.columns},
            path=file["path"] if file else None,
            sheet=file["sheet"] if file else None,
            line=touch.line,
            places=_places(file["places"]) if file else {},
            file=touch.file,
        )
        return _placed(change, touch.file)


# In each, ``:load`` is the load that inserted rows of ``:table``. What it updated it did not insert.
_OWN_UPDATE = """
    select 1 from changes as own
    where own.action = 'update' and own.table_name = :table and own.load = :load and own.key = {key}
"""
_LATER_UPDATE = """
    select 1 from changes as u
    where u.action = 'update' and u.table_name = :table and u.was_load = :load and u.key = c.key
"""
_FIRST_UPDATES = f"""
    with first as materialized (
        select min(c.id) as id, c.key, c.was_load, c.was_file, c.was_line
        from changes as c
        where c.load > :load and c.table_name = :table and c.action = 'update' and c.was_load = :load
          and not exists ({_OWN_UPDATE.format(key="c.key")})
        group by c.key
    )
"""


def _touch(row: sqlite3.Row) -> Touch:
    return Touch(row["load"], row["file"], row["line"])


def _was(row: sqlite3.Row) -> Touch:
    return Touch(row["was_load"], row["was_file"], row["was_line"])


# --- Where the values of a row come from ---


def _updates(connection: sqlite3.Connection, table: Table, key: str, touch: Touch) -> Iterator[Change]:
    """Yield the updates that made a row what it is, newest first; loads that were undone left no trace in it."""
    rows = connection.execute(
        f"{_SELECT} where c.action = 'update' and c.table_name = ? and c.key = ?", (table.name, key)
    )
    yield from _chain({row["load"]: _change(row) for row in rows}, touch)


def _chain(updates: Mapping[int, Change], touch: Touch) -> Iterator[Change]:
    while touch.load is not None and (change := updates.get(touch.load)) is not None:
        yield change
        if change.was.load is None or change.was.load >= change.load:
            return  # only where something else than a load wrote it
        touch = change.was


def _insertion_of(connection: sqlite3.Connection, table: Table, key: Mapping[str, Any], touch: Touch) -> Change | None:
    """The insertion of a row that a load and a line of a file touched first."""
    if touch.load is None:
        return None
    file = connection.execute("select path, sheet, places from load_files where id = ?", (touch.file,)).fetchone()
    return Change(
        id=None,
        load=touch.load,
        table=table,
        key=dict(key),
        action="insert",
        before=None,
        after=None,
        path=file["path"] if file else None,
        sheet=file["sheet"] if file else None,
        line=touch.line,
        places=_places(file["places"]) if file else {},
        file=touch.file,
    )


def origins(connection: sqlite3.Connection, table: Table, key: dict[str, Any]) -> dict[str, Change]:
    """Return, for each stored column of a row, the change that gave it the value it has now."""
    row = row_of(connection, table, key)
    if row is None:
        return {}
    found: dict[str, Change] = {}
    touch = _touch(row)
    for change in _updates(connection, table, stored_key(key), touch):
        touch = change.was
        for name in change.after or {}:
            found.setdefault(name, change)
    insertion = _insertion_of(connection, table, key, touch)
    if insertion is not None:
        for column in table.columns:
            found.setdefault(column.stored, insertion)
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
    found: list[Change | None] = [None] * len(wanted)
    for name in {table for table, _, _ in wanted} & TABLES.keys():
        table = TABLES[name]
        places = [place for place, one in enumerate(wanted) if one[0] == name]
        asked = json.dumps([stored_key(wanted[place][1]) for place in places])
        updates: dict[int, dict[int, Change]] = {}
        for row in connection.execute(
            """
            select w.key as wanted, c.*, f.path, f.sheet, f.places
            from json_each(?) as w
            join changes as c on c.action = 'update' and c.table_name = ? and c.key = w.value
            left join load_files as f on f.id = c.file
            """,
            (asked, name),
        ):
            updates.setdefault(row["wanted"], {})[row["load"]] = _change(row)
        rows = connection.execute(
            f"""
            select w.key as wanted, t.load, t.file, t.line
            from json_each(?) as w join {name} as t on {is_row(table, "t", "w.value")}
            """,
            (asked,),
        )
        for row in rows.fetchall():
            place = places[row["wanted"]]
            _, key, column = wanted[place]
            touch = _touch(row)
            for change in _chain(updates.get(row["wanted"], {}), touch):
                touch = change.was
                if column in (change.after or {}):
                    found[place] = change
                    break
            else:
                found[place] = _insertion_of(connection, table, key, touch)
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
    (recorded,) = connection.execute(
        """
        select max(c.load) from changes as c
        where c.load > :since and c.table_name = :table and c.key = :key
          and (:column is null or c.action <> 'update'
               or exists (select 1 from json_each(c.after) as a where a.key = :column))
        """,
        {"table": table.name, "key": stored_key(key), "since": since, "column": column},
    ).fetchone()
    (inserted,) = given_by(connection, [(table.name, key, None)])
    load = max(recorded or 0, inserted.load if inserted else 0)
    row: sqlite3.Row | None = None
    if load > since:
        row = connection.execute("select id as load, who from loads where id = ?", (load,)).fetchone()
    return row


# --- For whoever goes through the whole record, change by change ---


def newest_first(connection: sqlite3.Connection) -> Iterator[tuple[sqlite3.Row, Change | None]]:
    """Yield every change that is recorded, newest first: its row, and what it says, None if that cannot be read."""
    for row in connection.execute(f"{_SELECT} order by c.load desc, c.id desc"):
        try:
            change = _change(row)
            yield row, change if change.key.keys() == set(change.table.key) else None
        except (KeyError, ValueError, AttributeError):
            yield row, None


def put_back(connection: sqlite3.Connection, change: Change) -> bool:
    """Make the row of a change what it was before, and write nothing down; whether there was one such row."""
    table = change.table
    condition, key = key_condition(table), key_values(change.key[name] for name in table.key)
    earlier = dict(change.before or {})
    if change.was.load is not None:
        earlier |= change.was._asdict()
    try:
        if change.action == "insert":
            done = connection.execute(f"delete from {table.name} where {condition}", key)
        elif change.action == "update":
            settings = ", ".join(f"{quoted(name)} = ?" for name in earlier)
            done = connection.execute(
                f"update {table.name} set {settings} where {condition}", [*earlier.values(), *key]
            )
        else:
            names, marks = ", ".join(map(quoted, earlier)), ", ".join("?" * len(earlier))
            done = connection.execute(f"insert into {table.name} ({names}) values ({marks})", list(earlier.values()))
    except sqlite3.IntegrityError:
        return False
    return done.rowcount == 1


def write_down(
    connection: sqlite3.Connection,
    load: int,
    table: str,
    key: Mapping[str, Any],
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    was: Touch = NOBODY,
) -> None:
    """Record a change that no file tells of."""
    connection.execute(
        """
        insert into changes (load, table_name, key, action, before, after, was_load, was_file, was_line)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (load, table, stored_key(key), action, _json(before), _json(after), *was),
    )


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(dict(values), ensure_ascii=False)
