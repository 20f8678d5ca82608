"""A table of a workbook: its headings, typed cells and total, set up to be read, filtered and printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crpv_cli import language
from crpv_cli.definitions.columns import Column
from crpv_cli.output.shelf.about import fictitious_alert, ids_in, is_fictitious
from crpv_cli.output.shelf.cells import for_people
from crpv_cli.output.shelf.layout import named_once
from crpv_cli.output.workbook.book import AMBER, INK, LINE, Book, height_of, refer, width_of
from crpv_cli.result import Result

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# A first column that is narrow stays in sight when a wide table is scrolled sideways.
_FROZEN_FROM, _FROZEN_WIDTH = 7, 30


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table is in its sheet; rows and columns are counted from 0.

    Attributes:
        sheet: the sheet's name.
        result: what the table shows, a column of the sheet for each of its columns.
        top: the row of the headings.
        widths: the width of each column, in characters; 0 for one that is folded away.
    """

    sheet: str
    result: Result
    top: int
    widths: tuple[int, ...]

    @property
    def first(self) -> int:
        """The row of the first values."""
        return self.top + 1

    @property
    def last(self) -> int:
        """The row of the last values, the total not counted."""
        return self.top + len(self.result.rows)

    @property
    def end(self) -> int:
        """The first row beneath the table."""
        return self.last + (2 if self.result.total_row else 1)


def write_table(
    book: Book, sheet: Worksheet, name: str, result: Result, top: int = 0, page: int | None = None
) -> Table:
    """Write a result into a sheet, its headings in the row ``top``.

    With ``page``, a number of characters, the columns that would make the table wider are folded away, but for those
    that a screen shows: a table of thirty columns cannot be read on paper.

    Raises:
        UsageProblem: a sheet cannot hold it.
    """
    labels = named_once(result.columns)
    book.bounds(top + len(result.rows) + 2, len(labels))
    footer = [result.total_row] if result.total_row else []
    widths = [
        width_of(column, label, [row[place] for row in (*result.rows, *footer)])
        for place, (column, label) in enumerate(zip(result.columns, labels, strict=True))
    ]
    folded = set() if page is None else _folded(result, widths, page)
    for place, (column, label) in enumerate(zip(result.columns, labels, strict=True)):
        book.heading(sheet, top, place, label, column)
        # Cells that are still empty have the format of their column too: 01 typed there stays 01.
        fold = {"level": 1, "hidden": True} if place in folded else {"collapsed": place - 1 in folded}
        sheet.set_column(place, place, widths[place], book.column(column), fold)
    if len(labels) - 1 in folded:
        sheet.set_column(len(labels), len(labels), None, None, {"collapsed": True})
    sheet.set_row(top, height_of([(label, width - 2) for label, width in zip(labels, widths, strict=True)]) or LINE + 3)
    for line, row in enumerate(result.rows, top + 1):
        texts = []
        for place, (value, column) in enumerate(zip(row, result.columns, strict=True)):
            book.value(sheet, line, place, value, column)
            file = row[result.places[column.link]] if column.link else None
            if isinstance(file, str) and file:
                link = book.look(font_color=INK, underline=1, align="left", indent=1)
                sheet.write_url(line, place, f"external:{file}", link, for_people(value, column))
            listed = [id_ for id_ in ids_in(value) if id_ in book.sources] if column.refers == "sources" else []
            if listed:  # a cell leads to one place: to the first of its sources
                name, place_there = min(book.sources[id_] for id_ in listed)
                link = book.look(font_color=INK, underline=1, align="left", indent=1, text_wrap=True)
                address = f"internal:{refer(name, f'A{place_there + 1}')}"
                sheet.write_url(line, place, address, link, for_people(value, column))
            if not isinstance(value, int | float | None):
                texts.append((for_people(value, column), widths[place]))
        sheet.set_row(line, height_of(texts))
    shown = tuple(0 if place in folded else width for place, width in enumerate(widths))
    table = Table(name, result, top, shown)
    for row in footer:
        _write_total(book, sheet, table.last + 1, row, result.columns)
    sheet.autofilter(top, 0, table.last, len(labels) - 1)
    sheet.freeze_panes(top + 1, 1 if len(labels) >= _FROZEN_FROM and widths[0] <= _FROZEN_WIDTH else 0)
    sheet.repeat_rows(top)
    sheet.set_landscape()
    return table


def _folded(result: Result, widths: Sequence[int], page: int) -> set[int]:
    """The places of the columns that do not fit in a page.

    What a screen shows, what a chart draws and what nobody should miss is never folded away.
    """
    drawn = (result.chart.category, *result.chart.values) if result.chart is not None else ()
    names = {*result.screen, *drawn}
    kept = {place for place, column in enumerate(result.columns) if column.emphasis or column.name in names}
    room = page - sum(widths[place] for place in kept)
    folded: set[int] = set()
    for place, width in enumerate(widths):
        if place in kept:
            continue
        room -= width
        if folded or room < 0:  # from the first that does not fit on: what is folded stands together
            folded.add(place)
    return folded


def mark_fictitious(sheet: Worksheet, title: str, result: Result) -> None:
    """Put a title at the head of the printed pages, and beside it that figures are fictitious, if they are."""
    rests = is_fictitious(result)
    alert = fictitious_alert(result.notes) if rests else ""
    sheet.set_header(f"&L&10&B{harmless(title)}&R&10{harmless(alert)}")
    if rests:
        sheet.set_tab_color(AMBER)


def harmless(text: str) -> str:
    """A text for the head of a page, where ``&`` starts a command and 255 characters are all there is."""
    return text[:100].replace("&", "&&")


def _write_total(book: Book, sheet: Worksheet, line: int, row: Sequence[object], columns: Sequence[Column]) -> None:
    look: dict[str, object] = {"bold": True, "top": 1, "top_color": INK}
    for place, (value, column) in enumerate(zip(row, columns, strict=True)):
        if value is None:
            book.text(sheet, line, place, language.text("Total") if place == 0 else "", **look)
        else:
            book.value(sheet, line, place, value, column, **look)  # type: ignore[arg-type]
