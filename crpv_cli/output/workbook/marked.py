"""A file with faults, for those who sent it: as it came, each faulty cell coloured and explained, and a list in front.

openpyxl changes an .xlsx workbook in place: of what it does not know it loses the least of the libraries that can. A
file of another kind, and a workbook that openpyxl cannot hold, becomes an .xlsx of its cells as texts.

What a marked cell was before stands in a sheet that nobody sees, so that a file that is marked again has its old marks
replaced. The sheets that are added have names that loading passes over (``OWN_SHEETS`` in ``intake/workbooks.py``).
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import N_, Message, current, literal, msg, msgs, text, translate

if TYPE_CHECKING:
    # It has no annotations: what is its own is only named.
    Book = Any
    Page = Any
    Cell = Any

LIST_SHEETS = {"en": "To correct (crpv)", "fr": "À corriger (crpv)"}
MEMORY_SHEET = "crpv-marks"
AUTHOR = "crpv-marks"
"""Who wrote the comments that are marks."""

FILLS = {Severity.ERROR: "FFFFC9CE", Severity.WARNING: "FFFFEC9E"}
"""The colours of marks: close to what spreadsheets use for bad and doubtful, and in no palette."""

MOST_MARKED = 2_000
"""How many faults of a file are listed and marked: nobody corrects more by hand, and each costs a spreadsheet time."""

_LARGEST = 48 << 20  # bytes of the sheets of a workbook that is changed in place: it takes some 10 times as much memory
_MOST_ROWS, _LONGEST_TEXT, _LONGEST_COMMENT, _LONGEST_NAME = 1_048_576, 32_767, 2_000, 31
_LONGEST_SHOWN = 255  # some versions of Excel show a longer text in the format of text as ####
_LOOKED_AT = 100  # rows, for the width of the columns
_MARKED = {Severity.ERROR: N_("To correct"), Severity.WARNING: N_("To check")}
_WHOLE_FILE = {"missing-column"}  # it has a line, but no cell that could be marked
_HEADINGS = (N_("Where"), N_("Column"), N_("Value"), N_("What is wrong"), N_("What to do"), N_("Severity"))
_WIDTHS = (20, 24, 20, 52, 52, 13)


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
        folder: where to.
        stem: the name of what is written, without its extension.

    Raises:
        FileProblem: the original can no longer be read.
        OSError: the folder cannot be written.
    """
    faults = _Faults(anomalies)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says what it loses; docs/loading.md does too
        extension = _changeable(original)
        if extension is not None:
            target = folder / (stem + extension)
            try:
                _change(original, faults, target)
            except OSError:
                raise
            except Exception:  # noqa: BLE001 - whatever openpyxl makes of a workbook that others can read
                target.unlink(missing_ok=True)
            else:
                return Marked(target.name)
        target = folder / f"{stem}.xlsx"
        try:
            found = sheets()
            if not found:
                raise _Unwritable(msg("it cannot be read"))
            _write_anew(found, faults, target, stem)
        except _Unwritable as error:
            _write_anew((), faults, target, stem, error.reason)
            return Marked(target.name, anew=True, listed=error.reason)
    return Marked(target.name, anew=True)


class _Unwritable(Exception):
    """A file whose cells no workbook can hold."""

    def __init__(self, reason: Message) -> None:
        super().__init__()
        self.reason = reason


def _changeable(original: Path) -> str | None:
    """Return the extension of a workbook that can be changed in place, None of anything else."""
    try:
        with zipfile.ZipFile(original) as archive:
            names = set(archive.namelist())
            sheets = sum(one.file_size for one in archive.infolist() if one.filename.endswith((".xml", ".bin")))
    except (zipfile.BadZipFile, OSError):
        return None
    if "xl/workbook.xml" not in names or sheets > _LARGEST:
        return None
    return ".xlsm" if "xl/vbaProject.bin" in names else ".xlsx"


# --- What is said ---


def in_order(anomalies: Iterable[Anomaly]) -> list[Anomaly]:
    """Anomalies as people correct them: errors first, then by sheet and line."""
    return sorted(
        anomalies, key=lambda one: (one.severity is not Severity.ERROR, one.sheet or "", one.line or 0, one.cell or "")
    )


_ASIDE = re.compile(r"\s*\([^()]*\bcrpv [^()]*\)")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+")
_FOR_OPERATORS = re.compile(r"\bcrpv [a-z]|(?<!\w)--[a-z]")


