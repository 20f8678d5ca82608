"""The network report: every figure is that of the report it names and of the SQL view, on any date."""

from __future__ import annotations

import json
import shlex
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.errors import ExitCode
from crpv_cli.main import run
from crpv_cli.registry import migrations
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.network.report import network
from crpv_cli.reports.published import published_figures
from crpv_cli.result import Dossier
from crpv_cli.rules.checking import findings
from tests.reports.clock import DATES, at_date

TODAY = "2026-11-25"

# Where the detailed report has each figure: a path in its JSON, or how many rows it has.
IN_REPORT = {
    "centres": "#",
    "centres-overseas": "#",
    "centres-labelled": "labelled",
    "neighbourhoods": "total",
    "coverage-neighbourhoods": "covered",
    "coverage-neighbourhoods-high": "high",
    "coverage-neighbourhoods-medium": "medium",
    "coverage-contracts": "covered",
    "coverage-inhabitants": "covered",
    "coverage-departments": "covered",
    "state-support": "state_p147",
    "state-programmes": "state_programmes",
    "state-posts": "state_posts",
    "local-support": "local",
    "other-support": "other",
    "state-support-change": "state_change_share",
    "missions-evaluated": "evaluated",
    "centres-complete": "complete",
    "missions-overdue": "overdue",
    "missions-improving": "improving",
    "missions-slipping": "slipping",
    "half-days": "half_days",
    "participants": "participants",
    "agreements-running": "running",
    "agreements-ending": "ending",
    "agreements-ended-without-successor": "ended_without_successor",
    "findings-breach": "breach",
    "findings-unknown": "unknown",
    "findings-notice": "notice",
}
# What SQL cannot judge: rules are Python.
NOT_IN_VIEW = {"findings-breach", "findings-unknown", "findings-notice"}


def sheet_on(connection: sqlite3.Connection, date: str, **asked: Any) -> Dossier:
    return network(connection, date, findings(connection, date), **asked)


def figures(sheet: Dossier) -> dict[str, dict[str, Any]]:
    (section,) = [section for section in sheet.sections if section.name == "figures"]
    return {str(record["figure"]): record for record in section.records()}


