"""``crpv close``: a year, with what its report rests on and the files handed on; or the list of closed years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crpv_cli.commands.door import NOW, Door, command
from crpv_cli.commands.options import load_or_date
from crpv_cli.commands.options import year as read_year
from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.language import decoded, msg, msgs
from crpv_cli.language import text as _


@command(*NOW)
def close(
    door: Door,
    year: Annotated[
        str | None,
        typer.Argument(metavar=_("[YEAR]"), help=_("The year to close; by default, the closed years are listed.")),
    ] = None,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar=_("[FILE]..."), help=_("The files handed on: their SHA-256 is kept."))
    ] = None,
    rests_on: Annotated[
        str | None,
        typer.Option(
            "--rests-on",
            metavar=_("LOAD|DATE"),
            parser=load_or_date,
            help=_("The load, or the day, that the report rests on; by default the last load."),
        ),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar=_("TEXT"), help=_("A remark that is kept with it."))
    ] = None,
) -> None:
    """Close a year, or list the closed years.

    Raises:
        typer.Exit: with 1, it could not be written.
    """
    from crpv_cli.intake.sources import sources_of_rows
    from crpv_cli.output import streams
    from crpv_cli.output.loads import print_found
    from crpv_cli.registry.closures import rows_that_close
    from crpv_cli.registry.known import load_known
    from crpv_cli.registry.loading import load
    from crpv_cli.reports.closures import closures

    if year is None:
        door.answer(closures)
        return
    its_year = read_year(year)
    digests = _digests(files or ())
    with door.writing() as connection:
        load_of_report = None if rests_on is None else load_known(connection, rests_on)
        rows = rows_that_close(connection, its_year, load_of_report, digests, (note or "").strip() or None)
        sources, anomalies = sources_of_rows("closures", rows)
        report = load(connection, sources, anomalies, command=f"close {its_year}", before_commit=print_found)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)
    said = {"year": str(its_year), "load": rows[0]["rests_on"]}
    if report.load is None:
        streams.say(msg("Nothing was changed."))
        return
    streams.say(
        msg("{year} is closed: its report rests on load {load}. This is load {own}.", own=str(report.load), **said)
    )
    if digests:
        streams.say(
            msgs(
                "{count} file handed on is known by its bytes: crpv verify FILE",
                "{count} files handed on are known by their bytes: crpv verify FILE",
                len(digests),
            )
        )
    streams.say(msg("Its report again: crpv report network --as-of {year}-12-31 --known {load}", **said))
    streams.say(msg("What is known otherwise since: crpv report changes --to {year}-12-31 --known-from {load}", **said))


def _digests(files: list[Path] | tuple[()]) -> dict[str, str]:
    """The SHA-256 of files by their names, without their folders.

    Raises:
        UsageProblem: two have the same name, or one is standard input.
        FileProblem: one cannot be read.
    """
    from crpv_cli.intake.digests import sha256_of

    digests: dict[str, str] = {}
    for file in files:
        name = decoded(file.name)
        if str(file) == "-":
            raise UsageProblem(msg("A file handed on needs a name."), msg("Write it to a file first."))
        if digests.setdefault(name, digest := sha256_of(str(file))) != digest:
            raise UsageProblem(msg("Two files are called {file}.", file=name), msg("Give one of them another name."))
    return digests
