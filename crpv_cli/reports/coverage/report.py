"""Who covers what, on which date, and how that compares with what was published.

A department counts as covered on a date if a centre that exists on it has it in its perimeter (see ``serving.sql`` and
``coverage.sql`` in ``registry/queries/facts/``), whether it has the State's label or not. A department that two centres
serve counts once in the totals.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Message, Share, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import WHOSE
from crpv_cli.reports.coverage import neighbourhoods
from crpv_cli.reports.coverage.contracts import contract_notes
from crpv_cli.reports.coverage.departments import (
    Department,
    Sum,
    added,
    codes_of,
    departments_on,
    least_sure,
    only_words,
    places,
    uncovered,
)
from crpv_cli.reports.coverage.notes import basis_notes, count_notes, gap_notes, geography_words, part_notes, to_confirm
from crpv_cli.reports.options import AS_OF, CENTRE, DEPARTMENT, REGION, Option, Takes, codes, division
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import region_notes
from crpv_cli.reports.published import published_figures, published_notes
from crpv_cli.result import Chart, ChartShape, Result, Value
from crpv_cli.spelling import fold

MEASURES = codes(choices.COVERED)
DIVISIONS = {"centre": N_("centre"), "region": N_("region"), "department": N_("department")}
NEIGHBOURHOOD = "neighbourhood"
"""A division of its own: it rests on the detailed list, where the others rest on the counts per department."""

MEASURE = Option(
    "measure", N_("neighbourhoods, contracts, inhabitants or departments."), N_("MEASURE"), choices=choices.COVERED
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
    division(
        N_("A row for each centre, region, department or neighbourhood."),
        {**DIVISIONS, NEIGHBOURHOOD: N_("neighbourhood")},
    ),
    REGION,
    DEPARTMENT,
    CENTRE,
)

UNITS = {choice.code: choice.label for choice in choices.COVERED}


def coverage(
    connection: sqlite3.Connection,
    as_of: str,
    measure: str = "neighbourhoods",
    counted_on: str | None = None,
    by: str = "centre",
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
) -> Result:
    """Compute coverage on a date.

    Args:
        connection: an open registry.
        as_of: ISO date.
        measure: one of ``MEASURES``.
        counted_on: ISO date of the lists that are counted; by default that of the report.
        by: one of ``DIVISIONS`` or ``NEIGHBOURHOOD``: what a row stands for.
        region: only the departments of this region, named by its code or name.
        department: only this department, named by its code or name.
        centre: only the departments that the centre of this id serves.

    Returns:
        A report. Its totals are of what was asked for: ``covered``, ``total``, ``share`` (0 to 1), ``confidence`` (what
        is covered with each confidence or a better one), ``labelled`` (what labelled centres cover; None if no label
        is known), ``uncovered``, and the first three for ``metropolitan`` and ``overseas``; by neighbourhood they are
        those of the detailed list.

    Raises:
        UsageProblem: an unknown region or department; by neighbourhood, another measure, or a detailed list that nobody
            loaded.
    """
    counted_on = counted_on or as_of
    region, department = places(connection, region, department)
    narrowed = (region, department, centre) != (None, None, None)
    asked = {"as_of": as_of, "measure": measure, "counted_on": counted_on}
    parameters = {**asked, "by": by, "region": region, "department": department, "centre": centre}
    departments = departments_on(connection, **asked, region=region, department=department, centre=centre)
    if by == NEIGHBOURHOOD:
        departments = _as_listed(connection, departments, measure, counted_on)
    whole = added(departments)
    columns, rows, screen = (
        _by_neighbourhood(connection, counted_on, departments)
        if by == NEIGHBOURHOOD
        else _by_centre(connection, as_of, departments, whole, centre, narrowed)
        if by == "centre"
        else _ROWS[by](departments)
    )
    measured = ("coverage", measure) if measure in {"neighbourhoods", "contracts"} else ("coverage",)
    # What was published is of the whole country.
    published = () if narrowed else published_figures(connection, measured, as_of)
    unit = msg(UNITS[measure])
    totals = whole.as_json() | {
        "confidence": whole.confidence(),
        "labelled": whole.labelled,
        "uncovered": whole.total - whole.covered,
        "metropolitan": added(one for one in departments if not one.overseas).as_json(),
        "overseas": added(one for one in departments if one.overseas).as_json(),
    }
    return Result(
        name="coverage",
        title=_title(connection, as_of, unit, departments, parameters),
        columns=columns,
        rows=rows,
        screen=screen,
        notes=(
            *region_notes(connection, region),
            *(() if narrowed else part_notes(departments)),
            *gap_notes(departments, unit),
            *basis_notes(departments, whole),
            *published_notes(published),
            *(() if by == NEIGHBOURHOOD else count_notes(connection, departments, whole, unit, counted_on)),
            *(
                neighbourhoods.disagreement_notes(connection, counted_on, departments)
                if measure == "neighbourhoods"
                else ()
            ),
            *(contract_notes(connection, counted_on, departments) if measure == "contracts" else ()),
            *to_confirm(connection, as_of, departments, centre),
            *fictitious.notes(connection, rests=False),
        ),
        parameters=parameters,
        totals=totals,
        total_row=None if by == NEIGHBOURHOOD else _total_row(columns, whole),
        published=published,
        is_report=True,
        command="report coverage",
        origin=origin(connection, sources_of(connection, codes_of(departments), by=by, **asked)),
        chart=_chart(by, whole, unit),
    )


def _title(
    connection: sqlite3.Connection,
    as_of: str,
    unit: Message,
    departments: list[Department],
    asked: Mapping[str, str | None],
) -> Message:
    """What is counted, by which lists, and of what alone."""
    geography = geography_words((department.geography, department.overseas) for department in departments)
    title = msg("Coverage on {date}: {unit}, {geography}", date=Day(as_of), unit=unit, geography=geography)
    only = only_words(connection, asked)
    return msg("{title}; only {places}", title=title, places=only) if only else title


def _chart(by: str, whole: Sum, unit: Message) -> Chart | None:
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


def sources_of(connection: sqlite3.Connection, departments: Iterable[str], as_of: str, **asked: str) -> set[str]:
    """The sources of the counts, or of the detailed list, and of the perimeters that coverage is computed from."""
    rows = read(
        connection,
        """
        select department, source from counts_on
        where measure = iif(:measure = 'departments', 'neighbourhoods', :measure) and :by <> 'neighbourhood'
        union
        select department, source from neighbourhoods_on where :by = 'neighbourhood'
        union
        select department, source from perimeters_on
        """,
        as_of,
        **asked,
    )
    wanted = set(departments)
    return {row["source"] for row in rows if row["department"] in wanted and row["source"]}


def _total_row(columns: tuple[Column, ...], whole: Sum) -> tuple[Value, ...]:
    covered, total = whole.shown
    values: dict[str, Value] = {"covered": covered, "total": total, "share": whole.share}
    return tuple(values.get(column.name) for column in columns)


Rows = tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...], tuple[str, ...]]

_COVERED = Column("covered", N_("Covered"), Kind.INTEGER)
_TOTAL = Column("total", N_("Total"), Kind.INTEGER)
_DEPARTMENTS = Column("departments", N_("Departments"), Kind.CODES)
_SURE = (
    Column("high", N_("Of which of high confidence"), Kind.INTEGER),
    Column("medium", N_("Of which of high or medium confidence"), Kind.INTEGER),
)
_CONFIDENCE = Column("confidence", N_("Confidence"), Kind.CODE, choices=choices.CONFIDENCES)
_LABELLED = Column("labelled", N_("Labelled"), Kind.FLAG)


def _by_centre(
    connection: sqlite3.Connection,
    as_of: str,
    departments: list[Department],
    whole: Sum,
    centre: str | None,
    narrowed: bool,
) -> Rows:
    """A row for each centre that exists, or that serves what was asked for."""
    columns = (
        *WHOSE,
        _DEPARTMENTS,
        _COVERED,
        Column("share", N_("Share"), Kind.PERCENT, bar=True),
        Column("shared", N_("Of which shared with another centre"), Kind.INTEGER),
        _CONFIDENCE,
        *_SURE,
        _LABELLED,
    )
    by_code = {department.code: department for department in departments}
    # Of a department that several serve, each centre has its own confidence.
    served: dict[str, list[Department]] = {}
    for row in read(
        connection, "select * from served order by length(department), department, centre", as_of
    ).fetchall():
        if row["department"] in by_code:
            own = replace(by_code[row["department"]], confidence=row["confidence"], labelled=row["labelled"])
            served.setdefault(row["centre"], []).append(own)
    rows: list[tuple[Value, ...]] = []
    centres = read(
        connection,
        "select c.id, c.short_name, l.labelled from open_centres as c join labelled as l on l.centre = c.id",
        as_of,
    ).fetchall()
    for found in sorted(centres, key=lambda row: fold(row["short_name"])):
        own_ones = served.get(found["id"], [])
        if (narrowed and not own_ones) or centre not in {None, found["id"]}:
            continue
        its = added(own_ones)
        rows.append(
            (
                found["id"],
                found["short_name"],
                codes_of(own_ones),
                its.shown[0],
                whole.part(its.covered),
                added(one for one in own_ones if len(one.centres) > 1).shown[0],
                least_sure(one.confidence for one in own_ones),
                *its.sure,
                None if found["labelled"] is None else bool(found["labelled"]),
            )
        )
    places = {column.name: place for place, column in enumerate(columns)}
    screen = ["short_name", "departments", "covered", "share", "confidence"]
    screen += ["shared"] if any(row[places["shared"]] for row in rows) else []
    screen += ["labelled"] if any(row[places["labelled"]] is not None for row in rows) else []
    return columns, tuple(rows), tuple(screen)


def _by_region(departments: list[Department]) -> Rows:
    columns = (
        Column("region_code", N_("Region code"), Kind.CODE),
        Column("region_name", N_("Region")),
        _COVERED,
        _TOTAL,
        Column("share", N_("Share covered"), Kind.PERCENT, bar=True),
        *_SURE,
        Column("uncovered_departments", N_("Departments not covered"), Kind.CODES),
    )
    regions: dict[tuple[str, str], list[Department]] = {}
    for department in departments:
        regions.setdefault((department.region_code, department.region_name), []).append(department)
    rows = tuple(
        (code, name, *its.shown, its.share, *its.sure, codes_of(uncovered(members)))
        for (code, name), members in sorted(regions.items(), key=lambda item: fold(item[0][1]))
        for its in (added(members),)
    )
    return columns, rows, ("region_name", "covered", "total", "share", "uncovered_departments")


def _by_department(departments: list[Department]) -> Rows:
    columns = (
        Column("department", N_("Department"), Kind.CODE),
        Column("name", N_("Name")),
        Column("region_code", N_("Region code"), Kind.CODE),
        Column("region_name", N_("Region")),
        Column("centres", N_("Centres"), Kind.CODES),
        _CONFIDENCE,
        _LABELLED,
        _COVERED,
        _TOTAL,
        Column("share", N_("Share covered"), Kind.PERCENT),
        Column("overseas", N_("Overseas"), Kind.FLAG),
        Column("geography", N_("Geography"), Kind.CODE, choices=choices.GEOGRAPHIES),
        Column("quality", N_("Quality"), Kind.CODE, choices=choices.QUALITIES),
    )
    rows = tuple(
        (
            one.code,
            one.name,
            one.region_code,
            one.region_name,
            one.centres,
            one.confidence,
            None if one.labelled is None else bool(one.labelled),
            *its.shown,
            its.share,
            bool(one.overseas),
            one.geography,
            one.quality,
        )
        for one in departments
        for its in (added([one]),)
    )
    labelled = ("labelled",) if any(one.labelled is not None for one in departments) else ()
    return columns, rows, ("department", "name", "centres", "confidence", *labelled, "covered", "total")


def _as_listed(
    connection: sqlite3.Connection, departments: list[Department], measure: str, counted_on: str
) -> list[Department]:
    """The departments with what the detailed list has in each."""
    if measure != "neighbourhoods":
        raise UsageProblem(
            msg("By neighbourhood, only neighbourhoods are counted."),
            msg("Leave --measure out, or ask for another division with --by."),
        )
    found = neighbourhoods.require_list(connection, counted_on)
    return [replace(department, value=found.get(department.code, 0), quality="exact") for department in departments]


def _by_neighbourhood(connection: sqlite3.Connection, counted_on: str, departments: list[Department]) -> Rows:
    centres = {department.code: department.centres for department in departments}
    return neighbourhoods.COLUMNS, neighbourhoods.rows_of(connection, counted_on, centres), neighbourhoods.SCREEN


_ROWS = {"region": _by_region, "department": _by_department}
