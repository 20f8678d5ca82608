"""How much is covered on each date, each in its own geography and, where these differ, in one for both."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.language import Message, Share, msg
from crpv_cli.registry.queries import geography_on
from crpv_cli.reports.changes.difference import Change, State, points
from crpv_cli.reports.coverage.report import MEASURES, UNITS, coverage
from crpv_cli.result import Result


def coverage_changes(first: State, last: State) -> Iterable[Change]:
    """What is covered of each measure, where that is not the same in both states."""
    before, after = geography_on(first.as_of), geography_on(last.as_of)
    for measure in MEASURES:
        yield from _compared(
            msg("Coverage: {unit}", unit=msg(UNITS[measure])),
            measure,
            coverage(*first, measure, before),
            coverage(*last, measure, after),
        )
    if before != after:
        common = max(before, after)
        for measure in MEASURES:
            yield from _compared(
                msg("Coverage: {unit}, {geography} on both dates", unit=msg(UNITS[measure]), geography=common),
                f"{measure}-{common}",
                coverage(*first, measure, common),
                coverage(*last, measure, common),
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
