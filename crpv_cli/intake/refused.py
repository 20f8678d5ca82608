"""The rows of a file that a load refused, read again as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from crpv_cli.intake.columns import OWN_COLUMNS
from crpv_cli.intake.files import InputFile, Reading, open_tables
from crpv_cli.intake.grid import Row
from crpv_cli.intake.profiles.grid import ProfiledGrid

__all__ = ["refused_rows"]


def refused_rows(
    file: InputFile, reading: Reading, sheet: str | None, lines: Collection[int]
) -> tuple[list[str], Iterator[tuple[int, Sequence[str]]]]:
    """Return the header of a table of a file and the cells of some of its rows, by the line on which they start.

    Columns that an earlier file of refused rows added are left out, so that they do not pile up.
    """
    (grid,) = [
        opened.grid for opened in open_tables(file, reading) if opened.grid is not None and opened.grid.sheet == sheet
    ][:1]
    if isinstance(grid, ProfiledGrid):
        grid = grid.origin  # a foreign file is corrected and loaded again as it is
    kept = [place for place, cell in enumerate(grid.headings) if cell not in OWN_COLUMNS]
    own = len(grid.headings) - len(kept)

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for row in grid.rows():
            if isinstance(row, Row) and row.line in lines:
                cells = row.raw or row.cells
                whole = len(cells) == len(grid.headings)
                # A row of the wrong length is kept as it is: which cell is the odd one, only a person sees.
                yield row.line, [cells[place] for place in kept] if whole else cells[own:]

    return [grid.headings[place] for place in kept], rows()
