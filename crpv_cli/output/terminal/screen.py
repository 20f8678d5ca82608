"""A result or a dossier as text: warnings, the title, what it holds, the notes.

On a terminal it fits the width, or says what was shortened; in a pipe or a file nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len

from crpv_cli.language import Message, msg
from crpv_cli.output.shelf.layout import GAP, alerts, facts_of, remaining, title_of, without_empty
from crpv_cli.output.terminal.across import across_lines
from crpv_cli.output.terminal.cards import card_lines
from crpv_cli.output.terminal.drawing import ASCII, BLOCKS, Pen
from crpv_cli.output.terminal.findings import brief_lines, findings_lines
from crpv_cli.output.terminal.first import first_screen
from crpv_cli.output.terminal.lines import ALERT, BOLD, DIM, PLAIN, Line, painted, points, wrapped
from crpv_cli.output.terminal.map import map_lines, map_width
from crpv_cli.output.terminal.matches import matches_lines
from crpv_cli.output.terminal.table import Lost, table_lines
from crpv_cli.result import Dossier, Layout, Note, Result

_PROMPT = 1
"""The line on which a terminal waits for what is typed next."""


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
    room = None if height is None or width is None or full else height - len(lines) - _PROMPT
    remarks: list[Message] = []
    lost: list[Lost] = []
    if isinstance(shown, Dossier) and shown.opens and not full:
        lines += first_screen(shown, width, room, pen, lost)
        return painted(lines, colour), tuple(_remarks(lost))
    lines += wrapped(shown.title.text(), width, style=BOLD)
    if isinstance(shown, Dossier):
        lines += _dossier(shown, width, pen, lost, full)
    elif brief := _brief(shown, width, room, pen):
        lines += brief
        shown = replace(shown, notes=tuple(note for note in shown.notes if not note.aside))
    else:
        lines += _result(shown, width, pen, lost, remarks)
    if notes := remaining(shown.notes):
        lines += [[], *points(notes, width)]
    return painted(lines, colour), (*remarks, *_remarks(lost))


def _dossier(dossier: Dossier, width: int | None, pen: Pen, lost: list[Lost], full: bool) -> Iterator[Line]:
    """What it says in a sentence, its facts, and its sections one beneath the other."""
    if dossier.headline is not None:
        yield from wrapped(dossier.headline.text(), width)
    yield from _facts(dossier, width)
    for section in map(without_empty, dossier.sections if full else dossier.on_screen):
        yield from ([], *wrapped(title_of(section), width, style=BOLD))
        set_rows = card_lines if section.layout is Layout.CARDS else table_lines
        yield from set_rows(section, width, pen, lost)
        yield from points(remaining(section.notes), width)


def _result(result: Result, width: int | None, pen: Pen, lost: list[Lost], remarks: list[Message]) -> Iterator[Line]:
    """All rows, as their layout says."""
    if result.layout is Layout.FINDINGS:
        yield from findings_lines(result, width)
    elif result.layout is Layout.MATCHES:
        yield from matches_lines(result, width)
    elif result.layout is Layout.CARDS:
        yield from card_lines(result, width, pen, lost)
    elif result.is_map and result.rows:
        yield from _map(result, width, pen, lost, remarks)
    else:
        yield from table_lines(result, width, pen, lost)


def _brief(result: Result, width: int | None, room: int | None, pen: Pen) -> list[Line]:
    """What can be said in fewer lines, where there is no room for all of it beneath the title; else nothing."""
    if width is None or room is None or not (result.layout is Layout.FINDINGS or result.across):
        return []
    room -= 1
    if len(list(_result(result, width, pen, [], []))) + _notes_length(result.notes, width) <= room:
        return []
    return (
        brief_lines(result, width, room) if result.layout is Layout.FINDINGS else list(across_lines(result, width, pen))
    )


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
