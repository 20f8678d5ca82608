"""What the XML of an OpenDocument workbook says that its reader does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from crpv_cli.intake.sheets.survey import LONGEST, MOST_RANGES, Odd, Range, Survey, pieces, text_of
from crpv_cli.intake.sheets.units import unit_beside

if TYPE_CHECKING:
    from zipfile import ZipFile

_ODS_NAME = re.compile(rb"""<table:table\s[^<>]*?\btable:name\s*=\s*["']([^"']*)["']""")
_ODS_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})["']""")
_ODS_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})["']""")
_ODS_COLUMN = re.compile(rb"<table:table-column(?=[\s/>])([^<>]*)>")
_ODS_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell(?=[\s/>])([^<>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL
)
_ODS_HIDDEN = re.compile(rb"""table:visibility\s*=\s*["'](collapse|filter)["']""")
_ODS_SPANS = re.compile(rb"""table:number-(rows|columns)-spanned\s*=\s*["'](\d{1,7})["']""")
_ODS_TYPED = re.compile(rb"""office:value-type\s*=""")
_ODS_NUMBER = re.compile(rb"""office:value\s*=\s*["']([^"']*)["']""")
_ODS_SHOWN = re.compile(rb"<text:p(?:\s[^<>]*)?>(.*?)</text:p>", re.DOTALL)
_ODS_ERROR = re.compile(rb"""calcext:value-type\s*=\s*["']error["']""")
_ODS_FORMAT = re.compile(
    rb"<number:(?:number|currency|percentage)-style\s.*?</number:(?:number|currency|percentage)-style>", re.DOTALL
)
_ODS_TEXTS = re.compile(rb"<number:(?:text|currency-symbol)(?:\s[^<>]*)?>([^<]*)<")
_ODS_FACTOR = re.compile(rb"""number:display-factor\s*=\s*["'](10{3,9})["']""")
_ODS_ODD = re.compile(rb"table:formula(?![^<>]*office:value-type)[^<>]*>(?!<text:p)|" + _ODS_ERROR.pattern)


class _OdsRow:
    """A row of a table of ``content.xml``: its first and last line, its tag, its cells, and what follows it."""

    __slots__ = ("cells", "first", "head", "last", "rest")

    def __init__(self, piece: bytes, line: int) -> None:
        self.head, _, content = piece.partition(b">")
        self.cells, ended, self.rest = content.partition(b"</table:table-row>")
        if self.head.endswith(b"/") or not ended:
            self.cells, self.rest = b"", content
        found = _ODS_ROWS.search(self.head) if b"rows-repeated" in self.head else None
        self.first, self.last = line + 1, line + (int(found[1]) if found else 1)


class Ods:
    """The parts of an OpenDocument workbook."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.factors: set[int] = set()
        self._marks: set[bytes] = set()

    def is_odd(self, cells: bytes) -> bool:
        """Whether a row may have something odd, quickly: few rows do."""
        if b":formula" in cells and _ODS_ODD.search(cells):
            return True
        return any(mark in cells for mark in self._marks)

    def rows(self) -> Iterator[tuple[int, _OdsRow | None, bytes]]:
        """Yield the number of a table (the first is 1), a row of it, and what follows: another table may begin there.

        What comes first is no row, but the styles and the beginning of the first table.
        """
        all_pieces = pieces(self.archive, "content.xml", b"<table:table-row")
        rest = next(all_pieces)
        number, line = rest.count(b"<table:table "), 0
        yield number, None, rest
        for piece in all_pieces:
            if piece[:1] not in (b" ", b">", b"/", b"\n", b"\r", b"\t"):
                continue  # a group of rows
            row = _OdsRow(piece, line)
            line = row.last
            yield number, row, row.rest
            if begun := row.rest.count(b"<table:table "):
                number, line = number + begun, 0

    def surveys(self) -> Iterator[tuple[str, Survey]]:
        """Yield the name of each sheet, and what is found of it."""
        if "content.xml" not in self.archive.namelist():
            return
        survey, name, last_row, columns = _OdsSurvey(self, 0), "", 0, 0
        for number, row, rest in self.rows():
            if row is None:
                self._find_units(rest)
            else:
                last = max(row.cells.rfind(b"office:value"), row.cells.rfind(b"<text:"))
                survey.look_at(row, filled=last >= 0)
                if last >= 0:
                    end = row.cells.find(b"<table:table-cell", last)
                    filled = row.cells[:end] if end >= 0 else row.cells
                    last_row, columns = row.last, max(columns, _columns(filled, covered=bool(survey.merged)))
            if b"<table:table " in rest or b"</table:table>" in rest:
                if name:
                    survey.extent = last_row, columns
                    yield name, survey
                names = _ODS_NAME.findall(rest)
                name, last_row, columns = text_of(names[-1]) if names else "", 0, 0
                survey = _OdsSurvey(self, number + rest.count(b"<table:table ") if row is not None else number)
                survey.look_at_columns(rest)

    def _find_units(self, head: bytes) -> None:
        """Find the formats that show a unit: a cell that has one is told by what it shows."""
        styles = b""
        if "styles.xml" in self.archive.namelist() and self.archive.getinfo("styles.xml").file_size < LONGEST:
            styles = self.archive.read("styles.xml")
        for style in _ODS_FORMAT.findall(styles + head):
            texts = _ODS_TEXTS.findall(style)
            factors = {int(factor) for factor in _ODS_FACTOR.findall(style)}
            if factors or unit_beside("".join(map(text_of, texts)), 1):
                self._marks.update(text.strip() for text in texts if text.strip())
            if factors:
                self.factors |= factors
                self._marks.add(b"office:value=")


class _OdsSurvey(Survey):
    """What is found of a table of ``content.xml``, by its number."""

    def __init__(self, workbook: Ods, number: int) -> None:
        super().__init__()
        self._workbook = workbook
        self._number = number
        self._has_odd = False

    def look_at_columns(self, content: bytes) -> None:
        """Find the columns that are hidden."""
        place = 0
        for attributes in _ODS_COLUMN.findall(content[content.rfind(b"<table:table ") :]):
            after = place + _times(attributes)
            if _ODS_HIDDEN.search(attributes):
                self.columns.append((place, after - 1))
            place = after

    def look_at(self, row: _OdsRow, filled: bool) -> None:
        """Find whether a row that holds something is hidden, merged cells, and whether anything is odd."""
        if b"-spanned" in row.cells and len(self.merged) < MOST_RANGES:
            self.merged.extend(_spans(row.cells, row.first - 1))
        if filled and b"visibility" in row.head and (found := _ODS_HIDDEN.search(row.head)):
            self.hidden.extend(range(row.first, min(row.last, row.first + MOST_RANGES) + 1))
            self.filtered = self.filtered or found[1] == b"filter"
        self._has_odd = self._has_odd or self._workbook.is_odd(row.cells)

    def odd(self) -> Iterator[tuple[int, dict[int, Odd]]]:
        if not self._has_odd:
            return
        for number, row, _ in self._workbook.rows():
            if number > self._number:
                return
            if row is not None and number == self._number and self._workbook.is_odd(row.cells):
                found = dict(self._odd_cells(row.cells))
                for line in range(row.first, row.last + 1 if found else row.first):
                    yield line, found

    def _odd_cells(self, cells: bytes) -> Iterator[tuple[int, Odd]]:
        place = 0
        for attributes, inside in _ODS_CELL.findall(cells):
            first, place = place, place + _times(attributes)
            odd = self._odd_cell(attributes, inside)
            if odd is not None:
                for each in range(first, min(place, first + 1000)):
                    yield each, odd

    def _odd_cell(self, attributes: bytes, inside: bytes) -> Odd | None:
        shown = _ODS_SHOWN.findall(inside)
        text = text_of(re.sub(b"<[^<>]*>", b"", shown[-1])) if shown else ""
        if _ODS_ERROR.search(attributes):
            return "error", text or "#N/A", ""
        if b"table:formula" in attributes and not _ODS_TYPED.search(attributes) and b"<text:p" not in inside:
            return "uncomputed", "", ""
        number = _ODS_NUMBER.search(attributes)
        if number is None or not text:
            return None
        unit = unit_beside(re.sub(r"[\d.,]", "", text), self._scale(number[1], text))
        return ("unit", "", unit) if unit else None

    def _scale(self, value: bytes, shown: str) -> int:
        """By how much a number is divided where it is shown: 12345 that is shown as 12,3 is divided by 1000."""
        digits = re.sub(r"\D", "", shown)
        decimals = re.search(r"[.,](\d+)\D*$", shown)
        try:
            number = abs(float(value))
        except ValueError:
            return 1
        for scale in (1, *sorted(self._workbook.factors)):
            for places in {0, len(decimals[1]) if decimals else 0}:
                if re.sub(r"\D", "", f"{number / scale:.{places}f}") == digits:
                    return scale
        return 1


def _spans(cells: bytes, line: int) -> Iterator[Range]:
    place = 0
    for attributes, _ in _ODS_CELL.findall(cells):
        spans = {kind: int(number) for kind, number in _ODS_SPANS.findall(attributes)}
        rows, columns = spans.get(b"rows", 1), spans.get(b"columns", 1)
        if rows > 1 or columns > 1:
            yield line, place, line + rows - 1, place + columns - 1
        place += _times(attributes)


def _columns(cells: bytes, covered: bool) -> int:
    count = cells.count(b"<table:table-cell")
    if covered:
        count += cells.count(b"<table:covered-table-cell")
    if b"columns-repeated" in cells:
        count += sum(int(times) - 1 for times in _ODS_COLUMNS.findall(cells))
    return count


def _times(attributes: bytes) -> int:
    found = _ODS_COLUMNS.search(attributes)
    return int(found[1]) if found else 1
