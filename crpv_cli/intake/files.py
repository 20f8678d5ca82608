"""From the paths on the command line to files, and from files to the tables in them."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crpv_cli import publishing
from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.named import table_named
from crpv_cli.errors import Anomaly, FileProblem
from crpv_cli.intake.digests import refuse_device
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.given import check_given
from crpv_cli.intake.grid import Finding, Grid
from crpv_cli.intake.headers import Header, read_header, recognise, refuse_years_across
from crpv_cli.intake.kinds import PACKED, TABLES, is_packed, is_workbook, unpack
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.readers import CsvFile, open_csv
from crpv_cli.intake.shape import WHOLE, said_above
from crpv_cli.intake.tablefile import TableFile
from crpv_cli.intake.untabled import refuse_untabled
from crpv_cli.intake.workbooks import open_workbook
from crpv_cli.language import Message, msg
from crpv_cli.spelling import closest

if TYPE_CHECKING:
    from crpv_cli.intake.profiles.profile import Profile

__all__ = ["REFUSED_SUFFIX", "InputFile", "ReadOptions", "TableFile", "gather", "open_tables"]

REFUSED_SUFFIX = ".refused.csv"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read: where it is, and its name in messages (``-`` for standard input).

    Of a compressed file, ``path`` is what was in it, ``sha256`` is of the file itself, and ``fault`` says why it could
    not be unpacked.
    """

    path: Path
    name: str
    sha256: str | None = None
    fault: Fault | None = None

    @property
    def stem(self) -> str:
        """The file's name without its extension, a hint to its table; empty for standard input."""
        return "" if self.name == "-" else self.path.stem


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read files, as the user says; None where crpv finds out. ``progress`` follows the reading.

    ``known`` holds the ids that foreign files are matched with; without it, none is recognised by its header. ``given``
    has the values of columns that a file lacks, by the names of the columns.
    """

    table: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    progress: Callable[[str, int], None] | None = None
    profile: str | None = None
    known: KnownIds | None = None
    given: Mapping[str, str] = field(default_factory=dict)


def open_tables(source: InputFile, options: ReadOptions) -> list[TableFile]:
    """Open a file and recognise the tables it holds: one for a CSV file, one per sheet for a workbook.

    A foreign file that is read through a profile may contain rows of several tables; its main one comes first. What
    prevents a file from being read becomes anomalies. Sheets without a table are skipped with a notice, unless no sheet
    has one.

    Raises:
        FileProblem: the file, or the profile, cannot be opened.
        UsageProblem: ``options`` names an unknown table or profile.
    """
    try:
        if source.fault is not None:
            raise source.fault
        tables = (_open_sheets if is_workbook(source.path) else _open_csv)(source, options)
    except Fault as fault:
        return [_unread(source, fault)]
    except OSError as error:
        raise FileProblem.unreadable(source.name, error) from error
    for table in tables:
        if table.grid is not None and source.sha256 is not None:
            table.grid.sha256 = source.sha256
    return tables


def csv_of(source: InputFile, options: ReadOptions) -> CsvFile:
    """Open a text file, whose encoding, delimiter and header are found.

    Raises:
        Fault: it cannot be read as a table.
        OSError: it cannot be read.
    """
    return open_csv(source.path, options.encoding, options.delimiter, partial(_fits, options, source.stem))


def _open_csv(source: InputFile, options: ReadOptions) -> list[TableFile]:
    grid = csv_of(source, options)
    grid.progress = options.progress
    try:
        return _recognised(source, grid, options, source.stem)
    except Fault as fault:
        unread = _unread(source, fault, grid.header_line)
        unread.anomalies.extend(_found(source, grid))
        return [unread]


def _recognised(source: InputFile, grid: Grid, options: ReadOptions, hint: str) -> list[TableFile]:
    if options.table is None and options.profile is None:
        refuse_untabled(grid.header)
    profile = _profile(grid.header, options, hint)
    if profile is not None:
        from crpv_cli.intake.profiles.transform import apply

        grid.findings = [*grid.findings, *_also_fitting(profile, grid, options)]
        return [
            TableFile(source.name, source.path, read, read_header(read.header, table_named(name)), notices=read.notices)
            for name, read in apply(profile, grid, options.known or KnownIds({}), source.name, options.given)
        ]
    if options.table is not None:
        header = read_header(grid.header, table_named(options.table), options.given)
    else:
        header = _table(grid.header, options, hint)
    check_given(header)
    if any(column.kind is Kind.YEAR for column in header.missing):
        refuse_years_across(grid.header)
    return [TableFile(source.name, source.path, grid, header, notices=said_above(grid, source.name))]


def _found(source: InputFile, grid: Grid) -> Iterator[Anomaly]:
    """What was found of a grid whose table is not recognised."""
    return (grid.anomaly(source.name, one.problem, one.line, one.place, value=one.value) for one in grid.findings)


def _also_fitting(profile: Profile, grid: Grid, options: ReadOptions) -> Iterator[Finding]:
    """Say it where a header fits other profiles as well as the one that was found by it."""
    if options.profile is not None:
        return
    from crpv_cli.intake.profiles.shipped import shipped_profiles

    others = [one for one in shipped_profiles().values() if not one.missing(grid.header, options.given)]
    names = [one.name for one in others if one.name != profile.name]
    if names:
        found = Correction(
            "several-profiles",
            msg(
                "The file is read through the profile {profile}; its header also fits {others}.",
                profile=profile.name,
                others=names,
            ),
            msg("Name another one with --profile."),
        )
        yield Finding(found, grid.header_line)


def _table(cells: Sequence[str], options: ReadOptions, hint: str) -> Header:
    """The table that a header belongs to.

    Raises:
        Fault: it belongs to none; if it is that of a profile but for a few columns, these are named.
    """
    try:
        return recognise(cells, hint, options.given)
    except Fault as fault:
        if options.known is not None:
            from crpv_cli.intake.profiles.shipped import nearest_profile

            if (nearest := nearest_profile(cells, options.given)) is not None:
                raise nearest from None
        refuse_years_across(cells)
        raise fault from None


def _profile(header: Sequence[str], options: ReadOptions, hint: str) -> Profile | None:
    """The profile that the user names; else, if the header matches no table of ours, the one that it matches."""
    if options.profile is not None:
        from crpv_cli.intake.profiles.shipped import load_profile

        return load_profile(options.profile)
    if options.table is not None or options.known is None:
        return None
    try:
        if not recognise(header, hint, options.given).missing:
            return None
    except Fault:
        pass
    from crpv_cli.intake.profiles.shipped import find_profile

    return find_profile(header, options.given)


def _fits(options: ReadOptions, hint: str, cells: Sequence[str]) -> int:
    """How well cells are the header of a table of ours or of a profile, as ``find_head`` asks."""
    try:
        if options.table is not None:
            header = read_header(cells, table_named(options.table), options.given)
            known = len(header.present) > len(header.missing)
        else:
            profile = _profile(cells, options, hint)
            if profile is not None:
                return 0 if profile.missing(cells, options.given) else WHOLE
            header = recognise(cells, hint, options.given)
            known = len(header.present) > 1
    except Fault:
        return 0
    return 0 if not known else 1 if header.missing else WHOLE


def _open_sheets(source: InputFile, options: ReadOptions) -> list[TableFile]:
    sheets = open_workbook(source.path, partial(_fits, options), options.sheet)
    found: list[TableFile] = []
    skipped: list[tuple[str, Fault]] = []
    for sheet in sheets:
        try:
            opened = _recognised(source, sheet, options, sheet.hint)
        except Fault as fault:
            skipped.append((sheet.sheet, fault))
            continue
        for one in opened:
            if one.table is not None and one.grid is sheet:
                sheet.comes_back(one.table.name)
                if sheet.form is not None:
                    one.notices.clear()  # the lines above the header are the form's own
        found.extend(opened)
    if not found and skipped:
        return [_unread(source, skipped[0][1], sheet=skipped[0][0])]
    if not found:
        none = Fault("empty-file", msg("No sheet of the workbook holds a table."), msg("Check that it was saved."))
        return [_unread(source, none)]
    for name, unfit in skipped:
        found[0].notices.append(
            msg(
                "{file}: the sheet “{sheet}” was skipped. {reason}",
                file=source.name,
                sheet=name,
                reason=unfit.message,
            )
        )
    return found


def _unread(source: InputFile, fault: Fault, line: int | None = None, sheet: str | None = None) -> TableFile:
    anomaly = Anomaly(fault.code, fault.severity, source.name, fault.message, fault.advice, line, sheet=sheet)
    return TableFile(source.name, source.path, anomalies=[anomaly])


@contextmanager
def gather(paths: Sequence[str]) -> Iterator[tuple[list[InputFile], list[Message]]]:
    """Find the files that paths name: files, folders (their CSV files and workbooks), ``-`` for standard input.

    Yields the files, and notices about those that were skipped. Standard input and pipes are kept in a
    temporary file while the block runs, since a file is read twice; it stands in a folder that only its owner may read.

    Raises:
        FileProblem: a path does not exist, or a folder contains no such file.
    """
    files: list[InputFile] = []
    notices: list[Message] = []
    with ExitStack() as kept:
        for name in paths:
            if name == "-":
                files.append(InputFile(_spool(sys.stdin.buffer, kept, "stdin"), "-"))
                continue
            path = Path(name)
            refuse_device(path)
            if path.is_dir():
                files.extend(_inside(path, notices))
            elif path.is_fifo():
                with path.open("rb") as stream:
                    files.append(InputFile(_spool(stream, kept, path.name), name))
            elif path.exists():
                files.append(InputFile(path, name))
            else:
                raise _no_such_file(path)
        yield [_unpacked(file, kept, notices) for file in files], notices


def _unpacked(file: InputFile, kept: ExitStack, notices: list[Message]) -> InputFile:
    """Give what is in a compressed file, until ``kept`` is closed."""
    try:
        if not is_packed(file.path):
            return file
        unpacked = unpack(file.path, kept.enter_context(publishing.temporary("crpv")))
    except Fault as fault:
        return replace(file, fault=fault)
    except OSError as error:
        raise FileProblem.unreadable(file.name, error) from error
    if unpacked.others:
        notices.append(
            msg(
                "{file}: {member} was read; what else is in it was not: {others}.",
                file=file.name,
                member=unpacked.path.name,
                others=unpacked.others,
            )
        )
    return replace(file, path=unpacked.path, sha256=unpacked.sha256)


def _spool(stream: BinaryIO, kept: ExitStack, name: str) -> Path:
    """Keep what a stream holds until ``kept`` is closed, in a file whose stem is the name."""
    spool = kept.enter_context(publishing.temporary("crpv")) / f"{name[:50]}.csv"
    with spool.open("wb") as file:
        try:
            shutil.copyfileobj(stream, file)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            raise FileProblem(
                msg("There is nothing to read: standard input is closed."),
                msg("Send a file to it, as in: crpv load - < FILE"),
            ) from error
    return spool


def _inside(folder: Path, notices: list[Message]) -> list[InputFile]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.is_dir():
            notices.append(msg("{file} was skipped: files in folders of a folder are not read.", file=path))
            continue
        if path.suffix.lower() in (*TABLES, *PACKED) and not path.name.endswith(REFUSED_SUFFIX):
            found.append(InputFile(path, str(path)))
        else:
            notices.append(msg("{file} was skipped: it is neither a CSV file nor a workbook.", file=path))
    if not found:
        raise FileProblem(
            msg("The folder {folder} holds neither CSV files nor workbooks.", folder=folder),
            msg("Name a folder or files that end in .csv, .xlsx or .ods."),
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
