"""``crpv report``: one command a question."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.commands.index import about
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _

__all__ = ["mount"]


class Measure(StrEnum):
    """What coverage is measured in."""

    NEIGHBOURHOODS = "neighbourhoods"
    CONTRACTS = "contracts"
    INHABITANTS = "inhabitants"
    DEPARTMENTS = "departments"


class Geography(StrEnum):
    """The list of neighbourhoods that counts follow."""

    OF_2015 = "2015"
    OF_2024 = "2024"


class Division(StrEnum):
    """What a row of the coverage report stands for."""

    CENTRE = "centre"
    REGION = "region"
    DEPARTMENT = "department"
    NEIGHBOURHOOD = "neighbourhood"


class FundingDivision(StrEnum):
    """What a row of the funding report stands for."""

    CENTRE = "centre"
    FUNDER = "funder"
    KIND = "kind"
    YEAR = "year"
    SCHEME = "scheme"


class ActivityDivision(StrEnum):
    """What a row of the report of activity stands for."""

    CENTRE = "centre"
    MISSION = "mission"
    TYPE = "type"
    THEME = "theme"
    AUDIENCE = "audience"
    MODE = "mode"
    YEAR = "year"


class AgreementStatus(StrEnum):
    """Where an agreement stands on a date."""

    ENDED_WITHOUT_SUCCESSOR = "ended-without-successor"
    ENDING = "ending"
    RUNNING = "running"
    FUTURE = "future"
    ENDED = "ended"


class Stage(StrEnum):
    """How far money has come."""

    REQUESTED = "requested"
    GRANTED = "granted"
    PAID = "paid"


def mount(app: typer.Typer) -> None:
    """Add the commands."""
    reports = typer.Typer(
        help=about("report"),
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings=options.command_settings(),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGUMENTS]..."),
    )
    add(
        reports,
        "coverage",
        coverage,
        _("Examples: crpv report coverage --as-of 2023-10-17 · crpv report coverage --measure inhabitants --by region"),
    )
    add(
        reports,
        "evaluations",
        evaluations,
        _("Examples: crpv report evaluations · crpv report evaluations --year 2024 --mission skills"),
    )
    add(
        reports,
        "funding",
        funding,
        _("Examples: crpv report funding --year 2023 · crpv report funding --by kind --from 2020 --to 2024"),
    )
    add(
        reports,
        "activity",
        activity,
        _("Examples: crpv report activity --year 2024 · crpv report activity --by theme --centre oriv"),
    )
    add(
        reports,
        "agreements",
        agreements,
        _("Examples: crpv report agreements · crpv report agreements --within 6 --status ending"),
    )
    app.add_typer(reports, name="report")


def coverage(
    as_of: options.AsOf = None,
    measure: Annotated[
        Measure,
        typer.Option(
            "--measure", metavar=_("MEASURE"), help=_("neighbourhoods, contracts, inhabitants or departments.")
        ),
    ] = Measure.NEIGHBOURHOODS,
    geography: Annotated[
        Geography | None,
        typer.Option("--geography", metavar="2015|2024", help=_("By default the one in force on the date.")),
    ] = None,
    by: Annotated[
        Division,
        typer.Option(
            "--by", metavar=_("DIVISION"), help=_("A row for each centre, region, department or neighbourhood.")
        ),
    ] = Division.CENTRE,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Compute coverage."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.coverage import coverage as compute
    from crpv_cli.reports.queries import today

    with reading(db) as connection:
        result = compute(connection, as_of or today(), measure.value, geography.value if geography else None, by.value)
    show_result(result, format_, output, force)


def evaluations(
    year: options.Year = None,
    mission: Annotated[
        str | None, typer.Option("--mission", metavar=_("MISSION"), help=_("Only this core mission."))
    ] = None,
    centre: Annotated[
        str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Only this centre: its id or name."))
    ] = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Summarise evaluations."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.evaluations import evaluation_summaries
    from crpv_cli.reports.finding import find_centre, find_mission
    from crpv_cli.reports.queries import today

    with reading(db) as connection:
        result = evaluation_summaries(
            connection,
            as_of or today(),
            options.year_number(year),
            find_mission(connection, mission) if mission else None,
            find_centre(connection, centre) if centre else None,
        )
    show_result(result, format_, output, force)


def funding(
    year: options.Year = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar=_("YEAR"), callback=options.checked_year, help=_("From this year on.")),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar=_("YEAR"), callback=options.checked_year, help=_("Up to this year.")),
    ] = None,
    by: Annotated[
        FundingDivision,
        typer.Option(
            "--by", metavar=_("DIVISION"), help=_("A row for each centre, funder, kind (of funder), year or scheme.")
        ),
    ] = FundingDivision.CENTRE,
    stage: Annotated[
        Stage | None,
        typer.Option(
            "--stage",
            metavar=_("STAGE"),
            help=_("Only money requested, granted or paid; by default paid, else granted."),
        ),
    ] = None,
    centre: Annotated[
        str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Only this centre: its id or name."))
    ] = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Add up funding."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.funding import funding as compute
    from crpv_cli.reports.queries import today

    if year is not None and (first is not None or last is not None):
        raise UsageProblem(
            msg("--year and --from, --to exclude each other."), msg("For several years, write --from 2020 --to 2024.")
        )
    with reading(db) as connection:
        result = compute(
            connection,
            as_of or today(),
            options.year_number(year or first),
            options.year_number(year or last),
            by.value,
            stage.value if stage else None,
            find_centre(connection, centre) if centre else None,
        )
    show_result(result, format_, output, force)


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
    centre: Annotated[
        str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Only this centre: its id or name."))
    ] = None,
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
    from crpv_cli.reports.activity import activity as compute
    from crpv_cli.reports.finding import find_centre, find_mission
    from crpv_cli.reports.queries import today

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


def agreements(
    within: Annotated[
        int,
        typer.Option("--within", metavar=_("MONTHS"), min=0, max=1200, help=_("What ends within so many months.")),
    ] = 12,
    status: Annotated[
        AgreementStatus | None,
        typer.Option(
            "--status",
            metavar=_("STATUS"),
            help=_("Only ended-without-successor, ending, running, future or ended."),
        ),
    ] = None,
    centre: Annotated[
        str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Only this centre: its id or name."))
    ] = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Tell where agreements stand."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.reports.agreements import agreements as compute
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.queries import today

    with reading(db) as connection:
        result = compute(
            connection,
            as_of or today(),
            within,
            status.value if status else None,
            find_centre(connection, centre) if centre else None,
        )
    show_result(result, format_, output, force)
