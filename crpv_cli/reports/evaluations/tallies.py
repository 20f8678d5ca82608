"""How many missions are evaluated, overdue, better or worse: over all of them, for each mission and for each centre."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.choices import TRENDS
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.ratings import Scale
from crpv_cli.language import N_
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.evaluations.series import MissionSeries, mean_position
from crpv_cli.result import Value

_TALLY = (
    Column("evaluated", N_("Missions evaluated"), Kind.INTEGER, over="expected"),
    Column("expected", N_("Missions expected"), Kind.INTEGER),
    Column("share", N_("Share evaluated"), Kind.PERCENT),
    Column("overdue", N_("Overdue"), Kind.INTEGER),
    Column("improving", N_("Better"), Kind.INTEGER),
    Column("stable", N_("Same"), Kind.INTEGER),
    Column("slipping", N_("Worse"), Kind.INTEGER),
)
_MEAN = Column("mean_position", N_("Mean position"), Kind.PERCENT)
_DISTRIBUTION_BY = (Choice("rating", N_("rating")), Choice("quarter", N_("quarter of the scale")))
BY_MISSION: tuple[Column, ...] = (
    Column("mission", N_("Mission"), Kind.CODE, choices=choices.MISSIONS),
    *_TALLY,
    _MEAN,
    Column("unrated", N_("Without rating"), Kind.INTEGER),
    Column("distribution_by", N_("Distribution by"), Kind.CODE, choices=_DISTRIBUTION_BY),
    Column("distribution", N_("Distribution"), Kind.CODES),
    FICTITIOUS,
)
BY_CENTRE: tuple[Column, ...] = (
    *WHOSE,
    *_TALLY,
    _MEAN,
    Column("trend", N_("Trend"), Kind.CODE, choices=(*TRENDS, Choice("mixed", N_("mixed")))),
    Column("latest_year", N_("Latest year"), Kind.YEAR),
    FICTITIOUS,
)
# A scale of whole numbers up to this many steps is given value by value, also those that nobody got.
_STEPS_AT_MOST = 10
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of some series.

    Attributes:
        series: a series for each centre and mission that is counted.
        cycle: years from one evaluation to the next.
        known: whether the registry holds any evaluation up to the year asked for; if not, nothing is known.
        held: whether it holds any at all, which decides whether a mission without any is overdue.
        any_fictitious: whether any of those is fictitious: that a mission is not evaluated rests on them.
    """

    series: tuple[MissionSeries, ...]
    cycle: int
    known: bool
    held: bool
    any_fictitious: bool

    def of(self, series: Iterable[MissionSeries]) -> Tally:
        """The count of some of them."""
        return replace(self, series=tuple(series))

    def by(self, name: str) -> dict[str, Tally]:
        """A count for each centre, or for each mission, in the order in which they come."""
        groups: dict[str, list[MissionSeries]] = {}
        for one in self.series:
            groups.setdefault(one.centre if name == "centre" else one.mission, []).append(one)
        return {key: self.of(group) for key, group in groups.items()}

    @property
    def expected(self) -> int:
        """How many evaluations there would be if none was missing."""
        return len(self.series)

    @property
    def evaluated(self) -> int | None:
        """How many there are."""
        return sum(one.now is not None for one in self.series) if self.known else None

    @property
    def share(self) -> float | None:
        """Evaluated ÷ expected."""
        return round(self.evaluated / self.expected, 6) if self.expected and self.evaluated is not None else None

    @property
    def overdue(self) -> int | None:
        """How many evaluations are overdue."""
        return sum(one.overdue or False for one in self.series) if self.held else None

    def moving(self, trend: str) -> int | None:
        """How many ratings have a trend, one of ``TRENDS``."""
        return sum(one.trend == trend for one in self.series) if self.known else None

    @property
    def position(self) -> float | None:
        """The mean position on the scales."""
        return mean_position(self.series)

    @property
    def fictitious(self) -> bool:
        """Whether the count rests on fictitious data."""
        return any(self.any_fictitious if one.now is None else one.fictitious for one in self.series)

    @property
    def values(self) -> dict[str, Value]:
        """The figures, by the names of the columns."""
        return {
            "evaluated": self.evaluated,
            "expected": self.expected,
            "share": self.share,
            "overdue": self.overdue,
            **{trend.code: self.moving(trend.code) for trend in TRENDS},
            "mean_position": self.position,
        }


def rows_by_mission(tally: Tally) -> tuple[tuple[Value, ...], ...]:
    """A row for each mission, with how its latest ratings are distributed."""
    rows = []
    for mission, own in tally.by("mission").items():
        by, distribution = _distribution(own.series)
        values = own.values | {
            "mission": mission,
            "unrated": sum(one.now is not None and one.position is None for one in own.series) if tally.known else None,
            "distribution_by": by,
            "distribution": distribution,
            "fictitious": own.fictitious,
        }
        rows.append(tuple(values[column.name] for column in BY_MISSION))
    return tuple(rows)


def rows_by_centre(tally: Tally) -> tuple[tuple[Value, ...], ...]:
    """A row for each centre, with where its ratings go."""
    rows = []
    for centre, own in tally.by("centre").items():
        years = [one.now["year"] for one in own.series if one.now]
        values = own.values | {
            "centre": centre,
            "short_name": own.series[0].short_name,
            "trend": _trend(own),
            "latest_year": max(years, default=None),
            "fictitious": own.fictitious,
        }
        rows.append(tuple(values[column.name] for column in BY_CENTRE))
    return tuple(rows)


def total_row(columns: Sequence[Column], tally: Tally) -> tuple[Value, ...] | None:
    """The line under the rows; None where nothing is known."""
    values: Mapping[str, Value] = tally.values
    return tuple(values.get(column.name) for column in columns) if tally.known else None


def _trend(own: Tally) -> str | None:
    """Where the ratings of a centre go, taken together: mixed if some are better and some worse."""
    if own.moving("improving") and own.moving("slipping"):
        return "mixed"
    return next((trend for trend in ("improving", "slipping", "stable") if own.moving(trend)), None)


def _distribution(series: Sequence[MissionSeries]) -> tuple[str | None, tuple[str, ...]]:
    """How the latest ratings are distributed: by what, and for each value ``value:how many``, the lowest first.

    By rating if all are on one scale, and otherwise by the quarter of the scale that their position lies in.
    """
    rated = [one.now for one in series if one.now and one.now["position"] is not None]
    if not rated:
        return None, ()
    if len({row["scale"] for row in rated}) > 1:
        quarters = [min(int(row["position"] * _QUARTERS), _QUARTERS - 1) for row in rated]
        return "quarter", tuple(f"q{place + 1}:{quarters.count(place)}" for place in range(_QUARTERS))
    values = _values(Scale.of(rated[0]))
    # The values of such a scale are at even steps, and those that nobody got are given too.
    called = {place / (len(values) - 1): value for place, value in enumerate(values)}
    counts = Counter(row["position"] for row in rated)
    called = {row["position"]: row["rating"] for row in reversed(rated)} | called
    return "rating", tuple(f"{called[position]}:{counts[position]}" for position in sorted(called))


def _values(scale: Scale) -> tuple[str, ...]:
    """The ratings that a scale of few values has; none for a finer one, of which only ratings in use are listed."""
    if scale.levels:
        return scale.levels
    if scale.minimum is None or scale.maximum is None:
        return ()
    lowest, highest = int(scale.minimum), int(scale.maximum)
    whole = lowest == scale.minimum and highest == scale.maximum and highest - lowest <= _STEPS_AT_MOST
    return tuple(str(value) for value in range(lowest, highest + 1)) if whole else ()
