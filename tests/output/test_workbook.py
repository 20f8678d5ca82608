"""Workbooks say what they are, hold typed cells, compute nothing, and load back unchanged."""

from __future__ import annotations

import datetime
import io
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from crpv_cli import __version__, language
from crpv_cli.bundled import demo_folder
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.intake.grid import Row
from crpv_cli.intake.headers import read_header, recognise
from crpv_cli.intake.records import check
from crpv_cli.intake.values import clean
from crpv_cli.intake.workbooks import OWN_SHEETS, open_workbook
from crpv_cli.language import msg
from crpv_cli.output import streams
from crpv_cli.output.files import write_all
from crpv_cli.output.formats import Format, show
from crpv_cli.output.workbook.book import AMBER, LONGEST_NAME, Book
from crpv_cli.output.workbook.write import tables_workbook, workbook
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.exports import all_tables
from crpv_cli.reports.listing import Selection, list_rows_of, list_table
from crpv_cli.result import Note, Origin, Result, Value
from tests.asked import ask
from tests.conftest import Convert
from tests.output.conftest import Load


def book(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def texts(sheet: Worksheet) -> list[tuple[str, str]]:
    """The labels and texts of a first sheet."""
    return [(str(row[0] or ""), str(row[1] or "")) for row in sheet.iter_rows(max_col=2, values_only=True)]


def said(sheet: Worksheet, label: str) -> str:
    return dict(texts(sheet))[label]


# --- Back into crpv ---


def written(table: Table) -> tuple[Column, ...]:
    """The columns that are written unless people are asked for."""
    return tuple(column for column in table.columns if not column.personal)


def stored(db: Path) -> dict[str, list[dict[str, object]]]:
    with open_reading(db) as connection:
        return {
            table.name: [
                {column.name: row[column.stored] for column in written(table)}
                for row in connection.execute(f"select * from {table.name}")
            ]
            for table in TABLES.values()
        }


def read_back(path: Path) -> dict[str, list[dict[str, object]]]:
    """What the intake makes of every sheet of a workbook."""

    def fits(sheet: str, cells: Sequence[str]) -> bool:
        return any(not read_header(cells, table).missing for table in TABLES.values())

    found = {}
    for sheet in open_workbook(path, fits):
        header = recognise(sheet.header, sheet.sheet)
        names = tuple(column.name for column in written(header.table))
        assert header.present == names, sheet.sheet
        rows = []
        for row in sheet.rows():
            assert isinstance(row, Row)
            cells = {column.name: cell for column, cell in zip(header.columns, row.cells, strict=True) if column}
            checked = check(header.table, {name: cell for name, cell in cells.items() if cell})
            said = {correction.code for _, correction in checked.corrections}
            assert checked.faults == [] and said <= {"unusual-value"}, (sheet.sheet, row, checked)
            rows.append({name: (checked.values or {})[name] for name in names})
        found[header.table.name] = rows
    return found


def same_rows(found: dict[str, list[dict[str, object]]], expected: dict[str, list[dict[str, object]]]) -> None:
    assert set(found) == set(TABLES)
    for name, rows in expected.items():
        assert sorted(map(repr, found[name])) == sorted(map(repr, rows)), name


def write_registry(db: Path, target: Path, lang: str) -> Path:
    language.activate(lang)
    with open_reading(db) as connection:
        target.write_bytes(tables_workbook(all_tables(connection)))
    language.activate("en")
    return target


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_record_of_every_table_comes_back(spoilt: Path, tmp_path: Path, lang: str) -> None:
    file = write_registry(spoilt, tmp_path / "registry.xlsx", lang)
    same_rows(read_back(file), stored(spoilt))


@pytest.mark.parametrize(("lang", "kind"), [("en", "ods"), ("fr", "xlsx")])
def test_libreoffice_saves_it_and_nothing_is_lost(
    spoilt: Path, tmp_path: Path, convert: Convert, load: Load, lang: str, kind: str
) -> None:
    saved = convert(write_registry(spoilt, tmp_path / "registry.xlsx", lang), kind)
    same_rows(read_back(saved), stored(spoilt))
    report = load(saved)
    assert {anomaly.code for anomaly in report.anomalies} <= {"unusual-value"}
    assert len(report.files) == len(TABLES)
    assert (sum(file.inserted for file in report.files), sum(file.updated for file in report.files)) == (0, 0)


@pytest.mark.parametrize("name", TABLES)
def test_a_workbook_of_one_table_comes_back(spoilt: Path, tmp_path: Path, load: Load, name: str) -> None:
    with open_reading(spoilt) as connection:
        result = list_table(connection, TABLES[name], Selection())
    file = tmp_path / "one.xlsx"
    file.write_bytes(workbook(result))
    report = load(file)
    assert {anomaly.code for anomaly in report.anomalies} <= {"unusual-value"}
    (outcome,) = report.files
    assert (outcome.table, outcome.read, outcome.inserted, outcome.updated) == (name, len(result.rows), 0, 0)


def through_a_cell(value: Value, column: Column) -> str:
    """A value as the intake reads it from a workbook."""
    result = Result("x", msg("x"), (Column("key", "Key", Kind.CODE), column), (("k", value),))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsx")
        path.write_bytes(workbook(result))
        (sheet,) = open_workbook(path, lambda sheet, cells: cells[:1] == ["Key"])
        ((_, cell),) = [row.cells for row in sheet.rows() if isinstance(row, Row)]
        return cell


@settings(max_examples=150)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1).map(clean))
def test_any_text_comes_back(text: str) -> None:
    assert through_a_cell(text or None, Column("x", "X")) == text


