"""What is known before one row is added: what each column may hold by name, and what stands there already."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.language import N_, Day, Euros, Message, msg, translate
from crpv_cli.registry.journal import Change
from crpv_cli.registry.resolving import Names, names_of
from crpv_cli.registry.schema import key_condition, key_values
from crpv_cli.reports import wording
from crpv_cli.result import Result, Value
from crpv_cli.spelling import fold


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values that a column may take: what is written for it, and what a person reads."""

    code: str
    label: str


class Options:
    """The values that a column may take, in the order in which they are shown, and what people may call them."""

    def __init__(self, options: Sequence[Option], names: Names | None = None) -> None:
        """Take the values, and what else the rows of another table are called."""
        self.all = tuple(options)
        self._names = names

    def meant(self, text: str) -> tuple[Option, ...]:
        """Return those that a text may mean: by the code, a name, or a part of one; none, one or several."""
        folded = fold(text)
        exact = [one for one in self.all if folded in {fold(one.code), fold(one.label)}]
        if len(exact) == 1 or not folded:
            return tuple(exact[:1])
        ids: tuple[str, ...] = ()
        if self._names is not None:
            ids = self._names.find(text).ids or self._names.parts(text, inside_words=True).ids
        return tuple(one for one in self.all if one.code in ids or (not ids and folded in fold(one.label)))

    def label(self, code: str) -> str:
        """Return what a person reads for a value."""
        return next((one.label for one in self.all if one.code == code), code)


def options_of(connection: sqlite3.Connection, table: Table) -> dict[str, Options]:
    """Return the values of each column that is a list, or that names a row of another table, by its name."""
    found: dict[str, Options] = {}
    called = wording.Names(connection)
    for column in table.columns:
        if column.refers:
            other = TABLES[column.refers]
            names = names_of(connection, other)
            labels = [Option(code, label) for code, label in called.every(other.name).items()]
            found[column.name] = Options(sorted(labels, key=lambda one: fold(one.label)), names)
        elif column.choices:
            found[column.name] = Options([Option(one.code, translate(one.label)) for one in column.choices])
        elif column.kind is Kind.FLAG:
            found[column.name] = Options([Option("true", translate(N_("yes"))), Option("false", translate(N_("no")))])
    return found


def standing(connection: sqlite3.Connection, table: Table, key: Mapping[str, Value]) -> dict[str, Value] | None:
    """Return the row of a key, its values by column name, or None if there is none."""
    row = connection.execute(
        f"select * from {table.name} where {key_condition(table)}", key_values(key[name] for name in table.key)
    ).fetchone()
    return None if row is None else {column.name: row[column.stored] for column in table.columns}


def cell_of(value: Value, column: Column) -> str:
    """Return a value as somebody types it."""
    if value is None:
        return ""
    if column.kind is Kind.MONEY and isinstance(value, int):
        return f"{value / 100:.2f}"
    if column.kind is Kind.FLAG:
        return "true" if value else "false"
    return str(value)


def one_row(table: Table, change: Change, options: Mapping[str, Options], there: Mapping[str, Value] | None) -> Result:
    """Show a row that is to be written, column by column, in people's words; ``there`` is what stands in its place."""
    after = {column.name: (change.after or {}).get(column.stored) for column in table.columns}
    changed = {column.name for column in table.columns if column.stored in (change.after or {})}
    rows: list[tuple[Value, ...]] = []
    for column in table.columns:
        known = options.get(column.name)
        new = shown(after[column.name], column, known)
        if there is None:
            rows += [(column.name, msg(column.label), new)] if after[column.name] is not None else []
        elif column.name in changed or there[column.name] is not None:
            old = shown(there[column.name], column, known)
            rows.append((column.name, msg(column.label), old, new if column.name in changed else old))
    columns = [Column("column", N_("Column"), Kind.CODE), Column("heading", N_("Column"))]
    columns += [] if there is None else [Column("before", N_("Before"), prose=True)]
    columns.append(Column("after", N_("After") if there is not None else N_("Value"), prose=True))
    title = msg("{table}: a new row", table=msg(table.label))
    if there is not None:
        title = msg("{table}: a row that is there already", table=msg(table.label))
    screen = tuple(column.name for column in columns[1:])
    return Result("row", title, tuple(columns), tuple(rows), screen=screen)


def shown(value: Value, column: Column, options: Options | None) -> Message | None:
    """Return a value in people's words."""
    if value is None:
        return None
    if column.kind is Kind.FLAG:
        return msg(N_("yes") if value else N_("no"))
    if options is not None:
        return Message("{value}", {"value": options.label(str(value))})
    if column.kind is Kind.MONEY and isinstance(value, int):
        return Message("{value}", {"value": Euros(value)})
    if column.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
        return Message("{value}", {"value": Day(str(value))})
    return Message("{value}", {"value": value if column.kind is Kind.DECIMAL else str(value)})
