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
HANDED_ON, OTHER_HANDED_ON = "handed-on", "other-handed-on"

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
            Choice(HANDED_ON, N_("handed on for a closed year")),
            Choice(OTHER_HANDED_ON, N_("not as handed on; another file of its name was")),
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
    Column("year", N_("Year"), Kind.YEAR),
)
_SCREEN = ("file", "state", "load", "at", "who", "table", "sheet")


def verified(connection: sqlite3.Connection, files: Mapping[str, str]) -> Result:
    """Say of each file which load it was loaded by: a row for each load and each table of it, the newest load first.

    A file that was never loaded has one row, or those of the last load of another file of its name. One that was handed
    on for a closed year (``crpv close``) has a row for that year, with the load that closed it; so has another of its
    name, which says that it is not that file.

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
    closed = connection.execute(
        """
        select c.document, c.sha256, c.year, l.id, l.at, l.who, l.host
        from closures as c join loads as l on l.id = c.load where c.document is not null order by l.id desc, c.year desc
        """
    ).fetchall()
    undone = undone_loads(connection)
    rows: list[tuple[Value, ...]] = []
    for name, sha256 in files.items():
        found = [row for row in loaded if row["sha256"] == sha256]
        handed = [row for row in closed if row["sha256"] == sha256]
        others: Iterable[sqlite3.Row] = ()
        instead: list[sqlite3.Row] = []
        if not found and not handed:
            instead = [row for row in closed if row["document"] == _last_part(name)]
            others = _last([row for row in loaded if _last_part(row["path"]) == _last_part(name) != "-"])
        for row in (*handed, *instead):
            state = OTHER_HANDED_ON if instead else HANDED_ON
            own = [row[column] for column in ("id", "at", "who", "host")]
            rows.append((name, state, *own, table_words("closures"), None, row["document"], sha256, row["year"]))
        for row in (*found, *others):
            state = OTHER_BYTES if others else UNDONE if row["id"] in undone else LOADED
            own = [row[column] for column in ("id", "at", "who", "host", "table_name", "sheet", "path")]
            own[4] = table_words(own[4])
            rows.append((name, state, *own, sha256, None))
        if not (found or handed or others or instead):
            rows.append((name, NEVER, *[None] * 7, sha256, None))
    years = any(row[-1] is not None for row in rows)
    return Result(
        name="verified",
        title=msg(N_("Files, and the loads that they were loaded by")),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=(*_SCREEN[:2], "year", *_SCREEN[2:]) if years else _SCREEN,
        spare=("sheet", "who"),
        layout=Layout.CARDS,
        notes=fictitious.notes(connection, rests=False),
    )


def never_loaded(result: Result) -> bool:
    """Whether one of the files was neither loaded nor handed on."""
    state = result.places["state"]
    return any(row[state] in {OTHER_BYTES, NEVER, OTHER_HANDED_ON} for row in result.rows)


def _last(rows: Sequence[sqlite3.Row]) -> Iterable[sqlite3.Row]:
    return [row for row in rows if row["id"] == rows[0]["id"]]


def _last_part(path: str) -> str:
    """The name of a file without its folders; it may have been loaded on another system."""
    return re.split(r"[/\\]", path)[-1]
