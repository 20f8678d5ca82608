"""``crpv list``: the centres, or the rows of any table or view."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.language import text as _


@command()
def list_rows(
    door: Door,
    table: Annotated[
        str, typer.Argument(metavar=_("[TABLE]"), show_default=False, help=_("A table or a view; centres by default."))
    ] = "centres",
    region: options.Region = None,
    department: options.Department = None,
    centre: options.Centre = None,
    overseas: Annotated[
        bool | None,
        typer.Option(
            "--overseas/--mainland", help=_("Only overseas, or only metropolitan France."), show_default=False
        ),
    ] = None,
    year: options.Year = None,
    as_of: options.AsOf = None,
    uncovered: Annotated[
        bool, typer.Option("--uncovered", help=_("Only the neighbourhoods that no centre serves on the date."))
    ] = False,
    closed: Annotated[bool, typer.Option("--all", help=_("The centres that have closed as well, as rows."))] = False,
    sort: Annotated[
        str | None,
        typer.Option("--sort", metavar=_("COLUMN"), help=_("Sort by a column; -COLUMN for the largest first.")),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar=_("COLUMNS"), help=_("The columns to show, by name, separated by commas.")),
    ] = None,
    limit: options.Limit = None,
    with_people: options.WithPeople = False,
) -> None:
    """List the rows of a table."""
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.listing import Selection, list_rows_of

    shown = tuple(name.strip() for name in (columns or "").split(",") if name.strip())
    with door.reading() as connection:
        its_id = find_centre(connection, centre) if centre else None
        asked = Selection(
            region, department, overseas, year, as_of, sort, shown, limit, uncovered, with_people, closed, its_id
        )
        result = list_rows_of(connection, table, asked)
    door.show(result)
