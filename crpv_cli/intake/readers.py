"""CSV files become rows with physical line numbers.

No library guesses here: sniffers take French files for Hungarian ones and lose leading zeros. Two rules
read real files: strict UTF-8, else Windows-1252; and the delimiter that the header line uses most.
A file is read as a stream, so its size does not matter.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from crpv_cli.intake.faults import Fault, file_changed
from crpv_cli.intake.grid import BrokenRow, Finding, Grid, Read, Row, Rows, Unreadable
from crpv_cli.intake.shape import HEADER_WITHIN, Fits, find_head
from crpv_cli.intake.values import clean
from crpv_cli.language import msg

DELIMITERS = (";", ",", "\t", "|")
MOST_COLUMNS = 16_384
"""The most columns of a file; no spreadsheet has more."""

_CHUNK = 1 << 20
_FIRST_LINES = 1_000
_ROWS_A_STEP = 2048
# A quote left open swallows the lines that follow it; past this number of characters it is reported instead.
_LONGEST_ROW = 1 << 23


@dataclass
class CsvFile(Grid):
    """A text file whose encoding, delimiter and header are known.

    ``progress`` is called now and then with the file and the number of bytes read.
    """

    path: Path
    sha256: str
    encoding: str
    delimiter: str
    header: list[str]
    header_line: int
    progress: Callable[[str, int], None] | None = None
    above: int = 0
    findings: Sequence[Finding] = ()

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows below the header as they are; a broken file ends with ``BrokenRow``.

        The bytes that rows are made of are hashed on the way: if they are not those of ``sha256``, ``Unreadable`` comes
        last, and no ``BrokenRow``.
        """
        with _Hashed(io.FileIO(self.path)) as content:
            stream = io.TextIOWrapper(content, encoding=self.encoding, newline="")
            broken: BrokenRow | None = None
            rows = _read(stream, self.delimiter)
            while broken is None:
                lines: list[int] = []
                cells: list[list[str]] = []
                for row in islice(rows, _ROWS_A_STEP):
                    if isinstance(row, BrokenRow):
                        broken = row
                    elif row[0] > self.header_line:
                        lines.append(row[0])
                        cells.append(row[1])
                if self.progress is not None:
                    self.progress(str(self.path), os.lseek(content.fileno(), 0, os.SEEK_CUR))
                if lines:
                    yield Rows(lines, cells)
                elif not broken:
                    break
            while content.read1(_CHUNK):
                pass  # what comes after a row that is broken
            if content.digest.hexdigest() != self.sha256:
                yield Unreadable(file_changed())
            elif broken is not None:
                yield broken

    def tidy(self, cell: str) -> str:
        """Return a cell without surrounding blanks, and without the apostrophe that guards what is no formula."""
        if self.delimiter == ";" and cell.startswith("'"):
            # Only ``csv-excel``, whose delimiter is the semicolon, puts an apostrophe before what looks like a formula.
            cell = _unescape(cell)
        return clean(cell)


