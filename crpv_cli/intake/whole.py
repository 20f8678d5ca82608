"""Files as they came, from their first line to their last: every cell, whatever it means to a table of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crpv_cli.errors import FileProblem
from crpv_cli.intake.cells import Cell, CellKind
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.files import InputFile, ReadOptions, csv_of
from crpv_cli.intake.kinds import is_workbook
from crpv_cli.intake.readers import CsvFile
from crpv_cli.intake.wall import Workbook

Placed = tuple[int, int, Sequence[str]]
"""A row: where it stands in its sheet, counted from 1, the line of the file on which it starts, and its cells."""


@dataclass(frozen=True, slots=True)
class WholeSheet:
    """A sheet of a workbook, or all of a CSV file, whose name is then that of the file.

    ``headings`` are what a CSV file has above its columns, on the line ``header_line``; the places of a workbook need
    neither. ``rows`` reads the rows, and may be asked once.

    Raises (``rows``):
        FileProblem: they can no longer be read.
    """

    name: str
    visible: bool
    rows: Iterator[Placed]
    headings: Sequence[str] = ()
    header_line: int = 0


def whole_sheets(file: InputFile, options: ReadOptions) -> list[WholeSheet]:
    """Open a file of any kind that is read, as it is; an empty list if it cannot be read at all.

    Raises:
        FileProblem: it cannot be opened.
    """
    if file.fault is not None:
        return []
    try:
        if is_workbook(file.path):
            workbook = Workbook(file.path)
            return [WholeSheet(name, visible, _sheet_rows(workbook, name)) for name, visible in workbook.sheets]
        grid = csv_of(file, options)
        return [WholeSheet(file.path.stem, True, _csv_rows(grid), grid.header, grid.header_line)]
    except Fault:
        return []
    except OSError as error:
        raise FileProblem.unreadable(file.name, error) from error


def _sheet_rows(workbook: Workbook, sheet: str) -> Iterator[Placed]:
    try:
        for lines, rows in workbook.batches(sheet):
            for line, cells in zip(lines, rows, strict=True):
                yield line, line, [_as_text(cell) for cell in cells]
    except Fault as fault:
        raise FileProblem(fault.message, fault.advice) from fault


def _as_text(cell: str) -> str:
    """Return a cell as the text that would be read as the same; of a formula that was never computed, nothing is."""
    if not isinstance(cell, Cell):
        return cell
    if cell.kind is CellKind.DOUBTFUL:
        return ""  # its 0 is no figure
    return f"{cell} {cell.unit}" if cell.kind is CellKind.UNIT else str(cell)


def _csv_rows(grid: CsvFile) -> Iterator[Placed]:
    for row, (line, cells) in enumerate(grid.every_row(), 1):
        yield row, line, cells
