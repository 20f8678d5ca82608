"""Rows of cells become records of a table, according to its definition.

``values`` reads a cell as people type it; here stands which columns are required, their limits, and what holds between
the columns of a row. A batch of rows is judged column by column, each distinct cell once; a row with a cell that is not
plain takes the path that explains. Both ask the same ``ColumnReader``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.ratings import levels_of
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.amounts import scaled
from crpv_cli.intake.cells import Cell
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.shape import says_total
from crpv_cli.intake.values import read_cell, reader_of, unusual, usual_of
from crpv_cli.language import Day, Message, msg
from crpv_cli.spelling import fold

_MOST_KEPT = 20_000
"""How many distinct cells of a column are remembered: ids, years and stages are repeated, texts of a large file not."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked row: its values by column name, or None if it is refused because of ``faults``.

    ``readable`` holds the values that could be read in a refused row.
    """

    values: dict[str, Any] | None
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    corrections: list[tuple[str, Correction]] = field(default_factory=list)
    readable: dict[str, Any] = field(default_factory=dict)


def check(table: Table, cells: Mapping[str, str], readers: Mapping[str, ColumnReader] | None = None) -> Checked:
    """Check the cells of one row, by column name, without empty ones.

    ``readers`` are those of the table's columns in this file, if their headings change what they mean. Everything wrong
    with the row is returned at once, each fault with its column.
    """
    values: dict[str, Any] = {}
    faults: list[tuple[str, Fault]] = []
    corrections: list[tuple[str, Correction]] = []
    for name, reader in (readers or readers_of(table.name)).items():
        try:
            values[name], found = reader.read(cells.get(name, ""))
        except Fault as fault:
            faults.append((name, fault))
            continue
        corrections.extend((name, correction) for correction in found)
    # Columns that were read are checked against each other even if another one is at fault.
    seen: defaultdict[str, Any] = defaultdict(lambda: None, values)
    faulty = {name for name, _ in faults}
    for columns, row_check in row_checks(table):
        if faulty.isdisjoint(columns) and (wrong := row_check(seen)):
            faults.append(wrong)
    faulty = {name for name, _ in faults}
    if not faults:
        return Checked(values, faults, corrections)
    readable = {name: value for name, value in values.items() if cells.get(name) and name not in faulty}
    return Checked(None, faults, corrections, readable)


ReadCell = tuple[object, tuple[Correction, ...]]


class ColumnReader:
    """What the cells of a column mean in a row of its table; ``unit`` is the factor of amounts, as its heading says."""

    def __init__(self, column: Column, unit: Decimal = Decimal(1)) -> None:
        self.column = column
        self._unit = unit
        self._read: dict[str, ReadCell] = {}
        self._reader = reader_of(column)
        self._usual = usual_of(column, date.today())

    def read(self, cell: str) -> ReadCell:
        """Return the value of a cell, None for an empty one, and warnings if it was corrected or is unusual.

        Raises:
            Fault: it is no value of the column, out of bounds, or empty and required.
        """
        found = self._read.get(cell)
        if found is None:
            found = self.value(cell)
            if len(self._read) >= _MOST_KEPT:
                self._read.clear()
            self._read[cell] = found
        return found

    def value(self, cell: str) -> ReadCell:
        """Read a cell, and do not remember it."""
        column = self.column
        read = self._reader if self._unit == 1 else self._in_euros
        value, correction = read(cell) if cell else (None, None)
        if value is None:
            if column.required:
                raise Fault(
                    "empty-cell",
                    msg("The cell is empty; {column} is required.", column=msg(column.label)),
                    msg("To be filled in: {what}", what=msg(column.explanation)),
                )
        elif column.minimum is not None and value < column.minimum:  # type: ignore[operator]
            raise _out_of_bounds(cell, msg("Write {bound} or more.", bound=f"{column.minimum:g}"))
        elif column.maximum is not None and value > column.maximum:  # type: ignore[operator]
            raise _out_of_bounds(cell, msg("Write {bound} or less.", bound=f"{column.maximum:g}"))
        if self._usual and value is not None and not self._usual[0] <= value <= self._usual[1]:
            strange = unusual(value, column, date.today())
            return value, tuple(found for found in (correction, strange) if found)
        return value, (correction,) if correction else ()

    def _in_euros(self, cell: str) -> tuple[object, Correction | None]:
        """Read an amount in the unit of the heading; that it is multiplied was said of the heading."""
        if isinstance(cell, Cell):
            return read_cell(cell, self.column)  # no plain number
        try:
            value, correction = scaled(cell, self._unit)
        except Fault:
            if (read := read_cell(cell, self.column))[0] is None:
                return read  # it says that it is not known
            raise
        return value, None if correction is not None and correction.code == "multiplied" else correction


class ListReader(ColumnReader):
    """The reader of a column for which a form had a list: the names in it stand for ids, by folded name."""

    def __init__(self, column: Column, ids: Mapping[str, str]) -> None:
        super().__init__(column)
        self._ids = ids

    def value(self, cell: str) -> ReadCell:
        """Read a cell: a name of the list is its id."""
        found = self._ids.get(fold(cell)) if cell else None
        return (found, ()) if found is not None else super().value(cell)


@cache
def readers_of(table_name: str) -> dict[str, ColumnReader]:
    """Return the readers of a table's columns, by name."""
    return {column.name: ColumnReader(column) for column in TABLES[table_name].columns}


