"""The map of departments as a sheet of a workbook: a cell for each department, where ``data/map/tiles.csv`` puts it.

The letter in a cell gives its state to those who see no colour, and on paper that has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crpv_cli import language
from crpv_cli.language import N_
from crpv_cli.output.shelf.tiles import Map, Tile, map_of, tiles_legend
from crpv_cli.output.workbook.book import INK, Book
from crpv_cli.result import Result

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_WIDTH, _HEIGHT = 7, 34.0
# The colours of the page's map in a light theme (``page/drawings/tiles.css``).
_LOOKS: dict[str, dict[str, object]] = {
    "covered": {"bg_color": "#BFDCF2"},
    "several": {"bg_color": "#12507B", "font_color": "#FFFFFF"},
    "uncovered": {"bg_color": "#F5B25A", "bold": True},
    "empty": {"bg_color": "#ECECEC", "font_color": "#4A4A4A"},
    "unknown": {"bg_color": "#FFFFFF", "font_color": "#4A4A4A"},
    "centre-1": {"bg_color": "#CFE3F5"},
    "centre-2": {"bg_color": "#F6DBA9"},
    "centre-3": {"bg_color": "#A6D09A"},
    "centre-4": {"bg_color": "#E9B9CB"},
    "centre-5": {"bg_color": "#B7B1DE"},
    "grade-1": {"bg_color": "#E6EFF8"},
    "grade-2": {"bg_color": "#B5D0E9"},
    "grade-3": {"bg_color": "#74A7D3"},
    "grade-4": {"bg_color": "#1F5A92", "font_color": "#FFFFFF"},
}
_LINE, _SERVED = 1, 5  # thin, thick


_SAID = {
    "coverage": N_("Each square shows the department, the letter of its state, and its number below."),
    "centre": N_("Each square shows the department, and below it the number of its centre."),
    "funding": N_("Each square shows the department, its grade, and below it thousands of euros."),
}


def write_map(book: Book, sheet: Worksheet, result: Result, top: int) -> None:
    """Draw a map, and its legend beneath.

    Args:
        book: the workbook.
        sheet: an empty sheet, or one whose first rows are taken.
        result: what ``territory_map`` gives.
        top: the first row of the map, counted from 0.
    """
    drawn = map_of(result)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.set_column(0, drawn.columns - 1, _WIDTH)
    for row in range(drawn.rows):
        sheet.set_row(top + row, _HEIGHT)
    for tile in drawn.tiles:
        book.text(sheet, top + tile.row, tile.column, _words(tile), **_look(tile))
    _name_overseas(book, sheet, drawn, top)
    row = top + drawn.rows + 1
    for entry in tiles_legend(result):
        look = {"align": "center", "border": _LINE, "border_color": "#767676", **_LOOKS[entry.look]}
        book.text(sheet, row, 0, entry.letter, **look)
        count = language.number(entry.departments)
        book.text(sheet, row, 1, f"{entry.label} ({count})", align="left", indent=1)
        row += 1
    said = language.text(_SAID[result.parameters["by"]])
    book.text(sheet, row + 1, 0, said, font_color="#4A4A4A")


def _words(tile: Tile) -> str:
    return f"{tile.department} {tile.letter}".rstrip() + f"\n{tile.number}"


def _look(tile: Tile) -> dict[str, object]:
    border = {"border": _SERVED, "border_color": "#000000"} if tile.served else {"border": _LINE}
    shade = {} if tile.served else {"border_color": "#FFFFFF" if tile.look != "unknown" else "#767676"}
    return {"align": "center", "valign": "vcenter", "text_wrap": True, **border, **shade, **_LOOKS[tile.look]}


def _name_overseas(book: Book, sheet: Worksheet, drawn: Map, top: int) -> None:
    if drawn.overseas is None:
        return
    column, row = drawn.overseas[0], drawn.overseas[1] - 1
    if row >= 0 and not any(tile.row == row and column <= tile.column <= column + 1 for tile in drawn.tiles):
        label = language.text(N_("Overseas"))
        book.text(sheet, top + row, column, label, bold=True, font_color=INK, valign="bottom")
