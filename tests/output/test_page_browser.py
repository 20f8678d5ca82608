"""Pages in Chromium: they ask nobody anything, fit every width, print well, and are accessible in both themes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crpv_cli import language
from crpv_cli.output.page.page import html_page
from crpv_cli.registry.connection import open_reading
from tests.conftest import OpenPage
from tests.inside import inside
from tests.output.sheets import network_like

DAY = "2025-12-31"
WIDTHS = (360, 768, 1280)

FIGURES = """() => Object.fromEntries([...document.querySelectorAll("table[data-name]")].map(table => {
    const columns = [...table.tHead.rows[0].cells].map(cell => cell.dataset.column);
    const rows = [...table.tBodies[0].rows].map(row => Object.fromEntries([...row.cells].map((cell, place) => {
        const data = cell.querySelector("data");
        return [columns[place], data ? JSON.parse(data.value) : null];
    })));
    return [table.dataset.name, rows];
}))"""
# What stands out at the right of the page, besides what can be scrolled in its own frame.
OVERFLOW = """() => [...document.querySelectorAll("body *")].filter(element =>
    !element.closest(".scroll, .skip, caption, svg") && element.getBoundingClientRect().right > innerWidth + 0.5
).map(element => element.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def pages(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a sheet with everything in it, in both languages."""
    folder = tmp_path_factory.mktemp("pages")
    files = {}
    with open_reading(demo_path) as connection:
        for lang in language.LANGUAGES:
            language.activate(lang)
            files[lang] = folder / f"{lang}.html"
            files[lang].write_text(html_page(network_like(connection, DAY)), encoding="utf-8")
    language.activate("en")
    return files


def test_a_table_that_is_too_wide_is_scrolled_by_keyboard(pages: dict[str, Path], open_page: OpenPage) -> None:
    page = open_page(pages["en"], 360)
    frame = page.locator(".scroll:has(table[data-name=funding_by_centre])")
    assert frame.evaluate("element => element.scrollWidth > element.clientWidth")
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=frame.element_handle())
    assert frame.get_attribute("aria-label") == "Table: Funding granted in 2023, by centre"


def test_the_dark_theme_is_dark_and_so_are_the_charts(pages: dict[str, Path], open_page: OpenPage) -> None:
    ink = "getComputedStyle(document.querySelector('.chart text')).fill"
    paper = "getComputedStyle(document.body).backgroundColor"
    light, dark = (open_page(pages["en"], 1280, scheme) for scheme in ("light", "dark"))
    assert light.evaluate(paper) == "rgb(255, 255, 255)"
    assert dark.evaluate(paper) == "rgb(20, 23, 27)"
    assert light.evaluate(ink) != dark.evaluate(ink)
    dark.emulate_media(media="print")
    assert dark.evaluate(paper) == "rgb(255, 255, 255)", "paper is white"


def test_it_prints_on_pages_with_their_numbers(pages: dict[str, Path], open_page: OpenPage) -> None:
    page = open_page(pages["fr"])
    page.emulate_media(media="print")
    assert page.locator(".skip").is_hidden()
    frames = "[...document.querySelectorAll('.scroll')].map(element => getComputedStyle(element).overflowX)"
    assert set(page.evaluate(frames)) == {"visible"}
    heads = "[...document.querySelectorAll('thead')].map(element => getComputedStyle(element).display)"
    assert set(page.evaluate(heads)) == {"table-header-group"}
    # 178 mm are what A4 leaves between its margins, at 96 pixels an inch.
    page.set_viewport_size({"width": 672, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut at the right of a sheet"
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") in range(5, 12)


def number_of(record: dict[str, object], key: str) -> object:
    """The number that a page shows in a column: ``shown`` sets ``value``, ``published_shown`` sets ``published``."""
    told = "value" if key == "shown" and "value" in record else key.removesuffix("_shown")
    value = record.get(told, record[key])
    return value if type(value) in {int, float} else None


def test_the_figures_are_those_of_json(demo_path: Path, open_page: OpenPage, tmp_path: Path) -> None:
    """Through the command, as users make a page, in French."""
    commands = (["report", "funding", "--year", "2023"], ["show", "oriv"], ["report", "network", "--as-of", DAY])
    for number, command in enumerate(commands):
        file = tmp_path / f"{number}.html"
        said = [
            inside(*command, *more, env={**os.environ, "CRPV_DB": str(demo_path), "CRPV_LANG": "fr"}).stdout
            for more in (["-o", file], ["--format", "json"])
        ]
        assert said[0] == ""
        found = json.loads(said[1])
        tables = open_page(file).evaluate(FIGURES)
        assert tables
        for name, rows in tables.items():
            expected = found["rows"] if "rows" in found else found[name]
            assert len(rows) == len(expected) > 0
            for row, record in zip(rows, expected, strict=True):
                assert row == {key: number_of(record, key) for key in row}, name


def test_odd_names_do_nothing(open_page: OpenPage, tmp_path: Path) -> None:
    from crpv_cli.definitions.columns import Column, Kind
    from crpv_cli.language import msg
    from crpv_cli.output.page.page import html_page
    from crpv_cli.result import Chart, ChartShape, Result

    odd = '"><img src=x onerror=alert(1)>'
    chart = Chart(ChartShape.BARS, msg("{odd}", odd=odd), msg("{odd}", odd=odd), "name", ("share",))
    columns = (Column("name", odd), Column("share", "Share", Kind.PERCENT))
    file = tmp_path / "odd.html"
    file.write_text(
        html_page(Result("x", msg("{odd}", odd=odd), columns, ((odd, 0.5), ("x", 0.2)), chart=chart)), "utf-8"
    )
    page = open_page(file)
    assert page.title() == odd
    assert page.locator("img").count() == 0
    assert page.locator("tbody th").first.inner_text() == odd
    assert odd in page.locator(".chart svg text").all_text_contents()
