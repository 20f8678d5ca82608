"""What every workbook that crpv writes has in common: typed cells, formats, sheet names, and nothing that computes.

XlsxWriter writes them: it holds no state of its own between two files, gives the same bytes each time, and a text stays
a text whatever it looks like.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from crpv_cli import __version__, language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.output.shelf.cells import UNKNOWN, for_csv, for_people
from crpv_cli.result import Value

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

COVER = "crpv"
"""The name of the sheet that says what a workbook is; loading passes it over."""

LONGEST_NAME = 31
"""How many characters the name of a sheet may have."""

INK = "#1F3B57"
AMBER = "#FFE3B3"
ALERT: dict[str, object] = {"bold": True, "font_color": "#7A2E00", "bg_color": AMBER}

# What the format can hold.
_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 16_384
_LONGEST_TEXT = 32_767
_MOST_DIGITS = 10**15
_FIRST_DAY = datetime.datetime(1900, 3, 1)  # the day before it is one that spreadsheets made up

# The first two are crpv's own, the third one a spreadsheet's.
_RESERVED = {COVER, "crpv-form", "history"}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")
# A format of text keeps what somebody types later, 01 or =1+1, as it was typed; some versions of Excel show a text
# of more than 255 characters in it as ####.
_LONGEST_SHOWN = 255
_CREATED = datetime.datetime(2000, 1, 1)
_MARGIN = 3
_NARROWEST = 7
_WIDEST = {Kind.TEXT: 60, Kind.CODES: 40}
_WIDEST_CODE = 32
LINE = 15.0
_HIGHEST = 405.0


def number_format(column: Column) -> str:
    """Return how a spreadsheet shows the values of a column; the marks are those of the reader's own settings."""
    if column.choices:
        return "@"
    match column.kind:
        case Kind.MONEY:
            return '#,##0.00 "€"'
        case Kind.PERCENT:
            return "0.0%"
        case Kind.INTEGER if column.grouped:
            return "#,##0"
        case Kind.INTEGER | Kind.YEAR:
            return "0"
        case Kind.DECIMAL:
            return "+General;-General;General" if column.signed else "General"
        case Kind.DATE:
            return _date_format()
        case _:
            return "@"


def _date_format() -> str:
    return "dd/mm/yyyy" if language.current() == "fr" else "yyyy-mm-dd"


def width_of(column: Column, heading: str, values: Sequence[Value]) -> int:
    """Return a width, in characters, that shows the values and the words of the heading, within bounds."""
    longest = max((_length(value, column) for value in values if value is not None), default=0)
    word = max(map(len, heading.split()), default=0) + 2  # the button of the filter
    widest = _WIDEST.get(column.kind, _WIDEST_CODE)
    return max(_NARROWEST, min(max(longest, word, min(len(heading), 16)) + _MARGIN, widest))


def _length(value: Value, column: Column) -> int:
    shown = for_people(value, column)
    if column.kind is Kind.MONEY:
        return len(shown) + 3  # whole euros are shown with cents
    return max(map(len, shown.split("\n"))) if shown != UNKNOWN else 0


