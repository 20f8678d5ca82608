"""The program of the child process that reads workbooks: whatever a file does to it, crpv goes on.

It is started by ``intake/wall.py`` with the folder of python-calamine, the most memory that it may ask for (bytes) and
how long it may compute for one answer (seconds), and imports of crpv only ``sheets``, so that it starts quickly. It
reads questions from its standard input until that ends, and answers each with one line of JSON, which cannot become
code whatever a workbook holds:

``{"ask": "open", "expanded": bytes, "cells": most}``, then the file as chunks (a line with their size, then the bytes;
    the last size is 0): ``{"sheets": [[name, visible], ...]}``;
``{"ask": "rows", "sheet": name, "after": line, "until": line or null}``: ``{"width": columns, "lines": [line, ...],
    "cells": [cells, ...], "odd": whether there are other than texts, "done": whether there are no more}``, without
    blank rows and without columns at the right that are empty. A text or a plain number is a text, any other cell
    ``[kind, text, unit]``, as in ``intake/cells.py``;
``{"ask": "facts", "sheet": name, "after": line}``: ``{"hidden": how many rows below that line are hidden, "lines": [the
    first of them], "filtered": whether a filter does it, "columns": [[first, last], ...] of the hidden ones, "merged":
    [[first line, first column, last line, last column], ...]}``, all counted from 0 but lines of rows.

Instead of an answer there may be a fault: ``{"fault": code, ...}``.
"""

from __future__ import annotations

import datetime
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from crpv_cli.intake.sheets.survey import Odd, Survey

_BATCH_CELLS = 20_000
_BATCH_ROWS = 2_000
_KEPT_CELLS = 1_000_000
_MOST_RANGES = 50_000
_CHUNK = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_MOST_NAMED = 11

Answer = dict[str, Any]
Told = str | list[str]
"""A cell in an answer."""
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
    if isinstance(value, (int, float)):  # a union would be made anew each time
        if value % 1 == 0:
            return str(int(value))
        text = format(value, ".15g")
        if "e" in text:
            text = format(value, "f")
        return text + "0" if text[-4:-3] == "." else text
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if value is None else str(value)


def told(value: object) -> Told:
    """Return a cell as it is answered: a text, or its kind and its text."""
    text = as_typed(value)
    kind = _KINDS.get(type(value))
    if kind is None:
        return text
    return [kind if " " not in text else "time", text]


_KINDS = {
    bool: "boolean",
    datetime.date: "date",
    datetime.datetime: "date",
    datetime.time: "time",
    datetime.timedelta: "time",
}


class _ToldOnce(dict[object, Told]):
    """How the values of a batch are told; numbers and days are repeated."""

    def __missing__(self, value: object) -> Told:
        cell = self[value] = told(value)
        return cell


def _answered(rows: list[list[Any]], left: int) -> tuple[list[Sequence[Told]], bool]:
    """Return rows as they are answered, a column at a time; and whether any cell is not a text."""
    columns: list[Sequence[Told]] = [[""] * len(rows)] * left
    once = _ToldOnce()
    odd = False
    for column in zip(*rows, strict=True):
        kinds = set(map(type, column))
        if kinds == {str}:
            columns.append(column)
        elif kinds in ({float}, {int}):
            columns.append(list(map(once.__getitem__, column)))
        elif kinds.isdisjoint((bool, list)):
            odd = odd or not kinds <= {str, int, float}
            columns.append([value if type(value) is str else once[value] for value in column])
        else:
            odd = True
            columns.append([value if type(value) is list else told(value) for value in column])
    while columns and columns[-1].count("") == len(rows):
        columns.pop()
    return list(zip(*columns, strict=True)), odd


