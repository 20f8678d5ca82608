"""Workbooks as people make them: titles, blank rows, totals, numbers for codes."""

from __future__ import annotations

import datetime
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from crpv_cli.errors import Anomaly, Severity
from crpv_cli.intake import wall
from crpv_cli.intake.child import as_typed
from crpv_cli.intake.files import InputFile, ReadOptions, TableFile, open_tables
from crpv_cli.intake.kinds import is_workbook
from crpv_cli.intake.wall import column_letter
from crpv_cli.registry.loads import Record
from tests.conftest import Convert
from tests.intake.rows import rows_of

Sheets = dict[str, list[list[object]]]
Make = Callable[[Sheets], Path]

TITLED: list[list[object]] = [
    [],
    ["Évaluations des missions, 2024"],
    [None, "à retourner avant le 31 mars"],
    [],
    ["Centre", "Mission", None, "Année", "Évaluation", "Note obtenue", "Échelle", "Évalué le"],
    ["oriv", "skills", None, 2024.0, "conjointe", 3.0, "demo-1-4", datetime.date(2025, 3, 1)],
    [],
    ["irev", "skills", None, "2024", "external", "2", "demo-1-4", "01/03/2025"],
    ["Total", None, None, None, None, 5, None, None],
]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(sheets: Sheets) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.worksheets[0])
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        workbook.save(path)
        return path

    return write


def opened(path: Path, **reading: str) -> list[TableFile]:
    return open_tables(InputFile(path, path.name), ReadOptions(**reading))  # type: ignore[arg-type]


def read(file: TableFile) -> tuple[list[Record], list[Anomaly]]:
    rows = rows_of(file)
    records = sorted((row for row in rows if isinstance(row, Record)), key=lambda record: record.line)
    return records, [*file.anomalies, *(row for row in rows if isinstance(row, Anomaly))]


def test_the_header_is_found_below_titles_and_totals_are_left_out(make: Make) -> None:
    (file,) = opened(make({"Évaluations": TITLED}))
    records, anomalies = read(file)
    assert file.table is not None
    assert file.table.name == "evaluations"
    assert [record.line for record in records] == [6, 8]
    assert records[0].values["evaluated_on"] == records[1].values["evaluated_on"] == "2025-03-01"
    assert [record.values["rating"] for record in records] == ["3", "2"]
    assert [record.values["year"] for record in records] == [2024, 2024]
    (total,) = anomalies
    assert (total.code, total.severity, total.sheet, total.cell) == (
        "totals-row", Severity.WARNING, "Évaluations", "A9",
    )  # fmt: skip


def test_anomalies_name_sheet_and_cell(make: Make) -> None:
    rows: list[list[object]] = [
        ["centre", "department", "valid_from"],
        ["oriv", "9999", "31/02/2024"],
        ["oriv", None, None],
    ]
    _, anomalies = read(opened(make({"Périmètres": rows}))[0])
    assert [(anomaly.code, anomaly.cell) for anomaly in anomalies] == [
        ("not-a-department", "B2"),
        ("no-such-day", "C2"),
        ("empty-cell", "B3"),
    ]
    assert anomalies[0].place == "book.xlsx: Périmètres!B2"


def test_codes_that_became_numbers_are_restored_where_that_is_certain(make: Make) -> None:
    rows: list[list[object]] = [["centre", "department"], ["oriv", 1], ["oriv", 1.0], ["oriv", 67.0], ["oriv", 1053]]
    records, anomalies = read(opened(make({"perimeters": rows}))[0])
    assert [record.values["department"] for record in records] == ["01", "01", "67"]
    assert [(anomaly.severity, anomaly.cell) for anomaly in anomalies] == [
        (Severity.WARNING, "B2"),
        (Severity.WARNING, "B3"),
        (Severity.ERROR, "B5"),
    ]


def test_a_siren_that_lost_a_digit_is_refused(make: Make) -> None:
    rows: list[list[object]] = [
        ["id", "name", "kind", "siren"],
        ["a", "A", "other", 185921582],
        ["b", "B", "other", 18592158],
    ]
    records, anomalies = read(opened(make({"funders": rows}))[0])
    assert [record.values["siren"] for record in records] == ["185921582"]
    assert [(anomaly.code, anomaly.cell) for anomaly in anomalies] == [("not-a-siren", "D3")]


def test_a_number_cell_is_never_ambiguous(make: Make) -> None:
    header: list[object] = ["centre", "funder", "year", "stage", "amount"]
    amounts: list[object] = [1234.5, 0.1 + 0.2, "1 234,50 €", 1234, 1.234, "1.234"]
    rows = [header, *(["oriv", "etat", 2024, "paid", amount] for amount in amounts)]
    records, anomalies = read(opened(make({"funding": rows}))[0])
    assert [record.values["amount"] for record in records] == [123450, 30, 123450, 123400]
    assert [anomaly.code for anomaly in anomalies] == ["too-many-decimals", "ambiguous-number"]


