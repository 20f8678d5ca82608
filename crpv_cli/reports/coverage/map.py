"""The map of departments as a grid of tiles: where each is, and how a centre covers it on a date.

The layout (``data/map/tiles.csv``) is the project's own drawing: a square for each department, neighbours near each
other. What a tile says is computed by the coverage report, so that the two can never differ.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from crpv_cli.bundled import data_folder
from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.language import N_, Day, Message, Share, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.coverage.departments import only_words
from crpv_cli.reports.coverage.notes import geography_words
from crpv_cli.reports.coverage.report import COUNTED_ON, MEASURE, UNITS, coverage
from crpv_cli.reports.options import AS_OF, CENTRE, DEPARTMENT, REGION
from crpv_cli.result import Chart, ChartShape, Note, Result, Value

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
)


def territory_map(
    connection: sqlite3.Connection,
    as_of: str,
    measure: str = "neighbourhoods",
    counted_on: str | None = None,
    centre: str | None = None,
    region: str | None = None,
    department: str | None = None,
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

    Returns:
        A report of a row for each department. ``served`` is None unless a centre is asked for. Totals are those of the
        coverage report of the same departments, and ``states``: how many ``departments`` are in each state, and the sum
        of their ``value``; with a centre ``centre`` too, the totals of its own departments.

    Raises:
        UsageProblem: an unknown region or department.
    """
    covered = coverage(connection, as_of, measure, counted_on, "department", region, department)
    called = {row["id"]: row["short_name"] for row in read(connection, "select id, short_name from centres_on", as_of)}
    tiles = [_tile(record, called, centre) for record in covered.records()]
    states = _states(tiles)
    own = coverage(connection, as_of, measure, counted_on, "department", region, department, centre) if centre else None
    unit = msg(UNITS[measure])
    return Result(
        name="map",
        title=_title(connection, covered, unit),
        columns=_columns(measure),
        rows=tuple(tuple(tile.values()) for tile in tiles),
        screen=("department", "name", "state", "centre_names", "value"),
        notes=(
            *(_served_notes(tiles, centre, called[centre], unit) if centre else ()),
            *(note for note in covered.notes if note.code in _NOTES),
            *_off_notes(tiles),
        ),
        parameters={name: value for name, value in covered.parameters.items() if name != "by"} | {"centre": centre},
        totals={**covered.totals, "states": states, **({"centre": own.totals} if own else {})},
        published=covered.published,
        fictitious=covered.fictitious,
        is_report=True,
        command="map",
        origin=covered.origin,
        chart=Chart(
            ChartShape.TILES,
            msg("Who covers what on {date}, a square for each department", date=Day(as_of)),
            _description(covered.totals, states, unit),
            category="department",
            values=("state", "value"),
        ),
    )


def _title(connection: sqlite3.Connection, covered: Result, unit: Message) -> Message:
    """What is counted, by which lists, and of which departments alone."""
    geographies = ((row["geography"], row["overseas"]) for row in covered.records())
    values = {
        "date": Day(covered.parameters["as_of"]),
        "unit": unit,
        "geography": geography_words(geographies),
    }
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
