"""What a rating scale is.

No official scale exists for the missions: a scale is data. Where a rating is on one,
``registry/queries/facts/positions.sql`` computes.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from crpv_cli.language import Message, msg


def levels_of(text: str | None) -> tuple[str, ...]:
    """Return the levels of a scale of letters or words, worst first, from ``D | C | B | A``."""
    return tuple(level.strip() for level in (text or "").split("|") if level.strip())


@dataclass(frozen=True, slots=True)
class Scale:
    """A rating scale: numbers between two bounds, or named levels from worst to best."""

    minimum: float | None
    maximum: float | None
    levels: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: sqlite3.Row) -> Scale:
        """Return the scale that a row with the columns of the table ``scales`` describes."""
        return cls(row["minimum"], row["maximum"], levels_of(row["levels"]))

    def bounds(self) -> str:
        """The scale in a few characters, for a message: ``1-4`` or ``D, C, B, A``."""
        if self.levels:
            return ", ".join(self.levels)
        return f"{self.minimum:g}-{self.maximum:g}" if self.minimum is not None and self.maximum is not None else "?"

    def said(self) -> Message | str:
        """The scale inside a sentence: French says from which rating to which."""
        return bounds_said(self.bounds())


def bounds_said(bounds: str) -> Message | str:
    """Return the bounds of a scale, as ``bounds`` writes them, for a sentence: ``1-4`` is “de 1 à 4” in French."""
    numbers = re.fullmatch(r"(-?[\d.]+)-(-?[\d.]+)", bounds)
    if numbers is None:
        return bounds
    return msg("{lowest}-{highest}", lowest=float(numbers[1]), highest=float(numbers[2]))
