"""The registry whole, for another program: every table as its rows come, and every view as it stands on a date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.public import is_public, public_tables
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.registry.queries import query, read, today
from crpv_cli.reports.exports import people_are_not_public
from crpv_cli.reports.fictitious import holds_fictitious
from crpv_cli.reports.listing import of_view, selected
from crpv_cli.reports.rows import row_of
from crpv_cli.result import Rows, Value, Whole


def whole(connection: sqlite3.Connection, as_of: str | None, public: bool = False, people: bool = False) -> Whole:
    """Return all tables and views; rows are asked for once, and only when somebody takes them.

    Args:
        connection: the registry.
        as_of: the date of the views, today by default.
        public: leave out what the public does not get.
        people: with the columns about people, who are named until the last day that they agreed to.

    Raises:
        UsageProblem: people are asked for, and the public is to get it.
    """
    if public and people:
        raise people_are_not_public()
    date = as_of or today()
    tables = public_tables() if public else tuple(TABLES.values())
    return Whole(
        tables=tuple(_table(connection, table, public, people) for table in tables),
        views=tuple(_view(connection, view, date) for view in VIEWS.values()),
        as_of=date,
        load=connection.execute("select max(id) from loads").fetchone()[0],
        fictitious=holds_fictitious(connection),
        public=public,
    )


def _table(connection: sqlite3.Connection, table: Table, public: bool, people: bool) -> Rows:
    columns = tuple(
        column for column in table.columns if (people or not column.personal) and (not public or is_public(column))
    )
    return Rows(table, columns, _rows_of_table(connection, table, columns))


def _rows_of_table(
    connection: sqlite3.Connection, table: Table, columns: tuple[Column, ...]
) -> Iterator[tuple[Value, ...]]:
    names = ", ".join(map(selected, columns))
    key = ", ".join(table.column(name).stored for name in table.key)
    found = read(connection, f"select {names} from {table.name} as t order by {key}", today(), now=today())
    for row in found:
        yield row_of(columns, row)


def _view(connection: sqlite3.Connection, view: Table, date: str) -> Rows:
    return Rows(view, view.columns, _rows_of_view(connection, view, date))


def _rows_of_view(connection: sqlite3.Connection, view: Table, date: str) -> Iterator[tuple[Value, ...]]:
    names = ", ".join(map(of_view, view.columns))
    key = ", ".join(view.column(name).stored for name in view.key)
    for row in read(connection, f"select {names} from (\n{query(view.name)}\n) as t order by {key}", date):
        yield row_of(view.columns, row)
