"""The rows behind the figures of the network report: each is asked of the report that the figure is taken from."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.evidence import Explained, Piece, Role, evidence, origins_of, piece
from crpv_cli.reports.explaining import AT, explanation, is_figure, no_figure, resolve, value_of
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.listing import Selection, list_centres
from crpv_cli.reports.origin import origin
from crpv_cli.result import Dossier, Result, Value

Record = Mapping[str, Any]

SOURCES = Column("sources", N_("Sources"), Kind.CODES, refers="sources")
"""The sources of the rows behind a figure; not on a terminal, where ``--explain`` lists them."""

# The report that each figure is taken from, and the names there of its value, its total and its share.
_FIGURES: Mapping[str, tuple[str, str, str | None, str | None]] = {
    "neighbourhoods": ("coverage neighbourhoods", "total", None, None),
    **{
        f"coverage-{measure}": (f"coverage {measure}", "covered", "total", "share")
        for measure in ("neighbourhoods", "contracts", "inhabitants", "departments")
    },
    **{
        f"coverage-neighbourhoods-{sure}": (
            "coverage neighbourhoods",
            f"confidence.{sure}.covered",
            "total",
            f"confidence.{sure}.share",
        )
        for sure in ("high", "medium")
    },
    "state-support": ("funding", "state_p147", None, None),
    "state-programmes": ("funding", "state_programmes", None, None),
    "state-posts": ("funding", "state_posts", None, None),
    "local-support": ("funding", "local", None, None),
    "other-support": ("funding", "other", None, None),
    "state-support-change": ("funding", "state_change_share", None, "state_change_share"),
    "missions-evaluated": ("evaluations", "evaluated", "expected", "share"),
    "centres-complete": ("evaluations", "complete", "centres", None),
    "missions-overdue": ("evaluations", "overdue", None, None),
    "missions-improving": ("evaluations", "improving", None, None),
    "missions-slipping": ("evaluations", "slipping", None, None),
    "half-days": ("activity", "half_days", None, None),
    "participants": ("activity", "participants", None, None),
    "agreements-running": ("agreements", "running", None, None),
    "agreements-ending": ("agreements", "ending", None, None),
    "agreements-ended-without-successor": ("agreements", "ended_without_successor", None, None),
}
# The report that a section shows.
_SECTIONS = {
    "changes": "changes",
    "regions": "coverage",
    "coverage": "coverage",
    "funding": "funding",
    "evaluations": "evaluations",
    "activity_mission": "activity",
    "activity_theme": "activity",
    "activity_mode": "activity",
    "activity_centre": "activity",
    "agreements": "agreements",
}


@dataclass(frozen=True)
class Network:
    """The network on a date, asked for its figures.

    ``findings`` is what the rules find (``rules.checking.findings``), made by the caller; None where nobody asked them.
    ``reports`` are the detailed reports that are made already (``centres``, ``funding``, ``coverage contracts``…); each
    other one is made once, when the first figure of it asks.
    """

    connection: sqlite3.Connection
    as_of: str
    within: int
    cycle: int
    findings: Result | None = None
    reports: dict[str, Result] = field(default_factory=dict)

    def report(self, name: str) -> Result:
        """Return a detailed report by its name here: ``funding``, ``coverage contracts``."""
        made = self.reports.get(name)
        if made is None:
            kind, _, measure = name.partition(" ")
            make: Mapping[str, Callable[[], Result]] = {
                "coverage": lambda: coverage(self.connection, self.as_of, measure),
                "funding": lambda: funding(self.connection, self.as_of),
                "evaluations": lambda: evaluation_summaries(self.connection, self.as_of, cycle=self.cycle),
                "activity": lambda: activity(self.connection, self.as_of),
                "agreements": lambda: agreements(self.connection, self.as_of, within=self.within),
            }
            made = self.reports[name] = make[kind]()
        return made

    @property
    def asked(self) -> dict[str, Any]:
        """What gives it again."""
        return {"as_of": self.as_of, "within": self.within, "cycle": self.cycle}

    def made(self, id_: str, column: str = "value") -> tuple[Result, Explained] | None:
        """Say what a figure is made of: its ``value``, its ``total`` or its ``share``; and which report says so.

        None for what is no figure.
        """
        own = _OWN.get(id_)
        if own is not None:
            return own(self, id_) if column == "value" else None
        if id_ not in _FIGURES:
            return None
        name, *totals = _FIGURES[id_]
        total = totals[("value", "total", "share").index(column)]
        if total is None:
            return None
        report = self.report(name)
        made = explanation(name.partition(" ")[0])(self.connection, report, total, None)
        return None if made is None else (report, made)


def _centres(network: Network, id_: str) -> tuple[Result, Explained]:
    """The centres that exist, and for those overseas the perimeters that say so."""
    overseas = True if id_ == "centres-overseas" else None
    listed = network.reports.get(id_) or list_centres(
        network.connection, Selection(as_of=network.as_of, overseas=overseas)
    )
    pieces = [piece("centres", one) for one in listed.records()]
    if overseas:
        ids = {one.key["id"] for one in pieces}
        said = """
            select p.* from perimeters_on as p join places as d on d.code = p.department
            where d.overseas order by p.centre, p.department
        """
        rows = read(network.connection, said, network.as_of)
        pieces += [piece("perimeters", row, None, role=Role.REASON) for row in rows if row["centre"] in ids]
    return listed, Explained(tuple(pieces), unit="centre")


def _labelled(network: Network, id_: str) -> tuple[Result, Explained]:
    """The labels in force of the centres that exist: the first of each counts it."""
    listed = network.reports.get("centres") or list_centres(network.connection, Selection(as_of=network.as_of))
    said = """
        select l.* from labels as l join open_centres as c on c.id = l.centre
        where (l.valid_from is null or l.valid_from <= :as_of) and (l.valid_to is null or l.valid_to >= :as_of)
        order by l.centre, l.valid_from
    """
    seen: set[str] = set()
    pieces = []
    for row in read(network.connection, said, network.as_of):
        first = row["centre"] not in seen
        seen.add(row["centre"])
        pieces.append(piece("labels", row, 1 if first else None, role=Role.COUNTED if first else Role.REASON))
    return listed, Explained(tuple(pieces), unit="centre", unknown=msg("no label is known at all."))


def _findings(network: Network, id_: str) -> tuple[Result, Explained] | None:
    if network.findings is None:
        return None
    severity = id_.removeprefix("findings-")
    found = [one for one in network.findings.records() if one["severity"] == severity and not one["accepted"]]
    return network.findings, Explained(tuple(_finding(one) for one in found), unit="finding")


def _finding(one: Record) -> Piece:
    about = one["centre"] or one["department"] or "network"
    key = {"rule": one["rule"], "about": about, "mission": one["mission"], "subject": one["subject"]}
    return Piece("", key, source=one["source"], says=one["message"], fictitious=bool(one["fictitious"]))


_OWN: Mapping[str, Callable[[Network, str], tuple[Result, Explained] | None]] = {
    "centres": _centres,
    "centres-labelled": _labelled,
    "centres-overseas": _centres,
    **{f"findings-{severity}": _findings for severity in ("breach", "unknown", "notice")},
}


def explained_network(network: Network, dossier: Dossier, figure: str) -> Result:
    """List the rows behind a figure of the report of the network.

    Args:
        network: what the figures are asked of.
        dossier: the report.
        figure: the id of a figure, for its value; ``total@ID``, ``share@ID`` or ``published@ID`` for what stands beside
            it; ``SECTION.COLUMN@ROW`` for the figure of another table.

    Raises:
        UsageProblem: there is no such figure; the message names near ones.
    """
    sections = {section.name: section for section in dossier.sections}
    name, dot, rest = figure.partition(".")
    if dot and name in sections and name != "figures":
        return _of_section(network, sections[name], rest, figure)
    figures = sections["figures"]
    ids = [str(row[0]) for row in figures.rows]
    if AT not in figure and figure not in ids:
        raise no_figure(figure, ids, _names(dossier))
    column, row = resolve(figures, figure if AT in figure else f"value{AT}{figure}")
    assert row is not None
    if column == "published":
        return _published(network, figures, row, figure)
    if column == "computed_then":
        return _computed_then(network, row, figure)
    if column == "before":
        return _before(network, row, figure)
    found = network.made(row["figure"], column)
    if found is None:
        raise no_figure(figure, ids)
    report, made = found
    value = row[column]
    if made.kind is Kind.MONEY and value is not None:
        value = round(value * 100)
    return evidence(network.connection, _shown_as(report, network), figure, value, made)


def _computed_then(network: Network, row: Record, figure: str) -> Result:
    """What is computed for the day of a published figure: a figure of the report of that day.

    Raises:
        UsageProblem: nothing is published, or a percentage of something is: the report that computes it explains it.
    """
    day, value = row["published_on"], row["computed_then"]
    if day is None:
        raise UsageProblem(
            msg("{figure} is not known.", figure=figure), msg("Nothing published stands beside this figure.")
        )
    then = Network(network.connection, day, network.within, network.cycle)
    if row["figure"] == "half-days":
        # What is made up is not set beside what was published.
        found = read(
            network.connection,
            "select * from known_activities where year = cast(substr(:as_of, 1, 4) as integer) and not fictitious",
            day,
        )
        pieces = tuple(
            piece("activities", one, one["half_days"], "half_days") for one in found if one["half_days"] is not None
        )
        report, made = then.report("activity"), Explained(pieces, Kind.DECIMAL, "half-day")
    else:
        in_percent = row["published_unit"] == "percent"
        asked = then.made(row["figure"], "share" if in_percent else "value")
        assert asked is not None
        report, made = asked
        value = value / 100 if in_percent and value is not None else value
    return evidence(network.connection, _shown_as(report, then), figure, value, made)


def _before(network: Network, row: Record, figure: str) -> Result:
    """What a figure was on the earlier date that stands beside it: a figure of the report of that day.

    Raises:
        UsageProblem: none stands beside it.
    """
    asked = None
    if row["before_on"] is not None:
        then = Network(network.connection, row["before_on"], network.within, network.cycle)
        asked = then.made(row["figure"])
    if asked is None:
        raise UsageProblem(
            msg("{figure} is not known.", figure=figure), msg("No earlier value stands beside this figure.")
        )
    return evidence(network.connection, _shown_as(asked[0], then), figure, row["before"], asked[1])


def with_sources(network: Network, figures: Result) -> Result:
    """Say of each figure which sources its rows, and what was published of it, are of."""
    sources = {str(row[0]): _sources_of(network, figures, row) for row in figures.rows}
    named = [source for ids in sources.values() for source in ids]
    return replace(
        figures,
        columns=(*figures.columns, SOURCES),
        rows=tuple((*row, sources[str(row[0])]) for row in figures.rows),
        origin=origin(network.connection, named),
    )


def _sources_of(network: Network, figures: Result, row: tuple[Value, ...]) -> tuple[str, ...]:
    found = network.made(str(row[0])) if row[figures.places["value"]] is not None else None
    ids = set(origins_of(found[1].pieces) if found else ())
    published = row[figures.places["published_source"]]
    return tuple(sorted({*ids, str(published)} if published else ids))


def _names(dossier: Dossier) -> list[str]:
    """The names of the figures of the other tables, without their rows."""
    return [
        f"{section.name}.{column.name}"
        for section in dossier.sections
        if section.name in {*_SECTIONS, *_TABLES}
        for column in section.columns
        if is_figure(column)
    ]


def _shown_as(report: Result, network: Network) -> Result:
    """A report whose figures are asked of the report of the network."""
    return replace(report, command="report network", parameters=network.asked)


def _published(network: Network, figures: Result, row: Record, figure: str) -> Result:
    said = network.connection.execute(
        "select * from published_figures where value is ? and as_of is ? and source is ? order by id limit 1",
        (row["published"], row["published_on"], row["published_source"]),
    ).fetchall()
    pieces = tuple(piece("published_figures", one, one["value"], "value") for one in said)
    made = Explained(
        pieces, Kind.DECIMAL, row["published_unit"] or "", unknown=msg("no published figure of it is known.")
    )
    return evidence(network.connection, _shown_as(figures, network), figure, row["published"], made)


def _of_section(network: Network, section: Result, figure: str, asked: str) -> Result:
    """A figure of one of the other tables: the report that the table shows explains it."""
    column, row = resolve(section, figure)
    if section.name in _TABLES:
        made = _TABLES[section.name](network, section, column, row) if row is not None else None
    elif section.name in _SECTIONS:
        made = explanation(_SECTIONS[section.name])(network.connection, section, column, row)
    else:
        made = None
    if made is None:
        raise no_figure(asked, [f"{section.name}.{one.name}" for one in section.columns if is_figure(one)])
    return evidence(network.connection, _shown_as(section, network), asked, value_of(section, column, row, made), made)


def _map(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    if column != "value":
        return None
    by_department = coverage(network.connection, network.as_of, section.parameters["measure"], by="department")
    return explanation("coverage")(network.connection, by_department, "total", {"department": row["department"]})


def _support_change(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    """The two years are those of the report of funding, which has no column for the first."""
    year = section.parameters["to"] - (column == "before")
    report = funding(network.connection, network.as_of, year, year)
    name = "state_p147" if column == "before" else column
    whose = next((one for one in report.records() if one["centre"] == row["centre"]), None)
    return None if whose is None else explanation("funding")(network.connection, report, name, whose)


def _funding_years(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    asked = section.parameters
    by_year = funding(network.connection, asked["as_of"], asked["from"], asked["to"], by="year")
    return explanation("funding")(network.connection, by_year, column, row)


def _missions(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    mission, _, year = column.rpartition("_")
    found = read(network.connection, query("evaluations"), network.as_of, cycle=network.cycle).fetchall()
    rated = [
        one
        for one in found
        if (one["centre"], one["mission"], str(one["year"])) == (row["centre"], mission, year)
        and one["position"] is not None
    ]
    pieces = tuple(
        piece("evaluations", one, one["position"], "rating", says=msg("rated {rating}", rating=one["rating"]))
        for one in rated
    )
    return Explained(pieces, Kind.PERCENT, "position", unknown=msg("no rating on a scale is known."))


def _budgets(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    """The budgets that stand of a year, and for how many centres there might be one, the centres."""
    found = read(
        network.connection,
        """
        select o.centre as id, c.source as centre_source, b.*
        from open_years as o
        join centres as c on c.id = o.centre
        left join standing_budgets as b on b.centre = o.centre and b.year = o.year
        where o.year = :year
        order by o.centre
        """,
        network.as_of,
        year=row["year"],
    ).fetchall()
    if column == "centres":
        return Explained(tuple(Piece("centres", {"id": one["id"]}, source=one["centre_source"]) for one in found))
    known = [one for one in found if one["centre"] is not None]
    if column == "approved":
        approved = (one for one in known if one["status"] == "approved")
        return Explained(tuple(piece("budgets", one, column="status") for one in approved), unit="centre")
    name = column.removesuffix("_known")
    stored = "fte" if name == "fte" else f"{name}_cents"
    given = [one for one in known if one[stored] is not None]
    if column != name:
        return Explained(tuple(piece("budgets", one, column=stored) for one in given), unit="centre")
    kind, unit = (Kind.DECIMAL, "fte") if name == "fte" else (Kind.MONEY, "euro")
    return Explained(tuple(piece("budgets", one, one[stored], stored) for one in given), kind, unit)


def _meetings(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    if column != "participants":
        return None
    found = network.connection.execute(
        "select * from meetings where starts_on = ? and title = ?", (row["starts_on"], row["title"])
    )
    return Explained(tuple(piece("meetings", one, one[column], column) for one in found), unit="participant")


def _projects(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    found = network.connection.execute(
        "select * from project_partners where project = ? and centre is not null order by centre", (row["project"],)
    )
    return Explained(tuple(piece("project_partners", one) for one in found), unit="centre")


def _same_findings(network: Network, section: Result, column: str, row: Record) -> Explained | None:
    if network.findings is None:
        return None
    found, about = [], set()
    for one in network.findings.records():
        same = all(_text(one[name]) == _text(row[name]) for name in ("severity", "rule", "message", "accepted"))
        if same and _text(one["about"]) not in about:
            about.add(_text(one["about"]))
            found.append(_finding(one))
    return Explained(tuple(found), unit="finding")


def _text(value: object) -> str:
    return value.text("en") if hasattr(value, "text") else str(value)


_TABLES: Mapping[str, Callable[[Network, Result, str, Record], Explained | None]] = {
    "map": _map,
    "support_change": _support_change,
    "funding_years": _funding_years,
    "missions": _missions,
    "budgets": _budgets,
    "meetings": _meetings,
    "projects": _projects,
    "findings": _same_findings,
}
