"""``crpv template``: a form to send out, which comes back right."""

from __future__ import annotations

from pathlib import Path
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
        "template",
        template,
        _(
            "Examples: crpv template evaluations --centre oriv --year 2025 -o oriv.xlsx"
            " · crpv template funding --filled -o funding.xlsx"
        ),
    )


def template(
    table: Annotated[str, typer.Argument(metavar=_("TABLE"), help=_("The table that the form is for."))],
    centre: Annotated[
        str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Only this centre: its id or name."))
    ] = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar=_("YEAR"),
            callback=options.checked_year,
            help=_("The year it is about; last year by default."),
        ),
    ] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help=_("Fill in what the registry holds, for correction."))
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar=_("FILE"), help=_("The workbook to write: FILE.xlsx.")),
    ] = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Make a form."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.files import workbook_file, write_form
    from crpv_cli.reports.forms import form_of

    file = workbook_file(output, force)
    with reading(db) as connection:
        form = form_of(connection, table, centre, options.year_number(year), filled)
    write_form(form, file, force)
