"""Columns about people: neither listed nor exported unless asked, and nobody after their last day."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.errors import ExitCode
from tests.commands.conftest import Registry, add_tables, crpv, rows_of

CONTACTS = """
    centre,function,email,telephone,person,consent,valid_from,valid_to
    one,secretariat,contact@one.example,,,,,
    one,director,director@one.example,,Camille Exemple,yes,2024-01-01,2099-12-31
    two,press,press@two.example,,Claude Exemple,yes,2024-01-01,2025-12-31
    """


@pytest.fixture
def db(registry: Registry) -> Path:
    return registry(contacts=CONTACTS)


@pytest.mark.parametrize(
    "asked", [("list", "contacts"), ("export", "contacts"), ("list", "contacts", "--as-of", "2025-06-30")]
)
@pytest.mark.parametrize("format_", ["csv", "json", "jsonl", "markdown", "csv-excel", "html", "table"])
def test_people_are_named_only_if_asked(db: Path, asked: tuple[str, ...], format_: str) -> None:
    said = crpv(*asked, "--db", db, "--format", format_).out
    assert "director@one.example" in said
    assert "Exemple" not in said and "consent" not in said.lower()
    named = crpv(*asked, "--with-people", "--db", db, "--format", format_).out
    assert "Camille Exemple" in named
    assert "Claude Exemple" not in named


def test_nobody_is_named_after_their_last_day_whatever_date_is_asked(db: Path) -> None:
    for date in ("2025-06-30", "2026-01-01"):
        rows = json.loads(crpv("list", "contacts", "--with-people", "--as-of", date, "--db", db, "-f", "json").out)
        known = {row["function"]: (row["person"], row["consent"]) for row in rows}
        assert known["director"] == ("Camille Exemple", True)
        assert known.get("press", (None, None)) == (None, None)
    rows = json.loads(crpv("list", "contacts", "--with-people", "--as-of", "9999-12-31", "--db", db, "-f", "json").out)
    assert [(row["function"], row["person"]) for row in rows] == [("secretariat", None)]


@pytest.mark.parametrize("people", [(), ("--with-people",)])
def test_all_tables_in_a_folder_or_a_workbook(db: Path, tmp_path: Path, people: tuple[str, ...]) -> None:
    for target in (f"{tmp_path}/all/", f"{tmp_path}/all.xlsx"):
        assert crpv("export", "all", *people, "-o", target, "--db", db).code == 0
    text = (tmp_path / "all" / "contacts.csv").read_text(encoding="utf-8")
    names = next(csv.reader(io.StringIO(text)))
    sheets = load_workbook(tmp_path / "all.xlsx").worksheets
    cells = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert ("person" in names) is ("Camille Exemple" in text) is ("Camille Exemple" in cells) is bool(people)
    assert "Claude Exemple" not in text and "Claude Exemple" not in cells


def test_what_is_exported_without_people_leaves_them_as_they_are(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    assert crpv("export", "contacts", "-o", file, "--db", db).code == 0
    ran = crpv("load", file, "--db", db)
    assert ran.code == 0 and "2 inserted" not in ran.said
    sql = "select person from contacts where person is not null order by person"
    assert [row["person"] for row in crpv("query", sql, "--db", db, "-f", "json").json] == [
        "Camille Exemple",
        "Claude Exemple",
    ]


def test_a_person_needs_consent_and_an_end(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    for consent, end in (("", "2099-12-31"), ("no", "2099-12-31"), ("yes", "")):
        file.write_text(f"centre,function,person,consent,valid_to\ntwo,director,X,{consent},{end}\n", encoding="utf-8")
        assert crpv("load", file, "--db", db).code == ExitCode.ANOMALIES
    assert {row["function"] for row in rows_of(db, "contacts")} == {"secretariat", "director", "press"}


def test_neither_trace_nor_the_log_nor_a_form_names_anybody(db: Path, tmp_path: Path) -> None:
    add_tables(db, contacts="centre,function,person,consent,valid_to\none,director,Dominique Exemple,yes,2099-12-31")
    load = crpv("log", "--db", db, "-f", "json").json[0]["load"]
    for asked in (("trace", "contacts", "one", "director"), ("log", load), ("log", load - 1)):
        ran = crpv(*asked, "--db", db, "-f", "csv")
        assert ran.code == 0 and "person" in ran.out and "Exemple" not in ran.out
    form = tmp_path / "form.xlsx"
    assert crpv("template", "contacts", "--filled", "--centre", "one", "-o", form, "--db", db).code == 0
    cells = {str(cell.value) for sheet in load_workbook(form) for row in sheet.iter_rows() for cell in row}
    assert "director@one.example" in cells and "Dominique Exemple" not in cells
    before = crpv("query", "select person, consent from contacts order by 1", "--db", db).out
    assert crpv("load", form, "--db", db).code == 0
    assert crpv("query", "select person, consent from contacts order by 1", "--db", db).out == before


def test_a_table_without_people_refuses_the_option(db: Path) -> None:
    for asked in (("list",), ("list", "funders"), ("export", "funders"), ("export", "coverage")):
        ran = crpv(*asked, "--with-people", "--db", db)
        assert ran.code == ExitCode.USAGE and "--with-people" in ran.said


def test_no_view_has_a_column_about_people() -> None:
    personal = {column.name for table in TABLES.values() for column in table.columns if column.personal}
    assert personal == {"person", "consent"}
    for view in VIEWS.values():
        assert personal.isdisjoint(view.names)


def test_editing_contacts_leaves_people_as_they_are(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = crpv("query", "select function, person, consent from contacts order by 1", "--db", db).out
    monkeypatch.setenv("EDITOR", "sed -i -e s/press@two/presse@two/")
    monkeypatch.delenv("VISUAL", raising=False)
    assert crpv("edit", "contacts", "--yes", "--db", db).code == 0
    assert "presse@two.example" in {row["email"] for row in rows_of(db, "contacts")}
    assert crpv("query", "select function, person, consent from contacts order by 1", "--db", db).out == before


@pytest.mark.parametrize("asked", [("--columns", "function,Person"), ("--sort", "-consent")])
def test_a_column_about_people_says_how_to_ask_for_it(db: Path, asked: tuple[str, str]) -> None:
    ran = crpv("list", "contacts", *asked, "--db", db)
    assert ran.code == ExitCode.USAGE and "--with-people" in ran.said
    assert crpv("list", "contacts", *asked, "--with-people", "--db", db).code == 0
