"""Which row a person means who types the parts of its key: names for ids, and values as a cell may have them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.named import choice_named, columns, meant
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.records import readers_of
from crpv_cli.intake.values import clean
from crpv_cli.language import msg
from crpv_cli.registry.resolving import meant_by
from crpv_cli.spelling import fold


def typed_key(connection: sqlite3.Connection, table: Table, parts: Sequence[str]) -> list[str]:
    """Return what was typed of a key with the names of its columns, and the values as they are stored: ``year=2023``.

    Args:
        connection: an open registry.
        table: the table of the row.
        parts: the parts of its key in order, or ``column=value`` in any order, in either language. What cannot be read
            is left as it is.

    Raises:
        UsageProblem: a name could be that of several rows.
    """
    called = columns(table.columns, table)
    found: list[str] = []
    for place, part in enumerate(parts):
        name, equals, value = part.partition("=")
        named = meant(name, called) if equals else ()
        if len(named) == 1:
            found.append(f"{named[0]}={_stored(connection, table, named[0], value)}")
        elif place < len(table.key):
            found.append(f"{table.key[place]}={_stored(connection, table, table.key[place], part)}")
        else:
            found.append(part)
    return found


def _stored(connection: sqlite3.Connection, table: Table, name: str, typed: str) -> str:
    column = table.column(name)
    text = clean(typed)
    stored = connection.execute(f"select 1 from {table.name} where cast({column.stored} as text) = ? limit 1", (typed,))
    if not text or stored.fetchone() is not None:
        return typed
    its_table = table if (column.name,) == table.key and table.called else TABLES.get(column.refers or "")
    if its_table is not None:
        return _id(connection, its_table, text)
    if column.kind in {Kind.TEXT, Kind.CODE} and not column.choices:
        return _as_written(connection, table, column, text)
    try:
        if column.choices:
            return choice_named(text, column.choices)
        value, _correction = readers_of(table.name)[name].read(text)
    except (Fault, UsageProblem):
        return typed
    return typed if value is None else str(int(value) if isinstance(value, bool) else value)


def _as_written(connection: sqlite3.Connection, table: Table, column: Column, text: str) -> str:
    """A text as a row has it, if one has it with other capitals or accents."""
    rows = connection.execute(f"select distinct {column.stored} from {table.name} where {column.stored} is not null")
    found = [row[0] for row in rows if fold(row[0]) == fold(text)]
    return str(found[0]) if len(found) == 1 else text


def _id(connection: sqlite3.Connection, table: Table, text: str) -> str:
    found = meant_by(connection, table, text)
    if len(found) > 1:
        raise UsageProblem(
            msg("“{value}” could be any of these: {candidates}.", value=text, candidates=found),
            msg("Write one of them."),
        )
    return found[0] if found else text
