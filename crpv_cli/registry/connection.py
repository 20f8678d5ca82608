"""Where the registry is and how it is opened.

Reading opens the file read-only.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from crpv_cli.errors import CrpvError, RegistryProblem, full_disk
from crpv_cli.language import msg

# "CRPV" in ASCII: `file` and SQLite tools can distinguish a registry from any other SQLite file.
APPLICATION_ID = 0x43525056
# Raised with the first change of a table after a release: earlier programs then refuse the file.
SCHEMA_VERSION = 7
BUSY_TIMEOUT_SECONDS = 5.0


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


def registry_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version of an open registry.

    Raises:
        RegistryProblem: the file is not a registry, or a newer program made it.
    """
    try:
        (application,) = connection.execute("pragma application_id").fetchone()
        (version,) = connection.execute("pragma user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise _unreadable(path, error) from error
    if application != APPLICATION_ID:
        raise RegistryProblem(
            msg("{path} is not a crpv registry.", path=path),
            msg("Name another file with --db, or make a registry with: crpv init --db NEW_FILE"),
        )
    if version > SCHEMA_VERSION:
        raise RegistryProblem(
            msg(
                "{path} was made by a newer version of crpv (schema {found}, this one knows {known}).",
                path=path,
                found=version,
                known=SCHEMA_VERSION,
            ),
            msg("Upgrade crpv, then try again."),
        )
    return int(version)


def version_of(path: Path) -> int:
    """Return the schema version of a registry that is there.

    Raises:
        RegistryProblem: the file is not a registry, or a newer program made it.
    """
    with closing(_connect(f"{path.resolve().as_uri()}?mode=ro", path)) as connection:
        return registry_version(connection, path)


@contextmanager
def open_reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a registry read-only; rows come as ``sqlite3.Row``.

    Raises:
        RegistryProblem: the file is missing, unreadable, no registry, or made by a newer program.
    """
    if not path.is_file():
        raise _missing(path)
    # In WAL mode a reader writes a small index beside the file. Where the folder cannot be written
    # (a share, a CD), nobody else can write there either, so the file can be read as immutable.
    mode = "ro" if os.access(path.resolve().parent, os.W_OK) else "ro&immutable=1"
    with closing(_connect(f"{path.resolve().as_uri()}?mode={mode}", path)) as connection:
        registry_version(connection, path)
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
                raise
            raise _unreadable(path, error) from error


@contextmanager
def open_writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing registry to write; transactions are the caller's (autocommit mode).

    Raises:
        RegistryProblem: as ``open_reading``, or another program holds the file too long.
    """
    if not path.is_file():
        raise _missing(path)
    with closing(_connect(f"{path.resolve().as_uri()}?mode=rw", path)) as connection:
        registry_version(connection, path)
        connection.execute("pragma foreign_keys = on")
        try:
            yield connection
        except sqlite3.OperationalError as error:
            raise _unreadable(path, error) from error


def _connect(uri: str, path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error
    connection.row_factory = sqlite3.Row
    return connection


def _missing(path: Path) -> RegistryProblem:
    return RegistryProblem(
        msg("There is no registry at {path}.", path=path),
        msg("Make one with: crpv init --db {path}", path=path),
    )


def _unreadable(path: Path, error: sqlite3.Error) -> CrpvError:
    if (full := full_disk(error, path.parent)) is not None:
        return full
    if "locked" in str(error) or "busy" in str(error):
        return RegistryProblem(
            msg("Another program is writing to {path}.", path=path),
            msg("Wait until it has finished, or close it, then try again."),
        )
    return RegistryProblem(
        msg("{path} cannot be read as a registry: {reason}", path=path, reason=str(error)),
        msg("Name another file with --db, or restore a copy."),
    )
