"""The registry as a file of SQLite's: how it is opened, whoever wrote to it last, and what it means if that fails.

Nothing else in crpv connects to a registry. What stands in it is not looked at here.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from crpv_cli import publishing
from crpv_cli.errors import CrpvError, RegistryProblem, full_disk
from crpv_cli.language import Message, msg

BUSY_TIMEOUT_SECONDS = 5.0
BESIDE = ("-wal", "-journal")
"""What SQLite keeps beside a file, by what it adds to its name, as far as it may hold rows."""

_RECOVERABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that is there to read it, with all that was committed.

    A program that was killed may have left a journal that must be rolled back, or rows that are not in the file yet. It
    is recovered where this user may write. Elsewhere (a share, a CD, somebody else's folder) a private copy is read.

    Raises:
        RegistryProblem: it cannot be read.
    """
    with _problems(path):
        connection = _read_only(path)
    if connection is not None:
        with closing(connection):
            yield connection
        return
    with copied(path) as copy:
        yield copy


@contextmanager
def copied(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a private copy of a file, with all that was committed; the copy is gone with its connection.

    Raises:
        RegistryProblem: it cannot be read.
    """
    with publishing.temporary("crpv-copy") as place:
        with _problems(path):
            copy = place / "registry.sqlite"
            _copy(path, copy)
            connection = connect(copy)
        with closing(connection):
            yield connection


@contextmanager
def writing(path: Path, patience: float | None = None) -> Iterator[sqlite3.Connection]:
    """Open a file that is there to write to it; transactions are the caller's (autocommit mode).

    Args:
        path: the file.
        patience: for how many seconds to wait for another program that writes, if not for the usual time.

    Raises:
        RegistryProblem: it cannot be read, or not written, or another program writes for too long.
    """
    with _problems(path):
        connection = connect(path, patience=patience)
    with closing(connection):
        connection.execute("pragma foreign_keys = on")
        yield connection


@contextmanager
def one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """Read several times what others may write to meanwhile, as it is at one moment."""
    if connection.in_transaction:
        yield
        return
    connection.execute("begin")
    try:
        yield
    finally:
        connection.rollback()


def use_wal(connection: sqlite3.Connection) -> None:
    """Let others read while this program writes; while others have the file open, it stays as it is."""
    with suppress(sqlite3.OperationalError):
        if connection.execute("pragma journal_mode").fetchone()[0] != "wal":
            connection.execute("pragma journal_mode = wal")


def connect(path: Path, mode: str = "rw", patience: float | None = None) -> sqlite3.Connection:
    """Connect to a file; rows come as ``sqlite3.Row``.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    seconds = BUSY_TIMEOUT_SECONDS if patience is None else patience
    connection = sqlite3.connect(uri, uri=True, timeout=seconds, isolation_level=None)
    try:
        connection.execute("pragma cell_size_check = on")
        connection.execute("select 1 from sqlite_schema limit 1").fetchone()
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def _read_only(path: Path) -> sqlite3.Connection | None:
    """Connect to a file to read it; None if only a copy of it can be read."""
    try:
        return connect(path, "ro")
    except sqlite3.OperationalError as error:
        if _primary(error) not in _RECOVERABLE or not os.access(path, os.R_OK):
            raise
    if os.access(path, os.W_OK) and os.access(path.resolve().parent, os.W_OK):
        try:
            connect(path).close()  # which rolls back, or writes, what a program that was killed left
            return connect(path, "ro")
        except sqlite3.OperationalError as error:
            if _primary(error) not in _RECOVERABLE:
                raise
    return None


def _copy(path: Path, copy: Path) -> None:
    """Copy a file and what is beside it, as they are at one moment.

    Raises:
        OSError: they cannot be read.
        sqlite3.OperationalError: another program goes on writing to them.
    """
    import shutil

    path = path.resolve()
    for _ in range(20):
        before = [moment(beside(path, suffix)) for suffix in ("", *BESIDE)]
        for suffix in ("", *BESIDE):
            beside(copy, suffix).unlink(missing_ok=True)
            if beside(path, suffix).exists():
                shutil.copyfile(beside(path, suffix), beside(copy, suffix))
        if [moment(beside(path, suffix)) for suffix in ("", *BESIDE)] == before:
            return
    raise sqlite3.OperationalError("database is locked")


def copy_pages(
    source: sqlite3.Connection, target: sqlite3.Connection, locked: Callable[[], None] | None = None
) -> None:
    """Copy a whole database into another one, as it is at one moment, in one transaction of the other one.

    Args:
        source: what is copied; it has no transaction that writes.
        target: what is written.
        locked: is called once, when nobody else can write to the target any more, and before it is changed.

    Raises:
        sqlite3.OperationalError: another program holds one of them for too long.
    """
    waits_until = time.monotonic() + BUSY_TIMEOUT_SECONDS
    waiting = [locked] if locked is not None else []

    def step(status: int, _left: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() > waits_until:  # Python itself would try for ever
                raise sqlite3.OperationalError("database is locked")
        elif waiting:
            waiting.pop()()

    # The first step locks the target; the one that takes the last page commits.
    source.backup(target, pages=-1 if locked is None else 1, progress=step)


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as one of SQLite's: from beside another one, SQLite removes what it cannot use."""
    try:
        with path.open("rb") as stream:
            return stream.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def beside(path: Path, suffix: str) -> Path:
    """Return the path of what SQLite keeps beside a file."""
    return path.with_name(path.name + suffix)


def moment(path: Path) -> tuple[int, ...]:
    """What tells that a file was written to meanwhile: where it is, its size and times; empty if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def check_alone(path: Path) -> None:
    """Refuse a name for a new registry beside which rows of an earlier one lie: SQLite would add them to the new one.

    Raises:
        RegistryProblem: there are such files.
    """
    left = [place for suffix in BESIDE if (place := beside(path, suffix)).exists() and place.stat().st_size]
    if left and not os.path.lexists(path):
        raise RegistryProblem(
            msg("{path} is missing, but what was last written to it is still there: {files}.", path=path, files=left),
            msg("Put the registry back beside them; or move them away, and a new registry can be made."),
        )


# --- What went wrong ---


@contextmanager
def _problems(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise problem(path, error) from error
    except UnicodeDecodeError as error:
        raise not_text(path) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def missing(path: Path) -> RegistryProblem:
    """Say that there is no registry."""
    if path.is_symlink():
        return RegistryProblem(
            msg("{path} leads to {target}, which is not there.", path=path, target=path.readlink()),
            msg("Is the share or disk that holds it connected? Otherwise remove the link."),
        )
    return RegistryProblem(
        msg("There is no registry at {path}.", path=path),
        msg("Make one with: crpv init --db {path}", path=path),
    )


def _primary(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def problem(path: Path, error: sqlite3.Error) -> CrpvError:
    """Say what SQLite's error means for a registry: what is wrong, and what to do."""
    code = _primary(error)
    if (full := full_disk(error, path.resolve().parent)) is not None:
        return full
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL) or "locked" in str(error):
        return RegistryProblem(
            msg("Another program is writing to {path}.", path=path),
            msg("Wait until it has finished, or close it, then try again."),
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return RegistryProblem(
            msg("{path} cannot be written: {reason}", path=path, reason=str(error)),
            msg("Check that you may write to the file and to its folder, or name another file with --db."),
        )
    if code == sqlite3.SQLITE_CANTOPEN and not os.access(path, os.R_OK):
        return _unreadable(path, os.strerror(13))
    if code == sqlite3.SQLITE_NOMEM:
        return RegistryProblem(
            msg("There is not enough memory to read {path}.", path=path), msg("Close other programs, then try again.")
        )
    if code == sqlite3.SQLITE_IOERR:
        return RegistryProblem(
            msg("The disk or share of {path} cannot be read or written: {reason}", path=path, reason=str(error)),
            msg("Check that it is connected and not full, then try again."),
        )
    if code == sqlite3.SQLITE_NOTADB:
        return not_a_registry(path)
    if code == sqlite3.SQLITE_CORRUPT:
        return damaged(path, msg(str(error)))
    return _unreadable(path, str(error))


def not_a_registry(path: Path) -> RegistryProblem:
    """Say that a file is something else."""
    return RegistryProblem(
        msg("{path} is not a crpv registry.", path=path),
        msg("Name another file with --db, or make a registry with: crpv init --db NEW_FILE"),
    )


def not_text(path: Path) -> RegistryProblem:
    """Say that a text of a registry is none; Python raises that even for a message of SQLite's that quotes it."""
    return damaged(path, msg("a text in it is not UTF-8"))


def damaged(path: Path, reason: Message) -> RegistryProblem:
    """Say that a registry is not what was written."""
    return RegistryProblem(
        msg("{path} is damaged: {reason}", path=path, reason=reason),
        msg("See all that is wrong with: crpv check --integrity; put back a copy with: crpv restore"),
    )


def _unreadable(path: Path, reason: str) -> RegistryProblem:
    return RegistryProblem(
        msg("{path} cannot be read as a registry: {reason}", path=path, reason=reason),
        msg("Name another file with --db, or put back a copy with: crpv restore"),
    )
