"""Every table into a folder, one file each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crpv_cli.errors import FileProblem
from crpv_cli.language import msg, msgs
from crpv_cli.output import streams
from crpv_cli.output.formats import EXTENSIONS, Format, render
from crpv_cli.result import Result

__all__ = ["write_all"]


def write_all(tables: Sequence[Result], folder: Path, chosen: Format, force: bool) -> None:
    """Write one file per table, named after it, into a folder that is made if it is missing.

    Raises:
        FileProblem: the folder cannot be made, or one of the files exists already; then none is written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(
            msg("The folder {folder} cannot be made: {reason}", folder=folder, reason=error.strerror or str(error)),
            msg("Name another one with -o."),
        ) from error
    # Everything is rendered before anything is written.
    documents = {
        folder / f"{table.name}{EXTENSIONS[chosen]}": render(replace(table, notes=()), chosen) for table in tables
    }
    for file in documents:
        streams.check_free(file, force)
    for file, document in documents.items():
        streams.deliver(document.text, file, force, document.encoding)
    # Said once for the folder, not once a file.
    streams.say_all({note.code: note.message for table in tables for note in table.notes if table.fictitious}.values())
    streams.say(
        msgs(
            "{count} table was written to {folder}.",
            "{count} tables were written to {folder}.",
            len(documents),
            folder=folder,
        )
    )
