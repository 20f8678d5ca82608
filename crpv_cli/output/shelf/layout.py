"""What stands in the cells of a table that people read, and how wide each column is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.output.shelf.cells import UNKNOWN, people_rows, to_read
from crpv_cli.result import Note, Result, Sheet

__all__ = [
    "GAP",
    "Layout",
    "alerts",
    "facts_of",
    "fit",
    "lay_out",
    "natural",
    "remaining",
    "title_of",
    "without_empty",
    "wraps",
]

GAP = 2
_NARROWEST = 6
_CODES_A_LINE = 11  # four department codes
_WRAPPED_AT_MOST = 48
_HEAD_START = {0: 6, 1: 3}


@dataclass(frozen=True, slots=True)
class Layout:
    """The texts of a table; ``footer`` has a cell per column where there is a line for the whole."""

    columns: list[Column]
    headings: list[str]
    rows: list[list[str]]
    footer: list[str] | None

    @property
    def lines(self) -> list[list[str]]:
        """The rows, and the footer under them."""
        return [*self.rows, self.footer] if self.footer else self.rows


def lay_out(result: Result) -> Layout:
    """Set the cells that a terminal shows, in the reader's language."""
    by_name = {column.name: column for column in result.columns}
    columns = [by_name[name] for name in result.screen] if result.screen else list(result.columns)
    footer = people_rows(result, [result.total_row], columns)[0] if result.total_row else None
    if footer and all(cell == UNKNOWN for cell in footer):
        footer = None  # what it tells stands in columns that are not shown
    if footer:
        footer = ["" if cell == UNKNOWN else cell for cell in footer]
        footer[0] = footer[0] or language.text(language.N_("Total"))
    return Layout(
        columns,
        [language.translate(column.label) for column in columns],
        [[" ".join(cell.split("\n")) for cell in row] for row in people_rows(result, result.rows, columns)],
        footer,
    )


def alerts(notes: Sequence[Note]) -> list[str]:
    """What stands above a table, where nobody misses it."""
    return [note.message.text() for note in notes if "fictitious" in note.code]


def remaining(notes: Sequence[Note]) -> list[str]:
    """What stands beneath it."""
    return [note.message.text() for note in notes if "fictitious" not in note.code]


def title_of(section: Result) -> str:
    """The title of a section of a sheet; one that rests on made-up data says so."""
    if section.fictitious and section.rows:
        return language.text("{title} – FICTITIOUS", title=section.title)
    return section.title.text()


def facts_of(sheet: Sheet) -> list[tuple[str, str]]:
    """The facts of a sheet with their labels, and last the labels of what is not known."""
    facts = [
        (language.translate(column.label), to_read(value, column))
        for value, column in zip(sheet.facts.rows[0], sheet.facts.columns, strict=True)
    ]
    unknown = [label for label, value in facts if value == UNKNOWN]
    known = [(label, value) for label, value in facts if value != UNKNOWN]
    return known + ([(language.text(language.N_("Not known")), ", ".join(unknown))] if unknown else [])


def without_empty(section: Result) -> Result:
    """Leave out the columns in which nothing is known: on a page they only take room."""
    places = {column.name: place for place, column in enumerate(section.columns)}
    shown = section.screen or tuple(places)
    filled = tuple(name for name in shown if any(row[places[name]] not in (None, ()) for row in section.rows))
    return replace(section, screen=filled or shown)


def wraps(column: Column, longest: int) -> bool:
    """Whether cells may take several lines: lists of codes and short texts, never numbers, codes or long texts."""
    worded = column.kind is Kind.TEXT or bool(column.choices)
    return column.kind is Kind.CODES or column.prose or (worded and longest <= _WRAPPED_AT_MOST)


def fit(layout: Layout, width: int | None) -> tuple[list[int], list[str]]:
    """Return the widths of the columns, and the headings of those whose cells do not all fit in ``width``."""
    columns, headings, lines = layout.columns, layout.headings, layout.lines
    contents = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    widths = [max(content, cell_len(heading)) for content, heading in zip(contents, headings, strict=True)]
    if width is None:
        return widths, []
    room = width - GAP * (len(columns) - 1)
    if sum(widths) > room:
        # Headings give way first: they can take several lines.
        widths = natural(layout)
    wrapped = [wraps(column, content) for column, content in zip(columns, contents, strict=True)]
    words = [
        max(cell_len(word) for line in lines for word in line[place].split() or [""]) for place in range(len(columns))
    ]
    # First what wraps takes several lines, which loses nothing; then texts are cut.
    comfortable = [
        max(_CODES_A_LINE if column.kind is Kind.CODES else word, min(width_, cell_len(longest))) if wrap else width_
        for column, word, wrap, width_, longest in zip(
            columns, words, wrapped, widths, _longest_words(headings), strict=True
        )
    ]
    _shrink(widths, comfortable, room)
    whole = [column.kind.numeric or column.kind in {Kind.DATE, Kind.SERIES} for column in columns]
    lists = [column.kind is Kind.CODES for column in columns]
    for keep, narrowest in (([w or c for w, c in zip(whole, lists, strict=True)], _NARROWEST), (whole, 2)):
        least = [width_ if kept else min(width_, narrowest) for width_, kept in zip(widths, keep, strict=True)]
        _shrink(widths, least, room)
    return widths, [
        headings[place]
        for place in range(len(columns))
        if widths[place] < (words[place] if wrapped[place] else contents[place])
    ]


def natural(layout: Layout) -> list[int]:
    """Return the widths that hold every cell on one line, and every word of the headings."""
    return [
        max(cell_len(word), *(cell_len(line[place]) for line in layout.lines))
        for place, word in enumerate(_longest_words(layout.headings))
    ]


def _longest_words(headings: Sequence[str]) -> list[str]:
    return [max(heading.split(), key=cell_len) for heading in headings]


def _shrink(widths: list[int], least: Sequence[int], room: int) -> None:
    """Take from the widest column, one character at a time, until the row fits or nothing can be taken.

    The first columns say what a row is about: they give way later than others of their width.
    """
    while sum(widths) > room:
        loose = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not loose:
            return
        widths[max(loose, key=lambda place: widths[place] - _HEAD_START.get(place, 0))] -= 1
