"""The sources that a page rests on, numbered, for readers who check it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, msg
from crpv_cli.result import Origin, Result, Value
from crpv_cli.spelling import fold

NUMBER = Column("number", N_("No."), Kind.INTEGER, grouped=False)


def sources_of(connection: sqlite3.Connection, origins: Iterable[Origin | None]) -> Result:
    """Return the sources that results rest on, each once, real ones first, by title.

    Each has the number that stands beside the figures that rest on it, where a page or a workbook leads from there.
    """
    named = {source for origin in origins if origin for source in origin.sources}
    table = TABLES["sources"]
    names = ", ".join(table.names)
    found = sorted(
        connection.execute(f"select {names} from sources"),
        key=lambda row: (bool(row["fictitious"]), fold(row["title"]), row["id"]),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (*tuple(row)[:-1], bool(row["fictitious"]), number)
        for number, row in enumerate((row for row in found if row["id"] in named), 1)
    )
    return Result(
        name="sources",
        title=msg(N_("Sources")),
        columns=(*table.columns, NUMBER),
        rows=rows,
        screen=("number", "title", "publisher", "published_on", "licence", "url", "consulted_on", "place"),
        fictitious=any(row[-2] for row in rows),
        lists_sources=True,
    )
