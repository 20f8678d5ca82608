"""How a registry's file comes to be, and how one that an earlier program made is brought up to date.

There is no list of steps: what is in the file is compared with what the definitions say (``schema``), and what differs
is made, with sqlite-utils. ``SCHEMA_VERSION`` is raised with the first change of a table after a release, so that the
programs released before, which could neither undo nor trace its rows, refuse the file.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from crpv_cli import interrupts
from crpv_cli.errors import RegistryProblem
from crpv_cli.language import msg
from crpv_cli.registry import copies, file, schema, trust, upgrades
from crpv_cli.registry.seals import seal_all

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.db import Table


MIGRATION_PATIENCE_SECONDS = 120.0
"""How long a command waits for another one that brings the registry up to date."""


def create(path: Path) -> None:
    """Create an empty registry under a name that is free; only its owner may read it.

    Raises:
        FileExistsError: there is a file of that name.
        OSError: it cannot be made.
        sqlite3.OperationalError: the same, as SQLite says it.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        db = _managed(connection)
        db.enable_wal()
        with db.atomic():
            connection.execute(f"pragma application_id = {schema.APPLICATION_ID}")
            _make_tables(db)
            _make_views(db)
            connection.execute("insert into identity (id) values (?)", (secrets.token_hex(16),))
            seal_all(connection)


def migrate(path: Path) -> Path | None:
    """Bring a registry up to date, if it is not.

    Where tables change, a copy of the file as it was is kept beside it; returns the path of the copy. Views hold
    nothing: they are made again without notice, and left as they are where another program is writing just now.

    Raises:
        RegistryProblem: the file cannot be read as a registry, or written; a newer program made it; or its rows
            contradict the definitions. It is as it was.
    """
    with file.reading(path) as connection:
        there = schema.there_is(connection)
        change_tables = schema.is_older(connection) or schema.tables_differ(there)
        trust.check_nothing_acts(connection, path)
    if change_tables:
        return _change_tables(path)
    with suppress(sqlite3.OperationalError, RegistryProblem), file.writing(path, patience=0) as writing:
        writing.execute("begin immediate")
        _make_views(_managed(writing))
        writing.execute("commit")
    return None


