"""``crpv report activity``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


class ActivityDivision(StrEnum):
    """What a row of the report of activity stands for."""

    CENTRE = "centre"
    MISSION = "mission"
    TYPE = "type"
    THEME = "theme"
    AUDIENCE = "audience"
    MODE = "mode"
    YEAR = "year"


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "activity",
        activity,
        _("Examples: crpv report activity --year 2024 · crpv report activity --by theme"),
    )


def activity(
    year: options.Year = None,
    by: Annotated[
        ActivityDivision,
        typer.Option(
            "--by",
            metavar=_("DIVISION"),
            help=_("A row for each centre, mission, type, theme, audience, mode or year."),
        ),
    ] = ActivityDivision.CENTRE,
    centre: options.Centre = None,
    mission: Annotated[
        str | None, typer.Option("--mission", metavar=_("MISSION"), help=_("Only this mission: its id or name."))
    ] = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Add up activity."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.activity.report import activity as compute
    from crpv_cli.reports.finding import find_centre, find_mission

    with reading(db) as connection:
        result = compute(
            connection,
            as_of or today(),
            options.year_number(year),
            by.value,
            find_centre(connection, centre) if centre else None,
            find_mission(connection, mission, core=False) if mission else None,
        )
    show_result(result, format_, output, force)
