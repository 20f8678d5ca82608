"""Forms: what they ask, what they allow, how they look, and that they come back right."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crpv_cli import __version__, language
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.intake.headers import read_header, recognise
from crpv_cli.intake.workbooks import OWN_SHEETS
from crpv_cli.output.files import workbook_file, write_form
from crpv_cli.output.workbook.book import AMBER
from crpv_cli.output.workbook.form import form_workbook as workbook_of
from crpv_cli.output.workbook.hidden import FACTS
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.queries import today
from crpv_cli.reports.forms import form_of
from crpv_cli.result import Form, FormBook
from tests.conftest import Convert
from tests.output.conftest import Load


def form(db: Path, table: str, centre: str | None = None, year: int | None = None, filled: bool = False) -> Form:
    with open_reading(db) as connection:
        return form_of(connection, table, centre, year, filled)


def book(asked: Form) -> FormBook:
    """A workbook of one table."""
    return FormBook((asked,), asked.centre, asked.centre_name, asked.year)


def form_workbook(asked: Form) -> bytes:
    return workbook_of(book(asked))


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def header_row(sheet: Worksheet) -> int:
    """The row of the headings: the only one whose cells have comments."""
    return next(int(row[0].row) for row in sheet.iter_rows() if row[0].comment is not None)


def headings(sheet: Worksheet) -> dict[str, int]:
    """The columns by the name of the table's column, counted from 1."""
    line = header_row(sheet)
    cells = [str(cell.value) for cell in sheet[line] if cell.value]
    header = recognise(cells, sheet.title)
    found = {column.name: place for place, column in enumerate(header.columns, 1) if column is not None}
    return found | {f"other_funder_{name}": place + 1 for name, place in header.others.items()}


def facts(workbook: Workbook) -> dict[str, str]:
    rows = workbook[FACTS].iter_rows(max_col=2, values_only=True)
    return {str(key): str(value or "") for key, value in rows if key}


def check_of(sheet: Worksheet, name: str) -> DataValidation:
    letter = sheet.cell(1, headings(sheet)[name]).column_letter
    first = f"{letter}{header_row(sheet) + 1}"
    (found,) = [check for check in sheet.data_validations.dataValidation if first in check.sqref]
    return found


def choices(workbook: Workbook, name: str) -> list[str]:
    """What the drop-down list of a column offers."""
    check = check_of(workbook.worksheets[0], name)
    assert check.type == "list"
    found = re.fullmatch(r"'crpv-form'!(\$[A-Z]+\$\d+:\$[A-Z]+\$\d+)", str(check.formula1))
    assert found, check.formula1
    return [str(cell.value) for (cell,) in workbook[FACTS][found[1]]]


def rows(sheet: Worksheet) -> list[list[object]]:
    """The prepared rows."""
    line, width = header_row(sheet) + 1, len(headings(sheet))
    found = [list(row) for row in sheet.iter_rows(line, max_col=width, values_only=True)]
    return [row for row in found if any(value is not None for value in row)]


# --- What stands in it ---


def test_the_rows_of_a_centre_and_year_are_prepared(spoilt: Path) -> None:
    asked = form(spoilt, "evaluations", "ORIV", 2025)
    assert asked.prepared == ("centre", "mission", "year")
    assert [row.values[:3] for row in asked.rows] == [
        ("oriv", mission, 2025) for mission in ("animation", "skills", "capitalisation")
    ]
    assert all(value is None for row in asked.rows for value in row.values[3:])
    assert not asked.fictitious
    assert "source" not in {field.column.name for field in asked.fields}
    assert "note" in {field.column.name for field in asked.fields}


def test_without_a_centre_all_open_ones_and_without_a_year_the_last(spoilt: Path) -> None:
    asked = form(spoilt, "evaluations")
    assert asked.year == int(today()[:4]) - 1
    assert len(asked.rows) == 60
    assert len(form(spoilt, "evaluations", year=2016).rows) < 60  # the others were not open yet


