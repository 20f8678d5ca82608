"""``crpv remind``: a message to each centre that owes something of a collection; nothing is ever sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.language import text as _


@command("output", "force", "db", output=_("The folder to write the messages to."))
def remind(
    door: Door,
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            metavar=_("YEAR"),
            parser=options.year,
            help=_("The year that was asked about; that of the last campaign by default."),
        ),
    ] = None,
    centre: options.Centre = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar=_("FILE"), dir_okay=False, help=_("The text to fill in, instead of ours.")),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option("--from", metavar=_("ADDRESS"), help=_("The address that the messages come from.")),
    ] = None,
    show_template: Annotated[
        bool, typer.Option("--show-template", help=_("Print the text that is filled in, to be changed, and stop."))
    ] = False,
) -> None:
    """Write reminders; nothing is sent.

    Raises:
        UsageProblem: no folder is named.
    """
    from crpv_cli.output import streams
    from crpv_cli.output.letters import write_letters
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.returns.letters import letters, template_text

    if show_template:
        streams.deliver(template_text(), door.output, door.force)
        return
    if door.output is None:
        raise UsageProblem(
            msg("The reminders are files: a text and a draft for each centre."),
            msg("Name the folder to write them into: {option}", option=msg(N_("-o FOLDER"))),
        )
    own = _read(template) if template is not None else None
    with door.reading() as connection:
        its_id = find_centre(connection, centre) if centre else None
        its_year, found = letters(connection, today(), year, its_id, own)
    if not found:
        streams.say(msg("Nobody has to be reminded: all that was asked for of {year} is there.", year=str(its_year)))
        return
    write_letters(found, sender, door.output, door.force)


def _read(file: Path) -> str:
    """Read a template, as an editor on Windows or elsewhere writes it.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        written = file.read_bytes()
    except OSError as error:
        raise FileProblem(
            msg("{file} cannot be read: {reason}", file=file, reason=error.strerror or str(error)),
            msg("Name a text file with --template; crpv remind --show-template prints one to begin with."),
        ) from error
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError:
        return written.decode("cp1252", errors="replace")  # what older editors on Windows write
