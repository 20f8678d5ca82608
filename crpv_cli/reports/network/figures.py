"""The figures of the network at a date, each beside what was published of it.

Nothing is computed here that a detailed report computes: a figure is taken from the report that explains it, and names
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Day, Euros, Message, Share, msg
from crpv_cli.registry.queries import CYCLE_YEARS, WITHIN_MONTHS
from crpv_cli.reports.columns import FICTITIOUS
from crpv_cli.reports.published import computed_words, quoted
from crpv_cli.result import Result, Value

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
    Column("computed_then", N_("Value computed for the date published"), Kind.DECIMAL),
    Column("computed_then_shown", N_("Computed for that date"), figure="computed_then"),
    Column("report", N_("Report"), Kind.CODE),
    FICTITIOUS,
)
SCREEN = ("label", "shown", "published_shown", "computed_then_shown")


@dataclass(frozen=True, slots=True)
class Parts:
    """The detailed reports that the figures are taken from, all of one date.

    ``coverage`` has one report for each measure; ``published`` the latest figure published of each measure, with what
    is computed of its own date.
    """

    centres: Result
    overseas: int
    coverage: Mapping[str, Result]
    funding: Result
    evaluations: Result
    activity: Result
    agreements: Result
    findings: Result | None
    published: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``value`` is in the unit (euros, a count); None is not known. ``share`` is between 0 and 1.

    ``report`` is the command that explains it, ``measure`` the published figure that it is compared with; ``text`` is
    what people read, where that is not the value, of its total, with its share.
    """

    id: str
    label: Message
    value: int | float | None
    unit: str
    report: str
    text: Message | None = None
    total: int | None = None
    share: float | None = None
    year: int | None = None
    measure: str | None = None
    fictitious: bool = False

    @property
    def shown(self) -> Message | None:
        """What people read; None if it is not known."""
        if self.text is not None or self.value is None:
            return self.text
        if self.total is None:
            return msg("{value}", value=self.value)
        if self.share is None:
            return msg("{value} of {total}", value=self.value, total=self.total)
        return msg("{value} of {total} ({share})", value=self.value, total=self.total, share=Share(self.share))


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


def _row(figure: Figure, published: Mapping[str, Any] | None) -> tuple[Value, ...]:
    said: tuple[Value, ...] = (None,) * 7
    if published is not None:
        on = published["as_of"]
        shown = msg("{value} on {date}", value=quoted(published), date=Day(on))
        told = (published["value"], published["unit"], shown, on, published["source"] or None)
        said = (*told, published["computed"], computed_words(published))
    own = (getattr(figure, name) for name in ("id", "label", "value", "unit", "total", "share", "year", "shown"))
    return (*own, *said, figure.report, figure.fictitious)


def _centres(parts: Parts) -> Iterator[Figure]:
    yield Figure("centres", msg(N_("Centres")), len(parts.centres.rows), "centre", "list", measure="centres")
    # A label that is not known at all is not that there is none.
    labels = [record["labelled"] for record in parts.centres.records()]
    labelled = None if all(known is None for known in labels) else sum(1 for known in labels if known)
    yield Figure("centres-labelled", msg(N_("… of which labelled")), labelled, "centre", "list")
    label = msg(N_("… of which overseas"))
    yield Figure("centres-overseas", label, parts.overseas, "centre", "list --overseas", measure="overseas_centres")


def _territory(parts: Parts) -> Iterator[Figure]:
    # None counted is not that there is none: a registry without counts knows of no total.
    totals = parts.coverage["neighbourhoods"].totals
    total = totals["total"] or None
    label = msg(N_("Priority neighbourhoods"))
    yield Figure("neighbourhoods", label, total, "neighbourhood", "report coverage", measure="neighbourhoods")
    for measure, (text, unit, published) in _MEASURES.items():
        totals = parts.coverage[measure].totals
        total = totals["total"] or None
        yield Figure(
            f"coverage-{measure}",
            msg(text),
            totals["covered"] if total else None,
            unit,
            f"report coverage --measure {measure}",
            total=total,
            share=totals["share"],
            measure=published,
        )
        if measure == "neighbourhoods":
            yield from _confidence(totals)


