"""Pages hold the figures of JSON, show what they are given as it is, and need nothing but themselves."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from crpv_cli import __version__, language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.output import streams
from crpv_cli.output.formats import Format, render, show
from crpv_cli.output.jsons import json_text
from crpv_cli.output.page.page import _css_string, html_page
from crpv_cli.output.shelf.about import command_of
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.listing import Selection, list_centres
from crpv_cli.result import Chart, ChartShape, Dossier, Note, Origin, Point, Result
from tests.inside import inside
from tests.output.pages import figures_of_json, read_page
from tests.output.sheets import network_like
from tests.registry.bench import reseal
from tests.test_language import english_words

DAY = "2025-12-31"
ODD = "<script>alert(\"1\")</script> & 'q' {{7*7}} {% x %} [bold]b[/bold] 😀 </style> \u202edrow \x1b[31mred"
SHOWN = ODD.replace("\u202e", "⟨U+202E⟩").replace("\x1b", "␛")


REPORTS: dict[str, Callable[[sqlite3.Connection], Result]] = {
    "coverage": lambda connection: coverage(connection, "2023-10-17"),
    "coverage by region": lambda connection: coverage(connection, DAY, "inhabitants", by="region"),
    "funding": lambda connection: funding(connection, DAY, 2023, 2023),
    "funding by kind": lambda connection: funding(connection, DAY, 2020, 2022, by="kind"),
    "evaluations": lambda connection: evaluation_summaries(connection, DAY),
    "list": lambda connection: list_centres(connection, Selection(as_of=DAY)),
}


@pytest.mark.parametrize("lang", language.LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_the_figures_of_a_page_are_those_of_json(demo: sqlite3.Connection, name: str, lang: str) -> None:
    result = REPORTS[name](demo)
    language.activate(lang)
    page = read_page(html_page(result))
    (table,) = page.tables
    found = json.loads(str(render(result, Format.JSON).content))
    rows = found["rows"] if result.is_report else found
    expected = figures_of_json(rows, table.columns)
    assert any(expected)
    assert table.figures() == expected
    assert [len(row) for row in table.rows] == [len(table.columns)] * len(rows)


@pytest.mark.parametrize("centre", ["oriv", "paris", "villes-au-carre"])
def test_the_figures_of_a_sheet_are_those_of_json(demo: sqlite3.Connection, centre: str) -> None:
    sheet = centre_sheet(demo, centre, DAY)
    page = read_page(html_page(sheet))
    found = json.loads(json_text(sheet))
    for section in sheet.sections:
        if section.rows:
            table = page.table(section.name)
            assert table.figures() == figures_of_json(found[section.name], table.columns)
    numbers = {name: cell.value for name, cell in page.facts.items() if cell.value is not None}
    assert numbers == figures_of_json([found["centre"]], list(page.facts))[0]


def test_french_numbers_have_their_narrow_spaces(demo: sqlite3.Connection) -> None:
    language.activate("fr")
    page = read_page(html_page(coverage(demo, "2023-10-17")))
    table = page.tables[0]
    share = table.footer[table.columns.index("share")]
    assert (share.text, share.value) == ("87,9\u202f%", 0.878888)
    money = read_page(html_page(funding(demo, DAY, 2021, 2022, by="kind"))).tables[0]
    assert any(re.fullmatch(r"\d{1,3}(\u202f\d{3})+,\d\d\u00a0€", row[1].text) for row in money.rows)


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_bones_of_a_page(demo: sqlite3.Connection, lang: str) -> None:
    language.activate(lang)
    html = html_page(network_like(demo, DAY))
    page = read_page(html)
    assert html.startswith("<!DOCTYPE html>\n")
    assert dict(page.tags)["html"] == {"lang": lang}
    assert [page.count(tag) for tag in ("header", "nav", "main", "footer", "h1", "title")] == [1] * 6
    assert "script" not in dict(page.tags)
    identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    pointed = [
        target
        for tag, attributes in page.tags
        for target in [
            *attributes.get("aria-labelledby", "").split(),
            *([attributes["href"].removeprefix("#")] if attributes.get("href", "").startswith("#") else []),
        ]
    ]
    assert set(pointed) <= set(identifiers)
    assert all("aria-labelledby" in attributes for tag, attributes in page.tags if tag == "section")
    assert all(attributes.get("scope") in {"row", "col"} for tag, attributes in page.tags if tag == "th")
    assert all(table.caption.strip() for table in page.tables)
    assert ('content="width=device-width, initial-scale=1"' in html) and ('content="light dark"' in html)


def test_a_page_asks_nothing_of_the_network(demo: sqlite3.Connection) -> None:
    html = html_page(network_like(demo, DAY))
    assert not re.search(r"@import|url\(|src=|<script|<iframe|<object|@font-face", html)
    assert "default-src 'none'" in html
    links = [attributes["href"] for tag, attributes in read_page(html).tags if tag == "link"]
    assert links == ["data:,"]


def test_a_sheet_has_its_contents_charts_and_marks(demo: sqlite3.Connection) -> None:
    sheet = network_like(demo, DAY)
    page = read_page(html_page(sheet))
    titles = [text for tag, text in page.headings if tag == "h2"]
    assert titles[0] == "Contents"
    assert titles[1 : len(sheet.sections) + 2] == [
        f"{number} {part.title.text()}" for number, part in enumerate([sheet.facts, *sheet.sections], 1)
    ]
    assert page.count("figure") == sum(bool(section.chart) for section in sheet.sections)
    assert page.count("figure") == page.count("figcaption")
    marks = sum(attributes.get("class") == "mark" for _, attributes in page.tags)
    assert marks == sum(section.fictitious for section in sheet.sections) > 0
    assert page.text.index("FICTITIOUS: these figures rest") < page.text.index("Contents")
    assert "This registry also holds" not in page.text, "it goes without saying"
    assert f"crpv {__version__}" in page.text
    assert "crpv report network --as-of 2025-12-31" in page.text


def test_a_section_without_rows_takes_one_line(demo: sqlite3.Connection) -> None:
    page = read_page(html_page(network_like(demo, DAY)))
    assert "Activity in 2024 Nothing known. No centre has reported its half-days." in page.text
    assert "Agreements Nothing known." in page.text
    assert {"activity", "agreements"} & {table.name for table in page.tables} == set()


def test_a_registry_without_demonstration_bears_no_mark(reference: sqlite3.Connection) -> None:
    html = html_page(coverage(reference, DAY))
    assert "ictitious" not in read_page(html).text
    assert "FICTITIOUS" not in html


def test_what_is_unknown_is_a_dash_and_never_a_zero() -> None:
    columns = (Column("name", "Name"), Column("amount", "Amount", Kind.MONEY), Column("share", "Share", Kind.PERCENT))
    page = read_page(html_page(Result("x", msg("X"), columns, (("A", None, None), ("B", 0, 0.0)))))
    assert [[(cell.text, cell.value) for cell in row[1:]] for row in page.tables[0].rows] == [
        [("–", None), ("–", None)],
        [("€0", 0), ("0.0%", 0.0)],
    ]


def test_a_figure_of_any_kind_has_its_value() -> None:
    columns = (
        Column("label", "Figure"),
        Column("value", "Value", Kind.DECIMAL),
        Column("shown", "Computed", figure="value"),
        Column("published", "Published value", Kind.DECIMAL),
        Column("published_shown", "Published", figure="published"),
    )
    rows = ((msg("Coverage"), 0.878888, "87.9%", 0.88, "88%"), (msg("Centres"), 20, "20", None, None))
    screen = ("label", "shown", "published_shown")
    page = read_page(html_page(Result("figures", msg("F"), columns, rows, screen=screen)))
    assert [[(cell.text, cell.value) for cell in row[1:]] for row in page.tables[0].rows] == [
        [("87.9%", 0.878888), ("88%", 0.88)],
        [("20", 20), ("–", None)],
    ]


def test_a_series_is_drawn_beside_its_ratings() -> None:
    points = (Point(2021, "2", 0.25), Point(2022, None, None), Point(2023, "4", 1.0))
    columns = (Column("n", "Name"), Column("s", "Series", Kind.SERIES))
    html = html_page(Result("x", msg("X"), columns, (("A", points),)))
    assert read_page(html).tables[0].rows[0][1].text.strip() == "2 → – → 4"
    assert 'points="3,12.0 23,3.0"' in html


def test_sources_have_dates_and_only_web_pages_are_linked() -> None:
    found = Origin(
        {"a": "A title", "b": "B <title>", "c": "C"},
        3,
        "2026-02-01T10:00:00",
        {"a": "2023-10"},
        {"a": "https://example.org/?a=1&b=2", "b": "javascript:alert(1)"},
        {"b": "2024-05-06"},
        {"b": "page <3>"},
    )
    page = read_page(html_page(Result("x", msg("X"), (Column("n", "N"),), (("A",),), origin=found)))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == ["#main", "#source-a", "#source-b", "#source-c", "https://example.org/?a=1&b=2"]
    assert "1. A title , published: 2023-10 a 2. B <title> , consulted: 2024-05-06 , page <3> b 3. C c" in page.text
    assert "as it was after load 3, on 2026-02-01" in page.text


# --- Nothing that is shown is obeyed ---


@pytest.fixture
def odd_path(demo_path: Path, tmp_path: Path) -> Path:
    """A registry whose file, centre and source have a name that every format could take for its own."""
    path = tmp_path / '<script>"&{{7*7}}[bold]😀\u202e\x1b[31m.sqlite'
    shutil.copy(demo_path, path)
    with sqlite3.connect(path) as connection:
        connection.execute("update centres set name = ?, short_name = ?, note = ? where id = 'oriv'", (ODD, ODD, ODD))
        connection.execute("update sources set title = ?", (ODD,))
        reseal(connection)
    connection.close()
    return path


def crpv(*arguments: str, db: Path, lang: str = "en") -> str:
    done = inside(*arguments, env={**os.environ, "CRPV_DB": str(db), "CRPV_LANG": lang})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [["show", "oriv"], ["list"], ["info"], ["report", "coverage", "--by", "centre"]])
def test_a_page_shows_odd_names_as_they_are(odd_path: Path, command: list[str]) -> None:
    html = crpv(*command, "--format", "html", db=odd_path)
    page = read_page(html)
    assert (SHOWN if command != ["info"] else '<script>"&{{7*7}}[bold]😀⟨U+202E⟩␛[31m.sqlite') in page.text
    assert "script" not in dict(page.tags)
    assert html.count("</style>") == 1
    assert not set("\u202e\x1b") & set(html)


def test_a_terminal_markdown_and_a_workbook_show_odd_names_as_they_are(odd_path: Path, tmp_path: Path) -> None:
    from crpv_cli.output.markdown import escape
    from crpv_cli.output.terminal.screen import screen

    assert SHOWN in crpv("show", "oriv", db=odd_path)
    assert not set("\u202e\x1b") & set(crpv("show", "oriv", db=odd_path))
    assert escape(SHOWN) in crpv("show", "oriv", "--format", "markdown", db=odd_path)
    with open_reading(odd_path) as connection:
        sheet = centre_sheet(connection, "oriv", DAY)
    assert SHOWN in screen(sheet, 400, colour=False)[0]
    crpv("show", "oriv", "-o", str(tmp_path / "x.xlsx"), db=odd_path)
    cells = {str(cell.value) for sheet in load_workbook(tmp_path / "x.xlsx") for row in sheet for cell in row}
    assert any(cell.startswith(ODD.partition("\x1b")[0]) for cell in cells)


def test_odd_names_stand_in_charts_as_they_are(demo: sqlite3.Connection) -> None:
    name = '<b>"&{{7*7}}[bold]😀'
    chart = Chart(ChartShape.BARS, msg("T <b>"), msg('D "quoted" <b>'), "name", ("share",))
    columns = (Column("name", "Name"), Column("share", "Share", Kind.PERCENT))
    html = html_page(Result("x", msg("X"), columns, ((name, 0.5), ("x", 0.2)), chart=chart))
    page = read_page(html)
    assert page.text.count(name) == 2, "in the drawing and in the table"
    assert [attributes["aria-label"] for tag, attributes in page.tags if attributes.get("role") == "img"] == [
        'D "quoted" <b>'
    ]
    assert "b" not in dict(page.tags)


def test_a_title_cannot_leave_the_stylesheet() -> None:
    assert _css_string('a"}</style>\\é') == '"a\\22 \\7d \\3c \\2f style\\3e \\5c é"'


# --- Language ---


@pytest.mark.parametrize("command", [["show", "oriv", "--as-of", DAY], ["report", "evaluations"], ["info"]])
def test_the_french_page_is_french(demo_path: Path, command: list[str]) -> None:
    page = read_page(crpv(*command, "--format", "html", db=demo_path, lang="fr"))
    sources = page.prose.index("Sources") if "Sources" in page.prose else len(page.prose)
    about = page.prose.index("À propos de ce document")
    prose = " ".join([*page.prose[:sources], *page.prose[about:]])
    assert english_words(prose) == []
    assert "Un tiret (–) signale une donnée non disponible" in prose
    labels = [attributes["aria-label"] for _, attributes in page.tags if "aria-label" in attributes]
    assert labels
    assert all(
        label.startswith(("Tableau\u00a0: ", "Graphique\u00a0: ", "Source ", "Chiffres clés")) for label in labels
    )


# --- The file ---


def test_two_runs_give_the_same_bytes(demo_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from crpv_cli.output.page.page import html_page
from crpv_cli.registry.connection import open_reading
from tests.output.sheets import network_like
with open_reading(Path(sys.argv[1])) as connection:
    sys.stdout.buffer.write(html_page(network_like(connection, "2025-12-31")).encode())
"""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", program, str(demo_path)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert len(first) > 20_000


