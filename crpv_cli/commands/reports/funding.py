"""``crpv report funding``."""

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


class FundingDivision(StrEnum):
    """What a row of the funding report stands for."""

    CENTRE = "centre"
    FUNDER = "funder"
    KIND = "kind"
    YEAR = "year"
    SCHEME = "scheme"


class Stage(StrEnum):
    """How far money has come."""

    REQUESTED = "requested"
    GRANTED = "granted"
    PAID = "paid"


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "funding",
        funding,
        _("Examples: crpv report funding --year 2023 · crpv report funding --by kind --from 2020 --to 2024"),
    )


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
    centre: options.Centre = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Add up funding."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.funding.report import funding as compute

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
