"""Where the rows of a result come from: their sources by title, and the state of the registry."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.result import Origin, Value

__all__ = ["origin"]


def origin(connection: sqlite3.Connection, sources: Iterable[Value] = ()) -> Origin:
    """Return the titles of the sources named, each once, by id, and the registry's last load."""
    named = {source for source in sources if source}
    titles = {
        row[0]: row[1] for row in connection.execute("select id, title from sources order by id") if row[0] in named
    }
    last = connection.execute("select id, at from loads order by id desc limit 1").fetchone()
    return Origin(titles, last["id"] if last else None, last["at"] if last else None)
