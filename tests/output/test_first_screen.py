"""What a terminal shows first: one screen, whatever its size, with the figures of the other formats."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.language import msg
from crpv_cli.output.terminal.drawing import ASCII, BLOCKS, gauge
from crpv_cli.output.terminal.findings import foremost
from crpv_cli.output.terminal.screen import screen
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.network.missing import _NAMED
from crpv_cli.reports.network.report import network
from crpv_cli.result import Dossier, Result
from crpv_cli.rules.checking import findings
from tests.inside import inside

TODAY = "2026-11-25"
NETWORK = ("report", "network", "--as-of", TODAY)
CHECK = ("check", "--as-of", TODAY)
EVALUATIONS = ("report", "evaluations", "--as-of", TODAY)
DRAWN = set(BLOCKS.levels + BLOCKS.full + BLOCKS.parts + BLOCKS.reached + BLOCKS.tiles[:3])

Terminal = Callable[..., str]


@pytest.fixture(params=["reference", "demo"])
def path(request: pytest.FixtureRequest, reference_path: Path, demo_path: Path) -> Path:
    return reference_path if request.param == "reference" else demo_path


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Asks a registry on a terminal of so many columns and lines, or in a pipe if it has none."""

    def run(
        path: Path, *arguments: str, size: tuple[int, int] | None = (100, 40), tongue: str = "en", **env: str
    ) -> str:
        own = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "CRPV_DB": str(path), "CRPV_LANG": tongue}
        if size:
            own |= {"COLUMNS": str(size[0]), "LINES": str(size[1]), "TERM": "xterm-256color"}
        ran = inside(*arguments, env=own | {"NO_COLOR": "1"} | env, terminal=size is not None)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


def answered(terminal: Terminal, path: Path, *arguments: str) -> Any:
    return json.loads(terminal(path, *arguments, "--format", "json", size=None))


def sheet_on(connection: sqlite3.Connection, **asked: Any) -> Dossier:
    return network(connection, TODAY, findings(connection, TODAY), **asked)


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", "")))


