"""What people call the rows of a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.language import Day, Message, current, msg
from crpv_cli.result import Value

# What tells two rows of a key apart, and says little of what they are about.
_BESIDE = {"object", "reference", "locator", "source"}


def names_in(connection: sqlite3.Connection, table: Table) -> dict[str, str]:
    """Return what people call each row of a table whose key is one column, by its key."""
    (key,) = table.key
    name = {
        "centres": "short_name",
        "missions": f"name_{current()}",
        "departments": f"{key} || ' ' || name",
    }.get(table.name, table.called[0] if table.called else key)
    return dict(map(tuple, connection.execute(f"select {key}, {name} from {table.name}")))


class RowNames:
    """Says what a row is called in people's words, by its key; the names of other tables are asked for once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._names: dict[str, dict[str, str]] = {}

    def called(self, table: Table, key: Mapping[str, Value]) -> Message:
        """Return the name of the row of a key: its own, or those of what its key names."""
        if len(table.key) == 1 and table.called:
            return Message("{name}", {"name": self._name(table.name, key[table.key[0]])})
        columns = [table.column(name) for name in table.key if name not in _BESIDE or len(table.key) == 1]
        parts = [self._part(column, key[column.name]) for column in columns if key[column.name] not in {None, ""}]
        names = [f"p{number}" for number in range(len(parts))]
        return Message(" · ".join(f"{{{name}}}" for name in names), dict(zip(names, parts, strict=True)))

    def _part(self, column: Column, value: Value) -> object:
        if column.refers:
            return self._name(column.refers, value)
        if column.choices:
            return msg(next((one.label for one in column.choices if one.code == value), str(value)))
        return Day(str(value)) if column.kind in {Kind.DATE, Kind.PARTIAL_DATE} else str(value)

    def _name(self, table: str, value: Value) -> str:
        if table not in self._names:
            self._names[table] = names_in(self._connection, TABLES[table])
        return self._names[table].get(str(value), str(value))