def test_a_filled_form_has_what_the_registry_holds_and_says_that_it_is_made_up(spoilt: Path) -> None:
    asked = form(spoilt, "evaluations", "guadeloupe", 2024, filled=True)
    known = [row for row in asked.rows if row.known]
    with open_reading(spoilt) as connection:
        (held,) = connection.execute(
            "select count(*) from evaluations where centre='guadeloupe' and year=2024"
        ).fetchone()
    assert len(known) == held > 0
    assert len(asked.rows) == 3
    assert asked.fictitious
    sheet = opened(form_workbook(asked)).worksheets[0]
    alert = next(cell for row in sheet.iter_rows(max_row=4) for cell in row if "FICTITIOUS" in str(cell.value))
    assert alert.fill.fgColor.rgb == f"FF{AMBER[1:]}"
    assert sheet.sheet_properties.tabColor is not None
    assert sheet.sheet_properties.tabColor.rgb == f"FF{AMBER[1:]}"


def test_the_funders_of_a_centre_are_prepared_with_no_amount(spoilt: Path) -> None:
    asked = form(spoilt, "funding", "reso-villes", 1999)
    assert asked.prepared == ("centre", "funder", "year", "scheme")
    names = [field.column.name for field in asked.fields]
    assert {row.values[names.index("funder")] for row in asked.rows} >= {"etat", "region-bretagne", "nantes-metropole"}
    assert {row.values[names.index("amount")] for row in asked.rows} == {None}


def test_filled_funding_keeps_the_source_that_tells_rows_apart(spoilt: Path) -> None:
    asked = form(spoilt, "funding", "reso-villes", 2024, filled=True)
    names = [field.column.name for field in asked.fields]
    assert "source" in names and "source" in asked.prepared
    known = [row.values for row in asked.rows if row.known]
    assert {row[names.index("source")] for row in known} >= {"anct-subventions"}


def test_the_departments_of_a_centre_are_prepared(spoilt: Path) -> None:
    asked = form(spoilt, "perimeters", "oriv")
    assert asked.prepared == ("centre", "department", "valid_from")
    assert len(asked.rows) == 10
    names = [field.column.name for field in asked.fields]
    assert "2016-01-01" in {row.values[names.index("valid_from")] for row in asked.rows}
    assert {row.values[names.index("confidence")] for row in asked.rows} == {None}
    filled = form(spoilt, "perimeters", "oriv", filled=True)
    assert {row.values[names.index("confidence")] for row in filled.rows} == {"high"}


def test_activity_is_asked_of_all_four_missions(spoilt: Path) -> None:
    asked = form(spoilt, "activities", "oriv", 2025)
    assert asked.prepared == ("centre", "mission", "year")
    assert [row.values[:3] for row in asked.rows] == [
        ("oriv", mission, 2025) for mission in ("animation", "skills", "capitalisation", "complementary")
    ]
    assert all(value is None for row in asked.rows for value in row.values[3:])
    assert not asked.fictitious
    assert len(form(spoilt, "activities").rows) == 80


def test_filled_activity_keeps_the_sources_that_tell_rows_apart_and_asks_only_what_is_missing(spoilt: Path) -> None:
    with open_reading(spoilt) as connection:
        told = connection.execute("select mission from activities where centre = 'oriv' and year = 2023").fetchall()
    asked = form(spoilt, "activities", "oriv", 2023, filled=True)
    names = [field.column.name for field in asked.fields]
    assert asked.prepared == ("centre", "mission", "year", "source")
    assert asked.fictitious
    known = [str(row.values[names.index("mission")]) for row in asked.rows if row.known]
    assert sorted(known) == sorted(row["mission"] for row in told)
    others = {row.values[names.index("mission")] for row in asked.rows if not row.known}
    assert others == {"animation", "skills", "capitalisation", "complementary"} - set(known)


