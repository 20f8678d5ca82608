"""``crpv map``: the departments as tiles, and who covers them."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.commands.reports.coverage import Geography, Measure
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "map",
        map_,
        _("Examples: crpv map --as-of 2023-10-17 · crpv map --measure inhabitants --centre oriv"),
    )


def map_(
    as_of: options.AsOf = None,
    measure: Annotated[
        Measure,
        typer.Option(
            "--measure", metavar=_("MEASURE"), help=_("neighbourhoods, contracts, inhabitants or departments.")
        ),
    ] = Measure.NEIGHBOURHOODS,
    geography: Annotated[
        Geography | None,
        typer.Option("--geography", metavar="2015|2024", help=_("By default the one in force on the date.")),
    ] = None,
    centre: Annotated[
        str | None,
        typer.Option("--centre", metavar=_("CENTRE"), help=_("Mark the departments of this centre: its id or name.")),
    ] = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Draw the map."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.coverage.map import territory_map
    from crpv_cli.reports.finding import find_centre

    with reading(db) as connection:
        result = territory_map(
            connection,
            as_of or today(),
            measure.value,
            geography.value if geography else None,
            find_centre(connection, centre) if centre else None,
        )
    show_result(result, format_, output, force)
