"""Charts for pages: the rows of a result in a Vega-Lite specification, drawn as SVG offline by vl-convert.

The specifications are the files ``drawings/*.vl.json``, one for each shape; this module puts in what they draw:
numbers, and texts that are set in the reader's language already. Room for texts is computed from their lengths, never
measured, so that the same rows give the same bytes whatever fonts a machine has. Colours are those of the light page,
and ``drawings/charts.css`` turns them into the page's own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.output.shelf.cells import UNKNOWN, to_read
from crpv_cli.output.shelf.colours import COLOURS, GRADES
from crpv_cli.result import Chart, ChartShape, Result, Value, as_it_is

_FOLDER = Path(__file__).with_name("drawings")
_VEGALITE = "6.4"  # named, so that a newer vl-convert does not draw otherwise

SIGNS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
_COMPARED = (ChartShape.BARS, ChartShape.DIFFERENCE)
_MUTED, _NOTHING = "#5a626b", "transparent"
_ON_COLOURS = ("#fefefe", "#111112")
_ON_GRADES = ("#121213", "#121213", "#121213", "#fdfdfd", "#fdfdfd")

# In the units of the drawing, which a page scales; letters count as wide as those of a wide font.
_WIDTH = 720
HALF, NARROW = 480, 340
"""The widths of a drawing for half a page, and for a telephone, where names stand above their bars."""
_NAME_ABOVE, _NAME_LINE = 400, 17
_FULL = 1.0
_LETTER, _SMALL_LETTER, _LINE = 6.8, 6.4, 18
_BAR, _LOW, _SQUARE = 24, 18, 26
_LONGEST = 32
_LINES_HEIGHT = 260
_TICKS = 5


def drawings_css() -> list[str]:
    """The colours of charts and maps in a page, which gives ``--ink``, ``--muted``, ``--rule`` and ``--paper``."""
    return [(_FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("charts", "tiles")]


def chart_svg(result: Result, name: str = "", width: int = _WIDTH) -> str:
    """Draw the chart of a result as an ``svg`` element of a page.

    Args:
        result: one whose ``chart`` is set.
        name: what ids in the drawing start with, another one for each chart of a page; the result's name by default.
        width: how wide it is in its own units, in which a letter is 12 high; a map has its own width.

    Returns:
        The element, with the chart's description for those who do not see it; empty if there is nothing to draw, or
        nothing that a drawing tells: a bar alone, bars that are all the same.
    """
    assert result.chart is not None
    if result.is_map:
        from crpv_cli.output.page.map import map_svg

        return map_svg(result, name or result.name)
    data = replace(_data(result, result.chart), width=width)
    if not data.drawn or (result.chart.shape in _COMPARED and data.same):
        return ""
    specification = _SPECIFICATIONS[result.chart.shape](data)
    drawing = _draw(json.dumps(specification))
    return _element(drawing, result.chart.description.text())


def chart_remarks(result: Result) -> list[str]:
    """What is said under a drawing of the rows that are not in it: those that are full, and those not known."""
    assert result.chart is not None
    if result.is_map:
        return []
    _, full, unknown = _rows_drawn(result, result.chart)
    place = result.places[result.chart.category]
    remarks = (
        [
            language.text(
                "Not drawn: the {count} that are at {full}.", count=full, full=language.percent(_FULL, digits=0)
            )
        ]
        if full
        else []
    )
    if unknown:
        names = [as_it_is(to_read(row[place], result.columns[place])) for row in unknown]
        remarks.append(language.text("Not known: {names}.", names=names))
    return remarks


@dataclass(frozen=True, slots=True)
class _Data:
    """What is drawn: names of rows, names of series, and a figure and its text for each row and series."""

    names: list[str]
    series: list[str]
    figures: list[list[float | None]]
    texts: list[list[str]]
    value_column: Column
    signed: bool = False
    width: int = _WIDTH

    @property
    def drawn(self) -> bool:
        return any(figure is not None for row in self.figures for figure in row)

    @property
    def same(self) -> bool:
        """Whether bars of it would all be alike."""
        known = {figure for row in self.figures for figure in row if figure is not None}
        return len(self.series) == 1 and len(known) < 2

    @property
    def above(self) -> bool:
        """Whether the names of the rows stand above what is drawn of them, since beside it there is no room."""
        return self.width < _NAME_ABOVE

    @property
    def bar(self) -> int:
        """How high a bar is with the room around it."""
        return _BAR if self.width > HALF else _LOW

    @property
    def left(self) -> int:
        """The room for the names of the rows at the left."""
        return 2 if self.above else _room(self.names) + 12

    def set(self, figure: float) -> str:
        """Set a figure that is not a value of the rows: a tick, a sum."""
        if self.value_column.kind is Kind.MONEY:
            return to_read(round(figure * 100), self.value_column)
        if self.value_column.kind is Kind.PERCENT:
            return language.percent(figure, digits=0 if round(figure * 100, 6).is_integer() else 1)
        return language.decimal(figure)


def _data(result: Result, chart: Chart) -> _Data:
    places = result.places
    columns = [result.column(name) for name in chart.values]
    rows, _, _ = _rows_drawn(result, chart)
    # What nothing is known of is in the table; in a drawing it would only be a name without a mark.
    known = [column for column in columns if any(_figure(row[places[column.name]], column) is not None for row in rows)]
    columns = known or columns
    category = places[chart.category]
    rows, _, _ = _rows_drawn(result, chart)
    return _Data(
        [_cut(to_read(row[category], result.columns[category])) + _mark(result, chart, row) for row in rows],
        [_cut(language.translate(column.label)) for column in columns],
        [[_figure(row[places[column.name]], column) for column in columns] for row in rows],
        [[to_read(row[places[column.name]], column) for column in columns] for row in rows],
        columns[0],
        chart.shape is ChartShape.DIFFERENCE,
    )


_Rows = list[tuple[Value, ...]]


def _rows_drawn(result: Result, chart: Chart) -> tuple[_Rows, int, _Rows]:
    """The rows that are drawn, in their order; how many are left out because they are full, and those not known.

    Bars are sorted by their figure, unless the rows are points in time; where most shares are whole, only the others
    say something. Differences have the order that they came in.
    """
    rows = list(result.rows[: chart.first])
    if chart.shape not in _COMPARED or len(chart.values) > 1:
        return rows, 0, []
    column, place = result.column(chart.values[0]), result.places[chart.values[0]]
    if chart.shape is ChartShape.DIFFERENCE:
        return [row for row in rows if row[place] is not None], 0, [row for row in rows if row[place] is None]
    if result.column(chart.category).kind in {Kind.YEAR, Kind.DATE, Kind.PARTIAL_DATE}:
        return rows, 0, []
    rows.sort(key=lambda row: -(_figure(row[place], column) or -math.inf))
    full = [row for row in rows if row[place] == _FULL] if column.kind is Kind.PERCENT else []
    if len(rows) / 2 < len(full) < len(rows):
        return [row for row in rows if row[place] != _FULL], len(full), []
    return rows, 0, []


def _mark(result: Result, chart: Chart, row: Sequence[Value]) -> str:
    """The asterisk of a row that is not like the others."""
    return "*" if chart.marked and row[result.places[chart.marked]] is False else ""


def _figure(value: Value, column: Column) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value / 100 if column.kind is Kind.MONEY else value


def _cut(text: str) -> str:
    line = " ".join(text.split("\n"))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


# --- What each specification is filled with ---


_Specification = dict[str, Any]


def _room(texts: Sequence[str], letter: float = _LETTER) -> int:
    return math.ceil(max((len(text) for text in texts), default=0) * letter)


def _ticks(lowest: float, highest: float) -> list[float]:
    """Round numbers from at most ``lowest`` to at least ``highest``, five or so."""
    span = (highest - lowest) or 1
    rough = span / (_TICKS - 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999999)
    first, last = math.floor(lowest / step), math.ceil(highest / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _bounds(figures: Sequence[float]) -> tuple[float, float]:
    """What an axis shows at least; it always starts at zero, since a bar that does not says something else."""
    lowest, highest = min([0.0, *figures]), max([0.0, *figures])
    return lowest, highest if highest > lowest else lowest + 1


def _filled(name: str, **put: object) -> _Specification:
    """A specification with its data, parameters and size; ``sizes`` is left, top, right, bottom, width, height."""
    specification: _Specification = json.loads((_FOLDER / f"{name}.vl.json").read_text(encoding="utf-8"))
    specification["config"] = json.loads((_FOLDER / "look.json").read_text(encoding="utf-8"))
    parameters = {parameter["name"]: parameter for parameter in specification["params"]}
    for key, value in put.items():
        if key in specification["datasets"]:
            specification["datasets"][key] = value
        elif key in {"width", "height", "padding"}:
            specification[key] = value
        else:
            parameters[key]["value"] = value
    return specification


def _named(specification: _Specification, data: _Data, high: float, more: int = 0) -> _Specification:
    """Set the names of the rows beside what is drawn of them, and so much further; or above it, in a narrow drawing.

    ``high`` is how high what is drawn of a row is.
    """
    axis = specification["layer"][0]["encoding"]["y"]["axis"]
    axis["labelPadding"] = 8 + more
    if data.above:
        axis |= {"labelAlign": "left", "labelPadding": more - 4, "labelOffset": -(high + _NAME_LINE) / 2}
    return specification


def _padding(left: float, top: float, right: float, bottom: float) -> dict[str, float]:
    return {"left": left, "top": top, "right": right, "bottom": bottom}


def _legend(series: Sequence[str], left: int, width: int = _WIDTH) -> tuple[list[_Specification], int]:
    """The entries of a legend above the drawing, line by line, and the height that they take."""
    entries: list[_Specification] = []
    x, line = 0.0, 0
    for place, name in enumerate(series):
        wide = 36 + len(name) * (_LETTER + 0.4)
        if x and x + wide > width:
            x, line = 0.0, line + 1
        entries.append({"x": x - left + 8, "y": line * _LINE, "colour": _colour(place), "label": name})
        x += wide
    height = (line + 1) * _LINE + 10
    return [entry | {"y": entry["y"] - height + 9} for entry in entries], height


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _steps(data: _Data, bar: int, between: float = 0.28) -> tuple[int, float]:
    """How high a row is with its bar, and which share of it is between bars: its name, if that is above."""
    return (bar + _NAME_LINE, (_NAME_LINE + 4) / (bar + _NAME_LINE)) if data.above else (bar, between)


def _bars(data: _Data) -> _Specification:
    known = [figure for row in data.figures for figure in row if figure is not None]
    lowest, highest = _bounds(known)
    several = len(data.series) > 1
    ends = [
        (figure or 0, text)
        for row in zip(data.figures, data.texts, strict=True)
        for figure, text in zip(*row, strict=True)
    ]
    below = _room([text for figure, text in ends if figure < 0]) + 8 if lowest < 0 else 0
    right = _room([text for figure, text in ends if figure >= 0]) + 8
    legend, top = _legend(data.series, data.left, data.width) if several else ([], 4)
    bars = [
        {
            "row": row,
            "series": series,
            "value": figure,
            "end": figure or 0,
            "label": text,
            "colour": _colour(int((figure or 0) < 0) if data.signed else series),
        }
        for row, (figures, texts) in enumerate(zip(data.figures, data.texts, strict=True))
        for series, (figure, text) in enumerate(zip(figures, texts, strict=True))
    ]
    step, between = _steps(data, data.bar if not several else 14 * len(data.series) + 10)
    left = data.left + below
    specification = _filled(
        "bars",
        bars=bars,
        legend=legend,
        names=data.names,
        lowest=lowest,
        highest=highest,
        between=between,
        width=data.width - left - right,
        height=step * len(data.names),
        padding=_padding(left, top, right, 4),
    )
    return _named(specification, data, step * (1 - between), below)


def _stacked(data: _Data) -> _Specification:
    parts: list[_Specification] = []
    sums: list[float | None] = []
    for row, figures in enumerate(data.figures):
        known = [figure for figure in figures if figure is not None]
        sums.append(math.fsum(known) if known else None)
        start = 0.0
        for series, figure in enumerate(figures):
            if not figure or figure < 0:
                continue
            parts.append({"row": row, "series": series, "start": start, "end": start + figure})
            start += figure
    _, highest = _bounds([total for total in sums if total is not None])
    ends = [UNKNOWN if total is None else data.set(round(total, 6)) for total in sums]
    left, right = data.left, _room(ends) + 10
    width = data.width - left - right
    legend, top = _legend(data.series, left, data.width)
    # A bar of one part is no whole: what the others would be is not known, and "100%" would say that it is all.
    several = [sum(part["row"] == row for part in parts) > 1 for row in range(len(sums))]
    for part in parts:
        row, series, start, end = (part[name] for name in ("row", "series", "start", "end"))
        share = language.percent((end - start) / (sums[row] or 1), digits=0)
        has_room = (end - start) / highest * width > len(share) * _SMALL_LETTER + 6
        part |= {
            "middle": (start + end) / 2,
            "label": share if has_room and several[row] else "",
            "colour": _colour(series),
            "ink": _ON_COLOURS[series % 2],
        }
    step, between = _steps(data, data.bar)
    specification = _filled(
        "stacked",
        parts=parts,
        ends=[{"row": row, "end": sums[row] or 0, "label": end} for row, end in enumerate(ends)],
        legend=legend,
        names=data.names,
        lowest=0,
        highest=highest,
        between=between,
        width=width,
        height=step * len(data.names),
        padding=_padding(left, top, right, 4),
    )
    return _named(specification, data, step * (1 - between))


def _lines(data: _Data) -> _Specification:
    ticks = _ticks(*_bounds([figure for row in data.figures for figure in row if figure is not None]))
    names = [f"{name} {text}" for name, text in zip(data.series, _last_texts(data), strict=True)]
    if data.above:
        names = _last_texts(data)
    left, right = _room([data.set(tick) for tick in ticks]) + 12, _room(names) + 30
    width = data.width - left - right
    legend, top = _legend(data.series, left, data.width) if data.above else ([], 12)
    points = [
        {"row": row, "series": series, "value": figure} | _drawn_as(series)
        for row, figures in enumerate(data.figures)
        for series, figure in enumerate(figures)
    ]
    ends = []
    for series, name in enumerate(names):
        last = next((row[series] for row in reversed(data.figures) if row[series] is not None), None)
        if last is not None:
            y = _LINES_HEIGHT * (1 - (last - ticks[0]) / (ticks[-1] - ticks[0]))
            ends.append((y, series, name))
    return _filled(
        "lines",
        points=points,
        ends=[
            {"x": width + 14, "y": y, "label": name} | _drawn_as(series)
            for y, (_, series, name) in zip(_apart([end[0] for end in sorted(ends)]), sorted(ends), strict=True)
        ],
        legend=legend,
        names=data.names,
        ticks=ticks,
        tickNames=[data.set(tick) for tick in ticks],
        lowest=ticks[0],
        highest=ticks[-1],
        width=width,
        height=_LINES_HEIGHT,
        padding=_padding(left, top, right, 26),
    )


def _last_texts(data: _Data) -> list[str]:
    """The last figure that is known of each line; empty if none is."""
    last = [""] * len(data.series)
    for figures, row in zip(data.figures, data.texts, strict=True):
        last = [text if figure is not None else was for figure, text, was in zip(figures, row, last, strict=True)]
    return last


def _drawn_as(series: int) -> dict[str, object]:
    return {"colour": _colour(series), "sign": SIGNS[series % len(SIGNS)]}


def _apart(places: Sequence[float]) -> list[float]:
    """Move sorted places apart until there is a line of text between any two, and keep them in the drawing."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + _LINE) if moved else place)
    limit = float(_LINES_HEIGHT)
    for number in reversed(range(len(moved))):
        moved[number] = min(moved[number], limit)
        limit = moved[number] - _LINE
    return moved


