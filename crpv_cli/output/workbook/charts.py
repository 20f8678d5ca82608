"""Charts of a workbook: the spreadsheet's own, drawn from the cells of the table beside them.

They change with the cells, and hide what a filter hides. A grid of shares is no chart of a spreadsheet: its cells are
coloured. A map has a sheet of its own (``map.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.output.shelf.colours import COLOURS, GRADES
from crpv_cli.output.workbook.book import Book
from crpv_cli.output.workbook.tables import Table
from crpv_cli.result import Chart, ChartShape

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart as Drawing
    from xlsxwriter.worksheet import Worksheet

# In pixels; a page of A4 on its side is some 1,030 wide, and a little more is set smaller.
_WIDTH, _WIDEST, _PAGE = 640, 1000, 1250
_HEIGHT, _BAR, _AROUND = 340, 24, 130
_ON_ONE_PAGE = 30
# Dark enough to differ, light enough for black figures.
_LOWEST, _HIGHEST = "#FFFFFF", GRADES[2]
_ADDRESS = re.compile(r"!(?=\$?[A-Z]+\$?\d)")
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "star", "plus", "short_dash")
_AXIS = {
    Kind.MONEY: '#,##0 "€"',
    Kind.PERCENT: "0%",
    Kind.INTEGER: "#,##0",
}


def stands_beside(table: Table) -> bool:
    """Whether the chart of a table stands at its right; beneath a wide one it would be out of sight otherwise."""
    return _pixels(table.widths) + _WIDTH <= _PAGE


def draw(book: Book, sheet: Worksheet, table: Table, row: int, column: int) -> None:
    """Draw the chart of a table.

    Args:
        book: the workbook.
        sheet: the sheet of the table.
        table: the table, whose result has a chart.
        row: the row at which the chart starts.
        column: the column at which it starts.
    """
    wanted = table.result.chart
    assert wanted is not None
    if wanted.shape is ChartShape.GRID:
        _colour(sheet, table, wanted)
        return
    series = _series(table, wanted)
    if table.result.is_map or not series:
        return
    kind, options = _type(wanted, table.result.column(wanted.category))
    chart = book.chart({"type": kind, **options})
    for place, name in enumerate(series):
        chart.add_series(_drawn(table, wanted, name, place, len(series)))
    chart.set_title({"name": _shown(wanted.title.text()), "overlay": False, "name_font": {"size": 12, "bold": True}})
    _axes(chart, kind, table.result.column(wanted.category), table.result.column(series[0]))
    chart.set_legend({"none": True} if len(series) == 1 else {"position": "bottom"})
    chart.show_blanks_as("gap")
    width = _WIDTH if stands_beside(table) else min(max(_pixels(table.widths), _WIDTH), _WIDEST)
    height = max(_HEIGHT, _BAR * _rows(table, wanted) + _AROUND) if kind == "bar" else _HEIGHT
    chart.set_size({"width": width, "height": height})
    # It moves with the cells and keeps its size when a filter hides rows.
    if len(table.result.rows) <= _ON_ONE_PAGE:
        sheet.fit_to_pages(1, 1)  # a drawing would be cut at the end of a page
    sheet.insert_chart(row, column, chart, {"description": wanted.description.text(), "object_position": 2})


def _pixels(widths: Sequence[int]) -> int:
    return sum(7 * width + 5 for width in widths if width)


def _shown(title: str) -> str:
    """A title that stays a text: XlsxWriter takes what has ``!A1`` in it for the address of a cell."""
    return _ADDRESS.sub("!\u2060", title)


def _rows(table: Table, chart: Chart) -> int:
    """How many rows are drawn."""
    return len(table.result.rows[: chart.first])


def _series(table: Table, chart: Chart) -> list[str]:
    """The columns of which something is known: another would be a name without a mark."""
    return [
        name
        for name in chart.values
        if name in table.result.places
        and any(isinstance(row[table.result.places[name]], int | float) for row in table.result.rows)
    ]


def _type(chart: Chart, category: Column) -> tuple[str, dict[str, str]]:
    """The spreadsheet's type of chart: years run from left to right, names stand beneath each other."""
    if chart.shape is ChartShape.LINES:
        return "line", {}
    kind = "column" if category.kind is Kind.YEAR else "bar"
    return kind, {"subtype": "stacked"} if chart.shape is ChartShape.STACKED else {}


def _drawn(table: Table, chart: Chart, name: str, number: int, count: int) -> dict[str, Any]:
    colour, place, category = (
        COLOURS[number % len(COLOURS)],
        table.result.places[name],
        table.result.places[chart.category],
    )
    last = table.top + _rows(table, chart)
    cells = {
        "name": [table.sheet, table.top, place],
        "categories": [table.sheet, table.first, category, last, category],
        "values": [table.sheet, table.first, place, last, place],
    }
    if chart.shape is ChartShape.LINES:
        marker = {"type": _MARKERS[number % len(_MARKERS)], "size": 7, "fill": {"color": colour}}
        line = {"color": colour, "width": 2}
        return {**cells, "line": line, "marker": {**marker, "border": {"color": colour}}}
    bars = {**cells, "fill": {"color": colour}, "border": {"color": "#FFFFFF", "width": 0.5}, "gap": 45}
    if chart.marked in table.result.places:
        flag = table.result.places[chart.marked]
        hollow = {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": colour, "bg_color": "#FFFFFF"}}
        drawn = table.result.rows[: chart.first]
        bars["points"] = [hollow if row[flag] is False else None for row in drawn]
    if count == 1:
        bars["data_labels"] = {"value": True, "num_format": _format(table.result.columns[place])}
    return bars


def _format(column: Column) -> str:
    return _AXIS.get(column.kind, "General")


def _axes(chart: Drawing, kind: str, category: Column, values: Column) -> None:
    names: dict[str, Any] = {"num_format": "0" if category.kind is Kind.YEAR else "@", "num_font": {"size": 9}}
    if kind == "bar":
        # The first row on top, as in the table, and the figures of the axis still at the bottom.
        names |= {"reverse": True, "crossing": "max", "interval_unit": 1}
    figures = {
        "num_format": _format(values),
        "num_font": {"size": 9},
        "major_gridlines": {"visible": True, "line": {"color": "#D5D9DE", "width": 0.75}},
        **({"min": 0, "max": 1} if values.kind is Kind.PERCENT and kind == "line" else {}),
    }
    names["major_gridlines"] = {"visible": False}
    # For XlsxWriter x is the axis at the bottom, whatever stands on it.
    chart.set_x_axis(figures if kind == "bar" else names)
    chart.set_y_axis(names if kind == "bar" else figures)


def _colour(sheet: Worksheet, table: Table, chart: Chart) -> None:
    """Colour the cells of a grid by their share; the figure in each says the same to those who see no colour."""
    scale = {
        "type": "2_color_scale",
        "min_type": "num",
        "min_value": 0,
        "min_color": _LOWEST,
        "max_type": "num",
        "max_value": 1,
        "max_color": _HIGHEST,
    }
    for name in _series(table, chart):
        place = table.result.places[name]
        sheet.conditional_format(table.first, place, table.last, place, scale)
