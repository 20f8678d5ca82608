"""Budgets, contact points, joint projects and national meetings: in the sheet of a centre and in the yearly report."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.network.together import budgets, latest_meeting, meetings
from tests.commands.conftest import add_tables, crpv

DAY = "2025-12-31"
TABLES = {
    "sources": """
        id,title,fictitious
        made-up,Made up,true
        """,
    "centres": """
        id,name,short_name,legal_form,opened,co_funded,source
        late,Centre late,Late,gip,2025,true,books
        """,
    "budgets": """
        centre,year,status,resources,expenditure,fte,source
        one,2025,provisional,900,900,,books
        one,2024,provisional,800,810,5,books
        one,2024,approved,820.50,790,5.5,journal
        one,2019,approved,1,1,1,books
        two,2024,approved,,300,2,made-up
        two,2026,provisional,9,9,9,books
        """,
    "projects": """
        id,title,theme,starts_on,ends_on,source
        atlas,The atlas,Observation,2023-01-01,2024-12-31,books
        school,The school,,2025-02-01,,journal
        later,To come,,2026-06-01,,books
        """,
    "project_partners": """
        project,centre,partner,role
        atlas,one,,leads
        atlas,two,,
        atlas,,The university,advises
        school,one,,
        later,one,,
        """,
    "meetings": """
        title,rank,starts_on,ends_on,town,host,participants,source
        Eighth,8,2023-10-17,,Montpellier,two,120,books
        Ninth,9,2025-03-03,2025-03-04,,one,,journal
        Tenth,10,2025-11-05,,Lille,,,books
        Eleventh,11,2026-10-10,,Lyon,one,,books
        """,
    "contacts": """
        centre,function,email,telephone,person,consent,valid_from,valid_to,source
        one,press,press@one.example,,Somebody Named,yes,2024-01-01,2099-12-31,books
        one,former,former@one.example,,,,,2024-12-31,books
        two,press,press@two.example,,,,,,made-up
        """,
}


@pytest.fixture(scope="module")
def db(network_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("together") / "registry.sqlite"
    shutil.copy(network_path, path)
    add_tables(path, **TABLES)
    return path


def sheet(db: Path, *asked: str) -> Any:
    return crpv(*asked, "--as-of", DAY, "--db", db, "-f", "json").json


def some(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_the_budgets_of_a_centre_are_those_that_stand(db: Path) -> None:
    one = sheet(db, "show", "one")
    assert some(one["budgets"], "year", "status", "resources", "expenditure", "fte", "source") == [
        (2025, "provisional", 900, 900, None, "books"),
        (2024, "approved", 820.5, 790, 5.5, "journal"),
    ]
    assert some(sheet(db, "show", "two")["budgets"], "year", "resources", "fte") == [(2024, None, 2)]
    assert {source["id"] for source in one["sources"]} == {"books", "journal"}


def test_projects_meetings_and_contacts_of_a_centre(db: Path) -> None:
    one = sheet(db, "show", "one")
    assert some(one["projects"], "project", "role", "partners") == [
        ("school", None, None),
        ("atlas", "leads", "Two · The university"),
    ]
    assert some(one["meetings"], "rank", "starts_on", "town") == [(9, "2025-03-03", None)]
    assert one["contacts"] == [
        {"function": "press", "email": "press@one.example", "telephone": None, "source": "books"}
    ]
    (atlas,) = sheet(db, "show", "two")["projects"]
    assert atlas["partners"] == "One · The university"


def test_no_sheet_names_a_person(db: Path, tmp_path: Path) -> None:
    for name in ("one.html", "one.md", "one.txt", "one.json"):
        assert crpv("show", "one", "--as-of", DAY, "-o", tmp_path / name, "--db", db).code == 0
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert ("press@one.example" in text or name == "one.txt") and "Somebody" not in text


def test_a_terminal_shows_what_is_known_and_no_empty_tables(db: Path) -> None:
    said = crpv("show", "one", "--full", "--as-of", DAY, "--db", db, answers="").out
    assert all(word in said for word in ("Budgets, last five years", "Joint projects", "The school"))
    late = crpv("show", "late", "--as-of", DAY, "--db", db, answers="").out
    assert not any(word in late for word in ("Budgets", "Joint projects"))


def test_the_budgets_of_the_network_say_of_how_many_centres_they_are(db: Path) -> None:
    found = sheet(db, "report", "network")
    assert found["budgets"] == [
        {
            "year": 2025, "resources": 900, "resources_known": 1, "expenditure": 900, "expenditure_known": 1,
            "fte": None, "fte_known": 0, "approved": 0, "centres": 3,
        },
        {
            "year": 2024, "resources": 820.5, "resources_known": 1, "expenditure": 1090, "expenditure_known": 2,
            "fte": 7.5, "fte_known": 2, "approved": 2, "centres": 2,
        },
    ]  # fmt: skip
    with open_reading(db) as connection:
        assert budgets(connection, DAY).fictitious
        assert budgets(connection, DAY).notes == ()
        assert [row[:2] for row in budgets(connection, "2023-12-31").rows] == [(2019, 100)]


def test_sums_of_other_centres_say_that_they_are_not_comparable(db: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(db, tmp_path / "other.sqlite"))
    add_tables(path, budgets="centre,year,status,resources\ntwo,2024,approved,5")
    with open_reading(path) as connection:
        assert [note.code for note in budgets(connection, DAY).notes] == ["budgets-not-comparable"]


def test_the_meetings_of_the_year_or_the_latest(db: Path) -> None:
    found = sheet(db, "report", "network")
    assert some(found["meetings"], "rank", "host") == [(10, None), (9, "one")]
    assert found["network"]["latest_meeting"] == "Tenth (Lille, 2025-11-05)"
    with open_reading(db) as connection:
        early = meetings(connection, "2025-03-03")
        assert [record["rank"] for record in early.records()] == [9]
        latest = latest_meeting(early)
        assert latest is not None and latest.text() == "Ninth (2025-03-03)"
        assert [record["rank"] for record in meetings(connection, "2024-12-31").records()] == [8]
        assert latest_meeting(meetings(connection, "2020-01-01")) is None


def test_the_projects_that_run(db: Path) -> None:
    assert some(sheet(db, "report", "network")["projects"], "project", "centres", "partners") == [("school", 1, "One")]
    earlier = crpv("report", "network", "--as-of", "2024-12-31", "--db", db, "-f", "json").json["projects"]
    assert some(earlier, "project", "centres", "partners") == [("atlas", 2, "One · Two · The university")]


def test_page_and_workbook_hold_them(db: Path, tmp_path: Path) -> None:
    for name in ("network.html", "network.xlsx"):
        assert crpv("report", "network", "--as-of", DAY, "-o", tmp_path / name, "--db", db).code == 0
    page = (tmp_path / "network.html").read_text(encoding="utf-8")
    assert all(word in page for word in ("Known budgets, last five years", "The school", "Tenth"))
    sheets = {"Known budgets, last five years", "Meetings", "Joint projects"}
    assert sheets <= set(load_workbook(tmp_path / "network.xlsx").sheetnames)
