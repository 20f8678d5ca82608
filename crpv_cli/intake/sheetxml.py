"""What the XML of a workbook says that its reader does not: how far a sheet reaches, errors, formats, what is hidden.

It runs in the child process (``intake/child.py``) and imports nothing of crpv. python-calamine hands on an error, or a
formula that was never computed, as an empty cell, and knows neither formats nor what is hidden. All of it is found with
patterns, piece by piece: no entity is expanded, and what is damaged, or not found, is left as the reader gives it. Each
row is taken apart only if it has something odd, so that a large sheet of plain values costs one quick look.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipFile

Odd = tuple[str, str, str]
"""The kind of an odd cell, its text and its unit. ``unit`` keeps the reader's number, ``eve`` the day before."""
Range = tuple[int, int, int, int]
"""First line, first column, last line and last column, from 0."""

_CHUNK = 1 << 20
_LONGEST_TAG = 4096
_LONGEST_ROW = 1 << 25
_LARGEST_STYLES = 1 << 25
_MOST_RANGES = 50_000


class Survey:
    """What was found of a sheet. Lines count from 1, columns from 0; ``extent`` reaches to the last filled cell."""

    def __init__(self) -> None:
        self.extent = (0, 0)
        self.hidden = array("I")
        """The lines of hidden rows that hold something."""
        self.filtered = False
        self.columns: list[tuple[int, int]] = []
        """The first and the last of hidden columns."""
        self.merged: list[Range] = []

    def odd(self) -> Iterator[tuple[int, dict[int, Odd]]]:
        """Yield the lines that have odd cells, in their order, and those by their columns."""
        return iter(())