def test_agreements_are_asked_of_the_funders_of_a_centre(spoilt: Path) -> None:
    asked = form(spoilt, "agreements", "reso-villes")
    assert asked.prepared == ("centre", "funder")
    names = [field.column.name for field in asked.fields]
    assert {row.values[names.index("funder")] for row in asked.rows} >= {"etat", "region-bretagne", "nantes-metropole"}
    assert {row.values[names.index(name)] for row in asked.rows for name in ("starts_on", "ends_on")} == {None}
    filled = form(spoilt, "agreements", "reso-villes", filled=True)
    held = {row.values[names.index("funder")] for row in filled.rows if row.known}
    assert "etat" in held
    assert not held & {row.values[names.index("funder")] for row in filled.rows if not row.known}


def test_who_sits_today_is_prepared_and_said_to_be_made_up(spoilt: Path) -> None:
    asked = form(spoilt, "governance", "oriv")
    assert asked.prepared == ("centre", "organ", "member", "member_kind", "role", "valid_from")
    with open_reading(spoilt) as connection:
        (sitting,) = connection.execute(
            "select count(*) from governance where centre = 'oriv' and (valid_to is null or valid_to >= ?)", (today(),)
        ).fetchone()
        (gone,) = connection.execute(
            "select count(*) from governance where valid_to < ? and centre in (select id from centres)", (today(),)
        ).fetchone()
    assert len(asked.rows) == sitting > 0 < gone
    assert asked.fictitious


def test_one_centre_can_be_asked_about_itself(spoilt: Path) -> None:
    assert [row.values[:2] for row in form(spoilt, "centres", "oriv").rows] == [("oriv", None)]
    filled = form(spoilt, "centres", "oriv", filled=True)
    assert [row.values[2] for row in filled.rows] == ["ORIV"]
    assert form(spoilt, "centres").rows == ()


def test_other_tables_have_blank_rows(spoilt: Path) -> None:
    prepared = {"activities", "agreements", "centres", "evaluations", "funding", "governance", "perimeters"}
    for name in set(TABLES) - prepared - {"budgets", "contacts", "labels"}:
        asked = form(spoilt, name)
        assert (asked.rows, asked.prepared) == ((), ())


@pytest.mark.parametrize(
    ("table", "centre", "year", "said"),
    [
        ("centres", None, 2024, "--year"),
        ("departments", "oriv", None, "--centre"),
        ("evaluations", "orvi", None, "orvi"),
        ("evalation", None, None, "evalation"),
    ],
)
def test_what_does_not_apply_is_refused(
    spoilt: Path, table: str, centre: str | None, year: int | None, said: str
) -> None:
    with pytest.raises(UsageProblem) as caught:
        form(spoilt, table, centre, year)
    assert said in caught.value.message.text()


def test_an_empty_table_to_choose_from_is_reported_to_the_sender(reference_path: Path) -> None:
    assert ["scales" in remark.text() for remark in form(reference_path, "evaluations").remarks] == [True]


# --- The workbook ---


