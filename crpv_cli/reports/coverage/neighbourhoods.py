"""The detailed list of neighbourhoods, once somebody loaded it: which are served, and does it agree with the counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.advice import advice
from crpv_cli.reports.coverage.departments import Department
from crpv_cli.result import Note, Value

COLUMNS = (
    Column("code", N_("Code"), Kind.CODE),
    Column("name", N_("Name")),
    Column("department", N_("Department"), Kind.CODE),
    Column("department_name", N_("Name of the department")),
    Column("region_code", N_("Region code"), Kind.CODE),
    Column("region_name", N_("Region")),
    Column("communes", N_("Communes"), Kind.CODES),
    Column("commune_names", N_("Names of the communes")),
    Column("centres", N_("Centres"), Kind.CODES),
    Column("covered", N_("Covered"), Kind.FLAG),
)
SCREEN = ("code", "name", "department", "centres", "covered")

LISTS = {"neighbourhoods": "neighbourhoods_on", "contracts": "contracts_on"}
"""The measures that have a detailed list, and the fact that holds the list of a date."""

_MOST_NAMED = 10


def listed(connection: sqlite3.Connection, counted_on: str, measure: str = "neighbourhoods") -> dict[str, int]:
    """Return how many of a measure of ``LISTS`` the detailed list of a date has in each department that has any."""
    rows = read(connection, f"select department, count(*) from {LISTS[measure]} group by department", counted_on)
    return {str(department): int(count) for department, count in rows}


def require_list(connection: sqlite3.Connection, counted_on: str) -> dict[str, int]:
    """Return what ``listed`` does.

    Raises:
        UsageProblem: the registry holds no neighbourhood of that date; the advice says how to load the list.
    """
    found = listed(connection, counted_on)
    if not found:
        raise UsageProblem(
            msg(
                "The registry holds no detailed list of neighbourhoods of {date}.",
                date=Day(counted_on),
            ),
            msg(
                "Download the official list from data.gouv.fr (quartiers prioritaires de la "
                "politique de la ville) and load it as it is: crpv load FILE.csv"
            ),
        )
    return found


def not_loaded(
    connection: sqlite3.Connection, counted_on: str, measure: str = "neighbourhoods"
) -> dict[bool, tuple[str, ...]]:
    """Return the parts of the country of whose list in force on a date nobody loaded a row.

    The hexagone and the overseas departments changed lists on different days: one part may be loaded without the other.

    Returns:
        For the overseas part (True) and the other, if it is missing, the geographies that its counts follow.
    """
    rows = read(
        connection,
        f"""
        select p.overseas, t.geography
        from counts_on as t join places as p on p.code = t.department
        where t.measure = :measure and t.value > 0
          and p.overseas not in (
              select q.overseas from {LISTS[measure]} as n join places as q on q.code = n.department
          )
        group by p.overseas, t.geography
        order by p.overseas, t.geography
        """,
        counted_on,
        measure=measure,
    ).fetchall()
    return {
        bool(part): tuple(row["geography"] for row in rows if row["overseas"] == part)
        for part in {row["overseas"] for row in rows}
    }


def not_loaded_notes(
    connection: sqlite3.Connection, counted_on: str, departments: Iterable[Department] | None = None
) -> Iterator[Note]:
    """Say of which part the list in force is not loaded, where that of the other part is; of these departments only."""
    missing = not_loaded(connection, counted_on)
    if len(missing) != 1 or not listed(connection, counted_on):
        return
    ((overseas, geographies),) = missing.items()
    if departments is not None and all(bool(one.overseas) != overseas for one in departments):
        return
    yield Note(
        "list-in-part",
        msg(
            N_("Of the overseas departments, the detailed list in force on {date} ({geography}) is not loaded.")
            if overseas
            else N_("Of metropolitan France, the detailed list in force on {date} ({geography}) is not loaded."),
            date=Day(counted_on),
            geography=[msg(choices.GEOGRAPHY_LABELS[geography]) for geography in geographies],
        ),
        {"overseas": overseas, "geographies": list(geographies)},
    )


def list_notes(connection: sqlite3.Connection, counted_on: str | None) -> Iterator[Note]:
    """Say how to load the detailed list, where the registry holds none, or which part of that of a date it lacks."""
    if not connection.execute("select 1 from neighbourhoods limit 1").fetchone():
        yield Note("no-list", msg("The registry holds no detailed list of neighbourhoods."))
        yield advice(
            "load-list",
            msg(
                "Download the official list from data.gouv.fr (quartiers prioritaires de la "
                "politique de la ville) and load it as it is: crpv load FILE.csv"
            ),
        )
    elif counted_on is not None:
        yield from not_loaded_notes(connection, counted_on)


def rows_of(
    connection: sqlite3.Connection, counted_on: str, centres: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[Value, ...], ...]:
    """Return a row for each neighbourhood in force on a date in these departments; ``centres`` serve each of them."""
    found = read(
        connection,
        """
        select n.code, n.name, n.department, d.name as department_name, d.region_code, d.region_name,
            n.communes, n.commune_names
        from neighbourhoods_on as n join departments as d on d.code = n.department
        order by length(n.department), n.department, n.code
        """,
        counted_on,
    )
    return tuple(
        (
            *(row[column.name] for column in COLUMNS[:6]),
            tuple((row["communes"] or "").split()),
            row["commune_names"],
            centres.get(row["department"], ()),
            bool(centres.get(row["department"])),
        )
        for row in found
        if row["department"] in centres
    )


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A department of which the detailed list and the counts say different things; None where there is no count."""

    department: str
    listed: int
    counted: int | None