@pytest.mark.parametrize("extension", ["html", "htm"])
def test_the_extension_chooses_the_format(demo: sqlite3.Connection, tmp_path: Path, extension: str) -> None:
    file = tmp_path / f"x.{extension}"
    show(coverage(demo, DAY), output=file)
    show(centre_sheet(demo, "oriv", DAY), output=tmp_path / f"y.{extension}")
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_page_is_not_shown_on_a_terminal(demo: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "on_terminal", lambda: True)
    with pytest.raises(UsageProblem) as raised:
        show(coverage(demo, DAY), Format.HTML)
    assert raised.value.message.text() == "A web page cannot be shown on a terminal."
    assert raised.value.advice is not None
    assert raised.value.advice.text() == "Name the file to write: -o FILE.html"


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "list"])
def test_the_command_of_a_report_gives_the_same_report(demo_path: Path, demo: sqlite3.Connection, name: str) -> None:
    result = REPORTS[name](demo)
    words = command_of(result).split()
    assert words[:2] == ["crpv", "report"]
    again = crpv(*words[1:], "--format", "json", db=demo_path)
    assert again == render(result, Format.JSON).content


@pytest.mark.parametrize("command", ["show oriv --as-of 2016-06-30", "report network --as-of 2023-10-17", "info"])
def test_the_command_on_a_page_gives_the_same_page(demo_path: Path, command: str) -> None:
    html = crpv(*command.split(), "--format", "html", db=demo_path)
    stated = re.findall(r"<code>crpv ([^<]+)</code>", html)
    assert len(stated) == 1
    assert crpv(*stated[0].split(), "--format", "html", db=demo_path) == html


