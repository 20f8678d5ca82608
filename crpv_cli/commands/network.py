"""``crpv report network``: the network at a date, whole; or the sheets of its centres."""

from __future__ import annotations

from crpv_cli.commands.door import Door
from crpv_cli.commands.show import sheet_of
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.result import Dossier, Result

_LISTED = ("short_name", "name", "legal_form", "seat")


def answer(
    door: Door,
    as_of: str | None = None,
    compare_to: str | None = None,
    centre: str | None = None,
    within: int | None = None,
    cycle: int | None = None,
    full: bool = False,
    explain: str | None = None,
) -> None:
    """Compose the report of the network.

    Raises:
        UsageProblem: options that cannot be used together, or a date to compare with that is not before the other.
    """
    from crpv_cli.registry.queries import CYCLE_YEARS, WITHIN_MONTHS, today
    from crpv_cli.reports.network.report import network
    from crpv_cli.rules.checking import findings

    date, years = as_of or today(), cycle or CYCLE_YEARS
    if centre is not None:
        for option, value in (
            ("--compare-to", compare_to),
            ("--within", within),
            ("--cycle", cycle),
            ("--explain", explain),
        ):
            if value is not None:
                raise UsageProblem(
                    msg("--centre gives the sheet of a centre; {option} does not apply to it.", option=option),
                    msg("Leave out one of them."),
                )
        _show_centres(door, centre, date, full)
        return
    if compare_to is not None and compare_to >= date:
        raise UsageProblem(
            msg("The date to compare with, {first}, is not before {last}.", first=Day(compare_to), last=Day(date)),
            msg("Give an earlier one with --compare-to, or a later one with --as-of."),
        )
    months = WITHIN_MONTHS if within is None else within
    with door.reading() as connection:
        found = findings(connection, date, cycle=years)
        sheet: Dossier | Result = network(connection, date, found, compare_to, months, years)
        if explain is not None:
            from crpv_cli.reports.network.explain import Network, explained_network

            assert isinstance(sheet, Dossier)
            sheet = explained_network(Network(connection, date, months, years, found), sheet, explain)
    door.show(sheet, full=full)


def _show_centres(door: Door, centre: str, date: str, full: bool) -> None:
    """The sheet of a centre, or those of all centres that are open on the date, into a folder: as pages, a site."""
    from crpv_cli.definitions.named import is_everything
    from crpv_cli.output.files import checked_folder, write_dossiers
    from crpv_cli.output.formats import Format
    from crpv_cli.output.site import write_site
    from crpv_cli.reports.coverage.map import territory_map
    from crpv_cli.reports.exports import all_tables
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.listing import Selection, list_centres
    from crpv_cli.reports.network.report import network
    from crpv_cli.rules.checking import findings

    if not is_everything(centre):
        with door.reading() as connection:
            sheet = sheet_of(connection, find_centre(connection, centre), date)
        door.show(sheet, full=full)
        return
    folder, chosen = checked_folder(door.output), door.format or Format.HTML
    title = msg("The centres on {date}", date=Day(date))
    with door.reading() as connection:
        ids = [row["id"] for row in list_centres(connection, Selection(as_of=date)).records()]
        sheets = {id_: sheet_of(connection, id_, date) for id_ in ids}
        if not sheets:
            raise UsageProblem(
                msg("No centre is open on {date}.", date=Day(date)), msg("Give another date with --as-of.")
            )
        if chosen is not Format.HTML:
            write_dossiers(title, sheets, _LISTED, folder, chosen, door.force)
            return
        whole = network(connection, date, findings(connection, date))
        drawn = territory_map(connection, date, by="centre")
        tables = all_tables(connection, public=True)
    write_site(whole, drawn, title, sheets, _LISTED, tables, folder, door.force)
