"""Bars and sparklines: what is drawn, where, and that nothing else changes for them."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.formats import Format, render
from crpv_cli.output.markdown import markdown_text
from crpv_cli.output.terminal.drawing import ASCII, BLOCKS, Pen, bar, in_words, sparkline
from crpv_cli.output.terminal.screen import screen
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.funding.report import funding
from crpv_cli.result import Point, Result

AS_OF = "2025-12-31"
WIDTHS = [60, 80, 100, 140]
DRAWN = "".join((BLOCKS.levels, BLOCKS.full, BLOCKS.parts))


@pytest.fixture
def registry(demo: sqlite3.Connection) -> sqlite3.Connection:
    return demo


# --- What is drawn ---


@pytest.mark.parametrize(
    ("value", "drawn"),
    [(100, "████"), (50, "██"), (62.5, "██▌"), (99, "███▉"), (0.01, "▏"), (0, ""), (-50, ""), (None, "")],
)
def test_a_bar_is_as_long_as_its_figure(value: float | None, drawn: str) -> None:
    assert bar(value, 100, 4) == drawn


def test_a_bar_of_signs_that_every_terminal_has() -> None:
    assert [bar(value, 100, 4, ASCII) for value in (100, 62.5, 1, 0, None)] == ["####", "##", "#", "", ""]


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12)), min_size=1),
    st.integers(1, 40),
    st.sampled_from([BLOCKS, ASCII]),
)
def test_bars_keep_the_order_of_their_figures(values: list[int | None], width: int, pen: Pen) -> None:
    largest = max((value for value in values if value is not None), default=0)
    lengths = {}
    for value in values:
        drawn = bar(value, largest, width, pen)
        assert cell_len(drawn) <= width
        assert bool(drawn) is (value is not None and value > 0)
        if value is not None:
            part = pen.parts.find(drawn[-1]) if drawn else -1
            lengths[value] = len(drawn) - 1 + (part + 1) / 8 if part >= 0 else float(len(drawn))
    assert [lengths[value] for value in sorted(lengths)] == sorted(lengths.values())


SERIES = (Point(2022, "1", 0.0), Point(2024, "C", 1 / 3), Point(2025, None, None), Point(2026, "20", 1.0))


def test_a_sparkline_has_a_gap_where_there_is_no_rating() -> None:
    assert sparkline(SERIES, range(2021, 2027)) == " ▁ ▃ █"
    assert sparkline(SERIES, range(2021, 2027), ASCII) == " _ - #"
    assert in_words(SERIES) == "1→C→–→20"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_a_sparkline_keeps_the_order_of_positions(positions: list[float]) -> None:
    points = [Point(2000 + place, "x", position) for place, position in enumerate(positions)]
    drawn = sparkline(points, [point.year for point in points])
    heights = [BLOCKS.levels.index(character) for character in drawn]
    assert [height for _, height in sorted(zip(positions, heights, strict=True))] == sorted(heights)


# --- Where ---


def table(**bars: bool) -> Result:
    columns = (
        Column("name", "Name"),
        Column("amount", "Amount", Kind.MONEY, bar=bars.get("amount", True)),
        Column("share", "Share", Kind.PERCENT, bar=bars.get("share", False)),
    )
    rows = (("Villes au Carré", 40000, 0.8), ("ORIV", 10000, 0.2), ("Paris", None, None), ("IREV", -20000, 0.0))
    return Result("x", msg("Title"), columns, rows, total_row=(None, 30000, None))


def test_a_bar_stands_right_beside_its_figure() -> None:
    lines = screen(table(), 60, colour=False)[0].splitlines()
    assert lines[3:8] == [
        "Villes au Carré    €400  ████████████████████████  80.0%",
        "ORIV               €100  ██████                    20.0%",
        "Paris                 –                                –",
        "IREV              -€200                             0.0%",
        "─" * 56,
    ]
    assert lines[8] == "Total              €300"


def test_bars_share_the_room_and_drop_out_one_after_the_other() -> None:
    both = table(share=True)
    figures = cell_len("Villes au Carré    €400  80.0%")
    for room, drawn in ((24, 2), (16, 2), (15, 1), (8, 1), (7, 0), (0, 0)):
        text = screen(both, figures + room, colour=False)[0]
        (line,) = [line for line in text.splitlines() if line.startswith("Villes")]
        assert len(re.findall("█+", line)) == drawn, room
        assert max(map(cell_len, text.splitlines())) <= figures + room


def test_nothing_is_drawn_in_a_pipe_a_file_or_markdown(registry: sqlite3.Connection) -> None:
    for result in (table(share=True), evaluation_summaries(registry, AS_OF), coverage(registry, AS_OF)):
        for text in (screen(result)[0], markdown_text(result)):
            assert not set(text) & set(DRAWN)
        assert screen(result)[0] == render(result, Format.TABLE, handed_on=False).content
    assert "3 → 3 → 2" in screen(evaluation_summaries(registry, AS_OF))[0]


def test_colour_is_not_needed_to_read_a_bar() -> None:
    plain = screen(table(), 60, colour=False)[0]
    coloured = screen(table(), 60, colour=True)[0]
    assert "\x1b[" not in plain
    without_codes = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in without_codes.splitlines()] == plain.splitlines()


def results(connection: sqlite3.Connection) -> dict[str, Result]:
    return {
        "coverage by centre": coverage(connection, AS_OF),
        "coverage by region": coverage(connection, AS_OF, by="region"),
        "coverage in 2023": coverage(connection, "2023-10-17", "inhabitants", by="region"),
        "funding by centre": funding(connection, AS_OF, 2023, 2023),
        "funding by kind": funding(connection, AS_OF, 2020, 2024, "kind"),
        "funding by year": funding(connection, AS_OF, by="year"),
        "evaluations": evaluation_summaries(connection, AS_OF),
        "evaluations by mission": evaluation_summaries(connection, AS_OF, by="mission"),
        "evaluations by centre": evaluation_summaries(connection, AS_OF, by="centre"),
    }


@pytest.mark.parametrize("tongue", language.LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_for_a_bar_nothing_is_cut_wrapped_or_left_out(registry: sqlite3.Connection, width: int, tongue: str) -> None:
    language.activate(tongue)
    drawn = set()
    for name, result in results(registry).items():
        bare = replace(result, columns=tuple(replace(column, bar=False) for column in result.columns))
        text, remarks = screen(result, width, colour=False)
        without, remarks_without = screen(bare, width, colour=False)
        assert max(map(cell_len, text.splitlines())) <= width or max(map(cell_len, without.splitlines())) > width
        assert [remark.text() for remark in remarks] == [remark.text() for remark in remarks_without]
        assert text.count("\n") == without.count("\n")
        blocks = re.compile(f"[{DRAWN}─]")
        if any(column.bar for column in result.columns):
            assert re.sub(r"\s+", " ", blocks.sub("", text)) == re.sub(r"\s+", " ", blocks.sub("", without))
            drawn |= {name} if set(text) & set(DRAWN) else set()
    assert drawn >= ({"coverage by centre", "funding by year", "funding by kind"} if width == 140 else set())


@pytest.mark.parametrize("tongue", language.LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("by", [None, "mission", "centre"])
def test_a_narrow_terminal_does_without_columns_before_it_cuts(
    registry: sqlite3.Connection, width: int, tongue: str, by: str | None
) -> None:
    language.activate(tongue)
    result = evaluation_summaries(registry, AS_OF, by=by)
    text, remarks = screen(result, width, colour=False)
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text.partition("\n\n")[0]
    labels = {column.name: language.translate(column.label) for column in result.columns}
    said = " ".join(remark.text() for remark in remarks)
    for name in result.screen:
        shown = all(word in text for word in labels[name].split())
        assert shown or (name in result.spare and labels[name] in said)


def test_the_words_of_a_series_stand_beside_it_where_they_fit(registry: sqlite3.Connection) -> None:
    result = evaluation_summaries(registry, AS_OF)
    assert "▆▆▃ 3→3→2" in screen(result, 140, colour=False)[0]
    narrow = screen(result, 80, colour=False)[0]
    assert "▆▆▃" in narrow
    assert "→" not in narrow
    assert "**- 3>3>2" in screen(result, 140, colour=False, blocks=False)[0]


def test_each_year_of_a_series_has_its_place(registry: sqlite3.Connection) -> None:
    lines = screen(evaluation_summaries(registry, AS_OF), 140, colour=False)[0].splitlines()
    start = lines[2].index("Series")

    def drawn(centre: str, mission: str) -> str:
        (line,) = [line for line in lines if line.startswith(centre) and f" {mission} " in line]
        return line[start : start + 3]

    assert drawn("ORIV", "animation") == "█▆▃"  # 2022, 2023, 2024
    assert drawn("Normanvilles", "animation") == "▆▃ "  # 2022, 2023
    assert drawn("CRPV Guadeloupe", "animation") == "  ▃"  # 2024
    assert drawn("CRPV Guyane", "skills") == "▆ ▃"  # 2022, 2024


def test_a_series_without_any_rating_is_a_dash_not_an_empty_cell() -> None:
    columns = (Column("name", "Name"), Column("series", "Series", Kind.SERIES))
    rows = (("Paris", (Point(2024, None, None),)), ("ORIV", (Point(2024, "excellent", 1.0),)), ("IREV", ()))
    result = Result("x", msg("T"), columns, rows)
    assert [line.split() for line in screen(result, 13, colour=False)[0].splitlines()[3:]] == [
        ["Paris", "–"],
        ["ORIV", "█"],
        ["IREV", "–"],
    ]


def test_a_line_for_the_whole_is_left_out_where_it_would_be_empty() -> None:
    result = replace(table(), screen=("name", "share"))
    assert "Total" not in screen(result, 60, colour=False)[0]
    assert "Total" not in screen(result)[0]
