"""The rows of a file that a load refused, read again as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from crpv_cli.intake.columns import OWN_COLUMNS
from crpv_cli.intake.files import InputFile, Reading
from crpv_cli.intake.readers import Row, open_csv

__all__ = ["refused_rows"]


def refused_rows(
    file: InputFile, reading: Reading, lines: Collection[int]
) -> tuple[list[str], Iterator[tuple[int, Sequence[str]]]]:
    """Return a file's header and the cells of some of its rows, by the line on which they start.

    Columns that an earlier file of refused rows added are left out, so that they do not pile up.
    """
    csv = open_csv(file.path, reading.encoding, reading.delimiter)
    kept = [place for place, cell in enumerate(csv.header) if cell not in OWN_COLUMNS]
    own = len(csv.header) - len(kept)

    def rows() -> Iterator[tuple[int, Sequence[str]]]:
        for row in csv.rows():
            if isinstance(row, Row) and row.line in lines:
                whole = len(row.cells) == len(csv.header)
                # A row of the wrong length is kept as it is: which cell is the odd one, only a person sees.
                yield row.line, [row.cells[place] for place in kept] if whole else row.cells[own:]

    return [csv.header[place] for place in kept], rows()
