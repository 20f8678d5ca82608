"""Which departments, and so which centres, a region, a department or a part of the country narrows a question to."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions.regions import LAST_DAY
from crpv_cli.language import Day, msg
from crpv_cli.registry.queries import read, today
from crpv_cli.reports.finding import find_department, find_region
from crpv_cli.result import Note


def departments_of(
    connection: sqlite3.Connection,
    region: str | None = None,
    department: str | None = None,
    overseas: bool | None = None,
) -> set[str] | None:
    """Return the departments that are left, or None if nothing narrows them.

    Raises:
        UsageProblem: an unknown region or department.
    """
    if region is None and department is None and overseas is None:
        return None
    rows = read(connection, "select code, overseas from places", today()).fetchall()
    left = {row["code"] for row in rows}
    if region is not None:
        left &= find_region(connection, region).departments
    if department is not None:
        left &= {find_department(connection, department)}
    if overseas is not None:
        left &= {row["code"] for row in rows if row["overseas"] == overseas}
    return left


def region_notes(connection: sqlite3.Connection, region: str | None) -> tuple[Note, ...]:
    """Say which departments a region of before 2016 stands for, and where they are now; nothing of other regions."""
    if region is None or not (found := find_region(connection, region)).former:
        return ()
    rows = connection.execute("select code, region_name from departments order by code").fetchall()
    there = [row for row in rows if row["code"] in found.departments]
    now = sorted({row["region_name"] for row in there})
    return (
        Note(
            "former-region",
            msg(
                "{region}: the departments that the region had until {day}, {departments}; now in: {now}.",
                region=found.name,
                day=Day(LAST_DAY),
                departments=[row["code"] for row in there],
                now=now,
            ),
            {"region": found.name, "departments": [row["code"] for row in there], "regions": now},
        ),
    )


def centres_of(
    connection: sqlite3.Connection,
    as_of: str,
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
) -> set[str] | None:
    """Return the ids of the centres that are left, or None if nothing narrows them.

    Those of a region or department serve it on the date; one without a perimeter then is where its latest was.

    Raises:
        UsageProblem: an unknown region or department.
    """
    departments = departments_of(connection, region, department)
    if departments is None:
        return None if centre is None else {centre}
    found = {
        row["centre"]
        for row in read(connection, "select centre, department from centre_places", as_of)
        if row["department"] in departments
    }
    return found if centre is None else found & {centre}
