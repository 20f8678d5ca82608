"""CSV files become rows with physical line numbers.

No library guesses here: sniffers take French files for Hungarian ones and lose leading zeros. The bytes are judged
(``encodings``), and the delimiter is the one that the header line uses most. A file is read as a stream, so its size
does not matter.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from crpv_cli.intake.encodings import Encoding, judge
from crpv_cli.intake.faults import Fault, file_changed
from crpv_cli.intake.grid import BrokenRow, Finding, Grid, Read, Row, Rows, Unreadable
from crpv_cli.intake.shape import HEADER_WITHIN, WHOLE, Fits, Head, find_head
from crpv_cli.intake.values import clean
from crpv_cli.language import Message, msg

DELIMITERS = (";", ",", "\t", "|")
MOST_COLUMNS = 16_384
"""The most columns of a file; no spreadsheet has more."""

_CHUNK = 1 << 20
_FIRST_LINES = 1_000
_PIECE = 1 << 16
"""How many bytes are made rows at once: some 800 rows."""
# A quote left open swallows the lines that follow it; past this number of characters it is reported instead.
_LONGEST_ROW = 1 << 23


@dataclass
class CsvFile(Grid):
    """A text file whose encoding, delimiter and header are known.

    ``progress`` is called now and then with the file and the number of bytes read.
    """

    path: Path
    sha256: str
    encoding: Encoding
    delimiter: str
    header: list[str]
    header_line: int
    progress: Callable[[str, int], None] | None = None
    above: int = 0
    findings: Sequence[Finding] = ()

    def __post_init__(self) -> None:
        self.content_sha256 = self.sha256

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows below the header as they are; a broken file ends with ``BrokenRow``.

        The bytes that rows are made of are hashed on the way: if they are not those that were judged, ``Unreadable``
        comes last, and no ``BrokenRow``.
        """
        broken: BrokenRow | None = None
        with _Text(self.path, self.encoding) as text:
            for read in _read(text, self.delimiter, len(self.header)):
                if self.progress is not None:
                    self.progress(str(self.path), text.done)
                if isinstance(read, BrokenRow):
                    broken = read
                    break
                if read.lines[0] <= self.header_line:
                    above = bisect_right(read.lines, self.header_line)
                    read = Rows(read.lines[above:], read.cells[above:])  # noqa: PLW2901
                if read.lines:
                    yield read
            text.skip()  # what comes after a row that is broken
            if text.digest.hexdigest() != self.content_sha256:
                yield Unreadable(file_changed())
            elif broken is not None:
                yield broken

    def every_row(self) -> Iterator[tuple[int, list[str]]]:
        """Yield all rows from the first line on, blank ones too: the line on which each starts, and its cells.

        The cells are as the file has them, but for the apostrophe that guards what is no formula; so is each line from
        the place on from which the file cannot be read as CSV, as one cell. A line that names the delimiter is blank.

        Raises:
            OSError: the file cannot be read.
        """
        guarded = self.delimiter == ";"
        broken: int | None = None
        with _Text(self.path, self.encoding) as text:
            for read in _read(text, self.delimiter, len(self.header)):
                if isinstance(read, BrokenRow):
                    broken = read.line
                    break
                for line, cells in zip(read.lines, read.cells, strict=True):
                    if line < self.header_line and _is_separator_line(cells, self.delimiter):
                        yield line, []
                    else:
                        yield line, [_unescape(cell) if guarded else cell for cell in cells]
        if broken is not None:
            with _Text(self.path, self.encoding) as text:
                for line, written in enumerate(_lines(text), 1):
                    if line >= broken:
                        yield line, [written.removesuffix("\n")]

    def tidy(self, cell: str) -> str:
        """Return a cell without surrounding blanks, and without the apostrophe that guards what is no formula."""
        if self.delimiter == ";" and cell.startswith("'"):
            # Only ``csv-excel``, whose delimiter is the semicolon, puts an apostrophe before what looks like a formula.
            cell = _unescape(cell)
        return clean(cell)


