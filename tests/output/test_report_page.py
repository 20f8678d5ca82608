"""The report and the sheet as people hand them on: what opens them, what fits a telephone, what comes out on paper."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from crpv_cli import language
from crpv_cli.language import msg
from crpv_cli.output.page.look import Look
from crpv_cli.output.page.page import html_page
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.network.report import network
from crpv_cli.result import Dossier, KeyFigure, Part
from crpv_cli.rules.checking import findings
from tests.conftest import OpenPage
from tests.inside import inside

DAY = "2025-12-31"
MOST = {"network": 8, "sheet": 2}
# On A4, in points: what is beyond is the running head and the number of the page.
_HEAD, _FOOT, _HEIGHT = 44, 800, 842

# What is cut: text that its frame does not show, or that stands out at the right of the page.
CUT = """() => [...document.querySelectorAll(
    ".report :is(td, th, p, dd, h1, h2, h3, summary, svg)"
)].filter(element => {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest("thead, caption, .skip") || getComputedStyle(element).position === "absolute")
        return false;
    const frame = element.closest(".scroll");
    const right = frame ? Math.min(innerWidth, frame.getBoundingClientRect().right) : innerWidth;
    return box.right > right + 1;
}).map(element => element.outerHTML.slice(0, 90))"""
_SHEET = (
    ("territory", ("perimeter",)),
    ("money", ("funding_years", "budgets")),
    ("missions", ("missions", "recommendations")),
    ("activity", ("activity",)),
    ("together", ("agreements", "governance", "projects", "meetings")),
    ("missing", ("findings",)),
    ("annex", ("labels", "centre_states", "contacts", "funding", "sources")),
)


def told(path: Path, which: str) -> Dossier:
    """A report with a headline, key figures and findings, whoever fills them in."""
    with open_reading(path) as connection:
        if which == "network":
            made = network(connection, DAY, findings(connection, DAY))
        else:
            made = centre_sheet(connection, "oriv", DAY, findings(connection, DAY, centre="oriv"))
    parts = made.parts or tuple(Part(name, msg(name), None, held, annex=name == "annex") for name, held in _SHEET)
    key = KeyFigure("centres", msg("centres in all"), msg("20"), 0.5, (msg("19 were published."),), fictitious=True)
    found = (replace(part, finding=msg(f"Finding of {part.name}.")) for part in parts)
    headline = msg("One sentence says how it stands.")
    return replace(made, headline=headline, key_figures=(key, *made.key_figures), parts=tuple(found))


@pytest.fixture(scope="module", params=["demo", "reference"])
def files(
    request: pytest.FixtureRequest, demo_path: Path, reference_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, str], Path]]:
    """The pages of the network and of a centre, in both languages."""
    folder = tmp_path_factory.mktemp(request.param)
    made = {}
    for lang in language.LANGUAGES:
        language.activate(lang)
        for which in MOST:
            made[which, lang] = folder / f"{which}-{lang}.html"
            shown = told(demo_path if request.param == "demo" else reference_path, which)
            made[which, lang].write_text(html_page(shown), encoding="utf-8")
    language.activate("en")
    yield made


def test_the_headline_the_key_figures_and_the_findings_open_what_they_tell(
    demo_path: Path, open_page: OpenPage
) -> None:
    shown = told(demo_path, "network")
    file = demo_path.with_name("told.html")
    file.write_text(html_page(shown), encoding="utf-8")
    page = open_page(file)
    assert page.locator(".headline").inner_text() == "One sentence says how it stands."
    key = page.locator("[data-key=centres]").first
    assert [line for line in key.inner_text().split("\n") if line] == [
        "20",
        "centres in all",
        "19 were published.",
        "Fictitious data",
    ]
    assert key.locator(".share .part").get_attribute("width") == "50.0"
    assert [text.removeprefix("Finding of ") for text in page.locator(".finding").all_inner_texts()] == [
        f"{part.name}." for part in shown.parts if not part.annex and page.locator(f"#part-{part.name}").count()
    ]
    assert page.locator(".opening-map svg").count() >= 1, "the map stands with the key figures"
    box = page.locator(".opening").bounding_box()
    assert box is not None
    assert box["y"] < 450, "the first screen has them"


def test_each_figure_of_the_report_is_that_of_json_wherever_it_stands(
    demo_path: Path, open_page: OpenPage, tmp_path: Path
) -> None:
    from tests.output.test_page_browser import FIGURES, number_of

    env = {**os.environ, "CRPV_DB": str(demo_path), "CRPV_LANG": "fr"}
    asked = ("report", "network", "--as-of", DAY)
    inside(*asked, "-o", tmp_path / "x.html", env=env)
    found = json.loads(inside(*asked, "--format", "json", env=env).stdout)
    page = open_page(tmp_path / "x.html")
    tables = page.evaluate(FIGURES)
    known = {name for name, rows in found.items() if isinstance(rows, list) and rows and isinstance(rows[0], dict)}
    assert set(tables) >= known - {"notes", "facts"} and {"map", "figures", "funding", "sources"} <= set(tables)
    for name, rows in tables.items():
        for row, record in zip(rows, found[name], strict=True):
            assert row == {key: number_of(record, key) for key in row}, name


@pytest.mark.parametrize("lang", language.LANGUAGES)
@pytest.mark.parametrize("which", MOST)
def test_nothing_is_cut_on_any_screen_even_where_all_is_unfolded(
    files: dict[tuple[str, str], Path], open_page: OpenPage, which: str, lang: str
) -> None:
    page = open_page(files[which, lang])
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        if width == 360:
            assert page.evaluate(CUT) == [], "no figure has to be moved aside to be read"
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})  # A4 within its margins
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "or a browser sets all of it smaller"


def test_a_card_calls_its_figures_by_the_heads_of_the_columns(
    files: dict[tuple[str, str], Path], open_page: OpenPage
) -> None:
    page = open_page(files["network", "fr"], 360)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    heads = page.locator("#table-regions thead th").all_text_contents()
    said = page.evaluate(
        "[...document.querySelectorAll('#table-regions tbody tr:first-child td')].map("
        "cell => getComputedStyle(cell, '::before').content)"
    )
    assert [text.strip('"') for text in said] == [head.strip() for head in heads[1:]]


@pytest.mark.parametrize(("lang", "scheme", "width"), [("en", "light", 1280), ("fr", "dark", 360)])
@pytest.mark.parametrize("which", MOST)
def test_axe_finds_nothing_at_any_level(
    files: dict[tuple[str, str], Path], open_page: OpenPage, which: str, lang: str, scheme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(files[which, lang], width, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    tags = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == []
    assert {"color-contrast", "color-contrast-enhanced"} <= {rule["id"] for rule in found["passes"]}


@pytest.mark.parametrize("lang", language.LANGUAGES)
@pytest.mark.parametrize("which", MOST)
def test_it_comes_out_on_few_sheets_that_are_full(
    files: dict[tuple[str, str], Path], browser: Browser, tmp_path: Path, which: str, lang: str
) -> None:
    pdf = tmp_path / "x.pdf"
    page = browser.new_page()
    page.goto(files[which, lang].as_uri())
    pdf.write_bytes(page.pdf(prefer_css_page_size=True))
    page.close()
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    boxes = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    sheets = boxes.split("<page ")[1:]
    assert 1 < len(sheets) <= MOST[which]
    for number, sheet in enumerate(sheets, 1):
        words = [
            (float(top), float(bottom))
            for top, bottom in re.findall(r'<word [^>]*yMin="([\d.]+)"[^>]*yMax="([\d.]+)"', sheet)
        ]
        inner = [bottom for top, bottom in words if top > _HEAD and bottom < _FOOT]
        if number < len(sheets):
            assert max(inner) > _HEIGHT / 3, f"page {number} is nearly empty"
        assert f">{number}</word>" in sheet or f">{number}/{len(sheets)}</word>" in sheet, "it has its number"
    # What is folded on a screen is on paper.
    text = re.sub(r"<[^>]+>|\s", "", boxes)
    for figure in re.findall(r"<data [^>]*>([^<]+)</data>", files[which, lang].read_text(encoding="utf-8")):
        assert re.sub(r"\s|&nbsp;", "", figure) in text, figure


def test_a_look_comes_last_and_cannot_leave_the_stylesheet(demo_path: Path) -> None:
    look = Look(css=":root { --accent: #aa0000; } </style><script>", logo="data:image/png;base64,AA==", logo_text="Us")
    html = html_page(told(demo_path, "network"), look)
    assert html.index("--accent: #aa0000") > html.index("@page")
    assert html.count("</style") == 1
    assert '<img class="logo" src="data:image/png;base64,AA==" alt="Us">' in html
