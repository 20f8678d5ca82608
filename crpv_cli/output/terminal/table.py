"""Tables on a terminal: they fit it, or say what was shortened."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import Message, msg
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.output.shelf.layout import (
    GAP,
    Layout,
    alerts,
    facts_of,
    fit,
    lay_out,
    natural,
    remaining,
    title_of,
    without_empty,
    wraps,
)
from crpv_cli.output.shelf.texts import groups_of
from crpv_cli.output.terminal.drawing import BLOCKS, Pen, bar, in_words, series_of, sparkline
from crpv_cli.result import Result, Sheet

__all__ = ["Rendered", "render_sheet", "render_table"]

# A line under the header, one above the totals, and none between columns: light enough to be pasted into a mail.
_LINES = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")
# A bar shorter than that tells nothing, and a longer one nothing more.
_BAR_NARROWEST, _BAR_WIDEST = 6, 24
_INDENT = 2

Rendered = tuple[str, tuple[Message, ...]]
"""The text to print, and what the reader should be told beside it."""


def render_table(result: Result, width: int, colour: bool, pen: Pen = BLOCKS) -> Rendered:
    """Set a result as a table of at most ``width`` columns, its title above and its notes beneath."""
    console = _console(width, colour)
    _print_alerts(console, alerts(result.notes))
    console.print(Text(result.title.text(), style="bold"))
    lost = _print_rows(console, result, width, pen)
    _print_notes(console, remaining(result.notes), width)
    return _text(console), _remarks([lost])


def render_sheet(sheet: Sheet, width: int, colour: bool, pen: Pen = BLOCKS) -> Rendered:
    """Set a sheet: its facts as a list, its sections as tables, its notes last."""
    console = _console(width, colour)
    _print_alerts(console, alerts(sheet.notes))
    console.print(Text(sheet.title.text(), style="bold"))
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    for label, value in facts_of(sheet):
        grid.add_row(Text(label), Text(value))
    console.print(grid)
    lost: list[_Lost] = []
    for section in map(without_empty, sheet.on_screen):
        console.print()
        console.print(Text(title_of(section), style="bold"))
        lost.append(_print_rows(console, section, width, pen))
        _print_points(console, remaining(section.notes), width)
    _print_notes(console, remaining(sheet.notes), width)
    return _text(console), _remarks(lost)


@dataclass(frozen=True, slots=True)
class _Lost:
    """The headings of the columns that were shortened, and of those that were left out, to fit the terminal."""

    shortened: Sequence[str] = ()
    left_out: Sequence[str] = ()


def _console(width: int, colour: bool) -> Console:
    # Nothing is left for rich to find out from the environment.
    return Console(
        file=io.StringIO(),
        width=width,
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


def _print_alerts(console: Console, texts: Sequence[str]) -> None:
    for text in texts:
        console.print(Text(text, style="bold yellow"))


def _print_notes(console: Console, texts: Sequence[str], width: int) -> None:
    if texts:
        console.print()
    _print_points(console, texts, width)


def _print_points(console: Console, texts: Sequence[str], width: int) -> None:
    for text in texts:
        # Not rich's own wrapping, which parts words at no-break spaces.
        wrapped = textwrap.wrap(f"· {text}", width, subsequent_indent="  ", break_on_hyphens=False)
        console.print(Text("\n".join(wrapped)), soft_wrap=True)


def _remarks(lost: Sequence[_Lost]) -> tuple[Message, ...]:
    shortened = dict.fromkeys(heading for one in lost for heading in one.shortened)
    left_out = dict.fromkeys(heading for one in lost for heading in one.left_out)
    remarks = []
    if left_out:
        remarks.append(
            msg(
                "Left out to fit the terminal: {columns}. Use a wider one, or another --format.", columns=list(left_out)
            )
        )
    if shortened:
        remarks.append(
            msg(
                "Shortened to fit the terminal: {columns}. Use a wider one, --columns, or another --format.",
                columns=list(shortened),
            )
        )
    return tuple(remarks)


def _print_rows(console: Console, result: Result, width: int, pen: Pen) -> _Lost:
    """Print the rows, and their long texts beneath them; returns what had to give way."""
    if not result.rows:
        console.print(Text(language.text(language.N_("No rows.")), style="dim"))
        return _Lost()
    layout, widths, lost = _fitted(result, width, pen)
    bars = _bars(result, layout, width - sum(widths) - GAP * (len(widths) - 1), pen)
    table = Table(
        box=_LINES,
        show_edge=False,
        show_footer=layout.footer is not None,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
        header_style="bold",
    )
    for place, column in enumerate(layout.columns):
        table.add_column(
            Text(layout.headings[place]),
            Text(layout.footer[place], style="bold") if layout.footer else "",
            justify="right" if column.kind.numeric else "left",
            width=widths[place],
        )
        if place in bars:
            table.add_column("", width=max(map(len, bars[place])), no_wrap=True)
    for line, row in enumerate(layout.rows):
        cells = []
        for place, (cell, column, room) in enumerate(zip(row, layout.columns, widths, strict=True)):
            cells.append(_cell(cell, column, room))
            if place in bars:
                cells.append(Text(bars[place][line], style="cyan"))
        table.add_row(*cells)
    console.print(table)
    _print_texts(console, result, width)
    return lost


def _fitted(result: Result, width: int, pen: Pen) -> tuple[Layout, list[int], _Lost]:
    """Choose the columns, and how series are drawn, that fit the terminal best; returns what had to give way.

    The words beside a drawn series give way first, then the columns that can be spared, then texts.
    """
    headings = {column.name: language.translate(column.label) for column in result.columns}
    choices = list(_choices(result))
    left_out: list[str] = []
    for shown in choices:
        left_out = [headings[name] for name in choices[0] if name not in shown]
        sparable = [name in result.spare for name in shown]
        laid_out = lay_out(replace(result, screen=shown))
        series = any(column.kind is Kind.SERIES for column in laid_out.columns)
        for words in (True, False) if series else (False,):
            layout = _drawn(laid_out, result, words, pen) if series else laid_out
            whole = natural(layout)
            widths, shortened = fit(layout, width)
            if words and sum(whole) + GAP * (len(whole) - 1) > width:
                continue
            narrowed = any(own < need for own, need, spare in zip(widths, whole, sparable, strict=True) if spare)
            if not shortened and not narrowed:
                return layout, widths, _Lost((), left_out)
    return layout, widths, _Lost(shortened, left_out)


def _choices(result: Result) -> Iterator[tuple[str, ...]]:
    """The columns that may be shown: all of them, then without one that can be spared after the other."""
    shown = result.screen or tuple(column.name for column in result.columns)
    yield shown
    for name in result.spare:
        if name in shown:
            shown = tuple(other for other in shown if other != name)
            yield shown


def _drawn(layout: Layout, result: Result, words: bool, pen: Pen) -> Layout:
    """Draw the series of a table, each year of them in the same place."""
    rows = [list(row) for row in layout.rows]
    places = {column.name: place for place, column in enumerate(result.columns)}
    for place, column in enumerate(layout.columns):
        if column.kind is not Kind.SERIES:
            continue
        series = [series_of(row[places[column.name]]) for row in result.rows]
        years = sorted({point.year for points in series for point in points})
        for row, points in zip(rows, series, strict=True):
            if points:
                drawn = sparkline(points, years, pen)
                row[place] = f"{drawn} {in_words(points, pen)}" if words else drawn if drawn.strip() else UNKNOWN
    return replace(layout, rows=rows)


def _bars(result: Result, layout: Layout, room: int, pen: Pen) -> dict[int, list[str]]:
    """Draw the bars that have room, for each row, by the place of their column: those of the first columns first."""
    places = {column.name: place for place, column in enumerate(result.columns)}
    asked = [place for place, column in enumerate(layout.columns) if column.bar]
    drawn = asked[: max(room // (_BAR_NARROWEST + GAP), 0)]
    bars: dict[int, list[str]] = {}
    for place in drawn:
        values = [row[places[layout.columns[place].name]] for row in result.rows]
        largest = max((value for value in values if isinstance(value, int | float)), default=0)
        longest = min(room // len(drawn) - GAP, _BAR_WIDEST)
        lines = [bar(value, largest, longest, pen) for value in values]
        if any(lines):
            bars[place] = lines
    return bars


def _print_texts(console: Console, result: Result, width: int) -> None:
    """Print the long texts of the rows in full, each row's under what it is of."""
    for group in groups_of(result):
        console.print()
        console.print(Text(group.title, style="bold"))
        for entry in group.entries:
            _print_wrapped(console, entry.head, width, _INDENT)
            for text in entry.lines:
                _print_wrapped(console, text, width, 2 * _INDENT)


def _print_wrapped(console: Console, text: str, width: int, indent: int) -> None:
    wrapped = textwrap.wrap(
        text, width, initial_indent=" " * indent, subsequent_indent=" " * (indent + _INDENT), break_on_hyphens=False
    )
    console.print(Text("\n".join(wrapped)), soft_wrap=True)


def _cell(cell: str, column: Column, room: int) -> Text:
    # A text of several lines is worth them only while its words fit.
    words_fit = all(cell_len(word) <= room for word in cell.split())
    several = wraps(column, cell_len(cell)) and words_fit
    return Text(cell, style="dim" if cell == UNKNOWN else "", no_wrap=not several, overflow="ellipsis")
