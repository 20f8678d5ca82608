"""What was loaded, what it changed, and where each value of a row comes from."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.named import typed
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Message, Typed, first_few, msg, msgs
from crpv_cli.registry.journal import Change, changes_of, origins, require_load
from crpv_cli.registry.merged import came_from, holders_of, merged_by
from crpv_cli.reports import fictitious
from crpv_cli.reports.wording import Names
from crpv_cli.result import Flow, Layout, Note, Result, Value, Worded, as_it_is, column_words, cut, table_words
from crpv_cli.spelling import fold

_ACTIONS = (
    Choice("insert", N_("inserted")),
    Choice("update", N_("updated")),
    Choice("delete", N_("removed")),
)

CHANGE_COLUMNS = (
    Column("table", N_("Table"), Kind.CODE),
    Column("key", N_("Row"), prose=True),
    Column("action", N_("Action"), Kind.CODE, choices=_ACTIONS),
    Column("column", N_("Column"), Kind.CODE),
    Column("before", N_("Before"), prose=True),
    Column("after", N_("After"), prose=True),
    Column("file", N_("File")),
    Column("place", N_("Line or cell")),
)
_SHARED = ("table", "action", "file")

_NAMED = 6
"""How many parts that came back are named, of one load."""
_REGISTRIES = 3
"""How many registries that were merged are named, of one load."""
_SCREEN = ("load", "at", "who", "host", "command", "inserted", "updated", "deleted", "undone_by", "origin")


def loads(connection: sqlite3.Connection, limit: int | None = None) -> Result:
    """List the loads, newest first: when, who, which files with their SHA-256, and how many rows each touched."""
    columns = (
        Column("load", N_("Load"), Kind.INTEGER, grouped=False),
        Column("at", N_("When (UTC)"), Kind.DATE),
        Column("who", N_("Who")),
        Column("host", N_("Machine")),
        Column("command", N_("Command"), prose=True),
        Column("inserted", N_("Inserted"), Kind.INTEGER),
        Column("updated", N_("Updated"), Kind.INTEGER),
        Column("deleted", N_("Removed"), Kind.INTEGER),
        Column("undone_by", N_("Undone by"), Kind.INTEGER, grouped=False),
        Column("origin", N_("From")),
        Column("files", N_("Files")),
        Column("sha256", N_("SHA-256"), Kind.CODES),
        Column("version", N_("Version of crpv")),
    )
    records = connection.execute(
        """
        select l.*, (select max(u.id) from loads as u where u.undoes = l.id) as undone_by
        from loads as l order by l.id desc limit ?
        """,
        (-1 if limit is None else limit,),
    ).fetchall()
    rows: list[tuple[Value, ...]] = []
    for record in records:
        files = connection.execute(
            "select path, sha256 from load_files where load = ? group by path, sha256 order by min(id)", (record["id"],)
        ).fetchall()
        paths = [file["path"] for file in files]
        own = (record[name] for name in ("id", *_SCREEN[1:-1]))
        hashes = tuple(file["sha256"] for file in files if file["sha256"])
        came = _merged([part["name"] for part in merged_by(connection, record["id"])])
        rows.append((*own, came or _origin(paths), " · ".join(paths) or None, hashes, record["version"]))
    return Result(
        name="loads",
        title=msg(N_("Loads")),
        columns=columns,
        rows=tuple(rows),
        screen=tuple(name for name in _SCREEN if name != "undone_by" or any(row[8] is not None for row in rows)),
        spare=("host",),
        notes=fictitious.notes(connection, rests=False),
        layout=Layout.CARDS,
    )


def _merged(names: list[str]) -> Value:
    """The registries that a load merged: a few by name, more by their number."""
    if len(names) > _REGISTRIES:
        return Worded(" · ".join(names), msgs("{count} registry", "{count} registries", len(names)))
    return " · ".join(names) or None


def _origin(paths: list[str]) -> Worded | None:
    """One file by its path, several by their folder and number; people read its name without the folders before."""
    if not paths:
        return None
    if len(set(paths)) < 2:
        return Worded(paths[0], as_it_is(re.split(r"[/\\]", paths[0])[-1]))
    folders = {path.rpartition("/")[0] for path in paths}
    if len(folders) > 1:
        return Worded(f"…/ ({len(paths)})", msgs("{count} file", "{count} files", len(paths)))
    (folder,) = folders
    return Worded(f"{folder}/ ({len(paths)})", as_it_is(f"{folder.rpartition('/')[2]}/ ({len(paths)})"))


@contextmanager
def changes_of_load(connection: sqlite3.Connection, load: int, limit: int | None = None) -> Iterator[Flow]:
    """Give what a load changed as it is read: one row per cell of an update, one per row that was inserted or removed.

    Args:
        connection: an open registry.
        load: its number.
        limit: after how many rows it ends; the others are only counted. None for no end.

    Raises:
        UsageProblem: there is no such load.
    """
    record = require_load(connection, load)
    notes = (
        *fictitious.notes(connection, rests=False),
        _by(record),
        *_brought(connection, load),
        *_came(connection, load),
    )
    rows = change_rows(connection, changes_of(connection, load))
    left: list[int] = []

    def first() -> Iterator[tuple[Value, ...]]:
        yield from islice(rows, limit)
        left.append(sum(1 for _ in rows))

    def result(whole: Sequence[tuple[Value, ...]]) -> Result:
        return Result(
            name="changes",
            title=msg("Load {load}: {command}, {at}", load=str(load), command=record["command"], at=Day(record["at"])),
            columns=CHANGE_COLUMNS,
            rows=tuple(whole),
            layout=Layout.CARDS,
            shared=_SHARED,
            notes=(*notes, *cut(len(whole), len(whole) + sum(left))),
        )

    yield Flow(
        columns=CHANGE_COLUMNS,
        rows=first(),
        result=result,
        remarks=lambda: [note.message for note in notes if note.alert],
        kept=None,
        too_large=None,
    )


def _by(record: sqlite3.Row) -> Note:
    """Who made a load, on which machine if that is known, and with which version."""
    who = {"who": record["who"], "host": record["host"], "version": record["version"]}
    if record["host"] is None:
        return Note("load", msg("By {who}, with crpv {version}.", **who), who)
    return Note("load", msg("By {who} on {host}, with crpv {version}.", **who), who)


def _brought(connection: sqlite3.Connection, load: int) -> Iterator[Note]:
    """What a load brought back of what campaigns ask for, which may be all that it did."""
    came = connection.execute(
        """
        select c.short_name, f.table_name, r.year from returns as r
        join load_files as f on f.id = r.file join centres as c on c.id = r.centre
        where r.load = ? order by r.id
        """,
        (load,),
    ).fetchall()
    if came:
        parts = [
            msg("{centre}: {table} {year}", centre=name, table=msg(TABLES[table].label), year=str(year))
            for name, table, year in dict.fromkeys(map(tuple, came))
        ]
        yield Note(
            "returns",
            msgs(
                "It brought {count} part that was asked for: {parts}.",
                "It brought {count} parts that were asked for: {parts}.",
                len(parts),
                parts=first_few(parts, _NAMED),
            ),
        )


def _came(connection: sqlite3.Connection, load: int) -> Iterator[Note]:
    """Which registries a load merged, as of which of their loads, and how many rows came in or changed with each."""
    for part in merged_by(connection, load):
        told = {name: part[name] for name in ("name", "last_load", "last_at", "inserted", "updated")}
        yield Note(
            "merged",
            msg(
                "The registry {name}, as of its load {load} of {at}: {inserted} rows inserted, {updated} updated.",
                name=part["name"],
                load=str(part["last_load"]),
                at=Day(part["last_at"]),
                inserted=part["inserted"],
                updated=part["updated"],
            )
            if part["last_load"] is not None
            else msg("The registry {name}, into which nothing was loaded yet.", name=part["name"]),
            {"registry": part["registry"], **told},
        )


def would_change(connection: sqlite3.Connection, changes: Sequence[Change]) -> Result:
    """List what a load would change, cell by cell."""
    return Result(
        name="changes",
        title=msg(N_("What loading would change")),
        columns=CHANGE_COLUMNS,
        rows=tuple(change_rows(connection, changes)),
        layout=Layout.CARDS,
        shared=_SHARED,
        notes=fictitious.notes(connection, rests=False),
    )


def change_rows(connection: sqlite3.Connection, changes: Iterable[Change]) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of changes, for ``CHANGE_COLUMNS``, with the names that the registry has of what they name."""
    names = Names(connection)
    for change in changes:
        table = change.table
        key = names.key(table, change.key, change.after or change.before)
        row = (table_words(table.name), key, change.action)
        if change.action == "update":
            for name, value in (change.after or {}).items():
                column = next(column for column in table.columns if column.stored == name)
                texts = names.value((change.before or {}).get(name), column), names.value(value, column)
                yield (*row, column_words(table, column.name), *texts, change.path, place_of(change, column.name))
        else:
            texts = names.row(table, change.before), names.row(table, change.after)
            yield (*row, None, *texts, change.path, place_of(change))


