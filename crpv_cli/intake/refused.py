"""The rows of a file that a load refused, read again as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from crpv_cli.errors import FileProblem
from crpv_cli.intake.files import InputFile, ReadOptions, open_tables
from crpv_cli.intake.grid import Row, Unreadable
from crpv_cli.intake.headers import OWN_COLUMNS
from crpv_cli.language import msg


def refused_rows(
    file: InputFile, options: ReadOptions, sheet: str | None, lines: Collection[int], sha256: str
) -> tuple[list[str], Iterator[tuple[int, Sequence[str]]]]:
    """Return the header of a table in a file, and the cells of the rows that start on the given lines.

    Columns that an earlier file of refused rows added are left out, so that they do not pile up.

    Raises:
        FileProblem: its bytes are no longer those with this SHA-256; also while the rows are read.
    """
    grids = (opened.grid for opened in open_tables(file, options))
    grid = next((grid for grid in grids if grid is not None and grid.sheet == sheet and grid.sha256 == sha256), None)
    if grid is None:
        raise _changed(file)
    grid = grid.origin or grid  # a foreign file is corrected and loaded again as it is
    kept = [place for place, cell in enumerate(grid.headings) if cell not in OWN_COLUMNS]
    own = len(grid.headings) - len(kept)

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for row in grid.rows():
            if isinstance(row, Unreadable):
                raise _changed(file)
            if isinstance(row, Row) and row.line in lines:
                cells = row.raw or row.cells
                whole = len(cells) == len(grid.headings)
                # A row of the wrong length is kept as it is: only a person can see which cell is wrong.
                yield row.line, [cells[place] for place in kept] if whole else cells[own:]

    return [grid.headings[place] for place in kept], rows()


def _changed(file: InputFile) -> FileProblem:
    return FileProblem(
        msg("{file} changed while it was read: its refused rows cannot be set aside.", file=file.name),
        msg("Load it again once nothing writes it any longer."),
    )
