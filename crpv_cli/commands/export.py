"""``crpv export``: a table, a view, the rows of a report, or everything, into a file."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _
from crpv_cli.output import streams
from crpv_cli.output.formats import Format

# What a name ends with that is meant for one file.
_FILES = {
    *(".csv", ".json", ".jsonl", ".md", ".txt", ".html"),
    *(".pdf", ".docx", ".odt", ".xls", ".zip", ".sqlite", ".db"),
}


@command(output=_("The file to write; for all, the folder or a workbook."))
def export(
    door: Door,
    name: Annotated[
        str,
        typer.Argument(
            metavar=_("NAME"),
            help=_(
                "A table, a view, coverage, evaluation-summaries, funding-by-centre, all, datasette, or postgresql."
            ),
        ),
    ],
    region: options.Region = None,
    department: options.Department = None,
    centre: options.Centre = None,
    year: options.Year = None,
    as_of: options.AsOf = None,
    with_people: options.WithPeople = False,
    public: options.Public = False,
    schema: Annotated[
        str | None, typer.Option("--schema", metavar=_("SCHEMA"), help=_("For postgresql: the schema to fill (crpv)."))
    ] = None,
) -> None:
    """Export a table or the rows of a report; CSV unless asked otherwise."""
    from crpv_cli.definitions.named import is_everything, program_meant
    from crpv_cli.output.files import write_all
    from crpv_cli.reports.exports import all_tables, export_rows
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.listing import Selection

    program = program_meant(name)
    if schema is not None and program != "postgresql":
        raise UsageProblem(
            msg("{option} does not apply to {name}.", option="--schema", name=name),
            msg("Leave it out, or write: crpv export postgresql"),
        )
    if program is not None:
        _refuse_part(region=region, department=department, centre=centre, year=year)
        if program == "postgresql":
            _export_postgresql(door, as_of, public, with_people, schema)
        else:
            _refuse_part(as_of=as_of, with_people=with_people or None)
            _export_datasette(door, public)
        return
    if not is_everything(name):
        with door.reading() as connection:
            its_id = find_centre(connection, centre) if centre else None
            narrowed = Selection(region=region, department=department, centre=its_id, year=year, people=with_people)
            result = export_rows(connection, name, as_of, narrowed, public)
        door.show(result, default=Format.CSV)
        return
    _refuse_part(region=region, department=department, centre=centre, year=year)
    if door.output is None or streams.is_standard(door.output):
        raise UsageProblem(
            msg("Everything is written to a folder, or to one workbook."),
            msg("Name it: crpv export all -o FOLDER/ or crpv export all -o registry.xlsx"),
        )
    if door.output.suffix.lower() in _FILES and not door.output.is_dir():
        raise UsageProblem(
            msg("{file} is one file, but there are several tables.", file=door.output),
            msg("Name a folder, or one workbook: crpv export all -o registry.xlsx"),
        )
    with door.reading() as connection:
        tables = all_tables(connection, with_people, public)
        write_all(tables, door.output, door.format, door.force, public=public)


def _refuse_part(**narrowing: object) -> None:
    """Refuse to narrow the whole registry to a part of it.

    Raises:
        UsageProblem: an option asks for that.
    """
    for option, value in narrowing.items():
        if value is not None:
            raise UsageProblem(
                msg("{option} does not apply to everything.", option=f"--{option}"),
                msg("Leave it out, or export a table or a report."),
            )


def _export_postgresql(door: Door, as_of: str | None, public: bool, people: bool, schema: str | None) -> None:
    from crpv_cli.output import postgresql
    from crpv_cli.output.flow import pour_text
    from crpv_cli.reports.whole import whole

    name = postgresql.SCHEMA if schema is None else postgresql.checked_schema(schema)
    _refuse_part(format=door.format)
    with door.reading() as connection:
        registry = whole(connection, as_of, public, people)
        pour_text(postgresql.script(registry, name), door.output, door.force)
    if registry.fictitious:
        streams.say(postgresql.HOLDS_FICTITIOUS)


def _export_datasette(door: Door, public: bool) -> None:
    """Write the settings of a registry into a file; what is public, with its settings, into a folder.

    Raises:
        UsageProblem: a file is named for what is public, a folder for a registry, or another format.
    """
    from crpv_cli.output import datasette
    from crpv_cli.registry.connection import resolve_path

    output = None if streams.is_standard(door.output) else door.output
    is_file = output is None or (output.suffix.lower() in datasette.EXTENSIONS and not output.is_dir())
    if public and (is_file or output is None):
        raise UsageProblem(
            msg("Settings alone leave nothing out of a file: what is public is written to a folder."),
            msg("Name it: crpv export datasette --public -o FOLDER/"),
        )
    if not public and not is_file:
        raise UsageProblem(
            msg("{file} is neither a .yaml nor a .json file.", file=output),
            msg("For a folder with a database of what is public, write: crpv export datasette --public -o FOLDER/"),
        )
    if door.format not in {None, Format.JSON} or (public and door.format):
        _refuse_part(format=door.format)
    with door.reading() as connection:
        if public and output is not None:
            datasette.write_public_folder(connection, output, door.force)
        else:
            file, _by_default = resolve_path(door.db)
            datasette.write_settings(connection, file, output, door.format is Format.JSON, door.force)
