"""A sheet in Markdown: what is in it, in which order, and that whatever a text is it is only shown."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from crpv_cli import __version__, language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.markdown import escape, markdown_text
from crpv_cli.output.shelf.about import licence
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.network.report import network
from crpv_cli.result import Alert, Chart, ChartShape, Dossier, Note, Origin, Result
from crpv_cli.rules.checking import findings

DAY = "2025-12-31"
COLUMNS = (Column("name", "Name"), Column("a", "A", Kind.INTEGER), Column("b", "B", Kind.INTEGER))
CHART = Chart(ChartShape.BARS, msg("What it shows"), msg("The same in words."), "name", ("a",))
HOSTILE = [
    "<script>alert(1)</script>",
    '"quoted" & more',
    "{{7*7}}",
    "[bold]x[/bold]",
    "a|b",
    "`code` *stars* _lines_ ~~struck~~",
    "🏘️ Œillets",
    "rapport (final) [v2].md",
    "[x](http://example.org)",
    r"C:\temp\*",
]


def rendered(text: str) -> str:
    """The text as somebody reads it who reads Markdown through a renderer that lets no HTML through."""
    return str(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text))


def sheet_of(*sections: Result, notes: tuple[Note, ...] = (), command: str = "crpv show x") -> Dossier:
    facts = Result("x", msg("Facts"), COLUMNS, (("one", 1, None),))
    return Dossier("x", msg("A sheet"), facts, sections, notes, command=command)


def part(name: str, *rows: tuple[str, int, None], chart: Chart | None = None, **more: object) -> Result:
    return replace(Result(name, msg(name.title()), COLUMNS, rows, chart=chart), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def whole(demo_path: Path) -> Dossier:
    with open_reading(demo_path) as connection:
        return network(connection, DAY, findings(connection, DAY))


def test_a_sheet_whole() -> None:
    told = part("first", ("x", 1, None), chart=CHART, notes=(Note("n", msg("Of the first.")),), fictitious=True)
    sourced = part("second", ("y", 2, None), origin=Origin({"s": "A source"}))
    empty = part("third", notes=(Note("n", msg("Nobody has told.")),))
    notes = (Note("fictitious-data", msg("FICTITIOUS: made up."), alert=Alert.FIGURES), Note("n", msg("Of the whole.")))
    assert markdown_text(sheet_of(told, sourced, empty, notes=notes)) == (
        "# A sheet\n"
        "\n"
        "**FICTITIOUS: made up.**\n"
        "\n"
        "- **Name**: one\n"
        "- **A**: 1\n"
        "\n"
        "## First\n"
        "\n"
        "**FICTITIOUS: these figures rest on demonstration data.**\n"
        "\n"
        "*What it shows.* The same in words.\n"
        "\n"
        "| Name   |   A |\n"
        "|:-------|----:|\n"
        "| x      |   1 |\n"
        "\n"
        "- Of the first.\n"
        "\n"
        "## Second\n"
        "\n"
        "| Name   |   A |\n"
        "|:-------|----:|\n"
        "| y      |   2 |\n"
        "\n"
        "## Not known\n"
        "\n"
        "- Third: Nobody has told.\n"
        "\n"
        "## Notes\n"
        "\n"
        "- Of the whole.\n"
        "\n"
        "## Sources\n"
        "\n"
        "- A source (s)\n"
        "\n"
        f"- Licence: {escape(licence())}\n"
        f"- Written by: crpv {__version__}\n"
        "- To reproduce it: `crpv show x`\n"
    )


def test_a_short_sheet_has_no_contents() -> None:
    assert "](#" not in markdown_text(sheet_of(part("first", ("x", 1, None))))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_link_of_the_contents_leads_to_a_heading(whole: Dossier, lang: str) -> None:
    language.activate(lang)
    text = markdown_text(whole)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    links = re.findall(r"^- \[(.+)\]\(#(.+)\)$", text, re.MULTILINE)
    assert [title for title, _ in links] == headings
    assert len({anchor for _, anchor in links}) == len(links) > 5
    assert all(re.fullmatch(r"[\w-]+", anchor) for _, anchor in links)


def test_headings_of_the_same_words_have_anchors_of_their_own() -> None:
    sections = [replace(part(f"p{n}", ("x", n, None)), title=msg("Twice")) for n in range(6)]
    assert "(#twice)" in (text := markdown_text(sheet_of(*sections)))
    assert "(#twice-1)" in text and "(#twice-5)" in text


def test_sources_are_told_once(whole: Dossier) -> None:
    text = markdown_text(whole)
    (sources,) = (section for section in whole.sections if section.name == "sources")
    assert text.count("\n## Sources\n") == 1
    for record in sources.records():
        assert str(record["title"]).replace("&", "&amp;") in text


def test_each_chart_is_told_in_words(whole: Dossier) -> None:
    text = rendered(markdown_text(whole))
    charts = [section.chart for section in whole.sections if section.chart is not None and section.rows]
    assert len(charts) > 4
    for chart in charts:
        assert f"<em>{chart.title.text()}.</em> {chart.description.text()}".replace("'", "'") in text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    said = msg("{text}", text=text)
    told = Result(
        "x", said, COLUMNS, ((text, 1, None),), notes=(Note("n", said),), chart=replace(CHART, title=said,
        description=said), origin=Origin({"s": text}),
    )  # fmt: skip
    empty = replace(told, name="y", rows=())
    found = rendered(
        markdown_text(replace(sheet_of(told, empty, command=f"crpv {text}"), title=said, notes=told.notes))
    )
    assert "<script" not in found
    assert set(re.findall(r"<a [^>]*>", found)) <= set(re.findall(r'<a href="#[^"]*">', found))
    assert not re.search(r"<(s|del|img)\b", found)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    for place in ("h1", "h2", "td", "li", "em", "code"):
        cells = re.findall(rf"<{place}[^>]*>(.*?)</{place}>", found, re.DOTALL)
        assert any(escaped in cell for cell in cells), place


def test_a_command_with_backquotes_stays_code() -> None:
    told = part("first", ("x", 1, None), origin=Origin({"s": "A source"}))
    found = rendered(markdown_text(sheet_of(told, command="crpv show ``x` `")))
    assert "<code>crpv show ``x` `</code>" in found


def test_a_registry_without_made_up_data_takes_a_line_for_what_is_not_known(reference_path: Path) -> None:
    with open_reading(reference_path) as connection:
        bare = network(connection, DAY, findings(connection, DAY))
    text = markdown_text(bare)
    _, _, after = text.partition("\n## Not known\n\n")
    lines = after.partition("\n\n")[0].splitlines()
    empty = [section.title.text() for section in bare.sections if not section.rows]
    assert [line.removeprefix("- ").partition(":")[0] for line in lines] == [title.partition(":")[0] for title in empty]
    assert "FICTITIOUS" not in text
