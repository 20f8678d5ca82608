"""The figures of the network at a date, each beside what was published of it.

Nothing is computed here that a detailed report computes: a figure is taken from the report that explains it, and names
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Day, Euros, Message, Share, msg
from crpv_cli.registry.queries import CYCLE_YEARS, WITHIN_MONTHS
from crpv_cli.reports.published import quoted
from crpv_cli.result import Result, Value

__all__ = ["COLUMNS", "Figure", "Parts", "figure_rows", "figures"]

COLUMNS = (
    Column("figure", N_("Figure id"), Kind.CODE),
    Column("label", N_("Figure")),
    Column("value", N_("Value"), Kind.DECIMAL),
    Column("unit", N_("Unit"), Kind.CODE),
    Column("total", N_("Of"), Kind.DECIMAL),
    Column("share", N_("Share"), Kind.PERCENT),
    Column("year", N_("Year"), Kind.YEAR),
    Column("shown", N_("Computed"), figure="value"),
    Column("published", N_("Published value"), Kind.DECIMAL),
    Column("published_unit", N_("Unit published"), Kind.CODE),
    Column("published_shown", N_("Published"), figure="published"),
    Column("published_on", N_("Published on"), Kind.DATE),
    Column("published_source", N_("Source"), Kind.CODE),
    Column("report", N_("Report"), Kind.CODE),
    Column("fictitious", N_("Fictitious"), Kind.FLAG, emphasis=True),
)
SCREEN = ("label", "shown", "published_shown")

Totals = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Parts:
    """The detailed reports that the figures are taken from, all of one date.

    ``coverage`` has one report for each measure; ``published`` the latest figure published of each measure.
    """

    centres: Result
    overseas: int
    coverage: Mapping[str, Result]
    funding: Result
    evaluations: Result
    activity: Result
    agreements: Result
    findings: Result | None
    published: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``value`` is in the unit (euros, a count); None is not known. ``share`` is between 0 and 1.

    ``report`` is the command that explains it, ``measure`` the published figure that it is compared with.
    """

    id: str
    label: Message
    value: int | float | None
    unit: str
    shown: Message | None
    report: str
    total: int | None = None
    share: float | None = None
    year: int | None = None
    measure: str | None = None
    fictitious: bool = False


_MEASURES = {
    "neighbourhoods": (N_("… covered"), "neighbourhood", "coverage"),
    "contracts": (N_("City contracts covered"), "contract", None),
    "inhabitants": (N_("Inhabitants covered"), "inhabitant", None),
    "departments": (N_("Departments covered"), "department", None),
}


def figures(parts: Parts) -> Iterator[Figure]:
    """Yield the figures of the network in the order in which they are read.

    Where nothing at all is known of evaluations, activity or agreements, the first figure of them stands for all.
    """
    yield from _centres(parts)
    yield from _territory(parts)
    yield from _money(parts)
    yield from _missions(parts)
    yield from _activity(parts)
    yield from _agreements(parts)
    yield from _findings(parts)


def figure_rows(parts: Parts) -> tuple[tuple[Value, ...], ...]:
    """One row a figure, with the columns of ``COLUMNS``; a figure of which nothing is known keeps its row."""
    return tuple(_row(figure, parts.published.get(figure.measure or "")) for figure in figures(parts))


def _row(figure: Figure, published: Mapping[str, object] | None) -> tuple[Value, ...]:
    said: tuple[Value, ...] = (None, None, None, None, None)
    if published is not None:
        value, on = published["value"], str(published["as_of"])
        assert isinstance(value, int | float)
        shown = msg("{value} on {date}", value=quoted(published), date=Day(on))
        said = (value, str(published["unit"]), shown, on, str(published["source"] or "") or None)
    return (
        figure.id,
        figure.label,
        figure.value,
        figure.unit,
        figure.total,
        figure.share,
        figure.year,
        figure.shown,
        *said,
        figure.report,
        figure.fictitious,
    )


def _count(totals: Totals, name: str) -> int | None:
    value = totals[name]
    assert value is None or isinstance(value, int)
    return value


def _number(value: int | float | None) -> Message | None:
    return None if value is None else msg("{value}", value=value)


def _of(value: int | None, total: int | None, share: float | None) -> Message | None:
    if value is None or total is None:
        return None
    if share is None:
        return msg("{value} of {total}", value=value, total=total)
    return msg("{value} of {total} ({share})", value=value, total=total, share=Share(share))


def _centres(parts: Parts) -> Iterator[Figure]:
    count = len(parts.centres.rows)
    yield Figure("centres", msg(N_("Centres")), count, "centre", _number(count), "list", measure="centres")
    yield Figure(
        "centres-overseas",
        msg(N_("… of which overseas")),
        parts.overseas,
        "centre",
        _number(parts.overseas),
        "list --overseas",
        measure="overseas_centres",
    )


def _territory(parts: Parts) -> Iterator[Figure]:
    # None counted is not that there is none: a registry without counts knows of no total.
    total = _count(parts.coverage["neighbourhoods"].totals, "total") or None
    yield Figure(
        "neighbourhoods",
        msg(N_("Priority neighbourhoods")),
        total,
        "neighbourhood",
        _number(total),
        "report coverage",
        measure="neighbourhoods",
    )
    for measure, (label, unit, published) in _MEASURES.items():
        totals = parts.coverage[measure].totals
        covered, total, share = _count(totals, "covered"), _count(totals, "total"), totals["share"]
        assert share is None or isinstance(share, float)
        yield Figure(
            f"coverage-{measure}",
            msg(label),
            covered if total else None,
            unit,
            _of(covered, total, share) if total else None,
            f"report coverage --measure {measure}",
            total=total or None,
            share=share,
            measure=published,
        )


