"""``crpv log``, ``undo`` and ``trace``: what happened to the registry, and undo."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.commands.report import explain_figure
from crpv_cli.language import msg
from crpv_cli.language import text as _


@command()
def log(
    door: Door,
    load: Annotated[
        int | None, typer.Argument(metavar=_("[LOAD]"), help=_("The number of a load; all loads by default."))
    ] = None,
    limit: options.Limit = None,
) -> None:
    """Show the loads."""
    from crpv_cli.reports.history import changes_of_load, loads
    from crpv_cli.reports.listing import Selection, shape

    with door.reading() as connection:
        result = loads(connection) if load is None else changes_of_load(connection, load)
    door.show(shape(result, Selection(limit=limit)))


@command("db")
def undo(
    door: Door,
    load: Annotated[int, typer.Argument(metavar=_("LOAD"), help=_("The number of the load (see: crpv log)."))],
    dry_run: options.DryRun = False,
) -> None:
    """Take a load back."""
    from crpv_cli.output import streams
    from crpv_cli.registry.journal import undo as take_back

    with door.writing() as connection:
        undone = take_back(connection, load, dry_run)
    for table in dict.fromkeys([*undone.removed, *undone.restored]):
        streams.say(
            msg(
                "{table}: {removed} removed, {restored} restored",
                table=table,
                removed=undone.removed[table],
                restored=undone.restored[table],
            )
        )
    if undone.load is None:
        streams.say(msg("Nothing was written: this was a dry run."))
        return
    streams.say(
        msg(
            "Load {load} was undone; this is load {number}, which can be undone too.",
            load=str(load),
            number=str(undone.load),
        )
    )


@command()
def trace(
    door: Door,
    table: Annotated[
        str, typer.Argument(metavar=_("TABLE"), help=_("The table of the row, or a report or a figure of the network."))
    ],
    key: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("[KEY]..."),
            help=_("The parts of its key in order, or COLUMN=VALUE; the name of the figure of a report."),
        ),
    ] = None,
) -> None:
    """Trace the values of a row, or the rows of a figure."""
    from crpv_cli.definitions.named import table_named
    from crpv_cli.definitions.tables import TABLES
    from crpv_cli.reports.history import trace as trace_row
    from crpv_cli.reports.index import REPORTS

    if table.replace("-", "_") not in TABLES:
        if not key:
            explain_figure(door, "network", table)
            return
        if table in REPORTS:
            explain_figure(door, table, " ".join(key))
            return
    door.answer(trace_row, table_named(table), key or ())
