"""Rows with their places, whatever they were read from: a CSV file, a sheet of a workbook, a foreign file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from crpv_cli.errors import Anomaly

__all__ = ["BrokenRow", "Grid", "Row", "RowsGrid"]


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, cleaned, and the physical line on which it starts (the first is 1).

    ``raw`` holds, where the cells were made from others, what the file wrote for each, for messages.
    """

    line: int
    cells: list[str]
    raw: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """The place where a file stops being readable."""

    line: int
    reason: str


class Grid(Protocol):
    """A header and the rows beneath it.

    ``header`` are the cells that name columns, ``headings`` what the file itself writes there. ``sheet`` is the name of
    the sheet, None outside workbooks. ``prepared`` names the columns that a form came with: a row in which nothing else
    is filled in was not answered. ``profile`` names what a foreign file was read through.
    """

    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def header(self) -> list[str]: ...  # noqa: D102
    @property
    def headings(self) -> list[str]: ...  # noqa: D102
    @property
    def header_line(self) -> int: ...  # noqa: D102
    @property
    def sheet(self) -> str | None: ...  # noqa: D102
    @property
    def profile(self) -> str | None: ...  # noqa: D102
    @property
    def prepared(self) -> tuple[str, ...]: ...  # noqa: D102

    def rows(self) -> Iterator[Row | BrokenRow | Anomaly]:
        """Yield the rows below the header, blank ones left out."""

    def letter(self, place: int) -> str | None:
        """Return the letter of a column in its sheet, None outside workbooks."""


@dataclass(frozen=True, slots=True)
class RowsGrid:
    """Rows that come from no file, numbered as a CSV file of them would."""

    header: list[str]
    cells: list[list[str]]
    sha256: str
    header_line: int = 1
    sheet: str | None = None
    profile: str | None = None
    prepared: tuple[str, ...] = ()

    @property
    def headings(self) -> list[str]:
        """The columns' own names."""
        return self.header

    def rows(self) -> Iterator[Row | BrokenRow | Anomaly]:
        """Yield the rows."""
        yield from (Row(line, cells) for line, cells in enumerate(self.cells, 2))

    def letter(self, place: int) -> str | None:
        """Return None: no column has a letter."""
        return None
