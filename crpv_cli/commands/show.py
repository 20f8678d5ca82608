"""``crpv show``: everything about one centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.commands.options import AsOf, Full
from crpv_cli.language import text as _

if TYPE_CHECKING:
    import sqlite3

    from crpv_cli.result import Dossier


@command()
def show(
    door: Door,
    centre: Annotated[
        str,
        typer.Argument(
            metavar=_("CENTRE"), help=_("Its id, its short name, or a part of its name that no other centre has.")
        ),
    ],
    as_of: AsOf = None,
    full: Full = False,
) -> None:
    """Show one centre."""
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.finding import find_centre

    with door.reading() as connection:
        sheet = sheet_of(connection, find_centre(connection, centre), as_of or today())
    door.show(sheet, full=full)


def sheet_of(connection: sqlite3.Connection, centre: str, date: str) -> Dossier:
    """Return the sheet of a centre on a date, with what the rules find of it."""
    from crpv_cli.reports.centre.report import centre_sheet
    from crpv_cli.rules.checking import findings

    return centre_sheet(connection, centre, date, findings(connection, date, centre=centre))
