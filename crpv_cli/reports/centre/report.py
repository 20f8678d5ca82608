"""Everything about one centre, on a page: what a funders' committee wants before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, msg
from crpv_cli.registry.queries import open_centres, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.centre.life import activity_years, agreements_of, former_states, governance, labels
from crpv_cli.reports.centre.money import funding_years, payments
from crpv_cli.reports.centre.story import Story
from crpv_cli.reports.centre.territory import perimeter
from crpv_cli.reports.centre.together import budget_years, contact_points, meetings_hosted, projects_of
from crpv_cli.reports.columns import LABELLED
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.listing import Selection, shape
from crpv_cli.reports.origin import origin
from crpv_cli.reports.rows import row_of
from crpv_cli.reports.sources import sources_of
from crpv_cli.reports.wording import Names
from crpv_cli.result import Dossier, Note, Result, Value

# What a terminal shows of a centre, and how many rows: two screens at most. Other formats hold it all.
_ON_SCREEN: dict[str, int | None] = {
    "perimeter": None,
    "governance": 4,
    "funding_years": None,
    "missions": None,
    "activity": None,
    "agreements": 3,
    "findings": 4,
}
# What few centres have: a terminal shows it only where it is.
_IF_KNOWN = {"labels": 3, "centre_states": 3, "budgets": 2, "projects": 1}
_COLUMNS = (*TABLES["centres"].columns, LABELLED)
_MISSION_COLUMNS = (
    "mission",
    "year",
    "rating",
    "scale_bounds",
    "series",
    "change",
    "trend",
    "overdue",
    "kind",
    "evaluator",
    "evaluated_on",
    "fictitious",
)
_MISSION_SCREEN = ("mission", "year", "rating", "series", "trend", "overdue", "kind", "evaluator")


def centre_sheet(connection: sqlite3.Connection, centre: str, as_of: str, findings: Result | None = None) -> Dossier:
    """Return the sheet of a centre on a date.

    Args:
        connection: an open registry.
        centre: its id.
        as_of: ISO date.
        findings: what the rules find of the centre on that date, made by the caller.

    Returns:
        Its identity as it was on the date, and sections: ``labels``, ``centre_states``, ``perimeter``, ``governance``,
        ``funding_years``, ``funding`` (each payment), ``budgets``, ``missions``, ``recommendations``, ``activity``,
        ``agreements``, ``projects``, ``meetings`` (those that it hosted), ``contacts`` (without people), ``findings``
        and ``sources``. The sheet of a centre that is not open on the date says so and still shows what is known.
    """
    row = read(
        connection,
        "select c.*, l.labelled from centres_on as c join labelled as l on l.centre = c.id where c.id = :centre",
        as_of,
        centre=centre,
    ).fetchone()
    sections = tuple(_sections(connection, centre, as_of, findings))
    rests = any(section.fictitious for section in sections)
    notes = list(fictitious.dossier_notes(connection, sections))
    is_open = centre in open_centres(connection, as_of)
    if not is_open:
        notes.append(Note("not-open", msg("The centre is not open on {date}.", date=Day(as_of))))
    its_origin = origin(connection, (row["source"],))
    sections = (*sections, sources_of(connection, (its_origin, *(section.origin for section in sections))))
    told = Story(as_of, dict(row), is_open, sections)
    return Dossier(
        name="centre",
        title=msg("{name}, on {date}", name=row["name"], date=Day(as_of)),
        facts=Result(
            name="centre",
            title=msg(N_("Identity")),
            columns=_COLUMNS,
            rows=(_identity(connection, row),),
            inapplicable=frozenset(_inapplicable(row)),
            parameters={"as_of": as_of},
            origin=its_origin,
        ),
        sections=sections,
        notes=tuple(notes),
        brief={
            **_ON_SCREEN,
            **{one.name: _IF_KNOWN[one.name] for one in sections if one.name in _IF_KNOWN and one.rows},
        },
        command=f"crpv show {centre} --as-of {as_of}",
        fictitious=rests,
        headline=told.headline(),
        key_figures=tuple(told.key_figures()),
        parts=tuple(told.told()),
    )


def _identity(connection: sqlite3.Connection, row: sqlite3.Row) -> tuple[Value, ...]:
    """The values of a centre; one that it names has its name."""
    names = Names(connection)
    return tuple(
        names.id("centres", value) if column.refers == "centres" and isinstance(value, str) else value
        for value, column in zip(row_of(_COLUMNS, row), _COLUMNS, strict=True)
    )


def _inapplicable(row: sqlite3.Row) -> Iterator[str]:
    """What is empty because it does not apply to the centre, and not because nobody knows it."""
    yield "note"
    if row["closed"] is None:
        yield from ("closed", "successor")
    if row["legal_form"] not in {"carried", "unknown"}:
        yield "carrier"
    if row["co_funded"]:
        yield "exemption_reason"


def _sections(connection: sqlite3.Connection, centre: str, as_of: str, findings: Result | None) -> Iterator[Result]:
    yield labels(connection, centre, as_of)
    yield former_states(connection, centre, as_of)
    yield perimeter(connection, centre, as_of)
    yield governance(connection, centre, as_of)
    yield funding_years(connection, centre, as_of)
    yield payments(connection, centre, as_of)
    yield budget_years(connection, centre, as_of)
    yield from _missions(connection, centre, as_of)
    yield activity_years(connection, centre, as_of)
    yield agreements_of(connection, centre, as_of)
    yield projects_of(connection, centre, as_of)
    yield meetings_hosted(connection, centre, as_of)
    yield contact_points(connection, centre, as_of)
    if findings is not None:
        short = msg(N_("Findings"))
        yield replace(
            findings, name="findings", short=short, title=msg(N_("What the rules find")), notes=(), is_report=False
        )


def _missions(connection: sqlite3.Connection, centre: str, as_of: str) -> Iterator[Result]:
    summaries = evaluation_summaries(connection, as_of, centre=centre)
    known = summaries.totals["evaluated"] is not None
    common = replace(summaries, notes=(), total_row=None, is_report=False, rows=summaries.rows if known else ())
    shaped = shape(common, Selection(columns=_MISSION_COLUMNS))
    yield replace(
        shaped, name="missions", short=msg(N_("Ratings")), screen=_MISSION_SCREEN, title=msg(N_("Core missions"))
    )
    texts = shape(common, Selection(columns=("mission", "year", "summary", "recommendation", "source")))
    rows = tuple(row for row in texts.rows if row[2] is not None or row[3] is not None)
    yield replace(
        texts,
        name="recommendations",
        short=msg(N_("Recommendations")),
        title=msg(N_("What the evaluations found and recommend")),
        rows=rows,
        screen=("mission", "year", "summary", "recommendation"),
    )
