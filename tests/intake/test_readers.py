"""Bytes as they really come become rows with the right cells on the right lines."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli.intake.faults import Fault
from crpv_cli.intake.grid import BrokenRow, Row, Unreadable
from crpv_cli.intake.readers import DELIMITERS, CsvFile, delimiter_of, open_csv
from crpv_cli.intake.values import clean

Cells = list[tuple[int, list[str]]]


def opened(folder: Path, content: bytes | str, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_csv(path, encoding, delimiter)


def rows_of(file: CsvFile) -> Cells:
    rows = []
    for row in file.rows():
        assert isinstance(row, Row)
        rows.append((row.line, row.cells))
    return rows


def fault_of(folder: Path, content: bytes | str, encoding: str | None = None) -> Fault:
    with pytest.raises(Fault) as caught:
        opened(folder, content, encoding)
    assert caught.value.advice is not None
    return caught.value


# Encodings


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("nom;siège\nœuvre;Évry €\n".encode(), "utf-8-sig"),
        ("\ufeffnom;siège\nœuvre;Évry €\n".encode(), "utf-8-sig"),
        ("nom;siège\nœuvre;Évry €\n".encode("cp1252"), "cp1252"),
    ],
    ids=["utf-8", "utf-8 with a mark", "windows-1252"],
)
def test_the_encoding_is_found(tmp_path: Path, content: bytes, encoding: str) -> None:
    file = opened(tmp_path, content)
    assert file.encoding == encoding
    assert file.header == ["nom", "siège"]
    assert rows_of(file) == [(2, ["œuvre", "Évry €"])]
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_an_accent_on_the_border_of_two_chunks_does_not_make_a_file_windows_1252(tmp_path: Path) -> None:
    for shift in range(2):
        lines = "é" * (1 << 20)
        file = opened(tmp_path, f"{'n' * (shift + 1)};b\n{lines};x\n")
        assert file.encoding == "utf-8-sig"
        assert rows_of(file) == [(2, [lines, "x"])]


def test_a_late_accent_is_enough_to_find_windows_1252(tmp_path: Path) -> None:
    content = b"a;b\n" + (b"x" * 999 + b";y\n") * 1100 + "é;z\n".encode("cp1252")
    assert len(content) > 1 << 20
    file = opened(tmp_path, content)
    assert file.encoding == "cp1252"
    assert rows_of(file)[-1] == (1102, ["é", "z"])


@pytest.mark.parametrize(
    "content",
    [
        b"nom;si\xe8ge\nx;\x81\n",
        b"a;b\nx;\xff\x8d\n",
        b"\xef\xbb\xbfnom;ville\nx;\xc9vry\n",  # says that it is UTF-8, and is not
    ],
)
def test_a_file_in_neither_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    fault = fault_of(tmp_path, content)
    assert fault.code == "wrong-encoding"
    assert fault.message.text("en") == "The file is neither UTF-8 nor Windows-1252."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_file_in_utf_16_or_32_is_refused(tmp_path: Path, encoding: str) -> None:
    fault = fault_of(tmp_path, "id;name\na;b\n".encode(encoding))
    assert fault.code in {"wrong-encoding", "not-text"}
    assert "UTF-16" in fault.message.text("en")
    assert fault.advice
    assert "CSV UTF-8" in fault.advice.text("en")


def test_null_characters_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    assert fault_of(tmp_path, b"id;name\na;b\x00c\n").code == "not-text"
    assert fault_of(tmp_path, b"id;name\n" + b"a;b\n" * 300_000 + b"\x00\n").code == "not-text"


@pytest.mark.parametrize("start", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"], ids=["xlsx and ods", "old xls"])
def test_a_workbook_is_refused_as_such(tmp_path: Path, start: bytes) -> None:
    assert fault_of(tmp_path, start + b"\x00" * 50).code == "workbook"


def test_the_user_may_name_the_encoding(tmp_path: Path) -> None:
    file = opened(tmp_path, "nom;ville\nx;Žďár\n".encode("cp1250"), "windows-1250")
    assert rows_of(file) == [(2, ["x", "Žďár"])]
    assert opened(tmp_path, "\ufeffnom;ville\n".encode(), "UTF-8").header == ["nom", "ville"]


def test_a_named_encoding_is_not_replaced_by_another(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, "nom;ville\nx;Évry\n".encode("cp1252"), "utf-8")
    assert fault.code == "wrong-encoding"
    assert "utf-8" in fault.message.text("en")


@pytest.mark.parametrize("name", ["klingon", "", "hex", "base64", "rot13", "undefined", "é"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path: Path, name: str) -> None:
    assert fault_of(tmp_path, "a;b\n", name).code == "unknown-encoding"


@pytest.mark.parametrize("name", ["idna", "punycode", "utf-7"])
def test_a_file_that_an_odd_encoding_cannot_decode_is_refused(tmp_path: Path, name: str) -> None:
    assert fault_of(tmp_path, b"\xe9\xff;..\nxn--\xff;b\n", name).code == "wrong-encoding"


# Empty files


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf", b"\n\n", b"\r\n \r\n\t\r\n", b";;;\n;;;\n", b'"";""\n', b"sep=;\r\n", b"sep=;\n\n;\n"],
)
def test_a_file_without_a_heading_is_empty(tmp_path: Path, content: bytes) -> None:
    assert fault_of(tmp_path, content).code == "empty-file"


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    for content in ("id;name", "id;name\n", "\nid;name\n\n;\n"):
        file = opened(tmp_path, content)
        assert file.header == ["id", "name"]
        assert rows_of(file) == []


# Delimiters


@pytest.mark.parametrize("mark", DELIMITERS)
def test_the_header_line_tells_the_delimiter(tmp_path: Path, mark: str) -> None:
    others = "".join(other for other in DELIMITERS if other != mark)
    content = f'a{mark}"b {others * 3}"{mark}c\n"x{others}"{mark}{others}y{mark}z\n'
    file = opened(tmp_path, content)
    assert file.delimiter == mark
    assert file.header == ["a", clean(f"b {others * 3}"), "c"]
    assert [row[1][2] for row in rows_of(file)] == ["z"]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    file = opened(tmp_path, "id\noriv\n")
    assert rows_of(file) == [(2, ["oriv"])]


def test_the_delimiter_is_found_in_a_heading_that_holds_a_line_break(tmp_path: Path) -> None:
    file = opened(tmp_path, '"id, the\nshort ""name"""|name|"seat,\r\nif any"\r\noriv|ORIV|Strasbourg\r\n')
    assert file.delimiter == "|"
    assert file.header == ['id, the\nshort "name"', "name", "seat,\nif any"]
    assert rows_of(file) == [(4, ["oriv", "ORIV", "Strasbourg"])]


