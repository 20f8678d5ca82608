"""Workbooks (xlsx, xls, ods) become grids, read by python-calamine behind a wall.

python-calamine, written in Rust, reads the three formats; openpyxl reads one of them, slowly. A cell is turned into
the text a person would have typed, so that sheets and CSV files are read by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from crpv_cli.intake.faults import Fault
from crpv_cli.intake.grid import Finding, Grid, Read, Row, Rows, Unreadable
from crpv_cli.intake.shape import HEADER_WITHIN, find_head
from crpv_cli.intake.wall import Workbook, column_letter
from crpv_cli.language import msg

FORM_SHEET = "crpv-form"
OWN_SHEETS = ("crpv", FORM_SHEET)
"""Names of the sheets that crpv adds to the workbooks it writes; they contain no rows to load."""

_ROWS_A_STEP = 2_000
_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by its first bytes: the extension may be wrong."""
    with path.open("rb") as stream:
        return stream.read(4) in _SIGNATURES


@dataclass
class SheetGrid(Grid):
    """A sheet whose header row was found. Lines are the row numbers that a spreadsheet shows."""

    sha256: str
    header: list[str]
    header_line: int
    workbook: Workbook = field(repr=False)
    sheet: str = ""
    prepared: tuple[str, ...] = ()
    above: int = 0
    findings: Sequence[Finding] = ()

    def letter(self, place: int) -> str | None:
        """Return the letter of a column."""
        return column_letter(place)

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows below the header, without blank ones."""
        rows = self.workbook.rows(self.sheet, after=self.header_line)
        try:
            while some := list(islice(rows, _ROWS_A_STEP)):
                yield Rows([line for line, _ in some], [cells for _, cells in some])
        except Fault as fault:
            yield Unreadable(fault)


def open_workbook(path: Path, fits: Callable[[Sequence[str], str], int], only: str | None = None) -> list[SheetGrid]:
    """Find the sheets of a workbook that contain a table, and the header row of each.

    Args:
        path: the workbook.
        fits: how well cells are the header of a table (``shape.Fits``), given the sheet's name.
        only: the one sheet to read; its first row of several cells is the header if no row is recognised.

    Returns:
        The sheets in the order of the workbook, without hidden ones and those that crpv adds.

    Raises:
        Fault: the workbook is encrypted, damaged, too large, or has no sheet of that name.
        OSError: the file cannot be read.
    """
    workbook = Workbook(path)
    names = [name for name, _ in workbook.sheets]
    if only is not None and only not in names:
        raise Fault(
            "no-such-sheet",
            msg("The workbook has no sheet called “{sheet}”.", sheet=only),
            msg("Its sheets are: {sheets}.", sheets=names),
        )
    facts = _form_facts(workbook) if FORM_SHEET in names else {}
    prepared = tuple(name for name in facts.get("prepared", "").replace(" ", "").split(",") if name)
    found = []
    for name, visible in workbook.sheets:
        if (only is None and (not visible or name in OWN_SHEETS)) or only not in {None, name}:
            continue
        first = [Row(line, cells) for line, cells in islice(workbook.rows(name), HEADER_WITHIN + 1)]
        head = find_head(first, partial(_fits, fits, name))
        if head is not None:
            found.append(
                SheetGrid(
                    workbook.sha256,
                    head.cells,
                    head.line,
                    workbook,
                    name,
                    prepared,
                    above=head.above,
                    findings=head.findings,
                )
            )
    return found


def _form_facts(workbook: Workbook) -> dict[str, str]:
    """The facts in the hidden sheet of a form made by crpv: keys in column A, values in column B."""
    return {cells[0]: cells[1] for _, cells in workbook.rows(FORM_SHEET) if len(cells) > 1 and cells[0]}


def _fits(fits: Callable[[Sequence[str], str], int], sheet: str, cells: Sequence[str]) -> int:
    return fits(cells, sheet)
