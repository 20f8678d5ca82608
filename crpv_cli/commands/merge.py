"""``crpv merge``: the rows of other registries come into one, each with where it comes from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import NOW, Door, command
from crpv_cli.commands.reopening import asks_to_reopen
from crpv_cli.errors import ExitCode
from crpv_cli.language import text as _


@command(*NOW)
@asks_to_reopen
def merge(
    door: Door,
    registries: Annotated[
        list[Path], typer.Argument(metavar=_("REGISTRY..."), help=_("The other registries; they are only read."))
    ],
    prefer: Annotated[
        list[str] | None,
        typer.Option(
            "--prefer",
            metavar=_("NAME"),
            help=_("The registry that is right where some differ, by its file; several may be named, in order."),
        ),
    ] = None,
    dry_run: options.DryRun = False,
    reopen: options.Reopen = False,
) -> None:
    """Merge registries.

    Raises:
        typer.Exit: with 1, registries differ on a row.
    """
    from crpv_cli.output import streams
    from crpv_cli.output.loads import tell_merge
    from crpv_cli.registry.connection import resolve_path
    from crpv_cli.registry.merging import merge as merge_registries

    if door.output is not None:
        streams.check_free(door.output, door.force)  # before the registry is touched
    words = ["merge", *(word for name in prefer or () for word in ("--prefer", name))]
    with door.writing() as connection:
        report = merge_registries(
            connection,
            resolve_path(door.db)[0],
            registries,
            prefer=prefer or (),
            command=shlex.join(words),
            dry_run=dry_run,
            reopening=reopen,
            before_commit=door.show_found,
        )
    tell_merge(report)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)