@settings(max_examples=150)
@given(st.integers(-(10**12), 10**12))
def test_any_amount_comes_back_to_the_cent(centimes: int) -> None:
    from crpv_cli.intake.values import read_cell

    column = Column("x", "X", Kind.MONEY)
    assert read_cell(through_a_cell(centimes, column), column) == (centimes, None)


@settings(max_examples=100)
@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_any_day_comes_back(lang: str, day: datetime.date) -> None:
    from crpv_cli.intake.values import read_cell

    language.activate(lang)
    for kind in (Kind.DATE, Kind.PARTIAL_DATE):
        column = Column("x", "X", kind)
        assert read_cell(through_a_cell(day.isoformat(), column), column) == (day.isoformat(), None)


# --- Typed cells ---


COLUMNS = (
    Column("id", "Id", Kind.CODE),
    Column("amount", "Amount", Kind.MONEY),
    Column("share", "Share", Kind.PERCENT),
    Column("count", "Count", Kind.INTEGER),
    Column("year", "Year", Kind.YEAR),
    Column("day", "Day", Kind.DATE),
    Column("month", "Month", Kind.PARTIAL_DATE),
    Column("flag", "Flag", Kind.FLAG),
    Column("codes", "Codes", Kind.CODES),
    Column("change", "Change", Kind.DECIMAL, signed=True),
    Column("kind", "Kind", Kind.CODE, choices=(Choice("gip", "GIP"),)),
    Column("text", "Text"),
)
ROWS: tuple[tuple[Value, ...], ...] = (
    ("01", 123450, 0.878888, 4954720, 2023, "2023-10-17", "2023-10", True, ("01", "2A"), 0.5, "gip", "=1+1"),
    ("2A", -5, 1, 0, 1999, "1850-01-01", "2023-10-17", False, (), -1.0, "other", "http://example.org"),
    ("3", None, None, None, None, None, None, None, None, None, None, None),
)
TOTALS = (None, 123445, None, 4954720, *(None,) * 8)


def typed() -> Worksheet:
    result = Result("typed", msg("Typed: all kinds"), COLUMNS, ROWS, total_row=TOTALS)
    return book(workbook(result))["Typed"]


def test_cells_are_what_they_hold() -> None:
    sheet = typed()
    first = [cell.value for cell in sheet[2]]
    assert first == [
        "01", 1234.5, 0.878888, 4954720, 2023, datetime.datetime(2023, 10, 17), "2023-10", "yes", "01 2A", 0.5, "GIP",
        "=1+1",
    ]  # fmt: skip
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "n", "n", "d", "s", "s", "s", "n", "s", "s"]
    second = [cell.value for cell in sheet[3]]
    assert second[:2] == ["2A", -0.05]
    assert second[5:9] == ["1850-01-01", datetime.datetime(2023, 10, 17), "no", None]
    assert second[10:] == ["other", "http://example.org"]
    assert sheet.cell(3, 12).hyperlink is None