def test_the_user_may_name_the_delimiter(tmp_path: Path) -> None:
    file = opened(tmp_path, "a;b;c,d\n1;2;3,4\n", delimiter=",")
    assert file.header == ["a;b;c", "d"]
    assert rows_of(file) == [(2, ["1;2;3", "4"])]


@pytest.mark.parametrize("mark", DELIMITERS)
@pytest.mark.parametrize("start", ["sep=", "SEP=", "\ufeffsep="])
def test_a_line_that_names_the_delimiter_is_taken_at_its_word(tmp_path: Path, mark: str, start: str) -> None:
    file = opened(tmp_path, f"{start}{mark}\r\nid{mark}name, or; so|\r\na{mark}b\r\n")
    assert file.delimiter == mark
    assert (file.header[0], file.header_line) == ("id", 2)
    assert rows_of(file)[0] == (3, ["a", "b"])


@pytest.mark.parametrize("line", ["sep=", 'sep="', "sep=x", "sep=;;"])
def test_a_line_that_names_no_delimiter_is_an_ordinary_one(tmp_path: Path, line: str) -> None:
    assert delimiter_of(f"{line}\n") in DELIMITERS
    assert opened(tmp_path, f"{line}\nx\n").header[0] == clean(line.partition(";")[0])


# Lines


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_lines_end_as_in_any_system_and_are_counted_as_an_editor_does(tmp_path: Path, newline: str) -> None:
    lines = [
        "",
        "id;name;note",
        "a;A;plain",
        "",
        'b;B;"two',
        'lines"',
        ";;",
        '"c";"C";"three',
        "",
        'lines ""here"""',
        "   ",
        "d;D;last",
    ]
    file = opened(tmp_path, newline.join(lines))
    assert file.header_line == 2
    assert rows_of(file) == [
        (3, ["a", "A", "plain"]),
        (5, ["b", "B", "two\nlines"]),
        (8, ["c", "C", 'three\n\nlines "here"']),
        (12, ["d", "D", "last"]),
    ]


