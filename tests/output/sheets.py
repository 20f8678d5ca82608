"""A sheet like that of the network: sections with every kind of chart, some rest on fictitious data, some are empty."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import Day, msg
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.funding.report import funding
from crpv_cli.result import Alert, Chart, ChartShape, Dossier, Note, Result, Value

__all__ = ["network_like"]


def _chart(shape: ChartShape, title: str, category: str, *values: str) -> Chart:
    return Chart(shape, msg(title), msg(f"{title}, in words."), category, values)


def _positions(ratings: Result) -> Result:
    """A row for each centre, with the position of its rating of each mission."""
    names = [column.name for column in ratings.columns]
    found: dict[str, dict[str, Value]] = {}
    for row in ratings.rows:
        record = dict(zip(names, row, strict=True))
        found.setdefault(str(record["short_name"]), {})[str(record["mission"])] = record["position"]
    missions = ("animation", "skills", "capitalisation")
    return Result(
        "positions",
        msg("Ratings"),
        (Column("centre", "Centre"), *(Column(mission, mission, Kind.PERCENT) for mission in missions)),
        tuple((centre, *(rated.get(mission) for mission in missions)) for centre, rated in found.items()),
        fictitious=ratings.fictitious,
        chart=_chart(ChartShape.GRID, "Where each rating stands on its scale", "centre", *missions),
    )


def network_like(connection: sqlite3.Connection, as_of: str) -> Dossier:
    """Return a sheet of the network on a date."""
    by_centre, by_region = coverage(connection, as_of), coverage(connection, as_of, by="region")
    by_year = funding(connection, as_of, 2018, 2024, by="year")
    of_2023 = funding(connection, as_of, 2023, 2023)
    ratings = evaluation_summaries(connection, as_of)
    shares = _chart(ChartShape.BARS, "Share of all neighbourhoods by centre", "short_name", "share")
    money = _chart(ChartShape.STACKED, "Who funds each centre", "short_name", "state", "region", "other")
    years = _chart(ChartShape.LINES, "Funding known by year", "year", "amount")
    empty = (Column("x", "X"),)
    unreported = Note("no-activity", msg("No centre has reported its half-days."))
    return Dossier(
        "network",
        msg("The network of centres on {date}", date=Day(as_of)),
        Result(
            "network",
            msg("Overview"),
            (Column("centres", "Centres", Kind.INTEGER), Column("budget", "Budget", Kind.MONEY)),
            ((len(by_centre.rows), None),),
            parameters={"as_of": as_of, "geography": "2024"},
        ),
        (
            replace(by_centre, name="coverage_by_centre", chart=shares),
            replace(by_region, name="coverage_by_region"),
            replace(by_year, name="funding_by_year", chart=years),
            replace(of_2023, name="funding_by_centre", chart=money),
            _positions(ratings),
            Result("activity", msg("Activity in 2024"), empty, (), notes=(unreported,)),
            Result("agreements", msg("Agreements"), empty, ()),
            ratings,
        ),
        notes=(
            Note(
                "fictitious-data",
                msg("FICTITIOUS: these figures rest on demonstration data."),
                alert=Alert.FIGURES,
            ),
            Note("x", msg("Something to know.")),
        ),
        command=f"crpv report network --as-of {as_of}",
        fictitious=True,
    )
