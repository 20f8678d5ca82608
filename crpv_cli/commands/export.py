"""``crpv export``: a table, the rows of a report, or everything, into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _
from crpv_cli.output.formats import Format

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "export",
        export,
        _(
            "Examples: crpv export evaluation-summaries -o s.csv · crpv export all -o out/"
            " · crpv export all -o registry.xlsx"
        ),
    )


def export(
    name: Annotated[
        str,
        typer.Argument(
            metavar=_("NAME"), help=_("A table, coverage, evaluation-summaries, funding-by-centre, or all.")
        ),
    ],
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar=_("FILE"), help=_("The file to write; for all, the folder or a workbook.")
        ),
    ] = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Export a table or the rows of a report; CSV unless asked otherwise."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.files import write_all
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.exports import all_tables, export_rows

    if name == "all":
        if output is not None and output.suffix.lower() in {".csv", ".json", ".jsonl", ".md", ".txt"}:
            raise UsageProblem(
                msg("{file} names one file, and there are several tables.", file=output),
                msg("Name a folder, or one workbook: crpv export all -o registry.xlsx"),
            )
        if output is None:
            raise UsageProblem(
                msg("Everything goes into a folder, or into one workbook."),
                msg("Name it: crpv export all -o FOLDER/ or crpv export all -o registry.xlsx"),
            )
        with reading(db) as connection:
            write_all(all_tables(connection), output, format_, force)
        return
    with reading(db) as connection:
        result = export_rows(connection, name, as_of)
    show_result(result, format_, output, force, default=Format.CSV)