class _Hashed(io.BufferedReader):
    """A file whose bytes are hashed as they are read; only ``read1`` may read them, as text does."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self.digest = hashlib.sha256()

    def read1(self, size: int = -1, /) -> bytes:
        content = super().read1(size)
        self.digest.update(content)
        return content


def open_csv(
    path: Path, encoding: str | None = None, delimiter: str | None = None, fits: Fits = lambda _cells: 0
) -> CsvFile:
    """Find a file's encoding, delimiter and header.

    Args:
        path: the file.
        encoding: what the user says it is; by default detected from the bytes.
        delimiter: one of ``DELIMITERS``; by default that with which a header is found, else that which the first line
            uses most.
        fits: how well cells are the header of a table.

    Raises:
        Fault: the file is empty, not text, or in neither of the two encodings.
        OSError: the file cannot be read.
    """
    sha256, encoding = _inspect(path, encoding)
    marks = [delimiter] if delimiter else _marks(path, encoding)
    heads = [
        (mark, find_head(rows, fits), broken) for mark in marks for rows, broken in [_first_rows(path, encoding, mark)]
    ]
    fitting = [found for found in heads if found[1] is not None and found[1].fits]
    mark, head, broken = next(iter(fitting or heads))
    if broken is not None and head is None:
        raise Fault(
            "broken-csv",
            msg("The header line cannot be read as CSV: {reason}", reason=broken.reason),
            msg("Check its quotation marks."),
        )
    if head is None:
        raise Fault("empty-file", msg("The file is empty."), msg("Check that it was saved."))
    if len(head.cells) > MOST_COLUMNS:
        raise Fault(
            "too-many-columns",
            msg("The header has {count} cells; at most {most} are read.", count=len(head.cells), most=MOST_COLUMNS),
            msg("Check that it is a table, and name its delimiter with --delimiter if it is not detected."),
        )
    return CsvFile(path, sha256, encoding, mark, head.cells, head.line, above=head.above, findings=head.findings)


def _marks(path: Path, encoding: str) -> list[str]:
    """The delimiters that the file may have, the most likely first: that which the first line uses most."""
    with path.open(encoding=encoding, newline="") as stream:
        first = ""
        while not first.strip():
            first = stream.readline(_LONGEST_ROW)
            if not first:
                raise Fault("empty-file", msg("The file is empty."), msg("Check that it was saved."))
        # A heading may contain line breaks: its row ends where its quotation marks are closed.
        while first.count('"') % 2 and len(first) < _LONGEST_ROW and (more := stream.readline(_LONGEST_ROW)):
            first += more
    likely = delimiter_of(first)
    return [likely, *(mark for mark in DELIMITERS if mark != likely)]


def _first_rows(path: Path, encoding: str, delimiter: str) -> tuple[list[Row], BrokenRow | None]:
    """The first rows of a file, cleaned, without blank ones; as many as a header is looked for in, or can be read."""
    rows: list[Row] = []
    with path.open(encoding=encoding, newline="") as stream:
        for row in _read(stream, delimiter):
            if isinstance(row, BrokenRow):
                return rows, row
            cells = [clean(cell) for cell in row[1]]
            if any(cells) and not _is_separator_line(cells, delimiter):
                rows.append(Row(row[0], cells))
            if len(rows) > HEADER_WITHIN or row[0] > _FIRST_LINES:
                break
    return rows, None


def delimiter_of(header_line: str) -> str:
    """Return the delimiter that a header line uses most, outside quotation marks; a comma if none.

    A first line ``sep=;``, which some spreadsheets write and read, decides.
    """
    if header_line.lower().startswith("sep=") and header_line[4:].rstrip("\r\n") in DELIMITERS:
        return header_line[4]
    outside = "".join(header_line.split('"')[::2])
    counts = {mark: outside.count(mark) for mark in DELIMITERS}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _is_separator_line(cells: list[str], mark: str) -> bool:
    return [cell.lower() for cell in cells] in (["sep=", ""], [f"sep={mark}"])


def _read(stream: io.TextIOBase, delimiter: str) -> Iterator[tuple[int, list[str]] | BrokenRow]:
    csv.field_size_limit(_LONGEST_ROW)
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        lines.room = _LONGEST_ROW
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as error:
            yield BrokenRow(line, str(error))
            return
        yield line, cells


class _Lines:
    """The lines of a file, as many of a row as there is room for: a row is never read into all the memory there is."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self.room = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self.room)
        self.room -= len(line)
        if self.room <= 0:
            raise csv.Error(f"row longer than {_LONGEST_ROW} characters")
        if not line:
            raise StopIteration
        return line


def _unescape(cell: str) -> str:
    """Remove the apostrophe that ``csv-excel`` puts before a text that a spreadsheet would compute."""
    if cell.startswith("'") and cell.lstrip("'")[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return cell[1:]
    return cell


def _inspect(path: Path, encoding: str | None) -> tuple[str, str]:
    """Return the SHA-256 of a file and its encoding, in one pass for all candidates."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        start = stream.read(4)
        _refuse_other_kinds(start)
        names = _candidates(encoding, marked=start.startswith(codecs.BOM_UTF8))
        candidates = {name: codecs.getincrementaldecoder(name)() for name in names}
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            if b"\x00" in chunk:
                raise _not_text()
            for name in list(candidates):
                try:
                    candidates[name].decode(chunk)
                except UnicodeError:
                    del candidates[name]
    for name, decoder in candidates.items():
        try:
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        return digest.hexdigest(), name
    if encoding:
        raise Fault(
            "wrong-encoding",
            msg("The file is not in the encoding {encoding}.", encoding=encoding),
            msg("Leave --encoding out to have it detected, or name the right one."),
        )
    raise Fault(
        "wrong-encoding",
        msg("The file is neither UTF-8 nor Windows-1252."),
        msg("Save it again as “CSV UTF-8”, or name its encoding with --encoding."),
    )


def _candidates(encoding: str | None, marked: bool) -> tuple[str, ...]:
    if encoding is None:
        # A byte order mark means UTF-8; in any other encoding every accent would be wrong.
        return ("utf-8-sig",) if marked else ("utf-8-sig", "cp1252")
    try:
        "a".encode(encoding)  # Python knows base64 and the like too, but not as encodings of text
        name = codecs.lookup(encoding).name
    except (LookupError, UnicodeError):
        raise Fault(
            "unknown-encoding",
            msg("There is no encoding called {encoding}.", encoding=encoding),
            msg("Use utf-8, cp1252 or another name that Python knows."),
        ) from None
    return ("utf-8-sig" if name == "utf-8" else name,)


def _refuse_other_kinds(start: bytes) -> None:
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Fault(
            "workbook",
            msg("The file is a workbook, not a CSV file."),
            msg("Open it in your spreadsheet and save the sheet as CSV."),
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault(
            "wrong-encoding",
            msg("The file is in UTF-16."),
            msg("Save it again as “CSV UTF-8”."),
        )


def _not_text() -> Fault:
    return Fault(
        "not-text",
        msg("The file contains null characters: it is not a text file, or it is in UTF-16."),
        msg("Save it again as “CSV UTF-8”."),
    )
