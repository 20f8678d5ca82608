"""``crpv report agreements``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


class AgreementStatus(StrEnum):
    """Where an agreement stands on a date."""

    ENDED_WITHOUT_SUCCESSOR = "ended-without-successor"
    ENDING = "ending"
    RUNNING = "running"
    FUTURE = "future"
    ENDED = "ended"


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "agreements",
        agreements,
        _("Examples: crpv report agreements · crpv report agreements --within 6 --status ending"),
    )


def agreements(
    within: options.Within = None,
    status: Annotated[
        AgreementStatus | None,
        typer.Option(
            "--status",
            metavar=_("STATUS"),
            help=_("Only ended-without-successor, ending, running, future or ended."),
        ),
    ] = None,
    centre: options.Centre = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Tell where agreements stand."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.agreements.report import WITHIN_MONTHS
    from crpv_cli.reports.agreements.report import agreements as compute
    from crpv_cli.reports.finding import find_centre

    with reading(db) as connection:
        result = compute(
            connection,
            as_of or today(),
            WITHIN_MONTHS if within is None else within,
            status.value if status else None,
            find_centre(connection, centre) if centre else None,
        )
    show_result(result, format_, output, force)
