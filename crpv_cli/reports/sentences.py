"""What sentences about figures are made of: all, both, the only one, none; up, down, the same; shares that stay true.

A sentence made by a program has to be true and right for any registry. What several sentences need is here; each still
stands whole in the module of its question, so that its translation does too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crpv_cli.language import N_, Message, Named, Share, listed, msg, msgs

_DIGITS_AT_MOST = 4


def exact(share: float) -> Share:
    """A share with one decimal, and more where one would make all or nothing of what is neither."""
    digits = 1
    while digits < _DIGITS_AT_MOST and (
        (share and not round(abs(share) * 100, digits)) or (share < 1 and round(share * 100, digits) >= 100)
    ):
        digits += 1
    return Share(share, digits)


def numbered(count: int, one: str, two: str, many: str, /, **values: object) -> Message:
    """Choose a sentence (message ids) by how many there are: the only one, both, all; ``many`` has ``{count}``."""
    return msg({1: one, 2: two}.get(count, many), count=count, **values)


def clauses(parts: Sequence[Message]) -> Message:
    """Join clauses by semicolons to a sentence; the first one starts as a sentence does."""
    joined = parts[0]
    for part in parts[1:]:
        joined = msg("{first}; {second}", first=joined, second=part)
    return msg("{clauses}.", clauses=joined)


def rise(change: float, year: int) -> Message:
    """How a figure compares with that of a year, ``change`` being the share of it by which it differs."""
    if not change:
        return msg("the same as in {year}", year=str(year))
    template = N_("up {share} on {year}") if change > 0 else N_("down {share} on {year}")
    return msg(template, share=exact(abs(change)), year=str(year))


def to_centres(known: int, total: int) -> Message:
    """To how many of the centres something went; ``known`` is not 0."""
    if known == total:
        return numbered(total, N_("to the only centre"), N_("to both centres"), N_("to all {count} centres"))
    return msg("to {known} of the {total} centres", known=known, total=total)


def of_both_years(count: int) -> Message:
    """For which centres a change is told: those of which both years are known."""
    return numbered(
        count,
        N_("for the only centre known in both years"),
        N_("for the two centres known in both years"),
        N_("for the {count} centres known in both years"),
    )


def are_without(places: Sequence[tuple[Named, str]]) -> Message:
    """Say that places have no centre: each a name and its code or codes."""
    named = listed([Message("{name} ({code})", {"name": name, "code": code}) for name, code in places])
    # French counts "les Hauts-de-Seine" as several; English says it of all of them alike.
    several = len(places) > 1 or places[0][0].article == "les "
    return msgs("none has one in {places}", "none has one in {places}", 2 if several else 1, places=named)


def moved(totals: Mapping[str, Any]) -> Iterator[Message]:
    """Say how many ratings rose, fell and stayed, where any has one before it."""
    counts = [totals[name] or 0 for name in ("improving", "slipping", "stable")]
    parts: list[Message] = []
    for count, first, other in zip(counts, _first(counts), _other(counts), strict=True):
        if count:
            parts.append(other if parts else first)
    if parts:
        yield listed(parts)


def _first(counts: Sequence[int]) -> tuple[Message, ...]:
    better, worse, same = counts
    return (
        msgs("{count} rating is better than before", "{count} ratings are better than before", better),
        msgs("{count} rating is worse than before", "{count} ratings are worse than before", worse),
        msgs("{count} rating is the same as before", "{count} ratings are the same as before", same),
    )


def _other(counts: Sequence[int]) -> tuple[Message, ...]:
    better, worse, same = counts
    return (
        msgs("{count} is better", "{count} are better", better),
        msgs("{count} is worse", "{count} are worse", worse),
        msgs("{count} is the same", "{count} are the same", same),
    )


def overdue(count: int, start: bool = False) -> Message:
    """Say how many evaluations are overdue; ``start`` if that starts a sentence."""
    if count:
        return msgs("{count} evaluation is overdue", "{count} evaluations are overdue", count)
    return msg("No evaluation is overdue") if start else msg("no evaluation is overdue")


def rules_find(breaches: int, unknown: int, notices: int) -> Message:
    """Say how much the rules find."""
    said = (
        msgs("The rules find {count} breach", "The rules find {count} breaches", breaches)
        if breaches
        else msg("The rules find no breach")
    )
    others = []
    if unknown:
        others.append(msgs("{count} point is not known", "{count} points are not known", unknown))
    if notices:
        others.append(msgs("{count} point calls for attention", "{count} points call for attention", notices))
    return clauses([said, *others])