def test_a_list_and_a_query_name_no_more_than_they_know() -> None:
    columns = (Column("n", "N"),)
    asked = {"as_of": DAY, "overseas": False, "uncovered": True, "region": "Île-de-France"}
    listed = Result("neighbourhoods", msg("N"), columns, (), parameters=asked, command="list neighbourhoods")
    assert command_of(listed) == (
        "crpv list neighbourhoods --as-of 2025-12-31 --mainland --uncovered --region 'Île-de-France'"
    )
    assert command_of(Result("query", msg("Q"), columns, (), parameters={"sql": "select 1"})) == ""


def test_an_empty_list_says_so() -> None:
    page = read_page(html_page(Result("x", msg(N_("Query")), (Column("n", "N"),), ())))
    assert "No rows." in page.text
    assert page.tables == []


def test_rows_that_hold_no_more_than_their_names_are_nothing_known() -> None:
    columns = (Column("name", "Name"), Column("rate", "Rate", Kind.PERCENT))
    section = Result("s", msg("Section"), columns, (("A", None), ("B", None)), notes=(Note("x", msg("Why.")),))
    facts = Result("f", msg("Facts"), columns[:1], (("F",),))
    page = read_page(html_page(Dossier("t", msg("T"), facts, (section,))))
    assert "Section Nothing known. Why." in page.text
    assert page.tables == []


def test_an_address_is_a_link_and_nothing_else_is() -> None:
    rows = (("https://example.org/a?b=1&c=2",), ("javascript:alert(1)",), ("see https://example.org",))
    page = read_page(html_page(Result("x", msg("X"), (Column("url", "Address"),), rows)))
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"][1:] == ["https://example.org/a?b=1&c=2"]


def test_the_facts_that_are_not_known_are_named_in_one_line() -> None:
    columns = (Column("seat", "Seat"), Column("mail", "Mail"), Column("phone", "Phone"))
    facts = Result("f", msg("Facts"), columns, (("Évry", None, None),))
    page = read_page(html_page(Dossier("t", msg("T"), facts, ())))
    assert "Seat Évry Not known Mail, Phone" in page.text


def test_notes_stand_beneath_their_section() -> None:
    columns = (Column("n", "N"),)
    section = Result("s", msg("Section"), columns, (("A",),), notes=(Note("x", msg("Of the section.")),))
    facts = Result("f", msg("Facts"), columns, (("F",),))
    page = read_page(html_page(Dossier("t", msg("T"), facts, (section,), notes=(Note("y", msg("Of all.")),))))
    assert "Section N A Of the section. Notes Of all." in page.text.replace("Section Section", "Section")
