"""Tables on a terminal: they fit it, or say what was shortened; in a pipe nothing is cut."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import replace

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import Message, msg
from crpv_cli.output.cells import UNKNOWN, for_people, people_rows
from crpv_cli.result import Note, Result, Sheet

__all__ = ["Rendered", "render_sheet", "render_table"]

_GAP = 2
_NARROWEST = 6
_CODES_A_LINE = 11  # four department codes
_WRAPPED_AT_MOST = 48
_UNBOUNDED = 1_000_000
# A line under the header, one above the totals, and none between columns: light enough to be pasted into a mail.
_LINES = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")


Rendered = tuple[str, str, tuple[Message, ...]]
"""The text to print, its encoding, and what the reader should be told beside it."""


def render_table(result: Result, width: int | None, colour: bool) -> Rendered:
    """Set a result as a table with its title above and its notes beneath; ``width`` None cuts nothing."""
    console = _console(width, colour)
    _alert(console, result.notes)
    console.print(Text(result.title.text(), style="bold"), soft_wrap=width is None)
    shortened = _print_rows(console, result, width)
    _print_notes(console, result.notes, width)
    return _text(console), "utf-8", _remarks(shortened)


def render_sheet(sheet: Sheet, width: int | None, colour: bool) -> Rendered:
    """Set a sheet: its facts as a list, its sections as tables, its notes last."""
    console = _console(width, colour)
    _alert(console, sheet.notes)
    console.print(Text(sheet.title.text(), style="bold"), soft_wrap=width is None)
    facts = [
        (language.translate(column.label), for_people(value, column))
        for value, column in zip(sheet.facts.rows[0], sheet.facts.columns, strict=True)
    ]
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    for label, value in facts:
        if value != UNKNOWN:
            grid.add_row(Text(label), Text(value))
    unknown = [label for label, value in facts if value == UNKNOWN]
    if unknown:
        grid.add_row(Text(language.text(language.N_("Not known"))), Text(", ".join(unknown)))
    console.print(grid)
    shortened: list[str] = []
    for section in map(_without_empty, sheet.sections):
        console.print()
        console.print(Text(section.title.text(), style="bold"), soft_wrap=width is None)
        shortened += _print_rows(console, section, width)
    _print_notes(console, sheet.notes, width)
    return _text(console), "utf-8", _remarks(shortened)


def _without_empty(section: Result) -> Result:
    """Leave out the columns in which nothing is known: on a page they only take room."""
    places = {column.name: place for place, column in enumerate(section.columns)}
    shown = section.screen or tuple(places)
    filled = tuple(name for name in shown if any(row[places[name]] not in {None, ()} for row in section.rows))
    return replace(section, screen=filled or shown)


def _console(width: int | None, colour: bool) -> Console:
    # Nothing is left for rich to find out from the environment: a pipe in a CI job is still a pipe.
    return Console(
        file=io.StringIO(),
        width=width or _UNBOUNDED,
        height=100,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _alert(console: Console, notes: Sequence[Note]) -> None:
    for note in notes:
        if "fictitious" in note.code:
            console.print(Text(note.message.text(), style="bold yellow"), soft_wrap=True)


def _print_notes(console: Console, notes: Sequence[Note], width: int | None) -> None:
    others = [note for note in notes if "fictitious" not in note.code]
    if others:
        console.print()
    for note in others:
        # Not rich's own wrapping, which parts words at no-break spaces.
        text = f"· {note.message.text()}"
        if width is not None:
            text = textwrap.fill(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        console.print(Text(text), soft_wrap=True)


def _remarks(shortened: Sequence[str]) -> tuple[Message, ...]:
    if not shortened:
        return ()
    return (
        msg(
            "Shortened to fit the terminal: {columns}. Use a wider one, --columns, or another --format.",
            columns=list(dict.fromkeys(shortened)),
        ),
    )


def _print_rows(console: Console, result: Result, width: int | None) -> list[str]:
    """Print the rows; returns the labels of the columns that were shortened."""
    by_name = {column.name: column for column in result.columns}
    columns = [by_name[name] for name in result.screen] if result.screen else list(result.columns)
    rows = people_rows(result, result.rows, columns)
    if not rows:
        console.print(Text(language.text(language.N_("No rows.")), style="dim"))
        return []
    footer = people_rows(result, [result.total_row], columns)[0] if result.total_row else None
    if footer:
        footer = ["" if cell == UNKNOWN else cell for cell in footer]
        footer[0] = footer[0] or language.text(language.N_("Total"))
    headings = [language.translate(column.label) for column in columns]
    lines = [*rows, footer] if footer else rows
    widths, shortened = _fit(columns, headings, lines, width)
    table = Table(
        box=_LINES,
        show_edge=False,
        show_footer=footer is not None,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        header_style="bold",
    )
    for place, column in enumerate(columns):
        table.add_column(
            Text(headings[place]),
            Text(footer[place], style="bold") if footer else "",
            justify="right" if column.kind.numeric else "left",
            width=widths[place],
        )
    for row in rows:
        cells = zip(row, columns, widths, strict=True)
        table.add_row(*(_cell(cell, column, room) for cell, column, room in cells))
    console.print(table)
    return shortened


def _wraps(column: Column, longest: int) -> bool:
    """Whether cells may take several lines: lists of codes and short texts, never numbers, codes or long texts."""
    worded = column.kind is Kind.TEXT or bool(column.choices)
    return column.kind is Kind.CODES or (worded and longest <= _WRAPPED_AT_MOST)


def _cell(cell: str, column: Column, room: int) -> Text:
    flat = " ".join(cell.split("\n"))
    # A text of several lines is worth them only while its words fit.
    words_fit = all(cell_len(word) <= room for word in flat.split())
    wraps = _wraps(column, cell_len(flat)) and words_fit
    return Text(flat, style="dim" if cell == UNKNOWN else "", no_wrap=not wraps, overflow="ellipsis")


def _fit(
    columns: Sequence[Column], headings: Sequence[str], lines: Sequence[Sequence[str]], width: int | None
) -> tuple[list[int], list[str]]:
    """Return the widths of the columns, and the headings of those whose cells do not all fit."""
    contents = [max(cell_len(" ".join(line[place].split("\n"))) for line in lines) for place in range(len(columns))]
    widths = [max(content, cell_len(heading)) for content, heading in zip(contents, headings, strict=True)]
    if width is None:
        return widths, []
    room = width - _GAP * (len(columns) - 1)
    if sum(widths) > room:
        # Headings give way first: they can take several lines.
        longest_words = [cell_len(word) for word in _longest_words(headings)]
        widths = [max(content, word) for content, word in zip(contents, longest_words, strict=True)]
    wraps = [_wraps(column, content) for column, content in zip(columns, contents, strict=True)]
    words = [
        max(cell_len(word) for line in lines for word in line[place].split() or [""]) for place in range(len(columns))
    ]
    # First what wraps takes several lines, which loses nothing; then texts are cut.
    comfortable = [
        max(_CODES_A_LINE if column.kind is Kind.CODES else word, min(width_, cell_len(longest))) if wrap else width_
        for column, word, wrap, width_, longest in zip(
            columns, words, wraps, widths, _longest_words(headings), strict=True
        )
    ]
    _shrink(widths, comfortable, room)
    whole = [column.kind.numeric or column.kind is Kind.DATE for column in columns]
    lists = [column.kind is Kind.CODES for column in columns]
    for keep, narrowest in (([w or c for w, c in zip(whole, lists, strict=True)], _NARROWEST), (whole, 2)):
        least = [width_ if kept else min(width_, narrowest) for width_, kept in zip(widths, keep, strict=True)]
        _shrink(widths, least, room)
    return widths, [
        headings[place]
        for place in range(len(columns))
        if widths[place] < (words[place] if wraps[place] else contents[place])
    ]


def _longest_words(headings: Sequence[str]) -> list[str]:
    return [max(heading.split(), key=cell_len) for heading in headings]


def _shrink(widths: list[int], least: Sequence[int], room: int) -> None:
    """Take from the widest column, one character at a time, until the row fits or nothing can be taken."""
    while sum(widths) > room:
        loose = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not loose:
            return
        widths[max(loose, key=lambda place: widths[place])] -= 1
