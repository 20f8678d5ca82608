"""What the XML of a workbook of Excel says that its reader does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from crpv_cli.intake.sheets.survey import LONGEST, Odd, Survey, attribute, number_of, pieces, text_of, windows
from crpv_cli.intake.sheets.units import BUILT_IN, shown_unit

if TYPE_CHECKING:
    from zipfile import ZipFile

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)>")
_RELATION_ID, _ID, _TARGET, _TYPE = attribute(r"\w+:id"), attribute("Id"), attribute("Target"), attribute("Type")
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,10})[\"'][^<>]*(?<!/)>")
_COLUMN = re.compile(rb'r="([A-Z]{1,4})\d')
_PLACE = re.compile(rb'r="[A-Z]{0,4}(\d{1,10})"')
_SEAM = 256
_TRUE = rb"""\s*=\s*["'](?:1|true)["']"""
_HIDDEN = re.compile(rb"hidden" + _TRUE)
_FILTER_MODE = re.compile(rb"\bfilterMode" + _TRUE)
_ROW = attribute("r")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{1,4})\d""")
_STYLE, _KIND = attribute("s"), attribute("t")
_COL = re.compile(rb"<(?:\w+:)?col\s([^<>]*)>")
_MIN, _MAX = attribute("min"), attribute("max")
_WHOLE_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_SAVED = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)</")
_EMPTY_RESULT = rb"\s*(?:<{0}v\s*/>|<{0}v>\s*</{0}v>|</{0}c>)"
_ALMOST = re.compile(rb"\.99999\d*$")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<>]*)>")
_FORMAT_ID, _FORMAT_CODE = attribute("numFmtId"), attribute("formatCode")
_DOUBLE_QUOTED_CODE = re.compile(rb'\sformatCode\s*=\s*"([^"]*)"')
_XFS = re.compile(rb"<(?:\w+:)?cellXfs\b(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_XF = re.compile(rb"<(?:\w+:)?xf\s([^<>]*)>")
_CALCULATION = re.compile(rb"<(?:\w+:)?calcPr\b([^<>]*)>")
_ON_LOAD = re.compile(rb"\bfullCalcOnLoad" + _TRUE)


class Xlsx:
    """The parts of a workbook of Excel."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self._names = set(archive.namelist())
        self._relations: dict[bytes, str] = {}
        self._styles_part = "xl/styles.xml"
        self._sheets: list[bytes] = []
        self._never_computed = False
        if {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= self._names:
            self._read_workbook(archive.read("xl/workbook.xml"), archive.read("xl/_rels/workbook.xml.rels"))
        self._units: dict[int, str] | None = None

    def _read_workbook(self, workbook: bytes, relations: bytes) -> None:
        for attributes in _RELATION.findall(relations):
            name, target, kind = (pattern.search(attributes) for pattern in (_ID, _TARGET, _TYPE))
            if name and target:
                place = target[1].decode(errors="replace")
                part = place.lstrip("/") if place.startswith(("/", "xl/")) else f"xl/{place}"
                self._relations[name[1]] = part
                if kind and kind[1].endswith(b"/styles"):
                    self._styles_part = part
        self._sheets = _SHEET.findall(workbook)
        # Excel and LibreOffice say how they computed; what writes a workbook without them asks for it, or says nothing.
        calculation = _CALCULATION.search(workbook)
        asked = calculation is None or _ON_LOAD.search(calculation[1]) is not None
        self._never_computed = asked and "xl/calcChain.xml" not in self._names

    def survey(self, place: int, most: int) -> Survey | None:
        """Return what is found of a sheet, given its number and how many cells it may have; None without its part."""
        relation = _RELATION_ID.search(self._sheets[place]) if place < len(self._sheets) else None
        part = self._relations.get(relation[1], "") if relation else ""
        if part not in self._names:
            return None
        survey = _XlsxSurvey(self, part)
        if survey.extent[0] * survey.extent[1] > most:
            survey.extent = _extent(self.archive, part)
        return survey

    def units(self) -> dict[int, str]:
        """Return the unit of each style that shows one, by its number."""
        if self._units is None:
            self._units = {}
            if self._styles_part in self._names and (self.archive.getinfo(self._styles_part).file_size < LONGEST):
                self._units = _units_of_styles(self.archive.read(self._styles_part))
        return self._units

    @property
    def never_computed(self) -> bool:
        """Whether nothing says that a spreadsheet computed the formulas that were written into it."""
        return self._never_computed


def _units_of_styles(styles: bytes) -> dict[int, str]:
    formats = dict(BUILT_IN)
    for attributes in _FORMAT.findall(styles):
        number = _FORMAT_ID.search(attributes)
        code = _DOUBLE_QUOTED_CODE.search(b" " + attributes) or _FORMAT_CODE.search(attributes)
        if number and number[1].isdigit() and code:
            formats[int(number[1])] = shown_unit(text_of(code[1]))
    found = _XFS.search(styles)
    units = {}
    for place, attributes in enumerate(_XF.findall(found[1]) if found else ()):
        number = _FORMAT_ID.search(attributes)
        if number and number[1].isdigit() and (unit := formats.get(int(number[1]), "")):
            units[place] = unit
    return units


class _XlsxSurvey(Survey):
    """What is found of a sheet in one look at its part; odd rows are taken apart when they are asked for."""

    def __init__(self, workbook: Xlsx, part: str) -> None:
        super().__init__()
        self._archive, self._part = workbook.archive, part
        self._units = workbook.units()
        self._prefix, self._tag, self._cell = b"", b"<f", b"<c "
        self._odd: list[re.Pattern[bytes]] = []
        """What tells that a piece of XML may have something odd; only what was found at all."""
        self._doubtful = False
        has_hidden, has_formulas = self._look()
        if has_hidden:
            self._find_hidden()
        if has_formulas and workbook.never_computed:
            self._doubtful = self._all_zero()
        if self._doubtful:
            self._odd.append(self._formula())

    def _formula(self) -> re.Pattern[bytes]:
        return re.compile(b"<" + re.escape(self._prefix) + rb"f[\s/>]")

    def _patterns(self) -> list[re.Pattern[bytes]]:
        """Each begins with what is rare, so that it is looked for quickly; together they would not be."""
        prefix = re.escape(self._prefix)
        empty = _EMPTY_RESULT.replace(b"{0}", prefix)
        patterns = [
            rb"""t=["']e["']""",
            b"</" + prefix + b"f>" + empty,
            b"<" + prefix + rb"f(?:\s[^<>]*)?/>" + empty,
            rb"\.99999\d*</",
        ]
        if self._units:
            patterns.append(rb"""\bs=["'](?:""" + b"|".join(b"%d" % style for style in self._units) + rb""")["']""")
        return [re.compile(pattern) for pattern in patterns]

    def _look(self) -> tuple[bool, bool]:
        """Look at the part once; returns whether rows are hidden, and whether there are formulas."""
        last_row, columns, head, tail = 0, {b""}, b"", b""
        has_hidden = has_formulas = in_rows = False
        unseen, formula, before = self._patterns(), self._formula(), b""
        for window in windows(self._archive, self._part):
            if not in_rows:
                head += window if len(head) < LONGEST else b""
                if found := re.search(rb"<(\w+:)?sheetData\b", head):
                    in_rows = True
                    self._prefix = found[1] or b""
                    self._tag, self._cell = b"<" + self._prefix + b"f", b"<" + self._prefix + b"c "
                    unseen, formula = self._patterns(), self._formula()
            columns.update(_COLUMN.findall(window))
            if found_place := _PLACE.match(window, window.rfind(b' r="') + 1):
                last_row = max(last_row, int(found_place[1]))  # rows come in order
            has_hidden = has_hidden or _HIDDEN.search(window) is not None
            has_formulas = has_formulas or formula.search(window) is not None
            seam = before[-_SEAM:] + window[:_SEAM]  # what is looked for may be cut between two of its tags
            for pattern in [pattern for pattern in unseen if pattern.search(window) or pattern.search(seam)]:
                unseen.remove(pattern)
                self._odd.append(pattern)
            before = window
            if tail or b"</" + self._prefix + b"sheetData>" in window:
                tail += window if len(tail) < LONGEST else b""
        self.extent = (last_row, max(map(number_of, columns)))
        self.filtered = _FILTER_MODE.search(head) is not None or b"filterColumn " in tail
        for attributes in _COL.findall(head):
            first, last = _MIN.search(attributes), _MAX.search(attributes)
            if first and last and _HIDDEN.search(attributes):
                self.columns.append((int(first[1]) - 1, int(last[1]) - 1))
        return has_hidden, has_formulas

    def _rows(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield the line, the attributes and the content of each row."""
        line = 0
        rows = pieces(self._archive, self._part, b"<" + self._prefix + b"row")
        next(rows)
        for piece in rows:
            if piece[:1] not in (b" ", b">", b"/", b"\n", b"\r", b"\t"):
                continue  # another tag whose name begins so
            attributes, _, content = piece.partition(b">")
            number = _ROW.search(attributes)
            line = int(number[1]) if number and number[1].isdigit() else line + 1
            yield line, attributes, content

    def _find_hidden(self) -> None:
        filled = re.compile(b"<" + re.escape(self._prefix) + rb"(?:v(?:\s[^<>]*)?>[^<]|is[\s>])")
        for line, attributes, content in self._rows():
            if _HIDDEN.search(attributes) and filled.search(content):
                self.hidden.append(line)

    def _all_zero(self) -> bool:
        """Whether the saved result of every formula is 0, or was never saved."""
        prefix = re.escape(self._prefix)
        result = re.compile(
            b"(?:</" + prefix + b"f>|<" + prefix + rb"f\s[^<>]*/>)\s*<" + prefix + rb"v(?:\s[^<>]*)?>([^<]*)<"
        )
        saved = 0
        for _, _, content in self._rows():
            for value in result.findall(content):
                if value.strip() not in {b"0", b""}:
                    return False
                saved += value.strip() == b"0"
        return saved > 0

    def odd(self) -> Iterator[tuple[int, dict[int, Odd]]]:
        if not self._odd:
            return
        for line, _, content in self._rows():
            if cells := dict(self._odd_cells(content)):
                yield line, cells

    def _odd_cells(self, content: bytes) -> Iterator[tuple[int, Odd]]:
        for pattern in self._odd:
            for found in pattern.finditer(content):
                begin = content.rfind(self._cell, 0, found.start())
                end = content.find(self._cell, found.start())
                whole = _WHOLE_CELL.match(content, begin, end if end >= 0 else len(content)) if begin >= 0 else None
                reference = _REFERENCE.search(whole[1]) if whole else None
                if whole is None or reference is None:
                    yield from self._all_cells(content)
                    return
                if (odd := self._odd_cell(whole[1], whole[2] or b"")) is not None:
                    yield number_of(reference[1]) - 1, odd

    def _all_cells(self, content: bytes) -> Iterator[tuple[int, Odd]]:
        """The odd cells of a row whose cells do not say where they stand."""
        place = -1
        for attributes, inside in _WHOLE_CELL.findall(content):
            reference = _REFERENCE.search(attributes)
            place = number_of(reference[1]) - 1 if reference else place + 1
            if (odd := self._odd_cell(attributes, inside)) is not None:
                yield place, odd

    def _odd_cell(self, attributes: bytes, inside: bytes) -> Odd | None:
        kind, saved = _KIND.search(attributes), _SAVED.search(inside)
        value = saved[1].strip() if saved else b""
        if kind and kind[1] == b"e":
            return "error", text_of(value) or "#N/A", ""
        if self._tag in inside and not value and not (kind and kind[1] in {b"str", b"inlineStr"}):
            return "uncomputed", "", ""
        if self._doubtful and self._tag in inside and value == b"0" and not (kind and kind[1] != b"n"):
            return "doubtful", "0", ""
        if _ALMOST.search(value):
            return "eve", "", ""
        style = _STYLE.search(attributes) if self._units else None
        unit = self._units.get(int(style[1]), "") if style and style[1].isdigit() else ""
        return ("unit", "", unit) if unit else None


def _extent(archive: ZipFile, part: str) -> tuple[int, int]:
    """The rows and columns from A1 to the last filled cell of a sheet."""
    last_row, columns = 0, {b""}
    for window in windows(archive, part):
        for letters, row in _CELL.findall(window):
            last_row = max(last_row, int(row))
            columns.add(letters)
    return last_row, max(map(number_of, columns))
