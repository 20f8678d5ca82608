"""On a page and in a workbook, each figure and each table lead to their sources in the list."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from openpyxl import load_workbook

from crpv_cli.output.page.page import html_page
from crpv_cli.output.workbook.write import workbook
from crpv_cli.reports.network.report import network
from crpv_cli.result import Dossier
from crpv_cli.rules.checking import findings

DAY = "2025-12-31"
_LINK = re.compile(r'<a href="#(source-[^"]+)" aria-label="Source (\d+): ([^"]*)">(\d+)</a>')


@pytest.fixture
def shown(demo: sqlite3.Connection) -> Dossier:
    return network(demo, DAY, findings(demo, DAY))


def section_of(html: str, name: str) -> str:
    """The table of a section: it may stand in its question, in the annex or at the end."""
    found = re.search(rf'<div class="scroll" id="table-{name}".*?</table>', html, re.DOTALL)
    assert found is not None
    return found[0]


def test_each_figure_of_a_page_leads_to_its_sources(shown: Dossier) -> None:
    html = html_page(shown)
    sources = section_of(html, "sources")
    rows = dict(re.findall(r'<tr id="(source-[^"]+)">(.*?)</tr>', sources))
    for anchor, number, _title, text in _LINK.findall(html):
        assert number == text
        assert f'<data value="{number}">' in rows[anchor], "the list has the number that leads there"
    figures = {section.name: section for section in shown.sections}["figures"]
    lines = re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", section_of(html, "figures"))
    assert len(lines) == len(figures.rows)
    for line, record in zip(lines, figures.records(), strict=True):
        led = {anchor for anchor, *_ in _LINK.findall(line)}
        assert led == {f"source-{id_}" for id_ in record["sources"]}, record["figure"]
        if record["value"] and record["unit"] != "finding":
            assert led, record["figure"]


def test_each_table_of_a_page_leads_to_its_sources(shown: Dossier) -> None:
    html = html_page(shown)
    for section in shown.sections:
        if section.origin and section.origin.sources and section.rows and not section.lists_sources:
            name = section.name.replace("_", "-")
            where = rf'aria-labelledby="section-{name}"' if name != "map" else 'class="opening-map"'
            held = re.search(rf"{where}.*?</section>", html, re.DOTALL)
            assert _LINK.search(held[0] if held else section_of(html, name)), section.name


def test_the_list_has_address_day_and_place(shown: Dossier) -> None:
    (sources,) = (section for section in shown.sections if section.lists_sources)
    assert {"number", "url", "consulted_on", "place"} <= set(sources.screen)
    assert [row["number"] for row in sources.records()] == list(range(1, len(sources.rows) + 1))
    html = section_of(html_page(shown), "sources")
    for row in sources.records():
        if row["url"]:
            assert f'<a href="{row["url"].replace("&", "&amp;")}" rel="noreferrer">' in html


def test_figures_and_tables_of_a_workbook_lead_to_the_list(shown: Dossier, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(workbook(shown))
    book = load_workbook(tmp_path / "x.xlsx")
    titles = {row[1].value: row[1].row for row in book["Sources"] if row[1].value}
    (sources,) = (section for section in shown.sections if section.lists_sources)
    title_of = {row["id"]: row["title"] for row in sources.records()}
    figures = book["The network in figures"]
    led = 0
    for row in figures.iter_rows():
        for cell in row:
            if cell.hyperlink is not None:
                first = min(titles[title_of[id_]] for id_ in str(cell.value).split())
                assert cell.hyperlink.location == f"'Sources'!A{first}"
                led += 1
    assert led > 15
    for name in ("Coverage by region", "Funding by centre"):
        links = {
            cell.hyperlink.location: cell.value for row in book[name].iter_rows() for cell in row if cell.hyperlink
        }
        assert links
        assert links == {f"'Sources'!A{titles[title]}": title for title in links.values()}
