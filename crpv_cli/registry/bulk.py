"""Many rows of a table written at once: its indexes are made anew after them, not kept in order row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from crpv_cli.registry.schema import indexes

_MANY = 5_000
"""From how many rows on it is worth it, if they are a good part of the table (both measured)."""
_PART = 0.4


@contextmanager
def written_at_once(connection: sqlite3.Connection, table: str, rows: int) -> Iterator[None]:
    """Insert or delete rows of a table in one statement, in a transaction.

    To keep an index of a million rows in order for each row takes five times as long as to sort it once. Nothing in it
    may look up rows by their key, and no query of the table may still be read.

    Args:
        connection: a registry in a transaction: whatever fails, it is rolled back.
        table: its name.
        rows: how many rows are written.
    """
    dropped = {name: sql for name, sql in indexes().items() if f" on {table} (" in sql}
    if not _worth_it(connection, table, rows):
        dropped = {}
    for name in dropped:
        connection.execute(f"drop index main.{name}")
    yield
    for statement in dropped.values():
        connection.execute(statement)


def _worth_it(connection: sqlite3.Connection, table: str, rows: int) -> bool:
    if rows < _MANY:
        return False
    (there,) = connection.execute(f"select count(*) from main.{table}").fetchone()
    return bool(rows >= there * _PART)
