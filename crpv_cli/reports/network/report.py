"""The network of centres at a date, whole: its figures, what is missing, and each detailed report as a section."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.queries import CYCLE_YEARS, WITHIN_MONTHS, geographies_on, today
from crpv_cli.reports import fictitious
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.changes.report import changes
from crpv_cli.reports.coverage.map import territory_map
from crpv_cli.reports.coverage.report import MEASURES, coverage
from crpv_cli.reports.evaluations.grid import mission_grid
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.funding.years import funding_years
from crpv_cli.reports.listing import Selection, list_centres
from crpv_cli.reports.network import story
from crpv_cli.reports.network.charts import by_covered, by_half_days, by_support, regions_below, support_change
from crpv_cli.reports.network.explain import Network, with_sources
from crpv_cli.reports.network.figures import COLUMNS, SCREEN, Parts, a_year_before, earlier_figures, figure_rows
from crpv_cli.reports.network.findings import grouped
from crpv_cli.reports.network.missing import missing, unknown
from crpv_cli.reports.network.together import budgets, latest_meeting, meetings, projects
from crpv_cli.reports.options import AS_OF, CYCLE, FULL, WITHIN, Option, Takes, more_of
from crpv_cli.reports.origin import origin
from crpv_cli.reports.published import published_figures
from crpv_cli.reports.sources import sources_of
from crpv_cli.result import Dossier, Note, Result, Value

_PUBLISHED = ("centres", "overseas_centres", "coverage", "neighbourhoods", "half_days")

# What a terminal shows beside the key figures.
_FACTS_ON_SCREEN = ("compare_to",)
_CHANGES_ON_SCREEN = 3
OPTIONS = (
    AS_OF,
    Option(
        "compare_to",
        N_("Show what changed since this date; a year means its 31 December."),
        N_("DATE"),
        Takes.DATE_OR_YEAR,
    ),
    Option(
        "centre",
        N_("The sheet of this centre instead; all writes one for each centre into the folder of -o."),
        N_("CENTRE"),
    ),
    WITHIN,
    CYCLE,
    FULL,
)


def network(
    connection: sqlite3.Connection,
    as_of: str,
    findings: Result | None = None,
    compare_to: str | None = None,
    within: int = WITHIN_MONTHS,
    cycle: int = CYCLE_YEARS,
) -> Dossier:
    """Compose the report of the network on a date.

    Args:
        connection: an open registry.
        as_of: ISO date.
        findings: what the rules find on that date (``rules.findings``), made by the caller.
        compare_to: an earlier ISO date, to show what changed since.
        within: how many months ahead an agreement counts as ending.
        cycle: how many years an evaluation stands.

    Returns:
        A dossier whose section ``figures`` holds a row a figure, each equal to that of the report that its column
        ``report`` names; ``missing`` what is not known; and a section for each detailed report. A terminal
        shows the key figures, names what is not known and counts the findings.
    """
    parts = _parts(connection, as_of, findings, compare_to or a_year_before(as_of), within, cycle)
    sections = tuple(_sections(connection, as_of, parts, compare_to, within, cycle))
    rested_on = (result.origin for result in (*parts.coverage.values(), *sections))
    sections = (*sections, sources_of(connection, rested_on))
    rests = any(section.fictitious for section in sections)
    told = story.Story(as_of, parts, sections)
    return Dossier(
        name="network",
        title=msg("The network of centres on {date}", date=Day(as_of)),
        brief_facts=_FACTS_ON_SCREEN,
        unknown=tuple(unknown(parts)),
        next_commands=_next_commands(as_of, compare_to, within, cycle),
        facts=_facts(connection, as_of, parts, compare_to),
        sections=sections,
        notes=(*fictitious.dossier_notes(connection, sections), *_notes(parts)),
        brief={"changes": _CHANGES_ON_SCREEN, "findings": None},
        command=_command(as_of, compare_to, within, cycle),
        fictitious=rests,
        headline=told.headline(),
        key_figures=tuple(told.key_figures()),
        parts=tuple(told.told()),
    )


def _next_commands(as_of: str, compare_to: str | None, within: int, cycle: int) -> tuple[Message, ...]:
    """The findings, and the whole report, of the same date."""
    day = f" --as-of {as_of}"
    own = _command(as_of, compare_to, within, cycle)
    check = "crpv check"
    if as_of == today():
        own = own.replace(day, "")
    else:
        check += day
    return (msg("{command}", command=check), more_of(own, "report.html"))


def _command(as_of: str, compare_to: str | None, within: int, cycle: int) -> str:
    parts = ["crpv report network", f"--as-of {as_of}"]
    parts += [f"--compare-to {compare_to}"] if compare_to else []
    parts += [f"--within {within}"] if within != WITHIN_MONTHS else []
    parts += [f"--cycle {cycle}"] if cycle != CYCLE_YEARS else []
    return " ".join(parts)


def _parts(
    connection: sqlite3.Connection, as_of: str, findings: Result | None, earlier_on: str, within: int, cycle: int
) -> Parts:
    return Parts(
        centres=list_centres(connection, Selection(as_of=as_of)),
        overseas=len(list_centres(connection, Selection(as_of=as_of, overseas=True)).rows),
        coverage={measure: coverage(connection, as_of, measure) for measure in MEASURES},
        funding=funding(connection, as_of),
        evaluations=evaluation_summaries(connection, as_of, cycle=cycle),
        activity=activity(connection, as_of),
        agreements=agreements(connection, as_of, within=within),
        findings=findings,
        earlier=earlier_figures(connection, earlier_on),
        earlier_on=earlier_on,
        made_up=frozenset(fictitious.fictitious_sources(connection)),
        published={figure["measure"]: figure for figure in published_figures(connection, _PUBLISHED, as_of)},
    )


def _facts(connection: sqlite3.Connection, as_of: str, parts: Parts, compare_to: str | None) -> Result:
    facts: tuple[tuple[Column, Value], ...] = (
        (Column("as_of", N_("Date"), Kind.DATE), as_of),
        (Column("geography", N_("Geography"), Kind.CODES), geographies_on(connection, as_of)),
        (Column("funding_year", N_("Year of the money"), Kind.YEAR), parts.funding.parameters["to"]),
        (Column("activity_year", N_("Year of the activity"), Kind.YEAR), parts.activity.parameters["year"]),
        (
            Column("latest_meeting", N_("Latest national meeting"), prose=True),
            latest_meeting(meetings(connection, as_of)),
        ),
        *(((Column("compare_to", N_("Compared with"), Kind.DATE), compare_to),) if compare_to else ()),
    )
    return Result(
        name="network",
        title=msg(N_("What this is")),
        columns=tuple(column for column, _ in facts),
        rows=(tuple(value for _, value in facts),),
        parameters={"as_of": as_of, "compare_to": compare_to},
        origin=origin(connection),
    )


def _made(parts: Parts) -> dict[str, Result]:
    """The detailed reports by the names that ``network/explain.py`` gives them."""
    return {
        **{f"coverage {measure}": report for measure, report in parts.coverage.items()},
        "centres": parts.centres,
        "funding": parts.funding,
        "evaluations": parts.evaluations,
        "activity": parts.activity,
        "agreements": parts.agreements,
    }


def _sections(
    connection: sqlite3.Connection, as_of: str, parts: Parts, compare_to: str | None, within: int, cycle: int
) -> Iterator[Result]:
    reports = (*parts.coverage.values(), parts.funding, parts.evaluations, parts.activity, parts.agreements)
    figures = Result(
        name="figures",
        title=msg(N_("The network in figures")),
        columns=COLUMNS,
        rows=figure_rows(parts),
        screen=SCREEN,
        fictitious=any(report.fictitious for report in reports),
    )
    yield with_sources(Network(connection, as_of, within, cycle, parts.findings, _made(parts)), figures)
    yield missing(reports)
    regions, centres = msg(N_("Coverage by region")), msg(N_("Coverage by centre"))
    if compare_to is not None:
        yield _section(changes(connection, compare_to, as_of), "changes", msg(N_("Changes")))
    yield _section(territory_map(connection, as_of, by="centre"), "map", msg(N_("Map")))
    yield _section(regions_below(coverage(connection, as_of, by="region")), "regions", regions, regions)
    yield _section(by_covered(parts.coverage["neighbourhoods"]), "coverage", centres, centres)
    yield support_change(parts.funding, parts.made_up)
    yield funding_years(connection, as_of)
    yield _section(by_support(parts.funding), "funding", msg(N_("Funding by centre")))
    yield budgets(connection, as_of)
    yield mission_grid(connection, as_of)
    yield _section(
        evaluation_summaries(connection, as_of, by="mission", cycle=cycle), "evaluations", msg(N_("Evaluations"))
    )
    for by in ("mission", "theme", "mode", "centre"):
        done = activity(connection, as_of, by=by)
        yield _section(by_half_days(done) if by == "centre" else done, f"activity_{by}")
    yield _section(_standing(parts.agreements), "agreements", msg(N_("Agreements")))
    yield meetings(connection, as_of)
    yield projects(connection, as_of)
    if parts.findings is not None:
        yield grouped(parts.findings)


def _standing(agreements: Result) -> Result:
    """The agreements that somebody has to know of: those that ended and were renewed are shown by their successors."""
    place = agreements.places["status"]
    return replace(agreements, rows=tuple(row for row in agreements.rows if row[place] != "ended"))


# What the page says once, for the whole, is not said again under each section.
_SAID_ONCE = {
    "registry-holds-fictitious-data",
    "low-confidence",
    "published-figure",
    "published-hypotheses",
    "confidence",
    "labels-unknown",
}


def _section(report: Result, name: str, short: Message | None = None, title: Message | None = None) -> Result:
    return replace(
        report,
        name=name,
        title=title or report.title,
        short=short,
        notes=tuple(note for note in report.notes if note.code not in _SAID_ONCE),
        is_report=False,
    )


def _notes(parts: Parts) -> Iterator[Note]:
    """What the page says once: what a published share may be of."""
    hypotheses = (note for note in parts.coverage["neighbourhoods"].notes if note.code == "published-hypotheses")
    yield from (replace(note, aside=True) for note in hypotheses)
