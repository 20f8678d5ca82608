"""The formats, by name and by file extension; each is imported when it is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Message, msg
from crpv_cli.output import streams
from crpv_cli.output.names import Format
from crpv_cli.result import ChartShape, Note, Result, Sheet

__all__ = ["EXTENSIONS", "Document", "Format", "format_of", "render", "render_sheet", "show_result", "show_sheet"]


_BY_EXTENSION = {
    ".txt": Format.TABLE,
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".xlsx": Format.XLSX,
    ".html": Format.HTML,
    ".htm": Format.HTML,
}


# The extension of a file of each format.
EXTENSIONS = {
    Format.TABLE: ".txt",
    Format.CSV: ".csv",
    Format.CSV_EXCEL: ".csv",
    Format.JSON: ".json",
    Format.JSONL: ".jsonl",
    Format.MARKDOWN: ".md",
    Format.XLSX: ".xlsx",
    Format.HTML: ".html",
}


# What nobody reads on a terminal: why, and the option that names a file.
_FILES_ONLY = {
    Format.XLSX: (N_("A workbook cannot be shown on a terminal."), N_("-o FILE.xlsx")),
    Format.HTML: (N_("A web page cannot be shown on a terminal."), N_("-o FILE.html")),
}

MACHINE_FORMATS = frozenset({Format.CSV, Format.JSON, Format.JSONL})
"""Formats in which nothing changes with the reader's language."""


def format_of(output: Path) -> Format | None:
    """Return the format that the extension of a file tells, or None."""
    return _BY_EXTENSION.get(output.suffix.lower())


