"""``crpv query``: somebody's own question in SQL, read-only."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "query",
        query,
        _("Example: crpv query 'select id, seat from centres where legal_form = :form' -p form=gip"),
    )


def query(
    sql: Annotated[str, typer.Argument(metavar=_("SQL"), help=_("One SELECT statement."))],
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar=_("NAME=VALUE"), help=_("A value for :NAME in the query.")),
    ] = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Run a query."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.asking import ask

    pairs = {}
    for parameter in parameters or []:
        name, equals, value = parameter.partition("=")
        if not equals or not name:
            raise typer.BadParameter(_("“{value}” is not NAME=VALUE.", value=parameter), param_hint="-p")
        pairs[name.lstrip(":")] = value
    with reading(db) as connection:
        result = ask(connection, sql, pairs)
    show_result(result, format_, output, force)
