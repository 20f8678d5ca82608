"""The evaluations of one centre's mission over the years, and what may be said of their ratings.

Ratings are numbers, letters or words on a scale that is data. Two of one scale differ by steps; two of different scales
have only their positions in common, 0 for the lowest rating and 1 for the highest. Nothing here adds up ratings.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from crpv_cli.registry.queries import CYCLE_YEARS, query, read
from crpv_cli.result import Point, Value
from crpv_cli.spelling import fold


@dataclass(frozen=True)
class MissionSeries:
    """What is known of one core mission of one centre.

    Reports ask each series many times over: what it works out is kept, for which it has no slots.

    Attributes:
        centre: id of the centre.
        short_name: its name.
        mission: id of the mission.
        latest_year: the latest year of activity evaluated, whatever year is asked for.
        due_year: the year by which the next evaluation is due; None where no year is known to count from.
        overdue: whether it has passed; None where nothing is known of any mission.
        known: rows of ``registry/queries/evaluations.sql``, one evaluation a year, the latest first.
        year: the year of activity asked for; later evaluations are left out of all but what is due.
    """

    centre: str
    short_name: str
    mission: str
    latest_year: int | None
    due_year: int | None
    overdue: bool | None
    known: tuple[sqlite3.Row, ...]
    year: int | None = None

    @cached_property
    def asked(self) -> tuple[sqlite3.Row, ...]:
        """The evaluations up to the year asked for, the latest first."""
        return tuple(row for row in self.known if self.year is None or row["year"] <= self.year)

    @cached_property
    def now(self) -> sqlite3.Row | None:
        """The evaluation that the report is of."""
        first = next(iter(self.asked), None)
        return first if first and (self.year is None or first["year"] == self.year) else None

    def of(self, name: str) -> Value:
        """A value of that evaluation; None if there is none."""
        value: Value = self.now[name] if self.now else None
        return value

    def rounded(self, name: str, digits: int = 6) -> float | None:
        """A figure of that evaluation, rounded."""
        return None if self.now is None or self.now[name] is None else round(self.now[name], digits)

    @property
    def position(self) -> float | None:
        """Where its rating stands on the scale, between 0 and 1."""
        return self.rounded("position")

    @property
    def points(self) -> tuple[Point, ...]:
        """The series, oldest first."""
        return tuple(
            Point(row["year"], row["rating"], None if row["position"] is None else round(row["position"], 6))
            for row in reversed(self.asked)
        )

    @property
    def trend(self) -> str | None:
        """One of ``TRENDS``, since the rated evaluation before it."""
        return self.now["trend"] if self.now else None

    @property
    def across_scales(self) -> bool:
        """Whether the rating is compared with one on another scale."""
        return self.trend is not None and self.of("scale") != self.of("previous_scale")

    @cached_property
    def fictitious(self) -> bool:
        """Whether anything that is said of it is fictitious; whether it is overdue rests on later years as well."""
        return any(row["fictitious"] for row in self.known)


def read_series(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    cycle: int = CYCLE_YEARS,
    centre: str | None = None,
) -> list[MissionSeries]:
    """Return a series for each centre open on a date and core mission, by the name of the centre.

    Of the centres that have closed by then, those that were open in the year are there, and the one that is asked for.

    Args:
        connection: an open registry.
        as_of: ISO date: evaluations made later are not known yet.
        year: the year of activity asked for, if any.
        cycle: years from one evaluation of a mission to the next.
        centre: the id of a centre that is there even if it has closed.
    """
    found = read(connection, query("evaluations"), as_of, cycle=cycle, year=year, centre=centre).fetchall()
    found.sort(key=lambda row: fold(row["short_name"]))  # stable: missions and years keep their order
    return [
        MissionSeries(
            **{name: rows[0][name] for name in ("centre", "short_name", "mission", "latest_year", "due_year")},
            overdue=None if rows[0]["overdue"] is None else bool(rows[0]["overdue"]),
            known=tuple(row for row in rows if row["year"] is not None),
            year=year,
        )
        for _, group in groupby(found, key=lambda row: (row["centre"], row["mission"]))
        for rows in (list(group),)
    ]


def mean_position(series: Sequence[MissionSeries]) -> float | None:
    """Return the mean position of the latest ratings, between 0 and 1; None if there is none.

    Of positions and never of ratings: 3 on a 1-4 and 12 on a 0-20 have no mean.
    """
    positions = [one.position for one in series if one.position is not None]
    return round(sum(positions) / len(positions), 6) if positions else None
