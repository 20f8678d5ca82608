"""Whether a registry still is what loads wrote: a digest of each table, kept in the transaction that writes its rows.

SQLite finds that its own structure is damaged, but not that a figure became another one. What a load writes is sealed:
``seals`` holds a digest of each table, ``loads`` one of the changes that each load made. An opening compares them
(``connection``), unless the file is still the very one that was compared last.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable

from crpv_cli.definitions.tables import TABLES
from crpv_cli.registry import schema

_RECORD = ("loads", "load_files")
_BATCH = 1000


def sealed() -> tuple[str, ...]:
    """The tables that have a digest of their own."""
    return (*TABLES, *_RECORD)


def _seal(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    connection.executemany(
        "insert into seals (table_name, digest) values (?, ?) on conflict do update set digest = excluded.digest",
        [(name, _of_table(connection, name)) for name in names],
    )


def seal_load(connection: sqlite3.Connection, load: int) -> None:
    """Seal what a load changed, and the tables whose rows it changed."""
    connection.execute("update loads set digest = ? where id = ?", (_of_changes(connection, load), load))
    touched = connection.execute("select distinct table_name from changes where load = ?", (load,)).fetchall()
    _seal(connection, [*(row[0] for row in touched), *_RECORD])


def seal_all(connection: sqlite3.Connection) -> None:
    """Seal every table and every load, of a registry that is made or brought up to date."""
    for (load,) in connection.execute("select id from loads").fetchall():
        connection.execute("update loads set digest = ? where id = ?", (_of_changes(connection, load), load))
    _seal(connection, sealed())


def broken(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose rows are not those that were sealed, ``changes`` among them."""
    kept = dict(map(tuple, connection.execute("select table_name, digest from seals")))
    found = [name for name in sealed() if kept.get(name) != _of_table(connection, name)]
    loads = connection.execute("select id, digest from loads").fetchall()
    (untold,) = connection.execute("select count(*) from changes where load not in (select id from loads)").fetchone()
    if untold or any(digest != _of_changes(connection, load) for load, digest in loads):
        found.append("changes")
    return found


def _of_table(connection: sqlite3.Connection, name: str) -> str:
    return _digest(connection, f"select {_columns(name)} from main.{name} order by rowid")


def _of_changes(connection: sqlite3.Connection, load: int) -> str:
    return _digest(connection, f"select {_columns('changes')} from main.changes where load = ? order by id", load)


def _columns(table: str) -> str:
    """The columns of a table that crpv defines, in an order that does not depend on who made the table."""
    return ", ".join(sorted(filter(None, map(schema.column_of, schema.tables()[table]))))


def _digest(connection: sqlite3.Connection, sql: str, *parameters: object) -> str:
    """The SHA-256 of the rows of a query, as JSON in batches."""
    digest = hashlib.sha256()
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(sql, parameters)
    while rows := cursor.fetchmany(_BATCH):
        digest.update(json.dumps(rows, ensure_ascii=False).encode())
    return digest.hexdigest()
