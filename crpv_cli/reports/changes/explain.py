"""What is behind a figure of the changes between two dates: the changes counted, or the rows of both dates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from crpv_cli.definitions.columns import Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.reports.coverage.explain import explain as explain_coverage
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.explain import explain as explain_evaluations
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role
from crpv_cli.result import Result

_SAME_LISTS = "-same-lists"
# The report that explains what the others compare, date by date.
_REPORTS = {"funding": "funding", "rating": "evaluations", "activity": "activity", "agreement": "agreements"}


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say what a figure of ``changes`` is made of; None for what is no figure.

    Args:
        connection: an open registry.
        report: the report, whose parameters say which dates were asked for.
        column: a total, which counts changes, or a column of figures.
        row: the row of the report by column; None for a total.

    Raises:
        UsageProblem: the report of each date explains it; the advice names its command.
    """
    if row is None:
        kind = column.replace("_", "-")
        counted = (one for one in report.records() if one["kind"] == kind)
        return Explained(tuple(_change(one) for one in counted), unit="change")
    first, last = (_of_date(connection, report.parameters, row, date) for date in ("from", "to"))
    if first is None or last is None:
        _refuse(report.parameters, row)
        return None
    if column == "before_value":
        return first
    return last if column == "after_value" else _difference(first, last)


def _change(one: Mapping[str, Any]) -> Piece:
    key = {name: one[name] for name in ("kind", "centre", "subject")}
    return Piece("", key, says=one["what"], fictitious=bool(one["fictitious"]))


def _of_date(
    connection: sqlite3.Connection, dates: Mapping[str, Any], row: Mapping[str, Any], which: str
) -> Explained | None:
    """What the share of one of the dates is made of; None where the change is not one of shares of the whole."""
    date = dates[which]
    if row["kind"] == "completeness":
        return explain_evaluations(connection, evaluation_summaries(connection, date), "share", None)
    if row["kind"] != "coverage":
        return None
    measure = row["subject"].removesuffix(_SAME_LISTS)
    counted_on = dates["to"] if row["subject"].endswith(_SAME_LISTS) else None
    return explain_coverage(connection, coverage(connection, date, measure, counted_on), "share", None)


def _difference(first: Explained, last: Explained) -> Explained:
    """The difference of two shares: each row that is counted is its own share of the whole of its date."""
    pieces = (*_shares(last, 1, Role.COUNTED), *_shares(first, -1, Role.BEFORE))
    return Explained(pieces, Kind.PERCENT, "share", unknown=last.unknown, digits=5)  # of two rounded shares


def _shares(made: Explained, sign: int, role: Role) -> Iterator[Piece]:
    whole = made.sum(Role.COUNTED, Role.REST)
    assert made.formula is Formula.SHARE
    for one in made.pieces:
        if one.role is Role.COUNTED and one.part is not None and whole:
            yield replace(one, part=sign * one.part / whole, role=role)


def _refuse(dates: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    name = _REPORTS.get(row["kind"])
    if name is not None:
        raise UsageProblem(
            msg("The report of each date explains it."),
            msg(
                "Ask: crpv report {name} --as-of {first} --explain FIGURE, and the same with --as-of {last}.",
                name=name,
                first=dates["from"],
                last=dates["to"],
            ),
        )
