"""What the records of a workbook of Excel 97 say that its reader does not: a compound file with a stream of records."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from struct import iter_unpack, unpack_from

from crpv_cli.intake.sheets.survey import Odd, Survey
from crpv_cli.intake.sheets.units import BUILT_IN, shown_unit

_LARGEST = 1 << 25
"""How many bytes a file may have: of a larger one only what the reader hands on is known."""
_SECTORS = {9, 12}
_SMALL_SECTOR = 6
_END = 0xFFFFFFFA
"""Numbers of sectors from here on are none."""
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip

_BOF, _EOF, _BOUND_SHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_ROW, _COLUMNS, _FILTER_MODE = 0x208, 0x7D, 0x9B
_FORMULA, _NUMBER, _RK, _MULTIPLE_RK, _ERROR, _LABEL, _SHARED_LABEL = 0x06, 0x203, 0x27E, 0xBD, 0x205, 0x204, 0xFD
_FILLED = {_FORMULA, _NUMBER, _RK, _MULTIPLE_RK, _ERROR, _LABEL, _SHARED_LABEL}
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_TO_BE_COMPUTED = 0x03


class Xls:
    """The stream of a workbook."""

    def __init__(self, content: bytes) -> None:
        self.stream = _stream(content) if len(content) <= _LARGEST else b""
        self.units: dict[int, str] = {}
        """The unit of each format of a cell that shows one, by its number."""
        self._sheets: list[int] = []
        formats = dict(BUILT_IN)
        cell_formats = []
        wide = True
        for kind, at, size in records(self.stream, 0):
            if kind == _BOF:
                wide = unpack_from("<H", self.stream, at)[0] >= 0x600
            elif kind == _BOUND_SHEET:
                self._sheets += unpack_from("<I", self.stream, at)
            elif kind == _FORMAT and wide:  # those of Excel 95 are written otherwise
                formats[unpack_from("<H", self.stream, at)[0]] = shown_unit(_format(self.stream[at : at + size]))
            elif kind == _XF:
                cell_formats.append(unpack_from("<H", self.stream, at + 2)[0])
        for place, number in enumerate(cell_formats):
            if unit := formats.get(number):
                self.units[place] = unit

    def survey(self, place: int) -> Survey | None:
        """Return what is found of a sheet, given its number; None if it is not there."""
        return _XlsSurvey(self, self._sheets[place]) if place < len(self._sheets) else None


class _XlsSurvey(Survey):
    """What is found of the records of a sheet, from the first on."""

    def __init__(self, workbook: Xls, start: int) -> None:
        super().__init__()
        self._stream, self._units, self._start = workbook.stream, workbook.units, start
        hidden, filled = set(), set()
        results = set()
        for kind, at, _ in records(self._stream, start):
            if kind in _FILLED:
                filled.add(unpack_from("<H", self._stream, at)[0])
                if kind == _FORMULA:
                    flags = unpack_from("<H", self._stream, at + 14)[0]
                    results.add((self._stream[at + 6 : at + 14], flags & _TO_BE_COMPUTED))
            elif kind == _ROW and unpack_from("<H", self._stream, at + 12)[0] & _HIDDEN_ROW:
                hidden.add(unpack_from("<H", self._stream, at)[0])
            elif kind == _COLUMNS:
                first, last, _, _, flags = unpack_from("<5H", self._stream, at)
                if flags & _HIDDEN_COLUMN:
                    self.columns.append((first, last))
            self.filtered = self.filtered or kind == _FILTER_MODE
        self.hidden = array("I", sorted(line + 1 for line in hidden & filled))
        self._doubtful = results == {(bytes(8), _TO_BE_COMPUTED)}

    def odd(self) -> Iterator[tuple[int, dict[int, Odd]]]:
        line, cells = 0, dict[int, Odd]()
        for kind, at, size in records(self._stream, self._start):
            if kind not in _FILLED:
                continue
            row, column, style = unpack_from("<3H", self._stream, at)
            if row + 1 != line:
                if cells:
                    yield line, cells
                line, cells = row + 1, {}
            if kind == _MULTIPLE_RK:
                for number, (each, _) in enumerate(iter_unpack("<HI", self._stream[at + 4 : at + size - 2])):
                    if unit := self._units.get(each):
                        cells[column + number] = "unit", "", unit
            elif (odd := self._odd_cell(kind, at)) is not None:
                cells[column] = odd
            elif unit := self._units.get(style):
                cells[column] = "unit", "", unit
        if cells:
            yield line, cells

    def _odd_cell(self, kind: int, at: int) -> Odd | None:
        if kind == _ERROR and self._stream[at + 7]:
            return "error", _ERRORS.get(self._stream[at + 6], "#N/A"), ""
        if kind == _FORMULA:
            result = self._stream[at + 6 : at + 14]
            if result[6:] == b"\xff\xff" and result[0] == 2:
                return "error", _ERRORS.get(result[2], "#N/A"), ""
            if self._doubtful:
                return "doubtful", "0", ""
        return None


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each record up to the end of the part that begins here, where its content begins, and its size.

    What stands in a part inside it, such as a chart, is passed over.
    """
    depth = 0
    while at + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0 or kind == 0:
            return
        if depth == 1:
            yield kind, at + 4, size
        at += 4 + size


def _format(content: bytes) -> str:
    count, flags = unpack_from("<HB", content, 2)
    if flags & 1:
        return content[5 : 5 + 2 * count].decode("utf-16-le", "replace")
    return content[5 : 5 + count].decode("latin-1")


def _stream(content: bytes) -> bytes:
    """The stream of the workbook in a compound file; a small one is divided into small sectors."""
    shift, small_shift = unpack_from("<HH", content, 30)
    folder, _, cutoff, small_table, _, more = unpack_from("<6I", content, 48)
    if shift not in _SECTORS or small_shift != _SMALL_SECTOR:
        raise ValueError("no compound file")
    table_sectors = list(unpack_from("<109I", content, 76))

    def sector(number: int) -> bytes:
        return content[(number + 1) << shift : (number + 2) << shift]

    while more < _END and len(table_sectors) < len(content) >> shift:
        *others, more = unpack_from(f"<{1 << (shift - 2)}I", sector(more))
        table_sectors += others
    table = _numbers(b"".join(sector(number) for number in table_sectors if number < _END))

    def chain(start: int) -> bytes:
        return b"".join(map(sector, _chain(table, start)))

    entries = chain(folder)
    found = {
        entries[at : at + unpack_from("<H", entries, at + 64)[0]].decode("utf-16-le", "replace").rstrip("\0"): at
        for at in range(0, len(entries) - 127, 128)
    }
    at = found["Workbook"] if "Workbook" in found else found["Book"]
    start, size = unpack_from("<II", entries, at + 116)
    if size >= cutoff:
        return chain(start)[:size]
    small = chain(unpack_from("<I", entries, 116)[0])
    numbers = _chain(_numbers(chain(small_table)), start)
    return b"".join(small[number << small_shift : (number + 1) << small_shift] for number in numbers)[:size]


def _numbers(content: bytes) -> list[int]:
    return [number for (number,) in iter_unpack("<I", content[: len(content) // 4 * 4])]


def _chain(table: list[int], start: int) -> Iterator[int]:
    """The sectors of a stream; none twice, whatever the table says."""
    seen = 0
    while start < len(table) and seen < len(table):
        yield start
        start, seen = table[start], seen + 1
