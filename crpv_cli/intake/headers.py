"""Header cells become columns: names, English labels or French labels, in any order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.headings import headings_of
from crpv_cli.definitions.named import columns as called
from crpv_cli.definitions.named import meant, typed
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.amounts import unit_of
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.headings import heading_of
from crpv_cli.language import LANGUAGES, msg, translate
from crpv_cli.spelling import fold

# The columns that crpv adds to a file of refused rows: they belong to no table, and need no warning.
OWN_COLUMNS = ("crpv_line", "crpv_anomalies")


@dataclass(frozen=True, slots=True)
class Header:
    """A header, read as the columns of a table.

    ``columns`` has one entry per cell of the header: the column, or None for a cell to skip. ``missing`` are the
    required columns that no cell names, ``extra`` the places of cells that name no column, ``twice`` those of cells
    that repeat one. ``units`` are the factors of those in which amounts stand, by column, where they
    are not euros; 0 where it is not certain what they are. ``given`` has the
    values that the user gives for columns that the file lacks, by their names; ``unknown`` are those for no column.
    ``others`` are the places of the cells that describe a row which the list of a reference lacks (``Table.other``), by
    the columns of that row's own table.
    """

    table: Table
    columns: tuple[Column | None, ...]
    missing: tuple[Column, ...] = ()
    extra: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    units: Mapping[str, Decimal] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def present(self) -> tuple[str, ...]:
        """The names of the columns that the file has, or that were given for it."""
        named = tuple(column.name for column in self.columns if column)
        return (*named, *self.brought, *self.given)

    @property
    def brought(self) -> tuple[str, ...]:
        """The name of the reference that the file has only through ``others``."""
        other = self.table.other
        if other is None or not self.others or any(column and column.name == other.column for column in self.columns):
            return ()
        return (other.column,) if other.column not in self.given else ()


_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
# What may stand in brackets in the heading of a number and changes nothing of it.
_HARMLESS = {"aaaa", "yyyy", "nb", "nombre", "number", "obligatoire", "facultatif", "optionnel", "required", "optional"}
_NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY}


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
        for heading in headings_of(table, column.name):
            spellings.setdefault(fold(heading), column)
    for column in table.columns:
        if column.kind in {Kind.INTEGER, Kind.DECIMAL}:
            label = fold(translate(column.label, "fr"))
            for counted in ("nb", "nb de", "nb d", "nbre", "nbre de", "nombre", "nombre de", "nombre d"):
                spellings.setdefault(f"{counted} {label}", column)
    return spellings


@cache
def _other_spellings(table_name: str) -> dict[str, str]:
    """The columns that a file of a table may have for a row which is not there yet, by folded heading."""
    other = TABLES[table_name].other
    found: dict[str, str] = {}
    for name, column in other.columns.items() if other is not None else ():
        labels = (translate(column.label, language) for language in LANGUAGES)
        for spelling in (column.name, *labels, *headings_of(TABLES[table_name], column.name)):
            found[fold(spelling)] = name
    return found


@cache
def all_spellings() -> frozenset[str]:
    """Return the headings of all tables, folded."""
    return frozenset(spelling for table in TABLES for spelling in (*_spellings(table), *_other_spellings(table)))


@cache
def _without_blanks(table_name: str) -> dict[str, Column]:
    return {spelling.replace(" ", ""): column for spelling, column in _spellings(table_name).items()}


def _named(cell: str, folded: str, table: Table) -> tuple[Column | None, Decimal | None]:
    """Return the column that a heading names, and the factor of the unit of its amounts if they are not in euros.

    What stands in brackets is passed over where it changes nothing: not in the heading of a number, of which it may say
    that it is another one.
    """
    column = _spellings(table.name).get(folded)
    if column is not None or not cell:
        return column, None
    whole, bare, factor = heading_of(cell)
    known = _without_blanks(table.name)
    column = known.get(whole) or known.get(bare)
    if column is None or column.kind not in _NUMBERS:
        return column, None
    told = [said for said in _BRACKETS.findall(cell) if fold(said) not in _HARMLESS and unit_of(said) is None]
    if told or (factor is not None and column.kind is not Kind.MONEY):
        return None, None
    return column, None if factor == 1 else factor


def read_header(cells: Sequence[str], table: Table, given: Mapping[str, str] | None = None) -> Header:
    """Read header cells as columns of one table; ``given`` has the values of columns that the file lacks."""
    return _read(cells, _folded(cells), table, given or {})


def _folded(cells: Sequence[str]) -> list[str]:
    return [fold(cell) if cell else "" for cell in cells]


def _read(cells: Sequence[str], folded: Sequence[str], table: Table, given: Mapping[str, str]) -> Header:
    columns: list[Column | None] = []
    extra, twice = [], []
    units: dict[str, Decimal] = {}
    others = _others(folded, table)
    for place, (cell, spelling) in enumerate(zip(cells, folded, strict=True)):
        column, factor = _named(cell, spelling, table)
        if column is not None and factor is not None:
            units.setdefault(column.name, factor)
        if place in others.values():
            column = None
        elif column is None:
            if cell and cell not in OWN_COLUMNS:
                extra.append(place)
        elif column in columns:
            twice.append(place)
            column = None
        columns.append(column)
    named, unknown = _given(given, table)
    brought = table.other.column if table.other is not None and others else None
    missing = tuple(
        column
        for column in table.columns
        if column.required and column not in columns and column.name not in named and column.name != brought
    )
    return Header(table, tuple(columns), missing, tuple(extra), tuple(twice), units, named, unknown, others)


def _others(folded: Sequence[str], table: Table) -> dict[str, int]:
    """The places of the cells that describe a row which is not there yet; none where nothing names it."""
    spellings = _other_spellings(table.name)
    found: dict[str, int] = {}
    for place, spelling in enumerate(folded):
        if spelling in spellings:
            found.setdefault(spellings[spelling], place)
    return found if "name" in found else {}


def _given(given: Mapping[str, str], table: Table) -> tuple[dict[str, str], tuple[str, ...]]:
    """The values that the user gives, by the names of their columns, and what names none."""
    if not given:
        return {}, ()
    spellings, named, unknown = _spellings(table.name), {}, []
    for name, value in given.items():
        column = spellings.get(fold(name))
        found = (column.name,) if column else meant(name, called(table.columns, table))
        if len(found) == 1:
            named[found[0]] = value
        else:
            unknown.append(name)
    return named, tuple(unknown)


_YEAR = re.compile(r"(?<![0-9A-Za-z_])(?:19|20)[0-9]{2}(?![0-9A-Za-z_])")


def refuse_years_across(cells: Sequence[str]) -> None:
    """Refuse a header in which years stand side by side, as people like to read them: a row is of one year.

    Raises:
        Fault: at least two headings are each of another year.
    """
    years = [found[0] for cell in cells if len(found := _YEAR.findall(cell)) == 1]
    if len(set(years)) < 2:
        return
    raise Fault(
        "years-across",
        msg("The years stand as columns: {years}.", years=years),
        msg(
            "Write one row for each year, with the columns “year” and “amount”; a spreadsheet does it for you: "
            "select the table, then Data, From Table, Unpivot Columns."
        ),
    )


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
        known = len(header.present) - len(header.extra) - len(header.missing)
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
    tables = msg("Name the table with --as: {tables}.", tables=[typed(table) for table in TABLES.values()])
    if by_chance:
        raise Fault(
            "unknown-table",
            msg(
                "The header fits no table: only its column {column} is known.",
                column=best.table.column(best.present[0]).term,
            ),
            tables,
        )
    if not best.missing:
        raise Fault(
            "ambiguous-table",
            msg(
                "The header fits the tables {first} and {second} equally well.",
                first=best.table.term,
                second=second.table.term,
            ),
            tables,
        )
    if best.present:
        raise Fault(
            "unknown-table",
            msg(
                "The header fits no table; the closest is {table}, but its required columns {missing} are missing.",
                table=best.table.term,
                missing=[column.term for column in best.missing],
            ),
            msg(
                "{tables} What is the same in all rows may be given instead: {example}",
                tables=tables,
                example=" ".join(f"--set {column.name}=…" for column in best.missing),
            ),
        )
    raise Fault(
        "unknown-table",
        msg("The header fits no table: none of its columns is known. It is looked for in the first 100 lines."),
        tables,
    )
