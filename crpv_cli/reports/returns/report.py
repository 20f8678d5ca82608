"""What came back of a collection campaign: which centre sent what, whether it is complete, and what is missing."""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Day, Message, msg, msgs
from crpv_cli.registry.campaigns import last_campaign
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.options import CENTRE, Option, Takes, division
from crpv_cli.reports.origin import origin
from crpv_cli.reports.returns.answers import (
    COMPLETE,
    IN_PART,
    INCOMPLETE,
    NOT_SENT,
    STATUSES,
    Answer,
    answers_of,
    joined,
)
from crpv_cli.result import Note, Result, Value

DIVISIONS = {"centre": N_("centre"), "sheet": N_("sheet")}
OPTIONS = (
    Option("year", N_("The year that was asked about; that of the last campaign by default."), N_("YEAR"), Takes.YEAR),
    division(
        N_("Row per centre, or per sheet: each thing that a centre was asked for (by default for one centre)."),
        DIVISIONS,
    ),
    CENTRE,
    Option("as_of", N_("What is overdue on this date; today by default."), N_("DATE"), Takes.DATE),
)
_YEAR = Column("year", N_("Year"), Kind.YEAR)
_STATUS = Column("status", N_("State"), Kind.CODE, choices=STATUSES)
_DUE = (Column("due_on", N_("Due on"), Kind.DATE), Column("overdue", N_("Overdue"), Kind.FLAG, emphasis=True))
_RECEIVED_ON = Column("received_on", N_("Received on"), Kind.DATE)
_MISSING = Column("missing", N_("What is missing"), prose=True)
BY_CENTRE = (
    *WHOSE,
    _YEAR,
    Column("asked", N_("Asked"), Kind.INTEGER),
    Column("received", N_("Received"), Kind.INTEGER),
    Column("complete", N_("Complete"), Kind.INTEGER),
    Column("answer", N_("Received")),
    _STATUS,
    _RECEIVED_ON,
    *_DUE,
    _MISSING,
    FICTITIOUS,
)
BY_SHEET = (
    *WHOSE,
    Column("asked", N_("Asked for"), Kind.CODE, choices=choices.ASKED),
    _YEAR,
    _STATUS,
    _RECEIVED_ON,
    Column("load", N_("Load"), Kind.INTEGER, grouped=False),
    Column("rows", N_("Rows known"), Kind.INTEGER, grouped=False),
    *_DUE,
    _MISSING,
    FICTITIOUS,
)
_ORDER = {status.code: place for place, status in enumerate(STATUSES)}


def returns(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    by: str | None = None,
    centre: str | None = None,
) -> Result:
    """Return what came back of a year's campaign.

    Args:
        connection: an open registry.
        as_of: ISO date: what was due before it is overdue.
        year: the year that was asked about; that of the last campaign by default.
        by: what a row is: a ``centre``, or a ``sheet`` of one (each table that it is asked for); by default a centre,
            and a sheet where one centre is asked about.
        centre: one centre only (its id).

    Returns:
        A report, what needs attention first. Totals: how many sheets are ``asked``, ``received``, ``complete`` and
        ``overdue``; ``centres``, ``centres_received`` (those that sent anything) and ``centres_complete``.
    """
    asked_about = year or last_campaign(connection)
    answers = answers_of(connection, asked_about, as_of, centre) if asked_about else []
    division = by or ("sheet" if centre else "centre")
    columns = BY_SHEET if division == "sheet" else BY_CENTRE
    make = _of_sheets if division == "sheet" else _of_centres
    rests = any(answer.fictitious for answer in answers)
    totals = _totals(answers, as_of)
    return Result(
        name="returns" if division == "sheet" else "returns-by-centre",
        title=msg("Answers to the collection of {year}", year=str(asked_about))
        if asked_about
        else msg("Answers to a collection"),
        columns=columns,
        rows=tuple(make(answers, as_of)),
        screen=("short_name", "asked", "status", "received_on", "load", "missing")
        if division == "sheet"
        else ("short_name", "answer", "status", "missing"),
        spare=("load", "received_on") if division == "sheet" else (),
        notes=(*fictitious.notes(connection, rests), *_notes(connection, asked_about, answers, totals, as_of)),
        parameters={"as_of": as_of, "year": asked_about, "by": division, "centre": centre},
        totals=totals,
        total_row=_total_row(totals) if answers and division == "centre" and not centre else None,
        fictitious=rests,
        is_report=True,
        command="report returns",
        origin=origin(connection, (answer.source for answer in answers)),
    )


def by_centre(answers: Sequence[Answer]) -> list[list[Answer]]:
    """Return the answers of each centre, in their order."""
    return [list(group) for _, group in groupby(answers, key=lambda answer: answer.centre)]


def missing(answers: Sequence[Answer]) -> list[Message]:
    """Say what a centre still owes: the sheets that did not come, then what is missing in those that did."""
    absent = [answer.label for answer in answers if answer.status == NOT_SENT]
    said = [msgs("not received: {sheets}", "not received: {sheets}", len(absent), sheets=absent)] if absent else []
    for answer in answers:
        if gaps := joined(answer.gaps):
            said.append(msg("{sheet} ({gaps})", sheet=answer.label, gaps=gaps))
    return said


def status_of(answers: Sequence[Answer]) -> str:
    """The state of a centre: one of ``STATUSES``."""
    found = {answer.status for answer in answers}
    if len(found) == 1:
        return found.pop()
    return IN_PART if NOT_SENT in found else INCOMPLETE