def place_of(change: Change, column: str | None = None) -> str | None:
    """Return where in its file a change comes from: a line, or a cell of a sheet (``Feuille1!D14``)."""
    if change.line is None:
        return None
    if change.sheet is None:
        return str(change.line)
    return f"{change.sheet}!{_letter(change, column)}{change.line}"


def _letter(change: Change, column: str | None) -> str:
    """The letter of a column in its sheet; empty where the value stands in none, but was given or is a constant."""
    place = change.places.get(column or "", "")
    return place if change.sheet is not None and re.fullmatch(r"[A-Z]{1,3}", place) else ""


def trace(connection: sqlite3.Connection, table: Table, key: Sequence[str]) -> Result:
    """Return for each value of a row the load, the file, the line or cell, and the source it came from.

    Args:
        connection: an open registry.
        table: the table of the row.
        key: the parts of its key in order, or ``column=value`` in any order, as many as single the row out.

    Raises:
        UsageProblem: no row has that key, or several do; the advice shows how to single one out.
    """
    row = _only_row(connection, table, key)
    own_key = {name: row[table.column(name).stored] for name in table.key}
    found = origins(connection, table, own_key)
    loads_at = {load["id"]: load["at"] for load in connection.execute("select id, at from loads")}
    names = Names(connection)
    columns = (
        Column("column", N_("Column"), Kind.CODE),
        Column("value", N_("Value"), prose=True),
        Column("source", N_("Source"), Kind.CODE, refers="sources"),
        Column("load", N_("Load"), Kind.INTEGER, grouped=False),
        Column("at", N_("When (UTC)"), Kind.DATE),
        Column("file", N_("File")),
        Column("place", N_("Line or cell")),
        Column("heading", N_("Heading")),
    )
    rows: list[tuple[Value, ...]] = []
    for column in table.columns:
        own = column_words(table, column.name)
        value = names.value(row[column.stored], column)
        change = found.get(column.stored)
        if value is None or change is None:
            rows.append((own, value, None, None, None, None, None, None))
            continue
        source = row["source"] if "source" in table.names else None
        heading = None if _letter(change, column.name) else change.places.get(column.name)
        place = place_of(change, column.name)
        rows.append((own, value, source, change.load, loads_at[change.load], change.path, place, heading))
    came = tuple(_came_notes(connection, table, own_key, found.values()))
    named = any(row[-1] is not None and row[-1] != row[0] for row in rows)
    rests = "source" in table.names and row["source"] in fictitious.fictitious_sources(connection)
    return Result(
        name="trace",
        title=msg("{table}: {key}", table=msg(table.label), key=names.key(table, own_key).words),
        columns=columns,
        rows=tuple(rows),
        notes=(*fictitious.notes(connection, rests), *_source_note(connection, table, row), *came),
        fictitious=rests,
        layout=Layout.CARDS,
        # The source is the same of all, and in a note; a heading that is the column's own name says nothing more.
        screen=("column", "value", "load", "at", "file", "place", *(("heading",) if named else ())),
        spare=("heading",),
        shared=("load", "at", "file"),
    )


