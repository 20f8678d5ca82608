"""``crpv edit``: the rows of a table in the user's editor, and back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import CrpvError, ExitCode, FileProblem, UsageProblem
from crpv_cli.language import text as _

if TYPE_CHECKING:
    from crpv_cli.registry.loads import LoadReport

Keys = Sequence[tuple[object, ...]]


@command("db")
def edit(
    door: Door,
    table: Annotated[str, typer.Argument(metavar=_("TABLE"), help=_("The table to edit."))],
    region: options.Region = None,
    department: options.Department = None,
    year: options.Year = None,
    as_of: options.AsOf = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Load the changes without asking."))] = False,
) -> None:
    """Edit rows by hand."""
    import tempfile

    import click

    from crpv_cli.definitions.named import table_named
    from crpv_cli.language import msg
    from crpv_cli.output import streams
    from crpv_cli.output.delimited import csv_text
    from crpv_cli.reports.listing import Selection, list_table

    its_table = table_named(table)
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR") or streams.can_ask()):
        raise UsageProblem(
            msg("There is no terminal to run an editor in."), msg("Name a program that edits the file in EDITOR.")
        )
    asked = Selection(region=region, department=department, year=year, as_of=as_of)
    with door.reading() as connection:
        before = list_table(connection, its_table, asked)
    folder = Path(tempfile.mkdtemp(prefix="crpv-edit-"))
    path = folder / f"{its_table.name}.csv"
    original = csv_text(before)
    path.write_bytes(original.encode())
    keys = [tuple(record[name] for name in its_table.key) for record in before.records()]
    try:
        _edit_until_valid(door, path, original, its_table.name, keys, yes)
    except (CrpvError, click.ClickException):
        streams.say(msg("Nothing was written. What you typed is kept in {file}", file=path))
        raise
    path.unlink()
    folder.rmdir()


def _edit_until_valid(door: Door, path: Path, original: str, table: str, keys: Keys, yes: bool) -> None:
    """Open the editor until its rows are valid and agreed to, or given up; then load them.

    Raises:
        typer.Exit: the rows were not loaded; the file is kept and named.
    """
    import click

    from crpv_cli.language import msg
    from crpv_cli.output import streams

    while True:
        try:
            click.edit(filename=str(path))
        except (OSError, click.ClickException) as error:
            raise FileProblem(
                msg("The editor cannot be started: {reason}", reason=getattr(error, "strerror", None) or str(error)),
                msg("Set EDITOR to one that is installed: EDITOR=nano crpv edit {table}", table=table),
            ) from error
        if path.read_bytes() == original.encode():
            streams.say(msg("Nothing was changed."))
            return
        found = _load(door, path, table, keys, dry_run=True)
        if not found.errors and not found.changed:
            streams.say(msg("Nothing was changed."))
            return
        if not found.errors and (yes or streams.confirm(msg("Load these changes?"))):
            break
        if found.errors and streams.confirm(msg("Open the editor again?")):
            continue
        streams.say(msg("Nothing was written. What you typed is kept in {file}", file=path))
        if not found.errors and not streams.can_ask():
            streams.say(msg("There is no terminal to ask for confirmation: --yes loads without asking."))
            raise typer.Exit(ExitCode.USAGE)
        raise typer.Exit(ExitCode.ANOMALIES if found.errors else ExitCode.DONE)
    if _load(door, path, table, keys, dry_run=False).errors:
        streams.say(msg("Nothing was written. What you typed is kept in {file}", file=path))
        raise typer.Exit(ExitCode.ANOMALIES)


def _load(door: Door, path: Path, table: str, keys: Keys, dry_run: bool) -> LoadReport:
    """Load the edited rows and remove those that are no longer there; a dry run shows what would change."""
    from crpv_cli.intake.files import InputFile, ReadOptions
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.output.loads import tell_load
    from crpv_cli.registry.loading import load
    from crpv_cli.reports.history import would_change

    def before_commit(report: LoadReport) -> None:
        if report.errors or not dry_run:
            door.show_found(report)

    with door.writing() as connection:
        sources, anomalies = sources_of([InputFile(path, str(path))], ReadOptions(table))
        report = load(
            connection,
            sources,
            anomalies,
            command=f"edit {table}",
            dry_run=dry_run,
            details=dry_run,
            gone=(table, keys),
            before_commit=before_commit,
        )
        if dry_run and report.changes:
            door.show(would_change(connection, report.changes))
    if report.errors or not dry_run:
        tell_load(report)
    return report
