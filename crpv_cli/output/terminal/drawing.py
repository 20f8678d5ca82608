"""Small drawings of characters for a terminal: bars beside figures, and series of ratings as sparklines.

They repeat what stands beside them in figures or words, so that nothing is lost where they are not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.result import Point, Value


@dataclass(frozen=True, slots=True)
class Pen:
    """The characters that a terminal can show.

    Attributes:
        levels: the heights of a sparkline, the lowest first.
        full: a whole cell of a bar.
        parts: what a bar may end with, the shortest first, each a part of a cell longer than the one before.
        arrow: between two ratings in words.
        reached, rest: a share of a whole: what is reached, and what is left.
        tiles: the squares of a small map, for each state of ``reports/coverage/map.py`` in the order of its states.
    """

    levels: str
    full: str
    parts: str
    arrow: str
    reached: str
    rest: str
    tiles: str


BLOCKS = Pen("▁▂▃▄▅▆▇█", "█", "▏▎▍▌▋▊▉", "→", "━", "─", "■◆□·?")
ASCII = Pen("_.-=+*%#", "#", "", ">", "=", "-", "#%o.?")
"""For a terminal whose encoding has no blocks."""


def bar(value: Value, largest: float, width: int, pen: Pen = BLOCKS) -> str:
    """Draw a figure as a bar of at most ``width`` characters, which the largest figure of the column fills.

    What is unknown, nothing or less than nothing has no bar; whatever is more than nothing has some.
    """
    if not isinstance(value, int | float) or value <= 0 or largest <= 0:
        return ""
    parts = len(pen.parts) + 1
    # Rounded down: only the largest fills its room.
    length = max(int(min(value / largest, 1) * width * parts), 1)
    whole, part = divmod(length, parts)
    return pen.full * whole + (pen.parts[part - 1] if part else "")


def gauge(share: float, width: int, pen: Pen = BLOCKS) -> tuple[str, str]:
    """Draw a share as a line of ``width`` characters: what is reached of it, and the rest.

    Only the whole fills it, and whatever is more than nothing reaches something.
    """
    reached = min(max(int(share * width), 1 if share > 0 else 0), width)
    return pen.reached * reached, pen.rest * (width - reached)


def sparkline(points: Sequence[Point], years: Sequence[int], pen: Pen = BLOCKS) -> str:
    """Draw a series of ratings by their positions on their scales, a character for each of these years.

    A year without evaluation, and an evaluation without a rating, leave a gap.
    """
    highest = len(pen.levels) - 1
    positions = {point.year: point.position for point in points}
    heights = (positions.get(year) for year in years)
    return "".join(" " if height is None else pen.levels[round(height * highest)] for height in heights)


def in_words(points: Sequence[Point], pen: Pen = BLOCKS) -> str:
    """Set a series of ratings closely: ``3→2→3``."""
    return pen.arrow.join(point.rating or UNKNOWN for point in points)


def series_of(value: Value) -> tuple[Point, ...]:
    """The points of a value; none of a value that is no series."""
    return tuple(item for item in value if isinstance(item, Point)) if isinstance(value, tuple) else ()
