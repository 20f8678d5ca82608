"""The half-days of the latest closed year before each date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crpv_cli.language import Message, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.changes.difference import Change, signed_count

__all__ = ["activity_changes"]


@dataclass(frozen=True, slots=True)
class _Year:
    """The half-days that centres reported for a year; only centres of which they are known."""

    year: int
    by_centre: Mapping[str, int]
    made_up: bool
    sources: tuple[str, ...]

    def only(self, centres: set[str]) -> int:
        return sum(half_days for centre, half_days in self.by_centre.items() if centre in centres)


def activity_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """The half-days reported, in all and by the centres that reported both years."""
    before, after = (_year(connection, date) for date in (first, last))
    if before is None or after is None or before.year == after.year:
        return
    everybody = {*before.by_centre} | {*after.by_centre}
    both = {*before.by_centre} & {*after.by_centre}
    whole = _change(msg("Half-days of activity"), "half-days", before, after, everybody)
    if both == everybody:
        yield whole
        return
    yield replace(whole, before=_of_centres(before), after=_of_centres(after), change=None, comparable=False)
    if both:
        like = msgs(
            "{what}, same centre",
            "{what}, same {count} centres",
            len(both),
            what=msg("Half-days of activity"),
        )
        yield _change(like, "half-days-both", before, after, both)


def _year(connection: sqlite3.Connection, date: str) -> _Year | None:
    """The latest closed year of which half-days are known, as the activity report tells it; None if there is none."""
    told = "half_days is not null and year <= (select closed_year from moment)"
    (year,) = read(connection, f"select max(year) from known_activities where {told}", date).fetchone()
    if year is None:
        return None
    report = activity(connection, date, year)
    names = [column.name for column in report.columns]
    records = [dict(zip(names, row, strict=True)) for row in report.rows]
    by_centre = {
        str(record["centre"]): record["half_days"] for record in records if isinstance(record["half_days"], int)
    }
    return _Year(year, by_centre, report.fictitious, tuple(report.origin.sources) if report.origin else ())


def _change(what: Message, subject: str, before: _Year, after: _Year, centres: set[str]) -> Change:
    first, last = before.only(centres), after.only(centres)
    return Change(
        "activity",
        what,
        subject=subject,
        before=_shown(first, before.year),
        after=_shown(last, after.year),
        change=signed_count(first, last),
        before_value=first,
        after_value=last,
        unit="half-days",
        fictitious=before.made_up or after.made_up,
        sources=(*before.sources, *after.sources),
    )


def _of_centres(year: _Year) -> Message:
    return msgs(
        "{half_days} in {year} ({count} centre)",
        "{half_days} in {year} ({count} centres)",
        len(year.by_centre),
        half_days=sum(year.by_centre.values()),
        year=str(year.year),
    )


def _shown(half_days: int, year: int) -> Message:
    return msg("{half_days} in {year}", half_days=half_days, year=str(year))
