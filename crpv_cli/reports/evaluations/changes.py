"""Which missions were evaluated since, whose ratings rose or fell, and how complete the evaluations are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from crpv_cli.definitions.choices import mission_label
from crpv_cli.definitions.ratings import bounds_said
from crpv_cli.language import Message, Share, msg, msgs
from crpv_cli.reports.changes.difference import Change, State, plain, points, signed_count
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.result import Value

Record = dict[str, Any]


def rating_changes(first: State, last: State) -> Iterable[Change]:
    """By centre: the missions newly evaluated, then the missions whose latest rating stands elsewhere on its scale."""
    earlier = {_key(record): record for record in evaluation_summaries(*first).records()}
    for centre, found in groupby(evaluation_summaries(*last).records(), key=lambda record: record["centre"]):
        records = list(found)
        before = {record["mission"]: earlier.get((centre, record["mission"])) for record in records}
        new = [record for record in records if record["evaluated"] and not _evaluated(before[record["mission"]])]
        if new:
            yield _newly(new, len(records), sum(_evaluated(record) for record in before.values()))
        for record in records:
            yield from _moved(before[record["mission"]], record)


def _newly(new: list[Record], missions: int, before: int) -> Change:
    after = before + len(new)
    return Change(
        "rating",
        msg("Newly evaluated: {mission}", mission=_mission(new[0]))
        if len(new) == 1
        else msgs("Newly evaluated: {count} mission", "Newly evaluated: {count} missions", len(new)),
        new[0]["centre"],
        new[0]["short_name"],
        " ".join(record["mission"] for record in new),
        _of(before, missions),
        _of(after, missions),
        signed_count(before, after),
        before,
        after,
        "missions",
        any(bool(record["fictitious"]) for record in new),
        tuple(record["source"] for record in new),
    )


def _moved(before: Record | None, after: Record) -> Iterable[Change]:
    """The rating of a mission that stands higher or lower on its scale than on the first date."""
    first = before["position"] if before else None
    last = after["position"]
    if before is None or first is None or last is None or first == last:
        return
    difference = points(first, last)
    yield Change(
        "rating",
        msg("Rating corrected: {mission}", mission=_mission(after))
        if before["year"] == after["year"]  # of one evaluation, which is known otherwise since
        else msg("Improving: {mission}", mission=_mission(after))
        if last > first
        else msg("Slipping: {mission}", mission=_mission(after)),
        after["centre"],
        after["short_name"],
        after["mission"],
        _rating(before),
        _rating(after),
        difference,
        first,
        last,
        "position",
        bool(before["fictitious"] or after["fictitious"]),
        (before["source"], after["source"]),
    )


def completeness_changes(first: State, last: State) -> Iterable[Change]:
    """How many of the expected core missions are evaluated in the whole network, and what share that is."""
    results = [evaluation_summaries(*state) for state in (first, last)]
    before, after = (result.totals for result in results)
    keys = ("evaluated", "expected")
    if [before[key] for key in keys] == [after[key] for key in keys] or before["evaluated"] == after[
        "evaluated"
    ] is None:
        return
    yield Change(
        "completeness",
        msg("Core missions evaluated"),
        before=_complete(before),
        after=_complete(after),
        change=points(before["share"], after["share"]),
        before_value=before["share"],
        after_value=after["share"],
        unit="share",
        fictitious=any(result.fictitious for result in results),
        sources=tuple(source for result in results if result.origin for source in result.origin.sources),
    )


def _complete(totals: Mapping[str, Any]) -> Message:
    share = totals["share"]
    if share is None:
        return msg("not known")
    return msg(
        "{share} ({covered} of {total})", share=Share(share), covered=totals["evaluated"], total=totals["expected"]
    )


def _key(record: Record) -> tuple[Value, Value]:
    return record["centre"], record["mission"]


def _evaluated(record: Record | None) -> bool:
    return bool(record and record["evaluated"])


def _mission(record: Record) -> Message:
    return msg(mission_label(record["mission"]))


def _rating(record: Record) -> Message:
    return msg(
        "{rating} on {scale} ({year})",
        rating=record["rating"],
        scale=bounds_said(str(record["scale_bounds"])),
        year=str(record["year"]),
    )


def _of(count: int, missions: int) -> Message:
    return plain(f"{count}/{missions}")