def joined(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("tongue", ["en", "fr"])
@pytest.mark.parametrize("size", [(100, 40), (80, 24), (80, 40), (120, 24)], ids=str)
def test_the_network_is_one_screen(terminal: Terminal, path: Path, size: tuple[int, int], tongue: str) -> None:
    lines = terminal(path, *NETWORK, size=size, tongue=tongue).splitlines()
    # The last line is where the next command is typed.
    assert len(lines) < size[1]
    assert max(map(cell_len, lines)) <= size[0]
    last = lines[len(lines) - lines[::-1].index("") :]
    assert last[0].startswith({"en": "Next: ", "fr": "Ensuite"}[tongue])
    assert not any("\x1b" in line for line in lines)
    assert [line for line in lines if not line.strip(" –─")] == [""] * lines.count(""), "rows of dashes"


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_is_kept_to(terminal: Terminal, path: Path, width: int) -> None:
    assert max(map(cell_len, terminal(path, *NETWORK, size=(width, 40)).splitlines())) <= width


def test_colour_is_on_top_of_the_same_text(terminal: Terminal, demo_path: Path) -> None:
    plain, coloured = (terminal(demo_path, *NETWORK, NO_COLOR=value) for value in ("1", ""))
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert "\x1b[1;36m" in coloured


def test_every_figure_is_that_of_the_other_formats(terminal: Terminal, path: Path) -> None:
    shown = terminal(path, *NETWORK)
    records = {record["figure"]: record for record in answered(terminal, path, *NETWORK)["figures"]}
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        figures = sheet_on(connection).key_figures
    assert len(figures) >= 4
    for figure in figures:
        record = records[figure.name]
        if figure.shown is None:
            assert record["value"] is None
            continue
        said = figure.shown.text()
        assert said in shown
        held = f"{record['shown']} {record['value']} {record['total']}"
        held += f" {record['share'] * 100:.1f}" if record["share"] is not None else ""
        assert numbers(said) <= numbers(held), figure.name


def test_what_is_unknown_is_gathered_in_one_place(terminal: Terminal, path: Path) -> None:
    shown = joined(terminal(path, *NETWORK))
    (named,) = re.findall(r"Not known: ([^.]*)\.", shown)
    unknown = [row["figure"] for row in answered(terminal, path, *NETWORK)["figures"] if row["value"] is None]
    assert unknown
    assert named.split(", ") == [_NAMED[figure] for figure in unknown if figure in _NAMED]


def test_findings_are_counted_and_the_two_that_matter_most_named(terminal: Terminal, path: Path) -> None:
    shown = terminal(path, *NETWORK)
    totals = answered(terminal, path, *CHECK)["totals"]
    assert f"{totals['breach']} breaches · {totals['unknown']} not known · {totals['notice']} notices" in shown
    assert "and 15 others: No local funding known in 2025." in shown
    assert len(re.findall(r"(?m)^· ", shown)) == 2
    assert "Next: crpv check --as-of 2026-11-25" in shown


def test_the_gravest_finding_of_most_subjects_comes_first(demo: sqlite3.Connection) -> None:
    found = findings(demo, TODAY)
    place = {name: found.places[name] for name in ("severity", "about", "accepted")}

    def altered(row: tuple[Any, ...]) -> tuple[Any, ...]:
        grave = row[place["about"]] == "Villes et Territoires" and not row[place["accepted"]]
        return tuple("breach" if grave and at == place["severity"] else value for at, value in enumerate(row))

    worse: Result = replace(found, rows=tuple(map(altered, found.rows)))
    assert foremost(worse, 1)[0].startswith("Villes et Territoires: ")
    assert "15 others" in foremost(found, 1)[0]
    accepted = replace(found, rows=tuple(row for row in found.rows if row[place["accepted"]]))
    assert accepted.rows and foremost(accepted, 5) == []


def test_the_small_map_has_a_sign_for_each_department(terminal: Terminal, path: Path) -> None:
    shown = terminal(path, *NETWORK)
    states = [row["state"] for row in answered(terminal, path, "map", "--as-of", TODAY)["rows"]]
    for state, sign in (("covered", "■"), ("uncovered", "□")):
        # One more in the legend.
        assert shown.count(sign) == states.count(state) + 1
    assert "2A 2B 92 978 987" in shown
    assert "#" in terminal(path, *NETWORK, TERM="linux") and not DRAWN & set(terminal(path, *NETWORK, TERM="linux"))


def test_a_pipe_gets_the_same_and_nothing_of_a_terminal(terminal: Terminal, demo_path: Path) -> None:
    piped, shown = terminal(demo_path, *NETWORK, size=None), terminal(demo_path, *NETWORK)
    assert max(map(cell_len, piped.splitlines())) <= 100
    assert not DRAWN & set(piped) and "Next:" not in piped
    words = re.sub(rf"[{''.join(DRAWN)}─]", "", shown.partition("Next:")[0])
    missing = set(words.split()) - set(piped.split()) - {"covered", "not", "98", "5"}
    assert missing <= {"2A", "2B", "92", "978", "987"}


def lengthy(sheet: Dossier) -> Dossier:
    said = (msg("What it has to be read with is told here at length, and again."),) * 3
    return replace(sheet, key_figures=tuple(replace(figure, beside=said) for figure in sheet.key_figures))


def test_a_low_terminal_keeps_what_was_published(demo: sqlite3.Connection) -> None:
    sheet = lengthy(sheet_on(demo))
    high, low = (screen(sheet, 80, height=height, full=False)[0] for height in (60, 24))
    assert "told here at length" in high
    assert "told here at length" not in low
    assert "Published: 20 centres on 2023-10-17; computed: 19." in joined(low)
    assert len(low.splitlines()) < 24


def test_what_is_compared_is_shown_where_there_is_room(demo: sqlite3.Connection) -> None:
    sheet = sheet_on(demo, compare_to="2023-10-17")
    high, low = (screen(sheet, 100, height=height, full=False)[0] for height in (60, 24))
    title = next(section.title.text() for section in sheet.sections if section.name == "changes")
    assert title in high
    assert title not in low
    assert "Compared with: 2023-10-17" in low.replace("\N{NO-BREAK SPACE}", " ")


def test_all_of_it_is_there_for_whoever_asks(terminal: Terminal, demo_path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(demo_path)) as connection:
        connection.row_factory = sqlite3.Row
        titles = [section.title.text() for section in sheet_on(connection).sections]
    file = tmp_path / "report.txt"
    terminal(demo_path, *NETWORK, "-o", str(file))
    for text in (terminal(demo_path, *NETWORK, "--full"), file.read_text(encoding="utf-8")):
        assert all(title in joined(text) for title in titles)
    given = terminal(demo_path, *NETWORK, "--format", "json", size=None)
    assert given == terminal(demo_path, *NETWORK, "--full", "--format", "json", size=None)


@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_the_sheet_of_any_centre_is_one_screen(demo: sqlite3.Connection, tongue: str) -> None:
    language.activate(tongue)
    for (centre,) in demo.execute("select id from centres").fetchall():
        sheet = centre_sheet(demo, centre, TODAY, findings(demo, TODAY, centre=centre))
        for width, height in ((100, 40), (80, 24)):
            lines = screen(sheet, width, height=height, full=False)[0].splitlines()
            assert len(lines) < height, centre
            assert max(map(cell_len, lines)) <= width
        assert f"crpv show {centre} --as-of {TODAY}" in joined("\n".join(lines))


def test_tables_stand_beneath_the_figures_of_a_centre_as_far_as_there_is_room(demo: sqlite3.Connection) -> None:
    sheet = centre_sheet(demo, "oriv", TODAY, findings(demo, TODAY, centre="oriv"))
    titles = ["Core missions", "Known funding granted", "Perimeter on"]
    found = [
        [title for title in titles if title in screen(sheet, 100, height=height, full=False)[0]]
        for height in (16, 40, 90)
    ]
    assert found[0] == []
    assert found[1][:1] == titles[:1]
    assert found[2] == titles
    # A year of which nothing is known is no row.
    assert not re.search(r"(?m)^2026 ", screen(sheet, 100, height=90, full=False)[0])


@pytest.mark.parametrize("tongue", ["en", "fr"])
@pytest.mark.parametrize("size", [(100, 40), (80, 24)], ids=str)
def test_a_check_is_one_screen_with_the_worst_first(
    terminal: Terminal, path: Path, size: tuple[int, int], tongue: str
) -> None:
    lines = terminal(path, *CHECK, size=size, tongue=tongue).splitlines()
    assert len(lines) < size[1]
    assert max(map(cell_len, lines)) <= size[0]
    shown = re.findall(r"(?m)^ ?(\d+)  \S", "\n".join(lines))
    answer = answered(terminal, path, *CHECK)
    counts: dict[str, dict[str, int]] = {}
    for row in answer["rows"]:
        if not row["accepted"]:
            of = counts.setdefault(row["severity"], {})
            of[row["rule"]] = of.get(row["rule"], 0) + 1
    expected = [
        count for grave in ("breach", "unknown", "notice") for count in sorted(counts.get(grave, {}).values())[::-1]
    ]
    assert [int(count) for count in shown] == expected
    assert sum(expected) + answer["totals"]["accepted"] == len(answer["rows"])


def test_few_findings_are_all_said(terminal: Terminal, demo_path: Path) -> None:
    few = terminal(demo_path, *CHECK, "--centre", "oriv", size=(100, 40))
    assert "→" in few and "--full" not in few
    full = terminal(demo_path, *CHECK, "--full", size=(100, 24))
    assert joined(full) == joined(terminal(demo_path, *CHECK, size=None))
    assert len(full.splitlines()) > 60


@pytest.mark.parametrize("size", [(100, 40), (72, 40)], ids=str)
def test_evaluations_are_side_by_side(terminal: Terminal, demo_path: Path, size: tuple[int, int]) -> None:
    shown = terminal(demo_path, *EVALUATIONS, size=size)
    lines = shown.splitlines()
    assert max(map(cell_len, lines)) <= size[0]
    if size[0] == 100:
        assert len(lines) < size[1]
    rows = answered(terminal, demo_path, *EVALUATIONS)["rows"]
    for name in dict.fromkeys(row["short_name"] for row in rows):
        (line,) = [line for line in lines if line.startswith(f"{name}  ")]
        ratings = re.findall(r"(?<= )[\d–](?= |$)", line[len(name) :])
        assert ratings == [row["rating"] or "–" for row in rows if row["short_name"] == name]
        assert line.count("Overdue") == sum(bool(row["overdue"]) for row in rows if row["short_name"] == name)
    assert "mission" in terminal(demo_path, *EVALUATIONS, size=(100, 200)).lower().splitlines()[2]


def test_a_share_is_whole_only_if_it_is() -> None:
    assert gauge(1, 8) == ("━" * 8, "")
    assert gauge(0.999, 8) == ("━" * 7, "─")
    assert gauge(0.001, 8) == ("━", "─" * 7)
    assert gauge(0, 8, ASCII) == ("", "-" * 8)
