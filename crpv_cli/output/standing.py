"""Where the registry stands, as ``crpv`` says it by itself: facts, what is pending, and commands."""

from __future__ import annotations

from rich.cells import cell_len

from crpv_cli.language import literal
from crpv_cli.output import streams
from crpv_cli.output.shelf.layout import GAP, facts_of
from crpv_cli.output.terminal.lines import BOLD, CYAN, DIM, PLAIN, Line, painted, points, wrapped
from crpv_cli.result import Dossier, Value, Worded


def show_standing(dossier: Dossier) -> None:
    """Print it on standard output."""
    content = painted(_lines(dossier, streams.terminal_width()), streams.colour())
    streams.deliver(content, None, force=False)


def _lines(dossier: Dossier, width: int | None) -> list[Line]:
    lines = [*wrapped(dossier.title.text(), width, style=BOLD), []]
    lines += _pairs(facts_of(dossier), width, DIM)
    matters, steps = dossier.sections
    if matters.rows:
        lines += [[], *wrapped(matters.title.text(), width, style=BOLD)]
        lines += points([literal(str(message.text())) for (message,) in matters.rows], width)  # type: ignore[union-attr]
    lines += [[], *wrapped(steps.title.text(), width, style=BOLD)]
    lines += _pairs([(_said(command), purpose.text()) for command, purpose in steps.rows], width, CYAN, "  ")  # type: ignore[union-attr]
    for note in dossier.notes:
        lines += [[], *wrapped(note.message.text(), width)]
    return lines


def _said(command: Value) -> str:
    """A command as the reader types it."""
    return command.words.text() if isinstance(command, Worded) else str(command)


def _pairs(pairs: list[tuple[str, str]], width: int | None, style: str, indent: str = "") -> list[Line]:
    """What stands at the left, and what is said of it beside it, on as many lines as it needs."""
    widest = max(cell_len(left) for left, _ in pairs) + GAP
    lines: list[Line] = []
    for left, right in pairs:
        room = None if width is None else width - widest - len(indent)
        for number, line in enumerate(wrapped(right, room) or [[]]):
            shown = left if number == 0 else ""
            lines.append([(indent, PLAIN), (shown, style), (" " * (widest - cell_len(shown)), PLAIN), *line])
    return lines
