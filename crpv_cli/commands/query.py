"""``crpv query``: a user's own query in SQL, read-only."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.language import text as _


@command()
def query(
    door: Door,
    sql: Annotated[str, typer.Argument(metavar=_("SQL"), help=_("One SELECT statement."))],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar=_("NAME=VALUE"), help=_("A value for :NAME in the query.")),
    ] = None,
) -> None:
    """Run a query."""
    from crpv_cli.reports.asking import ask

    pairs = {}
    for parameter in parameters or []:
        name, equals, value = parameter.partition("=")
        if not equals or not name:
            raise typer.BadParameter(_("“{value}” is not of the form NAME=VALUE.", value=parameter), param_hint="-p")
        pairs[name.lstrip(":")] = value
    door.answer(ask, sql, pairs)
