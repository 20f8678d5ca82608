"""How much is covered on each date by the lists of its day and, where these differ, by those of the last day too."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.language import Day, Message, Share, msg
from crpv_cli.registry.queries import geographies_on
from crpv_cli.reports.changes.difference import Change, State, points
from crpv_cli.reports.coverage.report import MEASURES, UNITS, coverage
from crpv_cli.result import Result


def coverage_changes(first: State, last: State) -> Iterable[Change]:
    """What is covered of each measure, where that is not the same in both states."""
    before, after = geographies_on(*first), geographies_on(*last)
    for measure in MEASURES:
        yield from _compared(
            msg("Coverage: {unit}", unit=msg(UNITS[measure])),
            measure,
            coverage(*first, measure),
            coverage(*last, measure),
        )
    if before != after:
        for measure in MEASURES:
            yield from _compared(
                msg("Coverage: {unit}, lists of {date} on both dates", unit=msg(UNITS[measure]), date=Day(last.as_of)),
                f"{measure}-same-lists",
                coverage(*first, measure, last.as_of),
                coverage(*last, measure),
            )


def _compared(what: Message, subject: str, first: Result, last: Result) -> Iterable[Change]:
    keys = ("covered", "total")
    if [first.totals[key] for key in keys] == [last.totals[key] for key in keys]:
        return
    before, after = first.totals["share"], last.totals["share"]
    yield Change(
        "coverage",
        what,
        subject=subject,
        before=_shown(first),
        after=_shown(last),
        change=points(before, after),
        before_value=before,
        after_value=after,
        unit="share",
        sources=tuple(source for result in (first, last) if result.origin for source in result.origin.sources),
    )


def _shown(result: Result) -> Message | None:
    share, covered, total = (result.totals[name] for name in ("share", "covered", "total"))
    if share is None:
        return None
    return msg("{share} ({covered} of {total})", share=Share(share), covered=covered, total=total)
