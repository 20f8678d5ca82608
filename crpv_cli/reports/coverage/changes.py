"""How much is covered on each date by the lists of its day and, where these differ, by those of the last day too.

A change that comes from perimeters is only as sure as the least sure of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from crpv_cli.language import Day, Message, Share, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, State, deduced, points
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


def coverage_changes(first: State, last: State) -> Iterable[Change]:
    """What is covered of each measure, where that is not the same in both states; on the lists of the later one too."""
    later = max(first.as_of, last.as_of)
    differ = lists_differ(last.connection, first.as_of, last.as_of)
    for measure in MEASURES:
        what = msg("Coverage: {unit}", unit=msg(UNITS[measure]))
        before, after = _covered(first, measure, first.as_of), _covered(last, measure, last.as_of)
        yield from _compared(what, measure, before, after)
    for measure in MEASURES if differ else ():
        what = msg("Coverage: {unit}, lists of {date} on both dates", unit=msg(UNITS[measure]), date=Day(later))
        before, after = _covered(first, measure, later), _covered(last, measure, later)
        yield from _compared(what, f"{measure}{SAME_LISTS}", before, after)


def lists_differ(connection: sqlite3.Connection, first: str, last: str) -> bool:
    """Whether other counts are in force on one day than on another: other lists, or one that was changed in part."""
    before, after = (
        {(row["department"], row["measure"], row["value"]) for row in read(connection, "select * from counts_on", day)}
        for day in (first, last)
    )
    return before != after


def _compared(what: Message, subject: str, before: _Covered, after: _Covered) -> Iterable[Change]:
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


def _covered(state: State, measure: str, counted_on: str) -> _Covered:
    connection, as_of = state
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