def printed(command: str, path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    with pytest.raises(SystemExit) as ended:
        run([*shlex.split(command), "--db", str(path), "--format", "json"])
    out = capsys.readouterr().out
    assert ended.value.code in {ExitCode.DONE, ExitCode.ANOMALIES}
    return json.loads(out)


@pytest.fixture(params=["reference", "demo"])
def path(request: pytest.FixtureRequest, reference_path: Path, demo_path: Path) -> Path:
    return reference_path if request.param == "reference" else demo_path


@pytest.mark.parametrize("date", [*DATES, TODAY])
def test_every_figure_is_that_of_the_report_it_names(path: Path, date: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = {row["figure"]: row for row in printed(f"report network --as-of {date}", path, capsys)["figures"]}
    assert set(found) <= set(IN_REPORT)
    if "demo" in path.parent.name and date >= "2023-10-17":
        assert set(found) == set(IN_REPORT)
    details = {
        name: printed(f"{name} --as-of {date}", path, capsys) for name in {row["report"] for row in found.values()}
    }
    for name, row in found.items():
        detail = details[row["report"]]
        where = IN_REPORT[name]
        expected: Any
        if where == "#":
            expected, share = len(detail), None
        elif where == "labelled":
            known = [centre["labelled"] for centre in detail if centre["labelled"] is not None]
            expected, share = (sum(known) if known else None), None
        elif name.endswith(("-high", "-medium")):
            expected, share = detail["totals"]["confidence"][where].values()
        else:
            expected, share = detail["totals"][where], detail["totals"].get("share")
        assert row["value"] == expected, name
        if name.startswith("coverage-"):
            assert (row["total"], row["share"]) == (detail["totals"]["total"], share)
        if name == "missions-evaluated":
            assert (row["total"], row["share"]) == (detail["totals"]["expected"], detail["totals"]["share"])


def test_a_cycle_and_months_of_ones_own_go_into_the_reports_named(
    demo_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = f"report network --as-of {TODAY} --cycle 1 --within 30"
    answer = printed(asked, demo_path, capsys)
    found = {row["figure"]: row for row in answer["figures"]}
    for name in ("missions-overdue", "agreements-ending", "findings-breach"):
        detail = printed(f"{found[name]['report']} --as-of {TODAY}", demo_path, capsys)
        assert found[name]["value"] == detail["totals"][IN_REPORT[name]]
    assert found["missions-overdue"]["value"] == sum(row["overdue"] for row in answer["evaluations"]) == 60
    assert found["agreements-ending"]["value"] > 5


@pytest.mark.parametrize(
    ("asked", "told"),
    [({}, ""), ({"cycle": 2}, " --cycle 2"), ({"within": 30}, " --within 30"), ({"cycle": 3, "within": 12}, "")],
)
def test_the_command_names_a_cycle_and_months_of_ones_own(
    demo: sqlite3.Connection, asked: dict[str, Any], told: str
) -> None:
    assert network(demo, TODAY, None, **asked).command == f"crpv report network --as-of {TODAY}{told}"


def test_half_days_tell_how_many_centres_reported_them(demo: sqlite3.Connection) -> None:
    row, totals = figures(sheet_on(demo, TODAY))["half-days"], activity(demo, TODAY).totals
    told = (f"{row['value']:,}", f"({totals['reported']}/{totals['centres']} centres)")
    assert row["shown"].text() == " ".join(told)


@pytest.mark.parametrize("date", [*DATES, TODAY])
def test_every_figure_is_that_of_the_view(path: Path, date: str) -> None:
    with open_reading(path) as connection:
        found = figures(sheet_on(connection, date))
        (view,) = at_date(connection, date).execute("select * from v_network").fetchall()
    for name, row in found.items():
        if name not in NOT_IN_VIEW:
            assert view[name.replace("-", "_")] == row["value"], name


@pytest.mark.parametrize("date", [*DATES, TODAY])
def test_published_figures_are_quoted_as_they_were_said(demo: sqlite3.Connection, date: str) -> None:
    said = {
        (figure["value"], figure["unit"], figure["as_of"])
        for measure in ("centres", "overseas_centres", "coverage", "neighbourhoods", "half_days")
        for figure in published_figures(demo, (measure,), date)
    }
    quoted = {
        (row["published"], row["published_unit"], row["published_on"])
        for row in figures(sheet_on(demo, date)).values()
        if row["published"] is not None
    }
    assert quoted <= said
    assert all(on <= date for _, _, on in quoted)


def test_the_acceptance_figures(reference: sqlite3.Connection) -> None:
    then, later = (figures(sheet_on(reference, date)) for date in ("2023-10-17", "2025-12-31"))
    assert (then["centres"]["value"], then["centres"]["published"]) == (19, 20)
    assert (then["centres-overseas"]["value"], then["centres-overseas"]["published"]) == (4, 4)
    assert then["coverage-neighbourhoods"]["share"] == 0.878888
    # What was published stands beside what is computed of its own measure and date, whatever the date of the report.
    for of_date in (then, later):
        covered = of_date["coverage-neighbourhoods"]
        assert (covered["published"], covered["computed_then"]) == (88, pytest.approx(87.8888, abs=1e-4))
        assert covered["computed_then_shown"].text() == "87.9% of neighbourhoods"
        assert (of_date["centres"]["published"], of_date["centres"]["computed_then"]) == (20, 19)
        for name in ("coverage-contracts", "coverage-inhabitants", "coverage-departments"):
            assert of_date[name]["published"] is None
    assert (then["neighbourhoods"]["published"], then["neighbourhoods"]["computed_then"]) == (1514, 1511)
    assert (later["neighbourhoods"]["published"], later["neighbourhoods"]["computed_then"]) == (1584, 1584)
    shares = [later[f"coverage-neighbourhoods{part}"]["share"] for part in ("-high", "-medium", "")]
    assert shares == [0.573864, 0.842803, 0.927399]
    assert (then["state-support"]["year"], then["state-support"]["value"]) == (2022, 5374694.78)
    year_end = figures(sheet_on(reference, "2023-12-31"))
    assert (year_end["state-support"]["year"], year_end["state-support"]["value"]) == (2023, 5437871)
    assert (later["coverage-neighbourhoods"]["value"], later["coverage-neighbourhoods"]["total"]) == (1469, 1584)


def test_what_nobody_knows_takes_one_line(reference: sqlite3.Connection) -> None:
    sheet = sheet_on(reference, TODAY)
    found = figures(sheet)
    for name in ("missions-evaluated", "half-days", "agreements-running"):
        assert found[name]["value"] is None
    assert not {"centres-complete", "missions-overdue", "participants", "agreements-ending"} & set(found)
    by_name = {section.name: section for section in sheet.sections}
    for name in ("missions", "activity_mission", "activity_theme", "agreements"):
        assert by_name[name].rows == ()
        assert by_name[name].chart is None
    gaps = {row["gap"] for row in by_name["missing"].records()}
    assert {"no-evaluations", "no-activity", "no-agreements", "no-local-funding-known"} <= gaps
    assert not sheet.fictitious


def test_the_parts_that_are_made_up_are_named(demo: sqlite3.Connection) -> None:
    sheet = sheet_on(demo, TODAY)
    (note,) = [note for note in sheet.notes if note.code == "fictitious-sections"]
    assert set(note.data["sections"]) == {  # type: ignore[call-overload]  # data are JSON values
        section.name for section in sheet.sections if section.fictitious and section.rows
    }
    # The State's share rests on the demonstration's budgets, so that the table of funding says so as a whole.
    assert "funding" in note.data["sections"]  # type: ignore[operator]
    assert {"map", "regions", "coverage", "funding_years"}.isdisjoint(note.data["sections"])  # type: ignore[arg-type]


def test_agreements_that_were_renewed_are_told_by_their_successors(demo: sqlite3.Connection) -> None:
    (section,) = [section for section in sheet_on(demo, TODAY).sections if section.name == "agreements"]
    statuses = [row["status"] for row in section.records()]
    assert set(statuses) == {"ended-without-successor", "ending", "running", "future"}
    assert len(statuses) == 3 + 21 + 1


def test_a_comparison_is_a_section(demo: sqlite3.Connection) -> None:
    sheet = sheet_on(demo, TODAY, compare_to="2023-10-17")
    (changes,) = [section for section in sheet.sections if section.name == "changes"]
    assert {"77", "94", "971"} <= {row["subject"] for row in changes.records() if row["kind"] == "perimeter-gained"}
    assert "--compare-to 2023-10-17" in sheet.command
    assert "changes" not in {section.name for section in sheet_on(demo, TODAY).sections}


def test_a_date_to_compare_with_comes_before(demo_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["report", "network", "--as-of", "2023-12-31", "--compare-to", "2023", "--db", str(demo_path)])
    assert ended.value.code == ExitCode.USAGE
    assert "--compare-to" in capsys.readouterr().err


def test_a_registry_without_counts_knows_of_no_number_of_neighbourhoods(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    migrations.create(path)
    with open_reading(path) as connection:
        sheet = network(connection, TODAY, findings(connection, TODAY))
    figures = {record["figure"]: record for record in sheet.sections[0].records()}
    assert figures["neighbourhoods"]["value"] is None
    assert figures["neighbourhoods"]["shown"] is None
