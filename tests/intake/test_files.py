"""Paths become files, files become records and anomalies that say where they are."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly, FileProblem, Severity, UsageProblem
from crpv_cli.intake.files import InputFile, ReadOptions, TableFile, gather, open_tables
from crpv_cli.intake.sources import sources_of, sources_of_rows
from crpv_cli.registry.loads import Record
from tests.intake.rows import records_of, rows_of

PERIMETERS = "centre;department;valid_from;valid_to\n"


def table_file(folder: Path, content: str, name: str = "file.csv", reading: ReadOptions | None = None) -> TableFile:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return open_tables(InputFile(path, name), reading or ReadOptions())[0]


def found(file: TableFile) -> list[tuple[int | None, str | None, str | None, str]]:
    """Line, column, value and code of every anomaly, those of the header first."""
    anomalies = [*file.anomalies, *(row for row in file.rows() if isinstance(row, Anomaly))]
    return [(anomaly.line, anomaly.column, anomaly.value, anomaly.code) for anomaly in anomalies]


def records(file: TableFile) -> list[Record]:
    return records_of(file)


# Rows


def test_a_sound_file_gives_its_records_and_their_lines(tmp_path: Path) -> None:
    file = table_file(tmp_path, PERIMETERS + "\noriv;67;;\noriv;68;01/01/2024;\n")
    assert file.anomalies == []
    assert rows_of(file) == [
        Record(3, {"centre": "oriv", "department": "67", "valid_from": None, "valid_to": None}),
        Record(4, {"centre": "oriv", "department": "68", "valid_from": "2024-01-01", "valid_to": None}),
    ]


def test_a_record_has_the_columns_of_its_file_only(tmp_path: Path) -> None:
    (record,) = records(table_file(tmp_path, "department;centre\n67;oriv\n"))
    assert record.values == {"department": "67", "centre": "oriv"}


def test_an_anomaly_names_the_line_the_column_and_the_cell_as_the_file_writes_them(tmp_path: Path) -> None:
    file = table_file(
        tmp_path,
        'Centre;NOTE;Department;valid from;Valid  to\noriv;"two\nlines";20;17/10/23;\n'
        "oriv;;67;2024-02-30;2023-01-01\noriv;;67;02/01/2024;01/01/2024\n;;;;x\n",
    )
    assert found(file) == [
        (2, "Department", "20", "not-a-department"),
        (2, "valid from", "17/10/23", "ambiguous-date"),
        (4, "valid from", "2024-02-30", "no-such-day"),
        (5, "Valid  to", "01/01/2024", "ends-before-start"),
        (6, "Centre", "", "empty-cell"),
        (6, "Department", "", "empty-cell"),
        (6, "Valid  to", "x", "not-a-date"),
    ]
    assert {anomaly.severity for anomaly in file.rows() if isinstance(anomaly, Anomaly)} == {Severity.ERROR}
    assert {anomaly.file for anomaly in file.rows() if isinstance(anomaly, Anomaly)} == {"file.csv"}


def test_a_correction_is_a_warning_beside_the_record(tmp_path: Path) -> None:
    file = table_file(tmp_path, "centre,department\noriv,1\n")
    warning, record = rows_of(file)
    assert isinstance(warning, Anomaly)
    assert (warning.severity, warning.code, warning.line) == (Severity.WARNING, "restored-zero", 2)
    assert record == Record(2, {"centre": "oriv", "department": "01"})


def test_a_row_of_another_length_is_refused_where_a_value_would_be_lost_or_moved(tmp_path: Path) -> None:
    file = table_file(tmp_path, PERIMETERS + "67;\noriv;68;;;x\noriv;69;;\n")
    assert found(file) == [(2, None, None, "row-length"), (3, None, None, "row-length")]
    messages = [row.message.text("en") for row in file.rows() if isinstance(row, Anomaly)]
    assert messages == [
        "The row has 2 cells, the header has 4.",
        "The row has 5 cells, the header has 4.",
    ]
    assert [record.line for record in records(file)] == [4]


def test_empty_cells_that_are_missing_or_too_many_at_the_end_are_read_as_such(tmp_path: Path) -> None:
    file = table_file(tmp_path, PERIMETERS + "oriv;67\noriv;68;;;;\noriv;69;\noriv;70;;\n")
    assert found(file) == [(2, None, "oriv", "short-row")]
    ((warning,),) = ([row for row in rows_of(file) if isinstance(row, Anomaly)],)
    assert warning.message.text("en").startswith("2 rows have fewer cells than the header")
    assert warning.severity is Severity.WARNING
    assert [record.values["department"] for record in records(file)] == ["67", "68", "69", "70"]


def test_a_broken_file_says_from_which_line_on(tmp_path: Path) -> None:
    file = table_file(tmp_path, PERIMETERS + 'oriv;67;;\noriv;"68;;\noriv;69;;\n')
    assert found(file) == [(3, None, None, "broken-csv")]
    assert [record.line for record in records(file)] == [2]


# Headers


def test_a_missing_column_is_said_once_not_in_every_row(tmp_path: Path) -> None:
    file = table_file(tmp_path, "\ncentre;valid_from;valid_to;confidence\noriv;;;high\noriv;x;;high\n")
    assert found(file) == [(2, "department", None, "missing-column"), (4, "valid_from", "x", "not-a-date")]
    assert file.anomalies[0].severity is Severity.ERROR


def test_a_column_twice_is_an_error_where_it_stands_again(tmp_path: Path) -> None:
    file = table_file(tmp_path, "centre;Department;DEPARTMENT\noriv;67;68\n")
    assert found(file) == [(1, "DEPARTMENT", None, "column-twice")]
    assert file.anomalies[0].severity is Severity.ERROR


def test_an_extra_column_is_a_warning_with_a_suggestion(tmp_path: Path) -> None:
    file = table_file(tmp_path, "centre;department;valid_form;zzz\noriv;67;x;\n")
    assert found(file) == [(1, "valid_form", None, "extra-column"), (1, "zzz", None, "extra-column")]
    near, none = file.anomalies
    assert {near.severity, none.severity} == {Severity.WARNING}
    assert near.advice is not None
    assert near.advice.text("en") == "Did you mean valid_from?"
    assert none.advice is None
    assert [record.values for record in records(file)] == [{"centre": "oriv", "department": "67"}]


def test_values_under_no_heading_are_warned_about_once(tmp_path: Path) -> None:
    file = table_file(tmp_path, "centre;;department;\noriv;;67;\noriv;?;68;\noriv;!;69;\noriv;;71;x\n")
    assert found(file) == [(3, None, "?", "unnamed-column"), (5, None, "x", "unnamed-column")]
    assert len(records(file)) == 4


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "empty-file", None),
        ("\n\nnom;prénom\na;b\n", "unknown-table", 3),
        ("id;name;title\na;b;c\n", "ambiguous-table", 1),
        ('"centre;department\n', "broken-csv", None),
    ],
)
def test_a_file_that_cannot_be_taken_is_an_anomaly(tmp_path: Path, content: str, code: str, line: int | None) -> None:
    file = table_file(tmp_path, content)
    assert found(file) == [(line, None, None, code)]
    assert file.table is None
    assert file.anomalies[0].severity is Severity.ERROR


def test_the_name_of_a_file_helps_to_recognise_it(tmp_path: Path) -> None:
    file = table_file(tmp_path, "id;name;title\na;b;c\n", "scales-2024.csv")
    assert file.table is not None
    assert file.table.name == "scales"


def test_the_user_may_name_the_table(tmp_path: Path) -> None:
    file = table_file(tmp_path, "id;name;title\na;b;c\n", reading=ReadOptions(table="published-figures"))
    assert file.table is not None
    assert file.table.name == "published_figures"
    assert [row[1] for row in found(file) if row[3] == "missing-column"] == ["measure", "value", "unit", "as_of"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("centrse", "Did you mean centres, contracts, centre_states?"),
        ("zzzzzz", f"The tables are: {', '.join(TABLES)}."),
    ],
)
def test_a_table_that_does_not_exist_is_refused_with_a_near_one(tmp_path: Path, name: str, advice: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        table_file(tmp_path, PERIMETERS, reading=ReadOptions(table=name))
    assert caught.value.advice is not None
    assert caught.value.advice.text("en") == advice


def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"gone\.csv cannot be read: No such file"):
        open_tables(InputFile(tmp_path / "gone.csv", "gone.csv"), ReadOptions())[0]


# Refused keys


def test_the_keys_of_refused_rows_are_remembered(tmp_path: Path) -> None:
    file = table_file(
        tmp_path,
        "code,name,region_code,region_name\n1,,84,Ain\n2,Aisne,32\n3,Allier,84,A,B\nzz,,84,x\n05,Hautes-Alpes,93,P\n",
        "departments.csv",
    )
    assert len(records(file)) == 1
    assert file.refused_keys == {"01", "02", "03"}


# Folders, files, standard input


def test_a_folder_gives_its_csv_files_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.CSV", "c.tsv", "d.txt", ".hidden.csv", "old.refused.csv", "notes.md", "map.png"):
        (tmp_path / name).touch()
    (tmp_path / "inner.csv").mkdir()
    with gather([str(tmp_path)]) as (files, notices):
        assert [file.path.name for file in files] == ["a.CSV", "b.csv", "c.tsv", "d.txt"]
        assert [file.name for file in files] == [str(file.path) for file in files]
        passed_over = " ".join(notice.text("en") for notice in notices)
    assert len(notices) == 4
    for name in ("old.refused.csv", "notes.md", "map.png", "inner.csv"):
        assert str(tmp_path / name) in passed_over


def test_a_folder_without_csv_files_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "notes.md").touch()
    with pytest.raises(FileProblem, match="holds neither CSV files"), gather([str(tmp_path)]):
        pass


def test_files_come_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    names = []
    for name in ("z.csv", "a.data", "x.refused.csv"):
        (tmp_path / name).touch()
        names.append(str(tmp_path / name))
    with gather(names) as (files, notices):
        assert [file.name for file in files] == names
        assert notices == []


def test_a_file_that_is_not_there_is_a_problem_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "évaluations.csv").touch()
    with pytest.raises(FileProblem) as caught, gather([str(tmp_path / "evaluation.csv")]):
        pass
    assert caught.value.advice is not None
    assert caught.value.advice.text("en") == f"Did you mean {tmp_path / 'évaluations.csv'}?"
    with pytest.raises(FileProblem) as caught, gather([str(tmp_path / "no" / "such" / "folder.csv")]):
        pass
    assert caught.value.advice is not None
    assert "Did you mean" not in caught.value.advice.text("en")


def test_standard_input_is_kept_while_it_is_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"centre;department\noriv;67\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    with gather(["-"]) as (files, _):
        (file,) = files
        assert file.name == "-"
        opened = open_tables(file, ReadOptions())[0]
        assert [record.values for record in records(opened)] == [{"centre": "oriv", "department": "67"}]
        assert len(records(opened)) == 1
    assert not file.path.exists()


def test_the_name_of_the_file_that_keeps_standard_input_recognises_no_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id;name;title\n")))
    with gather(["-"]) as (files, _):
        assert [anomaly.code for anomaly in open_tables(files[0], ReadOptions())[0].anomalies] == ["ambiguous-table"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"centre;department\noriv;67\n"), daemon=True)
    writer.start()
    with gather([str(pipe)]) as (files, _):
        assert files[0].name == str(pipe)
        assert [record.line for record in records(open_tables(files[0], ReadOptions())[0])] == [2]
    writer.join(5)


def test_rows_that_come_from_no_file_are_what_a_csv_file_of_them_would_give(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "name": ' Ville,  de "A" ', "kind": "commune", "note": ""},
        {"id": "b", "name": "B\u00a0", "kind": "nothing", "note": "two\nlines"},
    ]
    path = tmp_path / "funders.csv"
    path.write_bytes(
        b'id,name,kind,note\r\na," Ville,  de ""A"" ",commune,\r\nb,B\xc2\xa0,nothing,"two\nlines"\r\n',
    )
    ((typed,), anomalies) = sources_of_rows("funders", rows)
    ((written,), of_file) = sources_of([InputFile(path, "-")], ReadOptions(table="funders"))
    assert anomalies == of_file == []
    assert typed.sha256 == written.sha256
    assert (typed.table, typed.present, typed.places, typed.name) == (
        written.table,
        written.present,
        written.places,
        "-",
    )
    assert list(typed.rows) == list(written.rows)
    assert typed.refused_keys == written.refused_keys == {"b"}
    assert not typed.made


def test_a_heading_that_may_be_a_rating_or_a_remark_is_refused(tmp_path: Path) -> None:
    start = "centre;mission;year;kind"
    (one,) = table_file(tmp_path, f"{start};Note \n", "evaluations.csv").anomalies
    assert (one.line, one.column, one.code, one.severity) == (1, "Note", "ambiguous-column", Severity.ERROR)
    assert one.message.text("en") == "The heading “Note” may mean the rating or a remark."
    assert one.advice is not None
    assert one.advice.text("en") == "Write “rating” above ratings, or “Remark” above remarks."
    for header in (f"{start};Remarque", f"{start};Remark", f"{start};rating;note", start, "centre;department;note"):
        assert table_file(tmp_path, f"{header}\n").anomalies == []


def test_what_is_wrong_with_a_header_is_told_at_its_place(tmp_path: Path) -> None:
    file = table_file(tmp_path, "id;name;colour;NAME;sirene;\n", reading=ReadOptions(table="funders"))
    told = [(one.line, one.column, one.code, one.advice and one.advice.text("en")) for one in file.anomalies]
    assert told == [
        (
            1,
            "kind",
            "missing-column",
            "Add it to the header; it may also be called “kind”. If it is the same in all rows: --set kind=…",
        ),
        (1, "NAME", "column-twice", "Keep one of them and remove the other."),
        (1, "colour", "extra-column", None),
        (1, "sirene", "extra-column", "Did you mean siren?"),
    ]


def test_a_file_that_cannot_be_read_hides_none_after_it(tmp_path: Path) -> None:
    files = []
    for name, content in (("a.csv", ""), ("b.csv", "centre;department\noriv;67\n"), ("c.csv", "x;y\n1;2\n")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        files.append(InputFile(tmp_path / name, name))
    sources, anomalies = sources_of(files, ReadOptions())
    assert [source.name for source in sources] == ["b.csv"]
    assert [one.file for one in anomalies] == ["a.csv", "c.csv"]
    unread = open_tables(files[0], ReadOptions())[0]
    assert (list(unread.rows()), unread.places(), unread.heading("centre"), unread.table) == ([], {}, "centre", None)


def test_a_line_of_totals_is_left_out(tmp_path: Path) -> None:
    import xlsxwriter

    rows = [
        ("", "Total 2024", "", "x"),
        ("Totaux", "", "", "x"),
        ("somme", "Name", "other", ""),  # it has all that is required: somebody may be called so
        ("totalement", "", "other", ""),
    ]
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        sheet = book.add_worksheet("funders")
        for line, cells in enumerate([("id", "name", "kind", "note"), *rows]):
            sheet.write_row(line, 0, cells)
    (file,) = open_tables(InputFile(tmp_path / "book.xlsx", "book.xlsx"), ReadOptions())
    told = [(one.line, one.value, one.code, one.cell) for one in file.rows() if isinstance(one, Anomaly)]
    assert told == [
        (2, "Total 2024", "totals-row", "B2"),
        (3, "Totaux", "totals-row", "A3"),
        (5, "", "empty-cell", "B5"),
    ]
    csv = table_file(tmp_path, "id;name;kind\nTotaux;;\n")
    assert "totals-row" not in [code for *_, code in found(csv)]
