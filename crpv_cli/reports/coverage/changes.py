"""How much is covered on each date by the lists of its day and, where these differ, by those of the last day too.

A change that comes from perimeters is only as sure as the least sure of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from crpv_cli.language import Day, Message, Share, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, deduced, points
from crpv_cli.reports.coverage.departments import Department, Sum, added, departments_on, least_sure
from crpv_cli.reports.coverage.report import MEASURES, UNITS, sources_of

SAME_LISTS = "-same-lists"
"""How the subject of a change ends that compares both dates by the lists of the later one."""


@dataclass(frozen=True, slots=True)
class _Covered:
    """What is covered on a date, and the sources that say so."""

    departments: list[Department]
    whole: Sum
    sources: tuple[str, ...]

    @property
    def shown(self) -> Message | None:
        """What people read of it; None if nothing is known."""
        if self.whole.share is None:
            return None
        share, covered, total = Share(self.whole.share), self.whole.covered, self.whole.total
        return msg("{share} ({covered} of {total})", share=share, covered=covered, total=total)


def coverage_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """What is covered of each measure, where that is not the same on both dates; on the lists of the later one too."""
    later = max(first, last)
    differ = lists_differ(connection, first, last)
    for measure in MEASURES:
        what = msg("Coverage: {unit}", unit=msg(UNITS[measure]))
        yield from _compared(connection, what, measure, measure, (first, first), (last, last))
    for measure in MEASURES if differ else ():
        what = msg("Coverage: {unit}, lists of {date} on both dates", unit=msg(UNITS[measure]), date=Day(later))
        yield from _compared(connection, what, f"{measure}{SAME_LISTS}", measure, (first, later), (last, later))


def lists_differ(connection: sqlite3.Connection, first: str, last: str) -> bool:
    """Whether other counts are in force on one day than on another: other lists, or one that was changed in part."""
    before, after = (
        {(row["department"], row["measure"], row["value"]) for row in read(connection, "select * from counts_on", day)}
        for day in (first, last)
    )
    return before != after


def _compared(
    connection: sqlite3.Connection,
    what: Message,
    subject: str,
    measure: str,
    first: tuple[str, str],
    last: tuple[str, str],
) -> Iterable[Change]:
    """Compare two days, each with the day whose lists are counted."""
    before, after = (_covered(connection, measure, *days) for days in (first, last))
    if (before.whole.covered, before.whole.total) == (after.whole.covered, after.whole.total):
        return
    shares = before.whole.share, after.whole.share
    confidence = _confidence(before, after)
    yield Change(
        "coverage",
        what,
        subject=subject,
        before=before.shown,
        after=after.shown,
        change=deduced(points(*shares), confidence),
        before_value=shares[0],
        after_value=shares[1],
        unit="share",
        sources=(*before.sources, *after.sources),
        confidence=confidence,
    )


def _covered(connection: sqlite3.Connection, measure: str, as_of: str, counted_on: str) -> _Covered:
    departments = departments_on(connection, as_of, measure, counted_on)
    sources = sources_of(
        connection, {one.code for one in departments}, as_of, measure=measure, counted_on=counted_on, by="department"
    )
    return _Covered(departments, added(departments), tuple(sorted(sources)))


def _confidence(first: _Covered, last: _Covered) -> str | None:
    """That of the least sure perimeter that makes a difference; None where only what is counted changed."""
    before, after = ({one.code: one.confidence for one in day.departments if one.centres} for day in (first, last))
    holding = {one.code for day in (first, last) for one in day.departments if one.value}
    return least_sure({**before, **after}[code] for code in (before.keys() ^ after.keys()) & holding)
