"""Cells as a file gives them: a text, or a text with what a workbook says it is.

Whatever reads a file hands on texts, each as a person would have typed it. What a text alone cannot say goes with it,
so that the column, which knows what it expects, can judge: a date where a reference is due, an error, a formula that
was never computed, thousands of euros in the format of a number.
"""

from __future__ import annotations

from enum import Enum


class CellKind(Enum):
    """What a workbook says of a cell that is neither a text nor a plain number."""

    DATE = "date"
    """A day without a time of day; its text is ISO."""
    TIME = "time"
    """A day with a time of day (ISO, with a blank between them), a time or a duration."""
    BOOLEAN = "boolean"
    """``true`` or ``false``."""
    ERROR = "error"
    """``#N/A``, ``#REF!``…"""
    UNIT = "unit"
    """A number whose format shows that it stands in another unit: ``unit`` is the one of the text.

    ``k€``, ``M€``, ``%``, ``$``, ``jours`` as they stand there; ``€`` where the format divides it and says so (12000
    shown as 12 k€: whatever a heading says, the text is in euros); ``÷1000`` where it divides it and does not say so
    (12000 shown as 12), ``÷1000 M€`` where the two do not go together.
    """
    UNCOMPUTED = "uncomputed"
    """A formula whose result was never saved; its text is empty, the cell is not."""
    DOUBTFUL = "doubtful"
    """A formula whose saved result is 0 in a workbook that was never computed."""


class Cell(str):
    """A text with its kind. It equals only a cell of the same text, kind and unit, never a plain text."""

    __slots__ = ("kind", "unit")
    kind: CellKind
    unit: str

    def __new__(cls, text: str, kind: CellKind, unit: str = "") -> Cell:
        """Make a cell from its text as typed."""
        cell = super().__new__(cls, text)
        cell.kind = kind
        cell.unit = unit
        return cell

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Cell) and str.__eq__(self, other) and (self.kind, self.unit) == (other.kind, other.unit)
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((str.__hash__(self), self.kind, self.unit))

    def __bool__(self) -> bool:
        # A formula whose result is missing is not an empty cell.
        return self.kind is CellKind.UNCOMPUTED or bool(str(self))
