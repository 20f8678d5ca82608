"""Which departments, and so which centres, a region, a department or a part of the country narrows a question to."""

from __future__ import annotations

import sqlite3

from crpv_cli.registry.queries import read, today
from crpv_cli.reports.finding import find_department, find_region


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
    rows = read(connection, "select code, region_code, overseas from places", today()).fetchall()
    left = {row["code"] for row in rows}
    if region is not None:
        code = find_region(connection, region)
        left &= {row["code"] for row in rows if row["region_code"] == code}
    if department is not None:
        left &= {find_department(connection, department)}
    if overseas is not None:
        left &= {row["code"] for row in rows if row["overseas"] == overseas}
    return left


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
