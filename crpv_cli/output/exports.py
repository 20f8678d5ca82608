"""Every table into a folder, one file each, or into one workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg, msgs
from crpv_cli.output import streams
from crpv_cli.output.formats import EXTENSIONS, Document, Format, render
from crpv_cli.result import Result

__all__ = ["write_all"]


def write_all(tables: Sequence[Result], output: Path, chosen: Format | None, force: bool) -> None:
    """Write every table: into one workbook if ``output`` ends in ``.xlsx``, else into a folder, CSV by default.

    In a folder, which is made if it is missing, each table is a file named after it.

    Raises:
        UsageProblem: the name is that of a workbook and the format is another.
        FileProblem: the folder cannot be made, or one of the files exists already; then none is written.
    """
    if output.suffix.lower() == EXTENSIONS[Format.XLSX] and not output.is_dir():
        if chosen not in {None, Format.XLSX}:
            raise UsageProblem(
                msg("{file} is the name of a workbook, and the format is {format}.", file=output, format=chosen),
                msg("Name a folder with -o, or leave --format out."),
            )
        _write_workbook(tables, output, force)
    else:
        _write_folder(tables, output, chosen or Format.CSV, force)
    # Said once for all, not once a file.
    streams.say_all({note.code: note.message for table in tables for note in table.notes if table.fictitious}.values())
    streams.say(
        msgs(
            "{count} table was written to {folder}.",
            "{count} tables were written to {folder}.",
            len(tables),
            folder=output,
        )
    )


def _write_workbook(tables: Sequence[Result], output: Path, force: bool) -> None:
    from crpv_cli.output.workbook.result import tables_workbook

    streams.check_free(output, force)
    streams.deliver(tables_workbook(tables), output, force)


def _write_folder(tables: Sequence[Result], folder: Path, chosen: Format, force: bool) -> None:
    streams.make_folder(folder)
    # Everything is rendered before anything is written.
    documents = {folder / f"{table.name}{EXTENSIONS[chosen]}": _render(table, chosen) for table in tables}
    for file in documents:
        streams.check_free(file, force)
    for file, document in documents.items():
        streams.deliver(document.content, file, force, document.encoding)


def _render(table: Result, chosen: Format) -> Document:
    # A file of one table among others holds the table alone, except a workbook, which has a place for notes.
    return render(table if chosen is Format.XLSX else replace(table, notes=()), chosen)
