"""The SQL files of the reports, and what is true on a date."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

__all__ = ["query", "today"]


@cache
def query(name: str) -> str:
    """Return the SQL of a report, with the common tables of ``as_of.sql`` before it.

    ``as_of.sql`` defines ``open_centres`` (centres open on ``:as_of``) and ``served`` (centre and department
    of the perimeters valid on ``:as_of``, open centres only, each pair once).
    """
    folder = Path(__file__).parent
    return "\n".join((folder / f"{part}.sql").read_text(encoding="utf-8") for part in ("as_of", name))


def today() -> str:
    """Today's date, in ISO form."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date().isoformat()
