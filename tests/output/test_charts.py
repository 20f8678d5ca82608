"""Charts hold what the rows hold, say it to those who do not see them, and are drawn the same each time."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.page.charts import NARROW, _apart, _ticks, chart_remarks, chart_svg, drawings_css
from crpv_cli.output.shelf.colours import COLOURS, GRADES
from crpv_cli.result import Chart, ChartShape, Result, Value

ODD = '<b>"A" & {{7*7}} [bold] 😀'
MONEY = (
    Column("year", "Year", Kind.YEAR),
    Column("state", "State", Kind.MONEY),
    Column("region", "Region", Kind.MONEY),
    Column("commune", "Commune", Kind.MONEY),
)
BY_YEAR: tuple[tuple[Value, ...], ...] = (
    (2021, None, None, None),
    (2022, 30000000, 10000000, None),
    (2023, 24548200, None, None),
    (2024, 30000050, 14000000, None),
)
SHARES = (
    Column("name", "Centre"),
    Column("first", "Leading networks", Kind.PERCENT),
    Column("second", "Capitalisation", Kind.PERCENT),
)
BY_CENTRE: tuple[tuple[Value, ...], ...] = ((ODD, 0.2, 1.0), ("Zero", 0.0, None), ("Other", 0.608, 0.79))


def drawn(shape: ChartShape, columns: tuple[Column, ...], rows: tuple[tuple[Value, ...], ...], *values: str) -> Result:
    names = values or tuple(column.name for column in columns[1:])
    chart = Chart(shape, msg("What it shows"), msg("In words: <1> & “2”"), columns[0].name, names)
    return Result("x", msg("X"), columns, rows, chart=chart)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def of_money(shape: ChartShape) -> Result:
    return drawn(shape, MONEY, BY_YEAR)


CHARTS = {
    "bars": drawn(ChartShape.BARS, SHARES, BY_CENTRE, "first"),
    "grouped": drawn(ChartShape.BARS, SHARES, BY_CENTRE),
    "stacked": of_money(ChartShape.STACKED),
    "lines": of_money(ChartShape.LINES),
    "grid": drawn(ChartShape.GRID, SHARES, BY_CENTRE),
}


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_an_image_with_its_description(name: str) -> None:
    svg = chart_svg(CHARTS[name])
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", "In words: <1> & “2”")
    assert root.get("viewBox", "").startswith("0 0 720 ")
    assert root.get("width") is None, "the page scales it"
    assert "aria-roledescription" not in svg
    assert svg.count("aria-label") == 1
    assert "http" not in svg.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_the_same_each_time(name: str) -> None:
    assert chart_svg(CHARTS[name]) == chart_svg(CHARTS[name])


@pytest.mark.parametrize("name", ["bars", "grouped", "grid"])
def test_names_stand_as_they_are(name: str) -> None:
    assert ODD in texts(chart_svg(CHARTS[name]))


def test_control_characters_and_turned_text_are_signs() -> None:
    rows = ((f"a\x1b[31m\u202eb{chr(0)}", 0.5, 0.5), ("Other", 0.2, 0.5))
    assert "a␛[31m⟨U+202E⟩b␀" in texts(chart_svg(drawn(ChartShape.BARS, SHARES, rows, "first")))


def test_bars_say_their_figures_and_what_is_not_known_is_no_zero() -> None:
    said = texts(chart_svg(CHARTS["bars"]))
    assert [text for text in said if text in {"20.0%", "0.0%", "60.8%"}] == ["60.8%", "20.0%", "0.0%"], "sorted"
    rows = (("Known", 0.0, None), ("Unknown", None, None), ("Some", 0.5, None))
    said = texts(chart_svg(drawn(ChartShape.BARS, SHARES, rows, "first")))
    assert said.count("–") == 1
    assert said.count("0.0%") == 1


def test_stacks_say_shares_sums_and_only_series_that_are_known() -> None:
    said = texts(chart_svg(CHARTS["stacked"]))
    assert {"€400,000", "€245,482", "€440,000.50", "–", "75%", "25%", "State", "Region"} <= set(said)
    # Of one part alone it is not known what it is a share of.
    assert "100%" not in said
    assert "Commune" not in said


def test_a_row_that_is_not_like_the_others_has_an_asterisk() -> None:
    columns = (*MONEY, Column("comparable", "Comparable", Kind.FLAG))
    rows = tuple((*row, row[0] != 2023) for row in BY_YEAR)
    result = drawn(ChartShape.STACKED, columns, rows, "state", "region")
    assert result.chart is not None
    assert not any("*" in text for text in texts(chart_svg(result)))
    marked = texts(chart_svg(replace(result, chart=replace(result.chart, marked="comparable"))))
    assert [text for text in marked if "*" in text] == ["2023*"]
    assert {"2021", "2022", "2024"} <= set(marked)


def test_figures_of_charts_are_set_as_the_reader_sets_them() -> None:
    language.activate("fr")
    said = texts(chart_svg(CHARTS["stacked"]))
    assert "440\u202f000,50\u00a0€" in said
    assert "75\u202f%" in said


def test_lines_break_where_nothing_is_known() -> None:
    svg = chart_svg(CHARTS["lines"])
    lines = [path.get("d", "") for path in ElementTree.fromstring(svg).iter() if path.get("stroke") == COLOURS[1]]
    assert [d.count("M") for d in lines] == [2], "2022 and 2024, and no line through 2023"
    assert {"State €300,000.50", "Region €140,000"} <= set(texts(svg)), "each line has its name and figure at its end"


def test_names_at_the_ends_of_lines_do_not_cover_each_other() -> None:
    places = _apart([10, 12, 200, 258, 259])
    assert all(after - before >= 18 for before, after in pairwise(places))
    assert places[-1] <= 260


def test_squares_say_shares_and_what_is_not_known_has_no_colour() -> None:
    svg = chart_svg(CHARTS["grid"])
    squares = [path for path in ElementTree.fromstring(svg).iter() if path.get("stroke") == "#5a626b"]
    fills = [square.get("fill") for square in squares]
    assert [fill for fill in fills if fill in GRADES] == [GRADES[1], GRADES[4], GRADES[0], GRADES[3], GRADES[3]]
    assert len(squares) == 6
    assert [square.get("stroke-dasharray") for square in squares if square.get("fill") not in GRADES] == ["3,2"]
    assert texts(svg).count("–") == 1


def test_what_columns_start_with_alike_stands_once_above_them() -> None:
    columns = (
        Column("name", "Centre"),
        *(
            Column(f"c{number}", label, Kind.PERCENT)
            for number, label in enumerate(("Skills 2023", "Skills 2024", "All"))
        ),
    )
    said = texts(chart_svg(drawn(ChartShape.GRID, columns, (("A", 0.1, 0.2, 0.3),))))
    assert [text for text in said if not text.endswith("%") and text != "A"] == ["2023", "2024", "All", "Skills"]


CHANGES = (Column("name", "Centre"), Column("change", "Change", Kind.PERCENT))


def test_differences_stand_left_and_right_of_zero_and_the_unknown_are_named() -> None:
    rows = (("Up", 0.12), ("Same", 0.0), ("Down", -0.05), ("Nobody knows", None))
    result = drawn(ChartShape.DIFFERENCE, CHANGES, rows)
    root = ElementTree.fromstring(chart_svg(result))
    assert [text for text in texts(chart_svg(result)) if text in {"Up", "Same", "Down"}] == ["Up", "Same", "Down"]
    assert "Nobody knows" not in texts(chart_svg(result))
    assert chart_remarks(result) == ["Not known: Nobody knows."]
    drawn_bars = [path.get("fill") for path in root.iter() if path.get("fill") in COLOURS]
    assert drawn_bars == [COLOURS[0], COLOURS[0], COLOURS[1]], "the sign has a colour, besides its side and its figure"


def test_where_most_are_full_the_others_are_drawn() -> None:
    full = ((f"Full {number}", 1.0) for number in range(4))
    rows = (*full, ("Half", 0.5), ("None", 0.0), ("Unknown", None))
    result = drawn(ChartShape.BARS, CHANGES, rows)
    said = texts(chart_svg(result))
    assert {"Half", "None", "Unknown"} <= set(said)
    assert not any(text.startswith("Full") for text in said)
    assert chart_remarks(result) == ["Not drawn: the 4 that are at 100%."]


@pytest.mark.parametrize("rows", [(("A", 1.0), ("B", 1.0), ("C", None)), (("A", 0.5),), (("A", 0.0), ("B", 0.0))])
def test_a_chart_that_says_nothing_is_not_drawn(rows: tuple[tuple[Value, ...], ...]) -> None:
    assert chart_svg(drawn(ChartShape.BARS, CHANGES, rows)) == ""
    assert chart_svg(drawn(ChartShape.DIFFERENCE, CHANGES, rows)) == ""


def test_a_narrow_drawing_has_names_above_and_nothing_beyond_its_edge() -> None:
    for name, result in CHARTS.items():
        root = ElementTree.fromstring(chart_svg(result, "", NARROW))
        assert root.get("viewBox", "").startswith(f"0 0 {NARROW} "), name
    assert ODD in texts(chart_svg(CHARTS["bars"], "", NARROW))


def test_years_keep_their_order() -> None:
    columns = (Column("year", "Year", Kind.YEAR), Column("n", "N", Kind.INTEGER))
    said = texts(chart_svg(drawn(ChartShape.BARS, columns, ((2022, 1), (2023, 3), (2024, 2)))))
    assert [text for text in said if text.startswith("20")] == ["2022", "2023", "2024"]


def test_nothing_known_is_nothing_drawn() -> None:
    assert chart_svg(drawn(ChartShape.BARS, SHARES, (("A", None, None),))) == ""
    assert chart_svg(drawn(ChartShape.LINES, SHARES, ())) == ""


@pytest.mark.parametrize(
    ("lowest", "highest", "ticks"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (0, 0.129, [0, 0.05, 0.1, 0.15]),
        (0, 8298055.5, [0, 2500000, 5000000, 7500000, 10000000]),
        (-30, 120, [-50, 0, 50, 100, 150]),
        (0, 3, [0, 1, 2, 3]),
    ],
)
def test_ticks_are_round(lowest: float, highest: float, ticks: list[float]) -> None:
    assert _ticks(lowest, highest) == ticks


def test_every_colour_follows_the_theme_of_the_page() -> None:
    css = drawings_css()[0]
    svg = "".join(map(chart_svg, CHARTS.values()))
    used = set(re.findall(r'(?:fill|stroke)="(#\w+)"', svg)) | {*COLOURS, *GRADES}
    assert {colour for colour in used if f'="{colour}"]' not in css} == set()


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("scheme", "paper"), [(0, "#ffffff"), (1, "#14171b")])
def test_colours_stand_out_and_carry_text(scheme: int, paper: str) -> None:
    """WCAG: 3 to 1 for what is drawn, 4.5 to 1 for texts on it, in the light theme and in the dark one."""
    found = [dict(re.findall(r"--([\w-]+): (#\w+);", part)) for part in drawings_css()[0].split("@media")]
    named = found[scheme]
    for number in range(1, len(COLOURS) + 1):
        colour, ink = named[f"c{number}"], named["on-dark" if number % 2 else "on-light"]
        assert contrast(colour, paper) >= 3, colour
        assert contrast(colour, ink) >= 4.5, (colour, ink)
    for number in range(1, len(GRADES) + 1):
        ink = named["on-high" if number > 3 else "on-low"]
        assert contrast(named[f"s{number}"], ink) >= 4.5, number


def test_long_names_are_cut_and_the_table_has_them_whole() -> None:
    rows = (("n" * 80, 0.5, None), ("Other", 0.2, None))
    said = texts(chart_svg(replace(drawn(ChartShape.BARS, SHARES, rows, "first"))))
    assert "n" * 31 + "…" in said
