"""Workbooks (xlsx, xls, ods) become grids, read by python-calamine.

python-calamine, written in Rust, reads the three formats; openpyxl reads one of them, slowly. A cell is turned into
the text a person would have typed, so that sheets and CSV files are read by the same rules.
"""

from __future__ import annotations

import datetime
import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crpv_cli.intake.faults import Fault
from crpv_cli.intake.grid import Grid, Row
from crpv_cli.intake.values import clean
from crpv_cli.language import msg

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

LARGEST = 1 << 29
"""The largest size of a workbook once expanded (512 MiB): a small file can hide a very large one."""

FORM_SHEET = "crpv-form"
OWN_SHEETS = ("crpv", FORM_SHEET)
"""Names of the sheets that crpv adds to the workbooks it writes; they contain no rows to load."""

_HEADER_WITHIN = 50
_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by its first bytes: the extension may be wrong."""
    with path.open("rb") as stream:
        return stream.read(4) in _SIGNATURES


def column_letter(place: int) -> str:
    """Return the letter of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass
class SheetGrid(Grid):
    """A sheet whose header row was found. Lines are the row numbers that a spreadsheet shows."""

    sha256: str
    header: list[str]
    header_line: int
    cells: CalamineSheet = field(repr=False)
    sheet: str = ""
    prepared: tuple[str, ...] = ()

    def letter(self, place: int) -> str | None:
        """Return the letter of a column."""
        return column_letter(place)

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header, without blank ones."""
        for line, cells in _texts(self.cells):
            if line > self.header_line and any(cells):
                yield Row(line, cells)


def _texts(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
        yield number, [as_typed(value) for value in row]


def as_typed(value: object) -> str:
    """Return a cell as a person would type it: 2024.0 is ``2024``, a date is its ISO form.

    A number, unlike a text, cannot be read in two ways: 1.234 in a number cell is not one thousand, and becomes
    ``1.2340`` so that it is not read as one.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if float(value).is_integer():
            return str(int(value))
        text = format(value, ".15g")
        if "e" in text:
            text = format(value, "f")
        return text + "0" if len(text.partition(".")[2]) == 3 else text
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return "" if value is None else str(value)


def open_workbook(path: Path, fits: Callable[[list[str], str], bool], only: str | None = None) -> list[SheetGrid]:
    """Find the sheets of a workbook that contain a table, and the header row of each.

    Args:
        path: the workbook.
        fits: whether cells are the header of a table, given the sheet's name.
        only: the one sheet to read; its first row of several cells is the header if no row is recognised.

    Returns:
        The sheets in the order of the workbook, without hidden ones and those that crpv adds.

    Raises:
        Fault: the workbook is encrypted, damaged, too large, or has no sheet of that name.
        OSError: the file cannot be read.
    """
    workbook = _load(path)
    sha256 = _digest(path)
    if only is not None and only not in workbook.sheet_names:
        raise Fault(
            "no-such-sheet",
            msg("The workbook has no sheet called “{sheet}”.", sheet=only),
            msg("Its sheets are: {sheets}.", sheets=workbook.sheet_names),
        )
    facts = _form_facts(workbook)
    prepared = tuple(name for name in facts.get("prepared", "").replace(" ", "").split(",") if name)
    found = []
    for metadata in workbook.sheets_metadata:
        visible = str(metadata.visible).endswith(".Visible")
        if (only is None and (not visible or metadata.name in OWN_SHEETS)) or (only not in {None, metadata.name}):
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        line, header = _header(sheet, metadata.name, fits)
        if header:
            found.append(SheetGrid(sha256, header, line, sheet, metadata.name, prepared))
    return found


def _form_facts(workbook: CalamineWorkbook) -> dict[str, str]:
    """The facts in the hidden sheet of a form made by crpv: keys in column A, values in column B."""
    if FORM_SHEET not in workbook.sheet_names:
        return {}
    rows = _texts(workbook.get_sheet_by_name(FORM_SHEET))
    return {cells[0]: cells[1] for _, cells in rows if len(cells) > 1 and cells[0]}


def _header(sheet: CalamineSheet, name: str, fits: Callable[[list[str], str], bool]) -> tuple[int, list[str]]:
    """The line and the cells of the header: the first row that fits a table, else the first of several cells."""
    first: tuple[int, list[str]] = (0, [])
    for line, cells in _texts(sheet):
        filled = sum(bool(cell) for cell in cells)
        if filled > 1:
            if fits(cells, name):
                return line, cells
            if not first[1]:
                first = line, cells
        if line >= _HEADER_WITHIN:
            break
    return first


def _load(path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    else:
        size = path.stat().st_size
    if size > LARGEST:
        raise Fault(
            "workbook-too-large",
            msg(
                "The workbook holds {size} MiB once expanded; at most {most} are read.",
                size=size >> 20,
                most=LARGEST >> 20,
            ),
            msg("Save the sheet as CSV: a CSV file may be of any size."),
        )
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise _encrypted() from error
    except (CalamineError, OSError) as error:
        if (
            b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e"
            in path.read_bytes()[: 1 << 20]
        ):
            raise _encrypted() from error
        raise Fault(
            "workbook-unreadable",
            msg("The workbook cannot be read: {reason}", reason=str(error)),
            msg("Open it in a spreadsheet and save it again as .xlsx or .ods."),
        ) from error


def _encrypted() -> Fault:
    return Fault(
        "workbook-encrypted",
        msg("The workbook is protected by a password."),
        msg("Open it, remove the password, save it, and load that file."),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
