"""What the sections of the network report draw: rows sorted by the figure in question, those alone that say something.

A table sorted by its figure reads as its chart does; what is not known comes last, and is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Euros, Message, Share, first_few, listed, msg, msgs
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.funding.report import BY_CENTRE
from crpv_cli.result import Chart, ChartShape, Note, Result

_FEWEST = 2
"""One bar alone says no more than its figure."""
_NAMED_AT_MOST = 8
_FUNDING = {column.name: column for column in BY_CENTRE}


def ranked(report: Result, column: str, largest_first: bool = True) -> tuple[Result, int]:
    """Sort rows by a figure, those of which it is not known last, equal ones as they came; and count the known ones."""
    place = report.places[column]
    figures = {order: row[place] for order, row in enumerate(report.rows)}
    known = [(value, order) for order, value in figures.items() if isinstance(value, int | float)]
    known.sort(key=lambda one: (-one[0] if largest_first else one[0], one[1]))
    unknown = [order for order, value in figures.items() if not isinstance(value, int | float)]
    return replace(
        report, rows=tuple(report.rows[order] for _, order in known) + tuple(report.rows[order] for order in unknown)
    ), len(known)


def regions_below(report: Result) -> Result:
    """Coverage by region, what is covered least first; regions covered whole are drawn only if most are not."""
    found, known = ranked(report, "share", largest_first=False)
    below = sum(1 for row in found.records() if row["share"] is not None and row["share"] < 1)
    if report.chart is None or not below:
        return replace(found, chart=None)
    if known - below < below:
        return replace(found, chart=replace(report.chart, first=known))
    unit = report.parameters["measure"]
    title = (
        msg(N_("Regions that are not covered whole: share of their priority neighbourhoods that is"))
        if unit == "neighbourhoods"
        else report.chart.title
    )
    names = [
        Message("{name} ({share})", {"name": row["region_name"], "share": Share(row["share"])})
        for row in found.records()[:below]
    ]
    description = msgs(
        "{names}; the other region is covered whole.",
        "{names}; the other {count} regions are covered whole.",
        known - below,
        names=listed(names),
    )
    return replace(found, chart=replace(report.chart, title=title, description=description, first=below))


def by_covered(report: Result) -> Result:
    """Coverage by centre, who covers most first."""
    found, known = ranked(report, "covered")
    return replace(found, chart=report.chart and replace(report.chart, first=known))


def by_half_days(report: Result) -> Result:
    """Activity by centre, who did most first; centres that have not reported are not drawn."""
    if not report.rows:
        return report
    found, known = ranked(report, "half_days")
    return replace(found, chart=report.chart and replace(report.chart, first=known))


def by_support(report: Result) -> Result:
    """Funding by centre, who has most of programme 147 first, and a bar for each whose support is known."""
    found, known = ranked(report, "state_p147")
    records = found.records()[:known]
    if known < _FEWEST:
        return replace(found, chart=None)
    most, least = records[0], records[-1]
    year = str(report.parameters["to"])
    chart = Chart(
        ChartShape.BARS,
        msg("What programme 147 granted each centre in {year}", year=year),
        msg(
            "From {most} ({first}) to {least} ({last}); known of {known} of {centres} centres.",
            most=Euros(most["state_p147"]),
            first=most["short_name"],
            least=Euros(least["state_p147"]),
            last=least["short_name"],
            known=known,
            centres=len(found.rows),
        ),
        "short_name",
        ("state_p147",),
        first=known,
    )
    return replace(found, chart=chart)


def support_change(report: Result, made_up: frozenset[str]) -> Result:
    """Set what programme 147 granted each centre beside the year before: who gained most first, who lost most last.

    Args:
        report: funding by centre in one year.
        made_up: the ids of the sources that are fictitious.

    Returns:
        A row for each centre of which both years are known; ``before``, ``state_p147`` and ``state_change`` are in
        centimes, ``state_change_share`` is of ``before``. A note names the others. No row where none is known of both.
    """
    year = report.parameters["to"]
    found, known = ranked(report, "state_change")
    compared, others = found.records()[:known], found.records()[known:]
    before = Column("before", N_("Programme 147, the year before"), Kind.MONEY)
    names = ("state_p147", "state_change", "state_change_share")
    title = msg("Support of programme 147 by centre, {before} and {year}", before=str(year - 1), year=str(year))
    rows = tuple(
        (
            row["centre"],
            row["short_name"],
            row["state_p147"] - row["state_change"],
            *(row[name] for name in names),
            not made_up.isdisjoint(row["sources"]),
        )
        for row in compared
    )
    return Result(
        name="support_change",
        title=title,
        short=msg(N_("Support, change")),
        columns=(*WHOSE, before, *(_FUNDING[name] for name in names), FICTITIOUS),
        rows=rows,
        screen=("short_name", "before", *names),
        notes=tuple(_not_compared(others)) if compared else (),
        parameters={"as_of": report.parameters["as_of"], "from": year - 1, "to": year},
        fictitious=any(row[-1] for row in rows),
        origin=report.origin,
        chart=_difference(compared, year) if known >= _FEWEST else None,
    )


def _not_compared(others: Iterable[dict[str, Any]]) -> Iterable[Note]:
    names = [row["short_name"] for row in others]
    if names:
        yield Note(
            "not-compared",
            msgs(
                "{count} centre is not compared, one of the two years being unknown: {centres}.",
                "{count} centres are not compared, one of the two years being unknown: {centres}.",
                len(names),
                centres=first_few(names, _NAMED_AT_MOST),
            ),
            {"centres": [row["centre"] for row in others]},
        )


def _difference(compared: list[dict[str, Any]], year: int) -> Chart:
    gained = sum(row["state_change"] > 0 for row in compared)
    lost = sum(row["state_change"] < 0 for row in compared)
    return Chart(
        ChartShape.DIFFERENCE,
        msg("Change of programme 147 support from {before} to {year}, by centre", before=str(year - 1), year=str(year)),
        msg(
            "Of {count} centres, {gained} have more than in {before}, {lost} have less and {same} as much.",
            count=len(compared),
            gained=gained,
            lost=lost,
            same=len(compared) - gained - lost,
            before=str(year - 1),
        ),
        "short_name",
        ("state_change",),
    )