def remedy(anomaly: Anomaly) -> str:
    """Return what the sender can do: the advice without what only somebody who has crpv can."""
    said = _ASIDE.sub("", anomaly.advice.text()) if anomaly.advice else ""
    kept = [sentence for sentence in _SENTENCE_ENDS.split(said) if sentence and not _FOR_OPERATORS.search(sentence)]
    if kept:
        return literal(" ".join(kept))
    if anomaly.severity is Severity.ERROR:
        return text("Correct it, or say when you send the file back why it is right.")
    return text("Check it: if it is right, nothing needs to be done.")


def _comment(anomalies: Sequence[Anomaly]) -> str:
    said = [
        f"{text('{what}:', what=translate(_MARKED[one.severity]))}\n{one.message.text()}\n→ {remedy(one)}"
        for one in anomalies
    ]
    whole = "\n\n".join(said)
    return whole if len(whole) <= _LONGEST_COMMENT else whole[: _LONGEST_COMMENT - 1] + "…"


class _Faults:
    """The faults of a file, and where each of them is found to stand in what is written."""

    def __init__(self, anomalies: Sequence[Anomaly]) -> None:
        self.all = in_order(anomalies)
        self.listed = self.all[:MOST_MARKED]
        self.by_line: dict[tuple[str | None, int], list[Anomaly]] = defaultdict(list)
        for one in self.listed:
            if one.line is not None:
                self.by_line[one.sheet, one.line].append(one)
        self.places: dict[int, tuple[str, int, int | None]] = {}
        """Sheet, row and column of each fault that has a place, by its identity; no column where it is a whole line."""

    def marks(
        self, place: tuple[str | None, int], sheet: str, row: int, filled: Sequence[int], headings: Sequence[str] = ()
    ) -> dict[int, list[Anomaly]]:
        """Return what is said of each cell of a line, by its column; of a whole line at its first cell.

        Cells that are only coloured, since their line is at fault, have an empty list.
        """
        found: dict[int, list[Anomaly]] = {}
        for one in self.by_line.get(place, ()):
            column = _column_of(one, headings)
            self.places[id(one)] = sheet, row, column
            if one.code in _WHOLE_FILE:
                continue
            if column is None:
                for other in filled:
                    found.setdefault(other, [])
            found.setdefault(column or min(filled, default=1), []).append(one)
        return found


def _column_of(anomaly: Anomaly, headings: Sequence[str]) -> int | None:
    """Return the column of a fault, counted from 1: that of its cell, or the one under its heading."""
    if anomaly.cell is not None:
        from openpyxl.utils.cell import coordinate_to_tuple

        return int(coordinate_to_tuple(anomaly.cell)[1])
    places = [place for place, heading in enumerate(headings, 1) if heading == anomaly.column]
    return None if not places else places[-1] if anomaly.code == "column-twice" else places[0]