class Book:
    """A workbook in memory."""

    def __init__(self, title: str) -> None:
        import xlsxwriter

        self._stream = io.BytesIO()
        self._workbook = xlsxwriter.Workbook(
            self._stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._workbook.set_properties({"title": title, "author": f"crpv {__version__}", "created": _CREATED})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._names: dict[str, str] = {}
        self.sources: dict[str, tuple[str, int]] = {}
        """Where each source is listed, by its id: the sheet and the row, counted from 0; empty if none lists them."""

    def content(self) -> bytes:
        """Close the workbook and return its bytes."""
        self._workbook.close()
        return self._stream.getvalue()

    def chart(self, options: dict[str, str]) -> Chart:
        """Add a chart, of XlsxWriter's ``type`` and ``subtype``, to be put in a sheet."""
        chart = self._workbook.add_chart(options)
        assert chart is not None  # a type that XlsxWriter does not know
        return chart

    def look(self, **properties: object) -> Format:
        """Return the format that has these properties, made once; texts start at the top of their cell."""
        whole = {"valign": "top", **properties}
        key = tuple(whole.items())
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(whole)
        return self._formats[key]

    def name(self, wanted: str) -> str:
        """Return a name for a sheet that is allowed and that no other sheet has, cut at a word."""
        plain = re.sub(r"\s+", " ", _FORBIDDEN.sub("-", wanted)).strip(" '-") or "1"
        short = plain if len(plain) <= LONGEST_NAME else _cut(plain, LONGEST_NAME)
        number, free = 1, short
        while free.casefold() in self._names or free.casefold() in _RESERVED:
            number += 1
            end = f" ({number})"
            free = short[: LONGEST_NAME - len(end)].rstrip() + end
        self._names[free.casefold()] = free
        return free

    def sheet(self, name: str) -> Worksheet:
        """Add a sheet, set up for A4 paper, with a name that ``name`` gave or one of crpv's own."""
        sheet = self._workbook.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&8&A&R&8&P/&N")
        return sheet

    def bounds(self, rows: int, columns: int) -> None:
        """Refuse what a sheet cannot hold, rather than losing some of it.

        Raises:
            UsageProblem: there are too many rows or columns, the heading included.
        """
        if rows > _MOST_ROWS or columns > _MOST_COLUMNS:
            raise UsageProblem(
                msg("A sheet of a workbook holds {rows} rows at most.", rows=_MOST_ROWS)
                if rows > _MOST_ROWS
                else msg("A sheet of a workbook holds {columns} columns at most.", columns=_MOST_COLUMNS),
                msg("Write it as csv, which has no limit."),
            )

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **properties: object) -> None:
        """Write a text, which stays one.

        Raises:
            UsageProblem: the text is longer than a cell can hold.
        """
        if len(text) > _LONGEST_TEXT:
            raise UsageProblem(
                msg(
                    "A cell of a workbook holds {most} characters at most; one text has {count}.",
                    most=_LONGEST_TEXT,
                    count=len(text),
                ),
                msg("Write it as csv, which has no limit."),
            )
        if text:
            sheet.write_string(row, column, text, self.look(**properties))
        else:
            sheet.write_blank(row, column, None, self.look(**properties))

    def value(self, sheet: Worksheet, row: int, place: int, value: Value, column: Column, **properties: object) -> None:
        """Write a value as what it is: a number, a date or a text; what is unknown stays empty.

        Raises:
            UsageProblem: a text is longer than a cell can hold.
        """
        shown = {"num_format": number_format(column), "align": "left", "indent": 1, **properties}
        if value is None or value == ():
            if "border" in properties:
                sheet.write_blank(row, place, None, self.look(**shown))
            return
        number = _number(value, column)
        if number is not None:
            sheet.write_number(row, place, number, self.look(**shown | {"align": properties.get("align", "right")}))
            return
        day = _day(value, column)
        if day is not None:
            sheet.write_datetime(row, place, day, self.look(**shown | {"num_format": _date_format()}))
            return
        text = _text(value, column)
        plain = "@" if len(text) <= _LONGEST_SHOWN else "General"
        self.text(sheet, row, place, text, **shown | {"num_format": plain, "text_wrap": True})

    def heading(self, sheet: Worksheet, row: int, place: int, heading: str, column: Column) -> None:
        """Write the heading of a column, on the side on which its values stand."""
        side = {"align": "right" if column.kind.numeric else "left", "indent": 1}
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "text_wrap": True, "valign": "vcenter"}
        self.text(sheet, row, place, heading, **look | side)

    def column(self, column: Column, **properties: object) -> Format:
        """Return the format of the cells of a column that are still empty."""
        side = {"align": "right"} if column.kind.numeric else {"align": "left", "text_wrap": True}
        return self.look(num_format=number_format(column), indent=1, **side, **properties)


def refer(name: str, cells: str) -> str:
    """Return the address of cells of a sheet: ``'My sheet'!A1``."""
    quoted = name.replace("'", "''")
    return f"'{quoted}'!{cells}"


def height_of(cells: Iterable[tuple[str, int]]) -> float | None:
    """Return the height of a row whose texts are wrapped in columns of these widths; None if each takes one line.

    A spreadsheet would find it by itself, but not every one does so when it opens a file. A row of one line is left to
    it, since one whose height was set does not grow with what somebody types.
    """
    lines = max((sum(_lines(part, width) for part in text.split("\n")) for text, width in cells), default=1)
    return min(lines * LINE, _HIGHEST) if lines > 1 else None


def _lines(text: str, width: int) -> int:
    room = max(int((width - 1) * 1.1), 1)  # a width counts digits, and letters are narrower
    return 1 if len(text) <= room else len(textwrap.wrap(text, room))


def _cut(text: str, length: int) -> str:
    head, space, _ = text[: length + 1].rpartition(" ")
    return (head if space else text[:length]).rstrip(" ,;-")


def _number(value: Value, column: Column) -> int | float | None:
    """The number that a cell holds, or None where the value is none or a spreadsheet would change it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or column.kind is Kind.FLAG or column.choices:
        return None
    if not math.isfinite(value) or abs(value) >= _MOST_DIGITS:
        return None
    return value / 100 if column.kind is Kind.MONEY else value


def _day(value: Value, column: Column) -> datetime.datetime | None:
    """The day that a cell holds; a month, a year, or a day that spreadsheets do not know stays a text."""
    if column.kind not in {Kind.DATE, Kind.PARTIAL_DATE} or not isinstance(value, str):
        return None
    if len(value) != 10:
        return None
    try:
        day = datetime.datetime.fromisoformat(value)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None


_PARTIAL = re.compile(r"\d{4}(-\d{2}){0,2}")


def _text(value: Value, column: Column) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and column.kind is not Kind.FLAG:
        return for_csv(value, column)
    if column.kind in {Kind.DATE, Kind.PARTIAL_DATE} and not _PARTIAL.fullmatch(str(value)):
        return str(value)
    return for_people(value, column)
