"""The program of the child process that reads workbooks: whatever a file does to it, crpv goes on.

It is started by ``intake/wall.py`` with the folder of python-calamine, the most memory that it may ask for (bytes) and
how long it may compute for one answer (seconds), and imports nothing of crpv, so that it starts quickly. It reads
questions from its standard input until that ends, and answers each with one line of JSON, which cannot become code
whatever a workbook holds:

``{"ask": "open", "expanded": bytes, "cells": most}``, then the file as chunks (a line with their size, then the bytes;
    the last size is 0): ``{"sheets": [[name, visible], ...]}``;
``{"ask": "rows", "sheet": name, "after": line, "until": line or null}``: ``{"width": columns, "rows": [[line, cells],
    ...], "done": whether there are no more}``, without blank rows and without the empty cells at the end of each.

Instead of an answer there may be a fault: ``{"fault": code, ...}``.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

if TYPE_CHECKING:
    from zipfile import ZipFile

    from python_calamine import CalamineSheet, CalamineWorkbook

_BATCH_CELLS = 20_000
_BATCH_ROWS = 2_000
_KEPT_CELLS = 1_000_000
_CHUNK = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

Answer = dict[str, Any]
Found = TypeVar("Found")


class Refusal(Exception):
    """A workbook that is not read: the fault to answer with."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.answer: Answer = {"fault": code, **details}


def as_typed(value: object) -> str:
    """Return a cell as a person would type it: 2024.0 is ``2024``, a date is its ISO form.

    A number, unlike a text, cannot be read in two ways: 1.234 in a number cell is not one thousand, and becomes
    ``1.2340`` so that it is not read as one.
    """
    if isinstance(value, str):
        return value
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


