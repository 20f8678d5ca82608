"""The rows with which a form is sent out: what is asked of whom, what the registry holds, in which order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Connection

import pytest

from crpv_cli import language
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.queries import today
from crpv_cli.reports.forms import form_of
from crpv_cli.result import Form
from tests.commands.conftest import add_tables

YEAR = int(today()[:4]) - 1
TABLES = {
    "sources": """
        id,title,fictitious
        made-up,Made up,true
        """,
    "centres": """
        id,name,short_name,legal_form,opened,closed,co_funded,source
        old,Centre old,Old,gip,2000,2015-12-31,true,books
        """,
    "missions": """
        id,name_fr,name_en,core
        capitalisation,Capitalisation,Capitalisation,true
        later,Plus tard,Later,true
        """,
    "scales": """
        id,name,minimum,maximum,levels,official
        letters,Letters,,,C | B | A,false
        wide,Nought to a hundred,0,100,,false
        """,
    "perimeters": """
        centre,department,valid_from,valid_to,confidence
        one,01,2020-01-01,,high
        one,02,2016-01-01,2019-12-31,low
        two,971,,,high
        old,02,,,high
        """,
    "governance": """
        centre,organ,member,member_kind,role,valid_from,source
        one,board,Préfecture,state,chair,2020-01-01,books
        two,board,Ville,commune,member,2020-01-01,made-up
        """,
    "funding": f"""
        centre,funder,year,scheme,stage,amount,source
        one,town,{YEAR},,paid,50,books
        one,state,2019,147,paid,100,books
        two,bank,2020,,paid,7,made-up
        """,
    "agreements": """
        centre,funder,starts_on,ends_on,source
        one,bank,2024-01-01,2026-12-31,books
        """,
    "budgets": f"""
        centre,year,status,resources,source
        one,{YEAR},provisional,500,books
        one,{YEAR},approved,550,books
        two,2020,approved,100,books
        """,
    "contacts": """
        centre,function,email,person,consent,valid_to
        one,press,press@one.example,Camille Exemple,yes,2099-12-31
        """,
    "labels": """
        centre,valid_from,act
        two,2020-01-01,Decision 7
        """,
    "evaluations": f"""
        centre,mission,year,kind,scale,rating,source
        one,skills,{YEAR},self,four,3,books
        one,animation,2020,self,four,2,books
        two,animation,{YEAR},self,four,2,made-up
        """,
    "activities": f"""
        centre,mission,year,type,half_days,source
        one,skills,{YEAR},training,10,books
        """,
}


@pytest.fixture(scope="module")
def path(network_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forms") / "registry.sqlite"
    shutil.copy(network_path, path)
    add_tables(path, **TABLES)
    return path


@pytest.fixture
def db(path: Path) -> Iterator[Connection]:
    with open_reading(path) as connection:
        yield connection


def asked(form: Form, *names: str) -> list[tuple[object, ...]]:
    """Some columns of the rows, and whether the registry holds the row."""
    places = [[field.column.name for field in form.fields].index(name) for name in names]
    return [(*(row.values[place] for place in places), row.known) for row in form.rows]


def choices(form: Form, name: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    (field,) = [field for field in form.fields if field.column.name == name]
    return field.choices, field.names, field.certain


def test_without_filled_nothing_that_is_held_stands_in_it(db: Connection) -> None:
    form = form_of(db, "evaluations", "one")
    missions = ("animation", "skills", "capitalisation", "later")
    assert {(mission, year, False) for mission in missions for year in [YEAR]} == {*asked(form, "mission", "year")}
    assert [row.values[:3] for row in form.rows][:3] == [("one", mission, YEAR) for mission in missions[:3]]
    assert (form.centre, form.centre_name, form.year, form.fictitious) == ("one", "One", YEAR, False)


def test_filled_it_asks_what_is_missing_beside_what_is_held(db: Connection) -> None:
    form = form_of(db, "evaluations", "one", filled=True)
    rows = asked(form, "mission", "year", "rating")
    assert ("skills", YEAR, "3", True) in rows and ("animation", YEAR, None, False) in rows
    assert sorted(str(row[0]) for row in rows) == ["animation", "capitalisation", "later", "skills"]
    assert rows.index(("animation", YEAR, None, False)) < rows.index(("skills", YEAR, "3", True))
    assert not form.fictitious
    assert form_of(db, "evaluations", "two", filled=True).fictitious


def test_of_all_centres_that_are_open_or_were_in_the_year(db: Connection) -> None:
    assert {row[0] for row in asked(form_of(db, "evaluations"), "centre")} == {"one", "two"}
    assert {row[0] for row in asked(form_of(db, "evaluations", year=2015), "centre")} == {"old", "one", "two"}
    assert form_of(db, "evaluations").centre_name is None


def test_activity_is_asked_of_complementary_missions_too(db: Connection) -> None:
    form = form_of(db, "activities", "one", filled=True)
    assert [row for row in asked(form, "mission") if row[-1]] == [("skills", True)]
    missing = {row[0] for row in asked(form, "mission") if not row[-1]}
    assert missing == {"animation", "capitalisation", "later", "complementary"}


def test_money_is_asked_of_the_funders_that_a_centre_has_had(db: Connection) -> None:
    funders = ("funder", "year", "scheme")
    # What the town has granted in the year is known already: to be asked again, it would be told twice.
    assert asked(form_of(db, "funding", "one"), *funders) == [("state", YEAR, "147", False)]
    assert asked(form_of(db, "funding", "one", filled=True), *funders, "amount") == [
        ("state", YEAR, "147", None, False),
        ("town", YEAR, None, 5000, True),
    ]
    assert asked(form_of(db, "funding"), "centre", "funder") == [
        ("one", "state", False),
        ("two", "bank", False),
    ]


def test_agreements_are_asked_of_funders_and_of_who_signed(db: Connection) -> None:
    assert asked(form_of(db, "agreements", "one"), "funder") == [("bank", False), ("state", False), ("town", False)]
    assert asked(form_of(db, "agreements", "one", filled=True), "funder", "starts_on") == [
        ("bank", "2024-01-01", True),
        ("state", None, False),
        ("town", None, False),
    ]


def test_what_lasts_is_prepared_as_it_is_true_today(db: Connection) -> None:
    assert asked(form_of(db, "perimeters"), "centre", "department", "valid_from", "confidence") == [
        ("one", "01", "2020-01-01", None, False),
        ("two", "971", None, None, False),
    ]
    filled = form_of(db, "perimeters", "one", filled=True)
    assert asked(filled, "department", "confidence") == [("01", "high", True)]
    assert not form_of(db, "governance", "one").fictitious
    assert form_of(db, "governance", "two").fictitious


def test_a_centre_is_asked_about_itself_and_flags_are_flags(db: Connection) -> None:
    assert asked(form_of(db, "centres", "one"), "id", "name", "co_funded") == [("one", None, None, False)]
    assert asked(form_of(db, "centres", "one", filled=True), "id", "name", "co_funded") == [
        ("one", "Centre one", True, True)
    ]
    assert form_of(db, "centres").rows == ()


def test_what_may_be_chosen(db: Connection) -> None:
    form = form_of(db, "evaluations")
    assert choices(form, "centre") == (("old", "one", "two"), ("Old", "One", "Two"), True)
    assert choices(form_of(db, "evaluations", "one"), "centre") == (("one",), ("One",), True)
    missions, names, _ = choices(form, "mission")
    assert (missions[:2], names[:2]) == (("animation", "skills"), ("Animation", "Skills"))
    ratings, _, certain = choices(form, "rating")
    assert ratings == ("1", "2", "3", "4", "C", "B", "A", "5", *map(str, (0, *range(6, 21))))
    assert not certain
    language.activate("fr")
    assert choices(form_of(db, "evaluations"), "mission")[1][:2] == ("Animation", "Compétences")


def test_the_source_is_asked_only_where_it_tells_rows_apart(db: Connection) -> None:
    def has_source(table: str, filled: bool) -> bool:
        return "source" in {field.column.name for field in form_of(db, table, "one", filled=filled).fields}

    assert has_source("funding", filled=True)
    assert not has_source("funding", filled=False)
    assert not has_source("agreements", filled=True)


def test_budgets_are_asked_of_every_centre_of_the_year(db: Connection) -> None:
    assert asked(form_of(db, "budgets"), "centre", "year", "status") == [
        ("one", YEAR, None, False),
        ("two", YEAR, None, False),
    ]
    assert {row[0] for row in asked(form_of(db, "budgets", year=2015), "centre")} == {"old", "one", "two"}
    assert asked(form_of(db, "budgets", filled=True), "centre", "status", "resources") == [
        ("one", "approved", 55000, True),
        ("one", "provisional", 50000, True),
        ("two", None, None, False),
    ]
    assert form_of(db, "budgets", "one").prepared == ("centre", "year")


def test_contacts_and_labels_are_asked_of_every_centre_of_today(db: Connection) -> None:
    for table in ("contacts", "labels"):
        assert asked(form_of(db, table), "centre") == [("one", False), ("two", False)]
    assert asked(form_of(db, "labels", filled=True), "centre", "act") == [
        ("one", None, False),
        ("two", "Decision 7", True),
    ]


def test_a_form_that_is_filled_in_has_no_columns_about_people(db: Connection) -> None:
    blank, filled = (form_of(db, "contacts", "one", filled=filled) for filled in (False, True))
    assert {field.column.name for field in blank.fields} - {field.column.name for field in filled.fields} == {
        "person",
        "consent",
    }
    assert [row.values for row in filled.rows if row.known] == [
        ("one", "press", "press@one.example", None, None, "2099-12-31", None)
    ]
