"""Where a chart puts what it draws: each mark at its figure, each text in its room."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.page import charts
from crpv_cli.output.shelf.colours import COLOURS, GRADES
from crpv_cli.result import Chart, ChartShape, Result, Value

Rows = tuple[tuple[Value, ...], ...]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives what the library of charts is handed: data by name, parameters by name, and the size."""

    def run(shape: ChartShape, kind: Kind, names: tuple[str, ...], rows: Rows) -> dict[str, Any]:
        handed: list[str] = []
        monkeypatch.setattr(charts, "_draw", lambda text: handed.append(text) or "<svg/>")  # type: ignore[func-returns-value]
        columns = (Column("name", "Name"), *(Column(name, name, kind) for name in names))
        chart = Chart(shape, msg("T"), msg("D"), "name", names)
        assert charts.chart_svg(Result("x", msg("X"), columns, rows, chart=chart))
        found = json.loads(handed[0])
        parameters = {one["name"]: one["value"] for one in found["params"] if "value" in one}
        return {**found["datasets"], **parameters, **{name: found[name] for name in ("width", "height", "padding")}}

    return run


def picked(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_bars(drawn: Any) -> None:
    found = drawn(ChartShape.BARS, Kind.MONEY, ("a",), (("First", 150000), ("Second", None), ("Loss", -50000)))
    assert picked(found["bars"], "row", "series", "value", "end", "label", "colour") == [
        (0, 0, 1500, 1500, "€1,500", COLOURS[0]),
        (1, 0, -500, -500, "-€500", COLOURS[0]),
        (2, 0, None, 0, "–", COLOURS[0]),
    ]
    assert (found["names"], found["legend"]) == (["First", "Loss", "Second"], []), "sorted, the unknown last"
    assert (found["lowest"], found["highest"]) == (-500, 1500)
    # The longest name and the longest figure have six letters of 6.8 each; a figure below zero stands at its left.
    assert found["padding"] == {"left": 53 + 42, "top": 4, "right": 49, "bottom": 4}
    assert (found["width"], found["height"]) == (720 - 53 - 42 - 49, 72)


def test_bars_of_several_series_have_a_legend_and_more_room(drawn: Any) -> None:
    found = drawn(ChartShape.BARS, Kind.PERCENT, ("One", "Two"), (("A", 0.5, 0.25), ("B", None, 0.125)))
    assert picked(found["bars"], "row", "series", "value") == [(0, 0, 0.5), (0, 1, 0.25), (1, 0, None), (1, 1, 0.125)]
    assert found["height"] == 2 * 38
    left = found["padding"]["left"]
    assert picked(found["legend"], "label", "colour", "x", "y") == [
        ("One", COLOURS[0], 8 - left, -19),
        ("Two", COLOURS[1], pytest.approx(36 + 3 * 7.2 + 8 - left), -19),
    ]
    assert found["padding"]["top"] == 28


def test_a_long_legend_takes_a_second_line(drawn: Any) -> None:
    names = tuple(letter * 30 for letter in "abcd")
    found = drawn(ChartShape.BARS, Kind.INTEGER, names, (("A", 1, 2, 3, 4),))
    assert [entry["y"] for entry in found["legend"]] == [-37, -37, -19, -19]
    assert found["padding"]["top"] == 46
    assert found["legend"][0]["x"] == found["legend"][2]["x"]


def test_stacked_bars(drawn: Any) -> None:
    rows: Rows = (("A", 300, 100, 0), ("B", 200, None, None), ("C", None, None, None), ("D", 10, 390, None))
    found = drawn(ChartShape.STACKED, Kind.INTEGER, ("x", "y", "z"), rows)
    assert picked(found["parts"], "row", "series", "start", "end", "middle", "label", "ink") == [
        (0, 0, 0, 300, 150, "75%", "#fefefe"),
        (0, 1, 300, 400, 350, "25%", "#111112"),
        (1, 0, 0, 200, 100, "", "#fefefe"),
        (3, 0, 0, 10, 5, "", "#fefefe"),  # no room for its share
        (3, 1, 10, 400, 205, "98%", "#111112"),
    ]
    assert picked(found["ends"], "row", "end", "label") == [
        (0, 400, "400"),
        (1, 200, "200"),
        (2, 0, "–"),
        (3, 400, "400"),
    ]
    assert (found["lowest"], found["highest"]) == (0, 400)
    assert found["padding"] == {"left": 19, "top": 28, "right": 31, "bottom": 4}
    assert (found["width"], found["height"]) == (720 - 19 - 31, 96)


def test_lines(drawn: Any) -> None:
    rows: Rows = (("2022", 0, 100), ("2023", 50, None), ("2024", 50, None))
    found = drawn(ChartShape.LINES, Kind.INTEGER, ("low", "high"), rows)
    assert picked(found["points"], "row", "series", "value", "colour", "sign") == [
        (0, 0, 0, COLOURS[0], "circle"),
        (0, 1, 100, COLOURS[1], "square"),
        (1, 0, 50, COLOURS[0], "circle"),
        (1, 1, None, COLOURS[1], "square"),
        (2, 0, 50, COLOURS[0], "circle"),
        (2, 1, None, COLOURS[1], "square"),
    ]
    # From the top downwards: the last figure that is known of each.
    assert picked(found["ends"], "label", "y", "colour") == [("high 100", 0, COLOURS[1]), ("low 50", 130, COLOURS[0])]
    assert {end["x"] for end in found["ends"]} == {found["width"] + 14}
    assert (found["lowest"], found["highest"], found["ticks"][-1]) == (0, 100, 100)
    assert found["padding"] == {"left": 33, "top": 12, "right": 85, "bottom": 26}
    assert (found["width"], found["height"]) == (720 - 33 - 85, 260)


def test_a_grid(drawn: Any) -> None:
    found = drawn(ChartShape.GRID, Kind.PERCENT, ("one", "two"), (("A", 0.0, 1.0), ("B", None, 0.45)))
    assert picked(found["squares"], "row", "place", "colour", "known", "label") == [
        (0, 0, GRADES[0], True, "0.0%"),
        (0, 1, GRADES[4], True, "100.0%"),
        (1, 0, "transparent", False, "–"),
        (1, 1, GRADES[2], True, "45.0%"),
    ]
    assert [square["ink"] for square in found["squares"]] == ["#121213", "#fdfdfd", "#5a626b", "#121213"]
    assert picked(found["heads"], "label", "x", "y") == [("one", 60, -11), ("two", 180, -11)]
    assert found["padding"] == {"left": 19, "top": 23, "right": 461, "bottom": 4}
    assert (found["width"], found["height"]) == (240, 52)


def test_heads_of_several_columns_stand_over_their_middle() -> None:
    heads, lines = charts._heads(["Core works 2023", "Core works 2024", "Other 2024"], 60)
    assert lines == 2
    assert picked(heads, "label", "x", "y") == [
        ("2023", 30, -11),
        ("2024", 90, -11),
        ("2024", 150, -11),
        ("Core works", 60, -26),
        ("Other", 150, -26),
    ]


@pytest.mark.parametrize(
    ("places", "apart"),
    [
        ([0, 100, 200], [0, 100, 200]),
        ([10, 12], [10, 28]),
        ([250, 255, 260], [224, 242, 260]),
        ([10, 28, 270], [10, 28, 260]),
    ],
)
def test_texts_are_moved_no_further_than_a_line(places: list[float], apart: list[float]) -> None:
    assert charts._apart(places) == apart


def test_what_nothing_is_known_of_is_left_out_and_nought_is_known(drawn: Any) -> None:
    found = drawn(ChartShape.BARS, Kind.INTEGER, ("a", "b"), (("A", None, 0), ("B", None, 1)))
    assert picked(found["bars"], "series", "value") == [(0, 0), (0, 1)]
    assert found["highest"] == 1


def test_a_drawing_has_no_groups_of_nothing() -> None:
    columns = (Column("name", "Name"), Column("a", "A", Kind.INTEGER))
    chart = Chart(ChartShape.BARS, msg("T"), msg("D"), "name", ("a",))
    drawing = ElementTree.fromstring(
        charts.chart_svg(Result("x", msg("X"), columns, (("One", 1), ("Two", 2)), chart=chart))
    )
    groups = [element for element in drawing.iter() if element.tag.endswith("}g")]
    assert groups and all(len(group) for group in groups)
