"""The SQL files of the reports, and what is true on a date."""

from __future__ import annotations

import datetime
import sqlite3
from functools import cache
from pathlib import Path

__all__ = ["closed_year", "open_centres", "open_in", "query", "today"]


@cache
def query(name: str) -> str:
    """Return the SQL of a report, with the common tables of ``as_of.sql`` before it.

    ``as_of.sql`` defines ``open_centres`` (centres open on ``:as_of``) and ``served`` (centre and department
    of the perimeters valid on ``:as_of``, open centres only, each pair once).
    """
    folder = Path(__file__).parent
    return "\n".join((folder / f"{part}.sql").read_text(encoding="utf-8") for part in ("as_of", name))


def open_centres(connection: sqlite3.Connection, as_of: str) -> list[str]:
    """Return the ids of the centres open on a date."""
    return [row["id"] for row in connection.execute(query("open_centres"), {"as_of": as_of})]


def open_in(centre: sqlite3.Row, year: int, as_of: str) -> bool:
    """Whether a centre was open on a day of the year up to the date; an unknown date is no bound."""
    start, end = f"{year}-01-01", min(f"{year}-12-31", as_of)
    return (
        start <= end
        and (centre["since"] is None or centre["since"] <= year)
        and (centre["label_from"] is None or centre["label_from"] <= end)
        and (centre["label_to"] is None or centre["label_to"] >= start)
    )


def closed_year(date: str) -> int:
    """The latest year that is over on a date; its own last day is its end."""
    return int(date[:4]) - (date[5:] != "12-31")


def today() -> str:
    """Today's date, in ISO form."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date().isoformat()
