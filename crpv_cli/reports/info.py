"""What registry this is, and what it holds."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from crpv_cli import __version__
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, msg
from crpv_cli.registry.merged import registries
from crpv_cli.registry.schema import strangers
from crpv_cli.reports import fictitious
from crpv_cli.result import Dossier, Note, Result, Value, table_words


def registry_info(connection: sqlite3.Connection, path: Path, schema: int, data: Path) -> Dossier:
    """Return the dossier of a registry: paths, versions, rows per table, fictitious or not."""
    counts: list[tuple[Value, ...]] = []
    for table in TABLES.values():
        (rows,) = connection.execute(f"select count(*) from {table.name}").fetchone()
        counts.append((table_words(table.name), rows))
    last = connection.execute("select id, at, command from loads order by id desc limit 1").fetchone()
    rests = fictitious.holds_fictitious(connection)
    facts = (
        (Column("version", N_("Version of crpv")), __version__),
        (Column("registry", N_("Registry")), str(path.resolve())),
        (Column("schema", N_("Schema of the registry"), Kind.INTEGER, grouped=False), schema),
        (Column("size", N_("Size in bytes"), Kind.INTEGER), path.stat().st_size),
        (Column("last_load", N_("Last load"), Kind.INTEGER, grouped=False), last["id"] if last else None),
        (Column("last_load_at", N_("Last load on"), Kind.DATE), last["at"] if last else None),
        (Column("fictitious", N_("Holds fictitious data"), Kind.FLAG), rests),
        (Column("data", N_("Bundled data")), str(data)),
        (Column("python", N_("Python")), ".".join(map(str, sys.version_info[:3]))),
        (Column("sqlite", N_("SQLite")), sqlite3.sqlite_version),
    )
    return Dossier(
        name="info",
        title=msg(N_("crpv and its registry")),
        facts=Result(
            "info", msg(N_("Info")), tuple(column for column, _ in facts), (tuple(value for _, value in facts),)
        ),
        sections=(
            Result(
                "tables",
                msg(N_("Tables")),
                (Column("table", N_("Table"), Kind.CODE), Column("rows", N_("Rows"), Kind.INTEGER)),
                tuple(counts),
            ),
            *_registries(connection),
        ),
        notes=(*fictitious.notes(connection, rests=False), *_strangers(connection)),
        command="crpv info",
    )


def _registries(connection: sqlite3.Connection) -> Iterator[Result]:
    """List the registries that were merged into this one, if there are any, with the last load seen of each."""
    rows = tuple(
        (known.name, known.last_load, known.last_at, known.load, known.path, known.identity)
        for known in registries(connection).values()
    )
    if rows:
        columns = (
            Column("registry", N_("Registry")),
            Column("last_load", N_("Last load seen"), Kind.INTEGER, grouped=False),
            Column("last_at", N_("When (UTC)"), Kind.DATE),
            Column("merged_by", N_("Merged by load"), Kind.INTEGER, grouped=False),
            Column("file", N_("File")),
            Column("identity", N_("Identity"), Kind.CODE),
        )
        yield Result("registries", msg(N_("Merged registries")), columns, rows)


def _strangers(connection: sqlite3.Connection) -> Iterator[Note]:
    """Name the tables, views and indexes that are not of crpv: they are left alone."""
    found = strangers(connection)
    names = sorted(name for kind in ("table", "view", "index") for name in found.get(kind, []))
    if names:
        yield Note("strangers", msg("Not of crpv, and left alone: {names}.", names=names), {"names": names})
