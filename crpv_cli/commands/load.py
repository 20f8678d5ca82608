"""``crpv load``: files into the registry, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import ExitCode
from crpv_cli.language import text as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crpv_cli.registry.loads import Source

__all__ = ["mount"]


class Expected(StrEnum):
    """Who is expected to have sent a file."""

    CENTRES = "centres"


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "load",
        load,
        _("Examples: crpv load evaluations.csv · crpv load folder/ --dry-run · cat f.csv | crpv load - --as funding"),
    )


def load(
    paths: Annotated[
        list[str], typer.Argument(metavar=_("PATH..."), help=_("Files, folders of files, or - for standard input."))
    ],
    table: options.As = None,
    profile: options.Profile = None,
    dry_run: options.DryRun = False,
    keep_valid: Annotated[
        bool, typer.Option("--keep-valid", help=_("Load the sound rows and put the others aside, with their reasons."))
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused",
            metavar=_("FOLDER"),
            file_okay=False,
            help=_("Where --keep-valid puts the files of refused rows; this folder by default."),
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar=_("NAME"), help=_("The encoding, if it is found wrong."))
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option("--delimiter", metavar=_("SIGN"), help=_("The delimiter, if it is found wrong: ; , | or tab.")),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar=_("NAME"), help=_("Of a workbook, only the sheet of this name."))
    ] = None,
    expect: Annotated[
        Expected | None,
        typer.Option("--expect", metavar="centres", help=_("Say which open centres no row of the files is about.")),
    ] = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Load files."""
    from crpv_cli.commands.opening import writing
    from crpv_cli.definitions.named import table_named
    from crpv_cli.intake.files import Reading, gather
    from crpv_cli.intake.profiles.cells import Known
    from crpv_cli.intake.refused import refused_rows
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.output import streams
    from crpv_cli.output.loads import print_load, print_unanswered, write_refused
    from crpv_cli.output.streams import progress
    from crpv_cli.registry.loading import load as load_sources
    from crpv_cli.registry.lookups import lookups
    from crpv_cli.registry.queries import open_centres, today

    if table is not None:
        table_named(table)
    options.check_profile(profile, table)
    if output is not None:
        streams.check_free(output, force)  # before the registry is touched
    with writing(db) as connection, gather(paths) as (files, notices):
        streams.say_all(notices)
        known = Known(lookups(connection))
        how = Reading(table, encoding, options.delimiter(delimiter), sheet, profile=profile, known=known)
        with progress(sum(file.path.stat().st_size for file in files)) as bar:
            sources, anomalies = sources_of(files, replace(how, progress=bar))
            aside = _places_aside(sources, refused or Path(), force) if keep_valid and not dry_run else {}
            report = load_sources(connection, sources, anomalies, dry_run=dry_run, keep_valid=keep_valid)
        print_load(report, format_, output, force)
        by_name = {file.name: file for file in files}
        for outcome, lines in report.refusals() if aside else ():
            header, rows = refused_rows(by_name[outcome.name], how, outcome.sheet, lines)
            reasons = ((line, cells, lines[line]) for line, cells in rows)
            write_refused(header, reasons, aside[outcome.name, outcome.sheet], force)
        if expect is not None:
            print_unanswered([name for name in open_centres(connection, today()) if name not in report.centres])
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)


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