def test_what_is_unknown_is_an_empty_cell() -> None:
    assert [cell.value for cell in typed()[4]] == ["3"] + [None] * 11


def test_formats() -> None:
    sheet = typed()
    formats = {column.name: sheet.cell(2, place).number_format for place, column in enumerate(COLUMNS, 1)}
    assert formats == {
        "id": "@",
        "amount": '#,##0.00 "€"',
        "share": "0.0%",
        "count": "#,##0",
        "year": "0",
        "day": "yyyy-mm-dd",
        "month": "@",
        "flag": "@",
        "codes": "@",
        "change": "+General;-General;General",
        "kind": "@",
        "text": "@",
    }


def test_french_dates_and_labels() -> None:
    language.activate("fr")
    sheet = typed()
    assert sheet["F2"].number_format == "dd/mm/yyyy"
    assert (sheet["G2"].value, sheet["F3"].value, sheet["H2"].value) == ("10/2023", "01/01/1850", "oui")


def test_the_heading_is_bold_frozen_and_filters_and_the_total_is_bold() -> None:
    sheet = typed()
    assert [cell.value for cell in sheet[1]] == [column.label for column in COLUMNS]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:L4"
    totals = [cell.value for cell in sheet[5]]
    assert totals[:4] == ["Total", 1234.45, None, 4954720]
    assert sheet["A5"].font.bold and sheet["D5"].font.bold


def test_empty_cells_of_a_column_of_codes_keep_what_is_typed() -> None:
    sheet = typed()
    assert sheet.column_dimensions["A"].width >= 7
    content = workbook(Result("x", msg("x"), COLUMNS[:1], ()))
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert '<col min="1" max="1"' in archive.read("xl/worksheets/sheet2.xml").decode()
        assert 'style="' in archive.read("xl/worksheets/sheet2.xml").decode().partition("<cols>")[2][:90]


def test_widths_are_bounded_and_long_texts_wrap() -> None:
    result = Result("x", msg("x"), (Column("a", "A"), Column("b", "B", Kind.CODE)), (("word " * 100, "y" * 90),))
    sheet = book(workbook(result))["x"]
    assert sheet.column_dimensions["A"].width <= 61
    assert sheet.column_dimensions["B"].width <= 33
    assert sheet["A2"].alignment.wrap_text
    assert sheet["A2"].number_format == "General"  # a format of text shows #### beyond 255 characters
    assert sheet.row_dimensions[2].height > 60


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "\t=1", "http://x.org", "mailto:a@b.c", "1", "01"]
)
def test_a_text_never_computes_nor_links(text: str) -> None:
    result = Result(text, msg("{text}", text=text), (Column("a", text),), ((text,),), notes=(Note("n", msg(text)),))
    found = book(workbook(result))
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell)]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert [cell for cell in cells if cell.hyperlink] == []


def test_numbers_that_a_spreadsheet_would_change_are_texts() -> None:
    rows: tuple[tuple[Value, ...], ...] = ((2**53 + 1,), (float("inf"),))
    sheet = book(workbook(Result("x", msg("x"), (Column("a", "A", Kind.DECIMAL),), rows)))["x"]
    assert [sheet.cell(row, 1).value for row in (2, 3)] == [str(2**53 + 1), "inf"]


def test_what_a_sheet_cannot_hold_is_refused() -> None:
    with pytest.raises(UsageProblem) as caught:
        workbook(Result("x", msg("x"), (Column("a", "A"),), (("a" * 32_768,),)))
    assert "32,768" in caught.value.message.text()
    many = Book("x")
    many.bounds(1_048_576, 16_384)
    for rows, columns in ((1_048_577, 1), (1, 16_385)):
        with pytest.raises(UsageProblem):
            many.bounds(rows, columns)