def test_what_only_unicode_calls_a_line_break_is_part_of_a_cell(tmp_path: Path) -> None:
    file = opened(tmp_path, "id;name\na;x\u2028y\x0bz\x85w\nb;c\n")
    assert rows_of(file) == [(2, ["a", "x\ny\x0bz\x85w"]), (3, ["b", "c"])]


def test_a_quote_that_is_never_closed_is_reported_where_it_opens(tmp_path: Path) -> None:
    file = opened(tmp_path, 'id;name\na;"b\nc"\nd;"e\nf;g\n' + "h;i\n" * 1000)
    rows = list(file.rows())
    assert rows[0] == Row(2, ["a", "b\nc"])
    assert isinstance(rows[1], BrokenRow)
    assert rows[1].line == 4
    assert len(rows) == 2


def test_a_quote_inside_a_quoted_text_must_be_doubled(tmp_path: Path) -> None:
    rows = list(opened(tmp_path, 'id;name\na;b\nc;"d"e"\nf;g\n').rows())
    assert isinstance(rows[-1], BrokenRow)
    assert (rows[-1].line, len(rows)) == (3, 2)


def test_a_quote_inside_a_bare_text_is_part_of_it(tmp_path: Path) -> None:
    assert rows_of(opened(tmp_path, 'id;name\na;le "club"\n')) == [(2, ["a", 'le "club"'])]


def test_whoever_follows_the_reading_is_told_how_far_it_is_and_changes_nothing(tmp_path: Path) -> None:
    content = "a;b\n" + "value;1\n" * 5000
    file, told = opened(tmp_path, content), list[int]()
    file.progress = lambda name, done: told.append(done)
    assert rows_of(file) == [(line, ["value", "1"]) for line in range(2, 5002)]
    assert len(told) > 1
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= len(content)


def test_a_header_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert fault_of(tmp_path, 'id;"name\na;b\n').code == "broken-csv"
    assert fault_of(tmp_path, 'id;"na"me"\na;b\n').code == "broken-csv"


def test_a_row_keeps_its_own_length(tmp_path: Path) -> None:
    assert rows_of(opened(tmp_path, "a;b\n1\n1;2;3\n")) == [(2, ["1"]), (3, ["1", "2", "3"])]


# The apostrophe of csv-excel

ESCAPED = ["'=1+1", "'+33 1", "'-", "'@x", "''=1"]


@pytest.mark.parametrize("cell", ESCAPED)
def test_the_apostrophe_before_a_formula_is_taken_off_between_semicolons(tmp_path: Path, cell: str) -> None:
    assert rows_of(opened(tmp_path, f"a;b\n{cell};x\n")) == [(2, [cell[1:], "x"])]


@pytest.mark.parametrize("mark", [mark for mark in DELIMITERS if mark != ";"])
@pytest.mark.parametrize("cell", ESCAPED)
def test_elsewhere_the_apostrophe_is_part_of_the_text(tmp_path: Path, cell: str, mark: str) -> None:
    assert rows_of(opened(tmp_path, f"a{mark}b\n{cell}{mark}x\n")) == [(2, [cell, "x"])]


