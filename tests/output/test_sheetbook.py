"""A sheet of several sections as a workbook: what leads where, what is drawn from which cells, and that nothing differs
from JSON.
"""

from __future__ import annotations

import datetime
import io
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.chart.bar_chart import BarChart
from openpyxl.chart.line_chart import LineChart
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import msg
from crpv_cli.output.jsons import json_text
from crpv_cli.output.shelf.tiles import map_of
from crpv_cli.output.workbook.book import LONGEST_NAME
from crpv_cli.output.workbook.write import for_readers, workbook
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.coverage.map import territory_map
from crpv_cli.reports.network.report import network
from crpv_cli.result import Chart, ChartShape, Dossier, Note, Result
from crpv_cli.rules.checking import findings
from tests.conftest import Convert
from tests.output.conftest import Load

DAY = "2025-12-31"
HOSTILE = ["<script>alert(1)</script>", "\"&'", "{{7*7}}", "[bold]x[/bold]", "=1+1", "🏘️ | a", "éà.xlsx"]


@pytest.fixture(scope="session")
def sheet(demo_path: Path) -> Dossier:
    with open_reading(demo_path) as connection:
        return network(connection, DAY, findings(connection, DAY), "2023-12-31")


@pytest.fixture(scope="session")
def bare(reference_path: Path) -> Dossier:
    """The network of a registry without made-up data."""
    with open_reading(reference_path) as connection:
        return network(connection, DAY, findings(connection, DAY))


