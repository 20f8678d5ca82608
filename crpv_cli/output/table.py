"""Tables on a terminal: they fit it, or say what was shortened."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crpv_cli import language
from crpv_cli.definitions.columns import Column
from crpv_cli.language import Message, msg
from crpv_cli.output.cells import UNKNOWN
from crpv_cli.output.layout import GAP, alerts, facts_of, fit, lay_out, remaining, without_empty, wraps
from crpv_cli.result import Result, Sheet

__all__ = ["Rendered", "render_sheet", "render_table"]

# A line under the header, one above the totals, and none between columns: light enough to be pasted into a mail.
_LINES = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")

Rendered = tuple[str, tuple[Message, ...]]
"""The text to print, and what the reader should be told beside it."""


def render_table(result: Result, width: int, colour: bool) -> Rendered:
    """Set a result as a table of at most ``width`` columns, its title above and its notes beneath."""
    console = _console(width, colour)
    _print_alerts(console, alerts(result.notes))
    console.print(Text(result.title.text(), style="bold"))
    shortened = _print_rows(console, result, width)
    _print_notes(console, remaining(result.notes), width)
    return _text(console), _remarks(shortened)


def render_sheet(sheet: Sheet, width: int, colour: bool) -> Rendered:
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
    shortened: list[str] = []
    for section in map(without_empty, sheet.on_screen):
        console.print()
        console.print(Text(section.title.text(), style="bold"))
        shortened += _print_rows(console, section, width)
        _print_points(console, remaining(section.notes), width)
    _print_notes(console, remaining(sheet.notes), width)
    return _text(console), _remarks(shortened)


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


def _remarks(shortened: Sequence[str]) -> tuple[Message, ...]:
    if not shortened:
        return ()
    return (
        msg(
            "Shortened to fit the terminal: {columns}. Use a wider one, --columns, or another --format.",
            columns=list(dict.fromkeys(shortened)),
        ),
    )


def _print_rows(console: Console, result: Result, width: int) -> list[str]:
    """Print the rows; returns the labels of the columns that were shortened."""
    layout = lay_out(result)
    if not layout.rows:
        console.print(Text(language.text(language.N_("No rows.")), style="dim"))
        return []
    widths, shortened = fit(layout, width)
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
    for row in layout.rows:
        cells = zip(row, layout.columns, widths, strict=True)
        table.add_row(*(_cell(cell, column, room) for cell, column, room in cells))
    console.print(table)
    return shortened


def _cell(cell: str, column: Column, room: int) -> Text:
    # A text of several lines is worth them only while its words fit.
    words_fit = all(cell_len(word) <= room for word in cell.split())
    several = wraps(column, cell_len(cell)) and words_fit
    return Text(cell, style="dim" if cell == UNKNOWN else "", no_wrap=not several, overflow="ellipsis")
