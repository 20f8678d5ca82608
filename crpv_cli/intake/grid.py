"""Rows with their places, whether read from a CSV file, a sheet of a workbook or a foreign file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crpv_cli.errors import Anomaly
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.language import Message
from crpv_cli.registry.loads import Carried
from crpv_cli.result import FormFacts


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, cleaned, and the physical line on which it starts (the first is 1).

    ``raw`` holds, if the cells were computed from others, what the file has for each, for messages.
    """

    line: int
    cells: list[str]
    raw: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows as the file has them: the line on which each starts, and its cells, not cleaned yet.

    They are handed on together so that a column of them can be judged at once; blank rows may be among them.
    """

    lines: list[int]
    cells: list[list[str]]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """The place from which a file cannot be read."""

    line: int
    reason: str | Message


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What prevents a file from being read to its end as it was when it was opened: nothing of it may be loaded."""

    fault: Fault


Read = Row | BrokenRow | Unreadable | Anomaly


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a grid before its rows were read: a line that was left out, a hidden column, its encoding.

    ``place`` is the number of a column, from 0; without a line it is about the whole file or sheet.
    """

    problem: Fault | Correction
    line: int | None = None
    place: int | None = None
    value: str | None = None


class Grid:
    """A header and the rows below it.

    ``header`` are the cells that name columns. ``sheet`` is the name of the sheet, None outside workbooks.
    ``prepared`` names the columns that a form was sent with: a row in which nothing else is filled in was not answered.
    ``form`` is what a form says of itself, None of any other file; ``named`` are the ids of the names that its lists
    have, by column, and ``carried`` the rows that it brings for a registry which lacks them.
    ``profile`` names the profile that a foreign file was read with. ``findings`` are told with the rows' own anomalies;
    ``above`` is how many lines stand above the header; ``made`` says that a profile makes the rows on the way,
    and ``origin`` is the foreign grid that they are made from.
    """

    sha256: str
    header: list[str]
    header_line: int
    sheet: str | None = None
    profile: str | None = None
    prepared: tuple[str, ...] = ()
    form: FormFacts | None = None
    named: Mapping[str, Mapping[str, str]] = {}
    carried: Mapping[str, Mapping[str, Carried]] = {}
    findings: Sequence[Finding] = ()
    above: int = 0
    made: bool = False
    origin: Grid | None = None

    @property
    def headings(self) -> list[str]:
        """What the file itself has above its columns."""
        return self.header

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows below the header, many at a time where they come from a file."""
        raise NotImplementedError

    def tidy(self, cell: str) -> str:
        """Return a cell of ``batches`` as a row has it: without what surrounds its value."""
        return cell

    def rows(self) -> Iterator[Read]:
        """Yield the rows below the header one by one, cleaned, without blank ones."""
        for batch in self.batches():
            if not isinstance(batch, Rows):
                yield batch
                continue
            for line, cells in zip(batch.lines, batch.cells, strict=True):
                tidied = [self.tidy(cell) for cell in cells]
                if any(tidied):
                    yield Row(line, tidied)

    def letter(self, place: int) -> str | None:
        """Return the letter of a column in its sheet, None outside workbooks."""
        return None

    def merged_with(self, line: int, place: int) -> str | None:
        """Return the cell that has the value of an empty one (``A2``), where the two are merged; else None."""
        return None

    def anomaly(
        self,
        file: str,
        found: Fault | Correction,
        line: int | None,
        place: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> Anomaly:
        """Return what was found as an anomaly, at its place in the file."""
        letter = self.letter(place) if place is not None else None
        cell = f"{letter}{line}" if letter and line is not None else None
        return Anomaly(
            found.code, found.severity, file, found.message, found.advice, line, column, value, self.sheet, cell
        )


@dataclass
class RowsGrid(Grid):
    """Rows that come from no file, numbered as in a CSV file of them."""

    header: list[str]
    cells: list[list[str]]
    sha256: str
    header_line: int = 1

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows."""
        yield Rows(list(range(2, len(self.cells) + 2)), self.cells)