def test_the_hidden_sheet_is_laid_out_as_documented(spoilt: Path) -> None:
    workbook = opened(form_workbook(form(spoilt, "evaluations", "oriv", 2025)))
    assert workbook.sheetnames == ["Evaluations", FACTS]
    assert FACTS in OWN_SHEETS
    hidden = workbook[FACTS]
    assert hidden.sheet_state == "hidden"
    assert [(row[0].value, row[1].value) for row in hidden.iter_rows(max_row=10, max_col=2)] == [
        ("form", "2"),
        ("centre", "oriv"),
        ("year", "2025"),
        ("filled", "0"),
        ("fictitious", "0"),
        ("language", "en"),
        ("crpv", __version__),
        ("cover", None),
        ("sheet.evaluations", "Evaluations"),
        ("prepared.evaluations", "centre,mission,year"),
    ]
    assert {cell.value for cell in hidden["C"]} == {None}
    assert [str(cell.value).removeprefix("evaluations.") for cell in hidden[1]][3:] == [
        *("centre", "centre:id", "mission", "mission:id", "kind", "scale", "scale:id", "rating")
    ]
    filled = facts(opened(form_workbook(form(spoilt, "evaluations", None, 2024, filled=True))))
    assert (filled["centre"], filled["filled"], filled["fictitious"]) == ("", "1", "1")


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", TABLES)
def test_every_form_of_every_table(spoilt: Path, name: str, lang: str) -> None:
    language.activate(lang)
    asked = form(spoilt, name)
    workbook = opened(form_workbook(asked))
    sheet = workbook.worksheets[0]
    line = header_row(sheet)
    cells = [cell for cell in sheet[line] if cell.value]
    header = read_header([str(cell.value) for cell in cells], TABLES[name])
    assert header.present == tuple(column for column in TABLES[name].names if column not in {"source", "locator"})
    assert (header.extra, header.twice, header.missing) == ((), (), ())
    assert recognise([str(cell.value) for cell in cells], sheet.title).table.name == name
    assert sheet.freeze_panes == f"A{line + 1}"
    other = TABLES[name].other
    assert list(header.others) == (["name", "kind", "siren"] if other is not None else [])
    for cell, column in zip(cells, header.columns, strict=True):
        if column is None:
            continue  # of another funder
        assert cell.comment is not None
        assert cell.comment.text.startswith(
            language.translate(column.label if column.refers else column.explanation)  # nobody writes an id
        )
        assert str(cell.value).endswith(" *") is column.required
        said = language.text("Required.") in cell.comment.text.split("\n")
        assert said is (column.required and column.name not in asked.prepared)
        check = check_of(sheet, column.name)
        assert check.promptTitle and check.prompt
        assert int(str(check.sqref).split(":")[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - line >= 200
        if column.choices:
            assert choices(workbook, column.name) == [language.translate(choice.label) for choice in column.choices]


def test_lists_offer_what_the_registry_knows(spoilt: Path) -> None:
    workbook = opened(form_workbook(form(spoilt, "evaluations", year=2025)))
    assert [one.split()[0] for one in choices(workbook, "mission")] == [
        *("Animation", "Building", "Capitalising", "Complementary")
    ]
    assert len(choices(workbook, "centre")) == 20
    assert choices(workbook, "scale") == ["Échelle de démonstration de 1 à 4, propre au projet crpv, non officielle"]
    assert choices(workbook, "rating") == ["1", "2", "3", "4"]
    assert check_of(workbook.worksheets[0], "rating").errorStyle == "warning"
    assert check_of(workbook.worksheets[0], "mission").errorStyle in {None, "stop"}
    of_one = opened(form_workbook(form(spoilt, "evaluations", "oriv", 2025)))
    assert choices(of_one, "centre") == ["ORIV"]
    funding = opened(form_workbook(form(spoilt, "funding", "oriv")))
    assert "État" in choices(funding, "funder")
    assert "974 La Réunion" in choices(opened(form_workbook(form(spoilt, "perimeters"))), "department")


def test_numbers_and_days_are_checked(spoilt: Path) -> None:
    sheet = opened(form_workbook(form(spoilt, "funding", "oriv"))).worksheets[0]
    year = check_of(sheet, "year")
    assert (year.type, year.operator or "between", year.formula1, year.formula2) == ("whole", "between", "1970", "2100")
    assert "1970" in str(year.error)
    assert check_of(sheet, "amount").type == "decimal"
    assert check_of(sheet, "object").type in {None, "none"}
    day = check_of(opened(form_workbook(form(spoilt, "evaluations", "oriv"))).worksheets[0], "evaluated_on")
    assert day.type == "date"
    assert "2025-12-31" in str(day.error)


def test_prepared_cells_look_locked_and_the_others_do_not(spoilt: Path) -> None:
    sheet = opened(form_workbook(form(spoilt, "evaluations", "oriv", 2025))).worksheets[0]
    line, places = header_row(sheet) + 1, headings(sheet)
    grey = {name for name, place in places.items() if sheet.cell(line, place).fill.fill_type == "solid"}
    assert grey == {"centre", "mission", "year"}
    assert sheet.cell(line, places["rating"]).number_format == "@"
    assert not sheet.protection.sheet


def test_a_row_is_as_high_as_its_longest_text(spoilt: Path) -> None:
    asked = form(spoilt, "funding", "oriv", 2024, filled=True)
    note = [field.column.name for field in asked.fields].index("note")
    sheet = opened(form_workbook(asked)).worksheets[0]
    line = header_row(sheet) + 1
    long = {place for place, row in enumerate(asked.rows, line) if len(str(row.values[note] or "")) > 500}
    high = {place for place in range(line, line + len(asked.rows)) if (sheet.row_dimensions[place].height or 0) > 100}
    assert high == long != set()


def test_french_speaks_french(spoilt: Path) -> None:
    language.activate("fr")
    workbook = opened(form_workbook(form(spoilt, "evaluations", "oriv", 2025)))
    sheet = workbook.worksheets[0]
    assert sheet.title == "Évaluations"
    assert sheet["A1"].value == "Évaluations · 2025 · ORIV"
    everything = " ".join(str(row[0].value) for row in sheet.iter_rows(max_row=header_row(sheet) - 1))
    assert "non officielle (1-4)" in everything
    line, places = header_row(sheet) + 2, headings(sheet)
    assert sheet.cell(line, places["mission"]).value == "Montée en compétences des acteurs locaux"
    assert facts(workbook)["language"] == "fr"


def test_the_same_bytes_every_time(spoilt: Path) -> None:
    asked = form(spoilt, "funding", filled=True, year=2024)
    assert form_workbook(asked) == form_workbook(asked)


# --- Where it goes ---


def test_a_file_must_be_named_and_must_be_a_workbook_that_is_not_there(spoilt: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        workbook_file(None, force=False)
    assert caught.value.advice is not None and "-o FILE.xlsx" in caught.value.advice.text()
    with pytest.raises(UsageProblem):
        workbook_file(tmp_path / "form.csv", force=False)
    target = tmp_path / "form.xlsx"
    write_form(book(form(spoilt, "scales")), target, force=False)
    with pytest.raises(FileProblem):
        workbook_file(target, force=False)
    assert workbook_file(target, force=True) == target


def test_the_command(spoilt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from crpv_cli.main import run

    target = tmp_path / "oriv.xlsx"
    for code, options in (
        (0, ["-o", str(target)]),
        (3, ["-o", str(target)]),
        (0, ["-o", str(target), "--force"]),
        (2, []),
    ):
        with pytest.raises(SystemExit) as ended:
            run(["template", "evaluations", "--centre", "oriv", "--year", "2025", "--db", str(spoilt), *options])
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.err
        assert printed.out == ""
    assert facts(opened(target.read_bytes()))["centre"] == "oriv"


# --- And back ---


def written(tmp_path: Path, asked: Form, name: str = "form.xlsx") -> Path:
    file = tmp_path / name
    file.write_bytes(form_workbook(asked))
    return file


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", TABLES)
def test_a_form_that_nobody_changed_changes_nothing(
    spoilt: Path, tmp_path: Path, load: Load, name: str, lang: str
) -> None:
    language.activate(lang)
    year = 2024 if "year" in TABLES[name].names else None
    for filled in (False, True):
        asked = form(spoilt, name, year=year, filled=filled)
        report = load(written(tmp_path, asked))
        odd = [anomaly for anomaly in report.anomalies if anomaly.code != "unusual-value"]  # as they were
        assert [anomaly.message.text("en") for anomaly in odd] == []
        (outcome,) = report.files
        assert outcome.table == name
        assert outcome.read == outcome.unchanged == sum(row.known for row in asked.rows)


def fill(file: Path, answers: list[dict[str, object]]) -> None:
    """Fill in the rows of a form, in their order, as a person would."""
    workbook = load_workbook(file)
    sheet = workbook.worksheets[0]
    line, places = header_row(sheet), headings(sheet)
    for number, answer in enumerate(answers, 1):
        for name, value in answer.items():
            sheet.cell(line + number, places[name]).value = value
    workbook.save(file)


ANSWER: dict[str, object] = {"kind": "joint", "scale": "demo-1-4", "rating": "3", "summary": "Good."}


def test_a_form_that_is_filled_in_loads(spoilt: Path, tmp_path: Path, load: Load) -> None:
    file = written(tmp_path, form(spoilt, "evaluations", "oriv", 2025))
    # Somebody types a number, a date and the label of another language, and leaves the third row empty.
    fill(file, [ANSWER, {**ANSWER, "kind": "conjointe", "rating": 2, "evaluated_on": "17/10/2025"}])
    report = load(file)
    assert [anomaly.message.text() for anomaly in report.anomalies] == []
    (outcome,) = report.files
    assert (outcome.read, outcome.inserted) == (2, 2)
    assert report.centres == {"oriv"}


def test_activity_that_is_told_loads_and_missions_without_any_are_passed_over(
    spoilt: Path, tmp_path: Path, load: Load
) -> None:
    file = written(tmp_path, form(spoilt, "activities", "oriv", 2025))
    # Two rows of one mission: the second is added beneath the prepared ones, all four of which stand.
    fill(
        file,
        [
            {"type": "Training", "half_days": 12, "participants": "240"},
            {},
            {},
            {},
            {"centre": "oriv", "mission": "animation", "year": 2025, "type": "visite", "mode": "on-site"},
        ],
    )
    report = load(file)
    assert [anomaly.message.text() for anomaly in report.anomalies] == []
    assert [(outcome.read, outcome.inserted) for outcome in report.files] == [(2, 2)]


def test_a_seat_that_somebody_left_comes_back_with_its_last_day(spoilt: Path, tmp_path: Path, load: Load) -> None:
    file = written(tmp_path, form(spoilt, "governance", "oriv"))
    fill(file, [{"valid_to": "31/12/2025"}])
    report = load(file)
    assert [anomaly.message.text() for anomaly in report.anomalies] == []
    assert [(outcome.read, outcome.inserted, outcome.updated) for outcome in report.files] == [(1, 0, 1)]


def test_what_is_wrong_is_told_with_sheet_and_cell(spoilt: Path, tmp_path: Path, load: Load) -> None:
    file = written(tmp_path, form(spoilt, "evaluations", "oriv", 2025))
    wrong: list[dict[str, object]] = [{"rating": "5"}, {"mission": None}, {"centre": "orivv"}]
    fill(file, [{**ANSWER, **change} for change in wrong])
    report = load(file)
    sheet = opened(file.read_bytes()).worksheets[0]
    line, places = header_row(sheet), headings(sheet)
    expected = [
        f"{sheet.cell(1, places[name]).column_letter}{line + number}"
        for number, name in enumerate(("rating", "mission", "centre"), 1)
    ]
    assert {(anomaly.sheet, anomaly.cell) for anomaly in report.anomalies} == {
        ("Evaluations", cell) for cell in expected
    }
    assert report.load is None


def test_funding_comes_back_to_the_cent(spoilt: Path, tmp_path: Path, load: Load) -> None:
    asked = form(spoilt, "funding", "oriv", 2023, filled=True)
    file = written(tmp_path, asked)
    place = next(number for number, row in enumerate(asked.rows) if row.known)
    fill(file, [{} if number != place else {"amount": 123456.78} for number in range(len(asked.rows))])
    report = load(file)
    assert report.errors == 0
    assert [(outcome.inserted, outcome.updated) for outcome in report.files] == [(0, 1)]


@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_libreoffice_keeps_a_form(spoilt: Path, tmp_path: Path, convert: Convert, load: Load, kind: str) -> None:
    file = written(tmp_path, form(spoilt, "evaluations", "guadeloupe", 2024, filled=True))
    saved = convert(file, kind)
    report = load(saved)
    assert report.anomalies == []
    assert [(outcome.inserted, outcome.updated) for outcome in report.files] == [(0, 0)]
    if kind == "xlsx":
        workbook = load_workbook(saved)
        assert workbook[FACTS].sheet_state == "hidden"
        assert facts(workbook)["prepared.evaluations"] == "centre,mission,year"
        checks = workbook.worksheets[0].data_validations.dataValidation
        assert sum(check.type == "list" for check in checks) >= 5