def _out_of_bounds(cell: str, advice: Message) -> Fault:
    return Fault("out-of-bounds", msg("“{value}” is outside the allowed range.", value=cell), advice)


# --- Many rows at once ---

ODD: Final = object()
"""Stands for what a cell is worth that must be explained."""


_EDGES = ("", " ", "'")


class _Plain(dict[str, object]):
    """The values of the plain cells of a column: those that are read without a word; ``odd`` says that one was not."""

    def __init__(self, reader: ColumnReader, tidy: Callable[[str], str], marks: Collection[str]) -> None:
        super().__init__()
        self._reader = reader
        self._tidy = tidy
        self._marks = marks
        self._refers = reader.column.refers is not None
        self.odd = False

    def __missing__(self, cell: str) -> object:
        # Most cells have nothing to be tidied.
        bare = cell.isascii() and cell.isprintable() and cell[:1] not in _EDGES and cell[-1:] not in _EDGES
        tidied = cell if bare and cell.__class__ is str else self._tidy(cell)
        try:
            value, corrections = self._reader.value(tidied)
        except Fault:
            self.odd = True
            return ODD
        if corrections or tidied in self._marks or (self._refers and says_total([tidied])):
            self.odd = True
            return ODD
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[cell] = value
        return value


class BatchReader:
    """Judges the cells of many rows column by column.

    Args:
        table: the table of the rows.
        readers: the readers of its columns in this file, by name.
        columns: the place and the name of each column that the file has.
        tidy: returns a cell without what surrounds its value.
        marks: by column, cells that are never plain: what a repeated header would have there.
    """

    def __init__(
        self,
        table: Table,
        readers: Mapping[str, ColumnReader],
        columns: Mapping[str, int],
        tidy: Callable[[str], str],
        marks: Mapping[str, Collection[str]],
    ) -> None:
        self.names = tuple(columns)
        self._places = tuple(columns.values())
        self._plain = [_Plain(readers[name], tidy, marks.get(name, ())) for name in columns]
        absent = [column.name for column in table.columns if column.required and column.name not in columns]
        self._hopeless = bool(absent)
        self._checks = [check for _, check in row_checks(table)]

    def judge(self, columns: Sequence[Sequence[str]]) -> tuple[list[list[object]], list[int]]:
        """Judge the cells of rows, by column of the file.

        Returns:
            The values of each of ``names``, and the numbers of the rows in which something must be explained: what
            stands there in the values means nothing.
        """
        values: list[list[object]] = []
        odd: set[int] = set()
        for place, plain in zip(self._places, self._plain, strict=True):
            found = list(map(plain.__getitem__, columns[place]))
            if plain.odd:
                plain.odd = False
                odd.update(number for number, value in enumerate(found) if value is ODD)
            values.append(found)
        if self._hopeless:
            return values, list(range(len(values[0]) if values else 0))
        if self._checks:
            for number, row in enumerate(zip(*values, strict=True)):
                if number not in odd:
                    record: defaultdict[str, Any] = defaultdict(lambda: None, zip(self.names, row, strict=True))
                    if any(check(record) for check in self._checks):
                        odd.add(number)
        return values, sorted(odd)


RowCheck = Callable[[Mapping[str, Any]], tuple[str, Fault] | None]


