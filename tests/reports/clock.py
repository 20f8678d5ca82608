"""Another day for the views: SQLite's own functions of time, asked as if it were that day."""

from __future__ import annotations

import sqlite3

__all__ = ["DATES", "at_date"]

# The old perimeters; the end of a year; the day of a published figure; the second geography, with the demonstration.
DATES = ("2016-06-30", "2021-12-31", "2023-10-17", "2025-12-31")


def at_date(connection: sqlite3.Connection, iso: str) -> sqlite3.Connection:
    """Make ``date('now', 'localtime')`` and ``strftime(…, 'now', 'localtime')`` speak of a day on this connection.

    Everything else that these functions are asked goes to SQLite's own.
    """
    plain = sqlite3.connect(":memory:")

    def then(arguments: tuple[object, ...]) -> tuple[object, ...]:
        if "now" not in arguments:
            return arguments
        return tuple(iso if argument == "now" else argument for argument in arguments if argument != "localtime")

    def ask(function: str, *arguments: object) -> str | None:
        asked = then(arguments)
        (answer,) = plain.execute(f"select {function}({', '.join('?' * len(asked))})", asked).fetchone()
        return None if answer is None else str(answer)

    connection.create_function("date", -1, lambda *arguments: ask("date", *arguments), deterministic=True)
    connection.create_function("strftime", -1, lambda *arguments: ask("strftime", *arguments), deterministic=True)
    return connection
