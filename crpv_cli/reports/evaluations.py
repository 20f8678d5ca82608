"""How the core missions of each centre are evaluated: the latest rating, and the change since the one before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.ratings import Scale, levels_of
from crpv_cli.language import N_, Day, Share, msg
from crpv_cli.reports import fictitious
from crpv_cli.reports.origin import origin
from crpv_cli.reports.published import published_figures, published_notes
from crpv_cli.reports.queries import query
from crpv_cli.result import Note, Result, Value
from crpv_cli.spelling import fold

__all__ = ["COLUMNS", "evaluation_summaries"]

COLUMNS = (
    Column("centre", N_("Centre id"), Kind.CODE),
    Column("short_name", N_("Centre")),
    Column("mission", N_("Mission"), Kind.CODE, choices=choices.MISSIONS),
    Column("evaluated", N_("Evaluated"), Kind.FLAG),
    Column("year", N_("Year"), Kind.YEAR),
    Column("kind", N_("Evaluation"), Kind.CODE, choices=choices.EVALUATION_KINDS),
    Column("rating", N_("Rating"), Kind.CODE, within="scale_bounds"),
    Column("scale", N_("Scale id"), Kind.CODE),
    Column("scale_bounds", N_("Scale"), Kind.CODE),
    Column("position", N_("Position on the scale"), Kind.PERCENT),
    Column("evaluator", N_("Evaluator")),
    Column("evaluated_on", N_("Evaluated on"), Kind.DATE),
    Column("previous_year", N_("Year before"), Kind.YEAR),
    Column("previous_rating", N_("Rating before"), Kind.CODE),
    Column("previous_scale", N_("Scale before"), Kind.CODE),
    Column("change", N_("Change"), Kind.DECIMAL),
    Column("missions_evaluated", N_("Missions"), Kind.INTEGER, over="core_missions"),
    Column("core_missions", N_("Core missions"), Kind.INTEGER),
    Column("summary", N_("Summary")),
    Column("recommendation", N_("Recommendation")),
    Column("source", N_("Source"), Kind.CODE),
    Column("fictitious", N_("Fictitious"), Kind.FLAG),
)
SCREEN = (
    "short_name",
    "mission",
    "year",
    "rating",
    "change",
    "kind",
    "evaluator",
    "missions_evaluated",
)


@dataclass(frozen=True, slots=True)
class _Rated:
    """One evaluation of a series."""

    row: sqlite3.Row
    scale: Scale | None

    @property
    def position(self) -> float | None:
        return self.scale.position(self.row["rating"]) if self.scale else None


def _change(now: _Rated, before: _Rated) -> float | None:
    """Return the change of rating, in steps of the scale; None across scales, which have no common step."""
    if now.scale is None or before.scale is None or now.scale.id != before.scale.id:
        return None
    after, earlier = now.position, before.position
    if after is None or earlier is None:
        return None
    scale = now.scale
    steps = len(scale.levels) - 1 if scale.levels else (scale.maximum or 0) - (scale.minimum or 0)
    return round((after - earlier) * steps, 4)


def evaluation_summaries(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    mission: str | None = None,
    centre: str | None = None,
) -> Result:
    """Summarise the evaluations of the core missions: one row per open centre and core mission.

    Args:
        connection: an open registry.
        as_of: ISO date: evaluations made later are not known yet, and centres opened later do not count.
        year: only evaluations of this year of activity count as evaluated, compared with those before.
        mission: one core mission only.
        centre: one centre only (its id).

    Returns:
        A report. Totals: ``centres``, ``expected`` and ``evaluated`` missions, ``share`` (0 to 1), ``complete``
        centres, and how many ratings are ``improving``, ``stable`` or ``slipping`` since the one before.
    """
    found = connection.execute(query("evaluations"), {"as_of": as_of, "year": year}).fetchall()
    chosen = [
        row
        for row in found
        if (centre is None or row["centre"] == centre) and (mission is None or row["mission"] == mission)
    ]
    known = any(row["year"] is not None for row in found)
    # That a mission is not evaluated rests on what the registry holds: on fictitious rows, where there are any.
    made_up = any(row["fictitious"] for row in found)
    chosen.sort(key=lambda row: fold(row["short_name"]))  # stable: missions and years keep their order
    rows: list[tuple[Value, ...]] = []
    for _, of_centre in groupby(chosen, key=lambda row: row["centre"]):
        rows.extend(_rows_of_centre(list(of_centre), year, known, made_up))
    names = [column.name for column in COLUMNS]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    totals = _totals(records)
    published = published_figures(connection, ("core_missions",), as_of)
    rests = any(record["fictitious"] for record in records)
    return Result(
        name="evaluation-summaries",
        title=msg("Evaluation of the core missions in {year}", year=str(year))
        if year
        else msg("Evaluation of the core missions, known on {date}", date=Day(as_of)),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=SCREEN,
        notes=(
            *fictitious.notes(connection, rests),
            *_notes(totals, {row["scale"] for row in chosen if row["scale"] and not row["official"]}),
            *published_notes(published, {}),
        ),
        parameters={"as_of": as_of, "year": year, "mission": mission, "centre": centre},
        totals=totals,
        total_row=None
        if totals["evaluated"] is None
        else tuple(
            {"missions_evaluated": totals["evaluated"], "core_missions": totals["expected"]}.get(name) for name in names
        ),
        published=published,
        fictitious=rests,
        is_report=True,
        origin=origin(connection, (record["source"] for record in records)),
    )


def _rows_of_centre(
    found: Sequence[sqlite3.Row], year: int | None, known: bool, made_up: bool
) -> list[tuple[Value, ...]]:
    series = {mission: list(rows) for mission, rows in groupby(found, key=lambda row: row["mission"])}
    latest = {mission: [_rated(row) for row in rows if row["year"] is not None] for mission, rows in series.items()}
    evaluated = {
        mission: bool(ratings) and (year is None or ratings[0].row["year"] == year)
        for mission, ratings in latest.items()
    }
    # Without any evaluation in the registry, nothing is known: that is not the same as none evaluated.
    count = sum(evaluated.values()) if known else None
    return [
        _row(rows[0], latest[mission] if evaluated[mission] else [], count, len(series), made_up)
        for mission, rows in series.items()
    ]


def _rated(row: sqlite3.Row) -> _Rated:
    if row["scale"] is None:
        return _Rated(row, None)
    return _Rated(row, Scale(row["scale"], row["minimum"], row["maximum"], levels_of(row["levels"])))


def _row(
    centre: sqlite3.Row, series: Sequence[_Rated], count: int | None, missions: int, made_up: bool
) -> tuple[Value, ...]:
    now = series[0] if series else None
    # An evaluation without a rating leaves nothing to compare with: the rating before it is the one that counts.
    before = next((rated for rated in series[1:] if rated.row["rating"] is not None), None) if now else None

    def of(rated: _Rated | None, name: str) -> Value:
        return rated.row[name] if rated else None

    return (
        centre["centre"],
        centre["short_name"],
        centre["mission"],
        now is not None if count is not None else None,
        of(now, "year"),
        of(now, "kind"),
        of(now, "rating"),
        of(now, "scale"),
        now.scale.bounds() if now and now.scale else None,
        round(now.position, 6) if now and now.position is not None else None,
        of(now, "evaluator"),
        of(now, "evaluated_on"),
        of(before, "year"),
        of(before, "rating"),
        of(before, "scale"),
        _change(now, before) if now and before else None,
        count,
        missions,
        of(now, "summary"),
        of(now, "recommendation"),
        of(now, "source"),
        made_up if now is None else bool(now.row["fictitious"] or (before and before.row["fictitious"])),
    )


def _totals(records: Sequence[dict[str, Value]]) -> dict[str, int | float | None]:
    expected = len(records)
    known = any(record["evaluated"] is not None for record in records)
    evaluated = sum(bool(record["evaluated"]) for record in records) if known else None
    per_centre = {record["centre"]: record["missions_evaluated"] == record["core_missions"] for record in records}
    changes = [record["change"] for record in records if isinstance(record["change"], int | float)]
    return {
        "centres": len(per_centre),
        "expected": expected,
        "evaluated": evaluated,
        "share": round(evaluated / expected, 6) if expected and evaluated is not None else None,
        "complete": sum(per_centre.values()) if known else None,
        "improving": sum(change > 0 for change in changes) if known else None,
        "stable": sum(change == 0 for change in changes) if known else None,
        "slipping": sum(change < 0 for change in changes) if known else None,
    }


def _notes(totals: Mapping[str, int | float | None], scales: set[str]) -> Iterable[Note]:
    share = totals["share"]
    if totals["evaluated"] is None:
        yield Note(
            "no-evaluations",
            msg(
                "No evaluation is in the registry, and none is public: load yours with crpv load, "
                "or see fictitious ones with crpv init --demo --db demo.sqlite"
            ),
        )
    if isinstance(share, float) and totals["centres"] != 1:
        yield Note(
            "network",
            msg(
                "Network: {evaluated} of {expected} core missions evaluated ({share}); "
                "{complete} of {centres} centres have them all.",
                evaluated=totals["evaluated"],
                expected=totals["expected"],
                share=Share(share),
                complete=totals["complete"],
                centres=totals["centres"],
            ),
        )
        yield Note(
            "changes",
            msg(
                "Since the rating before: {improving} better, {stable} the same, {slipping} worse.",
                improving=totals["improving"],
                stable=totals["stable"],
                slipping=totals["slipping"],
            ),
        )
    for scale in sorted(scales):
        yield Note(
            "scale-not-official",
            msg("No official rating scale exists: {scale} is its author's own (see: crpv list scales).", scale=scale),
            {"scale": scale},
        )
