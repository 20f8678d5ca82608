"""Results as workbooks (``xlsx``): a first sheet that says what they are and leads to the others, one for each table.

The first sheet is called ``crpv``; loading passes it over (``OWN_SHEETS`` in ``intake/workbooks.py``). The sheets of
tables have their headings in the first row and load back unchanged. Those of the sections of a subject are set for
reading: title, table, notes and chart; one of which nothing is known takes a line of the first sheet instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Message, msg
from crpv_cli.output.shelf.about import (
    asked_of,
    asked_of_dossier,
    command_of,
    fictitious_alert,
    is_fictitious,
    named_sources,
    nothing_known,
)
from crpv_cli.output.shelf.cells import for_people
from crpv_cli.output.shelf.layout import facts_of, remaining, short_title
from crpv_cli.output.workbook.book import ALERT, INK, LONGEST_NAME, Book, height_of, refer
from crpv_cli.output.workbook.charts import draw, stands_beside
from crpv_cli.output.workbook.cover import LABEL_WIDTH, TEXT_WIDTH, Entry, write_cover
from crpv_cli.output.workbook.map import write_map
from crpv_cli.output.workbook.tables import Table, harmless, mark_fictitious, write_table
from crpv_cli.result import ChartShape, Dossier, Note, Result, Value

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_FACTS_ON_COVER = 6
# In characters: what a page of A4 on its side shows in a size that can be read.
_PAGE = 165
_NOTES_WIDTH = 70
_MAP_ACROSS = 14
_TITLE_HEIGHT = 24


def workbook(shown: Result | Dossier) -> bytes:
    """A workbook of one table with all its columns and its chart, or of one subject: its facts, then its sections.

    Raises:
        UsageProblem: a sheet of a workbook cannot hold it.
    """
    if isinstance(shown, Dossier):
        return _dossier_workbook(shown)
    return _workbook(shown.title, [shown], shown.notes, command_of(shown))


def tables_workbook(tables: Sequence[Result]) -> bytes:
    """A workbook of several tables, a sheet for each.

    Raises:
        UsageProblem: a sheet of a workbook cannot hold one of them.
    """
    notes = {(note.code, note.message.text("en")): note for table in tables for note in table.notes}
    return _workbook(msg(N_("The registry of the CRPV")), tables, list(notes.values()))


# --- Tables as they are ---


def _workbook(title: Message, tables: Sequence[Result], notes: Sequence[Note], command: str = "") -> bytes:
    book = Book(title.text())
    entries = [Entry(book.name(_table_name(result)), result) for result in tables]
    maps = [
        Entry(book.name(language.text(N_("Map"))), result, counted=False)
        for result in tables
        if result.rows and result.is_map
    ]
    write_cover(book, title, [*entries, *maps], notes, asked_of(tables), command=command)
    for entry in entries:
        _write_table(book, entry)
    for entry in maps:
        sheet = book.sheet(entry.name)
        write_map(book, sheet, entry.result, 0)
        mark_fictitious(sheet, entry.result.title.text(), entry.result)
    return book.content()


def _table_name(result: Result) -> str:
    """The name of a sheet: the label of the table, or what stands first in the title of a report."""
    if result.name in TABLES and not result.is_report:
        return language.translate(TABLES[result.name].label)
    return short_title(result)


def _write_table(book: Book, entry: Entry) -> None:
    sheet = book.sheet(entry.name)
    table = write_table(book, sheet, entry.name, entry.result)
    mark_fictitious(sheet, entry.result.title.text(), entry.result)
    if entry.result.chart is not None:
        row, column = (table.top, len(table.widths) + 1) if stands_beside(table) else (table.end + 1, 0)
        draw(book, sheet, table, row, column)


# --- The sections of a subject, for reading ---


def _dossier_workbook(dossier: Dossier) -> bytes:
    book = Book(dossier.title.text())
    title, asked, facts = dossier.title.text(), facts_of(dossier), list[Entry]()
    if len(dossier.facts.columns) > _FACTS_ON_COVER:
        asked = asked_of_dossier(dossier)
        facts.append(Entry(book.name(dossier.facts.title.text()), dossier.facts, counted=False))
    written: list[tuple[Entry, bool]] = []
    for section in dossier.sections:
        if not section.rows:
            continue
        written.append((Entry(book.name(_section_name(section)), section, counted=not section.is_map), section.is_map))
        if section.is_map:
            written.append((Entry(book.name(language.text(N_("The map as a table"))), section), False))
    entries = [*facts, *(entry for entry, _ in written)]
    nothing = [nothing_known(section) for section in dossier.sections if not section.rows]
    write_cover(book, dossier.title, entries, dossier.notes, asked, nothing, command_of(dossier), dossier)
    lists = [entry for entry in entries if entry.result.lists_sources]
    for entry in lists:
        book.sources = {
            id_: (entry.name, row) for row, id_ in enumerate(_ids(entry.result), _head_rows(entry.result) + 1)
        }
    for entry in facts:
        _write_facts(book, entry)
    for entry, is_map in written:
        (_write_map if is_map else _write_section)(book, entry, title)
    return book.content()


def _ids(sources: Result) -> list[str]:
    """The ids of the sources that a section lists, in its order."""
    return [str(row[sources.places["id"]]) for row in sources.rows]


def _section_name(section: Result) -> str:
    """The name of a section's sheet: what stands first in its title, or a shorter one if that is too long."""
    title = short_title(section)
    return section.short.text() if section.short and len(title) > LONGEST_NAME else title


