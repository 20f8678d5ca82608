"""From a figure to its rows: they add up to it, whatever the figure and the report, and each says where it is from."""

from __future__ import annotations

import math
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.definitions.columns import Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role
from crpv_cli.reports.explaining import explained, explanation, figures_of, flat_totals, is_figure, row_names
from crpv_cli.reports.funding.report import DIVISIONS
from crpv_cli.reports.index import REPORTS
from crpv_cli.reports.network.explain import Network, explained_network
from crpv_cli.reports.network.report import network
from crpv_cli.result import Dossier, Result
from crpv_cli.rules.checking import findings
from tests.commands.conftest import crpv
from tests.registry.bench import reseal

TODAY = "2026-11-25"
DRAWN = 40
NO_FIGURES = {"map.column", "map.row", "meetings.rank"}  # where a tile stands, which meeting it is

# Each report as it is asked for here, by what tells it from the others.
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        f"coverage {measure} by {by}": ("coverage", {"measure": measure, "by": by})
        for measure in ("neighbourhoods", "contracts", "inhabitants", "departments")
        for by in ("centre", "region", "department")
    },
    "coverage by other lists": ("coverage", {"counted_on": "2023-10-17"}),
    **{f"funding by {by}": ("funding", {"by": by}) for by in DIVISIONS},
    "funding of some years": ("funding", {"first": 2020, "last": 2023}),
    "funding paid": ("funding", {"stage": "paid", "year": 2023}),
    "funding of a region": ("funding", {"region": "53", "year": 2023}),
    "funding of a programme": ("funding", {"scheme": "P147", "by": "year"}),
    **{
        f"activity by {by}": ("activity", {"by": by})
        for by in ("centre", "mission", "type", "theme", "audience", "mode", "year")
    },
    "activity of a region": ("activity", {"region": "53"}),
    "activity of a department": ("activity", {"department": "67", "by": "mission"}),
    "activity of a mission": ("activity", {"mission": "skills"}),
    **{f"evaluations by {by}": ("evaluations", {"by": by}) for by in (None, "mission", "centre")},
    "evaluations of a year": ("evaluations", {"year": 2023}),
    "evaluations of a region": ("evaluations", {"region": "53", "by": "mission"}),
    "evaluations of a department": ("evaluations", {"department": "67"}),
    "agreements": ("agreements", {}),
    "agreements of a region": ("agreements", {"region": "53"}),
    "agreements that end soon": ("agreements", {"within": 36}),
    "changes": ("changes", {"first": "2023-12-31", "last": TODAY}),
}


def made_of(evidence: Result) -> float | None:
    """What the parts of the rows make, worked out anew as the formula says; money in euros."""
    parts: dict[str, float] = {}
    number = 0
    for row in evidence.records():
        if row["part"] is not None:
            parts[row["role"]] = parts.get(row["role"], 0) + row["part"]
            number += 1
    cents = 100 if evidence.column("part").kind is Kind.MONEY else 1
    whole = sum(parts.values())
    counted = parts.get("counted", 0)
    made = {
        "sum": lambda: whole / cents,
        "share": lambda: counted / (counted + parts.get("rest", 0)),
        "quotient": lambda: counted / parts["divisor"],
        "change": lambda: whole / -parts["before"],
        "mean": lambda: whole / number,
    }
    return made[evidence.totals["formula"]]()


def adds_up(evidence: Result, value: float | None, within: float = 0.0) -> None:
    """The rows make the figure, and each row of a table says from which line of which file it is."""
    codes = {note.code for note in evidence.notes}
    assert evidence.totals["value"] == pytest.approx(value) if value is not None else value is None
    if value is None:
        assert "not-known" in codes
        assert evidence.rows == ()
        return
    made = made_of(evidence)
    exact = {"quotient": 0.005, "mean": 1e-6, "share": 1e-6, "change": 1e-6}.get(evidence.totals["formula"], 1e-4)
    assert made is not None
    assert math.isclose(made, value, rel_tol=0, abs_tol=max(exact, within) + 1e-9), (made, value)
    assert "does-not-add-up" not in codes
    for row in evidence.records():
        if row["table"] is not None:
            assert row["file"], row
            assert int(row["line"]) > 1, row


def report_of(connection: sqlite3.Connection, name: str) -> tuple[str, Result]:
    report, asked = ASKED[name]
    dated = {} if "first" in asked and report == "changes" else {"as_of": TODAY}
    result = REPORTS[report].load()[0](connection, **dated, **asked)
    assert isinstance(result, Result)
    return report, result


