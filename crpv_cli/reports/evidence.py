"""The rows of the registry that a figure is made of, as a table: each with its source, its file and its line.

A report's ``explain`` says which rows count in a figure and what each contributes, from the same facts that the report
adds up; here they become a ``Result`` whose parts add up to the figure, as its formula says.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Euros, Message, Share, msg, msgs
from crpv_cli.registry.journal import given_by
from crpv_cli.reports import fictitious
from crpv_cli.reports.history import place_of
from crpv_cli.reports.origin import origin
from crpv_cli.reports.wording import Names
from crpv_cli.result import Layout, Note, Result, Value, table_words


class Role(StrEnum):
    """What a row does in a figure."""

    COUNTED = "counted"
    BEFORE = "before"
    """Of the earlier year or date: taken off, so that its part is below 0."""
    REST = "rest"
    """In the whole that a share is of, beside what is counted."""
    DIVISOR = "divisor"
    """What an amount is divided by: neighbourhoods, inhabitants."""
    REASON = "reason"
    """Why another row counts; it has no part of its own."""


ROLES = (
    Choice(Role.COUNTED, N_("counted")),
    Choice(Role.BEFORE, N_("before, taken off")),
    Choice(Role.REST, N_("rest of the whole")),
    Choice(Role.DIVISOR, N_("divided by")),
    Choice(Role.REASON, N_("why it counts")),
)


class Formula(StrEnum):
    """How the parts of the rows make the figure."""

    SUM = "sum"
    """All parts together."""
    SHARE = "share"
    """Counted ÷ (counted + rest)."""
    QUOTIENT = "quotient"
    """Counted ÷ divisor, which is of another unit unless ``parts`` says what kind both are."""
    CHANGE = "change"
    """(Counted + before) ÷ -before."""
    MEAN = "mean"
    """All parts together ÷ the number of rows that have one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A row, and what it contributes.

    Attributes:
        table: the table of the row; empty for something that is no row, such as a finding.
        key: its key, by column.
        part: what it contributes, in the unit of the figure (centimes, a count); None for one that only says why.
        role: what it does in the figure.
        column: the stored column that the part is read from: the line in the file is the one that gave it.
        source: the id of its source.
        locator: where in its document it stands, if the row says so.
        says: what it says, where its part does not: why it counts, or what is missing.
        unit: the unit of its part, where that is not the one of the others.
        fictitious: whether it rests on fictitious data.
    """

    table: str
    key: Mapping[str, Any]
    part: int | float | None = 1
    role: Role = Role.COUNTED
    column: str | None = None
    source: str | None = None
    locator: str | None = None
    says: Message | None = None
    unit: str = ""
    fictitious: bool = False


def piece(
    table: str,
    row: sqlite3.Row | Mapping[str, Any],
    part: int | float | None = 1,
    column: str | None = None,
    role: Role = Role.COUNTED,
    says: Message | None = None,
    unit: str = "",
) -> Piece:
    """Make a piece of a row that has the columns of a table's key, and its source if it has one."""
    names = set(row.keys())
    key = {name: row[name] for name in TABLES[table].key}
    source, locator = (row[name] if name in names else None for name in ("source", "locator"))
    return Piece(table, key, part, role, column, source, locator, says, unit)