class _Text:
    r"""The text of a file, read in pieces, whose lines all end in ``\n``; its bytes are hashed as they are read."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._stream = path.open("rb", buffering=0)
        self._decoder = encoding.decoder()
        self._ends = io.IncrementalNewlineDecoder(None, translate=True)
        self.digest = hashlib.sha256()
        self.done = 0
        self.ended = False

    def __enter__(self) -> _Text:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, size: int) -> str:
        """Return some more text, from about as many bytes; an empty one once the file has ended.

        Raises:
            UnicodeError: the bytes are not in the encoding.
        """
        text = ""
        while not text and not self.ended:
            data = self._bytes(size)
            text = self._ends.decode(self._decoder.decode(data, self.ended), self.ended)
        return text

    def skip(self) -> None:
        """Hash what is left."""
        while not self.ended:
            self._bytes(_CHUNK)

    def _bytes(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        self.done += len(data)
        self.ended = not data
        return data


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
        Fault: the file is empty, not text, or its encoding cannot be told.
        OSError: the file cannot be read.
    """
    judged = judge(path, encoding)
    marks = [delimiter] if delimiter else _marks(path, judged.encoding)
    found: list[tuple[str, Head | None, BrokenRow | None]] = []
    for mark in marks:
        rows, broken = _first_rows(path, judged.encoding, mark)
        found.append((mark, find_head(rows, fits), broken))
        if found[-1][1] is not None and found[-1][1].fits == WHOLE:
            break
    mark, head, broken = max(found, key=lambda one: one[1].fits if one[1] is not None else 0)  # the first of the best
    if broken is not None and head is None:
        raise Fault(
            "broken-csv",
            msg("The header line cannot be read as CSV: {reason}", reason=broken.reason),
            msg("Check its quotation marks."),
        )
    if head is None:
        raise _empty()
    if len(head.cells) > MOST_COLUMNS:
        raise Fault(
            "too-many-columns",
            msg("The header has {count} cells; at most {most} are read.", count=len(head.cells), most=MOST_COLUMNS),
            msg("Check that it is a table, and name its delimiter with --delimiter if it is not detected."),
        )
    findings = [*judged.findings, *head.findings]
    return CsvFile(
        path, judged.sha256, judged.encoding, mark, head.cells, head.line, above=head.above, findings=findings
    )


def _marks(path: Path, encoding: Encoding) -> list[str]:
    """The delimiters that the file may have, the most likely first: that which the first line uses most."""
    parts: list[str] = []
    size = marks = 0
    with _Text(path, encoding) as text:
        for line in _lines(text):
            if not parts and not line.strip():
                continue
            parts.append(line)
            size, marks = size + len(line), marks + line.count('"')
            # A heading may contain line breaks: its row ends where its quotation marks are closed.
            if marks % 2 == 0 or size >= _LONGEST_ROW:
                break
    if not parts:
        raise _empty()
    likely = delimiter_of("".join(parts))
    return [likely, *(mark for mark in DELIMITERS if mark != likely)]


def _first_rows(path: Path, encoding: Encoding, delimiter: str) -> tuple[list[Row], BrokenRow | None]:
    """The first rows of a file, cleaned, without blank ones; as many as a header is looked for in, or can be read."""
    rows: list[Row] = []
    with _Text(path, encoding) as text:
        for read in _read(text, delimiter):
            if isinstance(read, BrokenRow):
                return rows, read
            for line, row in zip(read.lines, read.cells, strict=True):
                cells = [clean(cell) for cell in row]
                if any(cells) and not _is_separator_line(cells, delimiter):
                    rows.append(Row(line, cells))
                if len(rows) > HEADER_WITHIN or line > _FIRST_LINES:
                    return rows, None
    return rows, None


def _lines(text: _Text) -> Iterator[str]:
    rest = ""
    while rest or not text.ended:
        rest += text.read(_PIECE)
        whole = len(rest) if text.ended or len(rest) >= _LONGEST_ROW else rest.rfind("\n") + 1
        yield from io.StringIO(rest[:whole])
        rest = rest[whole:]


def _empty() -> Fault:
    return Fault("empty-file", msg("The file is empty."), msg("Check that it was saved."))


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


