"""The map of departments: where the tile of each is, how a centre covers it on a date, and what the State gives it.

The layout (``data/map/tiles.csv``) is the project's own drawing: a square for each department, neighbours near each
other. What the map says is computed by the reports on coverage and on funding, so that they can never differ.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from crpv_cli.bundled import data_folder
from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Euros, Message, Share, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports import fictitious
from crpv_cli.reports.coverage.departments import only_words
from crpv_cli.reports.coverage.notes import geography_words
from crpv_cli.reports.coverage.report import COUNTED_ON, MEASURE, UNITS, coverage
from crpv_cli.reports.funding.money import euros
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.options import AS_OF, CENTRE, DEPARTMENT, REGION, YEAR, Option
from crpv_cli.reports.origin import origin
from crpv_cli.result import Chart, ChartShape, Note, Origin, Result, Value

BLOCKS = (
    Choice("mainland", N_("metropolitan France")),
    Choice("overseas", N_("overseas")),
)
STATES = (
    Choice("covered", N_("covered")),
    Choice("several", N_("several centres")),
    Choice("uncovered", N_("not covered")),
    Choice("empty", N_("without neighbourhoods")),
    Choice("unknown", N_("not known")),
)

BYS = (
    Choice("coverage", N_("coverage"), ("couverture",)),
    Choice("centre", N_("centre")),
    Choice("funding", N_("State support"), ("financement", "soutien de l'État")),
)
"""What the departments are drawn by."""

_GRADES = 4
"""Into how many grades the State's support is divided, at most."""