def _grid(data: _Data) -> _Specification:
    left = data.left
    step = min(120, (data.width - left) // len(data.series))
    heads, lines = _heads(data.series, step)
    squares = []
    for row, (figures, texts) in enumerate(zip(data.figures, data.texts, strict=True)):
        for place, (figure, text) in enumerate(zip(figures, texts, strict=True)):
            grade = None if figure is None else min(max(int(figure * len(GRADES)), 0), len(GRADES) - 1)
            short = text if figure is None else language.percent(figure, digits=0)
            label = next((one for one in (text, short) if _room([one], _SMALL_LETTER) <= step), "")
            squares.append(
                {
                    "row": row,
                    "place": place,
                    "label": label,
                    "colour": _NOTHING if grade is None else GRADES[grade],
                    "ink": _MUTED if grade is None else _ON_GRADES[grade],
                    "known": grade is not None,
                }
            )
    high, between = (_SQUARE + _NAME_LINE, (_NAME_LINE + 3) / (_SQUARE + _NAME_LINE)) if data.above else (_SQUARE, 0.12)
    specification = _filled(
        "grid",
        squares=squares,
        heads=heads,
        names=data.names,
        between=between,
        width=step * len(data.series),
        height=high * len(data.names),
        padding=_padding(left, lines * 15 + 8, max(data.width - left - step * len(data.series), 2), 4),
    )
    return _named(specification, data, high * (1 - between))


def _heads(names: Sequence[str], step: int) -> tuple[list[dict[str, object]], int]:
    """The heads of the columns, line by line, and how many lines they take.

    What neighbours start with alike stands once above them: the years of a mission under the mission.
    """
    parts = [name.rpartition(" ") for name in names]
    groups = [(start, len(list(same))) for start, same in groupby(start for start, _, _ in parts)]
    if all(count == 1 or not start for start, count in groups):
        columns = [(place, 1, _wrapped(name, step)) for place, name in enumerate(names)]
        above: list[tuple[int, int, list[str]]] = []
    else:
        columns = [(place, 1, [end]) for place, (_, _, end) in enumerate(parts)]
        places = accumulate((count for _, count in groups), initial=0)
        above = [
            (place, count, _wrapped(start, step * count))
            for place, (start, count) in zip(places, groups, strict=False)
            if start
        ]
    below = max(len(lines) for _, _, lines in columns)
    heads = [*_stood(columns, step, 0), *_stood(above, step, below)]
    return heads, below + max((len(lines) for _, _, lines in above), default=0)


def _stood(heads: Sequence[tuple[int, int, list[str]]], step: int, above: int) -> Iterator[dict[str, object]]:
    """Lines of text that end so many lines above the squares, each over the middle of its columns."""
    for place, count, lines in heads:
        for number, line in enumerate(lines):
            yield {"x": (place + count / 2) * step, "y": (number - len(lines) - above) * 15 + 4, "label": line}


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, max(width // 7, 3), break_on_hyphens=True, break_long_words=False) or [""]


_SPECIFICATIONS = {
    ChartShape.BARS: _bars,
    ChartShape.STACKED: _stacked,
    ChartShape.LINES: _lines,
    ChartShape.DIFFERENCE: _bars,
    ChartShape.GRID: _grid,
}


# --- From a specification to an element of a page ---


_SVG = "http://www.w3.org/2000/svg"
# What a reader of the page gains nothing from: an image has no parts to those who hear its description.
_LONG_NUMBER = re.compile(r"(\d\.\d{2})\d+")
_NEEDLESS = ("class", "role", "aria-roledescription", "aria-hidden", "pointer-events", "font-family")


def _draw(specification: str) -> str:
    import vl_convert

    drawing: str = vl_convert.vegalite_to_svg(specification, vl_version=_VEGALITE)
    return drawing


def _element(drawing: str, description: str) -> str:
    """The drawing as an element of HTML: scaled by the page, named for those who do not see it, and without ballast."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawing)  # noqa: S314 (our own drawing, not somebody's file)
    _thin(root)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", description)
    return ElementTree.tostring(root, encoding="unicode")


def _thin(element: ElementTree.Element) -> None:
    for name in _NEEDLESS:
        element.attrib.pop(name, None)
    for name in ("opacity", "stroke-miterlimit"):
        if element.get(name) in {"1", "10"}:
            del element.attrib[name]
    for name in ("d", "transform"):
        if name in element.attrib:
            element.set(name, _LONG_NUMBER.sub(r"\1", element.attrib[name]))
    for child in list(element):
        _thin(child)
        kind = child.tag.removeprefix(f"{{{_SVG}}}")
        drawn = child.get("d") not in {"", "M0,0h0v0h0Z", None} if kind == "path" else kind != "g" or len(child) > 0
        if not drawn:
            element.remove(child)