def test_every_sheet_with_a_table_is_read_and_others_are_named(make: Make) -> None:
    sheets: Sheets = {
        "Lisez-moi": [["Bonjour"], ["Remplir", "les", "feuilles"]],
        "Financeurs": [["Id", "Nom", "Catégorie"], ["a", "A", "other"]],
        "centres": [["centre", "department"], ["oriv", "67"]],
        "crpv": [["crpv", "0.1"], ["id", "name"]],
    }
    sheets["Financeurs"][0] = ["id", "name", "kind"]
    files = opened(make(sheets))
    assert [file.table.name for file in files if file.table] == ["funders", "perimeters"]
    assert len(files[0].notices) == 1
    assert "Lisez-moi" in files[0].notices[0].text("en")
    (one,) = opened(make(sheets), sheet="centres")
    assert one.table is not None
    assert one.table.name == "perimeters"


def test_a_sheet_that_is_not_there(make: Make) -> None:
    (file,) = opened(make({"a": [["id"]]}), sheet="b")
    assert [anomaly.code for anomaly in file.anomalies] == ["no-such-sheet"]


@pytest.mark.parametrize("rows", [[], [["Bonjour"]], [["some", "words", "here"]]])
def test_a_workbook_without_a_table_is_an_anomaly(make: Make, rows: list[list[object]]) -> None:
    (file,) = opened(make({"a": rows}))
    assert len(file.anomalies) == 1
    assert list(file.rows()) == []


def test_a_form_row_that_nobody_filled_in_is_passed_over(make: Make) -> None:
    sheets: Sheets = {
        "evaluations": [
            ["centre", "mission", "year", "kind", "rating", "scale"],
            ["oriv", "skills", 2025, "joint", 3, "demo-1-4"],
            ["oriv", "animation", 2025, None, None, None],
            ["oriv", None, 2025, "joint", None, None],
        ],
        "crpv-form": [["form", 1], ["table", "evaluations"], ["prepared", "centre,mission,year"]],
    }
    (file,) = opened(make(sheets))
    records, anomalies = read(file)
    assert [record.line for record in records] == [2]
    assert [(anomaly.code, anomaly.cell) for anomaly in anomalies] == [("empty-cell", "B4")]
    assert file.unanswered == [3]
    assert file.centres == {"oriv"}


def test_what_is_not_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "no workbook")
    (file,) = opened(path)
    assert [anomaly.code for anomaly in file.anomalies] == ["other-kind"]


def test_a_workbook_that_expands_beyond_the_bound_is_refused(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make({"a": [["id", "name"]]})
    monkeypatch.setattr(wall, "LARGEST", 100)
    (file,) = opened(path)
    assert [anomaly.code for anomaly in file.anomalies] == ["workbook-too-large"]


@pytest.mark.parametrize("kind", ["ods", "xls", "xlsx"])
def test_other_kinds_of_workbook_say_the_same(make: Make, convert: Convert, kind: str) -> None:
    path = make({"Évaluations": TITLED})
    expected = [record.values for record in read(opened(path)[0])[0]]
    records, anomalies = read(opened(convert(path, kind))[0])
    assert [record.values for record in records] == expected
    assert [anomaly.code for anomaly in anomalies] == ["totals-row"]


def test_a_protected_workbook_is_refused(tmp_path: Path) -> None:
    # What a password makes of a workbook: an OLE file with a stream of that name.
    protected = tmp_path / "protected.xlsx"
    protected.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    (file,) = opened(protected)
    assert [anomaly.code for anomaly in file.anomalies] == ["workbook-encrypted"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2024.0, "2024"), (3, "3"), (1234.5, "1234.5"), (1.234, "1.2340"), (0.1 + 0.2, "0.3"), (True, "true"),
        (1e20, "100000000000000000000"), (1e-7, "0.000000"), (datetime.date(2023, 10, 17), "2023-10-17"),
        (datetime.datetime(2023, 10, 17), "2023-10-17"), (None, ""),
    ],
)  # fmt: skip
def test_cells_as_typed(value: object, text: str) -> None:
    assert as_typed(value) == text


def test_letters() -> None:
    assert [column_letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_workbooks_are_told_by_their_bytes(make: Make, tmp_path: Path) -> None:
    renamed = tmp_path / "data.csv"
    shutil.copy(make({"funders": [["id", "name", "kind"], ["a", "A", "other"]]}), renamed)
    assert is_workbook(renamed)
    (file,) = opened(renamed)
    assert [record.values["id"] for record in read(file)[0]] == ["a"]