def _mark(cell: Cell, said: Sequence[Anomaly], worst: Severity, before: str = "") -> None:
    """Colour a cell and say why; ``before`` is what somebody else's comment says there."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=FILLS[worst])
    if said:
        words = _comment(said) + (f"\n\n{before}" if before else "")
        cell.comment = Comment(_escaped(words), AUTHOR, width=340, height=30 + 17 * _lines(words, 50))


def _worst(marks: dict[int, list[Anomaly]]) -> dict[int, Severity]:
    """Return the colour of each cell: that of its worst fault, or of the worst of its line."""
    every = [one.severity for said in marks.values() for one in said]
    return {
        column: Severity.ERROR if Severity.ERROR in ([one.severity for one in said] or every) else Severity.WARNING
        for column, said in marks.items()
    }


def _lines(words: str, width: int) -> int:
    return sum(1 + len(line) // width for line in words.split("\n"))


# --- A workbook that is changed in place ---


def _change(original: Path, faults: _Faults, target: Path) -> None:
    from openpyxl import load_workbook

    with original.open("rb") as stream:  # whatever its name says that it is
        book = load_workbook(stream, keep_vba=target.suffix == ".xlsm", rich_text=True)
    _restore_lists(original, book)
    _unmark(book)
    memory: list[tuple[str, str, str, str]] = []
    for place in faults.by_line:
        title, line = place
        if title is None or title not in book.sheetnames:
            continue
        page = book[title]
        filled = [cell.column for cell in page[line] if cell.value is not None]
        marks = faults.marks(place, title, line, filled)
        worst = _worst(marks)
        for column, said in marks.items():
            cell = _anchor(page, line, column)
            before = cell.comment.text if cell.comment else ""
            memory.append((title, cell.coordinate, _fill_text(cell.fill), before))
            _mark(cell, said, worst[column], before)
    front = book.create_sheet(LIST_SHEETS[current()], 0)
    _set_up(front)
    _list(front, faults, titles=book.sheetnames)
    behind = book.create_sheet(MEMORY_SHEET)
    behind.sheet_state = "veryHidden"
    for row in memory:
        behind.append([_text(behind, cell) for cell in row])
    for page in book.worksheets:
        page.sheet_view.tabSelected = page is front  # two selected sheets would be changed together
    book.active = 0
    book.save(target)
    _restore_results(original, book, target)


def _anchor(page: Page, line: int, column: int) -> Cell:
    """Return a cell, or the one whose value it shows where several are merged."""
    for merged in page.merged_cells.ranges:
        if merged.min_row <= line <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return page.cell(merged.min_row, merged.min_col)
    return page.cell(line, column)


def _fill_text(fill: Any) -> str:  # noqa: ANN401 - of openpyxl
    from openpyxl.xml.functions import tostring

    return str(tostring(fill.to_tree("fill")), "utf-8") if fill.fill_type else ""


def _unmark(book: Book) -> None:
    """Take away the marks of an earlier time; what was there before them comes back where it can be told."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill
    from openpyxl.styles.fills import Fill
    from openpyxl.xml.functions import fromstring

    memory: dict[tuple[str, str], tuple[str, str]] = {}
    if MEMORY_SHEET in book.sheetnames:
        for row in book[MEMORY_SHEET].iter_rows(values_only=True):
            title, place, fill, said = (str(value or "") for value in (*row, *[""] * 4)[:4])
            memory[title, place] = fill, said
    for name in (*LIST_SHEETS.values(), MEMORY_SHEET):
        if name in book.sheetnames:
            del book[name]
    colours = set(FILLS.values())
    for page in book.worksheets:
        for cell in [cell for row in page.iter_rows() for cell in row]:
            ours = cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in colours
            if not ours and not (cell.comment and cell.comment.author == AUTHOR):
                continue
            fill, said = memory.get((page.title, cell.coordinate), ("", ""))
            if ours:
                cell.fill = Fill.from_tree(fromstring(fill)) if fill else PatternFill()
            cell.comment = Comment(said, "", width=300, height=30 + 17 * _lines(said, 46)) if said else None


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

    computing = [page for page in book.worksheets if any(c.data_type == "f" for row in page.iter_rows() for c in row)]
    if not computing:
        return
    with original.open("rb") as stream:
        saved = load_workbook(stream, data_only=True)
    parts = {f"xl/worksheets/sheet{book.worksheets.index(page) + 1}.xml": saved[page.title] for page in computing}
    whole = target.with_suffix(".part")
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
                    said = _xml(_escaped(str(int(value) if kind == "b" else value)))
                    return f'<c r="{found[1]}"{found[2]} t="{kind}">{found[3]}<v>{said}</v></c>'

                content = _FORMULA.sub(result, content.decode()).encode()
            new.writestr(entry, content)
    whole.replace(target)


def _xml(words: str) -> str:
    from xml.sax.saxutils import escape

    return escape(words)


# --- A file of another kind ---


def _write_anew(sheets: Sequence[Sheet], faults: _Faults, target: Path, stem: str, lost: Message | None = None) -> None:
    """Write the cells of a file as texts, row after row, so that a long one takes little memory."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    front = book.create_sheet(LIST_SHEETS[current()])
    _set_up(front)
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
                raise _Unwritable(msg("a sheet of a workbook holds {rows} rows at most", rows=_MOST_ROWS))
            for _ in range(done, row - 1):
                page.append([])
            done = row
            made = _written(page, cells, faults, (key, line), row, sheet.headings)
            for cell in made if line == sheet.header_line else ():
                if cell is not None:
                    cell.font = _font(bold=True)
            page.append(made)
    _list(front, faults, titles=book.sheetnames, lost=lost or msg(_ANEW))
    book.active = 0
    book.save(target)


_ANEW = N_("It holds the cells of the file as texts: formats and formulas stay in the file itself.")


def _written(
    page: Page,
    cells: Sequence[str],
    faults: _Faults,
    place: tuple[str | None, int],
    row: int,
    headings: Sequence[str],
) -> list[Cell | None]:
    made: list[Cell | None] = [_text(page, cell) if cell else None for cell in cells]
    if place in faults.by_line:
        filled = [column for column, cell in enumerate(cells, 1) if cell]
        marks = faults.marks(place, page.title, row, filled, headings)
        made += [None] * (max(marks, default=0) - len(made))
        for column, worst in _worst(marks).items():
            cell = made[column - 1] = made[column - 1] or _text(page, "")
            _mark(cell, marks[column], worst)
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


_NOT_XML = re.compile("_x(?=[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _escaped(words: str) -> str:
    """Return a text as a workbook writes signs that XML does not have, and what would be read as one of them."""
    return _NOT_XML.sub(lambda found: "_x005F_x" if found[0] == "_x" else f"_x{ord(found[0]):04X}_", words)


def _text(page: Page, words: str) -> Cell:
    """Make a cell of a text, which stays one whatever it looks like, and whatever is typed over it.

    Raises:
        _Unwritable: it is longer than a cell can hold.
    """
    from openpyxl.cell import WriteOnlyCell

    if len(words) > _LONGEST_TEXT:
        raise _Unwritable(msg("a cell of a workbook holds {most} characters at most", most=_LONGEST_TEXT))
    cell = WriteOnlyCell(page, _escaped(words))
    cell.data_type = "s"
    if len(words) <= _LONGEST_SHOWN:
        cell.number_format = "@"
    return cell


# --- The list in front ---


def _set_up(front: Page) -> None:
    from openpyxl.utils import get_column_letter

    for place, width in enumerate(_WIDTHS, 1):
        front.column_dimensions[get_column_letter(place)].width = width
    front.sheet_view.showGridLines = False
    front.sheet_properties.tabColor = "C00000"
    front.page_setup.orientation = "landscape"
    front.page_setup.paperSize = 9
    front.page_setup.fitToHeight = 0
    front.sheet_properties.pageSetUpPr.fitToPage = True
    front.freeze_panes = f"A{_FIRST + 1}"


_FIRST = 6
"""The row of the list's headings."""