def _read(text: _Text, delimiter: str, width: int | None = None) -> Iterator[Rows | BrokenRow]:
    """Yield the rows of a text, some at a time; the place from which it cannot be read comes last.

    As fast as the csv module alone: it is given many lines at once, and none of those without quotation marks.
    ``width`` is the number of cells of the header, if it is known.
    """
    csv.field_size_limit(_LONGEST_ROW)
    line, rest = 1, ""
    while rest or not text.ended:
        try:
            rest += text.read(max(_PIECE, len(rest)))
        except UnicodeError as error:
            yield BrokenRow(line, str(error))
            return
        whole = len(rest) if text.ended else rest.rfind("\n") + 1
        block = _Block(rest[:whole], delimiter)
        rest = rest[whole:]
        if block.error and not text.ended and block.at_end:
            rest, block.error = block.text[block.read :] + rest, ""  # the rest of its last row is still to come
        broken = block.broken(line, width)
        if broken is None and len(rest) >= _LONGEST_ROW:
            start = line + (block.ends[-1] if block.ends else 0)
            broken = BrokenRow(start, _too_long(rest, delimiter, start))
        if block.rows:
            yield Rows([line, *(line + end for end in block.ends[:-1])], block.rows)
            line += block.ends[-1]
        if broken is not None:
            yield broken
            return


