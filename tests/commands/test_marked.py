"""Files with faults go back to their senders marked, and their corrected return loads."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from crpv_cli import language
from crpv_cli.errors import ExitCode
from crpv_cli.intake.files import InputFile, ReadOptions, csv_of
from crpv_cli.intake.returned import FORM_SHEET
from crpv_cli.intake.wall import Workbook as Read
from crpv_cli.intake.workbooks import MARKS_SHEETS, OWN_SHEETS
from crpv_cli.output.workbook.marks import FILLS, LIST_SHEETS, MEMORY_SHEET, MOST_MARKED
from tests.commands.conftest import Ran, Registry, crpv, rows_of, state_of
from tests.faults.books import ods, ods_rows, xls, xlsx_parts, xlsx_rows, zipped

ERROR, WARNING = (fill for fill in FILLS.values())
HEADER = "Centre;Mission;Année;Évaluation;Échelle;Note obtenue;Remarque\n"
EVALUATIONS = f"""{HEADER}one;animation;2023;interne;four;3;\r
eon;animation;2024;joyeuse;four;2;"=1+1, et\r
012"\r
\r
two;animation;2024;interne;four;7;x\r
two;skills;2024;interne;four;2;x;trop\r
"""


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    folder = tmp_path / "sent"
    folder.mkdir()
    return folder


def colours(sheet: Worksheet) -> dict[str, str]:
    return {
        cell.coordinate: {ERROR: "error", WARNING: "warning"}[cell.fill.fgColor.rgb]
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in FILLS.values()
    }


def comments(sheet: Worksheet) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


def listed(book: Workbook) -> list[tuple[str, ...]]:
    rows = book.worksheets[0].iter_rows(min_row=7, values_only=True)
    return [tuple(str(cell or "") for cell in row) for row in rows]


def header_of(sheet: Worksheet) -> dict[str, int]:
    line = next(row for row in range(1, 20) if str(sheet.cell(row, 1).value).startswith("Centre"))
    return {"": line} | {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[line] if cell.value}


def load(db: Path, *arguments: object) -> Ran:
    return crpv("load", *arguments, "--db", db)


def a_form(db: Path, path: Path) -> None:
    """A form as a centre sends it back: with two faults, a row hidden, a colour and a comment."""
    assert crpv("template", "evaluations", "--centre", "one", "--year", "2024", "-o", path, "--db", db).code == 0
    book = load_workbook(path)
    sheet = book.worksheets[0]
    at = header_of(sheet)
    first = at[""] + 1
    for row, kind, rating in ((first, "self", 7), (first + 1, "jolly", 2)):
        for heading, value in (("Evaluation", kind), ("Scale", "four"), ("Rating", rating)):
            sheet.cell(row, at[heading]).value = value
    sheet.cell(first, at["Rating"]).fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.cell(first, at["Rating"]).comment = Comment("I am not sure.", "Alice")
    sheet.cell(first, at["Remark"]).value = "late"
    sheet.row_dimensions[first + 2].hidden = True
    sheet.column_dimensions["A"].width = 33
    book.save(path)


def test_a_form_comes_back_marked_is_corrected_and_loads(registry: Registry, sent: Path, tmp_path: Path) -> None:
    db, out = registry(), tmp_path / "out"
    a_form(db, sent / "one.xlsx")
    before, original = state_of(db), (sent / "one.xlsx").read_bytes()
    ran = load(db, sent, "--marked", out)
    assert ran.code == ExitCode.ANOMALIES
    assert f"1 file with faults is marked in {out} (one.xlsx): send it back, and load what is returned." in ran.said
    assert (state_of(db), (sent / "one.xlsx").read_bytes()) == (before, original)

    book, form = load_workbook(out / "one.xlsx"), load_workbook(sent / "one.xlsx")
    assert book.sheetnames == [LIST_SHEETS["en"], *form.sheetnames, MEMORY_SHEET]
    assert [sheet.sheet_state for sheet in book] == ["visible", "visible", "hidden", "veryHidden"]
    assert [sheet.sheet_view.tabSelected for sheet in book] == [True, False, False, False]
    sheet, was = book.worksheets[1], form.worksheets[0]
    at = header_of(sheet)
    first = at[""] + 1
    rating, kind = sheet.cell(first, at["Rating"]), sheet.cell(first + 1, at["Evaluation"])
    assert colours(sheet) == {rating.coordinate: "error", kind.coordinate: "error"}
    assert rating.comment.text == (
        "To correct:\nThe rating “7” is not on the scale One to four.\n→ The scale is 1-4.\n――――――――\nI am not sure."
    )
    assert "Write one of: self, joint, external." in kind.comment.text

    # The list: place with a link, column, value, what is wrong, what to do, severity.
    rows = listed(book)
    place = f"{sheet.title}!{rating.coordinate}"
    assert rows[0] == (
        place,
        "Rating",
        "7",
        "The rating “7” is not on the scale One to four.",
        "The scale is 1-4.",
        "To correct",
    )
    assert [row[0].partition("!")[2] for row in rows[:2]] == [rating.coordinate, kind.coordinate]
    assert book.worksheets[0]["A7"].hyperlink.location == f"'{sheet.title}'!{rating.coordinate}"
    assert book.worksheets[0]["A8"].hyperlink.ref == "A8"

    # What else is in the file is as it came.
    assert [[c.value for c in row] for row in sheet] == [[c.value for c in row] for row in was]
    assert sheet.row_dimensions[first + 2].hidden
    assert sheet.column_dimensions["A"].width == 33
    assert len(sheet.data_validations.dataValidation) == len(was.data_validations.dataValidation) > 5
    assert [[c.value for c in row] for row in book[FORM_SHEET]] == [[c.value for c in row] for row in form[FORM_SHEET]]

    rating.value, kind.value = 3, "joint"
    book.save(out / "one.xlsx")
    again = load(db, out)
    assert again.code == 0, again.err
    assert [(row["mission"], row["kind"], row["rating"], row["note"]) for row in rows_of(db, "evaluations")] == [
        ("animation", "self", "3", "late"),
        ("skills", "joint", "2", ""),
    ]


def test_a_file_that_is_marked_again_has_its_old_marks_replaced(registry: Registry, sent: Path, tmp_path: Path) -> None:
    db = registry()
    a_form(db, sent / "one.xlsx")
    load(db, sent, "--marked", tmp_path / "first")
    book = load_workbook(tmp_path / "first/one.xlsx")
    sheet = book.worksheets[1]
    at = header_of(sheet)
    first = at[""] + 1
    sheet.cell(first, at["Rating"]).value = 3
    for cell in (sheet.cell(first, at["Rating"]), sheet.cell(first + 1, at["Evaluation"])):
        cell.comment = Comment(cell.comment.text, " ")  # as LibreOffice writes it
    book.save(tmp_path / "first/one.xlsx")
    language.activate("fr")
    assert load(db, tmp_path / "first", "--marked", tmp_path / "second").code == ExitCode.ANOMALIES
    book = load_workbook(tmp_path / "second/one.xlsx")
    assert book.sheetnames == [LIST_SHEETS["fr"], sheet.title, FORM_SHEET, MEMORY_SHEET]
    sheet = book.worksheets[1]
    kind, rating = sheet.cell(first + 1, at["Evaluation"]), sheet.cell(first, at["Rating"])
    assert colours(sheet) == {kind.coordinate: "error"}
    assert kind.comment.text.count("→") == 1
    assert kind.comment.text.startswith("À corriger")
    assert rating.fill.fgColor.rgb == "FF00FF00"
    assert rating.comment.text == "I am not sure."
    assert "1 à corriger" in book.worksheets[0]["A2"].value


def test_a_csv_file_with_french_habits_comes_back_as_a_workbook_of_texts(
    registry: Registry, sent: Path, tmp_path: Path
) -> None:
    db, out = registry(), tmp_path / "out"
    (sent / "évaluations.csv").write_bytes(EVALUATIONS.encode("cp1252"))
    ran = load(db, sent, "--marked", out)
    assert ran.code == ExitCode.ANOMALIES
    assert "these hold the cells of the others as texts: évaluations.xlsx" in ran.said
    book = load_workbook(out / "évaluations.xlsx")
    sheet = book.worksheets[1]
    assert sheet.title == "évaluations"
    assert colours(sheet) == {
        "A3": "error",
        "D3": "error",
        "F5": "error",
        **dict.fromkeys((f"{letter}6" for letter in "ABCDEFGH"), "error"),  # a whole line, which is said once
    }
    assert set(comments(sheet)) == {"A3", "D3", "F5", "A6"}
    assert {row[0] for row in listed(book)} == {
        *(f"évaluations!{at}" for at in ("A3", "D3", "F5")),
        "évaluations, line 6",
    }
    assert all(cell.data_type == "s" and cell.number_format == "@" for row in sheet for cell in row if cell.value)
    assert sheet["G3"].value == "=1+1, et\n012"
    assert [cell.value for cell in sheet[4]] == [None] * 8

    sheet["A3"], sheet["D3"], sheet["F5"], sheet["H6"] = "one", "interne", 4, None
    book.save(out / "évaluations.xlsx")
    again = load(db, out)
    assert again.code == 0, again.err
    found = rows_of(db, "evaluations")
    assert len(found) == 4
    assert {row["note"] for row in found} == {"", "=1+1, et\n012", "x"}


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_another_kind_of_workbook_comes_back_as_its_cells(
    registry: Registry, sent: Path, tmp_path: Path, kind: str
) -> None:
    db, out = registry(), tmp_path / "out"
    rows = [["id", "name", "kind"], ["metz", "Metz", "village"], ["012", "Nancy", "commune"]]
    (sent / f"funders.{kind}").write_bytes(ods(ods_rows(rows)) if kind == "ods" else xls(rows))
    ran = load(db, sent, "--marked", out)
    assert ran.code == ExitCode.ANOMALIES
    assert "as texts: funders.xlsx" in ran.said
    book = load_workbook(out / "funders.xlsx")
    sheet = book["funders"]
    assert colours(sheet) == {"C2": "error"}
    assert "village" in comments(sheet)["C2"]
    assert [[cell.value for cell in row] for row in sheet] == rows
    sheet["C2"] = "commune"
    book.save(out / "funders.xlsx")
    assert load(db, out).code == 0
    assert {row["id"] for row in rows_of(db, "funders")} >= {"metz", "012"}


def test_nothing_is_written_where_nothing_is_wrong(registry: Registry, sent: Path, tmp_path: Path) -> None:
    db, out = registry(), tmp_path / "out"
    (sent / "good.csv").write_text("id,name,kind\nmetz,Metz,commune\n")
    ran = load(db, sent, "--marked", out, "--dry-run")
    assert (ran.code, out.exists()) == (0, False)
    assert "none was marked" in ran.said
    (sent / "bad.csv").write_text("id,name,kind\nlens,Lens,village\n")
    ran = load(db, sent, "--marked", out, "--keep-valid", "--refused", tmp_path)
    assert ran.code == ExitCode.ANOMALIES
    assert [path.name for path in out.iterdir()] == ["bad.xlsx"]
    assert "metz" in {row["id"] for row in rows_of(db, "funders")}


def test_what_is_there_needs_force_and_what_was_sent_is_never_overwritten(
    registry: Registry, sent: Path, tmp_path: Path
) -> None:
    db, out = registry(), tmp_path / "out"
    (sent / "bad.csv").write_text("id,name,kind\nlens,Lens,village\n")
    assert load(db, sent, "--marked", sent, "--force").code == ExitCode.USAGE
    assert [path.name for path in sent.iterdir()] == ["bad.csv"]
    out.mkdir()
    (out / "bad.xlsx").write_text("mine")
    (sent / "bad-2.csv").write_text("id,name,kind\nlens,Lens,village\n")
    assert load(db, sent, "--marked", out).code == ExitCode.UNREADABLE
    assert [(path.name, path.read_text()) for path in out.iterdir()] == [("bad.xlsx", "mine")]  # all or nothing
    assert load(db, sent, "--marked", out, "--force").code == ExitCode.ANOMALIES
    assert {path.name for path in out.iterdir()} == {"bad.xlsx", "bad-2.xlsx"}


def test_names_are_those_of_what_is_inside_and_none_is_written_twice(
    registry: Registry, sent: Path, tmp_path: Path
) -> None:
    db, out = registry(), tmp_path / "out"
    bad = b"id,name,kind\nlens,Lens,village\n"
    (sent / "bad.csv").write_bytes(bad)
    (sent / "other").mkdir()
    (sent / "other/bad.csv").write_bytes(bad)
    (sent / "packed.csv.gz").write_bytes(gzip.compress(bad))
    ran = crpv(
        "load", sent / "bad.csv", sent / "other", sent / "packed.csv.gz", "-", "--marked", out, "--db", db, stdin=bad
    )
    assert ran.code == ExitCode.ANOMALIES
    assert {path.name for path in out.iterdir()} == {"bad.xlsx", "bad-2.xlsx", "packed.xlsx", "stdin.xlsx"}


def test_what_concerns_the_file_stands_in_the_list_alone(registry: Registry, sent: Path, tmp_path: Path) -> None:
    db, out = registry(), tmp_path / "out"
    (sent / "funding.csv").write_text("centre,year,stage,amount\none,2024,granted,5\n")
    (sent / "secret.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    ran = load(db, sent, "--marked", out)
    assert "secret.xlsx holds the list of faults only" in ran.said
    book = load_workbook(out / "funding.xlsx")
    assert colours(book.worksheets[1]) == {}
    (row,) = [row for row in listed(book) if "missing" in row[3]]
    assert (row[1], row[3]) == ("Funder", "The required column Funder is missing.")
    assert row[4] == "Add it to the header; it may also be called “funder”."  # not how to give it to a command
    assert load_workbook(out / "secret.xlsx").sheetnames == [LIST_SHEETS["en"]]


def with_extension(path: Path) -> None:
    """Write a list as Excel does where it is one of another sheet: as an extension."""
    extension = (
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>other!$A$1:$A$2</xm:f></x14:formula1>'
        "<xm:sqref>C2:C9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"</worksheet>", extension.encode())
    parts[sheet] = (
        parts[sheet]
        .replace(b"<f>1+2</f><v></v>", b"<f>1+2</f><v>3</v>")
        .replace(b"<f>1+2</f><v />", b"<f>1+2</f><v>3</v>")
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_what_people_put_into_a_workbook_survives(registry: Registry, sent: Path, tmp_path: Path) -> None:
    db, out = registry(), tmp_path / "out"
    book = Workbook()
    sheet = book.active
    sheet.title = "funders"
    for row in (
        ["id", "name", "kind", "note"],
        ["lens", "Lens", "village", "=1+2"],
        ["012", "Metz", "commune", "_x0041_"],
    ):
        sheet.append(row)
    sheet.merge_cells("F1:G2")
    sheet["F1"], sheet["F4"] = "", None
    sheet.freeze_panes = "A2"
    sheet.conditional_formatting.add("D2:D9", CellIsRule("equal", ["3"], fill=PatternFill("solid", bgColor="FF00FF00")))
    sheet.add_data_validation(DataValidation("list", formula1='"a,b"', sqref="B2:B9"))
    book.create_sheet("other").append(["village"])
    book["other"].sheet_state = "hidden"
    book.save(sent / "funders.xlsx")
    with_extension(sent / "funders.xlsx")
    assert load(db, sent, "--marked", out).code == ExitCode.ANOMALIES
    marked = load_workbook(out / "funders.xlsx")
    found = marked["funders"]
    assert colours(found)["C2"] == "error"
    assert [str(one) for one in found.merged_cells.ranges] == ["F1:G2"]
    assert found.freeze_panes == "A2"
    assert [str(one.sqref) for one in found.conditional_formatting] == ["D2:D9"]
    assert {(one.formula1, str(one.sqref)) for one in found.data_validations.dataValidation} == {
        ('"a,b"', "B2:B9"),
        ("other!$A$1:$A$2", "C2:C9"),
    }
    assert marked["other"].sheet_state == "hidden"
    assert found["D2"].value == "=1+2"
    # Its result is kept: a file that no spreadsheet has opened since would have none.
    assert load_workbook(out / "funders.xlsx", data_only=True)["funders"]["D2"].value == 3
    assert found["A3"].value == "012"


def test_a_workbook_that_openpyxl_does_not_read_comes_back_as_its_cells(
    registry: Registry, sent: Path, tmp_path: Path
) -> None:
    db, out = registry(), tmp_path / "out"
    book = Workbook()
    for row in (["id", "name", "kind"], ["lens", "Lens", "village"]):
        book.active.append(row)
    book.active.title = "funders"
    book.active.add_data_validation(DataValidation("whole", formula1="1", sqref="C9"))
    book.save(sent / "funders.xlsx")
    with zipfile.ZipFile(sent / "funders.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(sent / "funders.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b'type="whole"', b'type="nonsense"'))
    ran = load(db, sent, "--marked", out)
    assert ran.code == ExitCode.ANOMALIES
    assert "as texts: funders.xlsx" in ran.said
    assert colours(load_workbook(out / "funders.xlsx")["funders"]) == {"C2": "error"}


def test_what_would_take_forever_in_place_comes_back_as_cells(registry: Registry, sent: Path, tmp_path: Path) -> None:
    """A table whose last columns are merged far down, as openpyxl would fill cell by cell."""
    db, out = registry(), tmp_path / "out"
    parts = xlsx_parts(xlsx_rows([["id", "name", "kind"], ["lens", "Lens", "village"]]))
    sheet = "xl/worksheets/sheet1.xml"
    merged = '<mergeCells count="1"><mergeCell ref="E1:XFD1048576"/></mergeCells></worksheet>'
    parts[sheet] = str(parts[sheet]).replace("</worksheet>", merged)
    (sent / "funders.xlsx").write_bytes(zipped(parts))
    ran = load(db, sent, "--marked", out)
    assert "as texts: funders.xlsx" in ran.said
    assert colours(load_workbook(out / "funders.xlsx")["funders"]) == {"C2": "error"}


def test_two_faults_of_merged_cells_stand_in_the_one_that_is_seen(
    registry: Registry, sent: Path, tmp_path: Path
) -> None:
    db = registry()
    book = Workbook()
    book.active.title = "funders"
    for row in (["id", "name", "kind"], ["lens", "Lens", "village"], ["metz", "Metz", None], ["caen", "Caen", None]):
        book.active.append(row)
    book.active.merge_cells("C2:C4")
    book.save(sent / "funders.xlsx")
    for folder, target in ((sent, tmp_path / "first"), (tmp_path / "first", tmp_path / "second")):
        assert load(db, folder, "--marked", target).code == ExitCode.ANOMALIES
        sheet = load_workbook(target / "funders.xlsx")["funders"]
        assert colours(sheet) == {"C2": "error"}
        assert comments(sheet)["C2"].count("To correct:") == 3


def test_what_no_cell_can_hold_is_listed_alone(registry: Registry, sent: Path, tmp_path: Path) -> None:
    db, out = registry(), tmp_path / "out"
    (sent / "funders.csv").write_text(f"id,name,kind\nlens,{'L' * 32_768},village\n")
    ran = load(db, sent, "--marked", out)
    assert (
        "funders.xlsx holds the list of faults only: a cell of a workbook holds 32,767 characters at most." in ran.said
    )
    book = load_workbook(out / "funders.xlsx")
    assert book.sheetnames == [LIST_SHEETS["en"]]
    assert "a cell of a workbook holds" in book.worksheets[0]["A4"].value


def test_a_file_of_very_many_faults_is_marked_as_far_as_anybody_corrects(
    registry: Registry, sent: Path, tmp_path: Path
) -> None:
    db, out = registry(), tmp_path / "out"
    rows = "".join(f"f{number},F,village\n" for number in range(MOST_MARKED + 5))
    (sent / "funders.csv").write_text(f"id,name,kind\n{rows}")
    ran = load(db, sent, "--marked", out)
    # On the terminal one cause takes a few lines, whatever the number of its places.
    assert len(ran.err.splitlines()) < 12
    assert "2,005 errors: kind: “village” is not one of the values of this column." in ran.said
    assert "and 2,002 more" in ran.said
    book = load_workbook(out / "funders.xlsx")
    assert "2,005 to correct. The first 2,000 are listed" in book.worksheets[0]["A2"].value
    assert len(comments(book["funders"])) == len(listed(book)) == MOST_MARKED


def test_the_sheets_of_marks_are_left_out_by_intake() -> None:
    assert set(MARKS_SHEETS) == {*LIST_SHEETS.values(), MEMORY_SHEET}
    assert set(MARKS_SHEETS) < set(OWN_SHEETS)


CELLS = st.text(
    st.one_of(
        st.sampled_from("=+-@'_x0041 éÀ€\n;\",0123456789\t\u00a0\u202f"),
        st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r\x00\x85\u2028\u2029\ufeff"),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@example(rows=[["=1+1", "#N/A", " 012 "], ["_x0041_", "\x01", "'=1"]])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_the_cells_of_a_marked_csv_file_are_those_of_the_file(
    rows: list[list[str]], registry: Registry, tmp_path: Path
) -> None:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([["id", "name", "kind"], *rows, ["a", "b", "village"]])
    path, out = tmp_path / "funders.csv", tmp_path / "out"
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    db = tmp_path / "registry.sqlite"
    if not db.exists():
        registry()
    ran = load(db, path, "--marked", out, "--force", "--as", "funders")
    assert ran.code == ExitCode.ANOMALIES, ran.err
    expected = list(csv_of(InputFile(path, str(path)), ReadOptions("funders")).every_row())
    found = dict(place for place in pairs(Read(out / "funders.xlsx").batches("funders")))
    for number, (_, cells) in enumerate(expected, 1):
        wide = [*found.get(number, []), "", "", ""]
        assert wide[: len(cells)] == cells, number


def pairs(batches: Iterable[tuple[list[int], list[list[str]]]]) -> Iterator[tuple[int, Sequence[str]]]:
    for lines, rows in batches:
        yield from zip(lines, rows, strict=True)
