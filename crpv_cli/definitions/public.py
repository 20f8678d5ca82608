"""What the public does not get: the one place that says so, for ``--public`` and whatever else is made to be handed on.

Left out are the working tables (``Table.internal``), the record of loads, which is no ``Table`` at all and names who
loaded what on which machine, the columns about people (``Column.personal``), and what says what to do in crpv
(``Column.for_operator``). Functional addresses of centres, who evaluated, who sits where, and remarks stay: their
columns are defined as what the reader must know, or as bodies and not people.
"""

from __future__ import annotations

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES


def public_tables() -> tuple[Table, ...]:
    """Return the tables that the public gets, in the order in which they are loaded."""
    return tuple(table for table in TABLES.values() if not table.internal)


def is_public(column: Column) -> bool:
    """Whether the public gets a column, be it of a table, a report or a view."""
    return not (column.personal or column.for_operator)


def public_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table that the public gets, in order."""
    return tuple(column for column in table.columns if is_public(column))