def _write_facts(book: Book, entry: Entry) -> None:
    sheet, facts = book.sheet(entry.name), entry.result
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 1, TEXT_WIDTH)
    applying = [
        (value, column)
        for value, column in zip(facts.rows[0], facts.columns, strict=True)
        if value is not None or column.name not in facts.inapplicable
    ]
    for row, (value, column) in enumerate(applying):
        book.text(sheet, row, 0, language.translate(column.label), bold=True, font_color=INK)
        book.value(sheet, row, 1, value, column, align="left")
        sheet.set_row(row, height_of([(for_people(value, column), TEXT_WIDTH)]))
    sheet.set_landscape()
    sheet.set_header("&L&10&B" + harmless(facts.title.text()))


def _write_map(book: Book, entry: Entry, title: str) -> None:
    sheet = book.sheet(entry.name)
    top = _write_head(book, sheet, entry.result, _MAP_ACROSS)
    write_map(book, sheet, entry.result, top)
    mark_fictitious(sheet, title, entry.result)


def _write_section(book: Book, entry: Entry, title: str) -> None:
    sheet = book.sheet(entry.name)
    shown = for_readers(entry.result)
    top = _write_head(book, sheet, shown, len(shown.columns))
    table = write_table(book, sheet, entry.name, shown, top, _PAGE)
    mark_fictitious(sheet, title, shown)
    across = _across(table)
    notes = remaining(shown.notes)
    if 0 in table.widths:
        notes.append(language.text(N_("More columns are folded away: open them with the + above the headings.")))
    row = _write_notes(book, sheet, notes, table, across)
    row = _write_sources(book, sheet, entry.result, row)
    if shown.chart is None:
        return
    if stands_beside(table):
        draw(book, sheet, table, table.top, max(across, len(table.widths)) + 1)
    else:
        draw(book, sheet, table, row + 1, 0)


def _write_sources(book: Book, sheet: Worksheet, section: Result, row: int) -> int:
    """Lead from a table whose rows do not name their sources to each of them; returns the first row that is free."""
    whole = section.origin.sources if section.origin and named_sources(section) is None else {}
    places = [(book.sources[id_], title) for id_, title in whole.items() if id_ in book.sources]
    if not places or section.lists_sources:
        return row
    book.text(sheet, row, 0, language.text(N_("Sources of this table:")), font_color=INK)
    link = book.look(font_color=INK, underline=1)
    for (name, place), title in sorted(places):
        row += 1
        # XlsxWriter writes the words of a link into an attribute, where control characters would break the file.
        sheet.write_url(row, 0, f"internal:{refer(name, f'A{place + 1}')}", link, language.literal(title))
    return row + 1


