"""What somebody's own SQL may do, and how much time and memory it may take.

SQL that only reads can still fill the memory and never end: a recursion without an end, a value of a gigabyte, a
pattern that is compared for years inside one function. Nothing of this is recognised beforehand. What is bounded is
what it takes: all the memory of SQLite, the size of a value and of a row, and the time that SQLite has the process to
itself.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic

from crpv_cli.errors import CrpvError, UsageProblem
from crpv_cli.language import N_, msg, msgs

MEGABYTE = 1 << 20
PATIENCE_SECONDS = 2.0
"""How long SQLite may take to end once it is asked to: it does not hear before the function that it is in returns."""
_LOOKS_A_SECOND = 20
_FEW_COLUMNS = 8
_SIGNALS = {getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")} - {None}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a query may take.

    Attributes:
        seconds: the time that it may compute; how long its reader takes does not count.
        memory: in megabytes. SQLite gets three quarters of it, since what it hands over is held once more, and written.
            Its default suffices for ``v_network``, whose text SQLite makes 300 MB of before it asks anything.
    """

    seconds: float = 30
    memory: int = 512

    @property
    def heap(self) -> int:
        """All the memory that SQLite may have, in bytes."""
        return self.memory * MEGABYTE // 4 * 3

    @property
    def row(self) -> int:
        """How large a row may be, in bytes; as text in a file it takes up to sixteen times as much for a moment."""
        return self.memory * MEGABYTE // 64

    @property
    def kept(self) -> int:
        """How much of the answer may be held at once, in bytes: a page that is made of it takes eight times as much."""
        return self.memory * MEGABYTE // 16

    def too_slow(self) -> UsageProblem:
        """Say that the time is over."""
        return UsageProblem(
            msgs(
                "The query took more than {count} second and was stopped.",
                "The query took more than {count} seconds and was stopped.",
                round(self.seconds),
            ),
            msg("Narrow it down, or give it more time with --timeout."),
        )

    def too_large(self) -> UsageProblem:
        """Say that the memory does not suffice."""
        return UsageProblem(
            msg("The query needs more than {count} MB of memory and was stopped.", count=self.memory),
            msg("Narrow it down, or give it more memory with --memory."),
        )


# --- What it may do ---

_READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
# Pragmas that describe the tables; all others could change how the file is used.
_DESCRIBING = {
    "table_info",
    "table_xinfo",
    "table_list",
    "foreign_key_list",
    "index_list",
    "index_info",
}
# Functions that run code from a file or at an address in memory, or write to a log; some builds of SQLite have them.
_ACTING = {"load_extension", "fts3_tokenizer", "sqlite_log"}


# Tables that a function gives. SQLite describes such a table to itself, as if it were made, when it is first asked for:
# the authorizer cannot tell that from somebody's CREATE TABLE.
_GIVEN = ("json_each", "json_tree", "jsonb_each", "jsonb_tree", *(f"pragma_{name}" for name in sorted(_DESCRIBING)))


