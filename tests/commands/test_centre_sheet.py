"""The sheet of a centre: each section holds what is its own, in its order, and nothing of another centre."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.fictitious import HOLDS
from crpv_cli.result import Dossier, Result
from tests.commands.conftest import add_tables, crpv

DAY = "2025-06-30"
TABLES = {
    "sources": """
        id,title,fictitious
        made-up,Made up,true
        boards,The boards,false
        money,The money,false
        signed,What was signed,false
        """,
    "perimeters": """
        centre,department,valid_from,valid_to,confidence,source
        one,01,2020-01-01,,high,books
        one,02,,,low,books
        one,971,,2020-12-31,high,boards
        two,971,2021-01-01,,high,journal
        """,
    "territory_counts": """
        department,measure,geography,value,quality
        01,neighbourhoods,2024,10,exact
        02,neighbourhoods,2024,5,exact
        971,neighbourhoods,2024,7,exact
        01,contracts,2024,3,exact
        01,inhabitants,2024,1000,exact
        02,inhabitants,2024,500,exact
        """,
    "labels": """
        centre,valid_from,valid_to,act,source
        one,2015-01-01,2019-12-31,First,boards
        one,2020-01-01,,Second,books
        one,2026-01-01,,Third,books
        two,,2019-12-31,,made-up
        """,
    "centre_states": """
        centre,valid_to,name,short_name,legal_form,seat,source
        one,2016-12-31,Centre of before,Before,unknown,Bourg,boards
        one,2026-12-31,Centre until then,Then,association,Bourg,books
        """,
    "governance": """
        centre,organ,member,member_kind,role,valid_from,valid_to,source
        one,board,Préfecture,state,chair,2020-01-01,,boards
        one,board,Ancien,commune,member,2020-01-01,2021-01-01,journal
        two,board,Ville,commune,member,2020-01-01,,made-up
        """,
    "funding": """
        centre,funder,year,scheme,stage,amount,source
        one,state,2024,147,granted,100,money
        one,state,2024,147,paid,40,money
        one,town,2024,,granted,50,money
        one,state,2023,147,granted,80,money
        one,state,2021,147,requested,75,money
        one,state,2020,147,paid,70,money
        two,bank,2024,,granted,999,made-up
        two,state,2024,147,granted,200,journal
        """,
    "evaluations": """
        centre,mission,year,kind,scale,rating,summary,recommendation,source
        one,animation,2022,self,four,2,,,journal
        one,animation,2024,self,four,3,Well done,,books
        one,skills,2023,self,,,,Do more,books
        one,complementary,2023,self,,,Also done,,books
        two,animation,2024,self,twenty,12,Other,Else,made-up
        two,skills,2024,self,twenty,12,,,made-up
        """,
    "activities": """
        centre,mission,year,type,half_days,participants,source
        one,skills,2024,training,10,30,books
        one,animation,2023,training,4,,books
        one,animation,2022,training,77,,books
        two,skills,2024,training,99,1,made-up
        """,
    "agreements": """
        centre,funder,starts_on,ends_on,amount,reference,source
        one,state,2024-01-01,2026-12-31,900,A1,signed
        one,town,2018-01-01,2019-12-31,,B2,journal
        two,town,2024-01-01,2026-12-31,11,C,made-up
        """,
}


@pytest.fixture(scope="module")
def db(network_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "registry.sqlite"
    shutil.copy(network_path, path)
    add_tables(path, **TABLES)
    return path


@pytest.fixture
def connection(db: Path) -> Iterator[Connection]:
    with open_reading(db) as connection:
        yield connection


def sections(sheet: Dossier) -> dict[str, Result]:
    return {section.name: section for section in sheet.sections}


def cells(section: Result, *names: str) -> list[tuple[object, ...]]:
    return [tuple(record[name] for name in names) for record in section.records()]


def test_the_territory(connection: Connection) -> None:
    one = sections(centre_sheet(connection, "one", DAY))["perimeter"]
    assert one.rows == (
        ("01", "Ain", "2020-01-01", None, "high", 10, 3, 1000),
        ("02", "Aisne", None, None, "low", 5, None, 500),
    )
    assert one.total_row == (None, None, None, None, None, 15, 3, 1500)
    assert one.origin and list(one.origin.sources) == ["books"]
    earlier = sections(centre_sheet(connection, "one", "2020-12-31"))["perimeter"]
    assert len(earlier.rows) == 3
    assert earlier.origin and list(earlier.origin.sources) == ["boards", "books"]
    two = sections(centre_sheet(connection, "two", DAY))["perimeter"]
    assert (len(two.rows), two.total_row) == (1, None)


def test_the_labels_and_what_it_was(connection: Connection) -> None:
    one = centre_sheet(connection, "one", DAY)
    labels, states = sections(one)["labels"], sections(one)["centre_states"]
    assert cells(labels, "valid_from", "act", "source") == [
        ("2020-01-01", "Second", "books"),
        ("2015-01-01", "First", "boards"),
    ]
    assert cells(states, "valid_to", "name", "seat") == [("2016-12-31", "Centre of before", "Bourg")]
    assert states.origin and list(states.origin.sources) == ["boards"]
    assert not labels.fictitious
    assert "centre_states" in {section.name for section in one.on_screen}
    two = centre_sheet(connection, "two", DAY)
    assert sections(two)["labels"].fictitious
    assert "centre_states" in sections(two) and "centre_states" not in {section.name for section in two.on_screen}
    # What it is called is that of the day; whether it is labelled, too.
    named = [
        (date, *(centre_sheet(connection, "one", date).facts.records()[0][name] for name in ("name", "labelled")))
        for date in ("2014-12-31", "2016-12-31", "2017-01-01", "2026-12-31", "2027-01-01")
    ]
    assert named == [
        ("2014-12-31", "Centre of before", None),
        ("2016-12-31", "Centre of before", True),
        ("2017-01-01", "Centre until then", True),
        ("2026-12-31", "Centre until then", True),
        ("2027-01-01", "Centre one", True),
    ]
    assert centre_sheet(connection, "one", "2016-12-31").title.text() == "Centre of before, on 2016-12-31"


def test_who_governs(connection: Connection) -> None:
    one = sections(centre_sheet(connection, "one", DAY))["governance"]
    assert one.rows == (("board", "Préfecture", "state", "chair", "2020-01-01", None, "boards"),)
    assert one.screen == ("organ", "member", "member_kind", "role", "valid_from")
    assert one.origin and list(one.origin.sources) == ["boards"]
    assert one.notes == ()
    assert not one.fictitious
    assert sections(centre_sheet(connection, "two", DAY))["governance"].fictitious


def test_the_money(connection: Connection) -> None:
    one = sections(centre_sheet(connection, "one", DAY))
    years = one["funding_years"]
    assert cells(years, "year", "state_p147", "local", "other", "total", "paid", "left") == [
        (2025, None, None, None, None, None, None),
        (2024, 10000, 5000, None, 15000, 4000, 6000),
        (2023, 8000, None, None, 8000, None, None),
    ]
    # Both years over the perimeter and counts of the date, 15 neighbourhoods.
    assert cells(years, "state_per_neighbourhood", "state_change_share") == [(None, None), (667, 0.25), (533, None)]
    assert "2025-06-30" in years.title.text("en")
    assert [note.code for note in years.notes] == ["paid-of-granted"]
    assert "€40 of €100" in years.notes[0].message.text("en")
    assert years.origin and list(years.origin.sources) == ["money"]
    assert not years.fictitious
    assert years.screen[0] == "year" and years.screen[-1] == "state_per_neighbourhood"
    assert one["funding"].rows == (
        (2024, "town", "Ville", "commune", None, "granted", 5000, None, "money"),
        (2024, "state", "État", "state", "147", "granted", 10000, None, "money"),
        (2024, "state", "État", "state", "147", "paid", 4000, None, "money"),
        (2023, "state", "État", "state", "147", "granted", 8000, None, "money"),
        (2021, "state", "État", "state", "147", "requested", 7500, None, "money"),
    )
    assert one["funding"].origin and list(one["funding"].origin.sources) == ["money"]
    assert not one["funding"].fictitious
    two = sections(centre_sheet(connection, "two", DAY))
    assert two["funding"].fictitious
    assert [row[-1] for row in two["funding"].rows] == ["made-up", "journal"]


def test_what_nothing_is_known_of_has_no_rows(connection: Connection) -> None:
    early = sections(centre_sheet(connection, "one", "2019-12-31"))
    assert (
        early["funding_years"].rows == early["funding"].rows == early["missions"].rows == early["activity"].rows == ()
    )


def test_the_missions(connection: Connection) -> None:
    one = sections(centre_sheet(connection, "one", DAY))
    missions = one["missions"]
    assert cells(missions, "mission", "year", "rating", "change", "overdue", "fictitious") == [
        ("animation", 2024, "3", 1, False, False),
        ("skills", 2023, None, None, False, False),
    ]
    assert cells(one["recommendations"], "mission", "year", "summary", "recommendation", "source") == [
        ("animation", 2024, "Well done", None, "books"),
        ("skills", 2023, None, "Do more", "books"),
    ]
    for section in (missions, one["recommendations"]):
        assert (section.notes, section.total_row, section.is_report) == ((), None, False)
    two = sections(centre_sheet(connection, "two", DAY))["recommendations"]
    assert [row[0] for row in two.rows] == ["animation"]


def test_the_activity(connection: Connection) -> None:
    one = sections(centre_sheet(connection, "one", DAY))["activity"]
    assert cells(one, "year", "animation", "skills", "half_days", "participants", "fictitious") == [
        (2025, None, None, None, None, None),
        (2024, None, 10, 10, 30, False),
        (2023, 4, None, 4, None, False),
    ]
    assert not one.fictitious
    assert one.origin and list(one.origin.sources) == ["books"]
    assert one.screen == tuple(column.name for column in one.columns)[:-1]
    two = sections(centre_sheet(connection, "two", DAY))["activity"]
    assert two.fictitious and cells(two, "half_days")[1] == (99,)


def test_the_agreements(connection: Connection) -> None:
    one = sections(centre_sheet(connection, "one", DAY))["agreements"]
    assert cells(one, "funder_name", "status", "amount", "reference", "source", "fictitious") == [
        ("Ville", "ended-without-successor", None, "B2", "journal", False),
        ("État", "running", 90000, "A1", "signed", False),
    ]
    assert one.screen == ("funder_name", "title", "starts_on", "ends_on", "status", "amount")
    assert (one.notes, one.total_row, one.is_report) == ((), None, False)


def test_its_sources_are_those_of_its_sections(connection: Connection) -> None:
    one, two = (centre_sheet(connection, centre, DAY) for centre in ("one", "two"))
    assert [row[0] for row in one.sections[-1].rows] == ["boards", "books", "journal", "money", "signed"]
    assert [row[0] for row in two.sections[-1].rows] == ["books", "journal", "made-up"]
    assert two.fictitious


def test_identity_notes_and_command(connection: Connection) -> None:
    open_one = centre_sheet(connection, "two", DAY)
    assert {note.code for note in open_one.notes} == {"fictitious-sections"}
    assert centre_sheet(connection, "one", DAY).notes == (HOLDS,)
    assert open_one.facts.records()[0]["name"] == "Centre two"
    assert open_one.facts.parameters == {"as_of": DAY}
    assert open_one.command == f"crpv show two --as-of {DAY}"
    closed = centre_sheet(connection, "two", "1999-12-31")
    assert "not-open" in {note.code for note in closed.notes}


def test_findings_are_of_the_centre(db: Path) -> None:
    found = crpv("show", "one", "--as-of", DAY, "--db", db, "--format", "json").json["findings"]
    assert {row["centre"] for row in found} == {"one"}
    assert [row["rule"] for row in found] == ["governance-shared", "agreement-ended", "low-confidence"]
