"""``crpv report network``: the network at a date, whole; or the sheets of its centres."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "network",
        network,
        _("Examples: crpv report network · crpv report network --as-of 2025-12-31 --compare-to 2023 -o report.html"),
    )


def network(
    as_of: options.AsOf = None,
    compare_to: Annotated[
        str | None,
        typer.Option(
            "--compare-to",
            metavar=_("DATE"),
            callback=options.date_or_year,
            help=_("Tell what changed since this date; a year is its 31 December."),
        ),
    ] = None,
    centre: Annotated[
        str | None,
        typer.Option(
            "--centre",
            metavar=_("CENTRE"),
            help=_("The sheet of this centre instead; all writes one for each centre into the folder of -o."),
        ),
    ] = None,
    within: options.Within = None,
    cycle: options.Cycle = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Compose the report of the network."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_sheet
    from crpv_cli.reports.agreements import WITHIN_MONTHS
    from crpv_cli.reports.evaluation_cycle import DEFAULT_CYCLE_YEARS
    from crpv_cli.reports.network import network as compose
    from crpv_cli.reports.queries import today
    from crpv_cli.rules.checking import findings

    date, years = as_of or today(), cycle or DEFAULT_CYCLE_YEARS
    if compare_to is not None and compare_to >= date:
        raise UsageProblem(
            msg("The date to compare with, {first}, is not before {last}.", first=compare_to, last=date),
            msg("Give an earlier one with --compare-to, or a later one with --as-of."),
        )
    with reading(db) as connection:
        found = findings(connection, date, cycle=years)
        sheet = compose(connection, date, found, compare_to, WITHIN_MONTHS if within is None else within, years)
    show_sheet(sheet, format_, output, force)