def _confidence(totals: Mapping[str, Any]) -> Iterator[Figure]:
    """What of the neighbourhoods covered is sure."""
    for code, label in (
        ("high", msg(N_("… … of high confidence"))),
        ("medium", msg(N_("… … of high or medium"))),
    ):
        part = totals["confidence"][code]
        total = totals["total"] or None
        yield Figure(
            f"coverage-neighbourhoods-{code}",
            label,
            part["covered"] if total else None,
            "neighbourhood",
            "report coverage --measure neighbourhoods",
            total=total,
            share=part["share"],
        )


_SUPPORT = {
    "state-support": ("state_p147", N_("State, programme 147, granted in {year}")),
    "state-programmes": ("state_programmes", N_("… other programmes of the State")),
    "state-posts": ("state_posts", N_("… posts that the State pays")),
    "local-support": ("local", N_("Known local support granted in {year}")),
    "other-support": ("other", N_("Other known support granted in {year}")),
}


def _money(parts: Parts) -> Iterator[Figure]:
    totals = parts.funding.totals
    asked = parts.funding.parameters
    year, centres = asked["to"], totals["centres"]
    report, rests = f"report funding --year {year}", parts.funding.fictitious
    common: dict[str, Any] = {"report": report, "year": year, "fictitious": rests}
    for name, (total, heading) in _SUPPORT.items():
        value, known = totals[total], totals[f"{total}_known"]
        text = None
        if value is not None:
            amount = Euros(round(value * 100))
            text = msg("{amount} ({known}/{centres} centres)", amount=amount, known=known, centres=centres)
        yield Figure(name, msg(heading, year=str(year)), value, "euro", text=text, **common)
    change, count = totals["state_change_share"], totals["state_change_centres"]
    signed = Share(change, signed=True) if change is not None else None
    text = msg("{change} ({count} centres in both years)", change=signed, count=count) if signed else None
    label = msg(N_("State, programme 147, change"))
    yield Figure("state-support-change", label, change, "share", text=text, share=change, **common)


def _with_cycle(command: str, report: Result) -> str:
    """The command that gives a report again, with its cycle where that is not the default one."""
    cycle = report.parameters["cycle"]
    return command if cycle == CYCLE_YEARS else f"{command} --cycle {cycle}"


def _counts(report: Result, command: str, unit: str, prefix: str, labels: Mapping[str, Message]) -> Iterator[Figure]:
    """A figure for each of the totals named, which count one thing."""
    totals = report.totals
    for name, label in labels.items():
        id_ = f"{prefix}-{name.replace('_', '-')}"
        yield Figure(id_, label, totals[name], unit, command, fictitious=report.fictitious)


def _missions(parts: Parts) -> Iterator[Figure]:
    report = _with_cycle("report evaluations", parts.evaluations)
    totals = parts.evaluations.totals
    common: dict[str, Any] = {"report": report, "fictitious": parts.evaluations.fictitious}
    evaluated, expected, share = (totals[name] for name in ("evaluated", "expected", "share"))
    label = msg(N_("Core missions evaluated"))
    yield Figure("missions-evaluated", label, evaluated, "mission", total=expected, share=share, **common)
    if evaluated is None:
        return  # nothing is known of any evaluation: one line says so
    label = msg(N_("… centres where all are"))
    yield Figure("centres-complete", label, totals["complete"], "centre", total=totals["centres"], **common)
    labels = {
        "overdue": msg(N_("… overdue")),
        "improving": msg(N_("… better than before")),
        "slipping": msg(N_("… worse than before")),
    }
    yield from _counts(parts.evaluations, report, "mission", "missions", labels)


def _activity(parts: Parts) -> Iterator[Figure]:
    totals = parts.activity.totals
    asked = parts.activity.parameters
    year, half_days = asked["year"], totals["half_days"]
    common: dict[str, Any] = {
        "report": f"report activity --year {year}" if year else "report activity",
        "year": year,
        "fictitious": parts.activity.fictitious,
    }
    reported, centres = totals["reported"], totals["centres"]
    of_all = msg("{value} ({reported}/{centres} centres)", value=half_days, reported=reported, centres=centres)
    label = msg(N_("Half-days in {year}"), year=str(year)) if year else msg(N_("Half-days"))
    text = None if half_days is None else of_all
    yield Figure("half-days", label, half_days, "half-day", text=text, measure="half_days", **common)
    if half_days is not None:
        label = msg(N_("Participants in {year}"), year=str(year)) if year else msg(N_("Participants"))
        yield Figure("participants", label, totals["participants"], "participant", **common)


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
