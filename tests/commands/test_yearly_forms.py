"""One workbook a centre, as its people fill it in: names, other funders, halves; what comes of it when it is loaded."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from crpv_cli import language
from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.files import ReadOptions, gather
from crpv_cli.intake.headers import recognise
from crpv_cli.intake.returned import FORM_SHEET
from crpv_cli.intake.sources import sources_of
from crpv_cli.registry.queries import today
from tests.commands.conftest import Ran, Registry, add_tables, crpv, table
from tests.conftest import Convert

YEAR = int(today()[:4]) - 1
SHEETS = ["Activité", "Évaluations", "Financements", "Budgets", "Gouvernance", "Points de contact"]
STRASBOURG = "Eurométropole de Strasbourg"
# Half-days, and less than one; whole where the column holds whole numbers only.
FEW, ONE = (2.5, 0.5) if TABLES["activities"].column("half_days").kind is Kind.DECIMAL else (2, 1)
Answers = dict[str, list[dict[str, object]]]


@pytest.fixture
def db(registry: Registry) -> Path:
    path = registry()
    add_tables(
        path,
        governance="""
            centre,organ,member,member_kind,role,valid_from,source
            one,board,Préfecture,state,chair,2020-01-01,books
            """,
        funding="""
            centre,funder,year,scheme,stage,amount,source
            one,state,2019,147,paid,100,books
            two,town,2019,,paid,100,books
            """,
        contacts="""
            centre,function,email,person,consent,valid_to
            one,press,press@one.example,Camille Exemple,yes,2099-12-31
            """,
    )
    return path


@pytest.fixture(autouse=True)
def french() -> None:
    language.activate("fr")


@pytest.fixture
def forms(db: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    ran = crpv(
        "template", "--year", YEAR, "--each", folder, "--due", "31/03/2026", "--contact", "Mme Exemple", "--db", db
    )
    assert (ran.code, ran.out) == (0, ""), ran.err
    return folder


def header_of(sheet: Worksheet) -> int:
    return next(int(row[0].row) for row in sheet.iter_rows() if row[0].comment is not None)


def places_of(sheet: Worksheet) -> dict[str, int]:
    """The columns of a sheet by name, those of another funder too."""
    header = recognise([str(cell.value or "") for cell in sheet[header_of(sheet)]], sheet.title)
    found = {column.name: place for place, column in enumerate(header.columns, 1) if column}
    return found | {f"other_{name}": place + 1 for name, place in header.others.items()}


def fill(file: Path, answers: Answers) -> None:
    """Fill in rows, counted below the heading; a row of ``None`` is passed over."""
    workbook = load_workbook(file)
    for name, rows in answers.items():
        sheet = workbook[name]
        line, places = header_of(sheet), places_of(sheet)
        for number, row in enumerate(rows, line + 1):
            for column, value in row.items():
                sheet.cell(number, places[column]).value = value
    workbook.save(file)


def asked(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def loaded(db: Path, *files: Path) -> Ran:
    ran = crpv("load", *files, "--db", db)
    assert ran.code == 0, ran.err
    return ran


FUNDING: dict[str, object] = {"centre": "One", "year": YEAR, "stage": "Accordé", "amount": 40000.5}
OTHER = FUNDING | {"other_name": STRASBOURG, "other_kind": "Intercommunalité", "other_siren": "246 700 488"}
ANSWERS: Answers = {
    "Activité": [
        {"type": "Formation", "half_days": FEW, "participants": 12},
        {},
        {},
        {
            "centre": "One",
            "mission": "Compétences",
            "year": YEAR,
            "type": "Visite",
            "half_days": str(ONE).replace(".", ","),
        },
    ],
    "Évaluations": [{"kind": "Conjointe", "scale": "One to four", "rating": "3"}, {}],
    "Financements": [{"stage": "Versé", "amount": "1 234,50 €"}, OTHER],
    "Budgets": [{"status": "Prévisionnel", "resources": 100000, "fte": 2.5, "expenditure": "nc"}],
}


# --- What is sent out ---


def test_each_open_centre_has_a_workbook_with_a_cover_and_a_sheet_for_each_table(forms: Path) -> None:
    assert sorted(file.name for file in forms.iterdir()) == ["one.xlsx", "two.xlsx"]
    workbook = load_workbook(forms / "one.xlsx")
    assert workbook.sheetnames == ["À lire", *SHEETS, FORM_SHEET]
    assert workbook[FORM_SHEET].sheet_state == "hidden"
    cover = "\n".join(str(cell.value) for row in workbook["À lire"].iter_rows() for cell in row if cell.value)
    for said in ("One · ", "31/03/2026", "Mme Exemple", *SHEETS, "One to four (1-4)", "2,5"):
        assert said in cover


def test_people_see_names_and_no_ids(forms: Path) -> None:
    workbook = load_workbook(forms / "one.xlsx")
    shown = {
        str(cell.value)
        for sheet in workbook.worksheets
        if sheet.title != FORM_SHEET
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    }
    assert {"One", "Animation", "Compétences", "État", "conseil d'administration", "press@one.example"} <= shown
    assert not shown & {"one", "animation", "skills", "state", "chair", "board", "four"}
    assert "Camille Exemple" not in shown


def test_a_folder_is_written_whole_or_not_at_all(db: Path, forms: Path) -> None:
    (forms / "one.xlsx").unlink()
    again = crpv("template", "--year", YEAR, "--each", forms, "--db", db)
    assert again.code == 3
    assert not (forms / "one.xlsx").exists()
    assert crpv("template", "--year", YEAR, "--each", forms, "--force", "--db", db).code == 0
    assert (forms / "one.xlsx").exists()


def test_options_that_do_not_go_together(db: Path, tmp_path: Path) -> None:
    for options in (
        ["--each", tmp_path / "f", "--centre", "one"],
        ["--each", tmp_path / "f", "-o", tmp_path / "f.xlsx"],
        ["--each", tmp_path / "f.xlsx"],
        ["departments", "--each", tmp_path / "f"],
        ["--ods", "-o", tmp_path / "f.xlsx"],
        ["evaluations", "-o", tmp_path / "f.csv"],
    ):
        assert crpv("template", *options, "--db", db).code == 2, options
    assert list(tmp_path.glob("f*")) == []


def test_several_tables_in_one_workbook(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    assert crpv("template", "evaluations", "funding", "--centre", "one", "-o", file, "--db", db).code == 0
    assert load_workbook(file).sheetnames == ["À lire", "Évaluations", "Financements", FORM_SHEET]


# --- What comes back ---


def test_a_form_filled_in_by_people_loads_with_the_figures_put_in(db: Path, forms: Path) -> None:
    fill(forms / "one.xlsx", ANSWERS)
    ran = loaded(db, forms)
    assert f"1 nouveau financeur : {STRASBOURG}" in ran.said.replace("\u202f", " ").replace("\xa0", " ")
    assert asked(db, f"select mission, type, half_days, participants from activities where year = {YEAR}") == [
        ("animation", "training", FEW, 12),
        ("skills", "visit", ONE, None),
    ]
    assert asked(db, "select mission, kind, scale, rating from evaluations") == [("animation", "joint", "four", "3")]
    assert asked(db, f"select funder, scheme, stage, amount_cents from funding where year = {YEAR} order by 4") == [
        ("state", "147", "paid", 123450),
        ("eurometropole-de-strasbourg", None, "granted", 4000050),
    ]
    assert asked(db, "select id, name, kind, siren from funders where load > 2") == [
        ("eurometropole-de-strasbourg", STRASBOURG, "intercommunality", "246700488")
    ]
    assert asked(db, "select resources_cents, expenditure_cents, fte from budgets") == [(10000000, None, 2.5)]
    again = loaded(db, forms)
    assert "nouveau financeur" not in again.said
    assert asked(db, "select count(*) from loads")[0][0] == 4  # what was there, what was asked, the forms


def test_a_row_added_to_the_form_of_a_centre_is_of_it_and_of_its_year(db: Path, forms: Path) -> None:
    added = {"mission": "Animation", "type": "formation", "half_days": 3}
    fill(forms / "one.xlsx", {"Activité": [{}, {}, {}, {}, added]})
    loaded(db, forms / "one.xlsx")
    assert asked(db, "select centre, mission, year, half_days from activities") == [("one", "animation", YEAR, 3)]


def test_the_same_other_funder_in_two_forms_is_one_funder(db: Path, forms: Path) -> None:
    fill(forms / "one.xlsx", {"Financements": [{}, OTHER]})
    its = {"centre": "Two", "other_name": "EUROMETROPOLE de Strasbourg", "other_kind": None, "other_siren": None}
    fill(forms / "two.xlsx", {"Financements": [{}, OTHER | its]})
    loaded(db, forms)
    assert asked(db, f"select centre, funder from funding where year = {YEAR} order by 1") == [
        ("one", "eurometropole-de-strasbourg"),
        ("two", "eurometropole-de-strasbourg"),
    ]
    assert asked(db, "select count(*) from funders") == [(4,)]


@pytest.mark.parametrize("named", [{"other_name": "ville"}, {"other_siren": "246700488"}])
def test_an_other_funder_that_the_registry_has_is_that_one(db: Path, forms: Path, named: dict[str, object]) -> None:
    add_tables(db, funders="id,name,kind,siren\ntown,Ville,commune,246700488")
    fill(forms / "one.xlsx", {"Financements": [{}, FUNDING | named]})
    loaded(db, forms)
    assert asked(db, f"select funder from funding where year = {YEAR}") == [("town",)]
    assert asked(db, "select count(*) from funders") == [(3,)]


def test_the_same_name_with_another_siren_is_another_funder(db: Path, forms: Path) -> None:
    add_tables(db, funders="id,name,kind,siren\ntown,Ville,commune,246700488")
    other = {"other_name": "Ville", "other_kind": "Commune", "other_siren": "552100554"}
    fill(forms / "one.xlsx", {"Financements": [{}, FUNDING | other]})
    loaded(db, forms)
    assert asked(db, f"select funder from funding where year = {YEAR}") == [("ville",)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"other_kind": None, "other_siren": None}, "funder-without-kind"),
        ({"other_name": None}, "funder-without-name"),
        ({"funder": "État"}, "two-named"),
        ({"other_kind": "planète"}, "not-in-list"),
        ({"other_siren": "123456789"}, "wrong-key"),
    ],
)
def test_what_is_wrong_of_another_funder_is_said_once_with_its_cell(
    db: Path, forms: Path, row: dict[str, object], code: str
) -> None:
    fill(forms / "one.xlsx", {"Financements": [{}, OTHER | row]})
    ran = crpv("load", forms / "one.xlsx", "--format", "json", "--db", db)
    assert ran.code == 1
    (found,) = [one for one in ran.json if one["severity"] == "error"]
    assert (found["code"], found["sheet"]) == (code, "Financements")
    assert found["cell"]
    assert asked(db, "select count(*) from funders") == [(3,)]


def test_of_valid_rows_alone_only_their_funders_come_in(db: Path, forms: Path) -> None:
    unread = OTHER | {"other_name": "Mairie", "other_siren": None, "amount": "beaucoup"}
    elsewhere = OTHER | {"other_name": "Village", "other_siren": None, "centre": "Nowhere"}
    fill(forms / "one.xlsx", {"Financements": [{}, OTHER, unread, elsewhere]})
    ran = crpv("load", forms / "one.xlsx", "--keep-valid", "--refused", forms / "refused", "--db", db)
    assert ran.code == 1
    assert asked(db, "select name from funders where load > 2") == [(STRASBOURG,)]
    assert "1 nouveau financeur" in ran.said and "Village" not in ran.said.partition("nouveau financeur")[2]


def test_a_plain_file_may_name_other_funders_too(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "financements.csv"
    file.write_text(
        table(
            """
            Centre;Financeur;Autre financeur;Nature du financeur;SIREN du financeur;Année;Étape;Montant
            One;État;;;;2024;Versé;100
            Two;;Eurométropole de Strasbourg;Intercommunalité;246700488;2024;Versé;200
            """
        ),
        encoding="utf-8",
    )
    loaded(db, file)
    assert asked(db, "select centre, funder, amount_cents from funding where year = 2024") == [
        ("one", "state", 10000),
        ("two", "eurometropole-de-strasbourg", 20000),
    ]
    file.write_text(
        table(
            """
            Centre;Autre financeur;Année;Étape;Montant
            One;Eurométropole de Strasbourg;2024;Versé;300
            """
        ),
        encoding="utf-8",
    )
    loaded(db, file)
    assert asked(db, "select count(*) from funders") == [(4,)]


def test_two_rows_of_one_name_are_told_apart_in_the_list_and_come_back_right(db: Path, tmp_path: Path) -> None:
    add_tables(
        db,
        funders="id,name,kind,siren\nother-town,Ville,commune,246700488\nthird,Ville,commune,\nfourth,Ville,commune,",
    )
    file = tmp_path / "form.xlsx"
    assert crpv("template", "funding", "--centre", "two", "--year", YEAR, "-o", file, "--db", db).code == 0
    hidden = load_workbook(file)[FORM_SHEET]
    heads = [cell.value for cell in hidden[1]]
    place = heads.index("funding.funder") + 1
    names = [
        str(hidden.cell(line, place).value) for line in range(2, hidden.max_row + 1) if hidden.cell(line, place).value
    ]
    towns = [name for name in names if name.startswith("Ville")]
    assert len(set(towns)) == len(towns) == 4
    assert "Ville (commune, 246700488)" in towns
    rows = [FUNDING | {"centre": "Two", "funder": name, "object": name} for name in towns]
    fill(file, {"Financements": [{}, *rows]})
    loaded(db, file)
    found = dict(asked(db, f"select object, funder from funding where year = {YEAR}"))
    assert sorted(found.values()) == ["fourth", "other-town", "third", "town"]
    assert found["Ville (commune, 246700488)"] == "other-town"


def test_a_form_carries_its_scale_and_funders_to_a_registry_that_lacks_them(
    db: Path, forms: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.sqlite"
    assert crpv("init", "--empty", "--db", other).code == 0
    add_tables(
        other,
        centres="""
            id,name,short_name,legal_form,co_funded
            one,Centre one,One,association,true
            """,
        missions="""
            id,name_fr,name_en,core
            animation,Animation,Animation,true
            """,
        funders="""
            id,name,kind
            etat,État,state
            """,
    )
    fill(forms / "one.xlsx", {name: ANSWERS[name] for name in ("Évaluations", "Financements")})
    tried = crpv("load", forms / "one.xlsx", "--dry-run", "--db", other)
    assert tried.code == 0, tried.err
    loaded(other, forms / "one.xlsx")
    assert asked(other, "select id, minimum, maximum from scales") == [("four", 1, 4)]
    # The State has another id there: it is that one. What no row needs stays where it was.
    assert asked(other, "select id from funders order by id") == [("etat",), ("eurometropole-de-strasbourg",)]
    assert asked(other, "select distinct funder from funding order by 1") == [
        ("etat",),
        ("eurometropole-de-strasbourg",),
    ]
    assert asked(other, "select count(*) from missions") == [(1,)]


def test_what_a_form_carries_never_changes_the_registry_and_differences_are_told(db: Path, forms: Path) -> None:
    add_tables(db, scales="id,name,minimum,maximum,levels,official\nfour,One to four,1,5,,true")
    fill(forms / "one.xlsx", {"Évaluations": ANSWERS["Évaluations"]})
    ran = loaded(db, forms / "one.xlsx")
    assert asked(db, "select maximum from scales where id = 'four'") == [(5,)]
    assert "One to four" in ran.said and "« 4 »" in ran.said.replace("\xa0", " ").replace("\u202f", " ")


def sources(file: Path) -> Iterator[tuple[str, object, int, int]]:
    with gather([str(file)]) as (files, _):
        for source in sources_of(files, ReadOptions())[0]:
            rows = sum(1 for _ in source.rows)
            yield source.table.name, source.form, rows, len(source.unanswered)


def test_a_form_in_which_nothing_was_filled_in_is_a_return_of_all_its_tables(forms: Path) -> None:
    tables = ["activities", "evaluations", "funding", "budgets", "governance", "contacts"]
    found = list(sources(forms / "two.xlsx"))
    assert [name for name, *_ in found] == tables
    assert {form for _, form, *_ in found} == {("two", YEAR)}
    assert [(rows, unanswered) for *_, rows, unanswered in found] == [(0, 3), (0, 2), (0, 1), (0, 1), (0, 0), (0, 1)]


def test_the_cover_is_no_table_whatever_stands_in_it(db: Path, forms: Path) -> None:
    file = forms / "one.xlsx"
    workbook = load_workbook(file)
    for place, heading in enumerate(("Centre", "Année", "Financeur", "Étape", "Montant"), 1):
        workbook["À lire"].cell(60, place).value = heading
        workbook["À lire"].cell(61, place).value = ("One", 2020, "État", "Versé", 5)[place - 1]
    workbook.save(file)
    ran = loaded(db, file)
    assert "À lire" not in ran.said
    assert asked(db, "select count(*) from funding where year = 2020") == [(0,)]


def test_a_form_loads_whatever_the_language_of_who_loads_it(db: Path, forms: Path) -> None:
    fill(forms / "one.xlsx", ANSWERS)
    language.activate("en")
    ran = loaded(db, forms / "one.xlsx")
    assert f"1 new funder: {STRASBOURG}" in ran.said
    assert asked(db, "select count(*) from activities") == [(2,)]


def test_a_form_of_the_first_layout_still_loads(db: Path, tmp_path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Évaluations"
    for row in (
        ["Évaluations · One"],
        ["Centre *", "Mission *", "Année *", "Évaluation *", "Échelle", "Note"],
        ["one", "animation", YEAR, "Conjointe", "four", "3"],
        ["one", "skills", YEAR],
    ):
        sheet.append(row)
    sheet.cell(2, 6).value = "Appréciation"
    sheet.cell(2, 6).value = "rating"
    hidden = workbook.create_sheet(FORM_SHEET)
    for fact in (("form", "1"), ("table", "evaluations"), ("centre", "one"), ("year", str(YEAR))):
        hidden.append(fact)
    hidden.append(("prepared", "centre,mission,year"))
    hidden.sheet_state = "hidden"
    file = tmp_path / "old.xlsx"
    workbook.save(file)
    assert list(sources(file)) == [("evaluations", ("one", YEAR), 1, 1)]
    loaded(db, file)
    assert asked(db, "select mission, rating from evaluations") == [("animation", "3")]


# --- LibreOffice ---


def test_forms_as_ods_keep_lists_comments_and_the_hidden_sheet(
    db: Path, tmp_path: Path, office: tuple[str, str], convert: Convert
) -> None:
    folder = tmp_path / "ods"
    ran = crpv("template", "--year", YEAR, "--each", folder, "--ods", "--db", db)
    assert ran.code == 0, ran.err
    assert sorted(file.name for file in folder.iterdir()) == ["one.ods", "two.ods"]
    loaded(db, folder)
    # Somebody opens it, saves it as a workbook of Excel, and fills that in.
    saved = convert(folder / "one.ods", "xlsx")
    workbook = load_workbook(saved)
    assert workbook[FORM_SHEET].sheet_state == "hidden"
    checks = workbook["Financements"].data_validations.dataValidation
    assert sum(check.type == "list" for check in checks) >= 5
    fill(saved, ANSWERS)
    # ... and it is saved once more before it comes back.
    shutil.move(saved, tmp_path / "one.xlsx")
    loaded(db, convert(tmp_path / "one.xlsx", "ods"))
    assert asked(db, "select sum(half_days), count(*) from activities") == [(FEW + ONE, 2)]
    assert asked(db, f"select count(*), sum(amount_cents) from funding where year = {YEAR}") == [(2, 4123500)]


def test_one_ods_file(db: Path, tmp_path: Path, office: tuple[str, str]) -> None:
    file = tmp_path / "one.ods"
    assert crpv("template", "evaluations", "--centre", "one", "-o", file, "--db", db).code == 0
    assert file.read_bytes()[30:38] == b"mimetype"
    loaded(db, file)


def test_without_libreoffice_it_says_so_before_any_work(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for options in (["-o", tmp_path / "f.ods"], ["--each", tmp_path / "f", "--ods"]):
        ran = (
            crpv("template", "--centre", "one", *options, "--db", db)
            if "-o" in options
            else crpv("template", *options, "--db", db)
        )
        assert ran.code == 3
        assert "LibreOffice" in ran.said and ".xlsx" in ran.said
    assert list(tmp_path.glob("f*")) == []
