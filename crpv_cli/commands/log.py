"""``crpv log``, ``undo`` and ``trace``: what happened to the registry, and undo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.asking import confirmed, yes_option
from crpv_cli.commands.door import Door, command
from crpv_cli.commands.reopening import asks_to_reopen
from crpv_cli.commands.report import explain_figure
from crpv_cli.language import Message, msg, msgs
from crpv_cli.language import text as _

if TYPE_CHECKING:
    from crpv_cli.registry.undoing import Undone


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

    if load is not None:
        door.pour(changes_of_load, load, limit)
        return
    with door.reading() as connection:
        result = loads(connection)
    door.show(shape(result, Selection(limit=limit)))


@command("db")
@asks_to_reopen
def undo(
    door: Door,
    loads: Annotated[
        list[int], typer.Argument(metavar=_("LOAD..."), help=_("The numbers of the loads (see: crpv log)."))
    ],
    dry_run: options.DryRun = False,
    reopen: options.Reopen = False,
    yes: Annotated[bool, yes_option(_("Undo without asking."))] = False,
) -> None:
    """Take loads back: all of them, or none. Before several are, a copy of the registry is made.

    Raises:
        UsageProblem: they cannot be taken back, or nobody is there to agree to it.
        typer.Exit: it was not agreed to.
    """
    from crpv_cli.output import streams
    from crpv_cli.output.loads import tell_touched
    from crpv_cli.registry.undoing import undo_all

    kept: list[Path] = []
    with door.writing() as connection:
        if not (dry_run or yes):
            confirmed(_undo_question(undo_all(connection, loads, dry_run=True)), yes)
        copy = _copied(door, kept) if len(set(loads)) > 1 and not dry_run else None
        all_undone = undo_all(connection, loads, dry_run, copy, reopen)
    for file in kept:
        streams.say(msg("A copy of the registry as it was is kept: {file}", file=file))
    from crpv_cli.definitions.named import typed
    from crpv_cli.definitions.tables import TABLES

    for undone in all_undone:
        for table in dict.fromkeys([*undone.removed, *undone.restored]):
            streams.say(
                msg(
                    "{table}: {removed} removed, {restored} restored",
                    table=typed(TABLES[table]),
                    removed=undone.removed[table],
                    restored=undone.restored[table],
                )
            )
        if undone.load is not None:
            streams.say(
                msg(
                    "Load {load} was undone; this is load {number}, which can be undone too.",
                    load=str(undone.target),
                    number=str(undone.load),
                )
            )
        tell_touched(undone.touched, written=undone.load is not None)
    if dry_run:
        streams.say(msg("Nothing was written: this was a dry run."))


def _undo_question(planned: list[Undone]) -> Message:
    """What is about to be undone: which loads, and how many rows are removed and restored."""
    return msgs(
        "Undo load {loads} (rows removed: {removed}; rows restored: {restored})?",
        "Undo the {count} loads {loads} (rows removed: {removed}; rows restored: {restored})?",
        len(planned),
        loads=[str(undone.target) for undone in planned],
        removed=sum(undone.removed.total() for undone in planned),
        restored=sum(undone.restored.total() for undone in planned),
    )


@contextmanager
def _copied(door: Door, kept: list[Path]) -> Iterator[None]:
    """Copy the registry before what is done in the block, and note the copy once it is there."""
    from crpv_cli.registry.connection import resolve_path
    from crpv_cli.registry.copies import made

    with made(resolve_path(door.db)[0], "before-undo") as copy:
        yield
    kept.append(copy)


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
    from crpv_cli.definitions.named import table_meant, table_named
    from crpv_cli.definitions.tables import TABLES
    from crpv_cli.intake.keys import typed_key
    from crpv_cli.reports.history import trace as trace_row
    from crpv_cli.reports.index import REPORTS

    if table.replace("-", "_") not in TABLES:
        if key and table in REPORTS:
            explain_figure(door, table, " ".join(key))
            return
        if not key and table_meant(table) is None:
            explain_figure(door, "network", table)
            return
    its_table = table_named(table)
    with door.reading() as connection:
        result = trace_row(connection, its_table, typed_key(connection, its_table, key or ()))
    door.show(result)
