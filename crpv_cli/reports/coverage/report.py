"""Who covers what, on which date, and how that compares with what was published.

A department counts as covered on a date if a centre open on that date has it in its perimeter (see ``serving.sql`` and
``coverage.sql`` in ``registry/queries/facts/``). A department that two centres serve counts once in the totals.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Message, Share, msg, msgs
from crpv_cli.registry.queries import query, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import WHOSE
from crpv_cli.reports.coverage import neighbourhoods
from crpv_cli.reports.coverage.contracts import contract_notes
from crpv_cli.reports.options import AS_OF, Option, Takes, codes, division
from crpv_cli.reports.origin import origin
from crpv_cli.reports.published import published_figures, published_notes
from crpv_cli.result import Chart, ChartShape, Note, Result, Value
from crpv_cli.spelling import fold

MEASURES = codes(choices.COVERED)
DIVISIONS = ("centre", "region", "department")
NEIGHBOURHOOD = "neighbourhood"
"""A division of its own: it rests on the detailed list, where the others rest on the counts per department."""

MEASURE = Option(
    "measure", N_("neighbourhoods, contracts, inhabitants or departments."), N_("MEASURE"), choices=MEASURES
)
COUNTED_ON = Option(
    "counted_on",
    N_("Count by the lists in force on this date; by default those of the date of the report."),
    N_("DATE"),
    Takes.DATE_OR_YEAR,
)
OPTIONS = (
    AS_OF,
    MEASURE,
    COUNTED_ON,
    division(N_("A row for each centre, region, department or neighbourhood."), (*DIVISIONS, NEIGHBOURHOOD)),
)

UNITS = {choice.code: choice.label for choice in choices.COVERED}


@dataclass(frozen=True, slots=True)
class _Department:
    code: str
    name: str
    region_code: str
    region_name: str
    overseas: bool
    geography: str | None
    value: int | None
    quality: str | None
    centres: tuple[str, ...]
    confidence: str | None
    labelled: int | None
    source: str | None


@dataclass(frozen=True, slots=True)
class _Sum:
    covered: int
    total: int

    @property
    def share(self) -> float | None:
        return round(self.covered / self.total, 6) if self.total else None

    def as_json(self) -> dict[str, object]:
        return {"covered": self.covered, "total": self.total, "share": self.share}


def _sum(departments: Iterable[_Department]) -> _Sum:
    known = [department for department in departments if department.value is not None]
    covered = sum(department.value or 0 for department in known if department.centres)
    return _Sum(covered, sum(department.value or 0 for department in known))


def coverage(
    connection: sqlite3.Connection,
    as_of: str,
    measure: str = "neighbourhoods",
    counted_on: str | None = None,
    by: str = "centre",
) -> Result:
    """Compute coverage on a date.

    Args:
        connection: an open registry.
        as_of: ISO date.
        measure: one of ``MEASURES``.
        counted_on: ISO date of the lists that are counted; by default that of the report.
        by: one of ``DIVISIONS`` or ``NEIGHBOURHOOD``: what a row stands for.

    Returns:
        A report. Its totals are ``covered``, ``total``, ``share`` (0 to 1), ``uncovered``, and the same for
        ``metropolitan`` and ``overseas``; by neighbourhood they are those of the detailed list.

    Raises:
        UsageProblem: by neighbourhood, another measure, or a detailed list that nobody loaded.
    """
    counted_on = counted_on or as_of
    parameters = {"as_of": as_of, "measure": measure, "counted_on": counted_on}
    departments = [
        _Department(**{**dict(row), "centres": tuple((row["centres"] or "").split())})
        for row in read(connection, query("coverage"), **parameters)
    ]
    if by == NEIGHBOURHOOD:
        departments = _as_listed(connection, departments, measure, counted_on)
    whole = _sum(departments)
    columns, rows, screen = (
        _by_neighbourhood(connection, counted_on, departments)
        if by == NEIGHBOURHOOD
        else _ROWS[by](connection, as_of, departments, whole)
    )
    measured = ("coverage", measure) if measure in {"neighbourhoods", "contracts"} else ("coverage",)
    published = published_figures(connection, measured, as_of)
    computed: dict[str, object] = {measure: whole.total}
    if whole.share is not None:
        computed["coverage"] = Share(whole.share)
    unit = msg(UNITS[measure])
    totals = whole.as_json() | {
        "uncovered": whole.total - whole.covered,
        "metropolitan": _sum(d for d in departments if not d.overseas).as_json(),
        "overseas": _sum(d for d in departments if d.overseas).as_json(),
    }
    return Result(
        name="coverage",
        title=msg(
            "Coverage on {date}: {unit}, {geography}",
            date=Day(as_of),
            unit=unit,
            geography=geography_words(department.geography for department in departments),
        ),
        columns=columns,
        rows=rows,
        screen=screen,
        notes=(
            *_whole_notes(departments, unit),
            *published_notes(published, computed),
            *_no_list(departments, counted_on),
            *_quality_notes(departments, whole, unit),
            *(neighbourhoods.disagreement_notes(connection, counted_on) if measure == "neighbourhoods" else ()),
            *(contract_notes(connection, counted_on) if measure == "contracts" else ()),
            *_low_confidence(connection, as_of),
            *fictitious.notes(connection, rests=False),
        ),
        parameters={**parameters, "by": by},
        totals=totals,
        total_row=None if by == NEIGHBOURHOOD else _total_row(columns, whole),
        published=published,
        is_report=True,
        command="report coverage",
        origin=origin(connection, _sources(connection, {**parameters, "by": by})),
        chart=_chart(by, whole, unit),
    )


def _chart(by: str, whole: _Sum, unit: Message) -> Chart | None:
    """What share of each region is covered, or what each centre covers; the map shows departments better."""
    if whole.share is None or by not in {"centre", "region"}:
        return None
    return Chart(
        ChartShape.BARS,
        msg(N_("Share of each region that is covered: {unit}"), unit=unit)
        if by == "region"
        else msg(N_("What each centre covers: {unit}"), unit=unit),
        msg(
            "{covered} of {total} are covered ({share}).",
            covered=whole.covered,
            total=whole.total,
            share=Share(whole.share),
        ),
        "region_name" if by == "region" else "short_name",
        ("share",) if by == "region" else ("covered",),
    )


def _sources(connection: sqlite3.Connection, parameters: Mapping[str, str]) -> set[str]:
    """The sources of the counts, or of the detailed list, and of the perimeters that coverage is computed from."""
    rows = read(
        connection,
        """
        select source from counts_on
        where measure = iif(:measure = 'departments', 'neighbourhoods', :measure) and :by <> 'neighbourhood'
        union
        select source from neighbourhoods_on where :by = 'neighbourhood'
        union
        select source from perimeters_on
        """,
        **parameters,
    )
    return {row[0] for row in rows}


def _total_row(columns: tuple[Column, ...], whole: _Sum) -> tuple[Value, ...]:
    values: dict[str, Value] = {"covered": whole.covered, "total": whole.total, "share": whole.share}
    return tuple(values.get(column.name) for column in columns)


Rows = tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...], tuple[str, ...]]

_COVERED = Column("covered", N_("Covered"), Kind.INTEGER)
_TOTAL = Column("total", N_("Total"), Kind.INTEGER)
_DEPARTMENTS = Column("departments", N_("Departments"), Kind.CODES)


def _by_centre(connection: sqlite3.Connection, as_of: str, departments: list[_Department], whole: _Sum) -> Rows:
    columns = (
        *WHOSE,
        _DEPARTMENTS,
        _COVERED,
        Column("share", N_("Share"), Kind.PERCENT, bar=True),
        Column("shared", N_("Of which shared with another centre"), Kind.INTEGER),
    )
    rows = []
    centres = read(connection, "select id, short_name from open_centres", as_of).fetchall()
    for centre in sorted(centres, key=lambda row: fold(row["short_name"])):
        own = [department for department in departments if centre["id"] in department.centres]
        covered = sum(department.value or 0 for department in own)
        shared = sum(department.value or 0 for department in own if len(department.centres) > 1)
        rows.append(
            (
                centre["id"],
                centre["short_name"],
                tuple(department.code for department in own),
                covered,
                _Sum(covered, whole.total).share,
                shared,
            )
        )
    screen = ("short_name", "departments", "covered", "share")
    return columns, tuple(rows), (*screen, "shared") if any(row[-1] for row in rows) else screen


def _by_region(connection: sqlite3.Connection, as_of: str, departments: list[_Department], whole: _Sum) -> Rows:
    columns = (
        Column("region_code", N_("Region code"), Kind.CODE),
        Column("region_name", N_("Region")),
        _COVERED,
        _TOTAL,
        Column("share", N_("Share covered"), Kind.PERCENT, bar=True),
        Column("uncovered_departments", N_("Departments not covered"), Kind.CODES),
    )
    regions: dict[tuple[str, str], list[_Department]] = {}
    for department in departments:
        regions.setdefault((department.region_code, department.region_name), []).append(department)
    rows = tuple(
        (code, name, total.covered, total.total, total.share, _codes(_uncovered(members)))
        for (code, name), members in sorted(regions.items(), key=lambda item: item[0][1])
        for total in (_sum(members),)
    )
    return columns, rows, ("region_name", "covered", "total", "share", "uncovered_departments")


def _by_department(connection: sqlite3.Connection, as_of: str, departments: list[_Department], whole: _Sum) -> Rows:
    columns = (
        Column("department", N_("Department"), Kind.CODE),
        Column("name", N_("Name")),
        Column("region_code", N_("Region code"), Kind.CODE),
        Column("region_name", N_("Region")),
        Column("centres", N_("Centres"), Kind.CODES),
        _COVERED,
        _TOTAL,
        Column("share", N_("Share covered"), Kind.PERCENT),
        Column("quality", N_("Quality"), Kind.CODE, choices=choices.QUALITIES),
    )
    rows = tuple(
        (
            department.code,
            department.name,
            department.region_code,
            department.region_name,
            department.centres,
            None if department.value is None else total.covered,
            department.value,
            total.share,
            department.quality,
        )
        for department in departments
        for total in (_sum([department]),)
    )
    return columns, rows, ("department", "name", "centres", "covered", "total")


def _as_listed(
    connection: sqlite3.Connection, departments: list[_Department], measure: str, counted_on: str
) -> list[_Department]:
    """The departments with what the detailed list has in each."""
    if measure != "neighbourhoods":
        raise UsageProblem(
            msg("By neighbourhood, only neighbourhoods are counted."),
            msg("Leave --measure out, or ask for another division with --by."),
        )
    found = neighbourhoods.require_list(connection, counted_on)
    return [replace(department, value=found.get(department.code, 0), quality="exact") for department in departments]


def _by_neighbourhood(connection: sqlite3.Connection, counted_on: str, departments: list[_Department]) -> Rows:
    centres = {department.code: department.centres for department in departments}
    return neighbourhoods.COLUMNS, neighbourhoods.rows_of(connection, counted_on, centres), neighbourhoods.SCREEN


_ROWS = {"centre": _by_centre, "region": _by_region, "department": _by_department}


def _uncovered(departments: Iterable[_Department]) -> list[_Department]:
    return [department for department in departments if department.value and not department.centres]


def _codes(departments: Iterable[_Department]) -> tuple[str, ...]:
    return tuple(department.code for department in departments)


def _whole_notes(departments: list[_Department], unit: Message) -> Iterable[Note]:
    for code, message, overseas in (
        ("metropolitan", N_("Metropolitan France: {covered} of {total} ({share})."), False),
        ("overseas", N_("Overseas: {covered} of {total} ({share})."), True),
    ):
        part = _sum(department for department in departments if department.overseas == overseas)
        if part.share is not None:
            yield Note(code, msg(message, covered=part.covered, total=part.total, share=Share(part.share)))
    uncovered = _uncovered(departments)
    if uncovered:
        yield Note(
            "uncovered-departments",
            msgs(
                "Not covered: {value} {unit} in {count} department: {departments}.",
                "Not covered: {value} {unit} in {count} departments: {departments}.",
                len(uncovered),
                value=sum(department.value or 0 for department in uncovered),
                unit=unit,
                departments=_codes(uncovered),
            ),
            {
                "departments": [
                    {"department": department.code, "name": department.name, "value": department.value}
                    for department in uncovered
                ]
            },
        )
    shared = [department for department in departments if department.value and len(department.centres) > 1]
    if shared:
        yield Note(
            "overlapping-perimeters",
            msg("In several perimeters, counted once in the totals: {departments}.", departments=_codes(shared)),
            {"departments": list(_codes(shared))},
        )


def geography_words(geographies: Iterable[str | None]) -> Message:
    """Say which lists of neighbourhoods are counted: 2015 geography, or 2015 geography and 2024 geography."""
    known = sorted({geography for geography in geographies if geography})
    labels = [msg(choices.GEOGRAPHY_LABELS[geography]) for geography in known]
    if not labels:
        return msg(N_("no list in force"))
    return labels[0] if len(labels) == 1 else msg("{first} and {second}", first=labels[0], second=labels[1])


def _no_list(departments: list[_Department], counted_on: str) -> Iterable[Note]:
    if all(department.value is None for department in departments):
        yield Note(
            "no-list-in-force",
            msg("No counts are in force on {date}: the registry holds none of that time.", date=Day(counted_on)),
        )


def _quality_notes(departments: list[_Department], whole: _Sum, unit: Message) -> Iterable[Note]:
    least = [department for department in departments if department.quality == "minimum"]
    if least:
        yield Note(
            "at-least",
            msgs(
                "At least: the value of {count} department is a minimum ({total} {unit} are located).",
                "At least: the values of {count} departments are minimums ({total} {unit} are located).",
                len(least),
                total=whole.total,
                unit=unit,
            ),
            {"departments": list(_codes(least))},
        )
    previous = [department for department in departments if department.quality == "previous-geography"]
    if previous:
        yield Note(
            "previous-geography",
            msg("Values of the previous geography, the only ones known: {departments}.", departments=_codes(previous)),
            {"departments": list(_codes(previous))},
        )
    unknown = [department for department in departments if department.value is None]
    if unknown:
        yield Note(
            "unknown-counts",
            msg("Not known, and left out of the totals: {departments}.", departments=_codes(unknown))
            if len(unknown) < len(departments)
            else msg(N_("Not known for any department: load the territory counts with crpv load.")),
            {"departments": list(_codes(unknown))},
        )


def _low_confidence(connection: sqlite3.Connection, as_of: str) -> Iterable[Note]:
    rows = read(
        connection,
        """
        select p.centre, p.department from perimeters_on as p join open_centres as c on c.id = p.centre
        where p.confidence = 'low' order by p.centre, p.department
        """,
        as_of,
    ).fetchall()
    if rows:
        yield Note(
            "low-confidence",
            msg(
                "Perimeters still to be confirmed: {perimeters}.",
                perimeters=[f"{row['centre']} ({row['department']})" for row in rows],
            ),
            {"perimeters": [dict(row) for row in rows]},
        )
