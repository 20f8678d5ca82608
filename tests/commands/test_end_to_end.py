"""What a user sees, from the first command on; what only a process shows is asked of one."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from crpv_cli.definitions.tables import TABLES
from tests.inside import inside, outside

Crpv = Callable[..., CompletedProcess[str]]


def environment(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        **more,
    }


@pytest.fixture
def crpv(tmp_path: Path) -> Crpv:
    """The command in this process, in a new folder and for a new user."""
    return lambda *arguments, **env: inside(*arguments, env=environment(tmp_path, **env), cwd=tmp_path)


@pytest.fixture
def process(tmp_path: Path) -> Crpv:
    """The same in a process of its own."""
    return lambda *arguments, **env: outside(*arguments, env=environment(tmp_path, **env), cwd=tmp_path)


@pytest.fixture(scope="module")
def registries(
    reference_path: Path, demo_path: Path, empty_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("registries")
    for name, path in (("reference.db", reference_path), ("demo.db", demo_path), ("empty.db", empty_path)):
        shutil.copy(path, folder / name)
    return folder


def test_the_first_reading_command_makes_the_registry_and_says_so(process: Crpv, tmp_path: Path) -> None:
    first = process("list", "--format", "json")
    assert first.returncode == 0
    assert len(json.loads(first.stdout)) == 20
    assert str(tmp_path / "data" / "crpv" / "crpv.sqlite") in first.stderr
    second = process("list", "--format", "json")
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_a_path_that_somebody_typed_is_never_made_by_reading(process: Crpv, tmp_path: Path) -> None:
    for ran in (process("list", "--db", "typed.db"), process("list", CRPV_DB=str(tmp_path / "typed.db"))):
        assert ran.returncode == 3
        assert "crpv init --db" in ran.stderr
        assert not (tmp_path / "typed.db").exists()


def test_version_module_and_help(process: Crpv) -> None:
    assert process("--version").stdout.startswith("crpv ")
    assert process("-h").stdout == process("--help").stdout
    bare = process()
    assert (bare.returncode, bare.stderr) == (0, "")
    assert "crpv --help" in bare.stdout


def test_the_console_script_is_the_same(tmp_path: Path) -> None:
    script = shutil.which("crpv", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("crpv is not installed as a command in this environment")
    ran = subprocess.run([script, "--version"], capture_output=True, text=True, check=True, env=environment(tmp_path))
    assert ran.stdout.startswith("crpv ")


def test_init_never_touches_a_registry_that_is_there(crpv: Crpv, tmp_path: Path) -> None:
    assert crpv("init", "--db", "a.db").returncode == 0
    before = (tmp_path / "a.db").read_bytes()
    again = crpv("init", "--db", "a.db")
    assert again.returncode == 2
    assert (tmp_path / "a.db").read_bytes() == before
    assert crpv("init", "--demo", "--db", "a.db").returncode == 0
    assert "FICTITIOUS" in crpv("list", "--db", "a.db").stdout
    assert crpv("init", "--demo", "--empty", "--db", "b.db").returncode == 2


def test_everything_exported_loads_into_an_equal_registry(crpv: Crpv, registries: Path, tmp_path: Path) -> None:
    demo = str(registries / "demo.db")
    shutil.copy(registries / "empty.db", tmp_path / "new.db")
    assert crpv("export", "all", "-o", "out/", "--db", demo).returncode == 0
    loaded = crpv("load", "out/", "--db", "new.db")
    assert loaded.returncode == 0, loaded.stderr
    assert crpv("export", "all", "-o", "out2/", "--db", "new.db").returncode == 0
    for file in (tmp_path / "out").glob("*.csv"):  # what stands beside them tells of another load
        assert (tmp_path / "out2" / file.name).read_bytes() == file.read_bytes()
    again = crpv("load", "out/", "--db", "new.db")
    assert again.stderr.count(" 0 inserted, 0 updated,") == len(TABLES)
    assert "Nothing changed" in again.stderr


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_csv_excel_loads_back_in_either_language(crpv: Crpv, registries: Path, tmp_path: Path, lang: str) -> None:
    shutil.copy(registries / "demo.db", tmp_path / "demo.db")
    assert crpv("export", "all", "-f", "csv-excel", "-o", "out/", "--db", "demo.db", CRPV_LANG=lang).returncode == 0
    content = (tmp_path / "out" / "centres.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    # A file of one language is read whatever the reader's language is.
    loaded = crpv("load", "out/", "--db", "demo.db", CRPV_LANG="en")
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stderr.count(" 0 inserted, 0 updated,") == len(TABLES)


def test_export_summaries_is_read_back_by_the_csv_module(crpv: Crpv, registries: Path, tmp_path: Path) -> None:
    demo = str(registries / "demo.db")
    assert crpv("export", "evaluation-summaries", "--db", demo, "-o", "s.csv").returncode == 0
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    report = json.loads(crpv("report", "evaluations", "--db", demo, "-f", "json").stdout)
    assert len(rows) == len(report["rows"]) == 60
    for row, expected in zip(rows, report["rows"], strict=True):
        for name, value in expected.items():
            text = "" if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)
            if isinstance(value, list):
                text = " ".join(f"{point['year']}:{point['rating'] or ''}" for point in value)
            assert row[name] == text
        assert row["fictitious"] == "true" or row["evaluated"] == "false"


def test_libreoffice_reads_csv_excel_cell_by_cell(
    crpv: Crpv, registries: Path, tmp_path: Path, office: tuple[str, str]
) -> None:
    demo = str(registries / "demo.db")
    crpv("export", "evaluation-summaries", "--db", demo, "-f", "csv-excel", "-o", "s.csv")
    subprocess.run(
        [
            *office, "--headless", "--infilter=CSV:59,34,76,1,,1036,true,false",
            "--convert-to", "csv:Text - txt - csv (StarCalc):9,34,76",
            "--outdir", "lo", "s.csv",
        ],
        cwd=tmp_path, check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as stream:
        ours = list(csv.reader(stream, delimiter=";"))
    with (tmp_path / "lo" / "s.csv").open(encoding="utf-8", newline="") as stream:
        theirs = list(csv.reader(stream, delimiter="\t"))

    def number(cell: str) -> float | str:
        text = cell.rstrip("%").replace(",", ".")
        try:
            return round(float(text), 2)
        except ValueError:
            return cell

    assert len(ours) == len(theirs) == 61
    for ours_row, theirs_row in zip(ours, theirs, strict=True):
        assert [number(cell) for cell in ours_row] == [number(cell) for cell in theirs_row]


@pytest.mark.parametrize(
    ("extension", "start"),
    [("csv", "id,name"), ("json", "[\n"), ("jsonl", "{"), ("md", "## "), ("txt", "Centres open")],
)
def test_the_extension_chooses_the_format(
    crpv: Crpv, registries: Path, tmp_path: Path, extension: str, start: str
) -> None:
    file = tmp_path / f"centres.{extension}"
    ran = crpv("list", "--db", str(registries / "reference.db"), "-o", file.name)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert file.read_text(encoding="utf-8").startswith(start)
    again = crpv("list", "--db", str(registries / "reference.db"), "-o", file.name)
    assert again.returncode == 3
    assert "--force" in again.stderr
    assert crpv("list", "--db", str(registries / "reference.db"), "-o", file.name, "--force").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "orvi"), 2, "oriv"),
        (("show", "villes"), 2, "villes-au-carre"),
        (("list", "centrs"), 2, "centres"),
        (("list", "--year", "abc"), 2, "2024"),
        (("list", "--as-of", "2023-13-01"), 2, "2023-10-17"),
        (("list", "--limit", "0"), 2, "--limit"),
        (("list", "-o", "x.rtf"), 2, "--format"),
        (("report", "coverage", "--measure", "people"), 2, "neighbourhoods"),
        (("report", "evaluations", "--mission", "zzz"), 2, "animation"),
        (("export", "all"), 2, "-o FOLDER/"),
        (("export", "all", "-o", "all.pdf"), 2, "all.pdf is one file"),
        (("export", "evalations"), 2, "evaluations"),
        (("load", "nope.csv"), 3, "nope.csv"),
        (("lst",), 2, "list"),
        (("query", "delete from centres"), 2, "nothing was changed"),
        (("show", "oriv", "-f", "csv"), 2, "markdown"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(
    crpv: Crpv, registries: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = crpv(*arguments, CRPV_DB=str(registries / "reference.db"))
    assert ran.returncode == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_a_bug_is_one_line_and_a_traceback_on_demand(crpv: Crpv, registries: Path) -> None:
    program = (
        "import sys, crpv_cli.reports.info as info\n"
        "def broken(*_): raise RuntimeError('boom')\n"
        "info.registry_info = broken\n"
        "sys.argv = ['crpv', 'info']\n"
        "from crpv_cli.__main__ import main\nmain()\n"
    )
    env = environment(registries, CRPV_DB=str(registries / "reference.db"))
    for debug, traceback in (("", False), ("1", True)):
        ran = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            env={**env, "CRPV_DEBUG": debug},
        )
        assert ("Traceback" in ran.stderr) is traceback
        assert "boom" in ran.stderr
        assert ran.returncode == 70


def test_a_pipe_has_no_escape_codes_and_cuts_nothing(crpv: Crpv, process: Crpv, registries: Path) -> None:
    demo = str(registries / "demo.db")
    forcing = {"FORCE_COLOR": "1", "COLUMNS": "40", "GITHUB_ACTIONS": "true", "PY_COLORS": "1"}
    for ask, *arguments in (
        (process, "list"),
        (crpv, "report", "coverage"),
        (crpv, "report", "evaluations"),
        (process, "show", "pqn-a"),
        (crpv, "list", "sources"),
    ):
        ran = ask(*arguments, "--db", demo, **forcing)
        assert "\x1b" not in ran.stdout + ran.stderr
        assert "…" not in ran.stdout
        assert arguments != ["list"] or "16 17 19 23 24 33 40 47 64 79 86 87" in ran.stdout


def on_a_terminal(arguments: list[str], columns: int, env: dict[str, str]) -> str:
    """Run the command on a pseudo-terminal and return what it shows, standard error included."""
    import fcntl
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "crpv_cli", *arguments], stdin=child, stdout=child, stderr=child, env=env
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                chunk = os.read(parent, 65536)
            except OSError:  # Linux says so when the other side has closed
                break
            if not chunk:
                break
            shown += chunk
        process.wait()
    os.close(parent)
    return shown.decode()


@pytest.mark.parametrize(
    "arguments", [["list"], ["report", "coverage"], ["report", "evaluations"], ["show", "labo-cites"]]
)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_on_a_terminal_of_80_columns_everything_fits(registries: Path, arguments: list[str], lang: str) -> None:
    env = environment(registries, TERM="xterm", NO_COLOR="1", CRPV_LANG=lang, CRPV_DB=str(registries / "demo.db"))
    shown = on_a_terminal(arguments, 80, env)
    assert "\x1b" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "ficti" in shown.lower()


def test_colour_is_for_terminals_that_want_it(registries: Path) -> None:
    env = environment(registries, CRPV_DB=str(registries / "demo.db"), CRPV_LANG="en")
    assert "\x1b[" in on_a_terminal(["list"], 100, {**env, "TERM": "xterm-256color"})
    assert "\x1b[" not in on_a_terminal(["list"], 100, {**env, "TERM": "dumb"})
    assert "\x1b[" not in on_a_terminal(["list"], 100, {**env, "TERM": "xterm", "NO_COLOR": "1"})


def test_a_closed_pipe_is_no_error(registries: Path, tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m crpv_cli list territory_counts -f csv | head -n 1'
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(tmp_path, CRPV_DB=str(registries / "reference.db")),
    )
    assert ran.stdout.startswith("department,measure")
    assert ran.stderr == ""


def test_the_figures_of_the_reference_data(crpv: Crpv, registries: Path) -> None:
    """What people know by heart, asked as they would ask it."""

    def ask(*arguments: str) -> Any:
        ran = crpv(*arguments, "--format", "json", CRPV_DB=str(registries / "reference.db"))
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    for year, euros in ((2023, 5437871.00), (2024, 5798055.00)):
        by_scheme = ask("report", "funding", "--year", str(year), "--by", "scheme")
        assert {row["scheme"]: row["amount"] for row in by_scheme["rows"]}["P147"] == euros
    (row,) = ask("report", "funding", "--year", "2024", "--centre", "villes-au-carre")["rows"]
    assert (row["state"], row["region"], row["total"]) == (251635, 140000, 391635)
    of_2021 = {row["centre"]: row for row in ask("report", "funding", "--year", "2021")["rows"]}
    groups = [row["id"] for row in ask("list", "--as-of", "2021-12-31") if row["legal_form"] == "gip"]
    assert groups and {of_2021[centre]["state"] for centre in groups} == {None}
    by_kind = ask("report", "funding", "--by", "kind", "--year", "2022")
    listed = ask("list", "funding", "--year", "2022")
    assert round(sum(row["amount"] for row in by_kind["rows"]), 2) == round(sum(row["amount"] for row in listed), 2)


def test_query_in_every_machine_format(crpv: Crpv, registries: Path) -> None:
    sql = "select id, opened from centres where legal_form = :form order by id limit 2"
    common = ("query", sql, "-p", "form=gip", "--db", str(registries / "reference.db"))
    rows = json.loads(crpv(*common, "-f", "json").stdout)
    assert [row["id"] for row in rows] == ["cite-ressources", "cr-csur"]
    assert [row["opened"] for row in rows] == [None, "2007"]
    assert list(csv.DictReader(io.StringIO(crpv(*common, "-f", "csv").stdout)))[1] == {
        "id": "cr-csur",
        "opened": "2007",
    }
