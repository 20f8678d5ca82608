"""The formats: a row for each, and what shows a result in one. Every command's help reads this file: it imports little.

A format is a row of ``Format`` and a function, which is imported when it is used.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Message, msg, text
from crpv_cli.output import streams

if TYPE_CHECKING:
    from crpv_cli.output.page.look import Look
    from crpv_cli.result import Dossier, Result


@dataclass(frozen=True, slots=True)
class _Row:
    """A format.

    Attributes:
        name: what ``--format`` takes.
        renderer: the module of ``output`` and its function, which takes a result, and a dossier too if ``dossiers``.
        purpose: what it is for, for the documentation.
        extensions: of its files, the first one for those that crpv names; one that two formats have chooses the first.
        dossiers: whether it can hold a dossier, which has several tables.
        maps: whether it holds a map and nothing else.
        lines: the function that sets a table a row at a time, of its columns and rows, if that is possible.
        tables: the function for several tables in one file, if that is possible.
        machine: whether nothing changes with the reader's language.
        alerts: whether who reads it sees what nobody should miss; it is said beside the result otherwise.
        fitted: whether it is fitted to the terminal that reads it.
        encoding: of a text.
        file_only: why nobody reads it on a terminal; empty if one can.
        needs: the function that raises where no program of the machine can make it; empty if crpv makes it itself.
        looks: whether it takes the look of an agency (``--theme``, ``--logo``).
    """

    name: str
    renderer: str
    purpose: str
    extensions: tuple[str, ...]
    dossiers: bool = True
    maps: bool = False
    lines: str = ""
    tables: str = ""
    machine: bool = False
    alerts: bool = False
    fitted: bool = False
    encoding: str = "utf-8"
    file_only: str = ""
    needs: str = ""
    looks: bool = False


class Format(StrEnum):
    """How a result is written. The values are what ``--format`` takes."""

    _value_: str
    row: _Row

    TABLE = _Row(
        "table", "terminal.screen:screen", N_("reading on a terminal; the default"), (".txt",), alerts=True, fitted=True
    )
    CSV = _Row(
        "csv",
        "delimited:csv_text",
        N_("programs, and `crpv load`; the default of `crpv export`"),
        (".csv",),
        dossiers=False,
        lines="delimited:csv_lines",
        machine=True,
    )
    CSV_EXCEL = _Row(
        "csv-excel",
        "delimited:csv_excel_text",
        N_("spreadsheets set to French, or any other with a decimal comma"),
        (".csv",),
        dossiers=False,
        lines="delimited:csv_excel_lines",
        encoding="utf-8-sig",
    )
    JSON = _Row("json", "jsons:json_text", N_("programs"), (".json",), lines="jsons:json_lines", machine=True)
    JSONL = _Row(
        "jsonl",
        "jsons:jsonl_text",
        N_("programs that read a row at a time"),
        (".jsonl", ".ndjson"),
        dossiers=False,
        lines="jsons:jsonl_lines",
        machine=True,
    )
    MARKDOWN = _Row(
        "markdown", "markdown:markdown_text", N_("notes, issues, web pages"), (".md", ".markdown"), alerts=True
    )
    SVG = _Row(
        "svg", "page.map:svg_file", N_("maps: documents, web pages, printing at any size"), (".svg",), False, maps=True
    )
    PNG = _Row(
        "png",
        "page.map:png_file",
        N_("maps: slides, letters"),
        (".png",),
        dossiers=False,
        maps=True,
        file_only=N_("A picture cannot be shown on a terminal."),
    )
    GEOJSON = _Row(
        "geojson",
        "geojson:geojson_text",
        N_("maps: QGIS and other programs for maps"),
        (".geojson",),
        dossiers=False,
        maps=True,
        machine=True,
    )
    XLSX = _Row(
        "xlsx",
        "workbook.write:workbook",
        N_("spreadsheets"),
        (".xlsx",),
        tables="workbook.write:tables_workbook",
        file_only=N_("A workbook cannot be shown on a terminal."),
    )
    HTML = _Row(
        "html",
        "page.page:html_page",
        N_("reading in a browser, printing, sharing"),
        (".html", ".htm"),
        alerts=True,
        file_only=N_("A web page cannot be shown on a terminal."),
        looks=True,
    )
    DOCX = _Row(
        "docx",
        "documents:docx",
        N_("notes and letters in Word"),
        (".docx",),
        alerts=True,
        file_only=N_("A document cannot be shown on a terminal."),
        looks=True,
    )
    PDF = _Row(
        "pdf",
        "documents:pdf",
        N_("sending and printing; made by Chromium or LibreOffice"),
        (".pdf",),
        alerts=True,
        file_only=N_("A document cannot be shown on a terminal."),
        needs="documents:need_printer",
        looks=True,
    )
    ODT = _Row(
        "odt",
        "documents:odt",
        N_("notes and letters in LibreOffice, which makes it"),
        (".odt",),
        alerts=True,
        file_only=N_("A document cannot be shown on a terminal."),
        needs="documents:need_writer",
        looks=True,
    )
    ODS = _Row(
        "ods",
        "office:ods",
        N_("LibreOffice and other spreadsheets; made by LibreOffice"),
        (".ods",),
        tables="office:tables_ods",
        needs="office:program",
        file_only=N_("A workbook cannot be shown on a terminal."),
    )

    def __new__(cls, row: _Row) -> Format:
        """Make a member whose value is the name of its row."""
        member = str.__new__(cls, row.name)
        member._value_ = row.name
        member.row = row
        return member

    @property
    def extension(self) -> str:
        """The extension of the files that crpv names."""
        return self.row.extensions[0]


_BY_EXTENSION: dict[str, Format] = {}
for _format in Format:
    for _extension in _format.row.extensions:
        _BY_EXTENSION.setdefault(_extension, _format)


def names(dossiers: bool = False, maps: bool = False) -> str:
    """The names of the formats, or of those that can hold a dossier, as a sentence; those of ``maps`` too if asked."""
    *first, last = [one.value for one in Format if (one.row.dossiers or not dossiers) and (maps or not one.row.maps)]
    return text(N_("{formats} or {last}"), formats=first, last=last)


def format_of(output: Path) -> Format | None:
    """Return the format of a file by its extension, or None."""
    return _BY_EXTENSION.get(output.suffix.lower())


def choose(asked: Format | None, output: Path | None, default: Format) -> Format:
    """Return the format asked for, or given by the extension of a file to write, or the default one.

    Raises:
        FileProblem: it is a folder.
        UsageProblem: the extension is that of no format.
    """
    if asked is not None:
        return asked
    if output is None or streams.is_standard(output):
        return default
    found = format_of(output)
    if found is None:
        if output.is_dir():
            streams.check_free(output, force=True)
        raise UsageProblem(
            msg("The extension of {file} is not that of a known format.", file=output),
            msg("Name one with --format, or use one of: {extensions}.", extensions=list(_BY_EXTENSION)),
        )
    return found


@dataclass(frozen=True, slots=True)
class Document:
    """What was rendered: what to write, in which encoding if it is text, and what else to say."""

    content: str | bytes
    encoding: str = "utf-8"
    remarks: tuple[Message, ...] = ()

    @property
    def encoded(self) -> bytes:
        """What to write, as bytes."""
        if isinstance(self.content, bytes):
            return self.content
        return self.content.encode(self.encoding, errors="backslashreplace")  # a name of a file need not be UTF-8


def function_of(address: str) -> Callable[..., Any]:
    """Import a function of ``output`` by the address that a row gives of it."""
    module, _, name = address.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(f"crpv_cli.output.{module}"), name)
    return function


def render(
    shown: Result | Dossier,
    chosen: Format,
    width: int | None = None,
    colour: bool = False,
    handed_on: bool = True,
    height: int | None = None,
    full: bool = True,
) -> Document:
    """Render a result or a dossier; a table is fitted to ``width`` columns, or cut nowhere if that is None.

    What is ``handed_on`` for people to read says nothing that is meant for whoever runs the command. What is fitted to
    a terminal of ``height`` lines may be in brief there, unless it is asked for in ``full``.

    Raises:
        UsageProblem: the format cannot hold a dossier.
    """
    from crpv_cli.result import Dossier, Result

    row = chosen.row
    if isinstance(shown, Dossier) and not row.dossiers:
        raise UsageProblem(
            msg("A sheet holds several tables: it cannot be written as {format}.", format=chosen.value),
            msg("Use {formats}.", formats=names(dossiers=True)),
        )
    if row.maps and not (isinstance(shown, Result) and shown.is_map):
        raise UsageProblem(
            msg("Only a map can be written as {format}.", format=chosen.value),
            msg("Ask for it: crpv map -o map{extension}", extension=chosen.extension),
        )
    if handed_on and not row.machine:
        shown = shown.for_readers()
    renderer = function_of(row.renderer)
    if row.looks:
        return Document(renderer(shown, _look()), row.encoding)
    if not row.fitted:
        return Document(renderer(shown), row.encoding)
    content, remarks = renderer(shown, width, colour, streams.blocks(), height, full)
    return Document(content, row.encoding, remarks)


def _look() -> Look | None:
    """The look that is asked for, by an option or by the environment."""
    asked = [
        file or (Path(named) if (named := os.environ.get(name)) else None)
        for file, name in ((streams.Manner.theme, "CRPV_THEME"), (streams.Manner.logo, "CRPV_LOGO"))
    ]
    if not any(asked):
        return None
    from crpv_cli.output.page.look import look_of

    return look_of(*asked)


def ready(asked: Format | None, output: Path | None, force: bool, default: Format) -> Format:
    """Return the format, once it is sure that what is shown can go where it is asked for.

    Raises:
        UsageProblem: the extension is unknown, or a terminal cannot show it.
        FileProblem: the file exists already.
    """
    chosen = choose(asked, output, default)
    if not chosen.row.looks and (streams.Manner.theme or streams.Manner.logo):
        raise UsageProblem(
            msg("--theme and --logo apply to pages and documents, not to {format}.", format=chosen.value),
            msg("Leave them out, or write another kind of file: -o FILE.html"),
        )
    # What cannot be is said before any work is done.
    if chosen.row.needs:
        function_of(chosen.row.needs)()
    if chosen.row.looks:
        _look()
    if output is not None and not streams.is_standard(output):
        streams.check_free(output, force)
    elif chosen.row.file_only and streams.on_terminal():
        raise UsageProblem(
            msg(chosen.row.file_only),
            msg("Name the file to write: {option}", option=msg(N_("-o FILE{extension}"), extension=chosen.extension)),
        )
    return chosen


def show(
    shown: Result | Dossier,
    asked: Format | None = None,
    output: Path | None = None,
    force: bool = False,
    default: Format = Format.TABLE,
    full: bool = False,
) -> None:
    """Print a result or a dossier, or write it to a file, in the format asked for or given by the file's extension.

    On standard output, reading begins with what matters most, and ``full`` asks for all of it; a file holds all of it.

    Raises:
        UsageProblem: the extension is unknown, the format cannot hold a dossier, or a terminal cannot show it.
        FileProblem: the file exists already, or cannot be written.
    """
    chosen = ready(asked, output, force, default)
    handed_on = not streams.is_standard(output) or not chosen.row.fitted
    if not streams.is_standard(output):
        document = render(shown, chosen)
    else:
        width, height = streams.terminal_width(), streams.terminal_height()
        document = render(shown, chosen, width, streams.colour(), handed_on, height, full)
    streams.deliver(document.content, output, force, document.encoding)
    streams.say_all(document.remarks)
    if not chosen.row.alerts:
        streams.say_all(note.message for note in shown.notes if note.alert)
    if handed_on and not chosen.row.machine:
        streams.say_all({note.code: note.message for note in shown.operator_notes}.values())
