"""The rows behind a figure of evaluations: the evaluations that it counts, and what says that others are missing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crpv_cli.definitions.choices import TRENDS, mission_label
from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.ratings import Scale
from crpv_cli.language import Message, msg
from crpv_cli.reports.evaluations.series import MissionSeries, read_series
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role, piece
from crpv_cli.reports.places import centres_of
from crpv_cli.result import Result

_TRENDS = {trend.code for trend in TRENDS}
Series = list[MissionSeries]


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say which rows a figure of ``evaluation_summaries`` is made of; None for what is no figure.

    Args:
        connection: an open registry.
        report: the report, whose parameters say what was asked.
        column: a total or a column of figures.
        row: the row of the report by column; None for a total.
    """
    asked = report.parameters
    sources = dict(connection.execute("select id, source from centres").fetchall())
    wanted = centres_of(connection, asked["as_of"], asked["region"], asked["department"], asked["centre"])
    whole = read_series(connection, asked["as_of"], asked["year"], asked["cycle"], asked["centre"])
    own = [
        one
        for one in whole
        if (wanted is None or one.centre in wanted)
        and asked["mission"] in {None, one.mission}
        and (row is None or _is_of(one, row, column))
    ]
    makers: Mapping[str, Callable[[Series, Mapping[str, Any]], Explained]] = {
        "expected": _expected,
        "core_missions": _expected,
        "evaluated": _evaluated,
        "missions_evaluated": _evaluated,
        "share": _share,
        "overdue": _overdue,
        "complete": _complete,
        "centres": _centres,
        "unrated": _unrated,
        "mean_position": _mean,
        "position": _position,
        "change": _change,
        "position_change": _change_of_position,
    }
    if column in _TRENDS:
        return _moving(own, column)
    return makers[column](own, sources) if column in makers else None


def _is_of(one: MissionSeries, row: Mapping[str, Any], column: str) -> bool:
    """Whether a series belongs to a row; how many missions are evaluated is said of the whole centre."""
    of_centre = column in {"missions_evaluated", "core_missions"}
    names = ("centre",) if of_centre else ("centre", "mission")
    return all(name not in row or row[name] == getattr(one, name) for name in names)


_NONE = msg("no evaluation is known.")


def _evaluation(
    row: sqlite3.Row, part: int | float | None = 1, role: Role = Role.COUNTED, says: Message | None = None
) -> Piece:
    return piece("evaluations", row, part, "rating", role, says)


def _centre(
    one: MissionSeries, sources: Mapping[str, Any], role: Role = Role.COUNTED, says: Message | None = None
) -> Piece:
    """The row that says that a mission of a centre is expected."""
    return Piece("centres", {"id": one.centre}, 1, role, source=sources[one.centre], says=says)


def _name(one: MissionSeries) -> Message:
    return msg(mission_label(one.mission))


def _expected(series: Series, sources: Mapping[str, Any]) -> Explained:
    pieces = tuple(_centre(one, sources, says=msg("expected: {mission}", mission=_name(one))) for one in series)
    return Explained(pieces, unit="mission")


def _evaluated(series: Series, _: Mapping[str, Any]) -> Explained:
    pieces = tuple(_evaluation(one.now) for one in series if one.now is not None)
    return Explained(pieces, unit="mission", unknown=_NONE)


def _share(series: Series, sources: Mapping[str, Any]) -> Explained:
    pieces = tuple(_evaluation(one.now) for one in series if one.now is not None)
    missing = tuple(
        _centre(one, sources, Role.REST, msg("not evaluated: {mission}", mission=_name(one)))
        for one in series
        if one.now is None
    )
    return Explained((*pieces, *missing), Kind.PERCENT, "mission", Formula.SHARE, Kind.INTEGER, _NONE)


def _overdue(series: Series, sources: Mapping[str, Any]) -> Explained:
    """The missions whose next evaluation is late: by the latest one, or by the centre, which never had one."""
    pieces = []
    for one in series:
        if not one.overdue:
            continue
        due = str(one.due_year) if one.due_year else "?"
        if one.known:
            says = msg("evaluated last in {year}, due again by {due}", year=str(one.latest_year), due=due)
            pieces.append(_evaluation(one.known[0], says=says))
        else:
            says = msg("never evaluated: {mission}", mission=_name(one))
            pieces.append(_centre(one, sources, says=says))
    return Explained(tuple(pieces), unit="mission", unknown=_NONE)