def choose(asked: Format | None, output: Path | None, default: Format) -> Format:
    """Return the format asked for, or told by the extension of a file to write, or the default one.

    Raises:
        FileProblem: it is a folder.
        UsageProblem: the extension tells no format.
    """
    if asked is not None:
        return asked
    if output is None:
        return default
    found = format_of(output)
    if found is None:
        if output.is_dir():
            streams.check_free(output, force=True)
        raise UsageProblem(
            msg("The extension of {file} tells no format.", file=output),
            msg("Name one with --format, or use one of: {extensions}.", extensions=list(_BY_EXTENSION)),
        )
    return found


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered result: what to write, in which encoding if it is text, and what to tell beside it."""

    content: str | bytes
    encoding: str = "utf-8"
    remarks: tuple[Message, ...] = ()


def render(result: Result, chosen: Format, width: int | None = None, colour: bool = False) -> Document:
    """Render a result in a format; a table is fitted to ``width`` columns, or cut nowhere if that is None."""
    match chosen:
        case Format.TABLE if result.name == "check":
            from crpv_cli.output.terminal.findings import findings_text

            return Document(findings_text(result, width, colour))
        case Format.TABLE:
            if result.chart is not None and result.chart.shape is ChartShape.TILES and result.rows:
                return _drawn_map(result, width, colour)
            if width is None:
                from crpv_cli.output.terminal.aligned import aligned_table

                return Document(aligned_table(result))
            from crpv_cli.output.terminal.drawing import ASCII, BLOCKS
            from crpv_cli.output.terminal.table import render_table

            text, remarks = render_table(result, width, colour, BLOCKS if streams.blocks() else ASCII)
            return Document(text, remarks=remarks)
        case Format.MARKDOWN:
            from crpv_cli.output.markdown import markdown_text

            return Document(markdown_text(result))
        case Format.JSON:
            from crpv_cli.output.jsons import json_text

            return Document(json_text(result))
        case Format.JSONL:
            from crpv_cli.output.jsons import jsonl_text

            return Document(jsonl_text(result))
        case Format.CSV:
            from crpv_cli.output.delimited import csv_text

            return Document(csv_text(result))
        case Format.CSV_EXCEL:
            from crpv_cli.output.delimited import csv_excel_text

            return Document(csv_excel_text(result), "utf-8-sig")
        case Format.XLSX:
            from crpv_cli.output.workbook.result import result_workbook

            return Document(result_workbook(result))
        case Format.HTML:
            from crpv_cli.output.page.page import result_page

            return Document(result_page(result))


def _drawn_map(result: Result, width: int | None, colour: bool) -> Document:
    """A map of tiles, or its rows where the terminal is too narrow for it."""
    from crpv_cli.output.terminal.map import map_width, tile_map

    needed = map_width(result)
    if width is None or width >= needed:
        return Document(tile_map(result, width, colour))
    document = render(replace(result, chart=None), Format.TABLE, width, colour)
    remark = msg("The map takes {needed} columns; this terminal has {width}.", needed=needed, width=width)
    return replace(document, remarks=(remark, *document.remarks))


def render_sheet(sheet: Sheet, chosen: Format, width: int | None = None, colour: bool = False) -> Document:
    """Render a sheet in a format; it holds several tables, so it has no CSV.

    Raises:
        UsageProblem: the format cannot hold a sheet.
    """
    match chosen:
        case Format.TABLE:
            if width is None:
                from crpv_cli.output.terminal.aligned import aligned_sheet

                return Document(aligned_sheet(sheet))
            from crpv_cli.output.terminal.drawing import ASCII, BLOCKS
            from crpv_cli.output.terminal.table import render_sheet

            text, remarks = render_sheet(sheet, width, colour, BLOCKS if streams.blocks() else ASCII)
            return Document(text, remarks=remarks)
        case Format.MARKDOWN:
            from crpv_cli.output.markdown import sheet_markdown

            return Document(sheet_markdown(sheet))
        case Format.JSON:
            from crpv_cli.output.jsons import sheet_json

            return Document(sheet_json(sheet))
        case Format.XLSX:
            from crpv_cli.output.workbook.sheet import sheet_workbook

            return Document(sheet_workbook(sheet))
        case Format.HTML:
            from crpv_cli.output.page.page import sheet_page

            return Document(sheet_page(sheet))
        case _:
            raise UsageProblem(
                msg("A sheet holds several tables: it cannot be written as {format}.", format=chosen.value),
                msg("Use table, markdown, json, xlsx or html."),
            )


def show_result(
    result: Result,
    asked: Format | None = None,
    output: Path | None = None,
    force: bool = False,
    default: Format = Format.TABLE,
) -> None:
    """Print a result, or write it to a file, in the format asked for or told by the file's extension.

    Raises:
        UsageProblem: the extension tells no format, or a workbook or a page would go to a terminal.
        FileProblem: the file exists already, or cannot be written.
    """
    chosen = choose(asked, output, default)
    _show(lambda width, colour: render(result, chosen, width, colour), chosen, result.notes, output, force)


def show_sheet(sheet: Sheet, asked: Format | None = None, output: Path | None = None, force: bool = False) -> None:
    """Print a sheet, or write it to a file; it holds several tables, so it has no CSV.

    Raises:
        UsageProblem: the format cannot hold a sheet.
        FileProblem: the file exists already, or cannot be written.
    """
    chosen = choose(asked, output, Format.TABLE)
    _show(lambda width, colour: render_sheet(sheet, chosen, width, colour), chosen, sheet.notes, output, force)


def _show(
    rendering: Callable[[int | None, bool], Document],
    chosen: Format,
    notes: Sequence[Note],
    output: Path | None,
    force: bool,
) -> None:
    if output is None:
        if chosen in _FILES_ONLY and streams.on_terminal():
            what, option = _FILES_ONLY[chosen]
            raise UsageProblem(msg(what), msg("Name the file to write: {option}", option=msg(option)))
        document = rendering(streams.terminal_width(), streams.colour())
    else:
        streams.check_free(output, force)
        document = rendering(None, False)
    streams.deliver(document.content, output, force, document.encoding)
    streams.say_all(document.remarks)
    if chosen not in {Format.TABLE, Format.MARKDOWN, Format.HTML}:
        # A machine format has no place for what nobody should miss.
        streams.say_all(note.message for note in notes if "fictitious" in note.code)
