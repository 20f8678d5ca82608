"""Header cells become columns: names, English labels or French labels, in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.faults import Fault
from crpv_cli.language import LANGUAGES, msg, translate
from crpv_cli.spelling import fold

# The columns that crpv adds to a file of refused rows: they belong to no table, and need no warning.
OWN_COLUMNS = ("crpv_line", "crpv_anomalies")


@dataclass(frozen=True, slots=True)
class Header:
    """A header, read as the columns of a table.

    ``columns`` has one entry per cell of the header: the column, or None for a cell to skip. ``missing`` are the
    required columns that no cell names, ``extra`` the places of cells that name no column, ``twice`` those of cells
    that repeat one. ``given`` has the values that the user gives for columns that the file lacks, by their names;
    ``unknown`` are those that he gives for no column.
    """

    table: Table
    columns: tuple[Column | None, ...]
    missing: tuple[Column, ...] = ()
    extra: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def present(self) -> tuple[str, ...]:
        """The names of the columns that the file has, or that were given for it."""
        return (*(column.name for column in self.columns if column), *self.given)


@cache
def _spellings(table_name: str) -> dict[str, Column]:
    spellings: dict[str, Column] = {}
    table = TABLES[table_name]
    for column in table.columns:
        spellings[fold(column.name)] = column
    for column in table.columns:
        for language in LANGUAGES:
            spellings.setdefault(fold(translate(column.label, language)), column)
    for column in table.columns:
        for heading in column.also:
            spellings.setdefault(fold(heading), column)
    return spellings


def read_header(cells: Sequence[str], table: Table, given: Mapping[str, str] | None = None) -> Header:
    """Read header cells as columns of one table; ``given`` has the values of columns that the file lacks."""
    return _read(cells, _folded(cells), table, given or {})


def _folded(cells: Sequence[str]) -> list[str]:
    return [fold(cell) if cell else "" for cell in cells]


def _read(cells: Sequence[str], folded: Sequence[str], table: Table, given: Mapping[str, str]) -> Header:
    spellings = _spellings(table.name)
    columns: list[Column | None] = []
    extra, twice = [], []
    for place, (cell, spelling) in enumerate(zip(cells, folded, strict=True)):
        column = spellings.get(spelling)
        if column is None:
            if cell and cell not in OWN_COLUMNS:
                extra.append(place)
        elif column in columns:
            twice.append(place)
            column = None
        columns.append(column)
    named = {spellings[fold(name)].name: value for name, value in given.items() if fold(name) in spellings}
    missing = tuple(
        column for column in table.columns if column.required and column not in columns and column.name not in named
    )
    unknown = tuple(name for name in given if fold(name) not in spellings)
    return Header(table, tuple(columns), missing, tuple(extra), tuple(twice), named, unknown)


def recognise(cells: Sequence[str], stem: str, given: Mapping[str, str] | None = None) -> Header:
    """Find the table that a header belongs to; the file's name decides between two that match equally well.

    ``given`` has the values of columns that the file lacks: they count as if it had them.

    Raises:
        Fault: no table matches, or two match equally well.
    """
    folded = _folded(cells)
    headers = [_read(cells, folded, table, given or {}) for table in TABLES.values()]

    def named(header: Header) -> bool:
        return fold(stem).startswith(fold(header.table.name))

    def fit(header: Header) -> tuple[int, bool]:
        # A header that lacks one column of its table must not pass for a table of fewer columns.
        known = len(header.present) - len(header.extra) - len(header.missing) - len(header.unknown)
        return known + (2 if named(header) else 0), not header.missing

    ranked = sorted(headers, key=fit, reverse=True)
    best, second = ranked[0], ranked[1]
    # A label or a partner needs one column only, which many files have.
    by_chance = len(best.present) == 1 and bool(best.extra) and not best.missing and not named(best)
    whole = not best.missing and fit(best) > fit(second) and not by_chance
    # A header that lacks a required column still says what it is when it names more columns than it lacks.
    mostly = best.missing and len(best.present) > len(best.missing) + len(best.extra) and fit(best) > fit(second)
    if whole or mostly:
        return best
    tables = msg("Name the table with --as: {tables}.", tables=list(TABLES))
    if by_chance:
        raise Fault(
            "unknown-table",
            msg("The header fits no table: only its column {column} is known.", column=best.present[0]),
            tables,
        )
    if not best.missing:
        raise Fault(
            "ambiguous-table",
            msg(
                "The header fits the tables {first} and {second} equally well.",
                first=best.table.name,
                second=second.table.name,
            ),
            tables,
        )
    if best.present:
        raise Fault(
            "unknown-table",
            msg(
                "The header fits no table; the closest is {table}, but its required columns {missing} are missing.",
                table=best.table.name,
                missing=[column.name for column in best.missing],
            ),
            msg(
                "{tables} What is the same in all rows may be given instead: {example}",
                tables=tables,
                example=" ".join(f"--set {column.name}=…" for column in best.missing),
            ),
        )
    raise Fault("unknown-table", msg("The header fits no table: none of its columns is known."), tables)
