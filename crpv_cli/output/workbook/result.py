"""Results as workbooks (``xlsx``): a first sheet that says what they are, then one sheet for each table.

The first sheet is called ``crpv``; loading passes it over (``OWN_SHEETS`` in ``intake/workbooks.py``). The sheets of
tables have their headings in the first row and load back unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

from crpv_cli import language
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Message, msg
from crpv_cli.output.shelf.about import command_of
from crpv_cli.output.workbook.book import Book
from crpv_cli.output.workbook.charts import draw, stands_beside
from crpv_cli.output.workbook.cover import Entry, asked_of_all, write_cover
from crpv_cli.output.workbook.map import write_map
from crpv_cli.output.workbook.tables import mark_made_up, write_table
from crpv_cli.result import ChartShape, Note, Result

__all__ = ["result_workbook", "tables_workbook"]


def result_workbook(result: Result) -> bytes:
    """A workbook of one table, list, report or query, with all its columns and its chart.

    Raises:
        UsageProblem: a sheet of a workbook cannot hold it.
    """
    return _workbook(result.title, [result], result.notes, command_of(result))


def tables_workbook(tables: Sequence[Result]) -> bytes:
    """A workbook of several tables, a sheet for each.

    Raises:
        UsageProblem: a sheet of a workbook cannot hold one of them.
    """
    notes = {(note.code, note.message.text("en")): note for table in tables for note in table.notes}
    return _workbook(msg(N_("The registry of the CRPV")), tables, list(notes.values()))


def _workbook(title: Message, tables: Sequence[Result], notes: Sequence[Note], command: str = "") -> bytes:
    book = Book(title.text())
    entries = [Entry(book.name(_short_title(result)), result) for result in tables]
    maps = [
        Entry(book.name(language.text(N_("Map"))), result, counted=False)
        for result in tables
        if result.rows and result.chart is not None and result.chart.shape is ChartShape.TILES
    ]
    write_cover(book, title, [*entries, *maps], notes, asked_of_all(tables), command=command)
    for entry in entries:
        _write_table(book, entry)
    for entry in maps:
        sheet = book.sheet(entry.name)
        write_map(book, sheet, entry.result, 0)
        mark_made_up(sheet, entry.result.title.text(), entry.result)
    return book.content()


def _short_title(result: Result) -> str:
    """The name of a sheet: the label of the table, or what stands first in the title of a report."""
    if result.name in TABLES and not result.is_report:
        return language.translate(TABLES[result.name].label)
    return result.title.text().partition(":")[0].partition(" (")[0].strip()


def _write_table(book: Book, entry: Entry) -> None:
    sheet = book.sheet(entry.name)
    table = write_table(book, sheet, entry.name, entry.result)
    mark_made_up(sheet, entry.result.title.text(), entry.result)
    if entry.result.chart is not None:
        row, column = (table.top, len(table.widths) + 1) if stands_beside(table) else (table.end + 1, 0)
        draw(book, sheet, table, row, column)
