"""What the centres did: half-days, actions and participants.

The half-day is the unit in which the agency's yearly *bilan quantitatif* counts activity. What nobody reported is None,
never 0: a centre that has not reported a year has done an unknown number of half-days in it, and counts in no sum.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Message, msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.activity.notes import activity_notes
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.funding.money import difference, ratio
from crpv_cli.reports.options import AS_OF, CENTRE, DEPARTMENT, REGION, YEAR, Option, Takes, division
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import centres_of, region_notes
from crpv_cli.reports.published import published_figures, published_notes
from crpv_cli.reports.rows import shortest
from crpv_cli.result import Chart, ChartShape, Result, Value
from crpv_cli.spelling import fold

DIVISIONS = {
    "centre": N_("centre"),
    "mission": N_("mission"),
    "type": N_("type"),
    "theme": N_("theme"),
    "audience": N_("audience"),
    "mode": N_("mode"),
    "year": N_("year"),
}
OPTIONS = (
    YEAR,
    division(N_("A row for each centre, mission, type, theme, audience, mode or year."), DIVISIONS),
    REGION,
    DEPARTMENT,
    CENTRE,
    Option("mission", N_("Only this mission: its id or name."), N_("MISSION"), Takes.MISSION),
    AS_OF,
)
_KEYS = {
    "mission": Column("mission", N_("Mission"), Kind.CODE, choices=choices.MISSIONS),
    "type": Column("type", N_("Type"), Kind.CODE, choices=choices.ACTIVITY_TYPES),
    "theme": Column("theme", N_("Theme")),
    "audience": Column("audience", N_("Audience"), Kind.CODE, choices=choices.AUDIENCES),
    "mode": Column("mode", N_("Mode"), Kind.CODE, choices=choices.MODES),
    "year": Column("year", N_("Year"), Kind.YEAR),
}
# The order in which closed lists are read; themes and what no list knows come by their half-days.
_ORDERS = {
    "mission": [choice.code for choice in choices.MISSIONS],
    "type": [choice.code for choice in choices.ACTIVITY_TYPES],
    "audience": [choice.code for choice in choices.AUDIENCES],
    "mode": [choice.code for choice in choices.MODES],
}
_SUMS = (
    Column("half_days", N_("Half-days"), Kind.DECIMAL, bar=True),
    Column("share", N_("Share"), Kind.PERCENT),
    Column("half_days_change", N_("Change"), Kind.DECIMAL),
    Column("half_days_change_share", N_("Change, %"), Kind.PERCENT, signed=True),
    Column("actions", N_("Actions"), Kind.INTEGER),
    Column("participants", N_("Participants"), Kind.INTEGER),
)
_MISSIONS = (
    Column("animation", N_("Animation"), Kind.DECIMAL),
    Column("skills", N_("Skills"), Kind.DECIMAL),
    Column("capitalisation", N_("Capitalisation"), Kind.DECIMAL),
    Column("complementary", N_("Complementary"), Kind.DECIMAL),
)
BY_CENTRE = (
    *WHOSE,
    Column("reported", N_("Reported"), Kind.FLAG),
    *_MISSIONS,
    *_SUMS,
    FICTITIOUS,
)
_GROUP = (
    *_SUMS,
    Column("centres", N_("Centres"), Kind.INTEGER),
    Column("rows", N_("Rows"), Kind.INTEGER),
    FICTITIOUS,
)
_CENTRE_SCREEN = (
    "short_name",
    *(column.name for column in _MISSIONS),
    "half_days",
    "share",
    "half_days_change_share",
    "participants",
)
# A narrow terminal does without these: what is left says how much was done, and of which core mission.
_CENTRE_SPARE = ("participants", "share", "complementary", "half_days_change_share")
_GROUP_SPARE = ("centres", "participants")
_GROUP_SCREEN = ("half_days", "share", "half_days_change_share", "participants", "centres")


@dataclass(frozen=True, slots=True)
class Work:
    """Rows of activity, and what they add up to; a sum is None where none of its rows gives the figure."""

    rows: tuple[sqlite3.Row, ...]

    def sum(self, name: str) -> int | float | None:
        """A figure of the rows; None if none of them gives it."""
        known = [row[name] for row in self.rows if row[name] is not None]
        return shortest(sum(known)) if known else None

    @property
    def half_days(self) -> int | float | None:
        """Their half-days."""
        return self.sum("half_days")

    @property
    def centres(self) -> set[str]:
        """The ids of the centres that did it."""
        return {row["centre"] for row in self.rows}

    @property
    def fictitious(self) -> bool:
        """Whether any of them is fictitious."""
        return any(row["fictitious"] for row in self.rows)

    def only(self, **values: object) -> Work:
        """The rows that have these values."""
        return Work(tuple(row for row in self.rows if all(row[name] == value for name, value in values.items())))

    def by_centre(self) -> dict[str, Work]:
        """The rows of each centre, found in one pass."""
        rows: dict[str, list[sqlite3.Row]] = {}
        for row in self.rows:
            rows.setdefault(row["centre"], []).append(row)
        return {centre: Work(tuple(own)) for centre, own in rows.items()}

    def of_centres(self, centres: set[str]) -> Work:
        """The rows of these centres."""
        return Work(tuple(row for row in self.rows if row["centre"] in centres))


@dataclass(frozen=True, slots=True)
class CentreWork:
    """A centre, what it did in the year and in the year before, and whether it has reported the year."""

    id: str
    short_name: str
    now: Work
    before: Work
    reported: bool


def activity(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    by: str = "centre",
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
    mission: str | None = None,
) -> Result:
    """Add up the activity of the centres in a year.

    Args:
        connection: an open registry.
        as_of: ISO date: later years are not known yet.
        year: the year of the activity; by default the latest that is over and of which any is known, else the one that
            runs. By year, all years up to it, and by default up to the latest of which any is known.
        by: one of ``DIVISIONS``: what a row stands for.
        region: only the centres that serve this region (its code or name) on the last day of the year.
        department: only those that serve this department.
        centre: one centre only (its id).
        mission: one mission only (its id).

    Returns:
        A report. By centre, a row for each centre open at some time in the year; by anything else, a row for each
        group, what is not known being a group of its own. Change is against the year before: of one centre where it
        reported both years, of a group only over the centres that did. Totals: ``half_days``, ``actions``,
        ``participants``, ``remote_share`` (0 to 1, of the half-days whose mode is known), ``centres`` open,
        ``reported`` and ``not_reported``.

    Raises:
        UsageProblem: an unknown region or department.
    """
    known = read(connection, "select * from activity_known", as_of, centre=centre, mission=mission).fetchone()
    last = year or (known["latest"] if by == "year" else known["usual"])
    first = (known["earliest"] or last) if by == "year" else last
    parameters = {"first": first, "last": last, "centre": centre, "mission": mission}
    known_on = min(as_of, f"{last}-12-31") if last else as_of
    wanted = centres_of(connection, known_on, region, department, centre)
    found = read(connection, query("activity"), as_of, **parameters).fetchall() if last else []
    found = [row for row in found if wanted is None or row["centre"] in wanted]
    now = Work(tuple(row for row in found if row["year"] == last))
    before = Work(tuple(row for row in found if last and row["year"] == last - 1))
    reports = reports_by_year(connection, as_of)
    centres = centres_of_year(connection, as_of, last, wanted, now, before, reports)
    columns, rows, screen = (
        (BY_CENTRE, _centre_rows(centres, now) if now.rows else (), _CENTRE_SCREEN)
        if by == "centre"
        else ((_KEYS[by], *_GROUP), _group_rows(by, found, last, reports), (by, *_GROUP_SCREEN))
    )
    shown = Work(tuple(row for row in found if first and row["year"] >= first)) if by == "year" else now
    totals = _totals(now, centres)
    # What was published of later years says nothing of this one, and a figure of all nothing of one centre or mission.
    narrowed = wanted is not None or mission is not None
    published = () if narrowed else published_figures(connection, ("half_days",), known_on)
    return Result(
        name=f"activity-by-{by}",
        title=_title(by, first, last),
        columns=columns,
        rows=rows,
        screen=screen,
        spare=_CENTRE_SPARE if by == "centre" else _GROUP_SPARE,
        notes=(
            *fictitious.notes(connection, shown.fictitious),
            *region_notes(connection, region),
            *activity_notes(
                as_of,
                last,
                totals,
                {one.id: one.short_name for one in centres if not one.reported},
                _without_half_days(now),
                held=_holds_any(connection),
                narrowed=narrowed,
            ),
            *published_notes(published),
        ),
        parameters={
            "as_of": as_of,
            "year": last,
            "by": by,
            "region": region,
            "department": department,
            "centre": centre,
            "mission": mission,
        },
        totals=totals,
        total_row=_total_row(columns, totals, now) if by != "year" and len(rows) > 1 and now.rows else None,
        published=published,
        fictitious=shown.fictitious,
        is_report=True,
        command="report activity",
        origin=origin(connection, (row["source"] for row in shown.rows)),
        chart=_chart(by, first, last, totals) if rows and now.half_days is not None else None,
    )


def _holds_any(connection: sqlite3.Connection) -> bool:
    """Whether the registry holds any activity, of whatever year."""
    return connection.execute("select 1 from activities limit 1").fetchone() is not None


def reports_by_year(connection: sqlite3.Connection, as_of: str) -> dict[int, set[str]]:
    """Which centres have reported anything of a year, whatever the mission: what they left out, they did not do."""
    reports: dict[int, set[str]] = {}
    for row in read(connection, "select distinct year, centre from known_activities", as_of):
        reports.setdefault(row["year"], set()).add(row["centre"])
    return reports


def centres_of_year(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None,
    wanted: set[str] | None,
    now: Work,
    before: Work,
    reports: Mapping[int, set[str]],
) -> list[CentreWork]:
    """The centres open at some time in the year, and those of which activity is known, by name."""
    found = []
    of_now, of_before, nothing = now.by_centre(), before.by_centre(), Work(())
    open_then = read(connection, "select centre from open_years", as_of, first=year, last=year)
    expected = {row["centre"] for row in open_then}
    for row in read(connection, "select id, short_name from centres_on", as_of):
        own = of_now.get(row["id"], nothing)
        left = wanted is None or row["id"] in wanted
        if left and (row["id"] in expected or own.rows or wanted == {row["id"]}):
            reported = row["id"] in reports.get(year or 0, ())
            found.append(CentreWork(row["id"], row["short_name"], own, of_before.get(row["id"], nothing), reported))
    return sorted(found, key=lambda one: fold(one.short_name))


def _centre_rows(centres: Iterable[CentreWork], now: Work) -> tuple[tuple[Value, ...], ...]:
    whole = now.half_days
    return tuple(
        (
            one.id,
            one.short_name,
            one.reported,
            *(one.now.only(mission=column.name).half_days for column in _MISSIONS),
            *_sums(one.now, whole, one.now.half_days, one.before.half_days),
            one.now.fictitious,
        )
        for one in centres
    )


def _sums(work: Work, whole: float | None, now: float | None, before: float | None) -> tuple[Value, ...]:
    """The columns of ``_SUMS``; ``now`` and ``before`` are the half-days that may be compared."""
    change = difference(now, before)
    return (
        work.half_days,
        ratio(work.half_days, whole),
        change,
        ratio(change, before),
        work.sum("actions"),
        work.sum("participants"),
    )


def _group_rows(
    by: str, found: Sequence[sqlite3.Row], last: int | None, reports: Mapping[int, set[str]]
) -> tuple[tuple[Value, ...], ...]:
    """A row for each group: years in time, closed lists in their order, themes by their half-days.

    A change is computed over the centres that reported both years.
    """
    work, nothing = Work(tuple(found)), Work(())
    both = {year: reports[year] & reports.get(year - 1, set()) for year in reports}
    if by == "year":
        years = [row["year"] for row in found]
        works = {year: work.only(year=year) for year in range(min(years), max(years) + 1)} if years else {}
        return tuple(
            _group_row(year, own, work.half_days, works.get(year - 1, nothing), both.get(year, set()))
            for year, own in works.items()
        )
    if last is None:
        return ()
    now, before = work.only(year=last), work.only(year=last - 1)
    groups = {value: now.only(**{by: value}) for value in dict.fromkeys(row[by] for row in now.rows)}
    order = _ORDERS.get(by, [])

    def place(value: str | None) -> tuple[int, float, str]:
        if value is None:
            return 2, 0, ""
        if value in order:
            return 0, order.index(value), ""
        return 1, -(groups[value].half_days or 0), fold(value)

    return tuple(
        _group_row(value, groups[value], now.half_days, before.only(**{by: value}), both.get(last, set()))
        for value in sorted(groups, key=place)
    )


def _group_row(value: Value, work: Work, whole: float | None, before: Work, both: set[str]) -> tuple[Value, ...]:
    """A group; ``both`` are the centres that reported both years, the only ones that a change is computed over."""
    sums = _sums(work, whole, work.of_centres(both).half_days, before.of_centres(both).half_days)
    return (value, *sums, len(work.centres), len(work.rows), work.fictitious)


def _totals(now: Work, centres: Sequence[CentreWork]) -> dict[str, int | float | None]:
    of_mode = Work(tuple(row for row in now.rows if row["mode"] is not None))
    both = [one for one in centres if one.now.half_days is not None and one.before.half_days is not None]
    after, before = (sum(getattr(one, when).half_days for one in both) for when in ("now", "before"))
    reported = sum(one.reported for one in centres)
    return {
        "half_days": now.half_days,
        "actions": now.sum("actions"),
        "participants": now.sum("participants"),
        "remote_share": ratio(of_mode.only(mode="remote").half_days or 0, of_mode.half_days),
        "half_days_change": shortest(after - before) if both else None,
        "half_days_change_share": ratio(after - before, before) if both else None,
        "half_days_change_centres": len(both),
        "centres": len(centres),
        "reported": reported,
        "not_reported": len(centres) - reported,
        "rows": len(now.rows),
    }


def _without_half_days(now: Work) -> int:
    """How many rows do not give their half-days."""
    return sum(row["half_days"] is None for row in now.rows)


def _total_row(columns: Sequence[Column], totals: Mapping[str, int | float | None], now: Work) -> tuple[Value, ...]:
    values: dict[str, Value] = {name: totals[name] for name in ("half_days", "actions", "participants", "rows")}
    values |= {column.name: now.only(mission=column.name).half_days for column in _MISSIONS}
    return tuple(values.get(column.name) for column in columns)


def _title(by: str, first: int | None, last: int | None) -> Message:
    if last is None:
        return msg("Activity by {division}", division=msg(DIVISIONS[by]))
    years = str(last) if first in {None, last} else f"{first}–{last}"
    return msg("Activity by {division}, {years}", division=msg(DIVISIONS[by]), years=years)


def _chart(by: str, first: int | None, last: int | None, totals: Mapping[str, int | float | None]) -> Chart:
    """Half-days by group, or by centre and mission."""
    known = {"half_days": totals["half_days"], "year": str(last)}
    reported, centres = totals["reported"], totals["centres"]
    description = msg(
        "{half_days} half-days in {year}, reported by {reported} of {centres} centres.",
        **known,
        reported=reported,
        centres=centres,
    )
    if by == "centre":
        title = msg("{half_days} half-days of activity in {year}, by centre and mission", **known)
        return Chart(ChartShape.STACKED, title, description, "short_name", tuple(one.name for one in _MISSIONS))
    title = (
        msg("Half-days of activity in each year, {first}–{last}", first=str(first), last=str(last))
        if by == "year"
        else msg("{half_days} half-days of activity in {year}, by {division}", **known, division=msg(DIVISIONS[by]))
    )
    return Chart(ChartShape.BARS, title, description, by, ("half_days",))
