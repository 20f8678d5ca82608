"""The half-days of the latest closed year before each date."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.language import msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.changes.difference import Change, State, signed_count
from crpv_cli.reports.changes.years import OfYear, Unit, compared, same

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


def activity_changes(first: State, last: State) -> Iterable[Change]:
    """The half-days reported, in all and by the centres that reported both years."""
    before, after = _year(first), _year(last)
    if before is not None and after is not None and not same(before, after):
        yield from compared(_HALF_DAYS, msg("Half-days of activity"), "half-days", before, after)


def _year(state: State) -> OfYear | None:
    """The latest closed year of which half-days are known, as the activity report has it; None if there is none."""
    known = "half_days is not null and year <= (select closed_year from moment)"
    latest = f"select max(year) from known_activities where {known}"
    (year,) = read(state.connection, latest, state.as_of).fetchone()
    if year is None:
        return None
    report = activity(*state, year)
    half_days = {record["centre"]: record["half_days"] for record in report.records()}
    reported = {centre: count for centre, count in half_days.items() if count is not None}
    return OfYear(year, reported, report, report.fictitious)
