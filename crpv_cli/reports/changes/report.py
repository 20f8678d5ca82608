"""What changed between two dates: who serves whom, what is covered, paid, evaluated, done, agreed and published.

Each question has a function of its own, which compares what is true on one date with what is true on another and
gives the differences. A figure is the one that its own report gives for the date, and where two dates cannot be
compared as they stand (other neighbourhoods, other centres known), a second line compares like with like. The same
questions compare what was known of a date after an earlier load with what is known of it now.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace

from crpv_cli.definitions.choices import CONFIDENCES
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.queries import geographies_on, today
from crpv_cli.reports import fictitious
from crpv_cli.reports.activity.changes import activity_changes
from crpv_cli.reports.agreements.changes import agreement_changes
from crpv_cli.reports.centre.changes import centre_changes, perimeter_changes
from crpv_cli.reports.changes.difference import Change, State
from crpv_cli.reports.changes.published import published_changes
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.coverage.changes import SAME_LISTS, coverage_changes, lists_differ
from crpv_cli.reports.evaluations.changes import completeness_changes, rating_changes
from crpv_cli.reports.funding.changes import funding_changes
from crpv_cli.reports.options import Option, Takes
from crpv_cli.reports.origin import origin
from crpv_cli.result import Note, Origin, Result, Value

OPTIONS = (
    Option(
        "first", N_("The earlier date; a year means its 31 December."), N_("DATE"), Takes.DATE_OR_YEAR, flag="--from"
    ),
    Option("last", N_("The later date, or a year; today by default."), N_("DATE"), Takes.DATE_OR_YEAR, flag="--to"),
    Option(
        "known_from",
        N_("Compare with what was known after this load or day, of the same date unless --from is given."),
        N_("LOAD|DATE"),
        Takes.LOAD_OR_DATE,
    ),
)
CHANGES = (
    Choice("centre-opened", N_("centre opened")),
    Choice("centre-closed", N_("centre closed")),
    Choice("centre-renamed", N_("centre renamed")),
    Choice("centre-changed", N_("centre changed")),
    Choice("label-given", N_("label given")),
    Choice("label-ended", N_("label ended")),
    Choice("perimeter-gained", N_("perimeter gained")),
    Choice("perimeter-lost", N_("perimeter lost")),
    Choice("coverage", N_("coverage")),
    Choice("funding", N_("funding")),
    Choice("rating", N_("rating")),
    Choice("completeness", N_("completeness")),
    Choice("activity", N_("activity")),
    Choice("agreement", N_("agreement")),
    Choice("published", N_("published")),
)
_COLUMNS = (
    Column("kind", N_("What kind"), Kind.CODE, choices=CHANGES),
    *WHOSE,
    Column("subject", N_("Subject"), Kind.CODE),
    Column("what", N_("What")),
    Column("before", N_("Before")),
    Column("after", N_("After")),
    Column("change", N_("Change")),
    Column("before_value", N_("Value before"), Kind.DECIMAL),
    Column("after_value", N_("Value after"), Kind.DECIMAL),
    Column("difference", N_("Difference"), Kind.DECIMAL),
    Column("unit", N_("Unit"), Kind.CODE),
    Column("confidence", N_("Confidence"), Kind.CODE, choices=CONFIDENCES),
    FICTITIOUS,
)
_SCREEN = ("short_name", "what", "before", "after", "change")
"""``what`` says what ``kind`` does, and six columns are too many for a terminal."""

_QUESTIONS: tuple[Callable[[State, State], Iterable[Change]], ...] = (
    centre_changes,
    perimeter_changes,
    coverage_changes,
    funding_changes,
    rating_changes,
    completeness_changes,
    activity_changes,
    agreement_changes,
    published_changes,
)


def changes(
    connection: sqlite3.Connection,
    first: str,
    last: str | None = None,
    earlier: sqlite3.Connection | None = None,
) -> Result:
    """Return what changed from one date to another, or in what is known of them.

    Args:
        connection: an open registry.
        first: ISO date: the state before.
        last: ISO date after ``first``, or not before it with ``earlier``: the state after; today by default.
        earlier: the same registry as it stood after an earlier load: what was known of the state before.

    Returns:
        A report of a row for each difference, by kind. ``before``, ``after`` and ``change`` are for people; machines
        read ``before_value``, ``after_value`` and ``difference``, in ``unit``: euros, ``share`` and ``position``
        (0 to 1), or a count. Totals are the number of rows of each kind.

    Raises:
        UsageProblem: ``first`` is not before ``last``, or ``earlier`` not before the registry.
    """
    last = last or today()
    if first > last or (first == last and earlier is None):
        raise UsageProblem(
            msg("{first} is not before {last}.", first=Day(first), last=Day(last)),
            msg("Give the earlier date with --from and the later one with --to."),
        )
    known_from, known = (origin(one).load if one else None for one in (earlier, connection))
    if known_from is not None and known is not None and known_from >= known:
        raise UsageProblem(
            msg("Load {first} is not before load {last}.", first=str(known_from), last=str(known)),
            msg("Give an earlier load with --known-from, or a later one with --known."),
        )
    before, after = State(earlier or connection, first), State(connection, last)
    order = {choice.code: place for place, choice in enumerate(CHANGES)}
    found = [change for question in _QUESTIONS for change in question(before, after)]
    found.sort(key=lambda change: order[change.kind])  # stable: the order within a kind is its question's
    rests = any(change.fictitious for change in found)
    return Result(
        name="changes",
        title=_title(first, last, known_from, known),
        columns=_COLUMNS,
        rows=tuple(tuple(getattr(change, column.name) for column in _COLUMNS) for change in found),
        screen=_SCREEN
        if any(change.short_name for change in found)
        else tuple(n for n in _SCREEN if n != "short_name"),
        notes=(*fictitious.notes(connection, rests), *_notes(connection, found, first, last)),
        parameters={"from": first, "to": last} | ({"known_from": known_from} if known_from is not None else {}),
        totals={choice.code.replace("-", "_"): sum(c.kind == choice.code for c in found) for choice in CHANGES},
        fictitious=rests,
        is_report=True,
        command="report changes",
        origin=_origin(before, after, {source for change in found for source in change.sources}),
    )


def _title(first: str, last: str, known_from: int | None, known: int | None) -> Message:
    dates = {"first": Day(first), "last": Day(last)}
    if known_from is None:
        return msg("What changed between {first} and {last}", **dates)
    loads = {"known_from": str(known_from), "known": str(known)}
    if first == last:
        return msg("What is known of {last}: load {known} compared with load {known_from}", **dates, **loads)
    return msg(
        "What changed between {first}, as known after load {known_from}, and {last}, as known after load {known}",
        **dates,
        **loads,
    )


def _origin(before: State, after: State, sources: Set[Value]) -> Origin:
    """The sources of both states, as the last one that has them describes them."""
    now = origin(after.connection, sources)
    then = origin(before.connection, sources)
    return replace(
        now,
        sources={**then.sources, **now.sources},
        dates={**then.dates, **now.dates},
        addresses={**then.addresses, **now.addresses},
    )


def _notes(connection: sqlite3.Connection, found: Sequence[Change], first: str, last: str) -> Iterable[Note]:
    kinds = {change.kind for change in found}
    before, after = geographies_on(connection, first), geographies_on(connection, last)
    if "coverage" in kinds and lists_differ(connection, first, last):
        compared = any(str(change.subject).endswith(SAME_LISTS) for change in found if change.kind == "coverage")
        yield Note(
            "geographies-differ",
            msg(
                N_(
                    "The neighbourhoods of {before} and those of {after} are not the same ones: the lines “lists of "
                    "{after} on both dates” compare like with like."
                )
                if compared
                else N_(
                    "The neighbourhoods of {before} and those of {after} are not the same ones: by the lists of "
                    "{after} on both dates, coverage does not change."
                ),
                before=Day(first),
                after=Day(last),
            ),
            {"geographies": [list(before), list(after)]},
        )
    if "funding" in kinds:
        yield Note(
            "closed-years",
            msg(
                "Amounts are those of the latest year that had ended on each date and for which some "
                "are known; not known does not mean 0."
            ),
        )
    if any(change.unit in {"share", "position"} for change in found):
        yield Note("before-rounding", msg("Differences are computed before rounding."))
    if any(change.unit == "position" for change in found):
        yield Note(
            "by-position",
            msg("Ratings are compared by their position on their scale, from 0 to 100 points."),
        )