def test_names_of_sheets_are_allowed_and_each_stands_once() -> None:
    made = Book("x")
    names = [
        made.name(wanted)
        for wanted in (
            "Évaluations",
            "évaluations",
            "a/b: c*[d]?",
            "crpv",
            "History",
            "'x'",
            "",
            "mot " * 20,
            "mot " * 20,
        )
    ]
    assert names[:6] == ["Évaluations", "évaluations (2)", "a-b- c-d", "crpv (2)", "History (2)", "x"]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= LONGEST_NAME for name in names)


def test_the_same_bytes_every_time(spoilt: Path) -> None:
    with open_reading(spoilt) as connection:
        assert tables_workbook(all_tables(connection)) == tables_workbook(all_tables(connection))


# --- The first sheet ---


def test_the_first_sheet_says_what_the_workbook_is(spoilt: Path) -> None:
    with open_reading(spoilt) as connection:
        found = book(workbook(coverage(connection, "2023-10-17")))
    assert found.sheetnames == ["crpv", "Coverage on 2023-10-17"]
    assert found.sheetnames[0] in OWN_SHEETS
    cover = found["crpv"]
    assert cover["A1"].value == "Coverage on 2023-10-17: neighbourhoods, 2015 geography"
    assert said(cover, "As of") == "2023-10-17"
    assert said(cover, "Measure") == "neighbourhoods"
    assert said(cover, "A row for each") == "Centre"
    assert said(cover, "Written by") == f"crpv {__version__}"
    assert said(cover, "Registry").startswith("as it was after load 2, on ")
    everything = " ".join(text for _, text in texts(cover))
    assert "88%" in everything
    assert "(anct-qp-2015-2024)" in everything
    assert "None in this file" in said(cover, "Demonstration data")


def test_made_up_data_is_told_in_colour(spoilt: Path) -> None:
    with open_reading(spoilt) as connection:
        found = book(workbook(evaluation_summaries(connection, "2026-01-01")))
    row = next(row for row in found["crpv"].iter_rows() if row[0].value == "Demonstration data")
    assert str(row[1].value).startswith("FICTITIOUS")
    assert row[1].fill.fgColor.rgb == f"FF{AMBER[1:]}"
    assert found.worksheets[1].sheet_properties.tabColor.rgb == f"FF{AMBER[1:]}"
    assert "FICTITIOUS" in str(found.worksheets[1].oddHeader.right.text)


def test_a_registry_without_made_up_data_says_so(reference: sqlite3.Connection) -> None:
    found = book(workbook(list_rows_of(reference, "centres", Selection(as_of="2023-10-17", overseas=True))))
    cover = found["crpv"]
    assert said(cover, "Demonstration data") == "None in this file."
    assert (said(cover, "As of"), said(cover, "Overseas")) == ("2023-10-17", "yes")
    assert found.sheetnames[1] == "Centres"


def test_a_workbook_of_all_tables_names_its_sheets(spoilt: Path) -> None:
    language.activate("fr")
    with open_reading(spoilt) as connection:
        found = book(tables_workbook(all_tables(connection)))
    labels = [language.translate(table.label) for table in TABLES.values()]
    assert found.sheetnames == ["crpv", *labels]
    assert all(len(label) <= LONGEST_NAME for label in labels)
    cover = found["crpv"]
    links = {str(cell.hyperlink.location): str(cell.value) for cell in cover["B"] if cell.hyperlink}
    assert list(links) == [f"'{label}'!A1" for label in labels]
    assert "149" in links["'Évaluations'!A1"]
    made_up = {sheet.title for sheet in found if sheet.sheet_properties.tabColor is not None}
    rests = {path.stem for path in demo_folder().glob("*.csv")} - {"sources"}
    assert made_up == {language.translate(TABLES[name].label) for name in rests}
    assert any(all(name in text for name in made_up) for _, text in texts(cover))


def test_only_sources_of_the_rows_shown_are_named() -> None:
    columns = (Column("id", "Id", Kind.CODE), Column("source", "Source", Kind.CODE, refers="sources"))
    result = Result(
        "x", msg("x"), columns, (("1", "a"),), origin=Origin({"a": "First", "b": "Second"}, 1, "2026-01-01")
    )
    everything = " ".join(text for _, text in texts(book(workbook(result))["crpv"]))
    assert "First (a)" in everything
    assert "Second" not in everything


