"""The first sheet of a workbook: what it is, what was asked, where its sheets are, what is not known, its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crpv_cli import __version__, language
from crpv_cli.language import N_, Message
from crpv_cli.output.shelf.about import Source, cited, fictitious_notes, is_fictitious, licence, registry_state
from crpv_cli.output.shelf.layout import alerts, findings, opening, remaining
from crpv_cli.output.workbook.book import ALERT, COVER, INK, Book, height_of, refer
from crpv_cli.result import Dossier, Note, Result

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

LABEL_WIDTH, TEXT_WIDTH = 29, 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A sheet of the workbook: its name, the result that it shows, and whether it is a table with rows to count."""

    name: str
    result: Result
    counted: bool = True


def write_cover(
    book: Book,
    title: Message,
    entries: Sequence[Entry],
    notes: Sequence[Note],
    asked: Sequence[tuple[str, str]],
    missing: Sequence[str] = (),
    command: str = "",
    subject: Dossier | None = None,
) -> None:
    """Add the first sheet: labels in the first column, what they are about in the second.

    Args:
        book: the workbook, which has no sheet yet.
        title: what it is about.
        entries: the sheets that follow.
        notes: what the reader must know of all of it.
        asked: labels and values of what was asked.
        missing: a line for each part that has no sheet, since nothing is known of it.
        command: the command line that gives the same workbook again; empty if there is none.
        subject: the dossier that the workbook shows, whose sentence, key figures and findings open it; None for tables.
    """
    cover = _Cover(book, book.sheet(COVER))
    drawn = [entry.result for entry in entries if entry.result.origin]
    cover.title(title.text())
    if drawn:
        cover.demonstration(entries, notes)
    if subject is not None:
        cover.opening(subject)
    cover.row += 1
    for label, text in asked if drawn else ():
        cover.line(label, text)
    state = registry_state([result.origin for result in drawn if result.origin])
    if state:
        cover.line(language.text(N_("Registry")), state)
    cover.line(language.text(N_("Licence")), licence())
    cover.line(language.text(N_("Written by")), f"crpv {__version__}")
    if command:
        cover.line(language.text(N_("To reproduce it")), command)
    cover.section(N_("Notes"), remaining(notes))
    cover.contents(entries)
    cover.section(N_("Not known"), missing)
    sources = cited(drawn, [entry.result for entry in entries])
    cover.section(N_("Sources"), [_source(source) for source in sources])


def _source(source: Source) -> str:
    """A source in a line: title, address, when it was read and where in it, and its id."""
    consulted = language.text(N_("consulted: {date}"), date=language.Day(source.consulted)) if source.consulted else ""
    words = [source.title, source.address, consulted, source.place]
    return f"{', '.join(word for word in words if word)} ({source.id})"


class _Cover:
    """The sheet, and the row that is written next."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book = book
        self.sheet = sheet
        self.row = 0

    def title(self, text: str) -> None:
        self.sheet.set_column(0, 0, LABEL_WIDTH)
        self.sheet.set_column(1, 1, TEXT_WIDTH)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.book.text(self.sheet, 0, 0, text, bold=True, font_size=16, font_color=INK)
        self.sheet.set_row(0, 26)
        self.row = 1

    def line(self, label: str, text: str, **look: object) -> None:
        self.book.text(self.sheet, self.row, 0, label, **{"bold": True, "font_color": INK} | look)
        self.book.text(self.sheet, self.row, 1, text, text_wrap=True, **look)
        self.sheet.set_row(self.row, height_of([(text, TEXT_WIDTH)]))
        self.row += 1

    def section(self, label: str, texts: Sequence[str]) -> None:
        if texts:
            self.row += 1
        for number, text in enumerate(texts):
            self.line(language.text(label) if number == 0 else "", text)

    def opening(self, subject: Dossier) -> None:
        """Say the subject in one sentence, then its key figures, then what each of its parts says."""
        if subject.headline is not None:
            self.row += 1
            self.line("", subject.headline.text(), bold=True)
        for lines in (opening(subject), findings(subject)):
            self.row += 1
            for label, text in lines:
                self.line(label, text)

    def demonstration(self, entries: Sequence[Entry], notes: Sequence[Note]) -> None:
        """Say whether fictitious data is in the workbook, where, and in the registry."""
        label = language.text(N_("Demonstration data"))
        warnings = alerts(fictitious_notes(notes))
        for text in warnings:
            self.line(label, text, **ALERT)
        fictitious_sheets = [entry.name for entry in entries if is_fictitious(entry.result)]
        if fictitious_sheets and len(entries) > 1:
            self.line("", language.text("In the sheets: {sheets}.", sheets=fictitious_sheets), **ALERT)
        if not warnings:
            none = language.text("None in this file.")
            self.line(label, " ".join([none, *alerts(notes)]))

    def contents(self, entries: Sequence[Entry]) -> None:
        """Name the sheets, where there are several, with a way to each and how many rows it has."""
        if len(entries) == 1:
            return
        self.row += 1
        link = self.book.look(font_color=INK, underline=1)
        for number, entry in enumerate(entries):
            label = language.text("Sheets") if number == 0 else ""
            self.book.text(self.sheet, self.row, 0, label, bold=True, font_color=INK)
            rows = language.msgs("{count} row", "{count} rows", len(entry.result.rows)).text()
            shown = f"{entry.name} ({rows})" if entry.counted else entry.name
            self.sheet.write_url(self.row, 1, f"internal:{refer(entry.name, 'A1')}", link, shown)
            self.row += 1