@dataclass(frozen=True)
class Explained:
    """What a figure is made of.

    Attributes:
        pieces: the rows, in the order in which they are read.
        kind: what kind of value the figure is; money is in centimes.
        unit: what the parts count: ``euro``, ``neighbourhood``, ``centre``…
        formula: how the parts make it.
        parts: what kind of value the parts are, where it is another one.
        unknown: why the figure is not known, for a report that does not know it.
        digits: to how many digits a figure that is no count is rounded.
    """

    pieces: tuple[Piece, ...]
    kind: Kind = Kind.INTEGER
    unit: str = ""
    formula: Formula = Formula.SUM
    parts: Kind | None = None
    unknown: Message | None = None
    digits: int = 6

    def sum(self, *roles: Role) -> int | float:
        """The parts of the rows of some roles; of all if none is named."""
        parts = [one.part for one in self.pieces if one.part is not None and (not roles or one.role in roles)]
        return sum(parts) if all(isinstance(part, int) for part in parts) else math.fsum(parts)

    @property
    def mixed(self) -> bool:
        """Whether what is divided and what it is divided by are of two units."""
        return self.formula is Formula.QUOTIENT and self.parts is None

    @property
    def is_share(self) -> bool:
        """Whether the figure is a share, and its parts are not."""
        if self.formula is Formula.QUOTIENT:
            return self.kind is Kind.PERCENT
        return self.formula in {Formula.SHARE, Formula.CHANGE}

    @property
    def value(self) -> int | float | None:
        """The figure that the rows make; None where they are divided by nothing."""
        if self.formula is Formula.SUM:
            return self._rounded(self.sum())
        if self.formula is Formula.MEAN:
            over: int | float = sum(one.part is not None for one in self.pieces)
            part = self.sum()
        elif self.formula is Formula.CHANGE:
            part, over = self.sum(), -self.sum(Role.BEFORE)
        else:
            whole = (Role.COUNTED, Role.REST) if self.formula is Formula.SHARE else (Role.DIVISOR,)
            part, over = self.sum(Role.COUNTED), self.sum(*whole)
        return self._rounded(part / over) if over else None

    def _rounded(self, value: int | float) -> int | float:
        if isinstance(value, int):
            return value
        return round(value) if self.kind is Kind.MONEY else round(value, self.digits)

    def makes(self, value: int | float) -> bool:
        """Whether the rows make the figure that a report gives."""
        own = self.value
        return own is not None and math.isclose(own, value, rel_tol=0, abs_tol=0.6 * 10**-self.digits)


_COLUMNS = (
    Column("figure", N_("Figure"), Kind.CODE),
    Column("role", N_("Role"), Kind.CODE, choices=ROLES),
    Column("table", N_("Table"), Kind.CODE),
    Column("row", N_("Row"), prose=True),
    Column("says", N_("What it says"), prose=True),
)
_ORIGIN = (
    Column("source", N_("Source"), Kind.CODE, refers="sources"),
    Column("source_title", N_("Title of the source")),
    Column("url", N_("Address")),
    Column("consulted_on", N_("Consulted on"), Kind.DATE),
    Column("place", N_("Place in the document")),
    Column("load", N_("Load"), Kind.INTEGER, grouped=False),
    Column("file", N_("File")),
    Column("line", N_("Line or cell")),
)
_SCREEN = ("role", "table", "row", "says", "part", "source_title", "file", "line")


def evidence(
    connection: sqlite3.Connection, report: Result, figure: str, value: int | float | None, made: Explained
) -> Result:
    """List the rows behind a figure.

    Args:
        connection: an open registry.
        report: the report that gives the figure.
        figure: its name, as it was asked for.
        value: what the report gives, money in centimes; None if it is not known.
        made: the rows.

    Returns:
        A report with a row for each: role, table, key, part, source with address, day consulted and place in the
        document, load, file and line. Its totals are the ``value``, its ``unit``, the ``formula`` and the ``sums`` of
        each role. A figure that is not known has no rows, and a note says why.
    """
    pieces = made.pieces if value is not None else ()
    mixed = made.mixed
    kind = Kind.DECIMAL if mixed else made.parts or made.kind
    columns = (*_COLUMNS, Column("part", N_("Part"), kind), Column("unit", N_("Unit"), Kind.CODE), *_ORIGIN)
    rows = tuple(_rows(connection, figure, made, pieces))
    named = {column.name for column in columns if any(row[columns.index(column)] is not None for row in rows)}
    shown = [name for name in _SCREEN if name in named and (name != "role" or len({p.role for p in pieces}) > 1)]
    is_sum = made.formula is Formula.SUM and len(rows) > 1
    sources = {one.source for one in pieces}
    rests = bool(sources & fictitious.fictitious_sources(connection)) or any(one.fictitious for one in pieces)
    return Result(
        name="evidence",
        title=msg("What {figure} is made of: {title}", figure=figure, title=report.title),
        columns=columns,
        rows=rows,
        screen=tuple(shown) or _SCREEN,
        shared=("table", "source_title", "file"),
        layout=Layout.CARDS,
        notes=(*fictitious.notes(connection, rests), *_notes(figure, value, made)),
        parameters={**report.parameters, "explain": figure},
        totals={
            "figure": figure,
            "value": _plain(value, made.kind),
            "unit": "share" if made.is_share else made.unit,
            "formula": made.formula.value,
            "sums": {
                role.value: _plain(made.sum(role), made.parts or made.kind)
                for role in Role
                if any(one.role is role and one.part is not None for one in pieces)
            }
            if not mixed
            else {
                Role.COUNTED.value: _plain(made.sum(Role.COUNTED), made.kind),
                Role.DIVISOR.value: made.sum(Role.DIVISOR),
            },
        },
        total_row=tuple(made.sum() if column.name == "part" else None for column in columns) if is_sum else None,
        fictitious=rests,
        is_report=True,
        command=report.command,
        origin=origin(connection, sources),
    )


