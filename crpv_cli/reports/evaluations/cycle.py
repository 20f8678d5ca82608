"""How often a core mission is evaluated: no official cycle is known, so there is one default, and it stands here."""

from __future__ import annotations

__all__ = ["DEFAULT_CYCLE_YEARS", "due_year", "is_overdue"]

DEFAULT_CYCLE_YEARS = 3
"""Years from one evaluation of a mission to the next, where nobody says otherwise: the project's own choice."""


def due_year(counts_from: int | None, cycle: int) -> int | None:
    """Return the year by which the next evaluation is due; None where no year is known to count from.

    Args:
        counts_from: the latest year of activity that was evaluated, else the year in which the centre opened.
        cycle: years from one evaluation to the next.
    """
    return None if counts_from is None else counts_from + cycle


def is_overdue(counts_from: int | None, as_of: str, cycle: int) -> bool:
    """Say whether the next evaluation is overdue: the year by which it was due has passed.

    A mission never evaluated is overdue once the centre has been open for a cycle, or if it is not known since when it
    is. Whether that can be said at all is for the caller to know: where no evaluation of any centre is in the registry,
    nothing is known.

    Args:
        counts_from: the latest year of activity that was evaluated, else the year in which the centre opened; None if
            neither is known.
        as_of: ISO date for which the question is asked.
        cycle: years from one evaluation to the next: as of 2026 with a cycle of 3, the year 2023 is still in time.
    """
    return counts_from is None or counts_from < int(as_of[:4]) - cycle
