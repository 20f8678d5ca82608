"""The first sheet of a form of several tables: what is asked, by when, whom to send it back to, how to fill it in.

Loading passes it over, by the name that the hidden sheet has for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from crpv_cli import language
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output.workbook.book import ALERT, INK, Book, height_of
from crpv_cli.result import Form, FormBook

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FICTITIOUS = N_("FICTITIOUS: rows of this form are demonstration data.")
NAME = N_("Read me")

_ASKED = {
    "activities": N_(
        "What the centre did, mission by mission: meetings, training, support… with half-days and people."
    ),
    "evaluations": N_("How each core mission was evaluated, with its rating and what was recommended."),
    "funding": N_("What each funder was asked for, granted or paid, decision by decision."),
    "budgets": N_("The provisional budget, then the approved accounts, and the staff."),
    "governance": N_("Who sits where today: give a last day to those who left, and add those who came."),
    "contacts": N_("How to reach the centre: functional addresses, not a person's own."),
    "agreements": N_("The agreements with each funder, and what it commits."),
    "perimeters": N_("The departments that the centre serves."),
}
_LEFT, _RIGHT = 24, 92
_PALE, _LINE = "#5F6B76", "#BFC7D0"


def write_readme(book: Book, name: str, asked: FormBook, sheets: Mapping[str, str]) -> None:
    """Write the sheet; ``sheets`` are the names of the others, by table."""
    sheet = book.sheet(name)
    sheet.set_column(0, 0, _LEFT)
    sheet.set_column(1, 1, _RIGHT)
    sheet.hide_gridlines(2)
    sheet.set_portrait()
    row = _top(book, sheet, asked)
    row = _section(book, sheet, row, msg(N_("What is asked")))
    for form in asked.forms:
        link = f"internal:'{sheets[form.table.name].replace(chr(39), chr(39) * 2)}'!A1"
        look = book.look(font_color="#0B5CAD", underline=1, valign="top")
        sheet.write_url(row, 0, link, look, sheets[form.table.name])
        row = _line(book, sheet, row, 1, " ".join(message.text() for message in _about(form)))
    if asked.due_on is not None:
        row = _section(book, sheet, row, msg(N_("By when")))
        row = _line(book, sheet, row, 0, language.date(asked.due_on), bold=True, font_size=12)
    if asked.contact is not None:
        row = _section(book, sheet, row, msg(N_("Send it back to")))
        row = _line(book, sheet, row, 0, asked.contact, bold=True)
    row = _section(book, sheet, row, msg(N_("How to fill it in")))
    for number, message in enumerate(_how(asked), 1):
        row = _line(book, sheet, row, 0, f"{number}.  {message.text()}")
    if scales := dict.fromkeys(line for form in asked.forms for field in form.fields for line in field.legend):
        row = _section(book, sheet, row, msgs("Rating scale", "Rating scales", len(scales)))
        for line in scales:
            row = _line(book, sheet, row, 0, line)
    sheet.print_area(0, 0, row, 1)


def _top(book: Book, sheet: Worksheet, asked: FormBook) -> int:
    title = " · ".join(str(part) for part in (asked.centre_name or asked.centre, asked.year) if part is not None)
    title = title or language.text("All centres")
    book.text(sheet, 0, 0, title, bold=True, font_size=20, font_color=INK, num_format="General")
    sheet.set_row(0, 32)
    row = 1
    if asked.fictitious:
        for place in (0, 1):
            book.text(sheet, row, place, language.translate(FICTITIOUS) if place == 0 else "", **ALERT)
        row += 1
    return row


def _section(book: Book, sheet: Worksheet, row: int, title: Message) -> int:
    look = {
        "bold": True,
        "font_size": 13,
        "font_color": INK,
        "bottom": 1,
        "bottom_color": _LINE,
        "num_format": "General",
    }
    sheet.set_row(row, 14)
    for place in (0, 1):
        book.text(sheet, row + 1, place, title.text() if place == 0 else "", **look)
    sheet.set_row(row + 1, 22)
    return row + 2


def _line(book: Book, sheet: Worksheet, row: int, place: int, text: str, **look: object) -> int:
    """Write a text from a column to the right edge, on as many lines as it takes; returns the next row."""
    width = _RIGHT if place else _LEFT + _RIGHT
    if place:
        book.text(sheet, row, place, text, num_format="General", text_wrap=True, **look)
    else:
        whole = book.look(num_format="General", text_wrap=True, **look)
        sheet.merge_range(row, 0, row, 1, "", whole)
        sheet.write_string(row, 0, text, whole)
    sheet.set_row(row, (height_of([(text, int(1.1 * width))]) or 15.0) + 3)
    return row + 1


def _about(form: Form) -> Iterator[Message]:
    if (asked := _ASKED.get(form.table.name)) is not None:
        yield msg(asked)
    if form.rows:
        yield msgs("{count} row is prepared.", "{count} rows are prepared.", len(form.rows))


def _how(asked: FormBook) -> Iterator[Message]:
    yield msg("Fill in the white cells of each sheet. Grey cells are prepared: leave them as they are.")
    yield msg("Columns marked * are required. To read what a column means, point at its heading.")
    yield msg("Where a cell has a list, choose from it. More rows can be added below those that are there.")
    yield msg("What is not known stays empty: 0 means that there was none. A row left empty is skipped.")
    beside = next((field for form in asked.forms for field in form.fields if field.beside), None)
    if beside is not None:
        yield msg(
            "A funder that the list does not have is written beside it, in “{column}”, with what it is.",
            column=msg(beside.column.label),
        )
    if any(field.column.name == "half_days" for form in asked.forms for field in form.fields):
        yield msg("Half-days may be halves: {example}.", example=language.decimal(2.5))
    yield msg("Save the file under its name, as .xlsx or .ods, and send it back; sheets keep their names.")
