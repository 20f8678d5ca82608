"""``crpv report network``: the network at a date, whole; or the sheets of its centres."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.language import text as _
from crpv_cli.output.formats import Format

__all__ = ["mount"]

_ALL = "all"
_LISTED = ("short_name", "name", "legal_form", "seat")


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
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.agreements.report import WITHIN_MONTHS
    from crpv_cli.reports.evaluations.cycle import DEFAULT_CYCLE_YEARS
    from crpv_cli.reports.network.report import network as compose
    from crpv_cli.rules.checking import findings

    date, years = as_of or today(), cycle or DEFAULT_CYCLE_YEARS
    if centre is not None:
        _only_of_the_network({"--compare-to": compare_to, "--within": within, "--cycle": cycle})
        _sheets(centre, date, format_, output, force, db)
        return
    if compare_to is not None and compare_to >= date:
        raise UsageProblem(
            msg("The date to compare with, {first}, is not before {last}.", first=Day(compare_to), last=Day(date)),
            msg("Give an earlier one with --compare-to, or a later one with --as-of."),
        )
    with reading(db) as connection:
        found = findings(connection, date, cycle=years)
        sheet = compose(connection, date, found, compare_to, WITHIN_MONTHS if within is None else within, years)
    show_sheet(sheet, format_, output, force)


def _only_of_the_network(options_: Mapping[str, object]) -> None:
    for option, value in options_.items():
        if value is not None:
            raise UsageProblem(
                msg("--centre gives the sheet of a centre, which {option} says nothing of.", option=option),
                msg("Leave out one of them."),
            )


def _sheets(centre: str, date: str, format_: Format | None, output: Path | None, force: bool, db: Path | None) -> None:
    """The sheet of a centre, or those of all centres that are open on the date, into a folder."""
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.files import checked_folder, write_sheets
    from crpv_cli.output.formats import show_sheet
    from crpv_cli.reports.centre.report import centre_sheet
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.listing import Asked, list_centres
    from crpv_cli.rules.checking import findings

    every = centre == _ALL
    if every:
        checked_folder(output)
    with reading(db) as connection:
        listed = list_centres(connection, Asked(as_of=date)).records() if every else []
        ids = [str(row["id"]) for row in listed] if every else [find_centre(connection, centre)]
        sheets = {id_: centre_sheet(connection, id_, date, findings(connection, date, centre=id_)) for id_ in ids}
    if not every:
        show_sheet(sheets[ids[0]], format_, output, force)
        return
    if not sheets:
        raise UsageProblem(msg("No centre is open on {date}.", date=Day(date)), msg("Give another date with --as-of."))
    write_sheets(msg("The centres on {date}", date=Day(date)), sheets, _LISTED, output, format_, force)
