"""Where a table stands on its page is found alike in a CSV file and on a sheet, and what is no row of it is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from crpv_cli.definitions.headings import HEADINGS, headings_of
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.intake.files import InputFile, ReadOptions, TableFile, open_tables
from crpv_cli.intake.headers import read_header, recognise
from crpv_cli.intake.headings import heading_of
from crpv_cli.language import LANGUAGES, translate
from crpv_cli.spelling import fold
from tests.intake.rows import records_of, rows_of

Write = Callable[[Path, Sequence[Sequence[str]]], Path]
FUNDING = ["Centre", "Financeur", "Année", "Étape", "Montant", "Objet"]
ROWS = [["oriv", "etat", "2023", "accordé", "1000", "a"], ["oriv", "etat", "2024", "accordé", "2000,50", "b"]]
AMOUNTS = [(2023, 100000), (2024, 200050)]


def as_csv(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    path = folder / "funding.csv"
    path.write_bytes(text.getvalue().encode("utf-8"))
    return path


def as_csv_without_empty_ends(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    shortened = [list(row) for row in rows]
    for row in shortened:
        while row and not row[-1]:
            row.pop()
    return as_csv(folder, shortened)


def as_sheet(folder: Path, rows: Sequence[Sequence[str]]) -> Path:
    path = folder / "funding.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Feuille1")
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
    return path


every_form = pytest.mark.parametrize("write", [as_csv, as_csv_without_empty_ends, as_sheet])


def table(path: Path) -> TableFile:
    (found,) = open_tables(InputFile(path, path.name), ReadOptions())
    return found


def told(file: TableFile) -> list[tuple[int | None, str, Severity]]:
    said = [*file.anomalies, *(one for one in rows_of(file) if isinstance(one, Anomaly))]
    return [(one.line, one.code, one.severity) for one in said]


def amounts(file: TableFile) -> list[tuple[int, int]]:
    return [(record.values["year"], record.values["amount"]) for record in records_of(file)]


def padded(*cells: str) -> list[str]:
    return [*cells, *[""] * (len(FUNDING) - len(cells))]


@every_form
def test_a_header_below_titles_is_found_and_they_are_said(tmp_path: Path, write: Write) -> None:
    titles = [padded("Département de l'Yonne"), padded("Subventions attribuées en 2023, hors investissement"), padded()]
    file = table(write(tmp_path, [*titles, FUNDING, *ROWS]))
    assert amounts(file) == AMOUNTS
    assert told(file) == []
    assert [notice.text("en") for notice in file.notices] == [
        f"{file.name}{', Feuille1' if write is as_sheet else ''}: 2 lines above the header were left out."
    ]
    assert [record.line for record in records_of(file)] == [5, 6]


@every_form
def test_a_header_far_down_is_found_and_beyond_a_hundred_lines_it_is_said(tmp_path: Path, write: Write) -> None:
    assert amounts(table(write(tmp_path, [*[padded("x", "y")] * 99, FUNDING, *ROWS]))) == AMOUNTS
    ((_, code, severity),) = told(table(write(tmp_path, [*[padded("x", "y")] * 120, FUNDING, *ROWS])))
    assert (code, severity) == ("unknown-table", Severity.ERROR)


@every_form
def test_a_header_on_two_lines_is_one(tmp_path: Path, write: Write) -> None:
    upper = ["Centre", "Financeur", "Année", "Étape", "Montant", "Objet"]
    lower = ["", "", "", "", "de la subvention", ""]
    file = table(write(tmp_path, [upper, lower, *ROWS]))
    assert amounts(file) == AMOUNTS
    path = write(tmp_path, [["Nom", "Code", ""], ["du centre", "du département", ""], ["oriv", "67", ""]])
    file = table(path)
    assert [record.values for record in records_of(file)] == [{"centre": "oriv", "department": "67"}]
    assert (2, "two-row-header", Severity.WARNING) in told(file)
    lines = [
        ["Centre", "Financeur", "Date", "", "Montant (k€)"],
        ["", "", "de début", "de fin", ""],
        ["", "", "", "", ""],
    ]
    file = table(write(tmp_path, [*lines, ["oriv", "etat", "2023-01-01", "2025-12-31", "150"]]))
    assert [record.values["amount"] for record in records_of(file)] == [15_000_000]
    assert [code for _, code, _ in told(file)] == ["two-row-header", "unit-in-heading"]
    groups = ["Qui", "", "Quand", "Combien", "", "Quoi"]
    file = table(write(tmp_path, [groups, FUNDING, *ROWS]))
    assert amounts(file) == AMOUNTS


@every_form
@pytest.mark.parametrize(
    "units", [["code", "code", "AAAA", "liste", "€", "texte"], ["", "", "(année)", "", "en euros", ""]]
)
def test_a_line_of_units_below_the_header_is_left_out(tmp_path: Path, write: Write, units: list[str]) -> None:
    file = table(write(tmp_path, [FUNDING, units, *ROWS]))
    assert amounts(file) == AMOUNTS
    assert told(file) == [(2, "units-row", Severity.WARNING)]


@pytest.mark.parametrize("cell", [")", "1000", "1 000 000", "(", "000", "-", "k", "m", ""])
def test_a_figure_or_a_sign_below_a_header_is_no_unit(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "sources.csv"
    path.write_text(f"id;title;url\nx;{cell};\n;;{cell}\ny;b;\n")
    assert "units-row" not in [code for _, code, _ in told(table(path))]


@every_form
@pytest.mark.parametrize(
    "rows",
    [
        [["Centre", "Financeur", "Année", "Étape", "Montant (en k€)", "Objet"]],
        [["Centre", "Financeur", "Année", "Étape", "Montant en milliers d’euros", "Objet"]],
        [FUNDING, ["", "", "", "", "k€", ""]],
    ],
)
def test_thousands_of_euros_in_a_heading_multiply_and_are_said(
    tmp_path: Path, write: Write, rows: list[list[str]]
) -> None:
    file = table(write(tmp_path, [*rows, ["oriv", "etat", "2023", "accordé", "12,5", "a"]]))
    assert amounts(file) == [(2023, 1_250_000)]
    assert ("unit-in-heading", Severity.WARNING) in [one[1:] for one in told(file)]


@every_form
def test_thousands_of_euros_in_a_title_are_refused(tmp_path: Path, write: Write) -> None:
    file = table(write(tmp_path, [padded("Subventions (en milliers d'euros)"), FUNDING, *ROWS]))
    assert told(file)[0] == (1, "unit-in-title", Severity.ERROR)
    assert told(table(write(tmp_path, [padded("Une dotation de 12 millions d'euros"), FUNDING, *ROWS]))) == []
    other = ["Montant (kF)" if heading == "Montant" else heading for heading in FUNDING]
    assert told(table(write(tmp_path, [other, *ROWS])))[0] == (1, "not-in-euros", Severity.ERROR)


@every_form
def test_a_repeated_header_with_its_units_is_left_out_and_said_once(tmp_path: Path, write: Write) -> None:
    again = [FUNDING, ["", "", "", "", "€", ""]]
    file = table(write(tmp_path, [*again, ROWS[0], *again, ROWS[1], FUNDING]))
    assert amounts(file) == AMOUNTS
    assert told(file) == [
        (2, "units-row", Severity.WARNING),
        (4, "header-again", Severity.WARNING),
        (5, "units-row", Severity.WARNING),
    ]


@every_form
def test_totals_groups_and_sources_are_left_out_and_said(tmp_path: Path, write: Write) -> None:
    file = table(
        write(
            tmp_path,
            [
                FUNDING,
                padded("Région Grand Est"),
                ROWS[0],
                ["Sous-total", "", "", "", "1000", ""],
                padded("Région Normandie"),
                ROWS[1],
                ["Total général", "", "2024", "", "3000,50", ""],
                padded(),
                padded("Source : direction des finances, extraction du 12/01/2024"),
            ],
        )
    )
    assert amounts(file) == AMOUNTS
    assert told(file) == [
        (4, "totals-row", Severity.WARNING),
        (7, "totals-row", Severity.WARNING),
        (2, "text-row", Severity.WARNING),
    ]


@every_form
def test_a_total_in_the_column_of_an_id_is_one_even_if_nothing_is_missing(tmp_path: Path, write: Write) -> None:
    file = table(write(tmp_path, [FUNDING, *ROWS, ["TOTAL", "etat", "2024", "accordé", "3000,50", ""]]))
    assert amounts(file) == AMOUNTS
    assert told(file) == [(4, "totals-row", Severity.WARNING)]


@every_form
def test_a_second_table_is_refused_and_nothing_of_it_is_read(tmp_path: Path, write: Write) -> None:
    file = table(
        write(
            tmp_path,
            [
                FUNDING,
                *ROWS,
                padded(),
                padded("Centre", "Département", "Depuis le"),
                padded("oriv", "67", "2015-01-01"),
            ],
        )
    )
    assert amounts(file) == AMOUNTS
    assert told(file) == [(5, "second-table", Severity.ERROR)]


@every_form
def test_years_that_stand_as_columns_are_refused_with_how_to_turn_them(tmp_path: Path, write: Write) -> None:
    file = table(
        write(tmp_path, [["Centre", "Financeur", "Étape", "2022", "2023"], ["oriv", "etat", "accordé", "1", "2"]])
    )
    ((_, code, severity),) = told(file)
    assert (code, severity) == ("years-across", Severity.ERROR)
    assert "2022, 2023" in file.anomalies[0].message.text("en").replace(" and ", ", ")


def test_cells_missing_at_the_end_are_empty_only_where_the_row_is_right_then(tmp_path: Path) -> None:
    path = tmp_path / "funding.csv"
    path.write_text("centre;funder;year;stage;amount;object\noriv;etat;2023;accordé;1000\noriv;etat;2023;1000;a\n")
    file = table(path)
    assert amounts(file) == [(2023, 100000)]
    assert told(file) == [(3, "row-length", Severity.ERROR), (2, "short-row", Severity.WARNING)]


def test_a_cell_alone_in_a_table_of_two_columns_may_be_a_row_that_was_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "perimeters.csv"
    path.write_text("centre;department;source\noriv;;\nSource : Insee;;\n* fermé;;\n")
    assert [(line, code) for line, code, _ in told(table(path))] == [(2, "empty-cell"), (3, "text-row")]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_delimiter_is_that_with_which_the_header_is_found(tmp_path: Path, mark: str) -> None:
    other = "," if mark != "," else ";"
    path = tmp_path / "funding.csv"
    lines = [f"Subventions{other} aides{other} avances{other} dotations{other} primes", mark.join(FUNDING)]
    path.write_text("\n".join([*lines, *(mark.join(row).replace("2000,50", "2000.50") for row in ROWS)]))
    assert amounts(table(path)) == AMOUNTS


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Montant (en €)", 1),
        ("Montant en euros", 1),
        ("Montant [k€]", 1000),
        ("Montant, en milliers d'euros", 1000),
        ("Montant (M€)", 1_000_000),
        ("Montant (kF)", 0),
        ("Montant", None),
        ("Aide en nature", None),
        ("Année (AAAA)", None),
    ],
)
def test_a_unit_of_amounts_is_seen_in_a_heading(text: str, times: int | None) -> None:
    assert heading_of(text)[2] == times


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Année (AAAA)", "year"),
        ("Nb demi-journées", "half_days"),
        ("Nombre de demi-journées", "half_days"),
        ("NB DE PARTICIPANTS", "participants"),
        ("Participants (hommes)", None),
        ("Thématique (facultatif)", "theme"),
        ("Demi-journées (k€)", None),
    ],
)
def test_what_stands_in_brackets_is_passed_over_where_it_changes_nothing(heading: str, column: str | None) -> None:
    header = read_header([heading], TABLES["activities"])
    assert header.present == ((column,) if column else ())


def test_other_headings_are_of_columns_that_are_there_and_of_one_only() -> None:
    names = {name for table in TABLES.values() for name in table.names}
    names |= {one.name for table in TABLES.values() if table.other for one in table.other.columns.values()}
    dotted = {f"{table.name}.{name}" for table in TABLES.values() for name in table.names}
    assert HEADINGS.keys() <= names | dotted
    for one in TABLES.values():
        taken = {fold(column.name): column.name for column in one.columns}
        for column in one.columns:
            for language in LANGUAGES:
                taken.setdefault(fold(translate(column.label, language)), column.name)
        given: dict[str, str] = {}
        for column in (*one.columns, *(one.other.columns.values() if one.other else ())):
            for heading in headings_of(one, column.name):
                assert taken.get(fold(heading), column.name) == column.name, (one.name, column.name, heading)
                assert given.setdefault(fold(heading), column.name) == column.name, (one.name, column.name, heading)


def test_other_headings_do_not_make_a_table_of_a_header_of_another() -> None:
    for one in TABLES.values():
        for language in LANGUAGES:
            assert recognise([translate(column.label, language) for column in one.columns], "").table is one
