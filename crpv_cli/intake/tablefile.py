"""A grid whose table was recognised becomes checked records and anomalies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly
from crpv_cli.intake.faults import Correction, Fault, row_length
from crpv_cli.intake.grid import BrokenRow, Grid, Row, Unreadable
from crpv_cli.intake.headers import Header
from crpv_cli.intake.records import check
from crpv_cli.intake.values import read_cell
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.registry.loads import Refused
from crpv_cli.spelling import closest, fold

# To find similar names takes its time: where a file has so many columns of its own, it is not worth it.
_MOST_SUGGESTED = 200

_TOTALS = ("total", "totaux", "sous total", "somme", "ensemble", "grand total", "subtotal", "sum")


def _french_note(header: Header, headings: Sequence[str]) -> int | None:
    """The place of a heading “Note” in a table of ratings: French for a rating, and our own name for a remark."""
    if "rating" not in header.table.names or "rating" in header.present or "note" not in header.present:
        return None
    place = next(place for place, column in enumerate(header.columns) if column and column.name == "note")
    return place if fold(headings[place]) == "note" else None


def _says_total(row: Row) -> bool:
    first = fold(next((cell for cell in row.cells if cell), ""))
    return any(first == word or first.startswith(f"{word} ") for word in _TOTALS)


@dataclass(frozen=True, slots=True)
class Record:
    """A row that may go into the registry."""

    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class TableFile:
    """A table recognised in a file, or the anomalies that prevent the file from being read.

    While the rows are read, ``refused_keys`` collects the keys of refused rows that others may refer to, ``centres``
    the centres that rows are about, and ``notices`` what was skipped.
    """

    name: str
    path: Path
    grid: Grid | None = None
    header: Header | None = None
    anomalies: list[Anomaly] = field(default_factory=list)
    refused_keys: set[str] = field(default_factory=set)
    centres: set[str] = field(default_factory=set)
    notices: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.header is not None:
            self.anomalies.extend(self._header_anomalies(self.header))

    @property
    def table(self) -> Table | None:
        """The table the file belongs to, if it was recognised."""
        return self.header.table if self.header else None

    def heading(self, column: str) -> str:
        """The file's own heading of a column."""
        if self.header is None:
            return column
        assert self.grid is not None
        headings = zip(self.header.columns, self.grid.headings, strict=True)
        return next((heading for other, heading in headings if other and other.name == column), column)

    def places(self) -> dict[str, str]:
        """The place of each column: its heading, or its letter in a sheet."""
        if self.header is None:
            return {}
        assert self.grid is not None
        return {
            column.name: self.grid.letter(place) or self.grid.headings[place]
            for place, column in enumerate(self.header.columns)
            if column is not None
        }

    def rows(self) -> Iterator[Record | Refused | Anomaly]:
        """Yield each row as a record, or as the anomalies for which it is refused; warnings come with records."""
        if self.header is None:
            return
        assert self.grid is not None
        places = {column.name: place for place, column in enumerate(self.header.columns) if column}
        unnamed = {place for place, cell in enumerate(self.grid.header) if not cell}
        to_fill_in = [place for name, place in places.items() if name not in self.grid.prepared]
        unanswered = 0
        for row in self.grid.rows():
            if isinstance(row, BrokenRow):
                yield self._broken(row)
                return
            if isinstance(row, Unreadable):
                yield self._unreadable(row.fault)
                return
            if isinstance(row, Anomaly):
                yield row
                continue
            if len(row.cells) != len(self.grid.header):
                yield self._anomaly(row_length(len(row.cells), len(self.grid.header)), row.line)
                self._remember(row, places)
                continue
            for place in [place for place in unnamed if row.cells[place]]:
                unnamed.discard(place)
                yield self._unnamed(row, place)
            if self.grid.prepared and not any(row.cells[place] for place in to_fill_in):
                unanswered += 1
                continue
            if self._is_total(row, self.header, places):
                yield self._total(row)
                continue
            yield from self._check(row, self.header, places)
        if unanswered:
            self.notices.append(
                msgs(
                    "{file}: {count} prepared row was not filled in; it was skipped.",
                    "{file}: {count} prepared rows were not filled in; they were skipped.",
                    unanswered,
                    file=self.name,
                )
            )

    def _check(self, row: Row, header: Header, places: dict[str, int]) -> Iterator[Record | Refused | Anomaly]:
        cells = {name: row.cells[place] for name, place in places.items() if row.cells[place]}
        if "centre" in cells:
            self.centres.add(cells["centre"])
        checked = check(header.table, cells)
        absent = {column.name for column in header.missing}  # reported once, for the header
        faults = [(name, fault) for name, fault in checked.faults if name not in absent]
        found: list[tuple[str, Fault | Correction]] = [*faults, *checked.corrections]
        for name, problem in found:
            place = places.get(name)
            value = (row.raw or row.cells)[place] if place is not None else None
            yield self._anomaly(problem, row.line, place, self.heading(name), value)
        if checked.values is None:
            self._remember(row, places)
            if checked.readable:
                yield Refused(row.line, checked.readable)
        else:
            yield Record(row.line, {name: checked.values[name] for name in header.present})

    def _remember(self, row: Row, places: dict[str, int]) -> None:
        """Keep the key of a refused row, so that rows that refer to it are not refused for that reason too."""
        if self.header is None or len(self.header.table.key) != 1:
            return
        (name,) = self.header.table.key
        column: Column = self.header.table.column(name)
        try:
            self.refused_keys.add(str(read_cell(row.cells[places[column.name]], column)[0]))
        except (Fault, IndexError, KeyError):
            return

    def _is_total(self, row: Row, header: Header, places: dict[str, int]) -> bool:
        """Whether a row of a sheet is a line of totals: it says so, and lacks a required value."""
        assert self.grid is not None
        return (
            self.grid.sheet is not None
            and _says_total(row)
            and not all(row.cells[place] for name, place in places.items() if header.table.column(name).required)
        )

    def _anomaly(
        self,
        found: Fault | Correction,
        line: int,
        place: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> Anomaly:
        assert self.grid is not None
        return self.grid.anomaly(self.name, found, line, place, column, value)

    def _total(self, row: Row) -> Anomaly:
        text = next(cell for cell in row.cells if cell)
        total = Correction("totals-row", msg("The row “{value}” is a line of totals; it was left out.", value=text))
        return self._anomaly(total, row.line, row.cells.index(text), value=text)

    def _broken(self, row: BrokenRow) -> Anomaly:
        broken = Fault(
            "broken-csv",
            msg("From this line on, the file cannot be read as CSV: {reason}.", reason=row.reason),
            msg("Look for a quotation mark that is not closed, or not doubled inside a text."),
        )
        return self._anomaly(broken, row.line)

    def _unreadable(self, fault: Fault) -> Anomaly:
        """An anomaly without a line: it is of the whole file, of which nothing is loaded then."""
        assert self.grid is not None
        return Anomaly(fault.code, fault.severity, self.name, fault.message, fault.advice, sheet=self.grid.sheet)

    def _unnamed(self, row: Row, place: int) -> Anomaly:
        unnamed = Correction(
            "unnamed-column",
            msg("Column {place} has values but no heading; it was left out.", place=place + 1),
            msg("If it belongs to the table, give it the name of a column."),
        )
        return self._anomaly(unnamed, row.line, place, value=row.cells[place])

    def _header_anomalies(self, header: Header) -> Iterator[Anomaly]:
        assert self.grid is not None
        line, headings = self.grid.header_line, self.grid.headings
        for column in header.missing:
            missing = Fault(
                "missing-column",
                msg("The required column {column} is missing.", column=column.name),
                msg("Add it to the header; it may also be called “{label}”.", label=msg(column.label)),
            )
            yield self._anomaly(missing, line, column=column.name)
        at_place: list[tuple[int, Fault | Correction]] = []
        if (place := _french_note(header, headings)) is not None:
            ambiguous = Fault(
                "ambiguous-column",
                msg("The heading “{heading}” may mean the rating or a remark.", heading=headings[place]),
                msg("Write “rating” above ratings, or “{label}” above remarks.", label=msg(N_("Remark"))),
            )
            at_place.append((place, ambiguous))
        for place in header.twice:
            twice = Fault(
                "column-twice",
                msg("The column {column} appears twice in the header.", column=headings[place]),
                msg("Keep one of them and remove the other."),
            )
            at_place.append((place, twice))
        for place in header.extra:
            moved = {fold(heading): table for heading, table in header.table.moved}
            near = closest(headings[place], header.table.names, 1) if len(header.extra) <= _MOST_SUGGESTED else []
            extra = Correction(
                "extra-column",
                msg(
                    "The column {column} is not part of the table {table}; it was left out.",
                    column=headings[place],
                    table=header.table.name,
                ),
                msg("Load it into the table {table}: crpv template {table}", table=moved[fold(headings[place])])
                if fold(headings[place]) in moved
                else msg("Did you mean {near}?", near=near[0])
                if near
                else None,
            )
            at_place.append((place, extra))
        for place, found in at_place:
            yield self._anomaly(found, line, place, headings[place])
