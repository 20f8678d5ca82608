"""Workbooks (xlsx, xls, ods) become grids, read by python-calamine behind a wall.

python-calamine, written in Rust, reads the three formats; openpyxl reads one of them, slowly. A cell is turned into
the text a person would have typed, so that sheets and CSV files are read by the same rules; what it is beyond that goes
with it (``intake/cells.py``), and what a person does not see of a sheet is told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.grid import Finding, Grid, Read, Row, Rows, Unreadable
from crpv_cli.intake.returned import FORM_SHEET, ReturnedForm, returned_form
from crpv_cli.intake.shape import HEADER_WITHIN, Fits, Head, find_head
from crpv_cli.intake.wall import Answer, Workbook, column_letter, tidy
from crpv_cli.language import first_few, msg, msgs
from crpv_cli.registry.loads import Carried
from crpv_cli.result import FormFacts

MARKS_SHEETS = ("To correct (crpv)", "À corriger (crpv)", "crpv-marks")
"""Names of the sheets of a marked workbook that say what is wrong in it, and what its cells were before."""
OWN_SHEETS = ("crpv", FORM_SHEET, *MARKS_SHEETS)
"""Names of the sheets that crpv adds to the workbooks it writes; they contain no rows to load."""

_MOST_NAMED = 10


@dataclass
class SheetGrid(Grid):
    """A sheet whose header row was found. Lines are the row numbers that a spreadsheet shows."""

    sha256: str
    header: list[str]
    header_line: int
    workbook: Workbook = field(repr=False)
    sheet: str = ""
    prepared: tuple[str, ...] = ()
    form: FormFacts | None = None
    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    carried: Mapping[str, Mapping[str, Carried]] = field(default_factory=dict)
    returned: ReturnedForm | None = None
    above: int = 0
    findings: Sequence[Finding] = ()

    @property
    def hint(self) -> str:
        """What says of which table the sheet is: what it was sent out as, else its name."""
        return self.returned.hint(self.sheet) if self.returned is not None else self.sheet

    def comes_back(self, table: str) -> None:
        """Take from the form that the sheet is of what it was sent out with, once its table is known."""
        if self.returned is None or not self.returned.is_of(table):
            return
        self.form, self.carried = self.returned.facts, self.returned.carried
        self.prepared, self.named = self.returned.prepared[table], self.returned.names.get(table, {})

    def letter(self, place: int) -> str | None:
        """Return the letter of a column."""
        return column_letter(place)

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows below the header; some may hold nothing but blanks."""
        try:
            for lines, cells in self.workbook.batches(self.sheet, after=self.header_line):
                yield Rows(lines, cells)
        except Fault as fault:
            yield Unreadable(fault)

    def tidy(self, cell: str) -> str:
        """Return a cell without blanks and invisible signs around its text."""
        return tidy(cell)

    def merged_with(self, line: int, place: int) -> str | None:
        """Return the cell that has the value of an empty one (``A2``), where the two are merged; else None."""
        starts, ranges = self._merged.get(place, ([], []))
        number = bisect_right(starts, line - 1) - 1
        if number < 0:
            return None
        first, left, last = ranges[number]
        if line - 1 > last or (line - 1, place) == (first, left):
            return None
        return f"{column_letter(left)}{first + 1}"

    @cached_property
    def _merged(self) -> dict[int, tuple[list[int], list[tuple[int, int, int]]]]:
        """The merged ranges that each column of the table crosses, in their order; they never overlap there."""
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for first, left, last, right in sorted(self.workbook.facts(self.sheet, 0)["merged"]):
            for place in range(left, min(right, len(self.header) - 1) + 1):
                found[place].append((first, left, last))
        return {place: ([first for first, _, _ in ranges], ranges) for place, ranges in found.items()}


