"""``crpv report coverage``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
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


def mount(reports: typer.Typer) -> None:
    """Add the command."""
    add(
        reports,
        "coverage",
        coverage,
        _("Examples: crpv report coverage --as-of 2023-10-17 · crpv report coverage --measure inhabitants --by region"),
    )


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
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.coverage.report import coverage as compute

    with reading(db) as connection:
        result = compute(connection, as_of or today(), measure.value, geography.value if geography else None, by.value)
    show_result(result, format_, output, force)
