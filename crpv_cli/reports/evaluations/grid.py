"""Ratings of the core missions, centre by centre over the years, as positions on their scales."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions.choices import mission_label
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, msg, translate
from crpv_cli.registry.queries import CYCLE_YEARS, query, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import WHOSE
from crpv_cli.reports.origin import origin
from crpv_cli.result import Chart, ChartShape, Result, Value
from crpv_cli.spelling import fold


def mission_grid(connection: sqlite3.Connection, as_of: str, years: int = 4) -> Result:
    """Set the ratings known on a date side by side: a row a centre, a column a core mission and year.

    Args:
        connection: an open registry.
        as_of: ISO date: evaluations made later are not known yet.
        years: how many years at most, up to the latest of which an evaluation is known.

    Returns:
        A row for each centre open on the date; a cell is where the rating stands on its own scale (0 the lowest, 1 the
        highest), or None if there is none. No row if no evaluation is known.
    """
    found = read(connection, query("evaluations"), as_of, cycle=CYCLE_YEARS).fetchall()
    last = max((row["year"] for row in found if row["year"] is not None), default=None)
    shown = range(last - years + 1, last + 1) if last is not None else range(0)
    known = sorted({row["year"] for row in found if row["year"] in shown})
    missions = list(dict.fromkeys(row["mission"] for row in found))
    positions = {(row["centre"], row["mission"], row["year"]): row["position"] for row in found}
    centres = sorted({(row["centre"], row["short_name"]) for row in found}, key=lambda centre: fold(centre[1]))
    rows: list[tuple[Value, ...]] = [
        (
            centre,
            short_name,
            *(
                None if position is None else round(position, 6)
                for mission in missions
                for year in known
                for position in (positions.get((centre, mission, year)),)
            ),
        )
        for centre, short_name in centres
    ]
    cells = tuple(
        Column(f"{mission}_{year}", f"{translate(mission_label(mission))} {year}", Kind.PERCENT)
        for mission in missions
        for year in known
    )
    rests = any(row["fictitious"] for row in found)
    return Result(
        name="missions",
        short=msg(N_("Ratings")),
        title=msg(N_("Ratings of the core missions by centre, as positions on their scales")),
        columns=(*WHOSE, *cells),
        rows=tuple(rows) if known else (),
        screen=("short_name", *(cell.name for cell in cells)),
        notes=fictitious.notes(connection, rests) if rests else (),
        fictitious=rests,
        origin=origin(connection, (row["source"] for row in found)),
        chart=Chart(
            ChartShape.GRID,
            msg(N_("Position of each rating on its scale, from the lowest (0%) to the highest (100%)")),
            msg(
                "A row for each of {centres} centres, a column for each core mission and year; an empty square is a "
                "mission that was not rated that year.",
                centres=len(rows),
            ),
            "short_name",
            tuple(cell.name for cell in cells),
        )
        if known
        else None,
    )
