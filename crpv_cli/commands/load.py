"""``crpv load``: files into the registry, all or nothing; and ``crpv diff``: what that would change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli import interrupts
from crpv_cli.commands import options
from crpv_cli.commands.door import NOW, Door, command
from crpv_cli.commands.reopening import asks_to_reopen
from crpv_cli.definitions.columns import Choice
from crpv_cli.errors import ExitCode, Severity, UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.language import text as _

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from crpv_cli.errors import Anomaly
    from crpv_cli.intake.files import InputFile, ReadOptions
    from crpv_cli.output.streams import Made
    from crpv_cli.output.workbook.marked import Marked
    from crpv_cli.registry.loads import LoadReport, Source


def _delimiter(value: str) -> str:
    """Read a delimiter: the sign itself, or the word tab."""
    sign = "\t" if value.casefold() in {"tab", "tabulation", "\\t"} else value
    if sign not in {";", ",", "|", "\t"}:
        raise UsageProblem(msg("The delimiter is one of ; , | or tab."))
    return sign


@command(*NOW)
@asks_to_reopen
def load(
    door: Door,
    paths: options.Paths,
    table: options.As = None,
    profile: options.Profile = None,
    given: options.Set = None,
    dry_run: options.DryRun = False,
    keep_valid: Annotated[
        bool, typer.Option("--keep-valid", help=_("Load the valid rows and set the others aside, with the reasons."))
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused",
            metavar=_("FOLDER"),
            file_okay=False,
            help=_("Where --keep-valid puts the files of refused rows; the current folder by default."),
        ),
    ] = None,
    marked: Annotated[
        Path | None,
        typer.Option(
            "--marked",
            metavar=_("FOLDER"),
            file_okay=False,
            help=_("Write each file with faults there for its sender: every fault coloured, explained and listed."),
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar=_("NAME"), help=_("The encoding, if it is not detected correctly.")),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter", metavar=_("SIGN"), help=_("The delimiter, if it is not detected correctly: ; , | or tab.")
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar=_("NAME"), help=_("Read only the sheet of this name of a workbook.")),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect",
            metavar="centres",
            click_type=options.OneOf((Choice("centres", N_("Centres")),)),
            help=_(
                "Name the centres that have not answered: those that the last collection asks, or else the open ones "
                "that the files do not mention."
            ),
        ),
    ] = None,
    reopen: options.Reopen = False,
) -> None:
    """Load files.

    Raises:
        typer.Exit: with 1, rows were refused.
    """
    from crpv_cli.intake.files import ReadOptions
    from crpv_cli.intake.given import read_given
    from crpv_cli.intake.refused import refused_rows
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.output import streams
    from crpv_cli.output.loads import print_unanswered, tell_load, tell_marked, tell_refused, write_refused
    from crpv_cli.output.streams import progress
    from crpv_cli.registry.loading import load as load_sources

    _check_profile(profile, table)
    if door.output is not None:
        streams.check_free(door.output, door.force)  # before the registry is touched
    asked = ReadOptions(
        table, encoding, delimiter and _delimiter(delimiter), sheet, profile=profile, given=read_given(given or ())
    )
    with _opened(door, paths, asked) as (connection, files, how):
        aside: dict[tuple[str, str | None], Path] = {}
        kept: list[Path] = []
        unanswered: list[str] = []
        returned: list[Marked] = []
        _refuse_own_place(files, marked)
        with progress(sum(file.path.stat().st_size for file in files)) as bar, streams.taken_back() as made:

            def before_commit(report: LoadReport) -> None:
                if bar is not None:
                    bar.close()
                for outcome, lines in report.refusals() if aside and not report.stopped else ():
                    header, rows = refused_rows(by_name[outcome.name], how, outcome.sheet, lines, outcome.sha256)
                    reasons = ((line, cells, lines[line]) for line, cells in rows)
                    place = aside[outcome.name, outcome.sheet]
                    with interrupts.Held(), made.writing(place):
                        write_refused(header, reasons, place, door.force)
                    kept.append(place)
                returned.extend(_write_marked(files, how, report.anomalies, marked, door.force, made))
                if expect is not None:
                    unanswered.extend(name for name in _expected(connection) if name not in report.centres)
                if streams.is_standard(door.output):
                    door.show_found(report)  # a reader may take its time: it can be interrupted
                    return
                assert door.output is not None
                with interrupts.Held(), made.writing(door.output):
                    door.show_found(report)

            by_name = {file.name: file for file in files}
            sources, anomalies = sources_of(files, replace(how, progress=bar))
            if keep_valid and not dry_run:
                aside = _places_aside(sources, refused or Path(), door.force)
            report = load_sources(
                connection,
                sources,
                anomalies,
                dry_run=dry_run,
                keep_valid=keep_valid,
                reopening=reopen,
                before_commit=before_commit,
            )
        tell_load(report)
        tell_refused(kept)
        tell_marked(returned, marked)
        if expect is not None:
            print_unanswered(unanswered)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)


@command(*NOW)
def diff(
    door: Door,
    paths: options.Paths,
    table: options.As = None,
    profile: options.Profile = None,
    given: options.Set = None,
) -> None:
    """Show what loading files would change.

    Raises:
        typer.Exit: with 1, rows would be refused.
    """
    from crpv_cli.intake.files import ReadOptions
    from crpv_cli.intake.given import read_given
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.output.loads import tell_load
    from crpv_cli.registry.loading import load as load_sources
    from crpv_cli.reports.history import would_change

    _check_profile(profile, table)
    with _opened(door, paths, ReadOptions(table, profile=profile, given=read_given(given or ()))) as (
        connection,
        files,
        how,
    ):
        sources, anomalies = sources_of(files, how)
        report = load_sources(connection, sources, anomalies, dry_run=True, details=True)
        result = would_change(connection, report.changes)
    if not report.stopped:
        door.show(result)
    Door().show_found(report)
    tell_load(report)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)


def _check_profile(profile: str | None, table: str | None) -> None:
    """Check that a table exists, or that a profile does, is valid, and no table is named beside it.

    Raises:
        UsageProblem: both are named, or there is none of that name.
        FileProblem: the file is missing or holds no profile.
    """
    if table is not None:
        from crpv_cli.definitions.named import table_named

        table_named(table)
    if profile is None:
        return
    if table is not None:
        raise UsageProblem(msg("--as and --profile cannot be used together."), msg("A profile names its table itself."))
    from crpv_cli.intake.profiles.shipped import load_profile

    load_profile(profile)


@contextmanager
def _opened(
    door: Door, paths: list[str], how: ReadOptions
) -> Iterator[tuple[sqlite3.Connection, list[InputFile], ReadOptions]]:
    """Open the registry and the files, and say what was skipped; foreign files are matched with what it holds."""
    from crpv_cli.intake.files import gather
    from crpv_cli.intake.profiles.known import KnownIds
    from crpv_cli.output import streams
    from crpv_cli.registry.resolving import lookups

    with door.writing() as connection, gather(paths) as (files, notices):
        streams.say_all(notices)
        for file in files:
            size = file.path.stat().st_size
            streams.detail(msg("To read: {file}, {count} bytes", file=file.name, count=size))
        yield connection, files, replace(how, known=KnownIds(lookups(connection)))


def _expected(connection: sqlite3.Connection) -> list[str]:
    """The centres that are to answer: those of the last collection of which nothing came yet, or all open ones."""
    from crpv_cli.registry.campaigns import asked_centres, last_campaign
    from crpv_cli.registry.queries import open_centres, today
    from crpv_cli.registry.returns import came_back

    year = last_campaign(connection)
    if year is None:
        return open_centres(connection, today())
    answered = {row["centre"] for row in came_back(connection, year)}
    return [centre for centre in asked_centres(connection, year) if centre not in answered]


def _places_aside(sources: Sequence[Source], folder: Path, force: bool) -> dict[tuple[str, str | None], Path]:
    """Say where the refused rows of each table go, before anything is loaded: every place is free, and one table's own.

    Raises:
        FileProblem: one of the files is there already, or the folder cannot be made.
    """
    from crpv_cli.intake.files import REFUSED_SUFFIX
    from crpv_cli.output import streams

    streams.make_folder(folder)
    places: dict[tuple[str, str | None], Path] = {}
    for source in sources:
        stem = "stdin" if source.name == "-" else Path(source.name).stem
        stem = stem if source.sheet is None else f"{stem}.{source.table.name}"
        place, number = folder / f"{stem}{REFUSED_SUFFIX}", 1
        while place in places.values():
            number += 1
            place = folder / f"{stem}-{number}{REFUSED_SUFFIX}"
        streams.check_free(place, force)
        places.setdefault((source.name, source.sheet), place)
    return places


def _refuse_own_place(files: Sequence[InputFile], folder: Path | None) -> None:
    """Refuse to write marked files where one of them stands that was sent.

    Raises:
        UsageProblem: the folder is that of one of the files.
    """
    for file in files if folder is not None and folder.exists() else ():
        assert folder is not None
        if file.path.resolve().parent == folder.resolve():
            raise UsageProblem(
                msg("{folder} holds the files themselves; marked ones do not go there.", folder=folder),
                msg("Name another folder for them: it is made if it is missing."),
            )


def _write_marked(
    files: Sequence[InputFile],
    how: ReadOptions,
    anomalies: Sequence[Anomaly],
    folder: Path | None,
    force: bool,
    made: Made,
) -> list[Marked]:
    """Write the files that have faults into a folder, marked: all of them or none, and none if there are no faults."""
    from contextlib import ExitStack
    from functools import partial

    from crpv_cli.intake.whole import whole_sheets
    from crpv_cli.output import streams
    from crpv_cli.output.workbook.marked import write_marked

    found: dict[str, list[Anomaly]] = {}
    for anomaly in anomalies:
        found.setdefault(anomaly.file, []).append(anomaly)
    # What was only read with a remark is loaded: nobody has to correct it.
    at_fault = {anomaly.file for anomaly in anomalies if anomaly.severity is Severity.ERROR}
    stems: dict[str, str] = {}
    for file in files:
        stem, number = file.path.stem, 1
        while stem.casefold() in {other.casefold() for other in stems.values()}:
            number += 1
            stem = f"{file.path.stem}-{number}"
        stems.setdefault(file.name, stem)
    faulty = {file.name: file for file in files if file.name in at_fault}
    if folder is None or not faulty:
        return []
    with ExitStack() as noted, streams.writing_folder(folder, force) as new:
        marked = [
            write_marked(file.path, found[name], partial(whole_sheets, file, how), new, stems[name])
            for name, file in faulty.items()
        ]
        for one in marked:
            noted.enter_context(made.writing(folder / one.name))
    return marked