def _ordered(first: str, last: str) -> RowCheck:
    def in_order(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
        start, end = record[first], record[last]
        if not start or not end or start <= end:
            return None
        return last, Fault(
            "ends-before-start",
            msg("The last day, {end}, is before the first, {start}.", end=Day(end), start=Day(start)),
            msg("Check both dates."),
        )

    return in_order


def _exempt(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if not record["co_funded"] and not record["exemption_reason"]:
        return "exemption_reason", Fault(
            "no-reason",
            msg("The centre is not co-funded and no reason is given."),
            msg("Write why it is exempt, or that it is co-funded."),
        )
    return None


def _scale(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["levels"]:
        if len(levels_of(record["levels"])) < 2:
            return "levels", Fault(
                "one-level", msg("A scale has at least two levels."), msg("Write them worst first: D | C | B | A.")
            )
        return None
    lowest, highest = record["minimum"], record["maximum"]
    if lowest is None or highest is None or lowest >= highest:
        return "maximum", Fault(
            "no-bounds",
            msg("The scale has neither levels nor a lowest and a highest rating, in that order."),
            msg("Write its lowest and highest rating, or its levels."),
        )
    return None


def _evaluation(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["rating"] and not record["scale"]:
        return "scale", Fault(
            "no-scale", msg("A rating needs its scale."), msg("Write the id of the scale (see: crpv list scales).")
        )
    return None


def _vintage(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    expected = "2015" if str(record["code"]).startswith("QP") else "2024"
    if not record["geography"] or record["geography"] == expected:
        return None
    return "geography", Fault(
        "other-geography",
        msg("The code {code} belongs to the geography of {year}.", code=record["code"], year=expected),
        msg("Codes QP… are those of 2015, QN… those of 2024: check both cells."),
    )


def _inside(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    communes = str(record["communes"] or "").split()
    departments = {code[:3] if code[:2] in {"97", "98"} else code[:2] for code in communes}
    department = record["department"]
    if not departments or not department or not department[:1].isdigit() or department in departments:
        return None  # a department may be named
    return "communes", Fault(
        "communes-elsewhere",
        msg("None of the communes is in the department {department}.", department=department),
        msg("Check the codes of the communes and of the department."),
    )


def _one_subject(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["centre"] and record["department"]:
        return "department", Fault(
            "two-subjects",
            msg("An exception is for a centre or a department, not for both."),
            msg("Leave one of the two cells empty."),
        )
    return None


def _successor(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if not record["successor"]:
        return None
    if record["successor"] == record["id"]:
        return "successor", Fault(
            "own-successor", msg("A centre cannot be its own successor."), msg("Name the centre that took over.")
        )
    if not record["closed"]:
        return "successor", Fault(
            "successor-of-open",
            msg("Only a centre that closed has a successor."),
            msg("Write when it closed, or leave the successor empty."),
        )
    return None


def _closed_after(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    opened, closed = record["opened"], record["closed"]
    if not opened or not closed or opened[: len(closed)] <= closed:
        return None
    return "closed", Fault(
        "ends-before-start",
        msg("It closed ({closed}) before it opened ({opened}).", closed=closed, opened=opened),
        msg("Check both dates."),
    )


def _consent(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["person"] and not (record["consent"] and record["valid_to"]):
        return "person", Fault(
            "person-without-consent",
            msg("A person is named without consent or without a last day."),
            msg("Write that the person agreed, and until when; or leave the name out."),
        )
    return None


def _one_partner(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if bool(record["centre"]) is bool(record["partner"]):
        return "partner", Fault(
            "two-subjects",
            msg("A row names one partner: a centre or another body."),
            msg("Fill in one of the two cells."),
        )
    return None


# Per table, besides its periods: the columns of a check, and the check, made if each of them could be read.
_ROW_CHECKS: dict[str, tuple[tuple[tuple[str, ...], RowCheck], ...]] = {
    "centres": (
        (("co_funded", "exemption_reason"), _exempt),
        (("id", "closed", "successor"), _successor),
        (("opened", "closed"), _closed_after),
    ),
    "contacts": ((("person", "consent", "valid_to"), _consent),),
    "meetings": ((("starts_on", "ends_on"), _ordered("starts_on", "ends_on")),),
    "project_partners": ((("centre", "partner"), _one_partner),),
    "neighbourhoods": (
        (("code", "geography"), _vintage),
        (("department", "communes"), _inside),
    ),
    "exceptions": ((("centre", "department"), _one_subject),),
    "scales": ((("minimum", "maximum", "levels"), _scale),),
    "evaluations": ((("scale", "rating"), _evaluation),),
}


@cache
def row_checks(table: Table) -> tuple[tuple[tuple[str, ...], RowCheck], ...]:
    """Return what must hold between the columns of a row: the columns, and the check."""
    return (*_ROW_CHECKS.get(table.name, ()), *((period, _ordered(*period)) for period in table.periods))
