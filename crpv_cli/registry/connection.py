"""The one door to a registry: where it is, and how it is opened to read or to write.

Whatever opens a registry comes through here. What it gets is a registry of the present schema with all that was
committed, in which nothing acts but crpv, and whose rows are those that loads wrote.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from crpv_cli import publishing
from crpv_cli.language import Message, msg
from crpv_cli.registry import file, schema, trust


def default_path() -> Path:
    """The registry's path when none is given: ``CRPV_DB``, else the user's data folder."""
    named = os.environ.get("CRPV_DB")
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("crpv", appauthor=False) / "crpv.sqlite"


def resolve_path(db: Path | None) -> tuple[Path, bool]:
    """Return the registry's path, and whether it is the default one.

    Only the default path may be created by reading: a path that was given, as ``--db`` or in
    ``CRPV_DB``, is never.
    """
    if db is not None:
        return db, False
    return default_path(), "CRPV_DB" not in os.environ or not os.environ["CRPV_DB"]


def version_of(path: Path) -> int:
    """Return the schema version of a registry that is there.

    Raises:
        RegistryProblem: the file is not a registry, or a newer program made it.
    """
    with file.reading(path) as connection, _sqlite_problems(path):
        return trust.check_ours(connection, path)


def is_current(path: Path) -> bool:
    """Return whether a registry that is there has the present schema; nothing is changed.

    Raises:
        RegistryProblem: the file is not a registry, or a newer program made it.
    """
    with file.reading(path) as connection:
        return _is_current(connection, path)


@contextmanager
def open_reading(
    path: Path,
    say: Callable[[Message], None] | None = None,
    *,
    as_it_is: bool = False,
    untouched: bool = False,
) -> Iterator[sqlite3.Connection]:
    """Open a registry read-only, brought up to date where that can be; rows come as ``sqlite3.Row``.

    All that is read is of one moment, whatever others load meanwhile. Where nothing may be written, an earlier registry
    is brought up to date in a private copy that is then read.

    Args:
        path: the registry.
        say: is told what was done to the file.
        as_it_is: neither bring it up to date nor look at what stands in it, to find out what is wrong with it.
        untouched: read a private copy, so that nothing is left beside it or changed in it: it is somebody else's.

    Raises:
        RegistryProblem: the file is missing, unreadable, no registry, made by a newer program, damaged, or something of
            somebody else's acts in it.
    """
    _require(path)
    with ExitStack() as opened:
        connection = opened.enter_context(file.copied(path) if untouched else file.reading(path))
        if as_it_is:
            opened.enter_context(_sqlite_problems(path))
            connection.execute("pragma trusted_schema = off")
            yield connection
            return
        if not _is_current(connection, path):
            opened.close()
            if untouched or not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
                connection = opened.enter_context(_brought_up_to_date_in_a_copy(path))
            else:
                _migrate(path, say)
                connection = opened.enter_context(file.reading(path))
        opened.enter_context(_sqlite_problems(path))
        _check(connection, path)
        yield connection


@contextmanager
def open_writing(
    path: Path, say: Callable[[Message], None] | None = None, *, as_it_is: bool = False
) -> Iterator[sqlite3.Connection]:
    """Open a registry that is there to write, brought up to date; transactions are the caller's (autocommit mode).

    Args:
        path: the registry.
        say: is told what was done to the file.
        as_it_is: neither bring it up to date nor look at what stands in it, to mend or to replace it.

    Raises:
        RegistryProblem: as ``open_reading``, or another program holds the file too long.
    """
    _require(path)
    with ExitStack() as opened:
        connection = opened.enter_context(file.writing(path))
        if as_it_is:
            opened.enter_context(_sqlite_problems(path))
            yield connection
            return
        if not _is_current(connection, path):
            opened.close()
            _migrate(path, say)
            connection = opened.enter_context(file.writing(path))
        opened.enter_context(_sqlite_problems(path))
        _check(connection, path)
        connection.execute("rollback")
        file.use_wal(connection)
        # Not where one only reads: many versions of SQLite then refuse date() in a view, and ours were compared above.
        connection.execute("pragma trusted_schema = off")
        yield connection
    trust.believe(path)


def _require(path: Path) -> None:
    if not path.is_file():
        raise file.missing(path)
    publishing.sweep(path.resolve().parent)


def _is_current(connection: sqlite3.Connection, path: Path) -> bool:
    with _sqlite_problems(path):
        trust.check_ours(connection, path)
        return schema.is_current(connection)


def _migrate(path: Path, say: Callable[[Message], None] | None) -> None:
    from crpv_cli.registry.migrations import migrate

    if (copy := migrate(path)) and say is not None:
        say(msg("The registry was brought up to date; a copy of the earlier one was kept: {copy}", copy=copy))


@contextmanager
def _brought_up_to_date_in_a_copy(path: Path) -> Iterator[sqlite3.Connection]:
    from crpv_cli.registry.migrations import bring_up_to_date

    with file.copied(path) as copy:
        with _sqlite_problems(path):
            trust.check_nothing_acts(copy, path)
            trust.check_whole(copy, path)
            bring_up_to_date(copy, path)
            copy.execute("pragma query_only = on")
        yield copy


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Begin a transaction, and check what stands in the registry at its moment."""
    stamp = trust.stamp_of(path)
    connection.execute("begin")
    trust.check_ours(connection, path)
    trust.check_nothing_acts(connection, path)
    trust.check_believable(connection, path, stamp)


@contextmanager
def _sqlite_problems(path: Path) -> Iterator[None]:
    """Say what an error of SQLite's means; a statement that is wrong is a bug, and stays one."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            raise
        raise file.problem(path, error) from error
