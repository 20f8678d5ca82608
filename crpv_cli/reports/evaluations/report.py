"""How the core missions of each centre are evaluated: the latest rating, and the change since the one before."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions import choices
from crpv_cli.definitions.choices import TRENDS
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.ratings import Scale
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.queries import CYCLE_YEARS
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.evaluations.notes import evaluation_notes
from crpv_cli.reports.evaluations.series import MissionSeries, read_series
from crpv_cli.reports.evaluations.tallies import (
    BY_CENTRE,
    BY_MISSION,
    Tally,
    rows_by_centre,
    rows_by_mission,
    total_row,
)
from crpv_cli.reports.options import AS_OF, CENTRE, CYCLE, DEPARTMENT, REGION, YEAR, Option, Takes, division
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import centres_of, region_notes
from crpv_cli.reports.published import published_figures, published_notes
from crpv_cli.result import Result, Texts, Value

DIVISIONS = {"mission": N_("mission"), "centre": N_("centre")}
OPTIONS = (
    YEAR,
    Option("mission", N_("Only this core mission."), N_("MISSION"), Takes.CORE_MISSION),
    REGION,
    DEPARTMENT,
    CENTRE,
    division(N_("A row for each mission or centre; by default for each mission of each centre."), DIVISIONS),
    CYCLE,
    Option("full", N_("Write out the summaries and recommendations, centre by centre."), takes=Takes.FLAG),
    AS_OF,
)
"""What a row may stand for, beside a centre and mission."""

COLUMNS = (
    *WHOSE,
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
    Column("previous_rating", N_("Previous rating"), Kind.CODE),
    Column("previous_scale", N_("Previous scale"), Kind.CODE),
    Column("change", N_("Change"), Kind.DECIMAL, signed=True),
    Column("position_change", N_("Change of position"), Kind.PERCENT, signed=True),
    Column("trend", N_("Trend"), Kind.CODE, choices=TRENDS),
    Column("series", N_("Series"), Kind.SERIES),
    Column("overdue", N_("Overdue"), Kind.FLAG),
    Column("due_year", N_("Due"), Kind.YEAR),
    Column("missions_evaluated", N_("Missions"), Kind.INTEGER, over="core_missions"),
    Column("core_missions", N_("Core missions"), Kind.INTEGER),
    Column("summary", N_("Summary")),
    Column("recommendation", N_("Recommendation")),
    Column("source", N_("Source"), Kind.CODE, refers="sources"),
    FICTITIOUS,
)
SCREEN = (
    "short_name",
    "mission",
    "year",
    "rating",
    "change",
    "series",
    "kind",
    "evaluator",
    "overdue",
    "missions_evaluated",
)
# A narrow terminal does without these: what is left says how each mission stands.
SPARE = ("evaluator", "missions_evaluated", "kind", "overdue")
TEXTS = Texts(
    group="short_name",
    head=("mission", "year", "rating", "kind", "evaluator", "evaluated_on"),
    texts=("summary", "recommendation"),
)
_HIDDEN = {"centre", "expected", "share", "unrated", "distribution_by", "fictitious"}
_SPARE = {
    None: SPARE,
    "mission": ("mean_position", "stable", "overdue"),
    "centre": ("latest_year", "mean_position", "stable"),
}


def evaluation_summaries(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    mission: str | None = None,
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
    by: str | None = None,
    cycle: int = CYCLE_YEARS,
    full: bool = False,
) -> Result:
    """Summarise the evaluations of the core missions: one row per open centre and core mission.

    Args:
        connection: an open registry.
        as_of: ISO date: evaluations made later are not known yet, and centres opened later do not count.
        year: only evaluations of this year of activity count as evaluated, compared with those before.
        mission: one core mission only.
        region: only the centres that serve this region (its code or name) on the date.
        department: only those that serve this department.
        centre: one centre only (its id).
        by: one of ``DIVISIONS`` for a row of counts for each; by default a row for each centre and mission.
        cycle: years from one evaluation of a mission to the next, after which the next one is overdue.
        full: whether the texts of summaries and recommendations are written out beneath the rows.

    Returns:
        A report. Totals: ``centres``, ``expected`` and ``evaluated`` missions, ``share`` (0 to 1), ``complete``
        centres, how many ratings are ``improving``, ``stable`` or ``slipping`` since the one before, how many missions
        are ``overdue``, and the ``mean_position`` of the ratings on their scales (0 to 1).

    Raises:
        UsageProblem: the texts are asked for, which are of a mission of a centre, and a row stands for something else;
            an unknown region or department.
    """
    if full and by is not None:
        raise UsageProblem(
            msg("--full and --by cannot be used together."),
            msg("Texts belong to one mission of one centre: leave --by out."),
        )
    wanted = centres_of(connection, as_of, region, department, centre)
    whole = read_series(connection, as_of, year, cycle, centre)
    # Without any evaluation in the registry, nothing is known: that is not the same as none evaluated.
    # That a mission is not evaluated rests on what the registry holds: on fictitious rows, where there are any.
    tally = Tally(
        series=tuple(
            one for one in whole if (wanted is None or one.centre in wanted) and mission in {None, one.mission}
        ),
        cycle=cycle,
        known=any(one.asked for one in whole),
        held=any(one.known for one in whole),
        any_fictitious=any(one.fictitious for one in whole),
    )
    columns, rows, screen = _rows(tally, by)
    published = published_figures(connection, ("core_missions",), as_of)
    rests = tally.fictitious
    totals = _totals(tally)
    return Result(
        name="evaluation-summaries" if by is None else f"evaluations-by-{by}",
        title=_title(as_of, year, by),
        columns=columns,
        rows=rows,
        screen=screen,
        spare=_SPARE[by],
        texts=TEXTS if full and by is None else None,
        notes=(
            *fictitious.notes(connection, rests),
            *region_notes(connection, region),
            *evaluation_notes(tally, as_of, 0 if tally.held else _later(connection, as_of), year, by),
            *published_notes(published),
        ),
        parameters={
            "as_of": as_of,
            "year": year,
            "mission": mission,
            "region": region,
            "department": department,
            "centre": centre,
            "by": by,
            "cycle": cycle,
        },
        totals=totals,
        total_row=_total_row(columns, tally, by),
        published=published,
        fictitious=rests,
        is_report=True,
        command="report evaluations",
        origin=origin(connection, {row["source"] for one in tally.series for row in one.asked}),
    )


_TITLES = {
    None: (
        N_("Evaluation of the core missions in {year}"),
        N_("Evaluation of the core missions, known on {date}"),
    ),
    "mission": (
        N_("Evaluation of the core missions in {year}, by mission"),
        N_("Evaluation of the core missions, known on {date}, by mission"),
    ),
    "centre": (
        N_("Evaluation of the core missions in {year}, by centre"),
        N_("Evaluation of the core missions, known on {date}, by centre"),
    ),
}


def _later(connection: sqlite3.Connection, as_of: str) -> int:
    """How many evaluations the registry holds that were not known on the date yet."""
    later = "select count(*) from evaluations where evaluated_on > :as_of or year > substr(:as_of, 1, 4)"
    return int(connection.execute(later, {"as_of": as_of}).fetchone()[0])


def _title(as_of: str, year: int | None, by: str | None) -> Message:
    of_year, of_date = _TITLES[by]
    return msg(of_year, year=str(year)) if year else msg(of_date, date=Day(as_of))


def _rows(tally: Tally, by: str | None) -> tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...], tuple[str, ...]]:
    if by is None:
        return COLUMNS, tuple(_row(one, own) for own in tally.by("centre").values() for one in own.series), SCREEN
    columns = BY_MISSION if by == "mission" else BY_CENTRE
    screen = tuple(column.name for column in columns if column.name not in _HIDDEN)
    rows = rows_by_mission(tally) if by == "mission" else rows_by_centre(tally)
    return columns, rows, screen


def _row(series: MissionSeries, own: Tally) -> tuple[Value, ...]:
    scale = Scale.of(series.now) if series.now and series.now["scale"] is not None else None
    return (
        series.centre,
        series.short_name,
        series.mission,
        series.now is not None if own.known else None,
        *(series.of(name) for name in ("year", "kind", "rating", "scale")),
        scale.bounds() if scale else None,
        series.position,
        *(series.of(name) for name in ("evaluator", "evaluated_on")),
        *(series.of(f"previous_{name}") for name in ("year", "rating", "scale")),
        series.rounded("change", 4),
        series.rounded("position_change"),
        series.trend,
        series.points,
        series.overdue,
        series.due_year,
        own.evaluated,
        own.expected,
        *(series.of(name) for name in ("summary", "recommendation", "source")),
        own.of((series,)).fictitious,
    )


def _totals(tally: Tally) -> dict[str, Value]:
    centres = tally.by("centre").values()
    return {
        "centres": len(centres),
        "expected": tally.expected,
        "evaluated": tally.evaluated,
        "share": tally.share,
        "complete": sum(own.evaluated == own.expected for own in centres) if tally.known else None,
        **{trend.code: tally.moving(trend.code) for trend in TRENDS},
        "overdue": tally.overdue,
        "mean_position": tally.position,
    }


def _total_row(columns: tuple[Column, ...], tally: Tally, by: str | None) -> tuple[Value, ...] | None:
    if by is not None:
        return total_row(columns, tally)
    if not tally.known:
        return None
    sums: dict[str, Value] = {"missions_evaluated": tally.evaluated, "core_missions": tally.expected}
    return tuple(sums.get(column.name) for column in columns)
