"""The record of a load: who, where, when, with which command and version, and how many rows it touched."""

from __future__ import annotations

import getpass
import socket
import sqlite3
from datetime import UTC, datetime

from crpv_cli import __version__
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


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "?"


def _host() -> str | None:
    return socket.gethostname() or None