def _moving(series: Series, trend: str) -> Explained:
    """The ratings with a trend, each after the one that it is compared with."""
    pieces = []
    for one in series:
        if one.now is not None and one.trend == trend:
            pieces += [_evaluation(one.now, says=_rated(one.now)), *_previous(one)]
    return Explained(tuple(pieces), unit="mission", unknown=_NONE)


def _rated(row: sqlite3.Row) -> Message | None:
    return None if row["rating"] is None else msg("rated {rating}", rating=row["rating"])


def _previous(one: MissionSeries) -> list[Piece]:
    row = _row_before(one)
    return [] if row is None else [_evaluation(row, None, Role.REASON, says=_rated(row))]


def _row_before(one: MissionSeries) -> sqlite3.Row | None:
    return next((row for row in one.asked if one.now is not None and row["year"] == one.now["previous_year"]), None)


def _groups(series: Series) -> dict[str, Series]:
    centres: dict[str, Series] = {}
    for one in series:
        centres.setdefault(one.centre, []).append(one)
    return centres


def _complete(series: Series, sources: Mapping[str, Any]) -> Explained:
    """The centres all of whose missions are evaluated, each with its evaluations."""
    pieces: list[Piece] = []
    for own in _groups(series).values():
        evaluated = [one.now for one in own if one.now is not None]
        if len(evaluated) == len(own):
            pieces += [_centre(own[0], sources), *(_evaluation(now, None, Role.REASON) for now in evaluated)]
    return Explained(tuple(pieces), unit="centre", unknown=_NONE)


def _centres(series: Series, sources: Mapping[str, Any]) -> Explained:
    return Explained(tuple(_centre(own[0], sources) for own in _groups(series).values()), unit="centre")


def _unrated(series: Series, _: Mapping[str, Any]) -> Explained:
    pieces = tuple(_evaluation(one.now) for one in series if one.now is not None and one.position is None)
    return Explained(pieces, unit="mission", unknown=_NONE)


def _placed(series: Iterable[MissionSeries]) -> tuple[Piece, ...]:
    return tuple(
        _evaluation(one.now, one.position, says=_rated(one.now))
        for one in series
        if one.now is not None and one.position is not None
    )


_NO_RATING = msg("no rating on a scale is known.")


def _mean(series: Series, _: Mapping[str, Any]) -> Explained:
    return Explained(_placed(series), Kind.PERCENT, "position", Formula.MEAN, unknown=_NO_RATING)


def _position(series: Series, _: Mapping[str, Any]) -> Explained:
    return Explained(_placed(series), Kind.PERCENT, "position", unknown=_NO_RATING)


def _difference(series: Series, times: Callable[[sqlite3.Row], float]) -> tuple[Piece, ...]:
    """The rating, and the one before it taken off; in positions on the scale, times what makes them steps."""
    pieces = []
    for one in series:
        row = _row_before(one)
        if one.now is None or row is None or one.now["position"] is None or row["position"] is None:
            continue
        for rated, sign, role in ((one.now, 1, Role.COUNTED), (row, -1, Role.BEFORE)):
            part = sign * rated["position"] * times(rated)
            pieces.append(_evaluation(rated, part, role, says=_rated(rated)))
    return tuple(pieces)


def _steps(row: sqlite3.Row) -> float:
    scale = Scale.of(row)
    if scale.levels:
        return len(scale.levels) - 1
    return (scale.maximum or 0) - (scale.minimum or 0)


_NO_COMPARISON = msg("there are no two ratings to compare.")


def _change(series: Series, _: Mapping[str, Any]) -> Explained:
    pieces = _difference(series, _steps)
    return Explained(pieces, Kind.DECIMAL, "step", unknown=_NO_COMPARISON, digits=4)


def _change_of_position(series: Series, _: Mapping[str, Any]) -> Explained:
    pieces = _difference(series, lambda row: 1)
    return Explained(pieces, Kind.PERCENT, "position", unknown=_NO_COMPARISON)