def _money(parts: Parts) -> Iterator[Figure]:
    totals, year = parts.funding.totals, parts.funding.parameters["to"]
    assert isinstance(year, int)
    report = f"report funding --year {year}"
    for name, label, known in (
        ("state", N_("State support in {year}"), _known(totals, "state_unknown")),
        ("local", N_("Known local support in {year}"), _known(totals, "local_unknown")),
        ("other", N_("Other known support in {year}"), None),
    ):
        value = totals[name]
        assert value is None or isinstance(value, int | float)
        shown = None
        if value is not None:
            euros = Euros(round(value * 100))
            shown = (
                msg("{amount} ({known}/{centres} centres)", amount=euros, known=known, centres=_all(totals))
                if known is not None
                else msg("{amount}", amount=euros)
            )
        label_ = msg(label, year=str(year))
        yield Figure(
            f"{name}-support", label_, value, "euro", shown, report, year=year, fictitious=parts.funding.fictitious
        )
    change = totals["state_change_share"]
    assert change is None or isinstance(change, float)
    yield Figure(
        "state-support-change",
        msg(N_("State support, change")),
        change,
        "share",
        None
        if change is None
        else msg(
            "{change} ({count} centres in both years)",
            change=Share(change, signed=True),
            count=totals["state_change_centres"],
        ),
        report,
        share=change,
        year=year,
        fictitious=parts.funding.fictitious,
    )


def _all(totals: Totals) -> int:
    return _count(totals, "centres") or 0


def _known(totals: Totals, unknown: str) -> int:
    return _all(totals) - (_count(totals, unknown) or 0)


def _with_cycle(command: str, report: Result) -> str:
    """The command that gives a report again, with its cycle where that is not the default one."""
    cycle = report.parameters["cycle"]
    return command if cycle == CYCLE_YEARS else f"{command} --cycle {cycle}"


def _counts(report: Result, command: str, unit: str, prefix: str, labels: Mapping[str, Message]) -> Iterator[Figure]:
    """A figure for each of the totals named, which count one thing."""
    for name, label in labels.items():
        value = _count(report.totals, name)
        id_ = f"{prefix}-{name.replace('_', '-')}"
        yield Figure(id_, label, value, unit, _number(value), command, fictitious=report.fictitious)


def _missions(parts: Parts) -> Iterator[Figure]:
    report = _with_cycle("report evaluations", parts.evaluations)
    totals, rests = parts.evaluations.totals, parts.evaluations.fictitious
    evaluated, expected, share = _count(totals, "evaluated"), _count(totals, "expected"), totals["share"]
    assert share is None or isinstance(share, float)
    yield Figure(
        "missions-evaluated",
        msg(N_("Core missions evaluated")),
        evaluated,
        "mission",
        _of(evaluated, expected, share),
        report,
        total=expected,
        share=share,
        fictitious=rests,
    )
    if evaluated is None:
        return  # nothing is known of any evaluation: one line says so
    complete, centres = _count(totals, "complete"), _count(totals, "centres")
    yield Figure(
        "centres-complete",
        msg(N_("… centres where all are")),
        complete,
        "centre",
        _of(complete, centres, None),
        report,
        total=centres,
        fictitious=rests,
    )
    labels = {
        "overdue": msg(N_("… overdue")),
        "improving": msg(N_("… better than before")),
        "slipping": msg(N_("… worse than before")),
    }
    yield from _counts(parts.evaluations, report, "mission", "missions", labels)


def _activity(parts: Parts) -> Iterator[Figure]:
    totals, rests = parts.activity.totals, parts.activity.fictitious
    year = parts.activity.parameters["year"]
    assert year is None or isinstance(year, int)
    half_days, participants = _count(totals, "half_days"), _count(totals, "participants")
    known = half_days is not None
    reported, centres = _count(totals, "reported"), _count(totals, "centres")
    report = f"report activity --year {year}" if year else "report activity"
    yield Figure(
        "half-days",
        msg(N_("Half-days in {year}"), year=str(year)) if year else msg(N_("Half-days")),
        half_days,
        "half-day",
        msg("{value} ({reported}/{centres} centres)", value=half_days, reported=reported, centres=centres)
        if known
        else None,
        report,
        year=year,
        measure="half_days",
        fictitious=rests,
    )
    if not known:
        return
    label = msg(N_("Participants in {year}"), year=str(year)) if year else msg(N_("Participants"))
    yield Figure(
        "participants", label, participants, "participant", _number(participants), report, year=year, fictitious=rests
    )


def _agreements(parts: Parts) -> Iterator[Figure]:
    within = parts.agreements.parameters["within"]
    labels = {
        "running": msg(N_("Agreements running"), months=within),
        "ending": msg(N_("… that end within {months} months"), months=within),
        "ended_without_successor": msg(N_("… ended without successor"), months=within),
    }
    report = "report agreements" if within == WITHIN_MONTHS else f"report agreements --within {within}"
    found = _counts(parts.agreements, report, "agreement", "agreements", labels)
    yield from islice(found, None if parts.agreements.totals["running"] is not None else 1)


def _findings(parts: Parts) -> Iterator[Figure]:
    if parts.findings is None:
        return
    labels = {
        "breach": msg(N_("Findings: breaches")),
        "unknown": msg(N_("… not known")),
        "notice": msg(N_("… notices")),
    }
    yield from _counts(parts.findings, _with_cycle("check", parts.findings), "finding", "findings", labels)
