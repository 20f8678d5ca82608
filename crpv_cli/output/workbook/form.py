"""A form to send out: a workbook that a person fills in and that comes back right.

Each table has a sheet with its name in the reader's language: a title, instructions, the headings (each with its
explanation as a comment, those of required columns followed by ``*``), the prepared rows and blank ones. People see the
names of centres, missions, funders and scales, never ids. Where several tables are asked for, a cover comes first
(``readme``); what crpv needs to know when it comes back is in a hidden sheet (``hidden``).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.output.shelf.cells import for_people
from crpv_cli.output.workbook.book import ALERT, AMBER, INK, Book, height_of, width_of
from crpv_cli.output.workbook.hidden import Hidden
from crpv_cli.output.workbook.readme import FICTITIOUS, NAME, write_readme
from crpv_cli.result import Field, Form, FormBook, FormRow

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_LINE_COLOUR, _GREY, _GREY_INK, _PALE_INK = "#BFC7D0", "#E6E9ED", "#4A5560", "#5F6B76"
# How many rows are checked as they are filled in, and how many blank ones are drawn beneath prepared ones.
_CHECKED, _BEYOND, _BLANK = 200, 50, 10
_LEGEND = 6
# A name as long as a sentence is wrapped in its cell, and the arrow of the list needs room.
_LONGEST_NAME, _ARROW = 34, 4
_NARROWEST = {Kind.TEXT: 20, Kind.MONEY: 17, Kind.DATE: 13, Kind.PARTIAL_DATE: 13, Kind.CODES: 24}
_NARROWEST_CODE = 14
_PROSE_WIDTH = 42
_HEADING = 24.0
# What a spreadsheet takes for a check: a title, a message.
_TITLE, _MESSAGE = 32, 255


def form_workbook(asked: FormBook) -> bytes:
    """Set forms as one workbook; a form of many rows has as many as it needs."""
    title = " · ".join(
        str(part)
        for part in (
            *(language.translate(form.table.label) for form in asked.forms[:1] if len(asked.forms) == 1),
            asked.year,
            asked.centre_name or asked.centre,
        )
        if part is not None
    )
    book = Book(title)
    cover = book.name(language.translate(NAME)) if asked.covered else None
    sheets = [_FormSheet(book, form) for form in asked.forms]
    names = {one.form.table.name: one.name for one in sheets}
    hidden = Hidden(
        asked,
        {(one.form.table.name, field): one.lists[field.column.name] for one in sheets for field in one.form.fields},
    )
    if cover is not None:
        write_readme(book, cover, asked, names)
    for one in sheets:
        one.write(hidden.lists_of(one.form.table.name))
    hidden.write(book, names, cover)
    return book.content()


def _yes_no() -> tuple[str, ...]:
    flag = Column("flag", "", Kind.FLAG)
    return for_people(True, flag), for_people(False, flag)


class _FormSheet:
    """The sheet of one table."""

    def __init__(self, book: Book, form: Form) -> None:
        self.form = form
        self.label = language.translate(form.table.label)
        self.title = " · ".join(
            str(part) for part in (self.label, form.year, form.centre_name or form.centre) if part is not None
        )
        self.book = book
        self.name = book.name(self.label)
        self.lists = {field.column.name: self._choices(field) for field in form.fields}

    def _choices(self, field: Field) -> tuple[str, ...]:
        """What may be chosen in a column, as its cells have it."""
        if field.column.choices:
            return tuple(language.translate(choice.label) for choice in field.column.choices)
        if field.column.kind is Kind.FLAG:
            return _yes_no()
        return field.names or field.choices

    def write(self, lists: Mapping[str, str]) -> None:
        """Write the sheet; ``lists`` are the addresses of the lists of its columns."""
        sheet = self.book.sheet(self.name)
        header = self._top(sheet)
        self._headings(sheet, header)
        self._rows(sheet, header + 1)
        self._checks(sheet, header + 1, lists)
        sheet.freeze_panes(header + 1, 0)
        sheet.set_landscape()
        sheet.repeat_rows(header)
        sheet.hide_gridlines(2)
        drawn = len(self.form.rows) + (_BLANK if self.form.rows else 2 * _BLANK)
        sheet.print_area(0, 0, header + drawn, len(self.form.fields) - 1)
        if self.form.fictitious:
            sheet.set_tab_color(AMBER)
        line, place = self._first_blank(header + 1)
        sheet.set_selection(line, place, line, place)

    # --- The sheet to fill in ---

    def _top(self, sheet: Worksheet) -> int:
        """Write the title and the instructions; returns the row of the headings."""
        self.book.text(sheet, 0, 0, self.title, bold=True, font_size=16, font_color=INK, num_format="General")
        sheet.set_row(0, 26)
        row = 1
        if self.form.fictitious:
            said = language.translate(FICTITIOUS)
            for place in range(len(self.form.fields)):
                self.book.text(sheet, row, place, said if place == 0 else "", **ALERT)
            row += 1
        for message in self._instructions():
            self.book.text(sheet, row, 0, message.text(), font_color=_PALE_INK, num_format="General")
            row += 1
        for field in self.form.fields:
            if legend := _legend(field):
                text = f"{language.translate(field.column.label)}{_COLON[language.current()]} {' · '.join(legend)}"
                self.book.text(sheet, row, 0, text, font_color=_PALE_INK, font_size=9, num_format="General")
                row += 1
        sheet.set_row(row, 6)
        return row + 1

    def _instructions(self) -> Sequence[Message]:
        if self.form.rows:
            fill = msg(
                "Fill in the white cells; leave the grey ones as they are. More rows can be added "
                "below. A row whose white cells are all empty is skipped."
            )
        else:
            fill = msg("One row each. An empty row is skipped.")
        return (
            fill,
            msg(
                "Columns marked * are required. To read the explanation of a column, point at its "
                "heading. When you are done, save the file and send it back."
            ),
        )

    def _headings(self, sheet: Worksheet, header: int) -> None:
        labels, widths = [], []
        for place, field in enumerate(self.form.fields):
            column = field.column
            label = language.translate(column.label) + (" *" if column.required else "")
            values = [field.shown(row.values[place]) for row in self.form.rows]
            least = _NARROWEST.get(column.kind, _NARROWEST_CODE) if not column.choices else _NARROWEST_CODE
            longest = max((len(choice) + _ARROW for choice in self.lists[column.name]), default=0)
            least = _PROSE_WIDTH if column.written else least
            width = max(width_of(_as_read(field), label, values) + 1, min(longest, _LONGEST_NAME), least)
            width = min(width, _LONGEST_NAME) if field.names else width
            width = 10 if column.kind is Kind.YEAR else width
            sheet.set_column(place, place, width, self.book.column(column, valign="vcenter"))
            self.book.heading(sheet, header, place, label, column)
            comment = self._comment(field)
            options = {"author": "crpv", "width": 300, "height": 22 + 17 * _lines(comment, 46), "font_size": 9}
            sheet.write_comment(header, place, comment, options)
            labels.append(label)
            widths.append(width)
        self.widths = widths
        sheet.set_row(
            header, height_of([(label, width - 2) for label, width in zip(labels, widths, strict=True)]) or _HEADING
        )

    def _comment(self, field: Field) -> str:
        # What says that an id is to be written is not for who reads names.
        parts = [language.translate(field.column.label if field.names else field.column.explanation)]
        if field.prepared:
            parts.append(language.text("Prepared: leave it as it is."))
        elif field.column.required:
            parts.append(language.text("Required."))
        if legend := _legend(field):
            parts.extend(legend)
        elif self.lists[field.column.name] and not field.prepared:
            parts.append(language.text("Choose from the list."))
        return "\n".join(part for part in parts if part)

    def _rows(self, sheet: Worksheet, first: int) -> None:
        blank = FormRow(tuple(None for _ in self.form.fields))
        more = _BLANK if self.form.rows else _CHECKED
        for line, row in enumerate([*self.form.rows, *([blank] * more)], first):
            texts = []
            for place, (field, value) in enumerate(zip(self.form.fields, row.values, strict=True)):
                look: dict[str, object] = {"border": 1, "border_color": _LINE_COLOUR, "valign": "vcenter"}
                if row is not blank and self._is_locked(field, row):
                    look |= {"bg_color": _GREY, "font_color": _GREY_INK}
                wraps = {} if field.column.kind.numeric else {"text_wrap": True}
                shown = field.shown(value)
                self.book.value(sheet, line, place, shown, _as_read(field), **look, **wraps)
                if isinstance(shown, str):
                    texts.append((for_people(shown, field.column), self.widths[place]))
            sheet.set_row(line, height_of(texts))

    def _is_locked(self, field: Field, row: FormRow) -> bool:
        """Whether a cell looks as if nobody should change it: it came prepared, or says which row it is."""
        return field.prepared or (row.known and field.column.name in self.form.table.key)

    def _first_blank(self, first: int) -> tuple[int, int]:
        for line, row in enumerate(self.form.rows, first):
            for place, (field, value) in enumerate(zip(self.form.fields, row.values, strict=True)):
                if value is None and not self._is_locked(field, row):
                    return line, place
        return first, 0

    # --- Checks ---

    def _checks(self, sheet: Worksheet, first: int, lists: Mapping[str, str]) -> None:
        last = first + max(_CHECKED, len(self.form.rows) + _BEYOND) - 1
        for place, field in enumerate(self.form.fields):
            check = {**self._check(field, lists), **self._hints(field)}
            sheet.data_validation(first, place, last, place, check)

    def _hints(self, field: Field) -> dict[str, object]:
        said = " ".join(self._comment(field).split("\n"))
        if legend := _legend(field):
            # Too long for a message, names would hide the explanation.
            short = self._comment(replace(field, legend=())).replace("\n", " ")
            said = "\n".join([short, *legend])
            said = said if len(said) <= _MESSAGE else short
        return {
            "input_title": language.translate(field.column.label)[:_TITLE],
            "input_message": said[:_MESSAGE],
            "error_title": language.translate(field.column.label)[:_TITLE],
        }

    def _check(self, field: Field, lists: Mapping[str, str]) -> dict[str, object]:
        column = field.column
        if column.name in lists:
            return {
                "validate": "list",
                "source": lists[column.name],
                "error_type": "stop" if field.certain else "warning",
                "error_message": self._list_asked(field).text()[:_MESSAGE],
            }
        lowest, highest = column.minimum, column.maximum
        match column.kind:
            case Kind.YEAR | Kind.INTEGER:
                lowest, highest = -(2**31) if lowest is None else lowest, 2**31 if highest is None else highest
                return _between("integer", lowest, highest, _number_asked(column))
            case Kind.MONEY | Kind.DECIMAL | Kind.PERCENT:
                lowest, highest = -1e12 if lowest is None else lowest, 1e12 if highest is None else highest
                return _between("decimal", lowest, highest, _number_asked(column))
            case Kind.DATE:
                asked = msg("Write a date between 1900 and 2100, such as {date}.", date=Day("2025-12-31"))
                return _between("date", datetime.date(1900, 3, 1), datetime.date(2100, 12, 31), asked)
        if column.shape is Shape.SIREN and column.kind is Kind.CODE:
            # People write it with blanks too, or the longer SIRET: what it is, loading finds out.
            return _between("length", 9, 18, msg("A SIREN has nine digits.")) | {"error_type": "warning"}
        return {"validate": "any"}

    def _list_asked(self, field: Field) -> Message:
        other = self.form.table.other
        if other is None or field.column.name != other.column:
            return msg("Choose a value from the list.")
        return msg(
            "Choose a value from the list, or write another one in “{column}”.",
            column=msg(other.columns["name"].label),
        )


_COLON = {"en": ":", "fr": "\u00a0:"}


def _legend(field: Field) -> list[str]:
    """What must be known of the few choices of a column."""
    return list(field.legend) if len(field.legend) <= _LEGEND else []


def _as_read(field: Field) -> Column:
    """The column as it is set: names are texts, as wide as they are."""
    return replace(field.column, kind=Kind.TEXT) if field.names else field.column


def _lines(text: str, width: int) -> int:
    return sum(1 + len(line) // width for line in text.split("\n"))


def _between(kind: str, lowest: object, highest: object, asked: Message) -> dict[str, object]:
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": lowest,
        "maximum": highest,
        "error_message": asked.text()[:_MESSAGE],
    }


def _number_asked(column: Column) -> Message:
    if column.minimum is not None and column.maximum is not None:
        bounds = {"minimum": f"{column.minimum:g}", "maximum": f"{column.maximum:g}"}
        return msg(N_("Write a number between {minimum} and {maximum}."), **bounds)
    if column.minimum is not None:
        return msg(N_("Write a number of {minimum} or more."), minimum=f"{column.minimum:g}")
    if column.kind is Kind.MONEY:
        return msg("Write the amount in euros as a number, without words.")
    return msg("Write a number, without words.")
