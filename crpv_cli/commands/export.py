"""``crpv export``: a table, the rows of a report, or everything, into a file."""

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
            metavar=_("NAME"), help=_("A table, coverage, evaluation-summaries, funding-by-centre, or all.")
        ),
    ],
    region: options.Region = None,
    department: options.Department = None,
    centre: options.Centre = None,
    year: options.Year = None,
    as_of: options.AsOf = None,
    with_people: options.WithPeople = False,
) -> None:
    """Export a table or the rows of a report; CSV unless asked otherwise."""
    from crpv_cli.definitions.named import is_everything
    from crpv_cli.output.files import write_all
    from crpv_cli.reports.exports import all_tables, export_rows
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.listing import Selection

    if not is_everything(name):
        with door.reading() as connection:
            its_id = find_centre(connection, centre) if centre else None
            narrowed = Selection(region=region, department=department, centre=its_id, year=year, people=with_people)
            result = export_rows(connection, name, as_of, narrowed)
        door.show(result, default=Format.CSV)
        return
    for option, value in (("region", region), ("department", department), ("centre", centre), ("year", year)):
        if value is not None:
            raise UsageProblem(
                msg("{option} does not apply to everything.", option=f"--{option}"),
                msg("Leave it out, or export a table or a report."),
            )
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
        write_all(all_tables(connection, with_people), door.output, door.format, door.force)
