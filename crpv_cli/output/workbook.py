"""Results as workbooks (``xlsx``): a first sheet that says what they are, then one sheet for each table.

The first sheet is called ``crpv``; loading passes it over (``OWN_SHEETS`` in ``intake/workbooks.py``). The sheets of
tables have their headings in the first row and load back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from crpv_cli import __version__, language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Message, msg
from crpv_cli.output.about import PARAMETERS, WORDS
from crpv_cli.output.book import ALERT, AMBER, COVER, INK, LINE, Book, height_of, refer, width_of
from crpv_cli.output.cells import for_people
from crpv_cli.output.delimited import headings
from crpv_cli.result import Note, Result, Sheet

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["result_workbook", "sheet_workbook", "tables_workbook"]

_LABEL_WIDTH, _TEXT_WIDTH = 24, 100
# A first column that is narrow stays in sight when a wide table is scrolled sideways.
_FROZEN_FROM, _FROZEN_WIDTH = 7, 30


def result_workbook(result: Result) -> bytes:
    """A workbook of one table, list, report or query, with all its columns."""
    return _workbook(result.title, [result], result.notes)


def tables_workbook(tables: Sequence[Result]) -> bytes:
    """A workbook of several tables, a sheet for each."""
    notes = {(note.code, note.message.text("en")): note for table in tables for note in table.notes}
    return _workbook(msg(N_("The registry of the CRPV")), tables, list(notes.values()))


def sheet_workbook(sheet: Sheet) -> bytes:
    """A workbook of one subject: its facts as a list, then a sheet for each section."""
    return _workbook(sheet.title, sheet.sections, sheet.notes, sheet.facts)


def _workbook(title: Message, tables: Sequence[Result], notes: Sequence[Note], facts: Result | None = None) -> bytes:
    book = Book(title.text())
    results = [*([facts] if facts else []), *tables]
    names = [book.name(_short_title(result, facts is None)) for result in results]
    cover = book.sheet(COVER)
    _Cover(book, cover).write(title, results, names, notes)
    for name, result in zip(names, results, strict=True):
        if result is facts:
            _write_facts(book, name, result)
        else:
            _write_table(book, name, result)
    return book.content()


def _short_title(result: Result, alone: bool) -> str:
    """The name of a sheet: the label of the table, or what stands first in the title of a report or a section."""
    if alone and result.name in TABLES and not result.is_report:
        return language.translate(TABLES[result.name].label)
    return result.title.text().partition(":")[0].partition(" (")[0].strip()


def _alerts(notes: Iterable[Note]) -> list[Note]:
    return [note for note in notes if "fictitious" in note.code]


def _rests(result: Result) -> bool:
    return result.fictitious or any(note.code.startswith("fictitious") for note in result.notes)


def _write_facts(book: Book, name: str, facts: Result) -> None:
    sheet = book.sheet(name)
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _TEXT_WIDTH)
    for row, (value, column) in enumerate(zip(facts.rows[0], facts.columns, strict=True)):
        book.text(sheet, row, 0, language.translate(column.label), bold=True, font_color=INK)
        book.value(sheet, row, 1, value, column, align="left")
        sheet.set_row(row, height_of([(for_people(value, column), _TEXT_WIDTH)]))
    sheet.set_header("&L&10&B" + _harmless(facts.title.text()))


def _write_table(book: Book, name: str, result: Result) -> None:
    labels = headings(result)
    book.bounds(len(result.rows) + 2, len(labels))
    sheet = book.sheet(name)
    footer = [result.total_row] if result.total_row else []
    widths = []
    for place, (column, label) in enumerate(zip(result.columns, labels, strict=True)):
        book.heading(sheet, 0, place, label, column)
        width = width_of(column, label, [row[place] for row in (*result.rows, *footer)])
        # Cells that are still empty have the format of their column too: 01 typed there stays 01.
        sheet.set_column(place, place, width, book.column(column))
        widths.append(width)
    sheet.set_row(0, height_of([(label, width - 2) for label, width in zip(labels, widths, strict=True)]) or LINE + 3)
    for line, row in enumerate(result.rows, 1):
        texts = []
        for place, (value, column) in enumerate(zip(row, result.columns, strict=True)):
            book.value(sheet, line, place, value, column)
            if isinstance(value, str | tuple):
                texts.append((for_people(value, column), widths[place]))
        sheet.set_row(line, height_of(texts))
    for row in footer:
        _write_total(book, sheet, len(result.rows) + 1, row, result.columns)
    sheet.autofilter(0, 0, len(result.rows), len(labels) - 1)
    sheet.freeze_panes(1, 1 if len(labels) >= _FROZEN_FROM and widths[0] <= _FROZEN_WIDTH else 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    alert = next((note.message.text() for note in _alerts(result.notes) if _rests(result)), "")
    sheet.set_header(f"&L&10&B{_harmless(result.title.text())}&R&10{_harmless(alert)}")
    if _rests(result):
        sheet.set_tab_color(AMBER)


def _write_total(book: Book, sheet: Worksheet, line: int, row: Sequence[object], columns: Sequence[Column]) -> None:
    look: dict[str, object] = {"bold": True, "top": 1, "top_color": INK}
    for place, (value, column) in enumerate(zip(row, columns, strict=True)):
        if value is None:
            book.text(sheet, line, place, language.text("Total") if place == 0 else "", **look)
        else:
            book.value(sheet, line, place, value, column, **look)  # type: ignore[arg-type]


def _harmless(text: str) -> str:
    """A text for the head of a page, where ``&`` starts a command and 255 characters are all there is."""
    return text[:100].replace("&", "&&")


_FLAG = Column("flag", "", Kind.FLAG)


class _Cover:
    """The first sheet: labels in the first column, what they are about in the second."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book = book
        self.sheet = sheet
        self.row = 0

    def write(self, title: Message, results: Sequence[Result], names: Sequence[str], notes: Sequence[Note]) -> None:
        self.sheet.set_column(0, 0, _LABEL_WIDTH)
        self.sheet.set_column(1, 1, _TEXT_WIDTH)
        self.sheet.hide_gridlines(2)
        self.book.text(self.sheet, 0, 0, title.text(), bold=True, font_size=16, font_color=INK)
        self.sheet.set_row(0, 26)
        self.row = 1
        drawn = [result for result in results if result.origin]
        if drawn:
            self._demonstration(results, names, notes)
        self.row += 1
        if drawn:
            self._asked(results)
            self._registry(drawn)
        self._line(N_("Written by"), f"crpv {__version__}")
        others = [note for note in notes if note not in _alerts(notes)]
        self._section(N_("Notes"), [note.message.text() for note in others])
        self._sheets(results, names)
        titles = {identifier: title for result in drawn if result.origin for identifier, title in _sources(result)}
        self._section(N_("Sources"), [f"{titles[identifier]} ({identifier})" for identifier in sorted(titles)])

    def _line(self, label: str, text: str, **look: object) -> None:
        label_look = {"bold": True, "font_color": INK} | look
        self.book.text(self.sheet, self.row, 0, language.translate(label), **label_look)
        self.book.text(self.sheet, self.row, 1, text, text_wrap=True, **look)
        self.sheet.set_row(self.row, height_of([(text, _TEXT_WIDTH)]))
        self.row += 1

    def _section(self, label: str, texts: Sequence[str]) -> None:
        if texts:
            self.row += 1
        for number, text in enumerate(texts):
            self._line(label if number == 0 else "", text)

    def _demonstration(self, results: Sequence[Result], names: Sequence[str], notes: Sequence[Note]) -> None:
        """Say whether made-up data is in the workbook, where, and in the registry."""
        alerts = _alerts(notes)
        made_up = [name for name, result in zip(names, results, strict=True) if _rests(result)]
        for note in alerts:
            if note.code.startswith("fictitious"):
                self._line(N_("Demonstration data"), note.message.text(), **ALERT)
        if made_up and len(results) > 1:
            sheets = language.text("In the sheets: {sheets}.", sheets=made_up)
            self._line("", sheets, **ALERT)
        if any(note.code.startswith("fictitious") for note in alerts):
            return
        said = " ".join(note.message.text() for note in alerts)
        none = language.text("None in this file.")
        self._line(N_("Demonstration data"), f"{none} {said}".strip())

    def _asked(self, results: Sequence[Result]) -> None:
        asked: Mapping[str, object] = {}
        for result in results:
            asked = {**result.parameters, **asked}
        as_of = asked.get("as_of")
        if "sql" not in asked:
            self._line(N_("As of"), language.date(as_of) if isinstance(as_of, str) else language.text("all dates"))
        for name in [*PARAMETERS, *(name for name in asked if name not in {"as_of", *PARAMETERS})]:
            label, value = PARAMETERS.get(name, name), asked.get(name)
            if isinstance(value, bool):
                self._line(label, for_people(value, _FLAG))
            elif value is not None:
                self._line(label, language.translate(WORDS.get(name, {}).get(str(value), str(value))))

    def _registry(self, drawn: Sequence[Result]) -> None:
        origin = next(result.origin for result in drawn if result.origin)
        if origin.load is not None and origin.loaded_at is not None:
            state = language.text(
                "as it was after load {load}, on {date}",
                load=str(origin.load),
                date=language.Day(origin.loaded_at[:10]),
            )
            self._line(N_("Registry"), state)

    def _sheets(self, results: Sequence[Result], names: Sequence[str]) -> None:
        """Name the sheets, where there are several, with a way to each and how many rows it has."""
        if len(names) == 1:
            return
        self.row += 1
        link = self.book.look(font_color=INK, underline=1)
        for number, (name, result) in enumerate(zip(names, results, strict=True)):
            label = language.text("Sheets") if number == 0 else ""
            self.book.text(self.sheet, self.row, 0, label, bold=True, font_color=INK)
            rows = language.msgs("{count} row", "{count} rows", len(result.rows)).text()
            self.sheet.write_url(self.row, 1, f"internal:{refer(name, 'A1')}", link, f"{name} ({rows})")
            self.row += 1


def _sources(result: Result) -> list[tuple[str, str]]:
    """The sources of the rows as they stand in the sheet: a list may have been cut since they were looked up."""
    assert result.origin is not None
    places = [place for place, column in enumerate(result.columns) if column.name == "source"]
    named = {row[place] for row in result.rows for place in places}
    return [(key, title) for key, title in result.origin.sources.items() if not places or key in named]