def without_changes() -> list[str]:
    return sorted(name for name in ASKED if name != "changes")


def figures(report: Result, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure of a report by the name that it is asked by, with its value, money in euros."""
    totals = flat_totals(report)
    for name in figures_of(report):
        if name in totals:
            yield name, totals[name]
    for column in report.columns:
        if not is_figure(column) or f"{prefix}{column.name}" in NO_FIGURES:
            continue
        cents = 100 if column.kind is Kind.MONEY else 1
        place = report.places[column.name]
        for name, row in zip(row_names(report), report.rows, strict=True):
            value: Any = row[place]
            yield f"{column.name}@{name}", None if value is None else value / cents


def network_of(connection: sqlite3.Connection) -> tuple[Network, Dossier]:
    found = findings(connection, TODAY)
    return Network(connection, TODAY, 12, 3, found), network(connection, TODAY, found)


@pytest.mark.parametrize("which", ["reference", "demo"])
def test_every_figure_of_the_network_adds_up(which: str, reference_path: Path, demo_path: Path) -> None:
    with open_reading(demo_path if which == "demo" else reference_path) as connection:
        asked, dossier = network_of(connection)
        (section,) = (section for section in dossier.sections if section.name == "figures")
        assert len(section.rows) > 15
        for row in section.records():
            for column in ("value", "total", "share", "published", "computed_then"):
                if column != "value" and row[column] is None:
                    continue
                name = row["figure"] if column == "value" else f"{column}@{row['figure']}"
                # What is set beside a published percentage is one; what it is made of gives the share.
                in_percent = column == "computed_then" and row["published_unit"] == "percent"
                adds_up(explained_network(asked, dossier, name), row[column] / 100 if in_percent else row[column])


def test_figures_drawn_from_the_other_tables_of_the_network_add_up(demo: sqlite3.Connection) -> None:
    asked, dossier = network_of(demo)
    known = [
        (f"{section.name}.{name}", value)
        for section in dossier.sections
        if section.name != "figures"
        for name, value in figures(section, f"{section.name}.")
        if "@" in name
    ]
    assert len(known) > 1000
    for name, value in random.Random(10).sample(known, DRAWN):
        adds_up(explained_network(asked, dossier, name), value)


def test_every_total_adds_up(demo: sqlite3.Connection) -> None:
    for asked in (
        "coverage inhabitants by region",
        "funding by centre",
        "funding by centre-year",
        "funding of some years",
        "funding of a region",
        "activity by centre",
        "activity of a region",
        "evaluations by mission",
        "evaluations of a region",
        "agreements of a region",
    ):
        name, report = report_of(demo, asked)
        for figure, value in figures(report):
            if "@" not in figure:
                adds_up(explained(demo, name, report, figure), value)


@pytest.mark.parametrize("seed", range(2))
def test_figures_drawn_from_every_report_add_up(seed: int, demo: sqlite3.Connection) -> None:
    draw = random.Random(seed)
    for asked in draw.sample(without_changes(), len(ASKED) // 2):
        name, report = report_of(demo, asked)
        known = list(figures(report))
        for figure, value in draw.sample(known, min(3, len(known))):
            adds_up(explained(demo, name, report, figure), value)


@pytest.mark.parametrize(
    "which",
    [
        "coverage by other lists",
        "funding by centre",
        "funding by centre-year",
        "funding by region",
        "funding by year",
        "activity by theme",
    ],
)
def test_forty_cells_of_a_report_add_up(which: str, demo: sqlite3.Connection) -> None:
    name, report = report_of(demo, which)
    known = list(figures(report))
    for figure, value in random.Random(1).sample(known, min(DRAWN, len(known))):
        adds_up(explained(demo, name, report, figure), value)


@pytest.mark.parametrize(
    "asked", [{"year": 2024}, {"first": 2023, "last": 2024, "by": "centre-year", "scheme": "P147"}]
)
def test_what_is_paid_left_and_at_most_adds_up(asked: dict[str, Any], reference_path: Path, tmp_path: Path) -> None:
    """The reference data has no payment that is paid: part of what is granted is, here, and nothing of one centre."""
    db = tmp_path / "registry.sqlite"
    shutil.copy(reference_path, db)
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("delete from budgets")
        connection.execute(
            """
            insert or ignore into funding (centre, funder, year, scheme, stage, amount_cents, object, source, load)
            select centre, funder, year, scheme, 'paid', amount_cents * 7 / 10, object || ' (paid)', source, load
            from funding
            where stage = 'granted' and year in (2023, 2024) and object is not null and centre <> 'oriv'
            """
        )
        connection.execute(
            "insert into funding (centre, funder, year, scheme, stage, amount_cents, object, load) "
            "values ('irev', 'etat', 2024, 'BOP 112', 'paid', 700, 'paid, not known as granted', 1)"
        )
        reseal(connection)
    known = set()
    with open_reading(db) as connection:
        report = REPORTS["funding"].load()[0](connection, as_of=TODAY, **asked)
        assert isinstance(report, Result)
        for figure, value in figures(report):
            if figure.partition("@")[0] in {"paid", "left", "state_share_at_most"} and value is not None:
                evidence = explained(connection, "funding", report, figure)
                assert "does-not-add-up" not in {note.code for note in evidence.notes}
                assert made_of(evidence) == pytest.approx(value, abs=1e-6)
                known.add(figure.partition("@")[0])
    assert known == ({"paid", "left"} if "scheme" in asked else {"paid", "left", "state_share_at_most"})


def test_a_column_without_an_explanation_would_be_found(demo: sqlite3.Connection) -> None:
    """Each column of figures of each report is explained: what is asked of one row says so for all."""
    missing = []
    for asked in without_changes():
        name, report = report_of(demo, asked)
        rows = report.records()
        figures = [(column.name, row) for column in report.columns if is_figure(column) for row in rows[:1]]
        for column, row in [*figures, *((total, None) for total in figures_of(report) if total in flat_totals(report))]:
            if explanation(name)(demo, report, column, row) is None:
                missing.append(f"{asked}: {column}")
    assert missing == []


def test_what_rows_make() -> None:
    def pieces(*parts: tuple[int | None, Role]) -> tuple[Piece, ...]:
        return tuple(Piece("centres", {"id": str(place)}, part, role) for place, (part, role) in enumerate(parts))

    two = pieces((30, Role.COUNTED), (10, Role.REST), (None, Role.REASON))
    assert Explained(two, formula=Formula.SHARE).value == 0.75
    assert Explained(two).value == 40
    assert not Explained(two).makes(41)
    assert Explained(two, formula=Formula.MEAN).value == 20
    change = pieces((30, Role.COUNTED), (-40, Role.BEFORE))
    assert Explained(change).value == -10
    assert Explained(change, formula=Formula.CHANGE).value == -0.25
    per = pieces((100, Role.COUNTED), (3, Role.DIVISOR))
    assert Explained(per, Kind.MONEY, formula=Formula.QUOTIENT).value == 33
    assert Explained((), formula=Formula.SHARE).value is None


def test_an_update_gives_its_own_line_and_an_undo_the_former_one(demo_path: Path, tmp_path: Path) -> None:
    db = tmp_path / "registry.sqlite"
    shutil.copy(demo_path, db)
    listed = crpv("list", "territory-counts", "--department", "01", "--db", db, "-f", "json").json
    before = next(row for row in listed if row["measure"] == "neighbourhoods" and row["valid_from"] == "2024-01-01")
    more = tmp_path / "territory_counts.csv"
    names = ("department", "measure", "geography", "valid_from", "value", "quality", "source")
    other = {**before, "department": "02", "value": 17}
    changed = {**before, "value": before["value"] + 1}
    more.write_text(
        "\n".join([";".join(names), *(";".join(str(row[name]) for name in names) for row in (other, changed))]) + "\n"
    )
    asked = ("report", "coverage", "--by", "department", "--explain", "total@01", "--db", db, "-f", "json")
    assert crpv(*asked).json["rows"][0]["file"].endswith("data/reference/territory_counts.csv")
    assert crpv("load", more, "--as", "territory_counts", "--db", db).code == 0
    (row,) = crpv(*asked).json["rows"]
    assert (row["part"], row["file"], row["line"], row["load"]) == (before["value"] + 1, str(more), "3", 2)
    assert crpv("undo", "--yes", "2", "--db", db).code == 0
    (row,) = crpv(*asked).json["rows"]
    assert (row["part"], row["load"]) == (before["value"], 1)


def test_the_command_lists_the_rows_of_a_figure(demo_path: Path) -> None:
    ran = crpv("report", "network", "--explain", "coverage-neighbourhoods", "--db", demo_path, "-f", "json")
    assert ran.code == 0
    shown = ran.json
    assert shown["totals"]["value"] == sum(row["part"] or 0 for row in shown["rows"])
    counted = [row for row in shown["rows"] if row["role"] == "counted"]
    assert {row["table"] for row in counted} == {"territory_counts"}
    assert all(row["url"].startswith("https://") for row in counted)
    assert {row["table"] for row in shown["rows"] if row["role"] == "reason"} == {"perimeters"}
    again = crpv("trace", "network", "coverage-neighbourhoods", "--db", demo_path, "-f", "json")
    assert again.json["rows"] == shown["rows"]
    assert crpv("trace", "coverage-neighbourhoods", "--db", demo_path, "-f", "json").json["rows"] == shown["rows"]


def test_a_difference_of_two_dates_has_the_rows_of_both(demo: sqlite3.Connection) -> None:
    name, report = report_of(demo, "changes")
    found = 0
    for row_name, row in zip(row_names(report), report.records(), strict=True):
        if row["kind"] in {"coverage", "completeness"}:
            found += 1
            for column in ("before_value", "after_value", "difference"):
                adds_up(explained(demo, name, report, f"{column}@{row_name}"), row[column], 2e-6)
    assert found > 4
    for kind, count in report.totals.items():
        adds_up(explained(demo, name, report, kind), count)
    with pytest.raises(UsageProblem, match="The report of each date explains it"):
        explained(demo, name, report, "after_value@funding state")


def test_what_is_missing_is_listed_with_what_says_so(demo: sqlite3.Connection) -> None:
    name, report = report_of(demo, "activity by centre")
    listed = explained(demo, name, report, "not_reported").records()
    assert {row["row"] for row in listed} == {row["centre"] for row in report.records() if not row["reported"]}
    assert all("nothing is reported" in row["says"].text("en") for row in listed)
    name, report = report_of(demo, "coverage neighbourhoods by region")
    uncovered = explained(demo, name, report, "uncovered").records()
    assert {row["row"].split()[0] for row in uncovered} == {"2A", "2B", "92", "978", "987"}
    name, report = report_of(demo, "evaluations by mission")
    overdue = explained(demo, name, report, "overdue").records()
    assert {row["table"] for row in overdue} == {"centres", "evaluations"}


def test_what_is_not_known_says_why(reference_path: Path) -> None:
    ran = crpv("report", "network", "--explain", "half-days", "--db", reference_path, "-f", "json")
    assert ran.code == 0
    assert ran.json["rows"] == []
    assert ran.json["totals"]["value"] is None
    ran = crpv("report", "evaluations", "--explain", "evaluated", "--db", reference_path)
    assert ran.code == 0
    assert "evaluated is not known: no evaluation is known." in ran.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("report", "coverage", "--explain", "coverd"), "Did you mean covered"),
        (("report", "coverage", "--explain", "nonsense"), "The figures are: covered, total, share"),
        (("report", "coverage", "--explain", "covered@orif"), "Did you mean covered@oriv"),
        (("report", "coverage", "--explain", "shared"), "Say of which row: --explain shared@cite-ressources"),
        (("report", "coverage", "--explain", "uncovered@oriv"), "Ask for it alone: --explain uncovered"),
        (("report", "coverage", "--explain", "short_name@oriv"), "There is no figure called"),
        (("report", "network", "--explain", "coverage-neighborhoods"), "Did you mean coverage-neighbourhoods"),
        (("report", "network", "--explain", "funding.stat@oriv"), "Did you mean state"),
        (("trace", "nonsense"), "The figures are: centres, "),
        (("trace", "changes", "coverage"), "What to compare with is not said."),
    ],
)
def test_a_wrong_name_is_refused_with_near_ones(asked: tuple[str, ...], said: str, demo_path: Path) -> None:
    ran = crpv(*asked, "--db", demo_path)
    assert ran.code == 2
    assert said in ran.said


def test_a_row_is_named_by_its_code_or_its_name(demo: sqlite3.Connection) -> None:
    name, report = report_of(demo, "coverage neighbourhoods by region")
    by_code, by_name = (explained(demo, name, report, f"covered@{row}") for row in ("53", "bretagne"))
    assert by_code.rows == tuple(("covered@53", *row[1:]) for row in by_name.rows)
    with pytest.raises(UsageProblem):
        explained(demo, name, report, "covered@nowhere")
