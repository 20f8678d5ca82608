"""Lines of text: pieces with a style each, wrapped and coloured here alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from rich.cells import cell_len, set_cell_size

# Styles as Rich writes them, of the sixteen colours that every terminal has.
PLAIN, BOLD, DIM, CYAN, ALERT = "", "bold", "dim", "cyan", "bold yellow"
FIGURE, GOOD, MARK = "bold cyan", "bold green", "yellow"
_NARROWEST = 20

Line = list[tuple[str, str]]
"""Pieces of a line, and how each is set in colour."""


def painted(lines: Iterable[Line], colour: bool) -> str:
    """Set lines as text; colour comes on top of what they say."""
    return "".join(f"{_painted(line) if colour else _plain(line)}\n" for line in lines)


def _plain(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


def _painted(line: Line) -> str:
    kept = line[: max((place for place, (text, _) in enumerate(line, 1) if text.strip()), default=0)]
    if kept and " on " not in kept[-1][1]:  # a tile has a ground, which ends where it ends
        kept[-1:] = [(kept[-1][0].rstrip(), kept[-1][1])]
    return "".join(_styled(text, style) if style and text else text for text, style in kept)


def _styled(text: str, style: str) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def wrapped(text: str, width: int | None, first: str = "", others: str = "", style: str = PLAIN) -> Iterator[Line]:
    """Break a text at words, or nowhere if ``width`` is None; the lines start with ``first`` and ``others``."""
    if width is None:
        yield [(first + text, style)]
        return
    width = max(width, _NARROWEST)
    # Words are separated at blanks alone, not at the no-break spaces of numbers.
    options = {"break_long_words": False, "break_on_hyphens": False}
    for line in textwrap.wrap(text, width, initial_indent=first, subsequent_indent=others, **options):  # type: ignore[arg-type]
        yield [(line, style)]


def points(texts: Iterable[str], width: int | None) -> Iterator[Line]:
    """Notes, each behind a point."""
    for text in texts:
        yield from wrapped(text, width, "· ", "  ")


def length(line: Line) -> int:
    """How many columns a line takes."""
    return sum(cell_len(text) for text, _ in line)


def beside(left: list[Line], right: list[Line], place: int) -> Iterator[Line]:
    """Set lines at the right of others, from the column ``place`` on."""
    for number in range(max(len(left), len(right))):
        first = left[number] if number < len(left) else []
        if number < len(right):
            yield [*first, (" " * (place - length(first)), PLAIN), *right[number]]
        else:
            yield first


def cut(text: str, room: int) -> str:
    """Cut a text to so many columns, with a sign where something is missing."""
    return text if cell_len(text) <= room else f"{set_cell_size(text, room - 1)}…"
