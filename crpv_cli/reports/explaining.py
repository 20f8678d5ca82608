"""Finding the figure of a report that a name means, and asking the report which rows are behind it.

A figure is called as the report calls it: ``covered`` or ``overseas.share`` is a total, ``covered@84`` the value of a
column in a row, which is named by its first columns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeGuard

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.reports.evidence import Explained, evidence
from crpv_cli.reports.index import REPORTS
from crpv_cli.result import Result
from crpv_cli.spelling import closest, fold

Record = Mapping[str, Any]
Explain = Callable[[sqlite3.Connection, Result, str, Record | None], Explained | None]

AT = "@"
"""What stands between the name of a column and that of a row."""

_FIGURES = {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT}
# How the rows of a report are named, where the first column does not single them out.
_NAMED_BY = {
    "evaluation-summaries": ("centre", "mission"),
    "funding-by-centre-year": ("centre", "year"),
    "agreements": ("centre", "funder", "starts_on"),
    "meetings": ("title", "starts_on"),
    "returns": ("centre", "asked"),
    "changes": ("kind", "centre", "subject"),
    "findings": ("rule", "about"),
}


def explained(connection: sqlite3.Connection, name: str, report: Result, figure: str) -> Result:
    """List the rows behind a figure of a report.

    Args:
        connection: an open registry.
        name: the name of the report in ``REPORTS``.
        report: what it answers.
        figure: a total or a column, or ``COLUMN@ROW``.

    Raises:
        UsageProblem: the report has no such figure, or no such row; the message names near ones.
    """
    column, row = resolve(report, figure)
    made = explanation(name)(connection, report, column, row)
    if made is None:
        raise no_figure(figure, figures_of(report))
    return evidence(connection, report, figure, value_of(report, column, row, made), made)


def explanation(name: str) -> Explain:
    """Import what explains the figures of a report."""
    report = REPORTS[name]
    assert report.explain is not None
    found: Explain = import_module(f"crpv_cli.reports.{report.explain}").explain
    return found


def figures_of(report: Result) -> list[str]:
    """The names of the figures of a report: its totals, and the columns of figures in its rows."""
    totals = [name for name, value in flat_totals(report).items() if value is None or _is_number(value)]
    return [*totals, *(one.name for one in report.columns if is_figure(one) and one.name not in totals)]


def is_figure(column: Column) -> bool:
    """Whether the values of a column are figures, and not a year or a load."""
    return column.kind in _FIGURES and column.grouped


def flat_totals(report: Result) -> dict[str, Any]:
    """The totals, those within another by both names (``overseas.share``)."""
    return dict(_flat(report.totals, ""))


def _flat(totals: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in totals.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def resolve(report: Result, figure: str) -> tuple[str, Record | None]:
    """Return the column or total that is meant, and the row; None for a figure over all rows.

    Raises:
        UsageProblem: there is none of that name.
    """
    column, at, wanted = figure.partition(AT)
    names = {fold(name): name for name in figures_of(report)}
    name = names.get(fold(column))
    if name is None:
        raise no_figure(figure, list(names.values()))
    if at:
        if name not in report.places or not is_figure(report.column(name)):
            raise UsageProblem(
                msg("“{figure}” is a total, which no row has.", figure=name),
                msg("Ask for it alone: --explain {figure}", figure=name),
            )
        return name, _row(report, wanted, name)
    if name not in flat_totals(report) and not _in_total_row(report, name):
        example = next(iter(row_names(report)), "")
        raise UsageProblem(
            msg("“{figure}” is a column without a total.", figure=name),
            msg("Say of which row: --explain {figure}", figure=f"{name}{AT}{example}"),
        )
    return name, None


def no_figure(figure: str, known: Sequence[str], more: Sequence[str] = ()) -> UsageProblem:
    """What is said where a report has no figure of a name: near ones, also of ``more`` that are not all listed."""
    near = closest(figure.partition(AT)[0], [*known, *more])
    return UsageProblem(
        msg("There is no figure called “{figure}”.", figure=figure),
        msg("Did you mean {near}?", near=near) if near else msg("The figures are: {figures}.", figures=list(known)),
    )


def row_names(report: Result) -> list[str]:
    """What each row is called after ``@``."""
    names = _NAMED_BY.get(report.name, (report.columns[0].name,))
    return [" ".join(filter(None, (_text(record[name]) for name in names))) for record in report.records()]


def _text(value: object) -> str:
    if isinstance(value, Message):
        return value.text("en")
    return "" if value is None else str(value)


def _row(report: Result, wanted: str, column: str) -> Record:
    called = row_names(report)
    found = [place for place, name in enumerate(called) if fold(name) == fold(wanted)]
    if not found and len(report.columns) > 1 and report.columns[1].kind is Kind.TEXT:
        # People know a centre or a region by its name, which stands beside the code.
        found = [place for place, row in enumerate(report.rows) if fold(_text(row[1])) == fold(wanted)]
    if not found and wanted:
        found = [place for place, name in enumerate(called) if fold(name).startswith(f"{fold(wanted)} ")]
    if len(found) == 1:
        return report.records()[found[0]]
    near = [called[place] for place in found] or closest(wanted, called)
    raise UsageProblem(
        msg("The report has no single row called “{row}”.", row=wanted),
        msg("Did you mean {near}?", near=[f"{column}{AT}{name}" for name in near])
        if near
        else msg("The rows are: {rows}.", rows=called),
    )


def _in_total_row(report: Result, name: str) -> bool:
    return report.total_row is not None and report.total_row[report.places[name]] is not None


def value_of(report: Result, column: str, row: Record | None, made: Explained) -> int | float | None:
    """What the report gives, money in centimes; None if it is not known."""
    value: object
    if row is not None:
        value = row[column]
    elif column in (totals := flat_totals(report)):
        value = totals[column]
        if made.kind is Kind.MONEY and _is_number(value):
            return round(value * 100)  # totals are in euros
    else:
        assert report.total_row is not None
        value = report.total_row[report.places[column]]
    return value if _is_number(value) else None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
