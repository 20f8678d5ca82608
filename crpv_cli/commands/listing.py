"""``crpv list``: the centres, or the rows of any table."""

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
        "list",
        list_rows,
        _("Examples: crpv list · crpv list --overseas --as-of 2023-10-17 · crpv list funding --year 2024 -f csv"),
    )


def list_rows(
    table: Annotated[
        str, typer.Argument(metavar=_("[TABLE]"), show_default=False, help=_("A table; centres by default."))
    ] = "centres",
    region: options.Region = None,
    department: options.Department = None,
    overseas: Annotated[
        bool | None,
        typer.Option(
            "--overseas/--mainland", help=_("Only overseas, or only metropolitan France."), show_default=False
        ),
    ] = None,
    year: options.Year = None,
    as_of: options.AsOf = None,
    uncovered: Annotated[
        bool, typer.Option("--uncovered", help=_("Of the neighbourhoods, those that no centre serves on the date."))
    ] = False,
    sort: options.Sort = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar=_("COLUMNS"), help=_("The columns to show, by name, parted by commas.")),
    ] = None,
    limit: options.Limit = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """List the rows of a table."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.listing import Asked, list_rows_of

    asked = Asked(
        region=region,
        department=department,
        overseas=overseas,
        year=options.year_number(year),
        as_of=as_of,
        sort=sort,
        columns=options.names(columns),
        limit=limit,
        uncovered=uncovered,
    )
    with reading(db) as connection:
        result = list_rows_of(connection, table, asked)
    show_result(result, format_, output, force)
