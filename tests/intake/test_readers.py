"""Bytes as they really come become rows with the right cells on the right lines."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli.intake import readers
from crpv_cli.intake.encodings import Encoding
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.grid import BrokenRow, Row, Unreadable
from crpv_cli.intake.readers import DELIMITERS, CsvFile, delimiter_of, open_csv
from crpv_cli.intake.values import clean
from crpv_cli.language import Message

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
    assert file.encoding.name == encoding
    assert file.header == ["nom", "siège"]
    assert rows_of(file) == [(2, ["œuvre", "Évry €"])]
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_an_accent_on_the_border_of_two_chunks_does_not_make_a_file_windows_1252(tmp_path: Path) -> None:
    for shift in range(2):
        lines = "é" * (1 << 20)
        file = opened(tmp_path, f"{'n' * (shift + 1)};b\n{lines};x\n")
        assert file.encoding.name == "utf-8-sig"
        assert rows_of(file) == [(2, [lines, "x"])]


def test_a_late_accent_is_enough_to_find_windows_1252(tmp_path: Path) -> None:
    content = b"a;b\n" + (b"x" * 999 + b";y\n") * 1100 + "é;z\n".encode("cp1252")
    assert len(content) > 1 << 20
    file = opened(tmp_path, content)
    assert file.encoding.name == "cp1252"
    assert rows_of(file)[-1] == (1102, ["é", "z"])


def test_null_characters_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    assert fault_of(tmp_path, b"id;name\na;b\x00c\n").code == "not-text"
    assert fault_of(tmp_path, b"id;name\n" + b"a;b\n" * 300_000 + b"\x00\n").code == "not-text"


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
    content = "a;b\n" + "value;1\n" * 50_000
    file, told = opened(tmp_path, content), list[int]()
    file.progress = lambda name, done: told.append(done)
    assert rows_of(file) == [(line, ["value", "1"]) for line in range(2, 50_002)]
    assert len(told) > 1
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= len(content)


def test_a_header_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert fault_of(tmp_path, 'id;"name\na;b\n').code == "broken-csv"
    assert fault_of(tmp_path, 'id;"na"me"\na;b\n').code == "broken-csv"


def test_a_row_keeps_its_own_length(tmp_path: Path) -> None:
    assert rows_of(opened(tmp_path, "a;b\n1\n1;2;3\n")) == [(2, ["1"]), (3, ["1", "2", "3"])]


# Quotation marks that are not closed, or closed too late


def broken(folder: Path, content: str) -> tuple[int, str] | None:
    """From which line on a file cannot be read, and why."""
    *_, last = [None, *opened(folder, content).rows()]
    if not isinstance(last, BrokenRow):
        return None
    assert isinstance(last.reason, Message)
    return last.line, last.reason.text("en")


HEAD = "centre;funder;year;amount;purpose;reference"
ROWS = [f"oriv;etat;{2010 + number};{number}000;Actions {number};R{number}" for number in range(6)]


def stray(rows: Sequence[str], opens: tuple[int, int], closes: tuple[int, int]) -> str:
    """A table in which one cell begins with a quotation mark, and another ends with one."""
    cells = [row.split(";") for row in rows]
    cells[opens[0]][opens[1]] = f'"{cells[opens[0]][opens[1]]}'
    cells[closes[0]][closes[1]] = f'{cells[closes[0]][closes[1]]}"'
    return "\n".join([HEAD, *(";".join(row) for row in cells), ""])


@pytest.mark.parametrize("last", range(1, 6))
@pytest.mark.parametrize("place", range(6))
def test_stray_quotation_marks_that_swallow_rows_are_caught(tmp_path: Path, place: int, last: int) -> None:
    found = broken(tmp_path, stray(ROWS, (0, place), (last, place)))
    assert found == (
        2,
        f"the quotation mark that opens on line 2 closes on line {last + 2}, and rows stand between them",
    )


def test_they_are_caught_in_another_row_and_column_too(tmp_path: Path) -> None:
    found = broken(tmp_path, stray(ROWS, (1, 4), (4, 2)))
    assert found is not None
    assert found[0] == 3
    rows = ['a;b;c;d;e;"x\ny"', *ROWS]
    found = broken(tmp_path, "\n".join([HEAD, rows[0], rows[1], *stray(ROWS, (2, 4), (3, 4)).splitlines()[3:]]))
    assert found == (5, "the quotation mark that opens on line 5 closes on line 6, and rows stand between them")


@pytest.mark.parametrize("place", [3, 4])
def test_rows_whose_last_cells_are_missing_are_caught_too(tmp_path: Path, place: int) -> None:
    rows = [";".join(row.split(";")[: place + 1]) for row in ROWS]
    assert broken(tmp_path, stray(rows, (0, place), (1, place)).replace(HEAD, f"{HEAD};note;more")) is not None


def test_a_whole_row_within_a_cell_is_enough(tmp_path: Path) -> None:
    found = broken(tmp_path, "\n".join([HEAD, 'oriv;"etat', *ROWS[:2], 'oriv;etat";2010', ROWS[3]]))
    assert found == (2, "the quotation mark that opens on line 2 closes on line 5, and rows stand between them")


def test_what_is_wrong_with_a_mark_is_said_however_much_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_PIECE", 100)
    monkeypatch.setattr(readers, "_LONGEST_ROW", 1_000)
    found = broken(tmp_path, 'a;b\n1;"x"y\n' + "2;z\n" * 1_000)
    assert found == (2, "the quotation mark that opens on line 2 is closed on line 2 within a text")
    found = broken(tmp_path, 'a;b\n1;"x"\n2;"y\n' + "3;z\n" * 1_000)
    assert found == (3, "the quotation mark that opens on line 3 is not closed within 1,000 characters")
    assert broken(tmp_path, f"a;b\n1;{'x' * 2_000}\n") == (2, "the row is longer than 1,000 characters")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('a;b\n1;"x\n2;y\n', 2, "the quotation mark that opens on line 2 is never closed"),
        ('a;b\n1;"x"\n2;"y\n3;z', 3, "the quotation mark that opens on line 3 is never closed"),
        ('a;b;c\n1;"x\ny";"z\n3;z;', 2, "the quotation mark that opens on line 3 is never closed"),
        ('a;b\n1;"x"y\n', 2, "the quotation mark that opens on line 2 is closed on line 2 within a text"),
        ('a;b\n1;"x\n2;y\n3;z"z\n', 2, "the quotation mark that opens on line 2 is closed on line 4 within a text"),
        ('a;b\n"1";"x ""y""\n2;"y"\n', 2, "the quotation mark that opens on line 2 is closed on line 3 within a text"),
    ],
)
def test_the_line_is_named_where_a_quotation_mark_opens(tmp_path: Path, content: str, line: int, reason: str) -> None:
    assert broken(tmp_path, content) == (line, reason)
    assert broken(tmp_path, content.replace("\n", "\r\n")) == (line, reason)


@pytest.mark.parametrize(
    ("width", "note", "mark"),
    [
        (2, "12 rue X\nTours, France", ","),
        (2, "Première ligne ; suite\nDeuxième ligne", ";"),
        (2, "x\nb;y", ";"),
        (3, "2,5 ETP\n1,5 ETP", ","),
        (4, "Présents : A, B, C\nExcusés : D, E, F", ","),
        (4, "Lundi, mardi, jeudi, vendredi\nsamedi, dimanche, lundi, mardi\nfin", ","),
        (6, "un ; deux ; trois ; quatre ; cinq ; six\nsept ; huit ; neuf ; dix ; onze ; douze\n", ";"),
        (6, "a;b\nc;d\ne;f", ";"),
        (6, "liste :\na;b;c;d", ";"),
    ],
)
def test_a_note_of_several_lines_is_read(tmp_path: Path, width: int, note: str, mark: str) -> None:
    for place in range(width):
        cells = [f"x{number}" for number in range(width)]
        cells[place] = f'"{note}"'
        content = mark.join(f"h{number}" for number in range(width)) + "\n" + mark.join(cells) + "\n"
        assert broken(tmp_path, content) is None
        (row,) = opened(tmp_path, content).rows()
        assert isinstance(row, Row)
        assert row.cells[place] == note.strip()


SENTENCES = st.lists(
    st.text("abcé 1", min_size=1, max_size=12).map(str.strip).filter(bool), min_size=1, max_size=6
).map("; ".join)


@given(st.lists(st.lists(SENTENCES, min_size=1, max_size=4).map("\n".join), min_size=3, max_size=8), st.integers(2, 6))
def test_no_note_of_sentences_is_taken_for_rows(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str], width: int
) -> None:
    rows = [[f"h{number}" for number in range(width)], *([note] * (width - 1) + ["x"] for note in notes)]
    content = "".join(written(rows, ";", "\n", csv.QUOTE_ALL))
    assert broken(tmp_path_factory.getbasetemp(), content) is None


NAMES, TEXTS = st.sampled_from(["oriv", "Villes au Carré"]), st.sampled_from(["x", "été 2023"])


@given(st.lists(st.tuples(NAMES, st.integers(0, 9**6), TEXTS), min_size=2, max_size=8), st.data())
def test_whatever_rows_two_stray_marks_swallow_they_are_caught(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    lines = [f"{name};etat;{amount};{text};R{number}" for number, (name, amount, text) in enumerate(rows)]
    first = data.draw(st.integers(0, len(lines) - 2))
    last = data.draw(st.integers(first + 1, len(lines) - 1))
    one, other = data.draw(st.integers(0, 4)), data.draw(st.integers(0, 4))
    content = stray(lines, (first, one), (last, other)).replace(HEAD, "a;b;c;d;e")
    assert broken(tmp_path_factory.getbasetemp(), content) == (
        first + 2,
        f"the quotation mark that opens on line {first + 2} closes on line {last + 2}, and rows stand between them",
    )


# However a file is cut into pieces


@given(
    st.text('ab;"\n\r é', max_size=60),
    st.integers(1, 20),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_rows_are_those_of_the_csv_module_however_they_are_read(text: str, piece: int, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(readers, "_PIECE", piece)
        path = Path(folder) / "file.csv"
        path.write_bytes(text.encode(encoding))
        expected: list[tuple[int, list[str]]] = []
        reader = csv.reader(io.StringIO(text, newline=None), delimiter=";", strict=True)
        ended = None
        try:
            line = 1
            for cells in reader:
                expected.append((line, cells))
                line = reader.line_num + 1
        except csv.Error:
            ended = line
        found: list[tuple[int, list[str]]] = []
        stopped = None
        with readers._Text(path, Encoding(encoding)) as content:
            for read in readers._read(content, ";"):
                if isinstance(read, BrokenRow):
                    stopped = read.line
                else:
                    found.extend(zip(read.lines, read.cells, strict=True))
        assert (found, stopped) == (expected, ended)
        assert content.digest.hexdigest() == hashlib.sha256(path.read_bytes()).hexdigest() or stopped


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
    cell = (
        plain
        if encoding == "cp1252"
        else plain | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
    )
    tail = draw(st.sampled_from(["", "\nx", ' "y"', ";,|\t"] if quoting == csv.QUOTE_ALL else ["", "\nx", ' "y"']))
    header = [f"é{number}{tail}" for number in range(width)]
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))
    chunks = written([header, *rows], delimiter, newline, quoting)
    blank = st.sampled_from(["", newline, newline * 2, f"  {newline}"])
    rows = [header, *rows]
    return encoding, delimiter, [(draw(blank), chunk, row) for chunk, row in zip(chunks, rows, strict=True)]


def unescaped(cell: str, delimiter: str) -> str:
    formula = delimiter == ";" and re.match(r"'+[=+\-@\t\r\n]", cell)
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
    assert file.encoding.name == ("cp1252" if encoding == "cp1252" else "utf-8-sig")
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
