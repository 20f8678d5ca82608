"""``crpv report changes``."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "changes",
        changes,
        _("Examples: crpv report changes --from 2023-10-17 --to 2025 · crpv report changes --from 2024"),
    )


def changes(
    first: Annotated[
        str,
        typer.Option(
            "--from",
            metavar=_("DATE"),
            callback=options.date_or_year,
            help=_("The date before; a year is its 31 December."),
        ),
    ],
    last: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar=_("DATE"),
            callback=options.date_or_year,
            help=_("The date after, or a year; today by default."),
        ),
    ] = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Compare two dates."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.changes.report import changes as compare

    with reading(db) as connection:
        result = compare(connection, first, last or today())
    show_result(result, format_, output, force)
