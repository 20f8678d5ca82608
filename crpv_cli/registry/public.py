"""A database of what is public alone: the tables and columns that the public gets, with the views.

It is no registry: neither loads nor what they changed stand in it, and crpv does not open it. Whoever gets the file
gets nothing else, whatever program reads it, which no setting of a program can promise.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from crpv_cli.definitions.public import public_columns, public_tables
from crpv_cli.definitions.table import Table
from crpv_cli.registry import schema
from crpv_cli.registry.queries.views import views


def write_public(connection: sqlite3.Connection, file: Path) -> None:
    """Write what is public of a registry into a new database; it has no log beside it, so that it can be read anywhere.

    Raises:
        sqlite3.Error: it cannot be written.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        target.execute("begin")
        for table in public_tables():
            names = [column.stored for column in public_columns(table)]
            target.execute(schema.table_statement(table.name, _parts(table, names)))
            rows = connection.execute(f"select {', '.join(names)} from {table.name}")
            target.executemany(f"insert into {table.name} values ({', '.join('?' * len(names))})", map(tuple, rows))
        tables = {table.name for table in public_tables()}
        for statement in schema.indexes().values():
            of = re.search(r" on (\w+) ", statement)
            if of and of[1] in tables:
                target.execute(statement)
        for name, sql in views().items():
            target.execute(f'create view "{name}" as {sql}')
        target.execute("commit")


def _parts(table: Table, names: list[str]) -> list[str]:
    """The parts of a table as far as they are about the columns that are there."""
    left_out = {column.stored for column in table.columns}.difference(names)
    kept = []
    for part in schema.tables()[table.name]:
        column = schema.column_of(part)
        named = set(re.findall(r"\w+", part))
        if (column in names) if column else not (left_out & named):
            kept.append(part)
    return kept