def _rows(
    connection: sqlite3.Connection, figure: str, made: Explained, pieces: Sequence[Piece]
) -> Iterable[tuple[Value, ...]]:
    changes = given_by(connection, [(one.table, one.key, one.column) for one in pieces])
    sources = {row["id"]: row for row in connection.execute("select * from sources")}
    names = Names(connection)
    for one, change in zip(pieces, changes, strict=True):
        source = sources.get(one.source)
        part: int | float | None = one.part
        if made.mixed and part is not None and one.role is not Role.DIVISOR:
            part = _plain(part, made.kind)
        yield (
            figure,
            one.role.value,
            table_words(one.table) if one.table else None,
            _words(names, one),
            one.says,
            part,
            (one.unit or made.unit or None) if part is not None else None,
            one.source,
            source["title"] if source else None,
            source["url"] if source else None,
            source["consulted_on"] if source else None,
            one.locator or (source["place"] if source else None),
            change.load if change else None,
            change.path if change else None,
            place_of(change, _column_of(one)) if change else None,
        )


def _column_of(one: Piece) -> str | None:
    """The name of the column that the part is read from."""
    if one.column is None or not one.table:
        return None
    return next((column.name for column in TABLES[one.table].columns if column.stored == one.column), None)


def _words(names: Names, one: Piece) -> Value:
    if one.table:
        return names.key(TABLES[one.table], dict(one.key))
    return " ".join(str(value) for value in one.key.values() if value is not None)


def _plain(value: int | float | None, kind: Kind) -> int | float | None:
    """A value as machines read it: money in euros."""
    if value is None or kind is not Kind.MONEY:
        return value
    return int(value // 100) if value % 100 == 0 else value / 100


def _shown(value: int | float | None, kind: Kind) -> object:
    if value is not None and kind is Kind.MONEY:
        return Euros(round(value))
    if value is not None and kind is Kind.PERCENT:
        return Share(value)
    return value


def _notes(figure: str, value: int | float | None, made: Explained) -> Iterable[Note]:
    if value is None:
        why = made.unknown or msg("No row of the registry says it.")
        yield Note("not-known", msg("{figure} is not known: {why}", figure=figure, why=why))
        return
    shown, parts = _shown(value, made.kind), made.parts or made.kind
    counted = sum(one.part is not None for one in made.pieces)
    match made.formula:
        case Formula.SUM:
            how = msgs(
                "{figure} = {value}, from {count} row.",
                "{figure} = {value}, from {count} rows.",
                counted,
                figure=figure,
                value=shown,
            )
        case Formula.MEAN:
            how = msgs(
                "{figure} = {value}, the mean of {count} row.",
                "{figure} = {value}, the mean of {count} rows.",
                counted,
                figure=figure,
                value=shown,
            )
        case Formula.CHANGE:
            before, after = -made.sum(Role.BEFORE), made.sum(Role.COUNTED)
            how = msg(
                "{figure} = {value}: from {before} to {after}.",
                figure=figure,
                value=shown,
                before=_shown(before, parts),
                after=_shown(after, parts),
            )
        case _:
            roles = (Role.COUNTED, Role.REST) if made.formula is Formula.SHARE else (Role.DIVISOR,)
            over = made.sum(*roles) if made.mixed else _shown(made.sum(*roles), parts)
            how = msg(
                "{figure} = {value}: {part} ÷ {whole}.",
                figure=figure,
                value=shown,
                part=_shown(made.sum(Role.COUNTED), parts),
                whole=over,
            )
    yield Note("how", how)
    if not made.makes(value):
        yield Note(
            "does-not-add-up",
            msg(
                "These rows make {own}, not {value}: please report it.", own=_shown(made.value, made.kind), value=shown
            ),
        )


def origins_of(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The ids of the sources of rows, each once, in the order of their ids."""
    return tuple(sorted({one.source for one in pieces if one.source}))
