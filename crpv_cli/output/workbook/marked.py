"""A file with faults, for those who sent it: as it came, each faulty cell coloured and explained, and a list in front.

openpyxl changes an .xlsx workbook in place: of what it does not know it loses the least of the libraries that can. A
file of another kind, and a workbook that openpyxl cannot hold, becomes an .xlsx of its cells as texts.

What a marked cell was before stands in a sheet that nobody sees, so that a file that is marked again has its old marks
replaced. The sheets that are added have names that loading passes over (``OWN_SHEETS`` in ``intake/workbooks.py``).
"""

from __future__ import annotations

import re
import tempfile
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import N_, Message, current, literal, msg
from crpv_cli.output.workbook.marks import (
    FILLS,
    LIST_SHEETS,
    MEMORY_SHEET,
    Faults,
    Unwritable,
    escaped,
    font,
    mark,
    set_up,
    text_cell,
    unmarked,
    worst_of,
    write_list,
)

if TYPE_CHECKING:
    # It has no annotations: what is its own is only named.
    Book = Any
    Page = Any
    Cell = Any

_LARGEST = 48 << 20  # bytes of the parts of a workbook that is changed in place: it takes some 10 times as much memory
_MOST_ROWS, _LONGEST_NAME = 1_048_576, 31
_MOST_MERGED = 1 << 21
_LOOKED_AT = 100  # rows, for the width of the columns


class Sheet(Protocol):
    """A sheet of a file that is written anew: see ``WholeSheet`` in ``intake/whole.py``."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def visible(self) -> bool:
        """Whether people see it."""

    @property
    def headings(self) -> Sequence[str]:
        """What stands above the columns of a CSV file."""

    @property
    def header_line(self) -> int:
        """The line of the headings."""

    @property
    def rows(self) -> Iterable[tuple[int, int, Sequence[str]]]:
        """Its rows: the row of the sheet, the line of the file, and the cells."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A file that was written: its name, and why its cells alone are in it; ``listed`` says that not even these are."""

    name: str
    anew: bool = False
    listed: Message | None = None


def write_marked(
    original: Path, anomalies: Sequence[Anomaly], sheets: Callable[[], Sequence[Sheet]], folder: Path, stem: str
) -> Marked:
    """Write a file with its faults marked into a folder.

    Args:
        original: the file as it came.
        anomalies: what was found in it.
        sheets: opens it as it is, where its cells have to be written anew.
        folder: where to; what is temporary stands beside it meanwhile.
        stem: the name of what is written, without its extension.

    Raises:
        FileProblem: the original can no longer be read.
        OSError: the folder cannot be written.
    """
    faults = Faults(anomalies)
    with warnings.catch_warnings(), _temporary_in(folder.parent):
        warnings.simplefilter("ignore")  # openpyxl says what it loses; docs/loading.md does too
        extension = _changeable(original)
        if extension is not None:
            target = folder / (stem + extension)
            try:
                _change(original, faults, target)
            except OSError:
                raise
            except Exception:
                target.unlink(missing_ok=True)
            else:
                return Marked(target.name)
        target = folder / f"{stem}.xlsx"
        try:
            found = sheets()
            if not found:
                raise Unwritable(msg("it cannot be read"))
            _write_anew(found, faults, target)
        except Unwritable as error:
            _write_anew((), faults, target, error.reason)
            return Marked(target.name, anew=True, listed=error.reason)
    return Marked(target.name, anew=True)


