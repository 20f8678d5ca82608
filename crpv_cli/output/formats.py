"""The formats, by name and by file extension; each is imported when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.output import streams
from crpv_cli.result import Note, Result, Sheet

__all__ = ["EXTENSIONS", "Format", "show_result", "show_sheet"]


class Format(StrEnum):
    """How a result is written. The values are what ``--format`` takes."""

    TABLE = "table"
    CSV = "csv"
    CSV_EXCEL = "csv-excel"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


_BY_EXTENSION = {
    ".txt": Format.TABLE,
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
}


# The extension of a file of each format.
EXTENSIONS = {
    Format.TABLE: ".txt",
    Format.CSV: ".csv",
    Format.CSV_EXCEL: ".csv",
    Format.JSON: ".json",
    Format.JSONL: ".jsonl",
    Format.MARKDOWN: ".md",
}


def _choose(asked: Format | None, output: Path | None, default: Format) -> Format:
    if asked is not None:
        return asked
    if output is None:
        return default
    found = _BY_EXTENSION.get(output.suffix.lower())
    if found is None:
        raise UsageProblem(
            msg("The extension of {file} tells no format.", file=output),
            msg("Name one with --format, or use one of: {extensions}.", extensions=list(_BY_EXTENSION)),
        )
    return found


def show_result(
    result: Result,
    asked: Format | None = None,
    output: Path | None = None,
    force: bool = False,
    default: Format = Format.TABLE,
) -> None:
    """Print a result, or write it to a file, in the format asked for or told by the file's extension.

    Raises:
        UsageProblem: the extension tells no format.
        FileProblem: the file exists already, or cannot be written.
    """
    chosen = _choose(asked, output, default)
    if output is not None:
        streams.check_free(output, force)
    match chosen:
        case Format.TABLE:
            from crpv_cli.output.table import render_table

            rendered = render_table(
                result, None if output else streams.terminal_width(), streams.colour() and output is None
            )
            streams.deliver(rendered.text, output, force)
            streams.say_all(rendered.remarks)
        case Format.MARKDOWN:
            from crpv_cli.output.plain import markdown_text

            streams.deliver(markdown_text(result), output, force)
        case Format.JSON | Format.JSONL:
            from crpv_cli.output import jsons

            text = jsons.json_text(result) if chosen is Format.JSON else jsons.jsonl_text(result)
            streams.deliver(text, output, force)
        case Format.CSV | Format.CSV_EXCEL:
            from crpv_cli.output import delimited

            if chosen is Format.CSV:
                streams.deliver(delimited.csv_text(result), output, force)
            else:
                streams.deliver(delimited.csv_excel_text(result), output, force, encoding="utf-8-sig")
    _warn(result.notes, chosen)


def show_sheet(sheet: Sheet, asked: Format | None = None, output: Path | None = None, force: bool = False) -> None:
    """Print a sheet, or write it to a file; it holds several tables, so it has no CSV.

    Raises:
        UsageProblem: the format cannot hold a sheet.
        FileProblem: the file exists already, or cannot be written.
    """
    chosen = _choose(asked, output, Format.TABLE)
    if output is not None:
        streams.check_free(output, force)
    match chosen:
        case Format.TABLE:
            from crpv_cli.output.table import render_sheet

            rendered = render_sheet(
                sheet, None if output else streams.terminal_width(), streams.colour() and output is None
            )
            streams.deliver(rendered.text, output, force)
            streams.say_all(rendered.remarks)
        case Format.MARKDOWN:
            from crpv_cli.output.plain import sheet_markdown

            streams.deliver(sheet_markdown(sheet), output, force)
        case Format.JSON:
            from crpv_cli.output.jsons import sheet_json

            streams.deliver(sheet_json(sheet), output, force)
        case _:
            raise UsageProblem(
                msg("A sheet holds several tables: it cannot be written as {format}.", format=chosen.value),
                msg("Use table, markdown or json."),
            )
    _warn(sheet.notes, chosen)


def _warn(notes: Sequence[Note], chosen: Format) -> None:
    """Say on standard error what a machine format has no place for, where nobody should miss it."""
    if chosen in {Format.TABLE, Format.MARKDOWN}:
        return
    streams.say_all(note.message for note in notes if "fictitious" in note.code)