def _head_rows(section: Result) -> int:
    """How many rows stand above the headings of a section's table: title, what it is, and a blank one."""
    shown = section.chart is not None and (section.is_map or section.chart.shape is ChartShape.GRID)
    return 2 + is_fictitious(section) + 2 * shown


def _write_head(book: Book, sheet: Worksheet, section: Result, across: int) -> int:
    """Write the title of a section, whether it is fictitious, and what its colours show; returns the next free row."""
    book.text(sheet, 0, 0, section.title.text(), bold=True, font_size=14, font_color=INK, valign="vcenter")
    sheet.set_row(0, _TITLE_HEIGHT)
    row = 1
    if is_fictitious(section):
        book.text(sheet, row, 0, fictitious_alert(section.notes), **ALERT)
        for column in range(1, across):
            book.text(sheet, row, column, "", **ALERT)
        row += 1
    if section.chart is not None and (section.is_map or section.chart.shape is ChartShape.GRID):
        for text in (section.chart.title.text(), section.chart.description.text()):
            book.text(sheet, row, 0, text, italic=True)
            row += 1
    return row + 1


def _across(table: Table) -> int:
    """How many columns the notes stand across: those of the table, and more beside a narrow one."""
    widths = [*table.widths, *[8] * (_NOTES_WIDTH // 8)]
    sums = list(accumulate(widths))
    return next(count for count, width in enumerate(sums, 1) if width >= _NOTES_WIDTH)


def _write_notes(book: Book, sheet: Worksheet, notes: Sequence[str], table: Table, across: int) -> int:
    """Write the notes beneath the table, and return the first row that is free."""
    row = table.end + 1 if notes else table.end
    width = sum([*table.widths, *[8] * across][:across])
    for note in notes:
        if across > 1:
            sheet.merge_range(row, 0, row, across - 1, "", book.look(text_wrap=True))
        book.text(sheet, row, 0, note, text_wrap=True)
        sheet.set_row(row, height_of([(note, width)]))
        row += 1
    return row


# --- What a reader needs of a section ---


def for_readers(section: Result) -> Result:
    """The columns that a reader needs: those that a screen shows first, then the others of which something is known.

    Codes that only programs need are left out, since their names stand beside them, and so is what says for each row
    whether it is fictitious, where all are or none is.
    """
    if not section.screen:
        return section
    drawn = (section.chart.category, *section.chart.values) if section.chart is not None else ()
    others = [column.name for column in section.columns if _is_read(column, section)]
    if section.is_map:
        drawn, others = (), [column.name for column in section.columns if column.emphasis]
    wanted = dict.fromkeys((*section.screen, *drawn, *others))
    # What the bars of a chart stand for stays, were it unknown in every row: activity of which no theme is given.
    names = [name for name in wanted if section.known(name) or name in drawn[:1]] or list(section.screen)
    kept = _only(section, [section.places[name] for name in names])
    return replace(kept, screen=tuple(name for name in section.screen if name in names))


def _is_read(column: Column, section: Result) -> bool:
    named = {other.over for other in section.columns} | {other.within for other in section.columns}
    if column.name in named or column.choices:
        return True
    if column.emphasis:
        return len({bool(row[section.places[column.name]]) for row in section.rows}) > 1
    return column.kind is not Kind.CODE


def _only(section: Result, places: Sequence[int]) -> Result:
    def cut(row: Sequence[Value]) -> tuple[Value, ...]:
        return tuple(row[place] for place in places)

    return replace(
        section,
        columns=tuple(section.columns[place] for place in places),
        rows=tuple(cut(row) for row in section.rows),
        total_row=cut(section.total_row) if section.total_row else None,
    )