class _Sheet:
    """The rows of a sheet that was read, from any line on."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet
        start, end = sheet.start, sheet.end
        self._left = start[1] if start else 0
        self.width = end[1] + 1 if end else 0
        self.cells = (end[0] + 1 - (start[0] if start else 0)) * (self.width - self._left) if end else 0
        self._line = 0
        self._rows: Iterator[list[Any]] = iter(())

    def batch(self, after: int, until: int | None) -> Answer:
        """Return the rows below a line, as many as go into one answer."""
        if self._line != after or not after:
            self._line, self._rows = 0, iter(self._sheet.iter_rows())
        left = [""] * self._left
        rows: list[tuple[int, list[str]]] = []
        room = _BATCH_CELLS
        for row in self._rows:
            self._line += 1
            if self._line > after and row.count("") != len(row):
                filled = len(row)
                while row[filled - 1] == "":
                    filled -= 1
                rows.append(
                    (self._line, left + [value if type(value) is str else as_typed(value) for value in row[:filled]])
                )
                room -= filled
            if room < 0 or len(rows) >= _BATCH_ROWS or self._line == until:
                return {"width": self.width, "rows": rows, "done": self._line == until}
        return {"width": self.width, "rows": rows, "done": True}


class _Workbook:
    """The workbook that was opened last."""

    def __init__(self, content: bytes, expanded: int, cells: int) -> None:
        from zipfile import ZipFile, is_zipfile

        from python_calamine import CalamineWorkbook, PasswordError

        self._most = cells
        self._archive: ZipFile | None = None
        if is_zipfile(io.BytesIO(content)):
            self._archive = ZipFile(io.BytesIO(content))
            size = sum(entry.file_size for entry in self._archive.infolist())
            if size > expanded:
                raise Refusal("expands", size=size)
            for name, rows, columns in _known(_extents_of_ods, self._archive):
                self._refuse_extent(name, rows, columns)
        try:
            self._workbook: CalamineWorkbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        except PasswordError:
            raise Refusal("encrypted") from None
        except BaseException:
            if _ENCRYPTED in content[:_CHUNK]:
                raise Refusal("encrypted") from None
            raise
        self._sheets: dict[str, _Sheet] = {}

    def sheets(self) -> list[tuple[str, bool]]:
        """The sheets with cells, and whether each is visible: a sheet may also be a chart or a macro."""
        return [
            (sheet.name, str(sheet.visible).endswith(".Visible"))
            for sheet in self._workbook.sheets_metadata
            if str(sheet.typ).endswith(".WorkSheet")
        ]

    def sheet(self, name: str) -> _Sheet:
        if name not in self._sheets:
            if self._archive is not None:
                place = self._workbook.sheet_names.index(name)
                for rows, columns in _known(_extent_of_xlsx, self._archive, place, self._most):
                    self._refuse_extent(name, rows, columns)
            if sum(sheet.cells for sheet in self._sheets.values()) > _KEPT_CELLS:
                self._sheets.clear()
            self._sheets[name] = _Sheet(self._workbook.get_sheet_by_name(name))
        return self._sheets[name]

    def _refuse_extent(self, name: str, rows: int, columns: int) -> None:
        if rows * columns > self._most:
            raise Refusal("extent", sheet=name, rows=rows, columns=columns)


# How far a sheet reaches is found in its XML before it is read, since calamine makes a cell for each place of the
# rectangle from its first to its last cell. What these patterns do not find is left to the limit on memory.


def _known(find: Callable[..., Iterator[Found]], *where: object) -> list[Found]:
    """What is found of extents; nothing of an archive that cannot be read: what calamine says of it is told."""
    try:
        return list(find(*where))
    except MemoryError:
        raise
    except Exception:
        return []


_ATTRIBUTE = r'\b{}\s*=\s*["\']([^"\']*)["\']'
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)>")
_RELATION_ID = re.compile(_ATTRIBUTE.format(r"\w+:id").encode())
_ID = re.compile(_ATTRIBUTE.format("Id").encode())
_TARGET = re.compile(_ATTRIBUTE.format("Target").encode())
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,10})[\"'][^<>]*(?<!/)>")
_COLUMN = re.compile(rb'r="([A-Z]{1,4})\d')
_PLACE = re.compile(rb'r="[A-Z]{0,4}(\d{1,10})"')
_LONGEST_TAG = 4096


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


def _extent_of_xlsx(archive: ZipFile, place: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield the rows and columns from A1 to the last filled cell of a sheet of ``xlsx``, if there may be too many."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    relations = {}
    for attributes in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        name, its_target = _ID.search(attributes), _TARGET.search(attributes)
        if name and its_target:
            relations[name[1]] = its_target[1].decode(errors="replace")
    sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
    relation = _RELATION_ID.search(sheets[place]) if place < len(sheets) else None
    target = relations.get(relation[1], "") if relation else ""
    part = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
    if part not in names:
        return
    if _product(_reach(archive, part)) > most:
        yield _extent(archive, part)


def _reach(archive: ZipFile, part: str) -> tuple[int, int]:
    """How far a sheet reaches at most, blank cells and all: quickly, since that is seldom too far."""
    last_row, columns = 0, {b""}
    for window in _windows(archive, part):
        columns.update(_COLUMN.findall(window))
        if found := _PLACE.match(window, window.rfind(b' r="') + 1):
            last_row = max(last_row, int(found[1]))  # rows come in order
    return last_row, max(map(_number, columns))


def _extent(archive: ZipFile, part: str) -> tuple[int, int]:
    """The rows and columns from A1 to the last filled cell of a sheet."""
    last_row, columns = 0, {b""}
    for window in _windows(archive, part):
        for letters, row in _CELL.findall(window):
            last_row = max(last_row, int(row))
            columns.add(letters)
    return last_row, max(map(_number, columns))


def _product(extent: tuple[int, int]) -> int:
    return extent[0] * extent[1]


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


_ODS_NAME = re.compile(rb"<table:table\s[^<>]*?" + _ATTRIBUTE.format("table:name").encode())
_ODS_ROWS = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})["']""")
_ODS_COLUMNS = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})["']""")


