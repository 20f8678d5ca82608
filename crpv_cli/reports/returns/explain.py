"""The rows behind a figure of a collection: what was asked for, and which load brought it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from crpv_cli.language import Day, Message, msg
from crpv_cli.reports.evidence import Explained, Piece
from crpv_cli.reports.returns.answers import COMPLETE, Answer, answers_of
from crpv_cli.reports.returns.report import by_centre, status_of
from crpv_cli.result import Result

_SHEETS: Mapping[str, Callable[[Answer, str], bool]] = {
    "asked": lambda answer, as_of: True,
    "received": lambda answer, as_of: answer.load is not None,
    "complete": lambda answer, as_of: answer.status == COMPLETE,
    "overdue": lambda answer, as_of: answer.overdue(as_of),
}
_CENTRES: Mapping[str, Callable[[list[Answer]], bool]] = {
    "centres": lambda answers: True,
    "centres_received": lambda answers: any(answer.load is not None for answer in answers),
    "centres_complete": lambda answers: status_of(answers) == COMPLETE,
}


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say which rows a figure of ``returns`` is made of: what was asked for, with what became of it.

    Args:
        connection: an open registry.
        report: the report, whose parameters say what was asked.
        column: a total or a column of figures.
        row: the row of the report by column; None for a total.
    """
    asked = report.parameters
    centre = row["centre"] if row is not None else asked["centre"]
    answers = answers_of(connection, asked["year"], asked["as_of"], centre) if asked["year"] else []
    if column in _SHEETS:
        counted = [answer for answer in answers if _SHEETS[column](answer, asked["as_of"])]
        return Explained(tuple(_piece(answer) for answer in counted), unit="sheet")
    if column not in _CENTRES or row is not None:
        return None
    # A centre counts once: by the first thing that it was asked for.
    groups = [group for group in by_centre(answers) if _CENTRES[column](group)]
    return Explained(tuple(_piece(group[0]) for group in groups), unit="centre")


def _piece(answer: Answer) -> Piece:
    return Piece(
        "campaigns",
        {"year": answer.year, "centre": answer.centre, "asked": answer.asked},
        source=answer.source,
        says=_says(answer),
        fictitious=answer.fictitious,
    )


def _says(answer: Answer) -> Message | None:
    if answer.load is None or answer.received_on is None:
        return msg("not received")
    return msg("received on {date} with load {load}", date=Day(answer.received_on), load=str(answer.load))