@contextmanager
def _temporary_in(folder: Path) -> Iterator[None]:
    """Have openpyxl put what is temporary into a folder that goes with what is written, even if crpv is killed."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _changeable(original: Path) -> str | None:
    """Return the extension of a workbook that can be changed in place, None of anything else."""
    try:
        with zipfile.ZipFile(original) as archive:
            names = set(archive.namelist())
            size = sum(one.file_size for one in archive.infolist() if one.filename.endswith((".xml", ".bin")))
            if "xl/workbook.xml" not in names or size > _LARGEST:
                return None
            if any(_merged(archive.read(name)) > _MOST_MERGED for name in names if name.startswith("xl/worksheets/")):
                return None
    except Exception:  # damaged in whatever way
        return None
    return ".xlsm" if "xl/vbaProject.bin" in names else ".xlsx"


_MERGED = re.compile(rb'mergeCell [^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')


def _merged(sheet: bytes) -> int:
    """How many places are merged in a sheet: openpyxl makes a cell of each."""
    from openpyxl.utils import column_index_from_string as number

    return sum(
        (number(right.decode()) - number(left.decode()) + 1) * (int(last) - int(first) + 1)
        for left, first, right, last in _MERGED.findall(sheet)
    )


# --- A workbook that is changed in place ---


def _change(original: Path, faults: Faults, target: Path) -> None:
    from openpyxl import load_workbook

    with original.open("rb") as stream:  # whatever its name says that it is
        book = load_workbook(stream, keep_vba=target.suffix == ".xlsm", rich_text=True)
    _restore_lists(original, book)
    _unmark(book)
    found: dict[tuple[str, str], list[tuple[list[Anomaly], Severity]]] = defaultdict(list)
    for place in faults.by_line:
        title, line = place
        if title is None or title not in book.sheetnames:
            continue
        page = book[title]
        filled = [cell.column for cell in page[line] if cell.value is not None]
        marks = faults.marks(place, title, line, filled)
        worst = worst_of(marks)
        for column, said in marks.items():
            found[title, _anchor(page, line, column)].append((said, worst[column]))
    memory = []
    for (title, at), parts in found.items():
        cell = book[title][at]
        memory.append((title, at, _fill_text(cell.fill)))
        worst_of_all = Severity.ERROR if Severity.ERROR in {one for _, one in parts} else Severity.WARNING
        every = [anomaly for said, _ in parts for anomaly in said]
        mark(cell, every, worst_of_all, cell.comment.text if cell.comment else "")
    front = book.create_sheet(LIST_SHEETS[current()], 0)
    set_up(front)
    write_list(front, faults, titles=book.sheetnames)
    behind = book.create_sheet(MEMORY_SHEET)
    behind.sheet_state = "veryHidden"
    for row in memory:
        behind.append([text_cell(behind, cell) for cell in row])
    for page in book.worksheets:
        page.sheet_view.tabSelected = page is front  # two selected sheets would be changed together
    book.active = 0
    book.save(target)
    _restore_results(original, book, target)


def _anchor(page: Page, line: int, column: int) -> str:
    """Return the place of a cell, or of the one whose value it shows where several are merged."""
    for merged in page.merged_cells.ranges:
        if merged.min_row <= line <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return str(page.cell(merged.min_row, merged.min_col).coordinate)
    return str(page.cell(line, column).coordinate)


def _cells(page: Page) -> list[Cell]:
    """The cells that a sheet has, however far apart they stand: all the places between would take forever."""
    return list(page._cells.values())


def _fill_text(fill: Any) -> str:  # noqa: ANN401 - of openpyxl
    from openpyxl.xml.functions import tostring

    return str(tostring(fill.to_tree("fill")), "utf-8") if fill.fill_type else ""


def _unmark(book: Book) -> None:
    """Take away the marks of an earlier time; what was there before them comes back where it can be told."""
    from openpyxl.styles import PatternFill
    from openpyxl.styles.fills import Fill
    from openpyxl.xml.functions import fromstring

    memory: dict[tuple[str, str], str] = {}
    if MEMORY_SHEET in book.sheetnames:
        for row in book[MEMORY_SHEET].iter_rows(values_only=True):
            title, place, fill = (str(value or "") for value in (*row, "", "", "")[:3])
            memory[title, place] = fill
    for name in (*LIST_SHEETS.values(), MEMORY_SHEET):
        if name in book.sheetnames:
            del book[name]
    colours = set(FILLS.values())
    for page in book.worksheets:
        for cell in _cells(page):
            if cell.comment is not None:
                cell.comment = unmarked(cell.comment)
            if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in colours:
                fill = memory.get((page.title, cell.coordinate), "")
                cell.fill = Fill.from_tree(fromstring(fill)) if fill else PatternFill()


_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _restore_lists(original: Path, book: Book) -> None:
    """Keep the lists that Excel writes as an extension, those of another sheet: openpyxl leaves extensions out."""
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.xml.functions import fromstring

    with zipfile.ZipFile(original) as archive:
        related = {
            one.get("Id"): one.get("Target") for one in fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter()
        }
        for sheet in fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            part = str(related[sheet.get(_RELATED)])
            written = archive.read(part.lstrip("/") if part.startswith("/") else f"xl/{part}")
            if b":dataValidation " not in written:
                continue
            for found in fromstring(written).iter(f"{_X14}dataValidation"):
                formulas = [found.findtext(f"{_X14}{name}/{_XM}f") for name in ("formula1", "formula2")]
                options = {name: value for name, value in found.attrib.items() if "}" not in name}
                reach = found.findtext(f"{_XM}sqref") or ""
                book[sheet.get("name")].add_data_validation(
                    DataValidation(sqref=reach, formula1=formulas[0], formula2=formulas[1], **options)
                )


_FORMULA = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f[ >].*?</f>)<v ?(?:/>|></v>)</c>', re.S)


def _restore_results(original: Path, book: Book, target: Path) -> None:
    """Keep the results of formulas: openpyxl writes these alone, and a file that nobody opened would have none."""
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import to_excel

    computing = [page for page in book.worksheets if any(cell.data_type == "f" for cell in _cells(page))]
    if not computing:
        return
    with original.open("rb") as stream:
        saved = load_workbook(stream, data_only=True)
    parts = {f"xl/worksheets/sheet{book.worksheets.index(page) + 1}.xml": saved[page.title] for page in computing}
    whole = target.parent.parent / f"{target.name}.part"
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if (page := parts.get(entry.filename)) is not None:

                def result(found: re.Match[str], page: Page = page) -> str:
                    cell = page[found[1]]
                    if cell.value is None:
                        return found[0]
                    kind, value = {"s": "str", "b": "b", "e": "e"}.get(cell.data_type, "n"), cell.value
                    if cell.data_type == "d":
                        value = to_excel(value, saved.epoch)
                    said = _xml(escaped(str(int(value) if kind == "b" else value)))
                    return f'<c r="{found[1]}"{found[2]} t="{kind}">{found[3]}<v>{said}</v></c>'

                content = _FORMULA.sub(result, content.decode()).encode()
            new.writestr(entry, content)
    whole.replace(target)


def _xml(words: str) -> str:
    from xml.sax.saxutils import escape

    return escape(words)


# --- A file of another kind ---


def _write_anew(sheets: Sequence[Sheet], faults: Faults, target: Path, lost: Message | None = None) -> None:
    """Write the cells of a file as texts, row after row, so that a long one takes little memory."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    try:
        _fill_anew(book, sheets, faults, lost)
        book.save(target)
    except BaseException:
        for page in book.worksheets:
            page.close()  # what it has written so far waits in a file that is open
        raise


