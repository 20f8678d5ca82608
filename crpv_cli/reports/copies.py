"""The copies of a registry, and the backup that was just made."""

from __future__ import annotations

from pathlib import Path

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, msg, msgs
from crpv_cli.registry import copies
from crpv_cli.registry.restoring import Backup
from crpv_cli.result import Note, Result

_FILE = Column("file", N_("File"))
_SIZE = Column("size", N_("Size in bytes"), Kind.INTEGER)
_LOAD = (
    Column("load", N_("Last load"), Kind.INTEGER, grouped=False),
    Column("loaded_at", N_("Last load on"), Kind.DATE),
)


def copies_beside(path: Path) -> Result:
    """List the copies beside a registry, newest first: what kind, made when (UTC), and what they hold."""
    columns = (
        Column("at", N_("When (UTC)"), Kind.DATE),
        Column("kind", N_("Copy"), Kind.CODE),
        *_LOAD,
        _SIZE,
        Column("schema", N_("Schema of the registry"), Kind.INTEGER, grouped=False),
        _FILE,
    )
    found = copies.beside(path)
    rows = tuple(
        (copy.at, copy.why, copy.load, copy.loaded_at, copy.size, copy.schema, copy.path.name) for copy in found
    )
    total = msgs(
        "{count} copy, {size} bytes. It is not removed by itself: remove it when you no longer need it.",
        "{count} copies, {size} bytes. None is removed by itself: remove those that you no longer need.",
        len(rows),
        size=sum(copy.size for copy in found),
    )
    return Result(
        name="copies",
        title=msg("Copies of {path}", path=path),
        columns=columns,
        rows=rows,
        screen=("at", "kind", "load", "size", "file"),
        notes=(Note("copies", total),),
    )


def backup_made(made: Backup) -> Result:
    """Say of a backup where it is and what tells it from any other file."""
    columns = (_FILE, Column("sha256", N_("SHA-256"), Kind.CODE), _SIZE, *_LOAD)
    row = (str(made.path), made.sha256, made.size, made.load, made.loaded_at)
    return Result("backup", msg(N_("Backup")), columns, (row,))