def _came_notes(
    connection: sqlite3.Connection, table: Table, key: Mapping[str, Value], changes: Iterable[Change]
) -> Iterator[Note]:
    """From which registries the values of a row came, with the load there, and which ones have the row as it is."""
    named = set()
    for load, file in dict.fromkeys((change.load, change.file) for change in changes):
        row = came_from(connection, file)
        if row is None:
            continue
        named.add(row["registry"])
        told = {
            "name": row["name"],
            "its_load": str(row["its_load"]),
            "at": Day(row["its_at"]),
            "who": row["its_who"],
            "load": str(load),
        }
        yield Note(
            "registry",
            msg("Load {load}: from the registry {name}, its load {its_load} of {at} by {who}.", **told),
            {"registry": row["registry"], **{name: row[name] for name in ("name", "its_load", "its_at", "its_who")}},
        )
    others = [known for known in holders_of(connection, table, key) if known.identity not in named]
    if others:
        yield Note(
            "held",
            msgs(
                "{count} other registry has the same row: {names}.",
                "{count} other registries have the same row: {names}.",
                len(others),
                names=first_few([known.name for known in others], _REGISTRIES),
            ),
            {"registries": [known.name for known in others]},
        )


def _source_note(connection: sqlite3.Connection, table: Table, row: sqlite3.Row) -> Iterable[Note]:
    if "source" not in table.names or row["source"] is None:
        return
    source = connection.execute("select * from sources where id = ?", (row["source"],)).fetchone()
    words: list[Message | str | Day] = [source["title"]]
    words += [source["publisher"]] if source["publisher"] else []
    words += [Day(source["published_on"])] if source["published_on"] else []
    words += [source["url"]] if source["url"] else []
    yield Note("source", msg("Source: {words}.", words=words), {"id": source["id"]})


