"""Each thing that a centre is asked for in a campaign, with what came back of it and what is still missing."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice
from crpv_cli.language import N_, Message, msg
from crpv_cli.registry.campaigns import ASKED
from crpv_cli.registry.queries import read
from crpv_cli.registry.returns import came_back
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.returns.lacking import sheets
from crpv_cli.spelling import fold

NOT_SENT, IN_PART, INCOMPLETE, COMPLETE = "not-sent", "in-part", "incomplete", "complete"
# What needs attention first.
STATUSES = (
    Choice(NOT_SENT, N_("nothing yet")),
    Choice(IN_PART, N_("in part")),
    Choice(INCOMPLETE, N_("incomplete")),
    Choice(COMPLETE, N_("complete")),
)
LABELS = {choice.code: choice.label for choice in choices.ASKED}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one thing that a centre was asked for.

    ``load`` and ``received_on`` (ISO date, where the reader is) are those of the last load that brought it, None if
    none did; ``rows`` is how many rows the registry holds of it; ``gaps`` are what is missing in it, where it came.
    """

    year: int
    centre: str
    short_name: str
    asked: str
    asked_on: str | None
    due_on: str | None
    contact: str | None
    source: str | None
    fictitious: bool
    load: int | None
    received_on: str | None
    rows: int
    gaps: tuple[Message, ...]

    @property
    def status(self) -> str:
        """``not-sent``, ``incomplete`` or ``complete``."""
        if self.load is None:
            return NOT_SENT
        return INCOMPLETE if self.gaps else COMPLETE

    @property
    def label(self) -> Message:
        """What was asked for, in words."""
        return msg(LABELS[self.asked])

    def overdue(self, as_of: str) -> bool:
        """Whether it should have come, and be complete, before a date."""
        return self.status != COMPLETE and self.due_on is not None and self.due_on < as_of


def answers_of(connection: sqlite3.Connection, year: int, as_of: str, centre: str | None = None) -> list[Answer]:
    """Return all that is asked for of a year, by the names of the centres and in the order of ``ASKED``.

    Args:
        connection: an open registry.
        year: the year that centres are asked about.
        as_of: ISO date on which contact points are looked at.
        centre: only this centre (its id).
    """
    rows = connection.execute(
        "select * from campaigns where year = :year and (:centre is null or centre = :centre)",
        {"year": year, "centre": centre},
    ).fetchall()
    names = dict(map(tuple, read(connection, "select id, short_name from centres_on", as_of)))
    fictitious = fictitious_sources(connection)
    last = {(row["centre"], row["asked"]): row for row in came_back(connection, year)}
    tables = [table for table in ASKED if any(row["asked"] == table for row in rows)]
    held = sheets(connection, year, tables, dict.fromkeys(row["centre"] for row in rows), as_of)
    found = []
    for row in rows:
        sheet, came = held[row["centre"], row["asked"]], last.get((row["centre"], row["asked"]))
        found.append(
            Answer(
                year=year,
                centre=row["centre"],
                short_name=names[row["centre"]],
                asked=row["asked"],
                asked_on=row["asked_on"],
                due_on=row["due_on"],
                contact=row["contact"],
                source=row["source"],
                fictitious=row["source"] in fictitious,
                load=came["load"] if came else None,
                received_on=_day(came["at"]) if came else None,
                rows=sheet.rows,
                gaps=sheet.gaps if came else (),
            )
        )
    found.sort(key=lambda answer: (fold(answer.short_name), answer.centre, ASKED.index(answer.asked)))
    return found


def joined(parts: Sequence[Message]) -> Message | None:
    """Put sentences into one, with semicolons; None if there is none."""
    if not parts:
        return None
    return reduce(lambda first, rest: msg("{first}; {rest}", first=first, rest=rest), parts)


def _day(at: str) -> str:
    return datetime.datetime.fromisoformat(at).astimezone().date().isoformat()
