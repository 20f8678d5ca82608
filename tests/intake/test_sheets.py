"""What a sheet says beyond the texts of its cells: kinds, errors, formulas, formats, and what nobody sees of it."""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from crpv_cli.errors import Anomaly
from crpv_cli.intake.cells import Cell
from crpv_cli.intake.child import told
from crpv_cli.intake.files import InputFile, ReadOptions, TableFile, open_tables
from crpv_cli.intake.sheets.units import shown_unit
from crpv_cli.intake.wall import Workbook
from tests.conftest import Convert
from tests.faults.books import FUNDERS, ods, xls, xlsx, xlsx_parts, xlsx_rows, zipped
from tests.intake.rows import records_of, rows_of

HEADER = ["centre", "funder", "year", "stage", "amount", "purpose"]
PLAIN = ["oriv", "etat", 2024, "granted", 1000, "a"]
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes rows below the header, changes the sheet as asked, and saves the workbook."""

    def write(*rows: list[object], then: Callable[[openpyxl.worksheet.worksheet.Worksheet], object] = str) -> Path:
        workbook = openpyxl.Workbook()
        sheet = workbook.worksheets[0]
        for row in (HEADER, *rows):
            sheet.append(row)
        then(sheet)
        path = tmp_path / "book.xlsx"
        workbook.save(path)
        return path

    return write


def cells_of(path: Path, sheet: int = 0) -> dict[str, str | tuple[str, ...]]:
    """Every cell that is not empty by its place: a text, or its kind, its text and its unit."""
    workbook = Workbook(path)
    found: dict[str, str | tuple[str, ...]] = {}
    for line, cells in workbook.rows(workbook.sheets[sheet][0]):
        for place, cell in enumerate(cells):
            if isinstance(cell, Cell):
                found[f"{chr(65 + place)}{line}"] = (cell.kind.value, str(cell), *filter(None, [cell.unit]))
            elif cell:
                found[f"{chr(65 + place)}{line}"] = cell
    return found


def odd_cells(path: Path) -> dict[str, str | tuple[str, ...]]:
    return {place: cell for place, cell in cells_of(path).items() if isinstance(cell, tuple)}


def tables(path: Path, sheet: str | None = None) -> list[TableFile]:
    return open_tables(InputFile(path, path.name), ReadOptions(sheet=sheet))


def found_in(path: Path) -> list[Anomaly]:
    return [anomaly for table in tables(path) for anomaly in table.anomalies]


# --- Kinds of cells ---


def test_cells_say_what_they_are(make: Make) -> None:
    moment = datetime.datetime(2024, 1, 2, 9, 30)
    path = make(
        ["a", 2023.0, 1234.5, True, datetime.date(2024, 1, 2), moment],
        [datetime.time(9, 30), datetime.timedelta(hours=26, minutes=3), "", "2024-01-02", False, "x"],
    )
    assert {place: cell for place, cell in cells_of(path).items() if not place.endswith("1")} == {
        "A2": "a", "B2": "2023", "C2": "1234.5", "D2": ("boolean", "true"), "E2": ("date", "2024-01-02"),
        "F2": ("time", "2024-01-02 09:30:00"), "A3": ("time", "09:30:00"), "B3": ("time", "26:03:00"),
        "D3": "2024-01-02", "E3": ("boolean", "false"), "F3": "x",
    }  # fmt: skip


def test_a_number_is_no_truth_that_equals_it(make: Make) -> None:
    assert odd_cells(make([1, True], [True, 1], [0, False])) == {
        "B2": ("boolean", "true"),
        "A3": ("boolean", "true"),
        "B4": ("boolean", "false"),
    }


@pytest.mark.parametrize(("value", "cell"), [(datetime.datetime(2024, 1, 2), ["date", "2024-01-02"]), (1.5, "1.5")])
def test_values_as_they_are_told(value: object, cell: object) -> None:
    assert told(value) == cell


def test_the_last_moment_of_a_day_is_not_the_day_after(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    sheet = workbook.add_worksheet()
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    for place, value in enumerate((46022.9999999999, 46022, 46022.5)):
        sheet.write_number(0, place, value, day)
    sheet.write_number(0, 3, 0.9999999999)
    workbook.close()
    assert cells_of(tmp_path / "book.xlsx") == {
        "A1": ("time", "2025-12-31 23:59:59"),
        "B1": ("date", "2025-12-31"),
        "C1": ("time", "2025-12-31 12:00:00"),
        "D1": "0.9999999999",
    }


# --- Errors and formulas ---

ERRORS = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]


def test_errors_are_told_by_their_names(make: Make) -> None:
    path = make(*([*PLAIN[:5], error] for error in ERRORS))
    assert odd_cells(path) == {f"F{line}": ("error", error) for line, error in enumerate(ERRORS, 2)}


def test_a_formula_that_was_never_computed_is_no_empty_cell(make: Make) -> None:
    path = make([*PLAIN[:4], "=500*2", "a"], ["=A2"], [*PLAIN[:4], 3, "b"])
    assert odd_cells(path) == {"E2": ("uncomputed", ""), "A3": ("uncomputed", "")}
    assert [line for line, _ in Workbook(path).rows("Sheet")] == [1, 2, 3, 4]


def _with_formulas(path: Path, *formulas: tuple[str, object]) -> Path:
    """A workbook of a program that writes what it is told to be the result, and 0 where it is told nothing."""
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    for line, (formula, result) in enumerate(formulas):
        sheet.write_formula(line, 0, formula, None, result)
        sheet.write(line, 1, 0)
    workbook.close()
    return path


def test_a_0_of_a_workbook_that_was_never_computed_is_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    assert cells_of(_with_formulas(path, ("=500*2", 0), ("=1+1", 0))) == {
        "A1": ("doubtful", "0"), "A2": ("doubtful", "0"), "B1": "0", "B2": "0",
    }  # fmt: skip
    assert odd_cells(_with_formulas(path, ("=500*2", 1000), ("=500*0", 0))) == {}
    assert odd_cells(_with_formulas(path, ('="a"', "a"), ("=500*0", 0))) == {}


FORMULA = '<row r="1"><c r="A1"><f>B1*0</f><v>0</v></c><c r="B1"><v>5</v></c></row>'


@pytest.mark.parametrize(
    ("calculation", "doubtful"),
    [
        ("", True), ('<calcPr fullCalcOnLoad="1"/>', True), ('<calcPr fullCalcOnLoad="true" calcId="0"/>', True),
        ('<calcPr calcId="191029"/>', False), ("<calcPr/>", False), ('<calcPr fullCalcOnLoad="0"/>', False),
    ],
)  # fmt: skip
def test_whether_a_spreadsheet_computed_is_said_by_the_workbook(
    tmp_path: Path, calculation: str, doubtful: bool
) -> None:
    path = tmp_path / "book.xlsx"
    parts = xlsx_parts(FORMULA)
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</sheets>", f"</sheets>{calculation}")
    path.write_bytes(zipped(parts))
    assert odd_cells(path) == ({"A1": ("doubtful", "0")} if doubtful else {})
    path.write_bytes(zipped({**parts, "xl/calcChain.xml": "<calcChain/>"}))
    assert odd_cells(path) == {}


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_what_a_spreadsheet_computed_is_not_doubted(make: Make, convert: Convert, kind: str) -> None:
    computed = convert(make([*PLAIN[:4], "=500*2", '=""'], [*PLAIN[:4], "=500*0", "=A2"]), kind)
    assert odd_cells(computed) == {}
    assert {place: cell for place, cell in cells_of(computed).items() if place[0] in "EF" and place[1] != "1"} == {
        "E2": "1000", "E3": "0", "F3": "oriv",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_errors_that_a_spreadsheet_computed(make: Make, convert: Convert, kind: str) -> None:
    computed = convert(make([*PLAIN[:4], "=1/0", "=NA()"], [*PLAIN[:4], 1, "=nothing()"]), kind)
    assert odd_cells(computed) == {"E2": ("error", "#DIV/0!"), "F2": ("error", "#N/A"), "F3": ("error", "#NAME?")}


def test_a_formula_of_open_document_without_a_result(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    empty = '<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>'
    path.write_bytes(ods(f"<table:table-row>{cell}{formula}{empty}{cell}</table:table-row>"))
    assert odd_cells(path) == {"B1": ("uncomputed", "")}


def test_formulas_of_excel_97(tmp_path: Path) -> None:
    path = tmp_path / "book.xls"
    never = bytes(8) + b"\3\0"
    path.write_bytes(xls([["a", never], ["b", never], ["c", 0]]))
    assert odd_cells(path) == {"B1": ("doubtful", "0"), "B2": ("doubtful", "0")}
    computed, error = struct.pack("<d", 2.5) + b"\3\0", b"\2\0\x17\0\0\0\xff\xff\0\0"
    path.write_bytes(xls([["a", never], ["b", computed]]))
    assert odd_cells(path) == {}
    path.write_bytes(xls([["a", bytes(10)], ["b", error]]))
    assert odd_cells(path) == {"B2": ("error", "#REF!")}


# --- Units ---


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("General", ""), ("0", ""), ('#,##0.00 "€"', ""), ("[$€-40C] #,##0.00", ""), ("#,##0.00\\ [$€-1]", ""),
        ('_-* #,##0.00 "€"_-;\\-* #,##0.00 "€"_-;_-* "-"??\\ "€"_-;_-@_-', ""), ('0 "euros HT"', ""), ("@", ""),
        ('#,##0 "k€"', "k€"), ('#,##0" k€"', "k€"), ("0\\ \\k\\€", "k€"), ("#,##0 [$k€-40C]", "k€"), ('0 "M€"', "M€"),
        ('[Red]-#,##0 "k€"', "k€"), ("# ##0 \"milliers d'euros\"", "milliers d'euros"), ('General" k€"', "k€"),
        ("0.0,", "÷1000"), ("#,##0,,", "÷1000000"), ('0, "€"', "÷1000"), ("0.0,;-0.0,", "÷1000"),
        ('#,##0, "k€"', "€"), ('0.0,,"M€"', "€"), ('0,"M€"', "k€"), ('0,,"k€"', "÷1000000 k€"),
        ("0%", "%"), ("0.00%", "%"), ("[$$-409]#,##0.00", "$"), ("#,##0 [$£-809]", "£"), ('0 "jours"', "jours"),
        ('0" ETP"', ""), ('"n°"0', ""), ('00" "00" "00', ""), ('"QP"000000', ""), ("# ?/?", ""), ("0.00E+00", ""),
        ("dd/mm/yyyy", ""), ("[h]:mm", ""), ("[$-40C]d mmm yyyy;@", ""), ("#,##0.00;(#,##0.00)", ""), ("", ""),
    ],
)  # fmt: skip
def test_units_of_formats(code: str, unit: str) -> None:
    assert shown_unit(code) == unit


def _formatted(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    codes = ['#,##0.0 "k€"', "0%", "#,##0.0,", '#,##0 "€"', '#,##0.0, "k€"', "0.00"]
    for place, (code, value) in enumerate(zip(codes, (12.5, 0.15, 12345, 12345, 12345, 3), strict=True), 1):
        sheet.cell(2, place, value).number_format = code
        sheet.cell(3, place, "text").number_format = code


UNITS = {
    "A2": ("unit", "12.5", "k€"), "B2": ("unit", "0.15", "%"), "C2": ("unit", "12345", "÷1000"), "D2": "12345",
    "E2": ("unit", "12345", "€"), "F2": "3",
}  # fmt: skip


def test_numbers_say_the_unit_that_their_format_shows(make: Make) -> None:
    cells = cells_of(make(then=_formatted))
    assert {place: cell for place, cell in cells.items() if place[1] == "2"} == UNITS
    assert {cell for place, cell in cells.items() if place[1] == "3"} == {"text"}


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_libreoffice_keeps_the_units_of_formats(make: Make, convert: Convert, kind: str) -> None:
    cells = cells_of(convert(make(then=_formatted), kind))
    assert {place: cell for place, cell in cells.items() if place[1] == "2"} == UNITS
    assert {cell for place, cell in cells.items() if place[1] == "3"} == {"text"}


def test_amounts_in_other_units_are_multiplied_or_refused(make: Make) -> None:
    values = [(12.5, '0.0 "k€"'), (0.15, "0%"), (12345, "#,##0.0,"), (12345, '#,##0.0, "k€"'), (5, '0 "$"'), (7, "0 €")]

    def write(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for line, (value, code) in enumerate(values, 2):
            sheet.cell(line, 5, value).number_format = code

    (table,) = tables(make(*([*PLAIN[:2], 2000 + line, *PLAIN[3:]] for line in range(len(values))), then=write))
    anomalies = [row for row in rows_of(table) if isinstance(row, Anomaly)]
    assert [record.values["amount"] for record in records_of(table)] == [1_250_000, 1_234_500, 700]
    assert [(anomaly.code, anomaly.cell) for anomaly in anomalies] == [
        ("multiplied", "E2"),
        ("unknown-unit", "E3"),
        ("scaled-number", "E4"),
        ("unknown-unit", "E6"),
    ]
    assert anomalies[2].message.text("en") == "The cell holds 12345, but its format shows it divided by 1,000."


# --- Other ways to write the same XML, many rows, and damage ---


def test_names_with_a_prefix_other_quotes_and_cells_without_places(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    parts = xlsx_parts('<row><c t="inlineStr"><is><t>x</t></is></c><c t=\'e\'><v>#REF!</v></c></row>'
                       '<row hidden="true"><c><v>1</v></c><c><f>A1</f></c></row>')  # fmt: skip
    sheet = re.sub("<(/?)([a-z])", r"<\1x:\2", str(parts["xl/worksheets/sheet1.xml"]).partition("\n")[2], flags=re.I)
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("xmlns=", "xmlns:x=")
    path.write_bytes(zipped(parts))
    assert cells_of(path) == {"A1": "x", "B1": ("error", "#REF!"), "A2": "1", "B2": ("uncomputed", "")}
    assert Workbook(path).facts("funders", 0)["lines"] == [2]


def test_odd_cells_stand_in_their_rows_however_many_there_are(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    rows = xlsx_rows([["a", line] for line in range(1, 6001)])
    for line in (2000, 2001, 5999):
        rows = rows.replace(f'<c r="B{line}"><v>{line}</v>', f'<c r="B{line}" t="e"><v>#N/A</v>')
    path.write_bytes(xlsx(rows))
    expected = {f"B{line}": ("error", "#N/A") for line in (2000, 2001, 5999)}
    assert odd_cells(path) == expected
    workbook = Workbook(path)
    below = dict(workbook.rows("funders", after=2000))
    assert next(iter(below)) == 2001
    assert [line for line, cells in below.items() if isinstance(cells[1], Cell)] == [2001, 5999]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/styles.xml", '<styleSheet><numFmts><numFmt numFmtId="200"/></numFmts><cellXfs/></styleSheet>'),
        ("xl/styles.xml", '<styleSheet><cellXfs><xf/><xf numFmtId="200"/></cellXfs></styleSheet>'),
        (
            "xl/worksheets/sheet1.xml",
            '<worksheet><cols><col min="x" max="y" hidden="1"/></cols>'
            f"<sheetData>{xlsx_rows(FUNDERS)}</sheetData></worksheet>",
        ),
        ("xl/calcChain.xml", ""),
    ],
)
def test_what_the_reader_reads_is_read_whatever_else_is_damaged(tmp_path: Path, part: str, content: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped({**xlsx_parts(xlsx_rows(FUNDERS)), part: content}))
    assert [cells for _, cells in Workbook(path).rows("funders")] == FUNDERS
    assert found_in(path) == []


# --- What nobody sees ---


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "as written"])
def test_hidden_rows_are_said_with_their_lines(make: Make, convert: Convert, kind: str) -> None:
    def hide(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for line in (1, 3, *range(5, 20), 40):
            sheet.row_dimensions[line].hidden = True

    path = make(*[PLAIN] * 18, then=hide)
    (found,) = found_in(path if kind == "as written" else convert(path, kind))
    assert found.code == "hidden-rows"
    assert found.message.text("en").startswith(
        "16 rows of the sheet are hidden (lines 3, 5, 6, 7, 8, 9, 10, 11, 12, 13"
    )
    assert "filter" not in found.message.text("en")


def test_one_hidden_row(make: Make) -> None:
    (found,) = found_in(make(PLAIN, PLAIN, then=lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True)))
    assert found.message.text("en") == "1 row of the sheet is hidden (line 3); it was read too."
    assert found.message.text("fr") == "1 ligne de la feuille est masquée (ligne 3)\u202f; elle a été lue aussi."


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "as written"])
def test_rows_that_a_filter_hides(make: Make, convert: Convert, kind: str) -> None:
    def hide(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.auto_filter.ref = "A1:F3"
        sheet.auto_filter.add_filter_column(0, ["oriv"])
        sheet.row_dimensions[3].hidden = True

    path = make(PLAIN, ["irev", *PLAIN[1:]], then=hide)
    (found,) = found_in(path if kind == "as written" else convert(path, kind))
    assert found.message.text("en") == "1 row of the sheet is hidden by a filter (line 3); it was read too."


def test_a_filter_that_hides_nothing_is_not_worth_a_word(make: Make) -> None:
    path = make(PLAIN, then=lambda sheet: setattr(sheet.auto_filter, "ref", "A1:F2"))
    assert found_in(path) == []


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "as written"])
def test_hidden_columns_of_the_table_are_said(make: Make, convert: Convert, kind: str) -> None:
    def hide(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.column_dimensions["F"].hidden = True
        sheet.column_dimensions["K"].hidden = True

    path = make(PLAIN, then=hide)
    (found,) = found_in(path if kind == "as written" else convert(path, kind))
    assert (found.code, found.cell, found.value) == ("hidden-column", "F1", "purpose")
    assert found.message.text("en") == "The column “purpose” (F) is hidden in the sheet; it was read too."


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_that_holds_a_table_is_said(make: Make, state: str) -> None:
    def add(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for name, rows in (("Brouillon", [HEADER, PLAIN]), ("listes", [["centre"], ["oriv"]]), ("crpv", [HEADER])):
            other = sheet.parent.create_sheet(name)
            other.sheet_state = state
            for row in rows:
                other.append(row)

    path = make(PLAIN, then=add)
    (found,) = found_in(path)
    assert found.message.text("en") == "The sheet “Brouillon” is hidden and holds a table; it was not read."
    assert [table.grid.sheet for table in tables(path) if table.grid] == ["Sheet"]
    assert [table.grid.sheet for table in tables(path, "Brouillon") if table.grid] == ["Brouillon"]


def test_a_table_that_stands_in_a_hidden_sheet_only(make: Make) -> None:
    def move(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        other = sheet.parent.create_sheet("Lisez-moi")
        other.append(["Remplir", "les", "feuilles"])
        sheet.parent.active = 1
        sheet.sheet_state = "hidden"

    (found,) = found_in(make(PLAIN, then=move))
    assert (found.code, found.message.text("en")) == ("hidden-sheet", "The table is in a hidden sheet, “Sheet”.")


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "as written"])
def test_merged_cells_name_the_one_that_has_the_value(make: Make, convert: Convert, kind: str) -> None:
    def merge(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.merge_cells("A2:B4")
        sheet.merge_cells("A6:A7")
        sheet.merge_cells("D2:D3")

    path = make(*[PLAIN] * 6, then=merge)
    (table,) = tables(path if kind == "as written" else convert(path, kind))
    assert table.grid is not None
    merged = {
        f"{chr(65 + place)}{line}": cell
        for line in range(1, 9)
        for place in range(7)
        if (cell := table.grid.merged_with(line, place))
    }
    assert merged == {"B2": "A2", "A3": "A2", "B3": "A2", "A4": "A2", "B4": "A2", "D3": "D2", "A7": "A6"}


def test_blank_rows_that_are_hidden_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    blank = '<row r="4" hidden="1"/><row r="5" hidden="1"><c r="A5" s="0"/><c r="B5" t="str"><f>""</f><v></v></c></row>'
    path.write_bytes(xlsx(xlsx_rows(FUNDERS) + blank))
    assert found_in(path) == []


def test_a_formula_that_is_cut_between_two_pieces_is_found(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    start = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c><c r="B1"><f>A1</f>'
    before = str(xlsx_parts("")["xl/worksheets/sheet1.xml"]).index("</sheetData>") + len(start)
    path.write_bytes(xlsx(" " * ((1 << 20) - before - 2) + start + '<v/></c><c r="C1"><v>1</v></c></row>'))
    assert odd_cells(path) == {"B1": ("uncomputed", "")}