def _windows(archive: ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part of an archive piece by piece, each cut where a tag begins."""
    with archive.open(part) as stream:
        rest = b""
        while piece := stream.read(_CHUNK):
            piece = rest + piece
            cut = piece.rfind(b"<")
            if cut <= 0 or len(piece) - cut > _LONGEST_TAG:
                cut = len(piece)
            yield piece[:cut]
            rest = piece[cut:]
        yield rest


def _pieces(archive: ZipFile, part: str, mark: bytes) -> Iterator[bytes]:
    """Yield what lies between the marks of a part of an archive."""
    rest = b""
    with archive.open(part) as stream:
        while read := stream.read(_CHUNK):
            *whole, rest = (rest + read).split(mark)
            yield from whole
            if len(rest) > _LONGEST_ROW:
                raise ValueError("a row without an end")
    yield rest


def _attribute(name: str) -> re.Pattern[bytes]:
    return re.compile(rf"""(?:^|\s){name}\s*=\s*["']([^"']*)["']""".encode())


def _text(content: bytes) -> str:
    """The text of an element or an attribute."""
    text = content.decode(errors="replace")
    if "&" not in text:
        return text
    text = re.sub("&#(x?)([0-9a-fA-F]{1,6});", _character, text)
    for name, sign in (("quot", '"'), ("apos", "'"), ("lt", "<"), ("gt", ">"), ("amp", "&")):
        text = text.replace(f"&{name};", sign)
    return text


def _character(reference: re.Match[str]) -> str:
    try:
        return chr(int(reference[2], 16 if reference[1] else 10))
    except ValueError:
        return ""


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


# --- Units that a number's format shows ---

_MULTIPLES = (
    (re.compile(r"k|k€|keuros?|keur?|milliers?(d'euros?|€)?|mille"), 1_000, "k€"),
    (re.compile(r"m|m€|meuros?|meur|millions?(d'euros?|€)?"), 1_000_000, "M€"),
    (re.compile(r"mde?s?€?|mrde?s?€?|milliards?(d'euros?|€)?"), 1_000_000_000, "Md€"),
)
_EURO = re.compile(r"(€|eur|euros?)?")
# What a number would be in that is neither euros nor pieces: a column that expects these cannot take it as it stands.
_OTHER_UNITS = re.compile(
    r"[%‰$£¥]|[kmd]?\s?(f|ff|frs?|francs?)|k\$|m\$|k£|usd?|\$us|gbp|chf|xpf|jpy|cad"
    r"|j|jrs?|jours?|h|hrs?|heures?|min|minutes?|semaines?|mois"
)
_PLACEHOLDERS = re.compile(r"[0#?][0#?.,\s]*")


def shown_unit(code: str) -> str:
    """Return the unit in which a number with this format stands, empty if it is what it looks like.

    The format ``0 "k€"`` shows 12 as “12 k€”: the unit is ``k€``. ``0, "k€"`` shows 12000 so: it is ``€``, whatever
    a heading says. ``0,`` shows 12000 as “12”: it is ``÷1000``, since the format alone does not say of what.
    """
    found = ""
    for section in _sections(code)[:3]:
        number, literal = _taken_apart(section)
        if not _PLACEHOLDERS.search(number) or re.search("[dmyhsg]", number, re.IGNORECASE):
            continue
        digits = max(_PLACEHOLDERS.findall(number), key=len).strip()
        scale = 1000 ** (len(digits) - len(digits.rstrip(",")) + len(re.findall(",(?=[.])", digits)))
        found = found or _unit(literal, scale)
    return found


def _unit(literal: str, scale: int) -> str:
    """The unit of a number that stands beside a text, and that is divided where it is shown."""
    literal = " ".join(literal.split()).strip("()+- ")
    folded = re.sub(r"[\s()+-]", "", literal).replace("’", "'").casefold()
    folded = re.sub(r"(h\.?t\.?|t\.?t\.?c\.?)$", "", folded)
    multiple = next((times for pattern, times, _ in _MULTIPLES if pattern.fullmatch(folded)), 0)
    if scale == 1:
        return literal if multiple or (folded and _OTHER_UNITS.fullmatch(folded)) else ""
    if multiple:
        units = {1: "€", **{times: unit for _, times, unit in _MULTIPLES}}
        return units.get(multiple // scale, f"÷{scale} {literal}")
    return f"÷{scale}" if _EURO.fullmatch(folded) else f"÷{scale} {literal}"


def _sections(code: str) -> list[str]:
    """The parts of a format, for positive and negative numbers and so on."""
    return re.findall(r'(?:"[^"]*"?|\\.|\[[^\]]*\]|[^;"\\\[])+', code)


def _taken_apart(section: str) -> tuple[str, str]:
    """The placeholders of a part of a format, and the texts that stand beside them."""
    number, literal = "", ""
    for token in re.findall(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|General|Standard|.', section):
        if token.startswith('"'):
            literal += token.strip('"')
        elif token.startswith("[$"):
            literal += token[2:-1].partition("-")[0]
        elif token.startswith("\\"):
            literal += token[1:]
        elif token in {"General", "Standard"}:
            number += "0"
        elif token in set("%‰€$£¥kK"):
            literal += token
        elif token[0] not in "_*[":
            number += token
    return number, literal


# --- xlsx ---

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)>")
_RELATION_ID, _ID, _TARGET, _TYPE = _attribute(r"\w+:id"), _attribute("Id"), _attribute("Target"), _attribute("Type")
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,10})[\"'][^<>]*(?<!/)>")
_COLUMN = re.compile(rb'r="([A-Z]{1,4})\d')
_PLACE = re.compile(rb'r="[A-Z]{0,4}(\d{1,10})"')
_TRUE = rb"""\s*=\s*["'](?:1|true)["']"""
_HIDDEN = re.compile(rb"hidden" + _TRUE)
_FILTER_MODE = re.compile(rb"\bfilterMode" + _TRUE)
_ROW = _attribute("r")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{1,4})\d""")
_STYLE, _KIND = _attribute("s"), _attribute("t")
_COL = re.compile(rb"<(?:\w+:)?col\s([^<>]*)>")
_MIN, _MAX = _attribute("min"), _attribute("max")
_WHOLE_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])([^<>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_SAVED = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)</")
_EMPTY_RESULT = rb"\s*(?:<{0}v\s*/>|<{0}v>\s*</{0}v>|</{0}c>)"
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<>]*)>")
_FORMAT_ID, _FORMAT_CODE = _attribute("numFmtId"), _attribute("formatCode")
_DOUBLE_QUOTED_CODE = re.compile(rb'\sformatCode\s*=\s*"([^"]*)"')
_XFS = re.compile(rb"<(?:\w+:)?cellXfs\b(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_XF = re.compile(rb"<(?:\w+:)?xf\s([^<>]*)>")
_CALCULATION = re.compile(rb"<(?:\w+:)?calcPr\b([^<>]*)>")
_ON_LOAD = re.compile(rb"\bfullCalcOnLoad" + _TRUE)
_BUILT_IN = {9: "%", 10: "%"}


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
            if self._styles_part in self._names and (
                self.archive.getinfo(self._styles_part).file_size < _LARGEST_STYLES
            ):
                self._units = _units_of_styles(self.archive.read(self._styles_part))
        return self._units

    @property
    def never_computed(self) -> bool:
        """Whether nothing says that a spreadsheet computed the formulas that were written into it."""
        return self._never_computed


def _units_of_styles(styles: bytes) -> dict[int, str]:
    formats = dict(_BUILT_IN)
    for attributes in _FORMAT.findall(styles):
        number = _FORMAT_ID.search(attributes)
        code = _DOUBLE_QUOTED_CODE.search(b" " + attributes) or _FORMAT_CODE.search(attributes)
        if number and number[1].isdigit() and code:
            formats[int(number[1])] = shown_unit(_text(code[1]))
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
        self._prefix = b""
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
        unseen, formula = self._patterns(), self._formula()
        for window in _windows(self._archive, self._part):
            if not in_rows:
                head += window if len(head) < _LONGEST_ROW else b""
                if found := re.search(rb"<(\w+:)?sheetData\b", head):
                    in_rows = True
                    self._prefix = found[1] or b""
                    unseen, formula = self._patterns(), self._formula()
            columns.update(_COLUMN.findall(window))
            if found_place := _PLACE.match(window, window.rfind(b' r="') + 1):
                last_row = max(last_row, int(found_place[1]))  # rows come in order
            has_hidden = has_hidden or _HIDDEN.search(window) is not None
            has_formulas = has_formulas or formula.search(window) is not None
            for pattern in [pattern for pattern in unseen if pattern.search(window)]:
                unseen.remove(pattern)
                self._odd.append(pattern)
            if tail or b"</" + self._prefix + b"sheetData>" in window:
                tail += window if len(tail) < _LONGEST_ROW else b""
        self.extent = (last_row, max(map(_number, columns)))
        self.filtered = _FILTER_MODE.search(head) is not None or b"filterColumn " in tail
        for attributes in _COL.findall(head):
            first, last = _MIN.search(attributes), _MAX.search(attributes)
            if first and last and _HIDDEN.search(attributes):
                self.columns.append((int(first[1]) - 1, int(last[1]) - 1))
        return has_hidden, has_formulas

    def _rows(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield the line, the attributes and the content of each row."""
        line = 0
        pieces = _pieces(self._archive, self._part, b"<" + self._prefix + b"row")
        next(pieces)
        for piece in pieces:
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
            if any(pattern.search(content) for pattern in self._odd) and (cells := dict(self._odd_cells(content))):
                yield line, cells

    def _odd_cells(self, content: bytes) -> Iterator[tuple[int, Odd]]:
        formula = b"<" + self._prefix + b"f"
        place = -1
        for attributes, inside in _WHOLE_CELL.findall(content):
            reference = _REFERENCE.search(attributes)
            place = _number(reference[1]) - 1 if reference else place + 1
            kind, saved = _KIND.search(attributes), _SAVED.search(inside)
            value = saved[1].strip() if saved else b""
            if kind and kind[1] == b"e":
                yield place, ("error", _text(value) or "#N/A", "")
            elif formula in inside and not value and not (kind and kind[1] in {b"str", b"inlineStr"}):
                yield place, ("uncomputed", "", "")
            elif self._doubtful and formula in inside and value == b"0" and not kind:
                yield place, ("doubtful", "0", "")
            elif re.search(rb"\.99999\d*$", value):
                yield place, ("eve", "", "")
            elif (
                self._units
                and (style := _STYLE.search(attributes))
                and style[1].isdigit()
                and (unit := self._units.get(int(style[1]), ""))
            ):
                yield place, ("unit", "", unit)


def _extent(archive: ZipFile, part: str) -> tuple[int, int]:
    """The rows and columns from A1 to the last filled cell of a sheet."""
    last_row, columns = 0, {b""}
    for window in _windows(archive, part):
        for letters, row in _CELL.findall(window):
            last_row = max(last_row, int(row))
            columns.add(letters)
    return last_row, max(map(_number, columns))


# --- ods ---

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
        pieces = _pieces(self.archive, "content.xml", b"<table:table-row")
        rest = next(pieces)
        number, line = rest.count(b"<table:table "), 0
        yield number, None, rest
        for piece in pieces:
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
                name, last_row, columns = _text(names[-1]) if names else "", 0, 0
                survey = _OdsSurvey(self, number + rest.count(b"<table:table ") if row is not None else number)
                survey.look_at_columns(rest)

    def _find_units(self, head: bytes) -> None:
        """Find the formats that show a unit: a cell that has one is told by what it shows."""
        styles = b""
        if "styles.xml" in self.archive.namelist() and self.archive.getinfo("styles.xml").file_size < _LARGEST_STYLES:
            styles = self.archive.read("styles.xml")
        for style in _ODS_FORMAT.findall(styles + head):
            texts = _ODS_TEXTS.findall(style)
            factors = {int(factor) for factor in _ODS_FACTOR.findall(style)}
            if factors or _unit("".join(map(_text, texts)), 1):
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
        if b"-spanned" in row.cells and len(self.merged) < _MOST_RANGES:
            self.merged.extend(_spans(row.cells, row.first - 1))
        if filled and b"visibility" in row.head and (found := _ODS_HIDDEN.search(row.head)):
            self.hidden.extend(range(row.first, min(row.last, row.first + _MOST_RANGES) + 1))
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
        text = _text(re.sub(b"<[^<>]*>", b"", shown[-1])) if shown else ""
        if _ODS_ERROR.search(attributes):
            return "error", text or "#N/A", ""
        if b"table:formula" in attributes and not _ODS_TYPED.search(attributes) and b"<text:p" not in inside:
            return "uncomputed", "", ""
        number = _ODS_NUMBER.search(attributes)
        if number is None or not text:
            return None
        unit = _unit(re.sub(r"[\d.,]", "", text), self._scale(number[1], text))
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
