"""Whether files are those that were loaded, byte for byte."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.language import N_, msg
from crpv_cli.registry.journal import undone_loads
from crpv_cli.reports import fictitious
from crpv_cli.result import Layout, Result, Value, table_words

LOADED, UNDONE, OTHER_BYTES, NEVER = "loaded", "undone", "other-bytes", "never"

COLUMNS = (
    Column("file", N_("File")),
    Column(
        "state",
        N_("State"),
        Kind.CODE,
        choices=(
            Choice(LOADED, N_("loaded")),
            Choice(UNDONE, N_("loaded, and undone")),
            Choice(OTHER_BYTES, N_("never loaded; another file of its name was")),
            Choice(NEVER, N_("never loaded")),
        ),
        emphasis=True,
    ),
    Column("load", N_("Load"), Kind.INTEGER, grouped=False),
    Column("at", N_("When (UTC)"), Kind.DATE),
    Column("who", N_("Who")),
    Column("host", N_("Machine")),
    Column("table", N_("Table"), Kind.CODE),
    Column("sheet", N_("Sheet")),
    Column("loaded_as", N_("Loaded as")),
    Column("sha256", N_("SHA-256"), Kind.CODE),
)
_SCREEN = ("file", "state", "load", "at", "who", "table", "sheet")


def verified(connection: sqlite3.Connection, files: Mapping[str, str]) -> Result:
    """Say of each file which load it was loaded by: a row for each load and each table of it, the newest load first.

    A file that was never loaded has one row, or those of the last load of another file of its name.

    Args:
        connection: an open registry.
        files: the name of each file and the SHA-256 of its bytes.
    """
    loaded = connection.execute(
        """
        select f.path, f.sha256, f.table_name, f.sheet, l.id, l.at, l.who, l.host
        from load_files as f join loads as l on l.id = f.load
        order by l.id desc, f.id
        """
    ).fetchall()
    undone = undone_loads(connection)
    rows: list[tuple[Value, ...]] = []
    for name, sha256 in files.items():
        found = [row for row in loaded if row["sha256"] == sha256]
        others = [] if found else _last([row for row in loaded if _last_part(row["path"]) == _last_part(name) != "-"])
        for row in (*found, *others):
            state = OTHER_BYTES if others else UNDONE if row["id"] in undone else LOADED
            own = [row[column] for column in ("id", "at", "who", "host", "table_name", "sheet", "path")]
            own[4] = table_words(own[4])
            rows.append((name, state, *own, sha256))
        if not found and not others:
            rows.append((name, NEVER, *[None] * 7, sha256))
    return Result(
        name="verified",
        title=msg(N_("Files, and the loads that they were loaded by")),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=_SCREEN,
        spare=("sheet",),
        layout=Layout.CARDS,
        notes=fictitious.notes(connection, rests=False),
    )


def never_loaded(result: Result) -> bool:
    """Whether one of the files was never loaded."""
    state = result.places["state"]
    return any(row[state] in {OTHER_BYTES, NEVER} for row in result.rows)


def _last(rows: Sequence[sqlite3.Row]) -> Iterable[sqlite3.Row]:
    return [row for row in rows if row["id"] == rows[0]["id"]]


def _last_part(path: str) -> str:
    """The name of a file without its folders; it may have been loaded on another system."""
    return re.split(r"[/\\]", path)[-1]
