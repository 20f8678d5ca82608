"""``crpv report evaluations``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _

__all__ = ["mount"]


class EvaluationDivision(StrEnum):
    """What a row of the report of evaluations stands for, where not for a centre and mission."""

    MISSION = "mission"
    CENTRE = "centre"


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "evaluations",
        evaluations,
        _("Examples: crpv report evaluations · crpv report evaluations --by mission · crpv report evaluations --full"),
    )


def evaluations(
    year: options.Year = None,
    mission: Annotated[
        str | None, typer.Option("--mission", metavar=_("MISSION"), help=_("Only this core mission."))
    ] = None,
    centre: options.Centre = None,
    by: Annotated[
        EvaluationDivision | None,
        typer.Option(
            "--by",
            metavar=_("DIVISION"),
            help=_("A row for each mission or centre; by default for each mission of each centre."),
        ),
    ] = None,
    cycle: options.Cycle = None,
    full: Annotated[
        bool, typer.Option("--full", help=_("Write out the summaries and recommendations, centre by centre."))
    ] = False,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Summarise evaluations."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.evaluations.cycle import DEFAULT_CYCLE_YEARS
    from crpv_cli.reports.evaluations.report import evaluation_summaries
    from crpv_cli.reports.finding import find_centre, find_mission

    if full and by is not None:
        raise UsageProblem(
            msg("--full and --by exclude each other."), msg("Texts are of a mission of a centre: leave --by out.")
        )
    with reading(db) as connection:
        result = evaluation_summaries(
            connection,
            as_of or today(),
            options.year_number(year),
            find_mission(connection, mission) if mission else None,
            find_centre(connection, centre) if centre else None,
            by.value if by else None,
            cycle or DEFAULT_CYCLE_YEARS,
            full,
        )
    show_result(result, format_, output, force)