def _fill_anew(book: Book, sheets: Sequence[Sheet], faults: Faults, lost: Message | None) -> None:
    """Put the sheets of a file into a workbook that is written row after row, the list of its faults first."""
    front = book.create_sheet(LIST_SHEETS[current()])
    set_up(front)
    for sheet in sheets:
        if sheet.name in (*LIST_SHEETS.values(), MEMORY_SHEET):
            continue
        page = book.create_sheet(_title(sheet.name, book.sheetnames))
        page.sheet_state = "visible" if sheet.visible else "hidden"
        rows = iter(sheet.rows)
        first = list(islice(rows, _LOOKED_AT))
        for place, width in _widths(first).items():
            page.column_dimensions[place].width = width
        key = None if sheet.headings else sheet.name
        done = 0
        for row, line, cells in chain(first, rows):
            if row > _MOST_ROWS:
                raise Unwritable(msg("a sheet of a workbook holds {rows} rows at most", rows=_MOST_ROWS))
            for _ in range(done, row - 1):
                page.append([])
            done = row
            made = _written(page, cells, faults, (key, line), row, sheet.headings)
            for cell in made if line == sheet.header_line else ():
                if cell is not None:
                    cell.font = font(bold=True)
            page.append(made)
    write_list(front, faults, titles=book.sheetnames, lost=lost or msg(_ANEW))
    book.active = 0


_ANEW = N_("It holds the cells of the file as texts: formats and formulas stay in the file itself.")


def _written(
    page: Page,
    cells: Sequence[str],
    faults: Faults,
    place: tuple[str | None, int],
    row: int,
    headings: Sequence[str],
) -> list[Cell | None]:
    made: list[Cell | None] = [text_cell(page, cell) if cell else None for cell in cells]
    if place in faults.by_line:
        filled = [column for column, cell in enumerate(cells, 1) if cell]
        marks = faults.marks(place, page.title, row, filled, headings)
        made += [None] * (max(marks, default=0) - len(made))
        for column, worst in worst_of(marks).items():
            cell = made[column - 1] = made[column - 1] or text_cell(page, "")
            mark(cell, marks[column], worst)
    return made


def _widths(rows: Iterable[tuple[int, int, Sequence[str]]]) -> dict[str, int]:
    from openpyxl.utils import get_column_letter

    columns = zip_longest(*(cells for _, _, cells in rows), fillvalue="")
    return {
        get_column_letter(place): min(max(12, *(len(cell) + 2 for cell in column)), 40)
        for place, column in enumerate(columns, 1)
    }


def _title(wanted: str, taken: Sequence[str]) -> str:
    """Return a name that a sheet may have: the hint that the name of a file is to its table stays in front."""
    plain = re.sub(r"[\[\]:*?/\\]+", "-", literal(wanted)).strip("' ")[:_LONGEST_NAME].strip("' ") or "1"
    number, free, used = 1, plain, {one.casefold() for one in taken}
    while free.casefold() in used or free.casefold() == "history":
        number += 1
        free = f"{plain[: _LONGEST_NAME - 5].rstrip()} ({number})"
    return free