@pytest.mark.parametrize("cell", ["'s Graven", "'", "''", "l'=", "'1"])
def test_another_apostrophe_stays(tmp_path: Path, cell: str) -> None:
    assert rows_of(opened(tmp_path, f"a;b\n{cell};x\n")) == [(2, [cell, "x"])]


# Whatever a program writes

LATIN = "abé èÇœ€’\"';,|\t\n\r 0\u00a0=-"

# Python's csv module quotes a line break only if it is part of its own line ends.
WRITERS: list[tuple[str, Literal[0, 1]]] = [
    ("\r\n", csv.QUOTE_MINIMAL),
    ("\r\n", csv.QUOTE_ALL),
    ("\n", csv.QUOTE_ALL),
    ("\r", csv.QUOTE_ALL),
]


def written(rows: Sequence[Sequence[str]], delimiter: str, newline: str, quoting: Literal[0, 1]) -> list[str]:
    """Each row as Python's csv module writes it."""
    chunks = []
    for row in rows:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerow(row)
        chunks.append(stream.getvalue())
    return chunks


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, list[tuple[str, str, list[str]]]]:
    """An encoding, a delimiter, and rows: the blank lines before each, its text, its cells."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
    delimiter = draw(st.sampled_from(DELIMITERS))
    newline, quoting = draw(st.sampled_from(WRITERS))
    width = draw(st.integers(2, 4))
    plain = st.text(LATIN, max_size=8)
    cell = plain if encoding == "cp1252" else plain | st.text(st.characters(exclude_characters="\0"), max_size=8)
    tail = draw(st.sampled_from(["", "\nx", ' "y"', ";,|\t"] if quoting == csv.QUOTE_ALL else ["", "\nx", ' "y"']))
    header = [f"é{number}{tail}" for number in range(width)]
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))
    chunks = written([header, *rows], delimiter, newline, quoting)
    blank = st.sampled_from(["", newline, newline * 2, f"  {newline}"])
    rows = [header, *rows]
    return encoding, delimiter, [(draw(blank), chunk, row) for chunk, row in zip(chunks, rows, strict=True)]


def unescaped(cell: str, delimiter: str) -> str:
    formula = delimiter == ";" and re.match(r"'+[=+\-@\t\r]", cell)
    return clean(cell[1:] if formula else cell)


def breaks(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


@given(files())
def test_any_file_that_the_csv_module_writes_comes_back_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory, written_file: tuple[str, str, list[tuple[str, str, list[str]]]]
) -> None:
    encoding, delimiter, rows = written_file
    content = "".join(blank + chunk for blank, chunk, _ in rows).encode(encoding)
    expected: Cells = []
    line = 1
    for blank, chunk, row in rows:
        line += breaks(blank)
        cells = [unescaped(cell, delimiter) if expected else clean(cell) for cell in row]
        if any(cells):
            expected.append((line, cells))
        line += breaks(chunk)
    file = opened(tmp_path_factory.getbasetemp(), content)
    assert file.encoding == ("cp1252" if encoding == "cp1252" else "utf-8-sig")
    assert file.delimiter == delimiter
    assert [(file.header_line, file.header), *rows_of(file)] == expected


@given(st.binary(max_size=200) | st.text('a;,"\n\r\té', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        file = opened(tmp_path_factory.getbasetemp(), content)
    except Fault as fault:
        assert fault.message.text("fr")
        return
    rows = list(file.rows())
    lines = [row.line for row in rows if isinstance(row, Row | BrokenRow)]
    assert len(lines) == sum(not isinstance(row, Unreadable) for row in rows)
    assert any(file.header)
    assert lines == sorted(set(lines))
    assert all(line > file.header_line for line in lines)
