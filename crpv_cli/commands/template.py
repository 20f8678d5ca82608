"""``crpv template``: a form to send out, which comes back right."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.language import N_
from crpv_cli.language import text as _
from crpv_cli.reports.options import YEAR


@command("output", "force", "db", output=_("The workbook to write: FILE.xlsx."))
def template(
    door: Door,
    table: Annotated[str, typer.Argument(metavar=_("TABLE"), help=_("The table that the form is for."))],
    centre: options.Centre = None,
    year: Annotated[
        int | None, options.info(replace(YEAR, help=N_("The year it is about; last year by default.")))
    ] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help=_("Fill it in with what the registry holds, for correction."))
    ] = False,
) -> None:
    """Make a form."""
    from crpv_cli.output.files import workbook_file, write_form
    from crpv_cli.reports.forms import form_of

    file = workbook_file(door.output, door.force)
    with door.reading() as connection:
        form = form_of(connection, table, centre, year, filled)
    write_form(form, file, door.force)
