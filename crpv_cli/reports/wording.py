"""The words in which people read the registry's own names: tables, columns, ids and values as they are stored.

Each is a ``Worded``: machines get the stable text, and people the label of a table or a value, the name of a centre
or a funder, a date as they write it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, overload

from crpv_cli.definitions.choices import MISSIONS, mission_label
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.language import N_, Day, Euros, Message, msg
from crpv_cli.result import Worded, as_it_is

# By which column people call a row, where a table refers to it; missions have their label.
_CALLED = {
    "centres": "short_name",
    "departments": "name",
    "funders": "name",
    "scales": "name",
    "sources": "title",
    "projects": "title",
    "neighbourhoods": "name",
    "contracts": "name",
}


def plain(value: Any, column: Column) -> str | None:  # noqa: ANN401 - what SQLite holds
    """A stored value as ``csv`` writes it: the same in every language."""
    if value is None:
        return None
    if column.personal:
        return "…"  # that there is a value, and not whose name it is
    if column.kind is Kind.MONEY and isinstance(value, int):
        return f"{value / 100:.2f}"
    if column.kind is Kind.FLAG:
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


class Names:
    """What rows are called, read once a table, when the first of its ids is asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read: dict[str, dict[str, str]] = {}

    def called(self, table: str, identifier: str) -> Message | None:
        """What the row of an id is called; None where the registry has no name of it."""
        if table == "missions":
            if any(choice.code == identifier for choice in MISSIONS):
                return msg(mission_label(identifier))
            name = self._names("missions", "name_fr").get(identifier)
        elif table in _CALLED:
            name = self._names(table, _CALLED[table]).get(identifier)
        else:
            name = None
        if not name:
            return None
        if table == "departments":
            return as_it_is(f"{identifier} {name}")
        return as_it_is(name)

    def every(self, table: str) -> dict[str, str]:
        """What each row of a table whose key is one column is called, in the reader's language, by its id."""
        (key,) = TABLES[table].key
        ids = [str(row[0]) for row in self._connection.execute(f"select {key} from {table}")]
        return {one: (self.called(table, one) or as_it_is(one)).text() for one in ids}

    @overload
    def id(self, table: str, identifier: str) -> Worded: ...
    @overload
    def id(self, table: str, identifier: None) -> None: ...
    def id(self, table: str, identifier: str | None) -> Worded | None:
        """An id, with the name of its row; None for none."""
        if identifier is None:
            return None
        return Worded(identifier, self.called(table, identifier) or as_it_is(identifier))

    def value(self, value: Any, column: Column) -> Worded | None:  # noqa: ANN401 - what SQLite holds
        """A stored value of a column: its stable text, and what people read."""
        stable = plain(value, column)
        return None if stable is None else Worded(stable, self._words(value, stable, column))

    def key(
        self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any] | None = None, short: bool = False
    ) -> Worded:
        """The key of a row, its known parts in order: the names of what they refer to, or of the row itself.

        Args:
            table: the table of the row.
            key: the values of its key, by column.
            values: what else is known of the row, by stored column, if the registry may not hold it any more.
            short: without what tells two rows apart, and says little of what they are about.
        """
        known = [table.column(name) for name in table.key if key.get(name) is not None]
        stable = " ".join(str(key[column.name]) for column in known)
        if len(table.key) == 1 and known:
            own = self.called(table.name, stable)
            if own is None and (name := (values or {}).get(_CALLED.get(table.name, ""))):
                own = as_it_is(str(name))
            return Worded(stable, own or as_it_is(stable))
        # Where in which source is said beside the row, by its file and line.
        beside = {"source", "locator", "object", "reference"} if short else {"source", "locator"}
        said = [column for column in known if column.name not in beside] or known
        words = [self._words(key[column.name], str(key[column.name]), column) for column in said]
        return Worded(stable, Message("{parts}", {"parts": words}))

    def row(self, table: Table, values: Mapping[str, Any] | None) -> Worded | None:
        """A whole row, by the stored names of its columns: what is known of it, in the order of the columns.

        Its words are put together when somebody reads them: a load may be of a million rows.
        """
        if values is None:
            return None
        known = [
            (column, value, stable)
            for column in table.columns
            for value in (values.get(column.stored),)
            for stable in (plain(value, column),)
            if stable is not None
        ]
        for column, _, _ in known:
            if column.refers in _CALLED:
                self._names(column.refers, _CALLED[column.refers])

        def words() -> Message:
            parts = [
                msg("{label}: {text}", label=msg(column.label), text=self._words(value, stable, column))
                for column, value, stable in known
                # What a row is called is said by its key.
                if column.name not in table.key
            ]
            return Message("{parts}", {"parts": parts})

        return Worded(", ".join(f"{column.name}={stable}" for column, _, stable in known), words)

    def _words(self, value: Any, stable: str, column: Column) -> Message:  # noqa: ANN401 - what SQLite holds
        """A stored value in words."""
        if column.personal:
            return as_it_is(stable)
        if column.refers is not None:
            return self.called(column.refers, stable) or as_it_is(stable)
        for choice in column.choices:
            if choice.code == stable:
                return msg(choice.label)
        if column.kind is Kind.MONEY and isinstance(value, int):
            return Message("{amount}", {"amount": Euros(value)})
        if column.kind is Kind.FLAG:
            return msg(N_("yes") if value else N_("no"))
        if column.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
            return Message("{date}", {"date": Day(stable)})
        if column.kind in {Kind.INTEGER, Kind.DECIMAL} and isinstance(value, int | float):
            return Message("{number}", {"number": value})
        return as_it_is(stable)

    def _names(self, table: str, column: str) -> dict[str, str]:
        if table not in self._read:
            (key,) = TABLES[table].key
            rows = self._connection.execute(f"select {key}, {column} from {table}")
            self._read[table] = {str(row[0]): str(row[1] or "") for row in rows}
        return self._read[table]
