"""The yearly report as it is handed on, made by the installed command: page, workbook, Markdown; with and without the
demonstration; in both languages."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.conftest import OpenPage
from tests.inside import inside, outside
from tests.registry.bench import reseal

WIDTHS = (360, 768, 1280)
# What stands out at the right of the page, besides what can be scrolled in its own frame.
OVERFLOW = """() => [...document.querySelectorAll("body *")].filter(element =>
    !element.closest(".scroll, .skip, caption, svg") && element.getBoundingClientRect().right > innerWidth + 0.5
).map(element => element.outerHTML.slice(0, 80))"""
ODD = '<script>alert(1)</script>"&{{7*7}}[bold][/]😀'


def make_report(db: Path, file: Path, *more: str, lang: str = "en", seed: str | None = None) -> Path:
    """Make it in this process; with a seed, which decides on the order of sets, in one of its own."""
    env = {**os.environ, "CRPV_DB": str(db), "CRPV_LANG": lang, **({"PYTHONHASHSEED": seed} if seed else {})}
    ask = outside if seed else inside
    done = ask("report", "network", "--as-of", "2025-12-31", "-o", file, *more, env=env)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module", params=["demo", "reference"])
def made(
    request: pytest.FixtureRequest, demo_path: Path, reference_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The page in both languages, of one registry; the French one with a comparison."""
    db = demo_path if request.param == "demo" else reference_path
    folder = tmp_path_factory.mktemp(request.param)
    return {
        "en": make_report(db, folder / "en.html"),
        "fr": make_report(db, folder / "fr.html", "--compare-to", "2023", lang="fr"),
    }


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_fits_every_width_and_asks_nobody(made: dict[str, Path], open_page: OpenPage, lang: str) -> None:
    """``open_page`` itself fails if the page complains on the console or asks the network for anything."""
    page = open_page(made[lang])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate(OVERFLOW) == [], width
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize(("lang", "scheme", "width"), [("en", "light", 1280), ("fr", "dark", 360)])
def test_axe_finds_nothing_serious(
    made: dict[str, Path], open_page: OpenPage, lang: str, scheme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(open_page(made[lang], width, scheme)).response
    grave = [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"] if rule["impact"] != "minor"]
    assert grave == []
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}


def test_what_nobody_knows_takes_one_line_and_has_no_chart(made: dict[str, Path]) -> None:
    html = made["en"].read_text(encoding="utf-8")
    tables = set(re.findall(r'data-name="(\w+)"', html))
    known = {"figures", "missing", "map", "regions", "coverage", "support_change", "funding_years", "funding"}
    known |= {"findings", "sources"}
    of_demo = {"missions", "evaluations", "activity_mission", "activity_theme", "activity_mode", "activity_centre"}
    assert known <= tables
    demo = "FICTITIOUS" in html
    assert tables & (of_demo | {"agreements"}) == (of_demo | {"agreements"} if demo else set())
    assert html.count("<figcaption") == len(re.findall("<figure", html)) == (11 if demo else 6)
    for nothing in (
        "The registry holds no evaluations",
        "The registry holds no activity",
        "The registry holds no agreements",
    ):
        assert (nothing in html) is not demo


@pytest.mark.parametrize("extension", ["html", "xlsx", "md"])
def test_two_runs_give_the_same_bytes(demo_path: Path, tmp_path: Path, extension: str) -> None:
    first, second = (
        make_report(demo_path, tmp_path / f"{seed}.{extension}", "--compare-to", "2023", seed=seed).read_bytes()
        for seed in ("1", "2")
    )
    assert first == second


# --- Odd names ---


@pytest.fixture
def odd_path(demo_path: Path, tmp_path: Path) -> Path:
    """A registry in which a centre, a remark and a source have a name that every format could take for its own."""
    path = tmp_path / "odd {{7*7}}&.sqlite"
    shutil.copy(demo_path, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update centres set name = ?, short_name = ?, note = ? where id = 'paris'", (ODD, ODD, ODD))
        connection.execute("update sources set title = ? where id = 'rencontre-8'", (ODD,))
        connection.execute("update activities set theme = ? where theme = 'Numérique'", (ODD,))
        reseal(connection)
    return path


def test_odd_names_stand_as_they_are_on_the_page(odd_path: Path, tmp_path: Path, open_page: OpenPage) -> None:
    page = open_page(make_report(odd_path, tmp_path / "odd.html"))
    assert page.locator("script").count() == 0
    text = page.locator("body").inner_text()
    assert text.count(ODD) >= 5
    drawn = " ".join(page.locator("svg text").all_text_contents())
    assert "<script>" in drawn  # a long name is cut in a chart, and what is left of it is literal
    names = page.locator("table[data-name=coverage] tbody th").all_text_contents()
    assert ODD in names


def test_odd_names_stand_as_they_are_in_the_workbook_and_markdown(odd_path: Path, tmp_path: Path) -> None:
    from crpv_cli.output.markdown import escape

    workbook = load_workbook(make_report(odd_path, tmp_path / "odd.xlsx"))
    cells = [str(cell.value) for sheet in workbook for row in sheet for cell in row if cell.value is not None]
    assert sum(ODD in cell for cell in cells) >= 5
    text = make_report(odd_path, tmp_path / "odd.md").read_text(encoding="utf-8")
    assert text.count(escape(ODD)) >= 5
    assert "<script>" not in text


def test_odd_names_stand_as_they_are_on_a_terminal(odd_path: Path) -> None:
    from crpv_cli.output.terminal.screen import screen
    from crpv_cli.registry.connection import open_reading
    from crpv_cli.reports.network.report import network
    from crpv_cli.rules.checking import findings

    with open_reading(odd_path) as connection:
        found = findings(connection, "2025-12-31")
        text, _ = screen(network(connection, "2025-12-31", found), 200, colour=True)
    assert ODD in text


def test_what_is_accepted_is_shown_as_accepted(demo_path: Path, tmp_path: Path) -> None:
    reason = "[fictif] Évaluation de la capitalisation prévue au premier semestre 2027."
    day = ("--as-of", "2026-11-25")
    assert reason in make_report(demo_path, tmp_path / "r.html", *day).read_text(encoding="utf-8")
    text = make_report(demo_path, tmp_path / "r.md", *day).read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith("| breach") and "R&amp;T" in line]
    assert "2027-06-30" in row
    assert "premier semestre 2027" in row
    workbook = load_workbook(make_report(demo_path, tmp_path / "r.xlsx", *day))
    assert reason in {str(cell.value) for sheet in workbook for line in sheet for cell in line}