def disagreements(
    connection: sqlite3.Connection, counted_on: str, measure: str = "neighbourhoods"
) -> list[Disagreement]:
    """Return the departments where a loaded list and the counts in force on a date disagree.

    A count that is a minimum agrees with a longer list; a part of the country whose list nobody loaded is not asked.
    """
    found, missing = listed(connection, counted_on, measure), not_loaded(connection, counted_on, measure)
    counts = read(
        connection,
        """
        select d.code, d.overseas, t.value, t.quality
        from places as d
        left join counts_on as t on t.department = d.code and t.measure = :measure
        order by length(d.code), d.code
        """,
        counted_on,
        measure=measure,
    )
    return [
        Disagreement(row["code"], in_list, row["value"])
        for row in counts
        if row["overseas"] not in missing
        for in_list in (found.get(row["code"], 0),)
        if in_list != (row["value"] or 0) and not (row["quality"] == "minimum" and in_list > row["value"])
    ]


def disagreement_notes(
    connection: sqlite3.Connection,
    counted_on: str,
    departments: Sequence[Department],
    measure: str = "neighbourhoods",
) -> Iterator[Note]:
    """Say where a loaded list and the counts of these departments disagree, and which part of the list is missing."""
    if measure == "neighbourhoods":
        yield from not_loaded_notes(connection, counted_on, departments)
    wanted = {one.code for one in departments}
    found = [one for one in disagreements(connection, counted_on, measure) if one.department in wanted]
    if not found:
        return
    named = [
        msg(
            "{department} ({listed} listed, {counted} counted)",
            department=one.department,
            listed=one.listed,
            counted=one.counted if one.counted is not None else "?",
        )
        for one in found[:_MOST_NAMED]
    ]
    more = [msg("{count} more", count=len(found) - _MOST_NAMED)] if len(found) > _MOST_NAMED else []
    yield Note(
        "list-and-counts-differ",
        msgs(
            "The detailed list and the counts differ in {count} department: {departments}.",
            "The detailed list and the counts differ in {count} departments: {departments}.",
            len(found),
            departments=[*named, *more],
        ),
        {
            "departments": [
                {"department": one.department, "listed": one.listed, "counted": one.counted} for one in found
            ]
        },
    )
