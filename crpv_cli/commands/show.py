"""``crpv show``: everything about one centre."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "show", show, _("Examples: crpv show oriv · crpv show villes-au-carre --as-of 2016-06-30 -o sheet.md"))


def show(
    centre: Annotated[
        str, typer.Argument(metavar=_("CENTRE"), help=_("Its id, its short name, or a part that only it has."))
    ],
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Show one centre."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_sheet
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.centre.report import centre_sheet
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.rules.checking import findings

    with reading(db) as connection:
        date, its_id = as_of or today(), find_centre(connection, centre)
        sheet = centre_sheet(connection, its_id, date, findings(connection, date, centre=its_id))
    show_sheet(sheet, format_, output, force)