def _of_centres(answers: Sequence[Answer], as_of: str) -> Iterable[tuple[Value, ...]]:
    groups = sorted(by_centre(answers), key=lambda group: _ORDER[status_of(group)])
    for group in groups:
        received = [answer for answer in group if answer.load is not None]
        complete = [answer for answer in group if answer.status == COMPLETE]
        open_ = [answer.due_on for answer in group if answer.status != COMPLETE and answer.due_on]
        yield (
            group[0].centre,
            group[0].short_name,
            group[0].year,
            len(group),
            len(received),
            len(complete),
            msg("{received} of {asked}", received=len(received), asked=len(group)),
            status_of(group),
            max((answer.received_on or "" for answer in received), default=None),
            min(open_, default=max((answer.due_on for answer in group if answer.due_on), default=None)),
            any(answer.overdue(as_of) for answer in group),
            joined(missing(group)) if received else msg("everything"),
            any(answer.fictitious for answer in group),
        )


def _of_sheets(answers: Sequence[Answer], as_of: str) -> Iterable[tuple[Value, ...]]:
    for answer in answers:
        yield (
            answer.centre,
            answer.short_name,
            answer.asked,
            answer.year,
            answer.status,
            answer.received_on,
            answer.load,
            answer.rows,
            answer.due_on,
            answer.overdue(as_of),
            joined(answer.gaps),
            answer.fictitious,
        )


def _totals(answers: Sequence[Answer], as_of: str) -> dict[str, int]:
    found = Counter(answer.status for answer in answers)
    groups = by_centre(answers)
    return {
        "asked": len(answers),
        "received": len(answers) - found[NOT_SENT],
        "complete": found[COMPLETE],
        "overdue": sum(answer.overdue(as_of) for answer in answers),
        "centres": len(groups),
        "centres_received": sum(any(answer.load is not None for answer in group) for group in groups),
        "centres_complete": sum(status_of(group) == COMPLETE for group in groups),
    }


def _total_row(totals: dict[str, int]) -> tuple[Value, ...]:
    values: dict[str, Value] = {
        **{name: totals[name] for name in ("asked", "received", "complete")},
        "answer": msg("{received} of {asked}", received=totals["received"], asked=totals["asked"]),
    }
    return tuple(values.get(column.name) for column in BY_CENTRE)


def _notes(
    connection: sqlite3.Connection, year: int | None, answers: Sequence[Answer], totals: dict[str, int], as_of: str
) -> Iterable[Note]:
    if not answers:
        yield from _none_asked(connection, year)
        return
    groups = by_centre(answers)
    yield Note(
        "returns-centres",
        msgs(
            "Complete: {complete} of {count} centre; at least something received: {received}.",
            "Complete: {complete} of {count} centres; at least something received: {received}.",
            totals["centres"],
            complete=totals["centres_complete"],
            received=totals["centres_received"],
        )
        if len(groups) > 1
        else msg(
            "Received: {received} of {asked}; complete: {complete}.",
            **{name: totals[name] for name in ("received", "asked", "complete")},
        ),
    )
    yield from _due(answers, as_of)
    lacking = [group[0].centre for group in groups if status_of(group) != COMPLETE]
    if lacking:
        only = f" --centre {lacking[0]}" if len(groups) == 1 else ""
        yield Note(
            "returns-remind",
            msgs(
                "To write to the centre that lacks something: {command}",
                "To write to the {count} centres that lack something: {command}",
                len(lacking),
                command=msg("crpv remind --year {year}{only} -o reminders/", year=str(year), only=only),
            ),
            for_operator=True,
        )


def _due(answers: Sequence[Answer], as_of: str) -> Iterable[Note]:
    """Say how long there is left, or since when it is overdue; each day that was set for what is not complete."""
    open_ = [answer for answer in answers if answer.status != COMPLETE]
    for day in sorted({answer.due_on for answer in open_ if answer.due_on}):
        days = (datetime.date.fromisoformat(day) - datetime.date.fromisoformat(as_of)).days
        centres = list(dict.fromkeys(answer.centre for answer in open_ if answer.due_on == day))
        values = {"date": Day(day), "centres": len(centres)}
        if days < 0:
            message = msgs(
                "Due on {date}, {count} day ago; centres that lack something: {centres}.",
                "Due on {date}, {count} days ago; centres that lack something: {centres}.",
                -days,
                **values,
            )
        else:
            message = msgs(
                "Due on {date}, {count} day left; centres that lack something: {centres}.",
                "Due on {date}, {count} days left; centres that lack something: {centres}.",
                days,
                **values,
            )
        yield Note("returns-overdue" if days < 0 else "returns-due", message, {"due_on": day, "centres": centres})


def _none_asked(connection: sqlite3.Connection, year: int | None) -> Iterable[Note]:
    years = [row[0] for row in connection.execute("select distinct year from campaigns order by year")]
    if year in years:
        yield Note("not-asked", msg("This centre is not asked for anything of {year}.", year=str(year)))
        return
    yield Note(
        "no-campaign",
        msg(
            "No collection has been opened. Open one with: crpv template --year YEAR --each FOLDER/ --due DATE; or "
            "load the table campaigns."
        )
        if year is None or not years
        else msg(
            "No collection of {year} has been opened, only of: {years}. Open one with: crpv template --year {year} "
            "--each FOLDER/ --due DATE; or load the table campaigns.",
            year=str(year),
            years=[str(one) for one in years],
        ),
        for_operator=True,
    )
