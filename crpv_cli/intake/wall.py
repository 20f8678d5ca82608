"""The wall around the readers of workbooks: they run in a child process, and what happens to it happens to no other.

A damaged workbook can make a reader raise anything, abort the process, ask for all the memory there is, or never end.
The child (``intake/child.py``) is started when the first workbook is opened, answers all questions of a command, is
started again after it died, and ends with the command even where that is killed: its standard input ends then.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from signal import Signals
from threading import Timer
from typing import Any

from crpv_cli.intake.cells import Cell, CellKind
from crpv_cli.intake.child import __file__ as PROGRAM
from crpv_cli.intake.faults import Fault, file_changed
from crpv_cli.intake.values import clean
from crpv_cli.language import Message, msg

LARGEST = 1 << 29
"""The largest size of a workbook once expanded (512 MiB): a small file can hide a very large one."""

MOST_CELLS = 12_000_000
"""The most places that a sheet may have from A1 to its last filled cell; each takes 32 bytes, filled or not."""

MOST_MEMORY = 460 << 20
"""How much memory the child may ask for, in bytes, where the system can limit it."""

MOST_SECONDS = 10
"""How long the child may compute for one answer, where the system can limit it."""

PATIENCE = 60.0
"""How many seconds an answer may take on a busy machine; what limits it first is ``MOST_SECONDS``."""

_CHUNK = 1 << 20
_MOST_KEPT = 20_000

Answer = Mapping[str, Any]


class Workbook:
    """A workbook behind the wall: the SHA-256 of its bytes, and its sheets: name, and whether it is visible."""

    def __init__(self, path: Path) -> None:
        """Read a file once: the child reads the bytes that are hashed.

        Raises:
            Fault: it is encrypted, damaged or too large.
            OSError: it cannot be read.
        """
        self.path = path
        child = _running()
        child.open(path)
        self.sha256, self.sheets = child.sha256, child.sheets
        self._cells: dict[tuple[str, str, str], Cell] = {}

    def batches(
        self, sheet: str, after: int = 0, until: int | None = None
    ) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Yield the rows of a sheet below a line and up to another, many at a time: their lines, and their cells.

        Cells are as typed, with their kind where they have one (``Cell``), and not cleaned. All rows are as wide as the
        sheet; blank ones are left out, but some may hold nothing except blanks.

        Raises:
            Fault: the sheet is damaged or too large, or the file changed since it was opened.
            OSError: the file had to be read again and cannot be read.
        """
        done = False
        while not done:
            answer = self._ask({"ask": "rows", "sheet": sheet, "after": after, "until": until})
            width, done, lines, cells = answer["width"], answer["done"], answer["lines"], answer["cells"]
            if not lines:
                continue
            after = lines[-1]
            if answer["odd"]:
                cells = [[cell if type(cell) is str else self._cell(*cell) for cell in row] for row in cells]
            if missing := width - len(cells[0]):
                blank = [""] * missing
                cells = [row + blank for row in cells]
            yield lines, cells

    def rows(self, sheet: str, after: int = 0, until: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of ``batches`` one by one: the line of each, and its cells, cleaned; blank ones are left out.

        Raises:
            Fault, OSError: the same.
        """
        for lines, rows in self.batches(sheet, after, until):
            for line, row in zip(lines, rows, strict=True):
                cleaned = [tidy(cell) for cell in row]
                if any(cleaned):
                    yield line, cleaned

    def facts(self, sheet: str, after: int) -> Answer:
        """Return what is hidden and merged in a sheet, as the child says it: see there.

        Raises:
            Fault, OSError: as for ``batches``.
        """
        return self._ask({"ask": "facts", "sheet": sheet, "after": after})

    def _ask(self, question: Answer) -> Answer:
        child = _running()
        if child.sha256 != self.sha256:  # another workbook was opened since
            child.open(self.path)
            if child.sha256 != self.sha256:
                raise file_changed()
        return child.ask(question)

    def _cell(self, kind: str, text: str, unit: str = "") -> Cell:
        """Make a cell; equal ones are one object, so that what is known of it is found quickly."""
        found = self._cells.get((kind, text, unit))
        if found is None:
            if len(self._cells) >= _MOST_KEPT:
                self._cells.clear()
            found = self._cells[kind, text, unit] = Cell(clean(text), CellKind(kind), unit)
        return found


def tidy(cell: str) -> str:
    """Return a cell without what surrounds its text; one with a kind has nothing around it."""
    return cell if isinstance(cell, Cell) else clean(cell)


class _Child:
    """The process, and what it has open."""

    def __init__(self) -> None:
        found = find_spec("python_calamine")
        libraries = Path(found.origin).parent.parent if found is not None and found.origin else Path()
        self.process = subprocess.Popen(  # noqa: S603 - this Python, and a file of crpv
            [sys.executable, "-I", "-S", PROGRAM, str(libraries), str(MOST_MEMORY), str(MOST_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for crpv, which may be at work that it has to end
        )
        self.sha256 = ""
        self.sheets: list[tuple[str, bool]] = []
        self._late = False

    def open(self, path: Path) -> None:
        """Hand over a file, and hash what is handed over.

        Raises:
            Fault: it cannot be read.
            OSError: the same, and the system says why.
        """
        digest = hashlib.sha256()
        self.sha256, self.sheets = "", []
        with path.open("rb") as stream:
            _refuse_size(os.fstat(stream.fileno()).st_size)
            with self._asking():
                self._send(_line({"ask": "open", "expanded": LARGEST, "cells": MOST_CELLS}))
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    self._send(b"%d\n%b" % (len(chunk), chunk))
                self._send(b"0\n")
                answer = self._answer()
        self.sheets = [(name, visible) for name, visible in answer["sheets"]]
        self.sha256 = digest.hexdigest()

    def ask(self, question: Answer) -> Answer:
        """Return the answer to a question about what is open.

        Raises:
            Fault: what is asked for cannot be read.
        """
        with self._asking():
            self._send(_line(question))
            return self._answer()

    def end(self) -> int:
        """End the process, whatever it is doing; returns its code."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # what was still to be sent
                stream and stream.close()
        return self.process.wait()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """A question whose answer is not waited for to the end leaves no child behind that would answer it next."""
        try:
            yield
        except Fault:
            raise
        except BaseException:
            self.end()
            raise

    def _send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
        except BrokenPipeError:
            raise self._death() from None

    def _answer(self) -> Answer:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        timer = Timer(PATIENCE, self._lose_patience)
        timer.daemon = True
        timer.start()
        try:
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            raise self._death()
        answer: Answer = json.loads(line)
        if "fault" in answer:
            self.sha256 = ""
            raise _fault(answer)
        return answer

    def _lose_patience(self) -> None:
        self._late = True
        self.process.kill()

    def _death(self) -> Exception:
        """Return what the death of the child says of the workbook."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        code = self.end()
        if self._late or code == -getattr(Signals, "SIGXCPU", 0):
            return _too_slow()
        if code == 1:
            return RuntimeError("the process that reads workbooks does not start")
        return Fault(
            "workbook-unreadable",
            msg(
                "The workbook cannot be read: it needs more than {most} MiB of memory, or it is damaged.",
                most=MOST_MEMORY >> 20,
            ),
            _smaller(),
        )


def column_letter(place: int) -> str:
    """Return the letter of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _line(question: Answer) -> bytes:
    return json.dumps(question).encode() + b"\n"


CHILDREN: list[_Child] = []
"""The child process, if it was started."""


def _running() -> _Child:
    """The child; started if there is none, or if it died."""
    if CHILDREN and CHILDREN[0].process.poll() is not None:
        CHILDREN.pop().end()
    if not CHILDREN:
        CHILDREN.append(_Child())
    return CHILDREN[0]


@atexit.register
def end() -> None:
    """End the child, if there is one; the next workbook starts another."""
    while CHILDREN:
        CHILDREN.pop().end()


def _refuse_size(size: int) -> None:
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


def _smaller() -> Message:
    return msg("Delete the empty rows and columns below and to the right of the table, or save the sheet as CSV.")


def _fault(answer: Answer) -> Fault:
    """Return what the child says of a workbook."""
    kind = answer["fault"]
    if kind == "expands":
        _refuse_size(answer["size"])
    if kind == "encrypted":
        return Fault(
            "workbook-encrypted",
            msg("The workbook is protected by a password."),
            msg("Open it, remove the password, save it, and load that file."),
        )
    if kind == "extent":
        return Fault(
            "sheet-too-large",
            msg(
                "The sheet “{sheet}” reaches to the cell {cell}: {rows} rows × {columns} columns is too large.",
                sheet=answer["sheet"],
                cell=f"{column_letter(answer['columns'] - 1)}{answer['rows']}",
                rows=answer["rows"],
                columns=answer["columns"],
            ),
            _smaller(),
        )
    if kind == "memory":
        return Fault(
            "workbook-too-large",
            msg("Reading the workbook needs more than {most} MiB of memory.", most=MOST_MEMORY >> 20),
            _smaller(),
        )
    return Fault(
        "workbook-unreadable",
        msg("The workbook cannot be read: {reason}", reason=answer["reason"])
        if answer["reason"] not in {"", "Cannot detect file format"}
        else msg("The workbook cannot be read: it is damaged, or it is no workbook."),
        msg("Open it in a spreadsheet and save it again as .xlsx or .ods."),
    )


def _too_slow() -> Fault:
    return Fault(
        "workbook-too-slow",
        msg("Reading the workbook takes too long; it was stopped."),
        _smaller(),
    )