def book(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def in_book(found: Workbook, section: Result) -> Worksheet:
    """The sheet of a section's table; that of a map has the title of its drawing too."""
    return [sheet for sheet in found.worksheets if sheet["A1"].value == section.title.text()][-1]


def header_of(sheet: Worksheet) -> int:
    assert sheet.auto_filter.ref is not None
    bounds = range_boundaries(sheet.auto_filter.ref)
    assert isinstance(bounds[1], int)
    return bounds[1]


def small(chart: Chart | None, **more: Any) -> Dossier:
    """A sheet of one section."""
    columns = (Column("name", "Name"), Column("a", "A", Kind.MONEY), Column("b", "B", Kind.MONEY))
    section = Result("part", msg("Part"), columns, (("x", 100, None), ("y", 250, None)), chart=chart, **more)
    return Dossier("small", msg("Small"), Result("small", msg("Facts"), columns[:1], (("x",),)), (section,))


def chart(shape: ChartShape, category: str = "name", *values: str) -> Chart:
    return Chart(shape, msg("What it shows"), msg("The same in words."), category, values or ("a", "b"))


# --- What leads where ---


def test_each_section_with_rows_has_a_sheet_and_the_first_one_leads_to_it(sheet: Dossier) -> None:
    found = book(workbook(sheet))
    assert found.sheetnames[0] == "crpv"
    linked = [cell.hyperlink.location for cell in found["crpv"]["B"] if cell.hyperlink]
    assert linked == [f"'{name}'!A1" for name in found.sheetnames[1:]]
    titles = [one["A1"].value for one in found.worksheets[1:]]
    drawn = [section.title.text() for section in sheet.sections if section.rows]
    assert list(dict.fromkeys(titles)) == drawn
    assert len(titles) == len(drawn) + 1  # the map stands twice, drawn and as a table


def test_the_first_sheet_tells_the_command_and_the_facts(sheet: Dossier) -> None:
    rows = dict(book(workbook(sheet))["crpv"].iter_rows(max_col=2, values_only=True))
    assert rows["To reproduce it"] == f"{sheet.command} --known 1"
    assert rows["Date"] == "2025-12-31"
    assert str(rows["Demonstration data"]).startswith("FICTITIOUS")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_names_of_sheets_are_short_and_each_stands_once(sheet: Dossier, lang: str) -> None:
    language.activate(lang)
    names = book(workbook(sheet)).sheetnames
    assert all(len(name) <= LONGEST_NAME for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_a_section_without_rows_is_one_line_that_says_why(bare: Dossier) -> None:
    found = book(workbook(bare))
    rows = list(found["crpv"].iter_rows(max_col=2, values_only=True))
    start = next(number for number, row in enumerate(rows) if row[0] == "Not known" and ": " in str(row[1]))
    empty = [section for section in bare.sections if not section.rows]
    assert len(empty) >= 5
    for (_, line), section in zip(rows[start:], empty, strict=False):
        said = section.notes[0].message.text() if section.notes else "Nothing known"
        assert line == f"{section.title.text()}: {said}"
        assert section.title.text() not in [one["A1"].value for one in found.worksheets]
    assert [row for row in rows[start + len(empty) :] if row != (None, None)] == []


def test_made_up_sections_say_so_at_the_top_and_on_paper(sheet: Dossier) -> None:
    found = book(workbook(sheet))
    for section in (section for section in sheet.sections if section.rows):
        one = in_book(found, section)
        assert str(one["A2"].value or "").startswith("FICTITIOUS") == section.fictitious, section.name
        assert ("FICTITIOUS" in str(one.oddHeader.right.text)) == section.fictitious
        assert sheet.title.text() in str(one.oddHeader.left.text)


def test_notes_stand_beneath_their_table(sheet: Dossier) -> None:
    found = book(workbook(sheet))
    told = 0
    for section in (section for section in sheet.sections if section.rows):
        one = in_book(found, section)
        last = header_of(one) + len(section.rows)
        beneath = [str(row[0]) for row in one.iter_rows(min_row=last + 1, max_col=1, values_only=True) if row[0]]
        for note in (note for note in section.notes if "fictitious" not in note.code):
            assert note.message.text() in beneath
            told += 1
    assert told > 20


def test_a_note_stands_across_the_columns_that_it_needs() -> None:
    columns = tuple(Column(name, name * 9) for name in "abcdefghij")
    notes = (Note("n", msg("A note. " * 20)),)
    section = Result("part", msg("Part"), columns, (tuple("x" * 12 for _ in columns),), notes=notes)
    one = book(workbook(replace(small(None), sections=(section,))))["Part"]
    (found,) = one.merged_cells.ranges
    assert (found.min_col, found.max_col) == (1, 5)  # five columns of 15 make the 70 that a note is wide, or more


def test_the_same_bytes_every_time(sheet: Dossier) -> None:
    assert workbook(sheet) == workbook(sheet)


def test_print_set_up(sheet: Dossier) -> None:
    found = book(workbook(sheet))
    for section in (section for section in sheet.sections if section.rows):
        one = in_book(found, section)
        assert (one.page_setup.paperSize, one.page_setup.orientation) == (9, "landscape")
        assert one.sheet_properties.pageSetUpPr is not None and one.sheet_properties.pageSetUpPr.fitToPage
        assert one.page_setup.fitToWidth in {None, 1}  # 1 if nothing is said
        header = header_of(one)
        assert one.print_title_rows == f"${header}:${header}"
        assert "&P" in str(one.oddFooter.right.text)
        assert one.freeze_panes is not None and one.freeze_panes.endswith(str(header + 1))


# --- Cells equal JSON ---


def expected(value: object, column: Column) -> object:
    """What a cell holds where JSON has this value; texts in a language are left to other tests."""
    if value is None or value == []:
        return None
    if column.kind in {Kind.DATE, Kind.PARTIAL_DATE} and isinstance(value, str) and len(value) == 10:
        return datetime.datetime.fromisoformat(value)
    return value


def test_every_number_date_and_code_equals_that_of_json(sheet: Dossier) -> None:
    found, told = book(workbook(sheet)), json.loads(json_text(sheet))
    compared = 0
    for section in (section for section in sheet.sections if section.rows):
        one, shown = in_book(found, section), for_readers(section)
        header = header_of(one)
        assert [cell.value for cell in one[header]][: len(shown.columns)] != []
        for line, record in enumerate(told[section.name], header + 1):
            for place, column in enumerate(shown.columns, 1):
                if column.choices or column.kind in {Kind.TEXT, Kind.FLAG, Kind.CODES, Kind.SERIES}:
                    continue
                cell = one.cell(line, place).value
                value = expected(record[column.name], column)
                assert cell == (pytest.approx(value) if isinstance(value, float) else value), (section.name, column)
                compared += value is not None
    assert compared > 1000


def test_what_a_reader_needs_comes_first_and_the_rest_is_left_out(sheet: Dossier) -> None:
    (figures,) = (section for section in sheet.sections if section.name == "figures")
    names = [column.name for column in for_readers(figures).columns]
    assert names[:5] == ["label", "shown", "published_shown", "computed_then_shown", "value"]
    assert "share" in names
    assert not {"figure", "unit", "published_unit", "published_source", "report"} & set(names)


def test_what_makes_a_table_too_wide_is_folded_away_and_the_reader_told(sheet: Dossier) -> None:
    (funding,) = (section for section in sheet.sections if section.name == "funding")
    one = in_book(book(workbook(sheet)), funding)
    hidden = [letter for letter, dimension in one.column_dimensions.items() if dimension.hidden]
    assert hidden
    assert "A" not in hidden
    assert any("+" in str(row[0]) for row in one.iter_rows(max_col=1, values_only=True) if row[0])


# --- Charts ---


def drawing(one: Worksheet) -> Any:
    (found,) = one._charts
    return found


def cells_of(formula: str) -> tuple[str, tuple[int | None, ...]]:
    name, _, cells = formula.rpartition("!")
    return name.strip("'").replace("''", "'"), range_boundaries(cells)


def test_charts_are_drawn_from_the_cells_of_their_table(sheet: Dossier) -> None:
    found = book(workbook(sheet))
    seen = set()
    for section in sheet.sections:
        if section.chart is None or section.chart.shape in {ChartShape.GRID, ChartShape.TILES}:
            continue
        one, shown = in_book(found, section), for_readers(section)
        header, names = header_of(one), [column.name for column in shown.columns]
        drawn_rows = section.rows[: section.chart.first]
        chart, first, last = drawing(one), header + 1, header + len(drawn_rows)
        assert isinstance(chart, BarChart | LineChart)
        drawn = []
        for series in chart.series:
            place = cells_of(series.val.numRef.f)
            column = place[1][0]
            assert isinstance(column, int)
            assert place == (one.title, (column, first, column, last))
            drawn.append(names[column - 1])
            assert cells_of(series.tx.strRef.f) == (one.title, (column, header, column, header))
            categories = series.cat.strRef or series.cat.numRef
            category = names.index(section.chart.category) + 1
            assert cells_of(categories.f) == (one.title, (category, first, category, last))
        known = [name for name in section.chart.values if any(record[name] is not None for record in section.records())]
        assert drawn == known
        title = "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r)
        assert title == section.chart.title.text()
        seen.add(section.name)
    assert {"funding_years", "activity_mission", "activity_centre"} <= seen


def test_a_chart_covers_no_cell_and_is_told_in_words(sheet: Dossier) -> None:
    import zipfile

    content = workbook(sheet)
    for section in sheet.sections:
        if section.chart is None or section.chart.shape in {ChartShape.GRID, ChartShape.TILES}:
            continue
        one = in_book(book(content), section)
        start = drawing(one).anchor._from
        beneath = all(cell.value is None for row in one.iter_rows(min_row=start.row + 1) for cell in row)
        beside = all(cell.value is None for row in one.iter_rows(min_col=start.col + 1) for cell in row)
        assert beneath or beside, section.name
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        drawings = "".join(archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/drawings/drawing"))
    (years,) = (section for section in sheet.sections if section.name == "funding_years")
    assert years.chart is not None
    assert years.chart.description.text().split(";")[0] in drawings.replace("&apos;", "'")


@pytest.mark.parametrize(
    ("shape", "kind", "grouping"),
    [(ChartShape.BARS, BarChart, "clustered"), (ChartShape.STACKED, BarChart, "stacked"), (ChartShape.LINES, LineChart,
     "standard")],
)  # fmt: skip
def test_shapes(shape: ChartShape, kind: type[Any], grouping: str) -> None:
    one = book(workbook(small(chart(shape))))["Part"]
    drawn = drawing(one)
    assert isinstance(drawn, kind)
    assert drawn.grouping == grouping
    assert len(drawn.series) == 1  # nothing is known of the other
    assert drawn.legend is None
    if kind is BarChart:
        assert drawn.barDir == "bar"
        assert drawn.x_axis.scaling.orientation == "maxMin"  # the first row on top
    assert drawn.y_axis.numFmt.formatCode == '#,##0 "€"'


def test_years_stand_beside_each_other() -> None:
    columns = (Column("year", "Year", Kind.YEAR), Column("a", "A", Kind.PERCENT))
    part = Result("part", msg("Part"), columns, ((2023, 0.5), (2024, 1)), chart=chart(ChartShape.BARS, "year", "a"))
    drawn = drawing(book(workbook(replace(small(None), sections=(part,))))["Part"])
    assert drawn.barDir == "col"
    assert drawn.y_axis.numFmt.formatCode == "0%"


def test_a_year_that_does_not_compare_is_hatched() -> None:
    columns = (Column("year", "Year", Kind.YEAR), Column("a", "A", Kind.MONEY), Column("alike", "Alike", Kind.FLAG))
    rows = ((2023, 100, True), (2024, 200, False), (2025, 300, True))
    years = replace(chart(ChartShape.STACKED, "year", "a"), marked="alike")
    part = Result("part", msg("Part"), columns, rows, chart=years)
    (series,) = drawing(book(workbook(replace(small(None), sections=(part,))))["Part"]).series
    hatched = [point.idx for point in series.dPt if point.spPr is not None and point.spPr.pattFill is not None]
    assert hatched == [1]


def test_a_chart_of_nothing_known_is_not_drawn() -> None:
    one = book(workbook(small(chart(ChartShape.BARS, "name", "b"))))["Part"]
    assert one._charts == []


def test_a_chart_of_rows_whose_name_is_not_known_is_drawn() -> None:
    columns = (Column("theme", "Theme"), Column("a", "A", Kind.INTEGER))
    part = Result(
        "part", msg("Part"), columns, ((None, 7),), ("theme", "a"), chart=chart(ChartShape.BARS, "theme", "a")
    )
    (series,) = drawing(book(workbook(replace(small(None), sections=(part,))))["Part"]).series
    assert series.cat is not None


def test_a_title_that_looks_like_a_formula_stays_one() -> None:
    shown = replace(chart(ChartShape.BARS), title=msg("{text}", text="=Part!A1"))
    drawn = drawing(book(workbook(small(shown)))["Part"])
    assert drawn.title.tx.rich.p[0].r[0].t.replace("\u2060", "") == "=Part!A1"


def test_a_grid_colours_its_cells(sheet: Dossier) -> None:
    (missions,) = (section for section in sheet.sections if section.name == "missions")
    one = in_book(book(workbook(sheet)), missions)
    assert missions.chart is not None
    ranges = [str(found.sqref) for found in one.conditional_formatting]
    assert len(ranges) == len(missions.chart.values)
    rule = next(iter(one.conditional_formatting)).rules[0]
    assert [(value.type, float(value.val)) for value in rule.colorScale.cfvo] == [("num", 0), ("num", 1)]
    texts = [str(row[0]) for row in one.iter_rows(max_row=5, max_col=1, values_only=True)]
    assert missions.chart.title.text() in texts
    assert missions.chart.description.text() in texts


def test_the_map_has_a_cell_for_each_department(sheet: Dossier) -> None:
    (section,) = (section for section in sheet.sections if section.name == "map")
    found = book(workbook(sheet))
    one = next(one for one in found.worksheets if one["A1"].value == section.title.text())
    cells = {str(cell.value): cell for row in one.iter_rows() for cell in row if cell.value}
    tiles = map_of(section).tiles
    words = {tile.department: f"{tile.department} {tile.letter}".rstrip() + f"\n{tile.number}" for tile in tiles}
    assert set(words.values()) <= set(cells)
    fills = {tile.look: cells[words[tile.department]].fill.fgColor.rgb for tile in tiles}
    assert len(set(fills.values())) == len(fills) > 1
    assert any(text.startswith("no centre (") for text in cells)
    paris, nord = (cells[words[code]] for code in ("75", "59"))
    assert paris.row != nord.row


def test_a_single_report_has_its_chart_too(demo_path: Path) -> None:
    with open_reading(demo_path) as connection:
        told, drawn = activity(connection, DAY), territory_map(connection, DAY, centre="oriv")
    assert told.chart is not None
    one = book(workbook(told)).worksheets[1]
    assert one["A1"].value == language.translate(told.columns[0].label)
    assert cells_of(drawing(one).series[0].val.numRef.f)[1][1] == 2
    found = book(workbook(drawn))
    assert found.sheetnames[-1] == "Map"
    thick = [cell for row in found["Map"].iter_rows() for cell in row if cell.border.left.style == "thick"]
    assert len(thick) == sum(bool(record["served"]) for record in drawn.records())


# --- Whatever a text is ---


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    columns = (Column("name", "Name"), Column("a", "A", Kind.INTEGER))
    said = msg("{text}", text=text)
    part = Result("part", said, columns, ((text, 1),), notes=(Note("x", said),), chart=chart(ChartShape.BARS, "name",
                  "a"))  # fmt: skip
    found = book(workbook(Dossier("s", said, Result("s", msg("Facts"), columns, ((text, 1),)), (part,))))
    one = found.worksheets[1]
    texts = [cell for row in one.iter_rows() for cell in row if cell.value == text]
    assert len(texts) == 3  # title, cell, note
    assert {cell.data_type for cell in texts} == {"s"}
    assert found["crpv"]["A1"].value == text


# --- Into other programs ---


def test_loading_it_changes_nothing(sheet: Dossier, tmp_path: Path, load: Load) -> None:
    file = tmp_path / "network.xlsx"
    file.write_bytes(workbook(sheet))
    report = load(file, dry_run=True)
    assert sum(outcome.inserted + outcome.updated for outcome in report.files) == 0
    assert {outcome.table for outcome in report.files} <= set(TABLES)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_libreoffice_draws_its_charts(sheet: Dossier, tmp_path: Path, convert: Convert, lang: str) -> None:
    language.activate(lang)
    pdftotext = shutil.which("pdftotext")
    if pdftotext is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    file = tmp_path / "network.xlsx"
    file.write_bytes(workbook(sheet))
    pdf = convert(file, "pdf")
    ran = subprocess.run([pdftotext, str(pdf), "-"], check=True, capture_output=True, encoding="utf-8")
    text = " ".join(ran.stdout.split())
    for section in sheet.sections:
        if section.chart is not None:
            assert " ".join(section.chart.title.text().split()) in text, section.name
    assert "7,000,000 €" in text or "6,000,000 €" in text  # the axis of the money