def open_workbook(path: Path, fits: Callable[[str, Sequence[str]], int], only: str | None = None) -> list[SheetGrid]:
    """Find the sheets of a workbook that contain a table, and the header row of each.

    Args:
        path: the workbook.
        fits: how well cells are the header of a table (``shape.Fits``), given the sheet's name.
        only: the one sheet to read; its first row of several cells is the header if no row is recognised.

    Returns:
        The sheets in the order of the workbook, without hidden ones and those that crpv adds. The first says which
        hidden ones hold a table.

    Raises:
        Fault: the workbook is encrypted, damaged, too large, has no sheet of that name, or its table is hidden.
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
    form = returned_form(workbook)
    own = {*OWN_SHEETS, form.cover if form is not None else None}
    found: list[SheetGrid] = []
    fitting = False
    hidden = []
    for name, visible in workbook.sheets:
        if (only is None and name in own) or only not in {None, name}:
            continue
        hint = form.hint(name) if form is not None else name
        if only is None and not visible:
            hidden.append(name)
        elif (head := _head(workbook, name, partial(fits, hint))) is not None:
            fitting = fitting or head.fits > 0
            header = list(map(str, head.cells))
            grid = SheetGrid(workbook.sha256, header, head.line, workbook, name, returned=form, above=head.above)
            grid.findings = [*head.findings, *(_unseen(grid) if head.fits else ())]
            found.append(grid)
    tables = [name for name in hidden if _holds_table(workbook, name, partial(fits, name))]
    if tables and not fitting:
        raise Fault(
            "hidden-sheet",
            msgs(
                "The table is in a hidden sheet, “{sheets}”.",
                "The tables are in hidden sheets: {sheets}.",
                len(tables),
                sheets=tables,
            ),
            msg("Show it in the spreadsheet and save, or name it with --sheet."),
        )
    if tables:
        found[0].findings = [*found[0].findings, *(Finding(_hidden_sheet(name)) for name in tables)]
    return found


def _head(workbook: Workbook, name: str, fits: Fits) -> Head | None:
    first = [Row(line, cells) for line, cells in islice(workbook.rows(name), HEADER_WITHIN + 1)]
    return find_head(first, fits)


def _holds_table(workbook: Workbook, name: str, fits: Fits) -> bool:
    try:
        head = _head(workbook, name, fits)
    except Fault:
        return False  # it is not read
    return head is not None and head.fits > 0


def _hidden_sheet(name: str) -> Correction:
    return Correction(
        "hidden-sheet",
        msg("The sheet “{sheet}” is hidden and holds a table; it was not read.", sheet=name),
        msg("To load it, show it in the spreadsheet and save, or name it with --sheet."),
    )


def _unseen(grid: SheetGrid) -> Iterator[Finding]:
    """What a person does not see of a table: hidden rows and hidden columns."""
    facts = grid.workbook.facts(grid.sheet, grid.header_line)
    if facts["hidden"]:
        yield Finding(_hidden_rows(facts))
    for first, last in facts["columns"]:
        for place, heading in enumerate(grid.header[: last + 1]):
            if heading and place >= first:
                yield Finding(_hidden_column(heading, column_letter(place)), grid.header_line, place, heading)


def _hidden_rows(facts: Answer) -> Correction:
    count, lines = facts["hidden"], first_few([str(line) for line in facts["lines"]], _MOST_NAMED)
    return Correction(
        "hidden-rows",
        msgs(
            "{count} row of the sheet is hidden by a filter (line {lines}); it was read too.",
            "{count} rows of the sheet are hidden by a filter (lines {lines}); they were read too.",
            count,
            lines=lines,
        )
        if facts["filtered"]
        else msgs(
            "{count} row of the sheet is hidden (line {lines}); it was read too.",
            "{count} rows of the sheet are hidden (lines {lines}); they were read too.",
            count,
            lines=lines,
        ),
        msg("Show all rows to check them; delete those that should not be loaded, or copy the visible ones."),
    )


def _hidden_column(heading: str, letter: str) -> Correction:
    return Correction(
        "hidden-column",
        msg("The column “{column}” ({letter}) is hidden in the sheet; it was read too.", column=heading, letter=letter),
        msg("Show it to check what it holds; delete it if it should not be loaded."),
    )
