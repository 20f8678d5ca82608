"""The position of a rating on its scale.

No official scale exists for the missions: a scale is data. Ratings on different scales are only ever
compared through their position, 0 for the lowest rating and 1 for the highest.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Scale", "levels_of"]


def levels_of(text: str | None) -> tuple[str, ...]:
    """Return the levels of a scale of letters or words, worst first, from ``D | C | B | A``."""
    return tuple(level.strip() for level in (text or "").split("|") if level.strip())


@dataclass(frozen=True, slots=True)
class Scale:
    """A rating scale: numbers between two bounds, or named levels from worst to best."""

    id: str
    minimum: float | None
    maximum: float | None
    levels: tuple[str, ...] = ()

    def position(self, rating: str | None) -> float | None:
        """Return the position of a rating, between 0 and 1, or None if it is not on the scale."""
        if rating is None:
            return None
        if self.levels:
            places = {level.casefold(): place for place, level in enumerate(self.levels)}
            place = places.get(rating.casefold())
            return None if place is None or len(self.levels) < 2 else place / (len(self.levels) - 1)
        if self.minimum is None or self.maximum is None or self.minimum >= self.maximum:
            return None
        try:
            value = float(rating.replace(",", "."))
        except ValueError:
            return None
        if not self.minimum <= value <= self.maximum:
            return None
        return (value - self.minimum) / (self.maximum - self.minimum)

    def bounds(self) -> str:
        """The scale in a few characters, for a message: ``1-4`` or ``D, C, B, A``."""
        if self.levels:
            return ", ".join(self.levels)
        return f"{self.minimum:g}-{self.maximum:g}" if self.minimum is not None and self.maximum is not None else "?"