def _extents_of_ods(archive: ZipFile) -> Iterator[tuple[str, int, int]]:
    """Yield the name of each sheet of ``ods``, and the rows and columns from A1 to its last filled cell."""
    if "content.xml" not in archive.namelist():
        return
    name, row, last_row, columns = "", 0, 0, 0
    for piece in _pieces(archive, "content.xml", b"<table:table-row"):
        head, _, content = piece.partition(b">")
        cells, ended, rest = content.partition(b"</table:table-row>")
        if head.endswith(b"/") or not ended:
            cells, rest = b"", content
        row += _times(head)
        last = max(cells.rfind(b"office:value"), cells.rfind(b"<text:"))
        if last >= 0:
            end = cells.find(b"<table:table-cell", last)
            last_row, columns = row, max(columns, _columns(cells[:end] if end >= 0 else cells))
        if b"<table:table " in rest or b"</table:table>" in rest:
            yield name, last_row, columns
            found = _ODS_NAME.search(rest)
            name, row, last_row, columns = found[1].decode(errors="replace") if found else "", 0, 0, 0


def _pieces(archive: ZipFile, part: str, mark: bytes) -> Iterator[bytes]:
    """Yield what lies between the marks of a part of an archive."""
    rest = b""
    with archive.open(part) as stream:
        while read := stream.read(_CHUNK):
            *whole, rest = (rest + read).split(mark)
            yield from whole
    yield rest


def _columns(cells: bytes) -> int:
    count = cells.count(b"<table:table-cell") + cells.count(b"<table:covered-table-cell")
    if b"columns-repeated" in cells:
        count += sum(int(times) - 1 for times in _ODS_COLUMNS.findall(cells))
    return count


def _times(head: bytes) -> int:
    found = _ODS_ROWS.search(head) if b"rows-repeated" in head else None
    return int(found[1]) if found else 1


def _content(stream: BinaryIO) -> bytes:
    content = io.BytesIO()
    failed = False
    while size := int(stream.readline() or b"0"):
        chunk = stream.read(size)
        try:
            content.write(b"" if failed else chunk)
        except MemoryError:
            failed = True  # the rest is still read, so that the next question is found
    if failed:
        raise MemoryError
    return content.getvalue()


def _limit(memory: int, seconds: int) -> Callable[[], None]:
    """Set the limits that the system has; returns what gives the next answer its time."""
    try:
        import resource
    except ImportError:
        return lambda: None

    def most(kind: int, wanted: int) -> None:
        _, hard = resource.getrlimit(kind)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))

    def more_time() -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        most(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds)

    most(resource.RLIMIT_CORE, 0)
    most(resource.RLIMIT_AS, memory)
    return more_time


def _answer(stream: BinaryIO, question: Answer, opened: list[_Workbook]) -> bytes:
    answer: Answer
    try:
        if question["ask"] == "open":
            opened.clear()
            opened.append(_Workbook(_content(stream), question["expanded"], question["cells"]))
            answer = {"sheets": opened[0].sheets()}
        else:
            answer = opened[0].sheet(question["sheet"]).batch(question["after"], question["until"])
        return _line(answer)
    except Refusal as refusal:
        return _line(refusal.answer)
    except MemoryError:
        opened.clear()
        return _line({"fault": "memory"})
    except BaseException as error:  # a panic of Rust is no Exception
        known = type(error).__module__.startswith("python_calamine") or isinstance(error, OSError)
        return _line({"fault": "unreadable", "reason": str(error) if known else ""})


def _line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def main() -> None:
    """Answer questions until there are no more."""
    libraries, memory, seconds = sys.argv[1:]
    sys.path.append(libraries)
    more_time = _limit(int(memory), int(seconds))
    stream, answers = sys.stdin.buffer, sys.stdout.buffer
    opened: list[_Workbook] = []
    while line := stream.readline():
        more_time()
        try:
            answers.write(_answer(stream, json.loads(line), opened))
            answers.flush()
        except OSError:
            break  # nobody listens any longer
    os._exit(0)  # without the time it takes to tidy up


if __name__ == "__main__":
    main()