def _only_reading(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _ACTING:
        return sqlite3.SQLITE_DENY
    if action in _READING:
        return sqlite3.SQLITE_OK
    name = (first or "").lower()
    if action == sqlite3.SQLITE_PRAGMA and (name in _DESCRIBING or (name == "user_version" and second is None)):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


# --- What it may take ---


@contextmanager
def bounded(connection: sqlite3.Connection, bounds: Bounds) -> Iterator[None]:
    """Let a connection only read, and bound the memory that it takes.

    When the block ends, it may do again what it could before. The bound on all memory is one of the process and stays:
    SQL can lower it, and only C can raise it again.
    """
    limits = {
        sqlite3.SQLITE_LIMIT_LENGTH: min(bounds.row, 1_000_000_000),
        sqlite3.SQLITE_LIMIT_SQL_LENGTH: MEGABYTE,
        sqlite3.SQLITE_LIMIT_ATTACHED: 0,
        sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    }
    # Sorting and what is computed on the way stay in memory, where the bound counts, instead of filling the disk. That
    # is refused where our own work has opened temporary storage in the same transaction: then only the time is bounded.
    with suppress(sqlite3.OperationalError):
        connection.execute("pragma temp_store = memory")
    connection.execute(f"pragma hard_heap_limit = {bounds.heap + held(connection)}")
    before = {limit: connection.setlimit(limit, value) for limit, value in limits.items()}
    connection.set_authorizer(_only_reading)
    try:
        yield
    finally:
        connection.set_authorizer(None)
        for limit, value in before.items():
            connection.setlimit(limit, value)


def held(connection: sqlite3.Connection) -> int:
    """How much memory the registry itself takes, in bytes, where it is a copy in memory; a page has a head as well."""
    if any(file for _number, name, file in connection.execute("pragma database_list") if name == "main"):
        return 0
    (pages,), (size,) = (connection.execute(f"pragma {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * (size + 512))


def prepare(connection: sqlite3.Connection, sql: str) -> None:
    """Let SQLite describe the tables that functions give and that a query may name, before only reading is allowed."""
    for name in _GIVEN:
        if name in sql.lower():
            with suppress(sqlite3.Error):  # this SQLite does not have it
                connection.execute(f"select 1 from {name} limit 0")


def narrow(connection: sqlite3.Connection, columns: int, bounds: Bounds) -> bool:
    """Bound the values of a query with many columns, which may be one value; returns whether it has to begin again.

    SQLite keeps a value once that stands in two thousand columns, and Python two thousand times. How many columns there
    are is known when the first row is there, of which nothing has been handed over yet.
    """
    if columns <= _FEW_COLUMNS:
        return False
    length = max(bounds.row // columns, 16 * columns, 4096)
    if length >= connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH):
        return False
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length)
    return True


class Watch:
    """A thread that stops SQLite when the time is over, or when a signal comes that Python cannot see meanwhile.

    SQLite looks up between two steps of its program, not inside a function. If it has not come back after
    ``PATIENCE_SECONDS``, ``give_up`` is called, which has to end the process. The clock stands still outside
    ``start`` and ``stop``.
    """

    def __init__(self, connection: sqlite3.Connection, bounds: Bounds, give_up: Callable[[CrpvError], None]) -> None:
        self.expired = False
        self._connection = connection
        self._bounds = bounds
        self._give_up = give_up
        self._left = bounds.seconds
        self._since: float | None = None
        self._asked: float | None = None
        self._signal: int | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._pipe: tuple[int, int] | None = None
        self._before = -1

    def __enter__(self) -> Watch:
        """Begin to watch."""
        if os.name == "posix" and threading.current_thread() is threading.main_thread():
            self._pipe = os.pipe()
            for end in self._pipe:
                os.set_blocking(end, False)
            self._before = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        """End the watch."""
        self._since = None
        self._over.set()
        self._thread.join()
        if self._pipe is not None:
            signal.set_wakeup_fd(self._before)
            for end in self._pipe:
                os.close(end)

    def start(self) -> None:
        """SQLite has the process from now on."""
        self._since = monotonic()

    def stop(self) -> None:
        """SQLite has come back."""
        since, self._since = self._since, None
        if since is not None:
            self._left -= monotonic() - since

    def _run(self) -> None:
        while not self._over.wait(1 / _LOOKS_A_SECOND):
            self._look(monotonic())

    def _look(self, now: float) -> None:
        came, since = self._came(), self._since
        if since is None:
            return  # a signal is seen by Python itself
        if came is not None:
            self._signal = came
        if now - since >= self._left:
            self.expired = True
        if not self.expired and self._signal is None:
            return
        self._asked = self._asked or now
        self._connection.interrupt()
        if now - self._asked >= PATIENCE_SECONDS:
            self._give_up(self._bounds.too_slow() if self._signal is None else _interrupted(self._signal))

    def _came(self) -> int | None:
        if self._pipe is None:
            return None
        try:
            numbers = os.read(self._pipe[0], 64)
        except BlockingIOError:
            return None
        return next((number for number in numbers if number in _SIGNALS), None)


def _interrupted(signum: int) -> CrpvError:
    problem = CrpvError(msg(N_("Interrupted.")))
    problem.exit_code = 128 + signum  # type: ignore[assignment]
    return problem
