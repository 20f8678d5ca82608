"""How a command opens the registry: created on the default path, brought up to date, or refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from crpv_cli.language import msg
from crpv_cli.output import streams
from crpv_cli.registry import connection as registry
from crpv_cli.registry.schema import is_current

__all__ = ["create_registry", "reading", "writing"]


@contextmanager
def reading(db: Path | None) -> Iterator[sqlite3.Connection]:
    """Open the registry to read. On the default path only, a missing one is made first, and that is said.

    Raises:
        RegistryProblem: it is missing, unreadable, or made by a newer program.
    """
    path, by_default = registry.resolve_path(db)
    if by_default and not path.exists():
        create_registry(path)
    with ExitStack() as opened:
        connection = opened.enter_context(registry.open_reading(path))
        if not is_current(connection):
            opened.close()
            _bring_up_to_date(path)
            connection = opened.enter_context(registry.open_reading(path))
        yield connection


@contextmanager
def writing(db: Path | None) -> Iterator[sqlite3.Connection]:
    """Open the registry to write, as ``reading`` does.

    Raises:
        RegistryProblem: it is missing, unreadable, locked, or made by a newer program.
    """
    path, by_default = registry.resolve_path(db)
    if by_default and not path.exists():
        create_registry(path)
    _bring_up_to_date(path)
    with registry.open_writing(path) as connection:
        yield connection


def create_registry(path: Path) -> None:
    """Make a registry from the bundled reference data, and say where."""
    from crpv_cli.commands.making import make

    make(path, demo=False, empty=False)
    streams.say(msg("A registry was made from the bundled reference data: {path}", path=path))


def _bring_up_to_date(path: Path) -> None:
    from crpv_cli.registry.migrations import migrate

    if path.is_file() and (copy := migrate(path)):
        streams.say(msg("The registry was brought up to date; a copy of it as it was is kept: {copy}", copy=copy))
