"""``crpv template``: a form to send out, which comes back right; or one for each centre, all at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.language import text as _
from crpv_cli.reports.options import YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crpv_cli.result import FormBook


@command("output", "force", "db", output=_("The workbook to write: FILE.xlsx or FILE.ods."))
def template(
    door: Door,
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("[TABLE]…"),
            help=_("The tables that the form is for; by default all that a centre is asked once a year."),
        ),
    ] = None,
    centre: options.Centre = None,
    year: Annotated[
        int | None, options.info(replace(YEAR, help=N_("The year it is about; last year by default.")))
    ] = None,
    each: Annotated[
        Path | None,
        typer.Option(
            "--each",
            metavar=_("FOLDER"),
            help=_("Write a form for each centre open at the end of the year, into a folder."),
        ),
    ] = None,
    due: Annotated[
        str | None,
        typer.Option(
            "--due",
            metavar=_("DATE"),
            click_type=click.types.FuncParamType(options.iso_date),
            help=_("The day until which it is to come back, said on its cover."),
        ),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar=_("TEXT"), help=_("Whom to send it back to, said on its cover.")),
    ] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help=_("Fill it in with what the registry holds, for correction."))
    ] = False,
    ods: Annotated[
        bool, typer.Option("--ods", help=_("With --each: files of LibreOffice (.ods) in the place of .xlsx."))
    ] = False,
) -> None:
    """Make a form, or one for each centre.

    Raises:
        UsageProblem: options do not go together.
    """
    from crpv_cli.output.files import forms_folder, workbook_file, write_form, write_forms
    from crpv_cli.reports.forms import book_of, books_of_centres

    wanted, kind = tables or [], "ods" if ods else "xlsx"
    if each is None:
        if ods and door.output is not None and door.output.suffix.lower() != ".ods":
            raise UsageProblem(
                msg("{file} does not have the extension of a file of LibreOffice.", file=door.output),
                msg("Name a file that ends in .ods; --ods is not needed then."),
            )
        file = workbook_file(door.output, door.force)
        with door.reading() as connection:
            book = book_of(connection, wanted, centre, year, filled, due, contact)
        write_form(book, file, door.force)
        return
    for option, given in (("--output", door.output), ("--centre", centre)):
        if given is not None:
            raise UsageProblem(
                msg("{option} and --each cannot be used together.", option=option),
                msg("--each writes a form for each centre, into the folder that it names."),
            )
    folder = forms_folder(each, kind)
    with door.reading() as connection:
        books = books_of_centres(connection, wanted, year, filled, due, contact)
    write_forms(books, folder, kind, door.force)
    _sent_out(door, books)


def _sent_out(door: Door, books: Mapping[str, FormBook]) -> None:
    """What is kept of forms that were made for all centres, once they are written: the one place for that.

    Each of ``books``, by the id of its centre, says its ``year``, its tables (``forms``), ``due_on`` and ``contact``.
    """
