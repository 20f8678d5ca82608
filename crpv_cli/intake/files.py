"""Paths that a person names become a stream of checked records and anomalies."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.named import table_named
from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, FileProblem, Severity
from crpv_cli.intake.columns import Header, columns_of, recognise
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.readers import BrokenRow, CsvFile, Row, open_csv
from crpv_cli.intake.records import check
from crpv_cli.intake.values import read_cell
from crpv_cli.language import Message, msg
from crpv_cli.spelling import closest

__all__ = ["REFUSED_SUFFIX", "InputFile", "Reading", "Record", "TableFile", "gather", "open_table"]

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
REFUSED_SUFFIX = ".refused.csv"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: where it is, and what people call it (``-`` for standard input)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How the user says that files are to be read; None where crpv finds out."""

    table: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A row that may go into the registry."""

    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class TableFile:
    """A file that was recognised, or the anomalies that keep it from being read.

    ``refused_keys`` fills while the rows are read: the keys of refused rows that others may refer to.
    """

    name: str
    path: Path
    csv: CsvFile | None = None
    header: Header | None = None
    anomalies: list[Anomaly] = field(default_factory=list)
    refused_keys: set[str] = field(default_factory=set)

    @property
    def table(self) -> Table | None:
        """The table the file belongs to, if it was recognised."""
        return self.header.table if self.header else None

    def rows(self) -> Iterator[Record | Anomaly]:
        """Yield every row as a record, or as the anomalies that refuse it; warnings come beside records."""
        if self.csv is None or self.header is None:
            return
        unnamed = {place for place, cell in enumerate(self.csv.header) if not cell}
        for row in self.csv.rows():
            if isinstance(row, BrokenRow):
                yield self._broken(row)
                return
            if len(row.cells) != len(self.csv.header):
                yield self._ragged(row, len(self.csv.header))
                self._remember(row)
                continue
            for place in [place for place in unnamed if row.cells[place]]:
                unnamed.discard(place)
                yield self._unnamed(row, place)
            yield from self._check(row, self.header)

    def _check(self, row: Row, header: Header) -> Iterator[Record | Anomaly]:
        places = {column.name: place for place, column in enumerate(header.columns) if column}
        cells = {name: row.cells[place] for name, place in places.items() if row.cells[place]}
        checked = check(header.table, cells)
        absent = {column.name for column in header.missing}  # said once, for the header
        faults = [(name, fault) for name, fault in checked.faults if name not in absent]
        found: list[tuple[str, Fault | Correction]] = [*faults, *checked.corrections]
        for name, said in found:
            place = places.get(name)
            yield Anomaly(
                code=said.code,
                severity=Severity.ERROR if isinstance(said, Fault) else Severity.WARNING,
                file=self.name,
                message=said.message,
                advice=said.advice,
                line=row.line,
                column=self.csv.header[place] if place is not None and self.csv else name,
                value=row.cells[place] if place is not None else None,
            )
        if checked.values is None:
            self._remember(row)
        else:
            yield Record(row.line, {name: checked.values[name] for name in header.present})

    def _remember(self, row: Row) -> None:
        """Keep the key of a refused row, so that rows that refer to it are not refused for it as well."""
        if self.header is None or len(self.header.table.key) != 1:
            return
        column: Column = self.header.table.column(self.header.table.key[0])
        if column not in self.header.columns:
            return
        place = self.header.columns.index(column)
        try:
            self.refused_keys.add(str(read_cell(row.cells[place], column)[0]))
        except (Fault, IndexError):
            return

    def _broken(self, row: BrokenRow) -> Anomaly:
        return Anomaly(
            "broken-csv",
            Severity.ERROR,
            self.name,
            msg("From this line on the file cannot be read as CSV: {reason}.", reason=row.reason),
            msg("Look for a quotation mark that is not closed, or not doubled inside a text."),
            row.line,
        )

    def _ragged(self, row: Row, expected: int) -> Anomaly:
        found = len(row.cells)
        return Anomaly(
            "row-length",
            Severity.ERROR,
            self.name,
            msg("The row has {found} cells, the header has {expected}.", found=found, expected=expected),
            msg("Look for a delimiter too many, or put the text that holds one between quotation marks.")
            if found > expected
            else msg("Look for a missing cell; an empty one still needs its delimiter."),
            row.line,
        )

    def _unnamed(self, row: Row, place: int) -> Anomaly:
        return Anomaly(
            "unnamed-column",
            Severity.WARNING,
            self.name,
            msg("Column {place} has values but no heading; it was left out.", place=place + 1),
            msg("Give it the name of a column if it belongs to the table."),
            row.line,
            value=row.cells[place],
        )


def open_table(source: InputFile, reading: Reading) -> TableFile:
    """Open a file and recognise its table; what keeps it from being read becomes anomalies.

    Raises:
        FileProblem: the file cannot be opened.
        UsageProblem: ``reading`` names no table.
    """
    found = TableFile(source.name, source.path)
    try:
        found.csv = open_csv(source.path, reading.encoding, reading.delimiter)
        if reading.table is not None:
            found.header = columns_of(found.csv.header, table_named(reading.table))
        else:
            found.header = recognise(found.csv.header, "" if source.name == "-" else source.path.stem)
    except Fault as fault:
        line = found.csv.header_line if found.csv else None
        found.anomalies.append(Anomaly(fault.code, Severity.ERROR, source.name, fault.message, fault.advice, line))
        return found
    except OSError as error:
        raise FileProblem(
            msg("{file} cannot be read: {reason}", file=source.name, reason=error.strerror or str(error)),
            msg("Check that it exists and that you may read it."),
        ) from error
    found.anomalies.extend(_header_anomalies(found.csv, found.header, source.name))
    return found


def _header_anomalies(csv: CsvFile, header: Header, name: str) -> Iterator[Anomaly]:
    for column in header.missing:
        yield Anomaly(
            "missing-column",
            Severity.ERROR,
            name,
            msg("The required column {column} is missing.", column=column.name),
            msg("Add it to the header; it may also be called “{label}”.", label=msg(column.label)),
            csv.header_line,
            column.name,
        )
    for place in header.twice:
        yield Anomaly(
            "column-twice",
            Severity.ERROR,
            name,
            msg("The column {column} stands twice in the header.", column=csv.header[place]),
            msg("Keep one of them and remove the other."),
            csv.header_line,
            csv.header[place],
        )
    for place in header.extra:
        near = closest(csv.header[place], header.table.names, 1)
        yield Anomaly(
            "extra-column",
            Severity.WARNING,
            name,
            msg(
                "The column {column} is not part of the table {table}; it was left out.",
                column=csv.header[place],
                table=header.table.name,
            ),
            msg("Did you mean {near}?", near=near[0]) if near else None,
            csv.header_line,
            csv.header[place],
        )


@contextmanager
def gather(paths: Sequence[str]) -> Iterator[tuple[list[InputFile], list[Message]]]:
    """Find the files that paths name: files, folders (their CSV files, by name), ``-`` for standard input.

    Yields the files and notices about what was passed over. Standard input and pipes are kept in a
    temporary file while the block runs, since a file is read twice.

    Raises:
        FileProblem: a path does not exist, or a folder holds no CSV file.
    """
    files: list[InputFile] = []
    notices: list[Message] = []
    with tempfile.TemporaryDirectory(prefix="crpv-") as folder:
        for name in paths:
            if name == "-":
                files.append(InputFile(_spool(sys.stdin.buffer, Path(folder, "stdin.csv")), "-"))
                continue
            path = Path(name)
            if path.is_dir():
                files.extend(_inside(path, notices))
            elif path.is_fifo():
                with path.open("rb") as stream:
                    files.append(InputFile(_spool(stream, Path(folder, f"{path.name}.csv")), name))
            elif path.exists():
                files.append(InputFile(path, name))
            else:
                raise _no_such_file(path)
        yield files, notices


def _spool(stream: BinaryIO, spool: Path) -> Path:
    with spool.open("wb") as kept:
        shutil.copyfileobj(stream, kept)
    return spool


def _inside(folder: Path, notices: list[Message]) -> list[InputFile]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_dir():
            continue
        if path.suffix.lower() in CSV_SUFFIXES and not path.name.endswith(REFUSED_SUFFIX):
            found.append(InputFile(path, str(path)))
        else:
            notices.append(msg("{file} was passed over: it is not a CSV file to load.", file=path))
    if not found:
        raise FileProblem(
            msg("The folder {folder} holds no CSV file.", folder=folder),
            msg("Name a folder or files that end in .csv, .tsv or .txt."),
        )
    return found


def _no_such_file(path: Path) -> FileProblem:
    siblings = [sibling.name for sibling in path.parent.iterdir()] if path.parent.is_dir() else []
    near = closest(path.name, siblings, 1)
    return FileProblem(
        msg("There is no file {file}.", file=path),
        msg("Did you mean {near}?", near=path.parent / near[0])
        if near
        else msg("Check the name, and the folder you are in."),
    )
