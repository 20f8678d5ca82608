"""``crpv verify``: whether files are those that were loaded."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.errors import ExitCode
from crpv_cli.language import text as _


@command()
def verify(
    door: Door,
    files: Annotated[list[str], typer.Argument(metavar=_("FILE..."), help=_("Files, or - for standard input."))],
) -> None:
    """Verify files.

    Raises:
        typer.Exit: with 1, one of them was never loaded.
    """
    from crpv_cli.intake.digests import sha256_of
    from crpv_cli.reports.verifying import never_loaded, verified

    digests = {file: sha256_of(file) for file in files}
    with door.reading() as connection:
        result = verified(connection, digests)
    door.show(result)
    if never_loaded(result):
        raise typer.Exit(ExitCode.ANOMALIES)