def _only_row(connection: sqlite3.Connection, table: Table, key: Sequence[str]) -> sqlite3.Row:
    wanted: dict[str, str] = {}
    for place, part in enumerate(key):
        name, equals, value = part.partition("=")
        if equals and fold(name) in {fold(column) for column in table.names}:
            wanted[next(column for column in table.names if fold(column) == fold(name))] = value
        elif place < len(table.key):
            wanted[table.key[place]] = part
        else:
            raise UsageProblem(
                msgs(
                    "The key of the table {table} has {count} part.",
                    "The key of the table {table} has {count} parts.",
                    len(table.key),
                    table=typed(table),
                ),
                msg("They are: {parts}.", parts=_called(table, table.key)),
            )
    condition = " and ".join(f"cast({table.column(name).stored} as text) = ?" for name in wanted) or "1"
    some = f"select * from {table.name} where {condition} limit 1000"
    rows = connection.execute(some, list(wanted.values())).fetchall()
    if len(rows) == 1:
        row: sqlite3.Row = rows[0]
        return row
    if not rows:
        raise UsageProblem(
            msg(
                "The table {table} has no row {key}.", table=typed(table), key=[_as_typed(table, part) for part in key]
            ),
            msg(
                "Its key is made of: {parts}. See the rows with: crpv list {table}",
                parts=_called(table, table.key),
                table=typed(table),
            ),
        )
    raise UsageProblem(
        msg("Several rows of the table {table} match.", table=typed(table)),
        msg(
            "Narrow them down with: {options}",
            options=[
                msg("{column}=…", column=typed(table.column(name)))
                for name in table.key
                if len({row[table.column(name).stored] for row in rows}) > 1
            ],
        ),
    )


def _as_typed(table: Table, part: str) -> Message:
    """A part of a key with its column by the word that the reader may type."""
    name, equals, value = part.partition("=")
    if not equals or name not in table.names:
        return as_it_is(part)
    return Message("{column}={value}", {"column": typed(table.column(name)), "value": value})


def _called(table: Table, names: Sequence[str]) -> list[Typed]:
    return [typed(table.column(name)) for name in names]
