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

from crpv_cli.definitions.columns import Choice
from crpv_cli.definitions.ratings import Scale, levels_of
from crpv_cli.language import N_
from crpv_cli.registry.queries import query
from crpv_cli.result import Point
from crpv_cli.spelling import fold

__all__ = ["TRENDS", "MissionSeries", "Rated", "mean_position", "read_series"]

TRENDS = (
    Choice("improving", N_("improving")),
    Choice("stable", N_("stable")),
    Choice("slipping", N_("slipping")),
)
# How exactly positions are told, and compared: 2/3 on one scale is 2/3 on another.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Rated:
    """One evaluation of a series; ``scale`` is None where it gave no rating."""

    row: sqlite3.Row
    scale: Scale | None

    @property
    def rating(self) -> str | None:
        """The rating as it was given."""
        rating: str | None = self.row["rating"]
        return rating

    @property
    def exact(self) -> float | None:
        """Where the rating stands on its scale, between 0 and 1."""
        return self.scale.position(self.rating) if self.scale else None

    @property
    def position(self) -> float | None:
        """The same, as it is told."""
        return None if self.exact is None else round(self.exact, _DIGITS)

    @property
    def point(self) -> Point:
        """The same for a drawing."""
        return Point(self.row["year"], self.rating, self.position)


@dataclass(frozen=True)
class MissionSeries:
    """What is known of one core mission of one centre.

    Reports ask each series many times over: what it works out is kept, for which it has no slots.

    Attributes:
        centre: id of the centre.
        short_name: its name.
        mission: id of the mission.
        known: one evaluation a year, the latest first.
        year: the year of activity asked for; later evaluations are left out of everything but ``latest_year``.
        since: the year from which the centre is open, if it is known.
    """

    centre: str
    short_name: str
    mission: str
    known: tuple[Rated, ...]
    year: int | None = None
    since: int | None = None

    @cached_property
    def asked(self) -> tuple[Rated, ...]:
        """The evaluations up to the year asked for, the latest first."""
        return tuple(rated for rated in self.known if self.year is None or rated.row["year"] <= self.year)

    @cached_property
    def now(self) -> Rated | None:
        """The evaluation that the report is of."""
        first = next(iter(self.asked), None)
        return first if first and (self.year is None or first.row["year"] == self.year) else None

    @cached_property
    def before(self) -> Rated | None:
        """The rated one before it: an evaluation without a rating leaves nothing to compare with."""
        return next((rated for rated in self.asked[1:] if rated.rating is not None), None) if self.now else None

    @property
    def latest_year(self) -> int | None:
        """The latest year of activity evaluated, whatever year is asked for: what a cycle counts from."""
        return self.known[0].row["year"] if self.known else None

    @property
    def counts_from(self) -> int | None:
        """The year from which a cycle counts: the latest one evaluated, else that in which the centre opened."""
        return self.since if self.latest_year is None else self.latest_year

    @property
    def points(self) -> tuple[Point, ...]:
        """The series, oldest first."""
        return tuple(rated.point for rated in reversed(self.asked))

    @cached_property
    def across_scales(self) -> bool:
        """Whether the rating and the one before are on different scales."""
        return self._pair is not None and self._pair[0].row["scale"] != self._pair[1].row["scale"]

    @cached_property
    def change(self) -> float | None:
        """The change of rating, in steps of the scale; None across scales, which have no common step."""
        moved, pair = self._moved, self._pair
        if moved is None or pair is None or self.across_scales or pair[0].scale is None:
            return None
        scale = pair[0].scale
        steps = len(scale.levels) - 1 if scale.levels else (scale.maximum or 0) - (scale.minimum or 0)
        return round(moved * steps, 4)

    @property
    def position_change(self) -> float | None:
        """The change of position on the scale, between -1 and 1, which ratings on any two scales have."""
        return None if self._moved is None else round(self._moved, _DIGITS)

    @cached_property
    def trend(self) -> str | None:
        """One of ``TRENDS``: by the rating on one scale, by the position across two."""
        moved = self.position_change if self.across_scales else self.change
        if moved is None:
            return None
        return "improving" if moved > 0 else "slipping" if moved < 0 else "stable"

    @cached_property
    def fictitious(self) -> bool:
        """Whether anything that is told of it is made up; whether it is overdue rests on later years as well."""
        return any(rated.row["fictitious"] for rated in self.known)

    @cached_property
    def _pair(self) -> tuple[Rated, Rated] | None:
        """The two ratings that are compared."""
        now, before = self.now, self.before
        return (now, before) if now and before and now.rating is not None else None

    @cached_property
    def _moved(self) -> float | None:
        if self._pair is None or self._pair[0].exact is None or self._pair[1].exact is None:
            return None
        return self._pair[0].exact - self._pair[1].exact


def read_series(connection: sqlite3.Connection, as_of: str, year: int | None) -> list[MissionSeries]:
    """Return a series for each centre open on a date and core mission, by the name of the centre.

    Args:
        connection: an open registry.
        as_of: ISO date: evaluations made later are not known yet.
        year: the year of activity asked for, if any.
    """
    found = connection.execute(query("evaluations"), {"as_of": as_of}).fetchall()
    found.sort(key=lambda row: fold(row["short_name"]))  # stable: missions and years keep their order
    return [
        MissionSeries(
            centre,
            rows[0]["short_name"],
            mission,
            tuple(_rated(row) for row in rows if row["year"] is not None),
            year,
            rows[0]["since"],
        )
        for (centre, mission), group in groupby(found, key=lambda row: (row["centre"], row["mission"]))
        for rows in (list(group),)
    ]


def _rated(row: sqlite3.Row) -> Rated:
    if row["scale"] is None:
        return Rated(row, None)
    return Rated(row, Scale(row["scale"], row["minimum"], row["maximum"], levels_of(row["levels"])))


def mean_position(series: Sequence[MissionSeries]) -> float | None:
    """Return the mean position of the latest ratings, between 0 and 1; None if there is none.

    Of positions and never of ratings: 3 on a 1-4 and 12 on a 0-20 have no mean.
    """
    positions = [one.now.position for one in series if one.now and one.now.position is not None]
    return round(sum(positions) / len(positions), _DIGITS) if positions else None
