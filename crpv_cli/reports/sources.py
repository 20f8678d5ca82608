"""The sources that a page rests on, for readers who check it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, msg
from crpv_cli.result import Origin, Result, Value


def sources_of(connection: sqlite3.Connection, origins: Iterable[Origin | None]) -> Result:
    """Return the sources that results rest on, each once, real ones first, by title."""
    named = {source for origin in origins if origin for source in origin.sources}
    table = TABLES["sources"]
    names = ", ".join(table.names)
    found = connection.execute(f"select {names} from sources order by coalesce(fictitious, 0), title, id")
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (*tuple(row)[:-1], bool(row["fictitious"])) for row in found if row["id"] in named
    )
    return Result(
        name="sources",
        title=msg(N_("Sources")),
        columns=table.columns,
        rows=rows,
        screen=("title", "publisher", "published_on", "licence", "url"),
        fictitious=any(row[-1] for row in rows),
        lists_sources=True,
    )
