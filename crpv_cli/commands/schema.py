"""``crpv schema``: what each column is that ``crpv export`` writes, for other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.language import text as _


class Language(StrEnum):
    """In which language titles and descriptions may be asked for."""

    FRENCH = "fr"
    ENGLISH = "en"


@command("output", "force", "db", output=_("The file to write; for all, a folder with a file for each, or one file."))
def schema(
    door: Door,
    name: Annotated[str, typer.Argument(metavar=_("NAME"), help=_("A table, a view, a report's rows, or all."))],
    with_people: options.WithPeople = False,
    public: options.Public = False,
    language: Annotated[
        Language, typer.Option("--lang", metavar=_("LANGUAGE"), help=_("Of titles and descriptions: fr or en."))
    ] = Language.FRENCH,
) -> None:
    """Print what the columns of an export are, as a Frictionless Table Schema."""
    from crpv_cli.output.schemas import in_one_file, write_schemas
    from crpv_cli.reports.schemas import schemas

    together = in_one_file(door.output)
    made = schemas(name, door.reading, with_people, public, language.value, together)
    write_schemas(made, door.output, door.force)
