"""``crpv query``: a user's own query in SQL, read-only."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.errors import CrpvError, UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _
from crpv_cli.output import streams


@command()
def query(
    door: Door,
    sql: Annotated[str, typer.Argument(metavar=_("SQL"), help=_("One SELECT statement."))],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar=_("NAME=VALUE"), help=_("A value for :NAME in the query.")),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar=_("N"),
            min=1,
            help=_("At most this many rows; on a terminal, 1,000 by default."),
        ),
    ] = None,
    timeout: Annotated[
        int, typer.Option(metavar=_("SECONDS"), min=1, max=86_400, help=_("How long it may compute."))
    ] = 30,
    memory: Annotated[
        int, typer.Option(metavar=_("MB"), min=16, max=1_000_000, help=_("How much memory it may take."))
    ] = 512,
) -> None:
    """Run a query."""
    from crpv_cli.reports.asking import asking
    from crpv_cli.reports.bounds import Bounds

    pairs = {}
    for parameter in parameters or []:
        name, equals, value = parameter.partition("=")
        if not equals or not name:
            raise UsageProblem(msg("-p: “{value}” is not of the form NAME=VALUE.", value=parameter))
        pairs[name.lstrip(":")] = value
    terminal = door.output is None and streams.on_terminal()
    door.pour(asking, sql, pairs, limit, terminal, Bounds(timeout, memory), _end)


def _end(problem: CrpvError) -> None:
    """End the process: SQLite does not come back, so that nothing can be closed."""
    try:
        if problem.exit_code > 128:
            streams.say(problem.message)
        else:
            streams.fail(problem)
    finally:
        os._exit(problem.exit_code)
