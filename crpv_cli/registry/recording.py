"""The record of a load: who, where, when, with which command and version, and how many rows it touched."""

from __future__ import annotations

import getpass
import socket
import sqlite3
from datetime import UTC, datetime

from crpv_cli import __version__, interrupts
from crpv_cli.errors import ExitCode
from crpv_cli.language import decoded
from crpv_cli.registry.seals import seal_load


def open_load(connection: sqlite3.Connection, command: str, undoes: int | None = None) -> int:
    """Begin the record of a load; returns its number."""
    done = connection.execute(
        "insert into loads (at, who, host, command, version, undoes) values (?, ?, ?, ?, ?, ?)",
        (datetime.now(UTC).isoformat(timespec="seconds"), _user(), _host(), command, __version__, undoes),
    )
    return int(done.lastrowid or 0)


def close_load(connection: sqlite3.Connection, load: int, inserted: int, updated: int, deleted: int = 0) -> None:
    """Complete the record of a load with the number of rows it touched, and seal it: nothing is written after this."""
    connection.execute(
        "update loads set inserted = ?, updated = ?, deleted = ? where id = ?", (inserted, updated, deleted, load)
    )
    seal_load(connection, load)


def commit(  # noqa: D417 - the connection needs no words
    connection: sqlite3.Connection, load: int, refused: bool = False
) -> None:
    """Commit a load. A signal that came before is raised, and it is not in; from then on signals wait for the verdict.

    Args:
        load: its number.
        refused: whether rows of it were refused: the exit code that stands.
    """
    if (signal := interrupts.passed_over()) is not None:
        raise signal
    interrupts.hold()
    try:
        connection.commit()
    except BaseException:
        interrupts.release()
        raise
    interrupts.settle(load, ExitCode.ANOMALIES if refused else ExitCode.DONE)


def _user() -> str:
    try:
        return decoded(getpass.getuser())
    except (OSError, KeyError):
        return "?"


def _host() -> str | None:
    return decoded(socket.gethostname()) or None
