"""The half-days of the latest closed year before each date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.language import msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.changes.difference import Change, signed_count
from crpv_cli.reports.changes.years import OfYear, Unit, compared

_HALF_DAYS = Unit(
    "activity",
    "half-days",
    lambda half_days, year: msg("{half_days} in {year}", half_days=half_days, year=str(year)),
    lambda half_days, year, count: msgs(
        "{half_days} in {year} ({count} centre)",
        "{half_days} in {year} ({count} centres)",
        count,
        half_days=half_days,
        year=str(year),
    ),
    signed_count,
)


def activity_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """The half-days reported, in all and by the centres that reported both years."""
    before, after = (_year(connection, date) for date in (first, last))
    if before is not None and after is not None and before.year != after.year:
        yield from compared(_HALF_DAYS, msg("Half-days of activity"), "half-days", before, after)


def _year(connection: sqlite3.Connection, date: str) -> OfYear | None:
    """The latest closed year of which half-days are known, as the activity report has it; None if there is none."""
    known = "half_days is not null and year <= (select closed_year from moment)"
    (year,) = read(connection, f"select max(year) from known_activities where {known}", date).fetchone()
    if year is None:
        return None
    report = activity(connection, date, year)
    half_days = {record["centre"]: record["half_days"] for record in report.records()}
    reported = {centre: count for centre, count in half_days.items() if count is not None}
    return OfYear(year, reported, report, report.fictitious)
