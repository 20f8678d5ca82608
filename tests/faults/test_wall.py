"""Whatever a file does to what reads it is an anomaly of the file, and what is loaded is what was hashed."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.commands import load as load_command
from crpv_cli.errors import Anomaly, FileProblem
from crpv_cli.intake import readers, tablefile, wall
from crpv_cli.intake.files import InputFile, ReadOptions, open_tables
from crpv_cli.intake.refused import refused_rows
from crpv_cli.intake.shape import WHOLE
from crpv_cli.intake.sources import sources_of
from crpv_cli.intake.workbooks import open_workbook
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loading import LoadReport, load
from tests.commands.conftest import crpv
from tests.faults.books import FUNDERS, ods, ods_rows, xls, xlsx, xlsx_cell, xlsx_parts, xlsx_rows, zipped
from tests.intake.rows import records_of

LIMITED = pytest.mark.skipif(sys.platform != "linux", reason="memory and time are limited by Linux")
XLSX, ODS = xlsx_rows(FUNDERS), ods_rows(FUNDERS)
FAR = "".join(
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
    '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
)
CSV = "id,name,kind\na,A,other\nb,B,region\n"

# What each workbook makes of the reader, and the code of the anomaly that this becomes.
BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "corner.xlsx": (lambda: xlsx(XLSX + f'<row r="1048576">{xlsx_cell("XFD1048576", "x")}</row>'), "sheet-too-large"),
    "corner.ods": (lambda: ods(ODS + FAR), "sheet-too-large"),
    "repeated.ods": (
        lambda: ods(
            ODS + '<table:table-row table:number-rows-repeated="1048570"><table:table-cell office:value-type="string"'
            ' table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
        ),
        "sheet-too-large",
    ),
    "outside.xlsx": (lambda: xlsx(XLSX + f'<row r="4294967295">{xlsx_cell("ZZZZZZ4294967295", "x")}</row>'), ""),
    "no-part.xlsx": (lambda: zipped({**xlsx_parts(XLSX), "xl/workbook.xml": ""}), "workbook-unreadable"),
    "no-sheet.xlsx": (
        lambda: zipped({name: text for name, text in xlsx_parts(XLSX).items() if "sheet1" not in name}),
        "workbook-unreadable",
    ),
    "cut.xlsx": (lambda: xlsx(XLSX)[:700], "workbook-unreadable"),
    "cut.ods": (lambda: ods(ODS)[:500], "workbook-unreadable"),
    "cut.xls": (lambda: xls(FUNDERS)[:1400], "workbook-unreadable"),
    "zeros.xls": (lambda: xls(FUNDERS)[:512] + bytes(8192), "workbook-unreadable"),
}


def anomalies_of(path: Path) -> list[Anomaly]:
    """What reading a file to its end finds."""
    tables = open_tables(InputFile(path, path.name), ReadOptions())
    return [
        *(anomaly for table in tables for anomaly in table.anomalies),
        *(row for table in tables for row in table.rows() if isinstance(row, Anomaly)),
    ]


def lines_of(path: Path) -> list[int]:
    """The lines of the valid rows of a file."""
    (table,) = open_tables(InputFile(path, path.name), ReadOptions())
    return [row.line for row in records_of(table)]


@pytest.fixture
def fresh() -> Iterator[None]:
    """A child that is started for this test, with its limits."""
    wall.end()
    yield
    wall.end()


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_that_cannot_be_read_is_an_anomaly(tmp_path: Path, name: str) -> None:
    make, code = BOOKS[name]
    path = tmp_path / name
    path.write_bytes(make())
    found = anomalies_of(path)
    assert len(found) == 1
    assert code in {"", found[0].code}
    assert found[0].advice is not None


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_sheet_that_reaches_too_far_says_how_far_and_what_to_do(empty_path: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"corner.{kind}"
    path.write_bytes(BOOKS[path.name][0]())
    ran = crpv("load", path, "--db", empty_path)
    assert ran.code == 1
    assert "“funders” reaches to the cell XFD" in ran.said
    assert "Delete the empty rows and columns" in ran.said


def test_blank_cells_far_away_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    path.write_bytes(xlsx(XLSX + f'<row r="1048576">{xlsx_cell("A1048576", " ")}</row>'))
    assert lines_of(path) == [2, 3]
    path.write_bytes(xlsx(XLSX + f'<row r="4">{xlsx_cell("XFD4", " ")}</row>'))
    assert lines_of(path) == [2, 3]
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    path.write_bytes(ods(ODS + f'<table:table-row table:number-rows-repeated="1048573">{empty}</table:table-row>'))
    assert lines_of(path) == [2, 3]


def test_styled_cells_without_a_value_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "styled.xlsx"
    path.write_bytes(xlsx(XLSX + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'))
    assert lines_of(path) == [2, 3]


@LIMITED
@pytest.mark.parametrize("name", ["abort.xlsx", "abort.xls"])
def test_a_reader_that_asks_for_all_memory_takes_nobody_with_it(empty_path: Path, tmp_path: Path, name: str) -> None:
    content = (
        xlsx(XLSX + f'<row r="1048576">{"<c><v>1</v></c>" * 16384}</row>')
        if name.endswith("x")
        else xls(FUNDERS, places={(65535, 255): "x"})
    )
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.xlsx").write_bytes(xlsx(XLSX))
    ran = crpv("load", tmp_path, "--db", empty_path, "--dry-run", "--keep-valid")
    assert ran.code == 1
    assert "460 MiB" in ran.said
    assert "Funders: 2 read, 2 inserted" in ran.said
    assert "bug" not in ran.said


@LIMITED
def test_memory_that_is_used_up_slowly_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setattr(wall, "MOST_MEMORY", 100 << 20)
    path = tmp_path / "texts.xlsx"
    path.write_bytes(xlsx(XLSX + "<row>" + xlsx_cell("A4", "x" * (100 << 20)) + "</row>"))
    (found,) = anomalies_of(path)
    assert found.code in {"workbook-too-large", "workbook-unreadable"}
    assert "100 MiB" in found.message.text("en")


@LIMITED
def test_a_reader_that_computes_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    monkeypatch.setattr(wall, "MOST_SECONDS", 1)
    path = tmp_path / "rows.xlsx"
    path.write_bytes(xlsx(XLSX + '<row r="3"/>' * 12_000_000))
    assert [found.code for found in anomalies_of(path)] == ["workbook-too-slow"]


def test_a_reader_that_never_answers_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    asleep = tmp_path / "asleep.py"
    asleep.write_text("import sys, time\nsys.stdin.buffer.read(1000)\ntime.sleep(3600)\n", encoding="utf-8")
    monkeypatch.setattr(wall, "PROGRAM", str(asleep))
    monkeypatch.setattr(wall, "PATIENCE", 0.2)
    path = tmp_path / "good.xlsx"
    path.write_bytes(xlsx(XLSX))
    assert [found.code for found in anomalies_of(path)] == ["workbook-too-slow"]


def test_a_small_file_that_expands_to_a_large_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall, "LARGEST", 1 << 20)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(xlsx(XLSX + " " * (1 << 20)))
    assert path.stat().st_size < 10_000
    assert [found.code for found in anomalies_of(path)] == ["workbook-too-large"]


def test_a_question_that_was_given_up_is_not_answered_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    path = tmp_path / "good.xlsx"
    path.write_bytes(xlsx(XLSX))

    def interrupted(_child: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("crpv_cli.intake.wall._Child._answer", interrupted)
        lines_of(path)
    assert lines_of(path) == [2, 3]


READING = """
import sys, time
from pathlib import Path
from crpv_cli.intake import wall
from crpv_cli.intake.files import InputFile, ReadOptions, open_tables
from tests.intake.rows import records_of
path = Path(sys.argv[1])
(table,) = open_tables(InputFile(path, path.name), ReadOptions())
print(len(records_of(table)), wall.CHILDREN[0].process.pid, "python_calamine" in sys.modules, flush=True)
time.sleep(3600)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_the_child_ends_with_a_command_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "good.xlsx"
    path.write_bytes(xlsx(XLSX))
    with subprocess.Popen([sys.executable, "-c", READING, path], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        rows, child, calamine_here = parent.stdout.readline().split()
        parent.send_signal(signal.SIGKILL)
    assert (rows, calamine_here) == ("2", "False")
    for _ in range(6_000):
        if not alive(int(child)):
            return
        time.sleep(0.01)
    pytest.fail("the child goes on")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(os.name == "nt", reason="there are no groups of processes")
def test_ctrl_c_is_not_for_the_child(tmp_path: Path) -> None:
    path = tmp_path / "good.xlsx"
    path.write_bytes(xlsx(XLSX))
    assert lines_of(path) == [2, 3]
    assert os.getpgid(wall.CHILDREN[0].process.pid) != os.getpgid(0)


# --- The bytes that are loaded ---


def changed_under_way(db: Path, files: list[Path], change: Path, content: bytes) -> LoadReport:
    """Load files one of which changes after it was opened, keeping what is valid."""
    with open_writing(db) as connection:
        sources, anomalies = sources_of([InputFile(path, str(path)) for path in files], ReadOptions())
        change.write_bytes(content)
        return load(connection, sources, anomalies, keep_valid=True)


def loads_of(db: Path) -> list[tuple[str, str]]:
    """The files that were loaded, and their SHA-256."""
    with open_writing(db) as connection:
        return [(Path(row[0]).name, row[1]) for row in connection.execute("select path, sha256 from load_files")]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "registry.sqlite"
    assert crpv("init", "--empty", "--db", path).code == 0
    return path


@pytest.mark.parametrize(
    "later", ["id,name,kind\na,A,other\nc,C,region\n", CSV + "c,C,other\n", CSV[:-9], CSV + '"', CSV + "\x00", ""]
)
def test_a_csv_file_that_changes_under_way_loads_nothing(db: Path, tmp_path: Path, later: str) -> None:
    path = tmp_path / "funders.csv"
    path.write_text(CSV, encoding="utf-8")
    report = changed_under_way(db, [path], path, later.encode())
    assert "file-changed" in {anomaly.code for anomaly in report.anomalies} <= {"file-changed", "row-length"}
    assert (report.stopped, report.load, loads_of(db)) == (True, None, [])


def test_a_csv_file_that_is_no_longer_text_loads_nothing(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "funders.csv"
    path.write_text(CSV, encoding="utf-8")
    report = changed_under_way(db, [path], path, CSV.encode() + b"\xff\xfe\xff")
    assert [anomaly.code for anomaly in report.anomalies] == ["file-changed"]
    assert loads_of(db) == []


def test_a_workbook_that_changes_under_way_loads_nothing(db: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.ods"
    first.write_bytes(xlsx(XLSX))
    second.write_bytes(ods(ods_rows([*FUNDERS[:1], ["c", "C", "other"]])))
    report = changed_under_way(db, [first, second], first, xlsx(xlsx_rows([*FUNDERS, ["d", "D", "other"]])))
    assert [anomaly.code for anomaly in report.anomalies] == ["file-changed"]
    assert (report.stopped, loads_of(db)) == (True, [])


def test_the_bytes_of_a_workbook_are_read_once(db: Path, tmp_path: Path) -> None:
    path, before = tmp_path / "funders.xlsx", xlsx(XLSX)
    path.write_bytes(before)
    report = changed_under_way(db, [path], path, b"something else")
    assert (report.errors, report.load) == (0, 1)
    assert loads_of(db) == [("funders.xlsx", hashlib.sha256(before).hexdigest())]


def test_what_is_recorded_is_the_digest_of_what_was_loaded(db: Path, tmp_path: Path) -> None:
    contents = {"a.csv": CSV.encode(), "b.xlsx": xlsx(XLSX), "c.ods": ods(ODS), "d.xls": xls(FUNDERS)}
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    assert crpv("load", folder, "--as", "funders", "--db", db).code == 0
    assert loads_of(db) == [(name, hashlib.sha256(content).hexdigest()) for name, content in contents.items()]


def test_nothing_is_kept_of_a_command_during_which_a_file_changes(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other, aside = tmp_path / "funders.csv", tmp_path / "other.csv", tmp_path / "aside"
    path.write_text(CSV, encoding="utf-8")
    other.write_text("id,name,kind\nx,X,nonsense\ny,Y,other\n", encoding="utf-8")
    find_places = load_command._places_aside

    def change(*asked: Any) -> dict[tuple[str, str | None], Path]:
        path.write_text(CSV + "z,Z,nonsense\n", encoding="utf-8")
        return find_places(*asked)

    monkeypatch.setattr(load_command, "_places_aside", change)
    ran = crpv("load", path, other, "--as", "funders", "--db", db, "--keep-valid", "--refused", aside)
    assert (ran.code, loads_of(db), list(aside.iterdir())) == (1, [], [])
    assert "Nothing was loaded: a file changed, or could no longer be read, under way." in ran.said


@pytest.mark.parametrize("later", [CSV.replace("a,A", "c,C"), CSV + "d,D,other\n", "", "id;x\n\x00"])
def test_refused_rows_are_those_of_the_bytes_that_were_loaded(tmp_path: Path, later: str) -> None:
    path = tmp_path / "funders.csv"
    path.write_text(CSV, encoding="utf-8")
    file, before = InputFile(path, path.name), hashlib.sha256(CSV.encode()).hexdigest()
    _, kept = refused_rows(file, ReadOptions(), None, {2}, before)
    assert list(kept) == [(2, ["a", "A", "other"])]
    _, kept = refused_rows(file, ReadOptions(), None, {2}, before)
    path.write_text(later, encoding="utf-8")
    with pytest.raises(FileProblem):
        list(kept)
    with pytest.raises(FileProblem):
        refused_rows(file, ReadOptions(), None, {2}, before)


# --- CSV ---


def test_a_file_that_is_broken_halfway_did_not_change(tmp_path: Path) -> None:
    path = tmp_path / "funders.csv"
    path.write_text(CSV + 'c,"C"x,other\n' + "d,D,other\n" * 100_000, encoding="utf-8")
    assert [(anomaly.code, anomaly.line) for anomaly in anomalies_of(path)] == [("broken-csv", 4)]


@pytest.mark.parametrize(
    "row",
    ['c,"C,other\n' + "x\n" * 60, "c," + "C" * 120 + ",other\n", "c,C" + "," * 120 + "\n", '"\n",' * 40],
)
def test_a_row_without_end_is_not_read_into_all_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    monkeypatch.setattr(readers, "_LONGEST_ROW", 100)
    path = tmp_path / "funders.csv"
    path.write_text(CSV + row, encoding="utf-8")
    found = anomalies_of(path)
    assert [(anomaly.code, anomaly.line) for anomaly in found] == [("broken-csv", 4)]
    assert "100" in found[0].message.text("en")


def test_a_header_without_end_is_not_read_into_all_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_LONGEST_ROW", 100)
    path = tmp_path / "funders.csv"
    for header in ("id,name,kind," + "x," * 60, 'id,"name\n' + "x\n" * 60):
        path.write_text(f"{header}\na,A,other\n", encoding="utf-8")
        assert [anomaly.code for anomaly in anomalies_of(path)] == ["broken-csv"]


def test_a_header_of_countless_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "funders.csv"
    path.write_text("id,name,kind" + ",x" * 16_381 + "\n", encoding="utf-8")
    assert {anomaly.code for anomaly in anomalies_of(path)} == {"extra-column"}
    path.write_text("id,name,kind" + ",x" * 16_382 + "\n", encoding="utf-8")
    assert [anomaly.code for anomaly in anomalies_of(path)] == ["too-many-columns"]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_no_name_is_looked_for_beside_countless_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked: list[str] = []

    def nothing_close(value: str, *_: object) -> list[str]:
        asked.append(value)
        return []

    monkeypatch.setattr(tablefile, "closest", nothing_close)
    path = tmp_path / f"funders.{kind}"
    for extra, times in ((200, 200), (201, 0)):
        header = ["id", "name", "kind", *["x"] * extra]
        path.write_bytes(xlsx(xlsx_rows([header])) if kind == "xlsx" else (",".join(header) + "\n").encode())
        asked.clear()
        assert len(anomalies_of(path)) == extra
        assert len(asked) == times


def test_what_may_be_a_header_is_looked_at_as_far_as_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    path.write_bytes(xlsx(XLSX + f'<row r="9">{xlsx_cell("XFD9", "x")}</row>'))
    seen: list[list[str]] = []

    def fits(_sheet: str, cells: Sequence[str]) -> int:
        seen.append(list(cells))
        return WHOLE

    (sheet,) = open_workbook(path, fits)
    assert seen == [["id", "name", "kind"]]
    assert len(sheet.header) == 16_384
    path.write_bytes(xlsx(xlsx_rows([["id", "name", "kind", *range(2_000)]])))
    (sheet,) = open_workbook(path, fits)
    assert [len(cells) for cells in seen] == [3, 1_000]
    assert len(sheet.header) == 2_003


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device here")
@pytest.mark.parametrize("command", ["load", "diff", "verify"])
def test_what_has_no_end_is_not_read(command: str, tmp_path: Path) -> None:
    db = tmp_path / "r.sqlite"
    assert crpv("init", "--empty", "--db", db).code == 0
    ran = crpv(command, "/dev/zero", "--db", db)
    assert (ran.code, "is a device" in ran.said) == (3, True)


@pytest.mark.parametrize("arguments", [("undo",), ("log",), ("list", "--known")])
def test_a_number_that_is_too_large_is_that_of_no_load(arguments: tuple[str, ...], tmp_path: Path) -> None:
    db = tmp_path / "r.sqlite"
    assert crpv("init", "--empty", "--db", db).code == 0
    ran = crpv(*arguments, "9" * 30, "--db", db)
    assert (ran.code, "There is no load 9" in ran.said) == (2, True)
