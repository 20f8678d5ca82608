"""A result or a dossier as text: warnings, the title, what it holds, the notes.

On a terminal it fits the width, or says what was shortened; in a pipe or a file nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len

from crpv_cli.language import Message, msg
from crpv_cli.output.shelf.layout import GAP, alerts, facts_of, remaining, title_of, without_empty
from crpv_cli.output.terminal.cards import card_lines
from crpv_cli.output.terminal.drawing import ASCII, BLOCKS, Pen
from crpv_cli.output.terminal.findings import brief_lines, findings_lines
from crpv_cli.output.terminal.first import first_screen
from crpv_cli.output.terminal.lines import ALERT, BOLD, DIM, PLAIN, Line, painted, points, wrapped
from crpv_cli.output.terminal.map import map_lines, map_width
from crpv_cli.output.terminal.matches import matches_lines
from crpv_cli.output.terminal.table import Lost, table_lines
from crpv_cli.result import Dossier, Layout, Note, Result


def screen(
    shown: Result | Dossier,
    width: int | None = None,
    colour: bool = False,
    blocks: bool = True,
    height: int | None = None,
    full: bool = True,
) -> tuple[str, tuple[Message, ...]]:
    """Set a result or a dossier as text of at most ``width`` columns, or of any if that is None.

    Args:
        shown: a result or a dossier.
        width: how many columns the terminal has; None for a pipe or a file.
        colour: whether styles are set; without them the text is the same.
        blocks: whether the terminal has the blocks that bars are drawn of.
        height: how many lines the terminal has; None for a pipe or a file.
        full: whether a dossier that has key figures, and what rules find, is shown whole and not in brief.

    Returns:
        The text, and what else the reader should know.
    """
    pen = BLOCKS if blocks else ASCII
    lines = [line for text in alerts(shown.notes) for line in wrapped(text, width, style=ALERT)]
    remarks: list[Message] = []
    lost: list[Lost] = []
    if isinstance(shown, Dossier) and shown.key_figures and not full:
        room = None if height is None else height - len(lines) - _PROMPT
        lines += first_screen(shown, width, room, pen, lost)
        return painted(lines, colour), tuple(_remarks(lost))
    lines += wrapped(shown.title.text(), width, style=BOLD)
    notes = list(shown.notes)
    if isinstance(shown, Dossier):
        if shown.headline is not None:
            lines += wrapped(shown.headline.text(), width)
        lines += _facts(shown, width)
        for section in map(without_empty, shown.sections if full else shown.on_screen):
            lines += [[], *wrapped(title_of(section), width, style=BOLD)]
            set_rows = card_lines if section.layout is Layout.CARDS else table_lines
            lines += set_rows(section, width, pen, lost)
            lines += points(remaining(section.notes), width)
    elif shown.layout is Layout.FINDINGS:
        whole = list(findings_lines(shown, width))
        room = None if height is None or width is None or full else height - len(lines) - _PROMPT
        if room is None or width is None or len(whole) + _notes_length(notes, width) <= room:
            lines += whole
        else:
            lines += brief_lines(shown, width, room)
            notes = [note for note in notes if not note.aside]
    elif shown.layout is Layout.MATCHES:
        lines += matches_lines(shown, width)
    elif shown.layout is Layout.CARDS:
        lines += card_lines(shown, width, pen, lost)
    elif shown.is_map and shown.rows:
        lines += _map(shown, width, pen, lost, remarks)
    else:
        lines += table_lines(shown, width, pen, lost)
    if said := remaining(notes):
        lines += [[], *points(said, width)]
    return painted(lines, colour), (*remarks, *_remarks(lost))


_PROMPT = 1
"""The line on which a terminal waits for what is typed next."""


def _notes_length(notes: Sequence[Note], width: int) -> int:
    """How many lines notes take, and the blank one before them."""
    said = len(list(points(remaining(notes), width)))
    return said + 1 if said else 0


def _map(result: Result, width: int | None, pen: Pen, lost: list[Lost], remarks: list[Message]) -> Iterator[Line]:
    """A map of tiles, or its rows where the terminal is too narrow for it."""
    needed = map_width(result)
    if width is None or width >= needed:
        yield from map_lines(result)
    else:
        remarks.append(msg("The map takes {needed} columns; this terminal has {width}.", needed=needed, width=width))
        yield from table_lines(replace(result, chart=None), width, pen, lost)


def _facts(dossier: Dossier, width: int | None) -> Iterator[Line]:
    """The facts of a dossier as a list, their labels at the left."""
    facts = facts_of(dossier)
    widest = max(cell_len(label) for label, _ in facts) + GAP
    for label, value in facts:
        room = None if width is None else width - widest
        for number, line in enumerate(wrapped(value, room) or [[]]):
            shown = label if number == 0 else ""
            yield [(shown, DIM), (" " * (widest - cell_len(shown)), PLAIN), *line]


def _remarks(lost: Sequence[Lost]) -> Iterator[Message]:
    shortened = dict.fromkeys(heading for one in lost for heading in one.shortened)
    left_out = dict.fromkeys(heading for one in lost for heading in one.left_out)
    if left_out:
        yield msg(
            "Left out to fit the terminal: {columns}. Use a wider one, or another --format.", columns=list(left_out)
        )
    if shortened:
        yield msg(
            "Shortened to fit the terminal: {columns}. Use a wider one, --columns, or another --format.",
            columns=list(shortened),
        )
