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

_RECORD = ("loads", "load_files", "returns", "identity", "merged", "holdings")
_BATCH = 1000


def sealed() -> tuple[str, ...]:
    """The tables that have a digest of their own."""
    return (*TABLES, *_RECORD)


def _seal(connection: sqlite3.Connection, names: Iterable[str]) -> None:
    connection.executemany(
        """
        insert into seals (table_name, columns, digest) values (?, ?, ?)
        on conflict do update set columns = excluded.columns, digest = excluded.digest
        """,
        [(name, ", ".join(columns), _of_table(connection, name, columns)) for name, columns in _columns_of(names)],
    )


def seal_load(connection: sqlite3.Connection, load: int) -> None:
    """Seal what a load changed, and the tables whose rows it changed.

    Rows that it inserted say so themselves, and are sealed with their tables.
    """
    connection.execute("update loads set digest = ? where id = ?", (_of_changes(connection, load), load))
    touched = connection.execute(
        """
        select table_name from changes where load = :load
        union select table_name from load_files where load = :load and inserted > 0
        """,
        {"load": load},
    ).fetchall()
    _seal(connection, [*(row[0] for row in touched), *_RECORD])


def seal_all(connection: sqlite3.Connection) -> None:
    """Seal every table and every load, of a registry that is made or brought up to date."""
    for (load,) in connection.execute("select id from loads").fetchall():
        connection.execute("update loads set digest = ? where id = ?", (_of_changes(connection, load), load))
    _seal(connection, sealed())


def broken(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose rows are not those that were sealed, ``changes`` among them."""
    there = schema.there_is(connection)
    columns_there = {row[1] for row in connection.execute("pragma main.table_info(seals)")}
    whole = columns_there >= {"table_name", "columns", "digest"}  # a table that others made anew seals nothing
    sealed_as = connection.execute("select table_name, columns, digest from seals") if whole else ()
    kept = {name: (columns.split(", "), digest) for name, columns, digest in sealed_as}
    found = [
        name
        for name in sealed()
        if (not _holds(connection, name, *kept[name]) if name in kept else name in there and _any(connection, name))
    ]
    if not {"loads", "changes"} <= there.keys():
        return [*found, "changes"]
    loads = connection.execute("select id, digest from loads").fetchall()
    (untold,) = connection.execute("select count(*) from changes where load not in (select id from loads)").fetchone()
    if untold or any(digest != _of_changes(connection, load) for load, digest in loads):
        found.append("changes")
    return found


def contents(connection: sqlite3.Connection) -> dict[str, str]:
    """Return a digest of each table of a file, whoever made it: two files with the same ones hold the same rows."""
    there = {name: sql for name, sql in schema.there_is(connection).items() if sql.upper().startswith("CREATE TABLE")}
    return {name: _digest(connection, f"select * from main.{schema.quoted(name)}") for name in sorted(there)}


def _any(connection: sqlite3.Connection, name: str) -> bool:
    """Whether a table has rows; one that was defined since the registry was sealed has none."""
    return connection.execute(f"select 1 from main.{name} limit 1").fetchone() is not None


def _holds(connection: sqlite3.Connection, name: str, columns: list[str], digest: str) -> bool:
    """Whether a table holds the rows that were sealed; columns that were added to it since do not count."""
    there = {row[1] for row in connection.execute(f"pragma main.table_info({name})")}
    return there.issuperset(columns) and digest == _of_table(connection, name, columns)


def _of_table(connection: sqlite3.Connection, name: str, columns: Iterable[str]) -> str:
    return _of_rows(connection, name, list(columns), "order by rowid")


def _of_changes(connection: sqlite3.Connection, load: int) -> str:
    ((_, defined),) = _columns_of(["changes"])
    there = {row[1] for row in connection.execute("pragma main.table_info(changes)")}
    return _of_rows(
        connection, "changes", [name for name in defined if name in there], "where load = ? order by id", load
    )


def _of_rows(connection: sqlite3.Connection, name: str, columns: list[str], which: str, *parameters: object) -> str:
    """The SHA-256 of rows, which SQLite writes as the values of a statement: thrice as fast as by Python."""
    if not any(row[1] == "was_load" for row in connection.execute("pragma main.table_info(changes)")):
        named = ", ".join(f'"{column}"' for column in columns)  # as earlier programs sealed it
        return _digest(connection, f"select {named} from main.{name} {which}", *parameters)
    decimal = {row[1] for row in connection.execute(f"pragma main.table_info({name})") if row[2] == "REAL"}
    # SQLite writes numbers with decimals with fifteen digits, which may be those of another number.
    values = ", ".join(
        f"""iif("{column}" is null, null, printf('%!.17g', "{column}"))""" if column in decimal else f'"{column}"'
        for column in columns
    )
    marks = ",".join(["%Q"] * len(columns))
    digest = hashlib.sha256()
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(f"select cast(printf('({marks})', {values}) as blob) from main.{name} {which}", parameters)
    while rows := cursor.fetchmany(_BATCH):
        digest.update(b"".join([row[0] for row in rows]))
    return digest.hexdigest()


def _columns_of(tables: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The columns of tables that crpv defines, in an order that does not depend on who made the table."""
    return [(name, sorted(filter(None, map(schema.column_of, schema.tables()[name])))) for name in tables]


def _digest(connection: sqlite3.Connection, sql: str, *parameters: object) -> str:
    """The SHA-256 of the rows of a query, as JSON in batches."""
    digest = hashlib.sha256()
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(sql, parameters)
    while rows := cursor.fetchmany(_BATCH):
        digest.update(json.dumps(rows, ensure_ascii=False, default=bytes.hex).encode(errors="surrogatepass"))
    return digest.hexdigest()