class _Block:
    """The rows of some lines, each with the number of lines until it ends; ``error`` if not all of them can be read."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.text, self.delimiter = text, delimiter
        self.rows: list[list[str]]
        self.ends: Sequence[int]
        self.error = ""
        self.at_end = False
        """Whether the error is at the end of the text, so that more of it may mend it."""
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        if '"' not in text:
            self.rows = [line.split(delimiter) if line else [] for line in lines]
        elif not self._read_lines(lines):
            self._read_rows()
            return
        self.ends = range(1, len(lines) + 1)

    def _read_lines(self, lines: list[str]) -> bool:
        """Read lines that are rows of their own, most of which need no csv module; False if they are not."""
        quoted = [line for line in lines if '"' in line]
        some = 2 * len(quoted) < len(lines)
        reader = csv.reader(quoted if some else lines, delimiter=self.delimiter, strict=True)
        try:
            self.rows = rows = list(reader)
        except csv.Error:
            return False
        if reader.line_num != len(rows):
            return False
        if some:
            read = iter(rows)
            self.rows = [next(read) if '"' in line else line.split(self.delimiter) if line else [] for line in lines]
        return True

    def _read_rows(self) -> None:
        lines = io.StringIO(self.text)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        self.rows, self.ends = rows, ends = [], []
        try:
            for row in reader:
                rows.append(row)
                ends.append(reader.line_num)
        except csv.Error as error:
            self.error = str(error)
            self.at_end = not lines.read(1)

    @property
    def read(self) -> int:
        """How many characters the rows take that could be read."""
        return sum(self._lengths()) if self.error else len(self.text)

    def _lengths(self) -> Iterator[int]:
        """The number of characters of each row."""
        lines, done = io.StringIO(self.text), 0
        for end in self.ends:
            yield sum(len(line) for line in islice(lines, end - done))
            done = end

    def broken(self, first: int, width: int | None) -> BrokenRow | None:
        """Return the first row that must not be read, and leave out the rows from there on."""
        reason: Message | str | None = None
        at = len(self.rows)
        if self.error:
            reason = self._explained(first)
        if len(self.text) >= _LONGEST_ROW:
            long = next((place for place, size in enumerate(self._lengths()) if size >= _LONGEST_ROW), None)
            if long is not None:
                at, reason = long, _too_long()
        if width is not None and self.rows and self.ends[-1] > len(self.rows):
            for place in range(at):
                start = self.ends[place - 1] if place else 0
                swallowed = self.ends[place] - start > 1 and rows_within(self.rows[place], self.delimiter, width)
                if swallowed:
                    opens = first + start + swallowed[0]
                    at, reason = place, _swallowed(opens, opens + swallowed[1])
                    break
        if reason is None:
            return None
        self.rows, self.ends = self.rows[:at], self.ends[:at]
        return BrokenRow(first + (self.ends[-1] if at else 0), reason)

    def _explained(self, first: int) -> Message | str:
        """Say what is wrong with the row that cannot be read, and where."""
        text = self.text[self.read :]
        line = first + (self.ends[-1] if self.ends else 0)
        if (self.at_end and len(text) >= _LONGEST_ROW) or "limit" in self.error:
            return _too_long(text, self.delimiter, line)
        for mark in _quoted(self.delimiter).finditer(text):
            opens = line + text.count("\n", 0, mark.start(1))
            if not mark[2]:
                return msg("the quotation mark that opens on line {line} is never closed", line=str(opens))
            if text[mark.end() : mark.end() + 1] not in {"", "\n", self.delimiter}:
                closes = line + text.count("\n", 0, mark.end())
                return msg(
                    "the quotation mark that opens on line {line} is closed on line {closing} within a text",
                    line=str(opens),
                    closing=str(closes),
                )
        return self.error


def _quoted(delimiter: str) -> re.Pattern[str]:
    """A cell in quotation marks: where it begins, and its last mark."""
    return re.compile(rf'(?:^|[\n{re.escape(delimiter)}])(")(?:[^"]++|"")*+("?)')


def _too_long(text: str = "", delimiter: str = ";", line: int = 0) -> Message:
    """Say that the row with which a text begins, on a line of the file, is too long."""
    for mark in _quoted(delimiter).finditer(text):
        if not mark[2]:
            return msg(
                "the quotation mark that opens on line {line} is not closed within {most} characters",
                line=str(line + text.count("\n", 0, mark.start(1))),
                most=_LONGEST_ROW,
            )
    return msg("the row is longer than {most} characters", most=_LONGEST_ROW)


def _swallowed(opens: int, closes: int) -> Message:
    return msg(
        "the quotation mark that opens on line {line} closes on line {closing}, and rows stand between them",
        line=str(opens),
        closing=str(closes),
    )


# --- Quotation marks that swallow rows ---

_FIGURE = re.compile(r"[-+]?\d[\d.,:/€% -]*")


def rows_within(cells: Sequence[str], delimiter: str, width: int) -> tuple[int, int] | None:
    """Find a cell that holds rows: its quotation marks were two stray ones, and what stands between belongs to others.

    It does where its lines, split by the delimiter, are whole rows: the first completes the row before the cell, the
    last begins the one that goes on after it, those between have as many cells as the header, and what is under the
    same heading is of the same kind. A note of several lines may hold delimiters and is none of this.

    Returns:
        The number of line breaks in the row before the cell, and within it; None if no cell holds rows.
    """
    before = 0
    for place, cell in enumerate(cells):
        count = cell.count("\n")
        if count and _holds_rows(cells, place, delimiter, width):
            return before, count
        before += count
    return None


def _holds_rows(cells: Sequence[str], place: int, delimiter: str, width: int) -> bool:
    lines = [line.split(delimiter) for line in cells[place].split("\n")]
    between = lines[1:-1]
    if width > 3 and any(len(line) >= width and _tight(line) for line in between):
        return True
    rows = [[*cells[:place], *lines[0]], *between, [*lines[-1], *cells[place + 1 :]]]
    if not all(map(_tight, lines)) or width < 2 or (width == 2 and not between):
        return False
    if any(len(row) != width for row in rows):
        # Cells at the end may be missing; then what stands before the cell must tell.
        heads = zip(cells[:place], lines[-1], strict=False)
        kinds = [{_kind(above), _kind(below)} for above, below in heads if above and below]
        short = len(lines[-1]) == place + 1 and all(len(row) <= width for row in rows)
        return short and {"figure"} in kinds and all(len(kind) == 1 for kind in kinds)
    columns = [[_kind(cell) for cell in column if cell] for column in zip(*rows, strict=True)]
    alike = sum(len(set(column)) == 1 for column in columns if len(column) > 1)
    return alike > 0 and sum(len(set(column)) > 1 for column in columns) * 4 <= alike


def _tight(cells: Sequence[str]) -> bool:
    """Whether no cell begins with a blank, as what stands after a comma of a sentence does."""
    return not any(cell[:1].isspace() for cell in cells[1:])


def _kind(cell: str) -> str:
    return "figure" if _FIGURE.fullmatch(cell.strip()) else "text"


def _unescape(cell: str) -> str:
    """Remove the apostrophe that ``csv-excel`` puts before a text that a spreadsheet would compute."""
    if cell.startswith("'") and cell.lstrip("'")[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}:
        return cell[1:]
    return cell