def _change_tables(path: Path) -> Path | None:
    """Change the tables while nobody else writes; what others read meanwhile is the registry as it was."""
    try:
        with file.writing(path, MIGRATION_PATIENCE_SECONDS) as connection:
            connection.execute("pragma foreign_keys = off")  # a table that is rebuilt is gone for a moment
            connection.execute("begin immediate")
            trust.check_ours(connection, path)
            there = schema.there_is(connection)
            if not schema.is_older(connection) and not schema.tables_differ(there):
                return None  # another command was faster
            trust.check_whole(connection, path)  # what is sealed anew must be what loads wrote
            with copies.made(path, f"before-schema-{schema.SCHEMA_VERSION}") as copy:
                _bring_up_to_date(connection)
                interrupts.hold()  # the copy and the commit belong together
            connection.execute("commit")
            return copy
    except sqlite3.IntegrityError as error:
        raise _contradicting(path, error) from error
    except sqlite3.DatabaseError as error:
        raise file.problem(path, error) from error
    finally:
        interrupts.release()


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a private copy of a registry up to date; ``path`` is the registry's own.

    Raises:
        RegistryProblem: its rows contradict the definitions.
    """
    connection.execute("pragma foreign_keys = off")
    connection.execute("begin immediate")
    try:
        _bring_up_to_date(connection)
    except sqlite3.IntegrityError as error:
        raise _contradicting(path, error) from error
    connection.execute("commit")


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    broken = _broken_references(connection)
    db = _managed(connection)
    version = connection.execute("pragma user_version").fetchone()[0]
    upgrades.before(connection, version)
    _make_tables(db, version)
    _make_views(db)
    db.table("_sqlite_migrations").drop(ignore=True)  # the steps of earlier programs
    if _broken_references(connection) > broken:
        raise sqlite3.IntegrityError("FOREIGN KEY constraint failed")
    seal_all(connection)


def make_again(connection: sqlite3.Connection) -> None:
    """Make the tables, indexes and views of a registry of the present schema that are missing or differ.

    Raises:
        sqlite3.IntegrityError: its rows contradict the definitions.
    """
    db = _managed(connection)
    _make_tables(db)
    _make_views(db)


def _contradicting(path: Path, error: sqlite3.IntegrityError) -> RegistryProblem:
    return RegistryProblem(
        msg("{path} cannot be brought up to date: {reason}", path=path, reason=str(error)),
        msg("It was left as it was. Correct these rows with the version of crpv that wrote them, then try again."),
    )


def _broken_references(connection: sqlite3.Connection) -> int:
    return len(connection.execute("pragma foreign_key_check").fetchall())


def _make_tables(db: Database, version: int = schema.SCHEMA_VERSION) -> bool:
    """Make what is missing of tables and indexes, and what is not as it should be; returns whether anything was.

    What has moved is filled in before the indexes are made: keys may be unique only then.
    """
    there = schema.there_is(db.conn)
    if not schema.is_older(db.conn) and not schema.tables_differ(there):
        return False
    db.execute(f"pragma user_version = {schema.SCHEMA_VERSION}")
    for name, parts in schema.tables().items():
        if name not in there:
            db.execute(schema.table_statement(name, parts))
        elif schema.differs(there[name], name):
            _change_table(db.table(name), parts, schema.parts_of(there[name]))
    upgrades.after(db.conn, version)
    for name, statement in schema.indexes().items():
        if " ".join(schema.there_is(db.conn).get(name, "").split()) != statement:
            db.execute(f"drop index if exists {name}")
            db.execute(statement)
    return True


def _change_table(table: Table, parts: Sequence[str], found: Sequence[str]) -> None:
    db, name = table.db, table.name
    renamed, gone = upgrades.RENAMED.get(table.name, {}), upgrades.GONE.get(table.name, frozenset())
    columns = {column: part for part in found if (column := schema.column_of(part)) and column not in gone}
    lacking = [part for part in parts if part not in found]
    moved = any(schema.column_of(part) in {*renamed, *gone} for part in found)
    refusing = any(map(schema.acts, set(found).difference(parts)))
    if not moved and not refusing and all(_can_be_added(part, columns) for part in lacking):
        for part in lacking:
            db.execute(f"alter table {name} add column {part}")
        return
    # sqlite-utils' ``transform`` carries the checks that are there and can change none, so the table is rebuilt.
    defined = {schema.column_of(part) for part in parts}
    own = [schema.plain(part) for name, part in columns.items() if name not in defined and name not in renamed]
    wanted = sorted([*parts, *own], key=lambda part: schema.column_of(part) is None)
    there = schema.there_is(db.conn)
    attached = [there[index.name] for index in table.indexes if index.name in there.keys() - schema.indexes().keys()]
    kept = ", ".join(f'"{column}"' for column in columns)
    filled = ", ".join(f'"{renamed.get(column, column)}"' for column in columns)
    db.execute(f"create temp table kept as select {kept} from main.{name} order by rowid")
    table.drop()
    db.execute(schema.table_statement(name, wanted))
    db.execute(f"insert into main.{name} ({filled}) select {kept} from temp.kept order by rowid")
    db.execute("drop table temp.kept")
    for statement in attached:
        db.execute(statement)


def _can_be_added(part: str, columns: Collection[str]) -> bool:
    column = schema.column_of(part)
    return column is not None and column not in columns and not schema.must_be_filled(part)


def _make_views(db: Database) -> None:
    for name, sql in schema.differing_views(schema.there_is(db.conn)).items():
        db.create_view(name, sql, replace=True)


def _managed(connection: sqlite3.Connection) -> Database:
    """A connection for sqlite-utils, which takes longer to import than a reading command to run."""
    from sqlite_utils import Database

    return Database(connection)
