"""Where the rows of a result come from: their sources by title, and the state of the registry."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.result import Origin, Value


def origin(connection: sqlite3.Connection, sources: Iterable[Value] = ()) -> Origin:
    """Return what is known of the sources named, by id, and the registry's last load."""
    named = {source for source in sources if source}
    found = [row for row in connection.execute("select * from sources order by id") if row["id"] in named]
    last = connection.execute("select id, at from loads order by id desc limit 1").fetchone()
    return Origin(
        {row["id"]: row["title"] for row in found},
        last["id"] if last else None,
        last["at"] if last else None,
        *(
            {row["id"]: row[name] for row in found if row[name]}
            for name in ("published_on", "url", "consulted_on", "place")
        ),
    )
