"""``crpv log``, ``diff``, ``undo`` and ``trace``: what happened to the registry, and the way back."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the commands."""
    add(app, "log", log, _("Examples: crpv log · crpv log 3 · crpv log 3 -o changes.csv"))
    add(app, "diff", diff, _("Examples: crpv diff evaluations.csv · crpv diff returns/ -o changes.csv"))
    add(app, "undo", undo, _("Examples: crpv undo 3 --dry-run · crpv undo 3"))
    add(app, "trace", trace, _("Examples: crpv trace centres oriv · crpv trace funding oriv etat 2023"))


def diff(
    paths: Annotated[
        list[str], typer.Argument(metavar=_("PATH..."), help=_("Files, folders of files, or - for standard input."))
    ],
    table: options.As = None,
    profile: options.Profile = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Show what loading files would change."""
    from crpv_cli.commands.opening import writing
    from crpv_cli.errors import ExitCode
    from crpv_cli.intake.files import Reading, gather
    from crpv_cli.intake.profiles.cells import Known
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.output import streams
    from crpv_cli.output.formats import show_result
    from crpv_cli.output.terminal.loads import print_load
    from crpv_cli.registry.loading import load as load_sources
    from crpv_cli.registry.lookups import lookups
    from crpv_cli.reports.history import would_change

    options.check_profile(profile, table)
    with writing(db) as connection, gather(paths) as (files, notices):
        streams.say_all(notices)
        how = Reading(table, profile=profile, known=Known(lookups(connection)))
        sources, anomalies = sources_of(files, how)
        report = load_sources(connection, sources, anomalies, dry_run=True, details=True)
        result = would_change(connection, report.changes)
    if not report.stopped:
        show_result(result, format_, output, force)
    print_load(report)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)


def log(
    load: Annotated[
        int | None, typer.Argument(metavar=_("[LOAD]"), help=_("The number of a load; all loads by default."))
    ] = None,
    limit: options.Limit = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Show the loads."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.history import changes_of_load, loads
    from crpv_cli.reports.listing import Asked, shape

    with reading(db) as connection:
        result = loads(connection) if load is None else changes_of_load(connection, load)
    show_result(shape(result, Asked(limit=limit)), format_, output, force)


def undo(
    load: Annotated[int, typer.Argument(metavar=_("LOAD"), help=_("The number of the load (see: crpv log)."))],
    dry_run: options.DryRun = False,
    db: options.Db = None,
) -> None:
    """Take a load back."""
    from crpv_cli.commands.opening import writing
    from crpv_cli.language import msg
    from crpv_cli.output import streams
    from crpv_cli.registry.journal import undo as take_back

    with writing(db) as connection:
        undone = take_back(connection, load, dry_run)
    for table in dict.fromkeys([*undone.removed, *undone.restored]):
        streams.say(
            msg(
                "{table}: {removed} removed, {restored} restored",
                table=table,
                removed=undone.removed.get(table, 0),
                restored=undone.restored.get(table, 0),
            )
        )
    if undone.load is None:
        streams.say(msg("Nothing was written: this was a dry run."))
        return
    streams.say(
        msg(
            "Load {load} was taken back; this is load {number}, which can be taken back too.",
            load=str(load),
            number=str(undone.load),
        )
    )


def trace(
    table: Annotated[str, typer.Argument(metavar=_("TABLE"), help=_("The table of the row."))],
    key: Annotated[
        list[str],
        typer.Argument(metavar=_("KEY..."), help=_("The parts of its key in order, or COLUMN=VALUE.")),
    ],
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Trace the values of a row."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.definitions.named import table_named
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.history import trace as trace_row

    its_table = table_named(table)
    with reading(db) as connection:
        result = trace_row(connection, its_table, key)
    show_result(result, format_, output, force)