def _list(front: Page, faults: _Faults, titles: Sequence[str], lost: Message | None = None) -> None:
    """Fill the first sheet: what it is, what to do, and each fault with a link to its cell."""
    from openpyxl.styles import Alignment, PatternFill

    errors = sum(one.severity is Severity.ERROR for one in faults.all)
    counts = [
        said
        for said, count in (
            (msgs("{count} to correct", "{count} to correct", errors), errors),
            (msgs("{count} to check", "{count} to check", len(faults.all) - errors), len(faults.all) - errors),
        )
        if count
    ]
    above: list[tuple[Message | None, Any]] = [
        (msg("What is to be corrected in this file"), _font(bold=True, size=14)),
        (msg("{counts}.", counts=counts), _font(bold=True)),
        (
            msg(
                "Each fault is coloured where it stands, and a comment says what to do. Correct it there, not in this "
                "sheet, save, and send this file back."
            ),
            _font(),
        ),
        (lost, _font(italic=True)),
    ]
    if len(faults.all) > len(faults.listed):
        more = msg("The first {count} are listed and marked; the others once these are corrected.", count=MOST_MARKED)
        above[1] = msg("{counts}. {more}", counts=counts, more=more), _font(bold=True)
    for said, font in above:
        cell = _text(front, said.text() if said else "")
        cell.font = font
        front.append([cell])
    front.append([])
    heads = [_text(front, translate(heading)) for heading in _HEADINGS]
    for cell in heads:
        cell.font, cell.fill = _font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F3B57")
    front.append(heads)
    for number, one in enumerate(faults.listed, _FIRST + 1):
        said_column = literal(str(one.column or ""))
        words = (_where(one, faults), said_column, literal(one.value or ""), one.message.text(), remedy(one))
        words = tuple(word[:_LONGEST_TEXT] for word in (*words, translate(_MARKED[one.severity])))
        row = [_text(front, word) for word in words]
        high = max(_lines(word, width - 2) for word, width in zip(words, _WIDTHS, strict=True))
        front.row_dimensions[number].height = min(15 * high + 2, 405)
        for cell in row:
            cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), _font()
        if (place := faults.places.get(id(one))) is not None and place[0] in titles:
            _link(row[0], number, *place)
        row[5].fill = PatternFill("solid", fgColor=FILLS[one.severity])
        front.append(row)


def _font(size: int = 11, **look: object) -> Any:  # noqa: ANN401 - of openpyxl
    from openpyxl.styles import Font

    return Font(name="Calibri", size=size, **look)


def _where(one: Anomaly, faults: _Faults) -> str:
    """Return where a fault stands, in what is written: a cell, a line, a sheet, or the whole file."""
    from openpyxl.utils import get_column_letter

    if (place := faults.places.get(id(one))) is not None and one.code not in _WHOLE_FILE:
        sheet, row, column = place
        if column is None:
            return text("{sheet}, line {line}", sheet=sheet, line=str(row))
        return f"{sheet}!{get_column_letter(column)}{row}"
    if one.sheet is not None:
        return text("the whole sheet {sheet}", sheet=one.sheet)
    return text("line {line}", line=str(one.line)) if one.line is not None else text("the whole file")


def _link(cell: Cell, at: int, sheet: str, row: int, column: int | None) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref="", location=f"'{quoted}'!{get_column_letter(column or 1)}{row}")
    cell.hyperlink.ref = f"A{at}"  # the cell does not know its row yet
    cell.font = _font(color="FF0563C1", underline="single")