def test_a_sheet_of_a_centre_has_a_sheet_for_each_section(spoilt: Path) -> None:
    with open_reading(spoilt) as connection:
        found = book(workbook(centre_sheet(connection, "oriv", "2025-12-31")))
    assert found.sheetnames == [
        "crpv",
        "Identity",
        "Perimeter on 2025-12-31",
        "Governance",
        "Funding by kind of funder",
        "Known payments, last five years",
        "Budgets, last five years",
        "Core missions",
        *found.sheetnames[8:],
    ]
    rest = {name.partition(" on ")[0] for name in found.sheetnames[8:]}
    assert {"Agreements", "Joint projects it takes part in", "Contact points", "Sources"} <= rest
    assert "Meetings" not in rest  # it has hosted none that is known
    facts = dict(found["Identity"].iter_rows(max_col=2, values_only=True))
    assert facts["Id"] == "oriv"
    assert str(facts["Opened"]) == "1992"
    assert "Closed" not in facts  # which does not apply to a centre that is open
    assert said(found["crpv"], "As of") == "2025-12-31"
    assert said(found["crpv"], "Demonstration data").startswith("FICTITIOUS")


def test_a_query_tells_its_question(spoilt: Path) -> None:
    with open_reading(spoilt) as connection:
        found = book(workbook(ask(connection, "select id, opened from centres where id = 'oriv'", {})))
    assert [cell.value for cell in found["Query"][2]] == ["oriv", "1992"]
    assert said(found["crpv"], "Query").startswith("select id")


# --- Where it goes ---


def simple() -> Result:
    return Result("simple", msg("Simple"), (Column("a", "A"),), (("1",),))


def test_not_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "on_terminal", lambda: True)
    with pytest.raises(UsageProblem) as caught:
        show(simple(), Format.XLSX)
    assert caught.value.advice is not None and "-o FILE.xlsx" in caught.value.advice.text()


def test_the_extension_chooses_it_and_a_file_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "simple.xlsx"
    show(simple(), None, file)
    assert book(file.read_bytes()).sheetnames == ["crpv", "Simple"]
    with pytest.raises(FileProblem):
        show(simple(), None, file)
    show(simple(), None, file, force=True)


def test_everything_into_one_workbook_or_a_folder_of_them(tmp_path: Path) -> None:
    tables = [Result(name, msg(name.title()), (Column("a", "A"),), (("1",),)) for name in ("one", "two")]
    write_all(tables, tmp_path / "all.xlsx", None, force=False)
    assert book((tmp_path / "all.xlsx").read_bytes()).sheetnames == ["crpv", "One", "Two"]
    with pytest.raises(FileProblem):
        write_all(tables, tmp_path / "all.xlsx", Format.XLSX, force=False)
    write_all(tables, tmp_path / "folder", Format.XLSX, force=False)
    beside = {"LICENCE.md", "LISEZMOI.md", "datapackage.json"}
    assert {file.name for file in (tmp_path / "folder").iterdir()} == {"one.xlsx", "two.xlsx", *beside}
    with pytest.raises(UsageProblem):
        write_all(tables, tmp_path / "other.xlsx", Format.CSV, force=False)
    assert not (tmp_path / "other.xlsx").exists()


def run(*arguments: str, db: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "crpv_cli", *arguments],
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "CRPV_DB": str(db), "CRPV_LANG": "en"},
    )


def test_a_pipe_gets_the_bytes(spoilt: Path) -> None:
    ran = run("list", "departments", "-f", "xlsx", db=spoilt)
    assert ran.returncode == 0, ran.stderr
    assert book(ran.stdout)["Departments"]["A2"].value == "01"


def test_other_formats_do_not_pay_for_it(spoilt: Path) -> None:
    program = (
        "import sys\nfrom crpv_cli.__main__ import main\nsys.argv = ['crpv', 'list', '-f', 'csv']\n"
        "try:\n    main()\nfinally:\n    assert 'xlsxwriter' not in sys.modules\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, env={**os.environ, "CRPV_DB": str(spoilt)}
    )
    assert ran.returncode == 0, ran.stderr
