"""Another day for the views: SQLite's own functions of time, asked as if it were that day."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

__all__ = ["DATES", "at_date"]

# The old perimeters; the end of a year; the day of a published figure; the second geography, with the demonstration.
DATES = ("2016-06-30", "2021-12-31", "2023-10-17", "2025-12-31")


@cache
def _answer(function: str, *arguments: object) -> str | None:
    """What SQLite's own function answers."""
    with closing(sqlite3.connect(":memory:")) as plain:
        (answer,) = plain.execute(f"select {function}({', '.join('?' * len(arguments))})", arguments).fetchone()
    return None if answer is None else str(answer)


def at_date(connection: sqlite3.Connection, iso: str) -> sqlite3.Connection:
    """Make ``date('now', 'localtime')`` and ``strftime(…, 'now', 'localtime')`` speak of a day on this connection.

    Everything else that these functions are asked goes to SQLite's own.
    """

    def then(arguments: tuple[object, ...]) -> tuple[object, ...]:
        if "now" not in arguments:
            return arguments
        return tuple(iso if argument == "now" else argument for argument in arguments if argument != "localtime")

    for function in ("date", "strftime"):

        def ask(*arguments: object, function: str = function) -> str | None:
            return _answer(function, *then(arguments))

        connection.create_function(function, -1, ask, deterministic=True)
    return connection
