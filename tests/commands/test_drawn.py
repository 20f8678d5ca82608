"""Bars, sparklines and texts as the command draws them, on a terminal and in a pipe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crpv_cli.output.terminal.drawing import ASCII, BLOCKS
from tests.inside import inside

DRAWN = set(BLOCKS.levels + BLOCKS.full + BLOCKS.parts)


@pytest.fixture(scope="module")
def home(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    shutil.copy(demo_path, folder / "demo.db")
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "CRPV_DB": str(home / "demo.db"), "LANG": "C.UTF-8", "TERM": "xterm-256color", **more}


Terminal = Callable[..., str]


@pytest.fixture
def terminal(home: Path) -> Terminal:
    """Runs the command with a terminal as its standard output (a true one: test_end_to_end)."""

    def run(*arguments: str, width: int = 80, **env: str) -> str:
        ran = inside(*arguments, env=environment(home, COLUMNS=str(width), **env), cwd=home, terminal=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


def piped(home: Path, *arguments: str) -> str:
    ran = inside(*arguments, env=environment(home), cwd=home)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


REPORTS = [
    ("coverage", "--by", "region"),
    ("funding", "--by", "year"),
    ("evaluations",),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[0])
def test_drawn_on_a_terminal_and_nowhere_else(terminal: Terminal, home: Path, report: tuple[str, ...]) -> None:
    assert set(terminal("report", *report, width=120)) & DRAWN
    assert not set(piped(home, "report", *report)) & DRAWN
    assert not set(piped(home, "report", *report, "--format", "markdown")) & DRAWN
    file = home / f"{report[0]}.md"
    terminal("report", *report, "-o", str(file), "--force")
    assert not set(file.read_text(encoding="utf-8")) & DRAWN


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report[0])
def test_without_colour_there_are_no_codes_and_the_same_drawing(terminal: Terminal, report: tuple[str, ...]) -> None:
    plain = terminal("report", *report, width=100, NO_COLOR="1")
    coloured = terminal("report", *report, width=100)
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    assert [sign for sign in plain if sign in DRAWN] == [sign for sign in coloured if sign in DRAWN]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_columns_are_spared_before_a_heading_is_cut(terminal: Terminal, width: int) -> None:
    text = terminal("report", "funding", "--by", "year", width=width, NO_COLOR="1")
    heading, _, _ = text.partition("────")
    assert "Comparable" in heading
    assert "…" not in heading
    assert ("posts" in heading) is (width == 120)


@pytest.mark.parametrize("env", [{"PYTHONIOENCODING": "latin-1"}, {"TERM": "linux"}], ids=["latin-1", "linux"])
def test_signs_that_the_terminal_has_where_it_has_no_blocks(terminal: Terminal, env: dict[str, str]) -> None:
    text = terminal("report", "evaluations", "--centre", "oriv", width=100, NO_COLOR="1", **env)
    assert not set(text) & DRAWN
    assert f"{ASCII.levels[7]}{ASCII.levels[5]}{ASCII.levels[2]} 4>3>2" in text


@pytest.mark.parametrize("tongue", ["en", "fr"])
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_evaluations_fit_and_are_not_cut(terminal: Terminal, width: int, tongue: str) -> None:
    text = terminal("report", "evaluations", width=width, LINES="200", NO_COLOR="1", CRPV_LANG=tongue)
    table = text.replace("\r", "").partition("\n\n")[0]
    assert max(map(len, table.splitlines())) <= width
    assert "…" not in table
    assert ("→" in table) is (width == 140)


def test_full_writes_every_text_out(terminal: Terminal, home: Path) -> None:
    rows = json.loads(piped(home, "report", "evaluations", "--format", "json"))["rows"]
    text = " ".join(terminal("report", "evaluations", "--full", width=80, NO_COLOR="1").split())
    markdown = piped(home, "report", "evaluations", "--full", "--format", "markdown").replace("\\", "")
    texts = [row[name] for row in rows for name in ("summary", "recommendation") if row[name]]
    assert len(texts) > 100
    for said in texts:
        assert " ".join(said.split()) in text
        assert said in markdown
    assert texts[0] not in " ".join(terminal("report", "evaluations", width=80, NO_COLOR="1").split())


def test_texts_are_of_missions_of_centres_and_a_cycle_has_a_year_at_least(home: Path) -> None:
    for arguments, said in (
        (("--full", "--by", "mission"), "--full and --by cannot be used together."),
        (("--cycle", "0"), "--cycle"),
    ):
        done = inside("report", "evaluations", *arguments, env=environment(home))
        assert done.returncode == 2
        assert said in done.stderr


def test_the_cycle_of_the_command_line_counts(home: Path) -> None:
    def overdue(*arguments: str) -> int:
        answer = piped(home, "report", "evaluations", "--as-of", "2026-11-25", "--format", "json", *arguments)
        return int(json.loads(answer)["totals"]["overdue"])

    assert overdue() == overdue("--cycle", "3") == 9
    assert overdue("--cycle", "10") == 5  # those never evaluated
    assert overdue("--cycle", "1") == 60
