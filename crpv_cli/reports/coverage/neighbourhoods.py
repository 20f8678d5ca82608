"""The detailed list of neighbourhoods, once somebody loaded it: which are served, and does it agree with the counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, msg, msgs
from crpv_cli.registry.queries import read
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


def no_list_notes(connection: sqlite3.Connection) -> tuple[Note, ...]:
    """Say how to load the detailed list, where the registry holds none."""
    if connection.execute("select 1 from neighbourhoods limit 1").fetchone():
        return ()
    return (
        Note(
            "no-list",
            msg(
                "The registry holds no detailed list. Download the official one from data.gouv.fr "
                "(quartiers prioritaires de la politique de la ville) and load it as it is: crpv "
                "load FILE.csv"
            ),
        ),
    )


def rows_of(
    connection: sqlite3.Connection, counted_on: str, centres: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[Value, ...], ...]:
    """Return a row for each neighbourhood in force on a date, by department; ``centres`` serve each department."""
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
    """Return the departments where a loaded list and ``territory_counts`` disagree; none without a list.

    A count that is a minimum agrees with a longer list.
    """
    found = listed(connection, counted_on, measure)
    if not found:
        return []
    counts = read(
        connection,
        """
        select d.code, t.value, t.quality
        from departments as d
        left join counts_on as t on t.department = d.code and t.measure = :measure
        order by length(d.code), d.code
        """,
        counted_on,
        measure=measure,
    )
    return [
        Disagreement(row["code"], in_list, row["value"])
        for row in counts
        for in_list in (found.get(row["code"], 0),)
        if in_list != (row["value"] or 0) and not (row["quality"] == "minimum" and in_list > row["value"])
    ]


def disagreement_notes(
    connection: sqlite3.Connection, counted_on: str, measure: str = "neighbourhoods"
) -> Iterator[Note]:
    """Say where a loaded list and the counts per department disagree."""
    found = disagreements(connection, counted_on, measure)
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
