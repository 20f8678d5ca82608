"""Every table into a folder, one file each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crpv_cli.errors import FileProblem
from crpv_cli.language import msg, msgs
from crpv_cli.output import streams
from crpv_cli.output.formats import EXTENSIONS, Format, show_result
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
    files = [folder / f"{table.name}{EXTENSIONS[chosen]}" for table in tables]
    for file in files:
        streams.check_free(file, force)
    for table, file in zip(tables, files, strict=True):
        show_result(table, chosen, file, force)
    streams.say(
        msgs(
            "{count} table was written to {folder}.",
            "{count} tables were written to {folder}.",
            len(files),
            folder=folder,
        )
    )