class _Sheet:
    """The rows of a sheet that was read, from any line on, with what its XML says of them."""

    def __init__(self, sheet: CalamineSheet, survey: Survey | None) -> None:
        self._sheet = sheet
        self._survey = survey
        start, end = sheet.start, sheet.end
        self._left = start[1] if start else 0
        self.width = end[1] + 1 if end else 0
        self.cells = (end[0] + 1 - (start[0] if start else 0)) * (self.width - self._left) if end else 0
        self._line = 0
        self._rows: Iterator[list[Any]] = iter(())
        self._odd: Iterator[tuple[int, dict[int, Odd]]] = iter(())
        self._next: tuple[int, dict[int, Odd]] = (0, {})

    def batch(self, after: int, until: int | None) -> Answer:
        """Return the rows below a line, as many as go into one answer."""
        if self._line != after or not after:
            self._line, self._rows = 0, iter(self._sheet.iter_rows())
            self._odd, self._next = self._survey.odd() if self._survey else iter(()), (0, {})
        lines: list[int] = []
        rows: list[list[Any]] = []
        room = _BATCH_CELLS
        done = True
        for plain in self._rows:
            self._line += 1
            if self._next[0] < self._line:
                self._look_ahead()
            row = self._with_odd(plain, self._next[1]) if self._next[0] == self._line else plain
            if self._line > after and row.count("") != len(row):
                lines.append(self._line)
                rows.append(row)
                room -= len(row)
            if room < 0 or len(lines) >= _BATCH_ROWS or self._line == until:
                done = self._line == until
                break
        cells, odd = _answered(rows, self._left)
        return {"width": self.width, "lines": lines, "cells": cells, "odd": odd, "done": done}

    def _look_ahead(self) -> None:
        """Find the next line that has odd cells; none once the XML cannot be read any further."""
        while self._next[0] < self._line:
            self._next = _found(next, self._odd, None) or (sys.maxsize, {})

    def _with_odd(self, row: list[Any], odd: dict[int, Odd]) -> list[Any]:
        row = list(row)
        for place, (kind, text, unit) in odd.items():
            at = place - self._left
            if not 0 <= at < len(row):
                continue
            value = row[at]
            number = type(value) in {int, float}
            if kind == "unit":
                if number:
                    row[at] = [kind, as_typed(value), unit]
            elif kind == "eve":
                if isinstance(value, datetime.datetime) and value.time() == datetime.time():
                    row[at] = ["time", as_typed(value - datetime.timedelta(seconds=1))]
            elif kind not in {"error", "uncomputed"} or value == "":
                row[at] = [kind, text]
        return row

    def facts(self, after: int) -> Answer:
        """Return what is hidden below a line, and what is merged."""
        survey = self._survey
        hidden = [line for line in survey.hidden if line > after] if survey else []
        spans = getattr(self._sheet, "merged_cell_ranges", None) or ()
        return {
            "hidden": len(hidden),
            "lines": hidden[:_MOST_NAMED],
            "filtered": survey is not None and survey.filtered,
            "columns": survey.columns if survey else [],
            "merged": [*(survey.merged if survey else ()), *((*first, *last) for first, last in spans[:_MOST_RANGES])],
        }


class _Workbook:
    """The workbook that was opened last."""

    def __init__(self, content: bytes, expanded: int, cells: int) -> None:
        from zipfile import ZipFile, is_zipfile

        from python_calamine import CalamineWorkbook, PasswordError

        self._most = cells
        self._survey: Callable[[int], Survey | None] = lambda place: None
        self._surveys: dict[str, Survey | None] = {}
        if is_zipfile(io.BytesIO(content)):
            archive = ZipFile(io.BytesIO(content))
            size = sum(entry.file_size for entry in archive.infolist())
            if size > expanded:
                raise Refusal("expands", size=size)
            if "content.xml" in archive.namelist():
                from crpv_cli.intake.sheets.ods import Ods

                for name, survey in _each(Ods(archive).surveys()):
                    self._refuse_extent(name, survey.extent)
                    self._surveys[name] = survey
            else:
                from crpv_cli.intake.sheets.xlsx import Xlsx

                xlsx = _found(Xlsx, archive)
                self._survey = (lambda place: xlsx.survey(place, cells)) if xlsx else self._survey
        else:
            from crpv_cli.intake.sheets.xls import Xls

            xls = _found(Xls, content)
            self._survey = xls.survey if xls else self._survey
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
            if name not in self._surveys:
                survey = self._surveys[name] = _found(self._survey, self._workbook.sheet_names.index(name))
                if survey is not None:
                    self._refuse_extent(name, survey.extent)
            if sum(sheet.cells for sheet in self._sheets.values()) > _KEPT_CELLS:
                self._sheets.clear()
            self._sheets[name] = _Sheet(self._workbook.get_sheet_by_name(name), self._surveys.get(name))
        return self._sheets[name]

    def _refuse_extent(self, name: str, extent: tuple[int, int]) -> None:
        rows, columns = extent
        if rows * columns > self._most:
            raise Refusal("extent", sheet=name, rows=rows, columns=columns)


def _found(find: Callable[..., Found], *where: object) -> Found | None:
    """What is found in XML; nothing of what cannot be read: what calamine says of it is told."""
    try:
        return find(*where)
    except MemoryError:
        raise
    except Exception:
        return None


def _each(found: Iterator[Found]) -> Iterator[Found]:
    """What is found in XML, as far as it can be read."""
    while (each := _found(next, found, None)) is not None:
        yield each


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
        elif question["ask"] == "facts":
            answer = opened[0].sheet(question["sheet"]).facts(question["after"])
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
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"


def main() -> None:
    """Answer questions until there are no more."""
    libraries, memory, seconds = sys.argv[1:]
    sys.path += [libraries, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))]  # noqa: PTH100, PTH120 - pathlib is slow to import
    more_time = _limit(int(memory), int(seconds))
    stream, answers = sys.stdin.buffer, sys.stdout.buffer
    opened: list[_Workbook] = []
    gc.disable()  # nothing here refers to itself, and a batch makes many small objects
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