# The notes of the coverage report that a reader of the map must know; the others are only there.
_NOTES = {
    "former-region",
    "fictitious-data",
    "registry-holds-fictitious-data",
    "uncovered-departments",
    "published-figure",
    "published-hypotheses",
    "confidence",
    "no-list-in-force",
    "at-least",
    "previous-geography",
    "unknown-counts",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tile is: its column and row, counted from 1, and the block that it is a part of."""

    column: int
    row: int
    block: str


@cache
def _layout() -> Mapping[str, _Place]:
    """The place of each department, by code."""
    with (data_folder() / "map" / "tiles.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["department"]: _Place(int(row["column"]), int(row["row"]), row["block"]) for row in csv.DictReader(file)
        }


OPTIONS = (
    AS_OF,
    MEASURE,
    COUNTED_ON,
    REGION,
    DEPARTMENT,
    replace(CENTRE, help=N_("Highlight the departments of this centre: its id or name.")),
    Option(
        "by",
        N_("Draw the departments by coverage, by centre, or by funding: the State's support of the centres."),
        N_("DIVISION"),
        choices=BYS,
    ),
    replace(
        YEAR, help=N_("The year of the State's support, with --by funding; by default that of the funding report.")
    ),
)


def territory_map(
    connection: sqlite3.Connection,
    as_of: str,
    measure: str = "neighbourhoods",
    counted_on: str | None = None,
    centre: str | None = None,
    region: str | None = None,
    department: str | None = None,
    by: str = "coverage",
    year: int | None = None,
) -> Result:
    """Return for each department where its tile is and how it is covered on a date.

    Args:
        connection: an open registry.
        as_of: ISO date.
        measure: one of ``MEASURES`` of the coverage report.
        counted_on: ISO date of the lists that are counted; by default that of the map.
        centre: the id of a centre whose departments stand out; the others stay on the map.
        region: only the departments of this region, named by its code or name.
        department: only this department, named by its code or name.
        by: one of ``BYS``: what the departments are drawn by.
        year: that of the State's support (programme 147, granted), by funding; by default that of the funding report.

    Returns:
        A report of a row for each department. ``served`` is None unless a centre is asked for. Totals are those of the
        coverage report of the same departments, and ``states``: how many ``departments`` are in each state, and the sum
        of their ``value``; with a centre ``centre`` too, the totals of its own departments. By funding, rows also hold
        ``support``, in centimes what the State gives to the centres that serve the department in the year (None if it
        is not known of one of them), and ``grade``, its place among the ``grades`` of the totals, counted from 1.

    Raises:
        UsageProblem: an unknown region or department, or a year that nothing is asked of.
    """
    if year is not None and by != "funding":
        raise UsageProblem(
            msg("--year says of which year the State's support is: it goes with --by funding."),
            msg("Leave it out, or add --by funding. For the state of a date, use --as-of."),
        )
    covered = coverage(connection, as_of, measure, counted_on, "department", region, department)
    called = {row["id"]: row["short_name"] for row in read(connection, "select id, short_name from centres_on", as_of)}
    tiles = [_tile(record, called, centre) for record in covered.records()]
    states = _states(tiles)
    own = coverage(connection, as_of, measure, counted_on, "department", region, department, centre) if centre else None
    unit = msg(UNITS[measure])
    money = _Support.read(connection, as_of, year, tiles) if by == "funding" else None
    return Result(
        name="map",
        title=_title(connection, covered, unit, by, money),
        columns=_columns(measure) + (_MONEY if money else ()),
        rows=tuple((*tile.values(), *(money.of(tile) if money else ())) for tile in tiles),
        screen=("department", "name", "state", "centre_names", "support" if money else "value"),
        notes=(
            *(money.notes if money else ()),
            *(_served_notes(tiles, centre, called[centre], unit) if centre else ()),
            *(note for note in covered.notes if note.code in _NOTES),
            *_off_notes(tiles),
        ),
        parameters={**covered.parameters, "by": by, "centre": centre, "year": money.year if money else None},
        totals={
            **covered.totals,
            "states": states,
            **({"centre": own.totals} if own else {}),
            **(money.totals if money else {}),
        },
        published=covered.published,
        fictitious=covered.fictitious or (money is not None and money.rests),
        is_report=True,
        command="map",
        origin=_joined(covered.origin, money.origin if money else None),
        chart=Chart(
            ChartShape.TILES,
            _chart_title(as_of, by, money),
            money.description
            if money
            else _by_centre(tiles)
            if by == "centre"
            else _description(covered.totals, states, unit),
            category="department",
            values=("state", "value"),
        ),
    )


_GRANTED = """
    select distinct year, source, fictitious from money
    where scope = 'p147' and stage = 'granted' and part in ('counted', 'rest')
"""
"""The money that ``facts/state_support.sql`` adds up."""

_MONEY = (
    Column("support", N_("State, programme 147"), Kind.MONEY),
    Column("grade", N_("Grade"), Kind.INTEGER),
)


@dataclass(frozen=True, slots=True)
class _Support:
    """What the State gives to the centres in a year, in centimes by id (None if not known), and its grades.

    ``edges`` are where the grades start, in centimes, and ``sums`` the known support of each department. ``rests`` says
    whether any of it is fictitious, as ``notes`` do, and ``origin`` where it is from.
    """

    year: int
    known: Mapping[str, int | None]
    edges: tuple[int, ...]
    sums: tuple[int, ...]
    rests: bool
    notes: tuple[Note, ...]
    origin: Origin | None

    @classmethod
    def read(cls, connection: sqlite3.Connection, as_of: str, year: int | None, tiles: Sequence[Tile]) -> _Support:
        report = funding(connection, as_of, year=year)
        known = {row["centre"]: row["state_p147"] for row in report.records()}
        sums = [_sum(known, tile["centres"]) for tile in tiles]
        served = {centre for tile in tiles for centre in tile["centres"]}
        of_centres = sorted({known.get(centre) for centre in served} - {None}, key=lambda amount: amount or 0)
        given = report.parameters["to"]
        rows = [row for row in read(connection, _GRANTED, as_of) if row["year"] == given]
        rests = any(row["fictitious"] for row in rows)
        return cls(
            given,
            known,
            _edges([amount for amount in of_centres if amount is not None]),
            tuple(amount for amount in sums if amount is not None),
            rests,
            tuple(fictitious.notes(connection, rests)) if rests else (),
            origin(connection, (row["source"] for row in rows)),
        )

    def of(self, tile: Tile) -> tuple[int | None, int | None]:
        """The support of a department's centres, and its grade."""
        amount = _sum(self.known, tile["centres"])
        return amount, None if amount is None else self.grade(amount)

    def grade(self, amount: int) -> int:
        """Which grade an amount is of, counted from 1."""
        return max(sum(edge <= amount for edge in self.edges), 1)

    @property
    def totals(self) -> dict[str, Any]:
        """The grades: from which amount on, below which one (None of the last), and how many departments."""
        grades = [self.grade(amount) for amount in self.sums]
        return {
            "grades": [
                {
                    "grade": number,
                    "from": euros(edge),
                    "below": euros(self.edges[number]) if number < len(self.edges) else None,
                    "departments": grades.count(number),
                }
                for number, edge in enumerate(self.edges, 1)
            ]
        }

    @property
    def description(self) -> Message:
        if not self.sums:
            return msg("The State's support in {year} is known of no centre.", year=str(self.year))
        return msg(
            "State support (programme 147) in {year}: from {lowest} to {highest} for the centres of a department; "
            "known for {count} departments.",
            year=str(self.year),
            lowest=Euros(min(self.sums)),
            highest=Euros(max(self.sums)),
            count=len(self.sums),
        )


def _sum(known: Mapping[str, int | None], centres: Iterable[str]) -> int | None:
    """What centres get together; None if there is none, or if it is not known of one of them."""
    amounts = [known.get(centre) for centre in centres]
    found = [amount for amount in amounts if amount is not None]
    return sum(found) if found and len(found) == len(amounts) else None


def _edges(amounts: Sequence[int]) -> tuple[int, ...]:
    """Where the grades start: at quarters of the sorted amounts, rounded down to 10,000 euros; each once."""
    step = 10_000 * 100
    places = [len(amounts) * part // _GRADES for part in range(_GRADES)]
    return tuple(sorted({amounts[place] // step * step for place in places})) if amounts else ()


def _joined(first: Origin | None, second: Origin | None) -> Origin | None:
    """Where rows come from that two reports gave."""
    if first is None or second is None:
        return first or second
    return replace(
        first,
        sources={**first.sources, **second.sources},
        dates={**first.dates, **second.dates},
        addresses={**first.addresses, **second.addresses},
        consulted={**first.consulted, **second.consulted},
        places={**first.places, **second.places},
    )


def _chart_title(as_of: str, by: str, money: _Support | None) -> Message:
    if money:
        return msg(
            "State support in {year} of the centres that serve each department on {date}",
            year=str(money.year),
            date=Day(as_of),
        )
    if by == "centre":
        return msg("Which centre serves each department on {date}", date=Day(as_of))
    return msg("Who covers what on {date}, by department", date=Day(as_of))


def _by_centre(tiles: Sequence[Tile]) -> Message:
    """Who serves how many departments, and which ones nobody serves."""
    without = [tile["department"] for tile in tiles if not tile["centres"]]
    values = {
        "centres": len({centre for tile in tiles for centre in tile["centres"]}),
        "served": len(tiles) - len(without),
        "total": len(tiles),
    }
    if without:
        return msg(
            "Centres: {centres}; departments that one of them serves: {served} of {total}; without a centre: "
            "{departments}.",
            **values,
            departments=without,
        )
    return msg("Centres: {centres}; departments that one of them serves: {served} of {total}.", **values)


def _title(connection: sqlite3.Connection, covered: Result, unit: Message, by: str, money: _Support | None) -> Message:
    """What is drawn; what is counted, by which lists; and of which departments alone."""
    geographies = ((row["geography"], row["overseas"]) for row in covered.records())
    values = {
        "date": Day(covered.parameters["as_of"]),
        "unit": unit,
        "geography": geography_words(geographies),
    }
    if money:
        title = msg(
            "Map of State support in {year}, by the centres of {date}", year=str(money.year), date=values["date"]
        )
    elif by == "centre":
        title = msg("Map of the centres on {date}", date=values["date"])
    else:
        title = msg("Map of coverage on {date}: {unit}, {geography}", **values)
    only = only_words(connection, covered.parameters)
    return msg("{title}; only {places}", title=title, places=only) if only else title


def _columns(measure: str) -> tuple[Column, ...]:
    return (
        Column("department", N_("Department"), Kind.CODE),
        Column("name", N_("Name")),
        Column("region_name", N_("Region")),
        Column("column", N_("Column"), Kind.INTEGER),
        Column("row", N_("Row of the map"), Kind.INTEGER),
        Column("block", N_("Block"), Kind.CODE, choices=BLOCKS),
        Column("state", N_("Coverage"), Kind.CODE, choices=STATES),
        Column("centres", N_("Centre ids"), Kind.CODES),
        Column("centre_names", N_("Centres")),
        Column("confidence", N_("Confidence"), Kind.CODE, choices=choices.CONFIDENCES),
        Column("value", _HEADINGS[measure], Kind.INTEGER),
        Column("quality", N_("Quality"), Kind.CODE, choices=choices.QUALITIES, emphasis=True),
        Column("served", N_("In the perimeter"), Kind.FLAG),
    )


_HEADINGS = {
    "neighbourhoods": N_("Neighbourhoods"),
    "contracts": N_("Contracts"),
    "inhabitants": N_("Inhabitants"),
    "departments": N_("Departments"),
}

Tile = dict[str, Any]


def _tile(row: Mapping[str, Any], called: Mapping[str, str], centre: str | None) -> Tile:
    """The values of a tile from a row of the coverage report by department."""
    place = _layout().get(row["department"])
    centres = row["centres"]
    return {
        "department": row["department"],
        "name": row["name"],
        "region_name": row["region_name"],
        "column": place.column if place else None,
        "row": place.row if place else None,
        "block": place.block if place else None,
        "state": _state(row["total"], len(centres)),
        "centres": centres,
        "centre_names": ", ".join(called[id_] for id_ in centres) or None,
        "confidence": row["confidence"],
        "value": row["total"],
        "quality": row["quality"],
        "served": None if centre is None else centre in centres,
    }


def _state(value: Value, centres: int) -> str:
    """How a department is covered; one that has nothing to cover is empty, even if a centre serves it."""
    if value is None:
        return "unknown"
    if not value:
        return "empty"
    return ("uncovered", "covered")[centres] if centres < 2 else "several"


def _states(tiles: Iterable[Tile]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {choice.code: {"departments": 0, "value": 0} for choice in STATES}
    for tile in tiles:
        sums = found[tile["state"]]
        sums["departments"] += 1
        sums["value"] += tile["value"] or 0
    return found


def _description(totals: Mapping[str, Any], states: Mapping[str, Mapping[str, int]], unit: Message) -> Message:
    share = totals["share"]
    return msg(
        "{covered} of {total} {unit} are covered ({share}): {one} departments are covered by one centre, {several} by "
        "several, {uncovered} by none, and {empty} have no neighbourhood.",
        covered=totals["covered"],
        total=totals["total"],
        unit=unit,
        share="–" if share is None else Share(share),
        one=states["covered"]["departments"],
        several=states["several"]["departments"],
        uncovered=states["uncovered"]["departments"],
        empty=states["empty"]["departments"],
    )


def _served_notes(tiles: Iterable[Tile], centre: str, name: str, unit: Message) -> Iterable[Note]:
    served = [tile for tile in tiles if tile["served"]]
    yield Note(
        "served-departments",
        msgs(
            "{centre} serves {count} department: {departments} ({unit}: {value}).",
            "{centre} serves {count} departments: {departments} ({unit}: {value}).",
            len(served),
            centre=name,
            departments=[tile["department"] for tile in served],
            value=sum(tile["value"] or 0 for tile in served),
            unit=unit,
        )
        if served
        else msg("{centre} serves no department on this date.", centre=name),
        {"centre": centre, "name": name, "departments": [tile["department"] for tile in served]},
    )


def _off_notes(tiles: Iterable[Tile]) -> Iterable[Note]:
    """Say which departments of the registry have no tile of their own."""
    off = [tile["department"] for tile in tiles if tile["column"] is None]
    if off:
        yield Note(
            "not-on-map",
            msg("Not on the map, but counted in its totals: {departments}.", departments=off),
            {"departments": off},
        )
