"""How much is covered on each date by the lists of its day and, where these differ, by those of the last day too.

A change that comes from perimeters is only as sure as the least sure of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.language import Day, Message, Share, msg
from crpv_cli.registry.queries import geographies_on
from crpv_cli.reports.changes.difference import Change, deduced, points
from crpv_cli.reports.coverage.departments import least_sure
from crpv_cli.reports.coverage.report import MEASURES, UNITS, coverage
from crpv_cli.result import Result


def coverage_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """What is covered of each measure, where that is not the same on both dates."""

    def of(date: str, measure: str, counted_on: str | None = None) -> Result:
        return coverage(connection, date, measure, counted_on, by="department")

    for measure in MEASURES:
        what = msg("Coverage: {unit}", unit=msg(UNITS[measure]))
        yield from _compared(what, measure, of(first, measure), of(last, measure))
    if geographies_on(connection, first) != geographies_on(connection, last):
        for measure in MEASURES:
            what = msg("Coverage: {unit}, lists of {date} on both dates", unit=msg(UNITS[measure]), date=Day(last))
            yield from _compared(what, f"{measure}-same-lists", of(first, measure, last), of(last, measure))


def _compared(what: Message, subject: str, first: Result, last: Result) -> Iterable[Change]:
    keys = ("covered", "total")
    if [first.totals[key] for key in keys] == [last.totals[key] for key in keys]:
        return
    before, after = first.totals["share"], last.totals["share"]
    confidence = _confidence(first, last)
    yield Change(
        "coverage",
        what,
        subject=subject,
        before=_shown(first),
        after=_shown(last),
        change=deduced(points(before, after), confidence),
        before_value=before,
        after_value=after,
        unit="share",
        sources=tuple(source for result in (first, last) if result.origin for source in result.origin.sources),
        confidence=confidence,
    )


def _confidence(first: Result, last: Result) -> str | None:
    """That of the least sure perimeter that makes a difference; None where only what is counted changed."""
    return least_sure(
        before["confidence"] or after["confidence"]
        for before, after in zip(first.records(), last.records(), strict=True)
        if bool(before["centres"]) != bool(after["centres"]) and (before["total"] or after["total"])
    )


def _shown(result: Result) -> Message | None:
    share, covered, total = (result.totals[name] for name in ("share", "covered", "total"))
    if share is None:
        return None
    return msg("{share} ({covered} of {total})", share=Share(share), covered=covered, total=total)
