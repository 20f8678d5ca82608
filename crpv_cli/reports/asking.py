"""A user's own query in SQL, which can read the registry and do nothing else, within bounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import CrpvError, UsageProblem
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.reports import fictitious
from crpv_cli.reports.advice import advice
from crpv_cli.reports.bounds import Bounds, Watch, bounded, narrow, prepare
from crpv_cli.reports.origin import origin
from crpv_cli.result import Flow, Note, Result, Value

ON_TERMINAL = 1000
"""How many rows a terminal shows unless more are asked for."""
_FIRST_ROWS = 1000
_DENIED = ("not authorized", "prohibited", "may not be modified", "from within a transaction")
# The query, not the registry, is to blame for these; the door says what any other error of SQLite's means.
_ITS_OWN = {None, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_MISMATCH}
_ITS_OWN |= {sqlite3.SQLITE_RANGE, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE}


@contextmanager
def asking(
    connection: sqlite3.Connection,
    sql: str,
    parameters: Mapping[str, str],
    limit: int | None = None,
    terminal: bool = False,
    bounds: Bounds | None = None,
    give_up: Callable[[CrpvError], None] = lambda problem: None,
) -> Iterator[Flow]:
    """Run one SELECT on a registry that was opened read-only, and give its rows as they come.

    Args:
        connection: an open registry.
        sql: the query; parameters stand as ``:name`` in it.
        parameters: their values, by name.
        limit: after how many rows it ends; None for no end.
        terminal: whether a terminal shows them, where there is an end in any case.
        bounds: what it may take.
        give_up: ends the process; called from another thread if SQLite does not end although its time is over.

    Raises:
        UsageProblem: the SQL is wrong, lacks a parameter, would do more than read, or takes more than it may. The rows
            raise it too, while they come.
    """
    # Asked before the connection is bounded: it is our own question.
    notes = fictitious.notes(connection, rests=False)
    its_origin = origin(connection)
    prepare(connection, sql)
    query = _Query(connection, bounds or Bounds(), limit, terminal)
    texts = connection.text_factory
    with bounded(connection, query.bounds), Watch(connection, query.bounds, give_up) as watch:
        connection.text_factory = query.text
        try:
            names = query.begin(watch, sql, parameters)
            rows = query.rows(watch)
            first = _first(rows, query.bounds)

            def result(whole: Sequence[tuple[Value, ...]]) -> Result:
                columns = tuple(Column(name, name, _kind([row[at] for row in whole])) for at, name in enumerate(names))
                told = (*notes, *query.notes())
                asked = {"sql": sql}
                title = msg(N_("Query"))
                return Result("query", title, columns, tuple(whole), notes=told, parameters=asked, origin=its_origin)

            # The first rows say what a column holds; one of nothing yet may still turn out to be of numbers.
            kinds = [_kind([row[at] for row in first], unknown=Kind.DECIMAL) for at in range(len(names))]
            yield Flow(
                columns=tuple(Column(name, name, kind) for name, kind in zip(names, kinds, strict=True)),
                rows=chain(first, rows),
                result=result,
                remarks=lambda: [*(note.message for note in notes if note.alert), *query.remarks()],
                kept=query.bounds.kept,
                too_large=query.bounds.too_large,
            )
        finally:
            query.end()
            connection.text_factory = texts


class _Query:
    """A query that runs: what comes of it, and what has to be said of that."""

    def __init__(self, connection: sqlite3.Connection, bounds: Bounds, limit: int | None, terminal: bool) -> None:
        self.bounds = bounds
        self._by_itself = terminal and limit is None
        self._limit = ON_TERMINAL if self._by_itself else limit
        self._cut = False
        self._unreadable = False
        self._cursor = connection.cursor()
        self._cursor.row_factory = None
        self._connection = connection

    def text(self, raw: bytes) -> str:
        """Decode a text; bytes that are none stand as the sign for what cannot be shown."""
        try:
            return str(raw, "utf-8")
        except UnicodeDecodeError:
            self._unreadable = True
            return str(raw, "utf-8", "replace")

    def begin(self, watch: Watch, sql: str, parameters: Mapping[str, str]) -> list[str]:
        """Start it; returns the names of its columns."""
        watch.start()
        try:
            self._cursor.execute(sql, dict(parameters))
            described = self._cursor.description or ()
            if narrow(self._connection, len(described), self.bounds):
                self._cursor.execute(sql, dict(parameters))  # which Python has kept as it was compiled
        except (sqlite3.Error, MemoryError, UnicodeError) as error:
            raise self._problem(error, watch) from error
        finally:
            watch.stop()
        if not described:
            raise UsageProblem(msg("The query returns no rows."), msg("Write one SELECT statement."))
        return _distinct([description[0] for description in described])

    def rows(self, watch: Watch) -> Iterator[tuple[Value, ...]]:
        """Give the rows; SQLite is asked for each when it is wanted."""
        count = 0
        while True:
            watch.start()
            try:
                row = next(self._cursor, None)
                if row is None:
                    return
                if count == self._limit:
                    self._cut = True
                    return
                values = tuple(value.hex() if isinstance(value, bytes) else value for value in row)
            except (sqlite3.Error, MemoryError) as error:
                raise self._problem(error, watch) from error
            finally:
                watch.stop()
            if Flow.size(values) > self.bounds.row:
                raise self.bounds.too_large()
            yield values
            count += 1

    def end(self) -> None:
        """Let go of the registry."""
        self._cursor.close()

    def notes(self) -> list[Note]:
        """What the reader of the rows must know of them, once they have come."""
        notes = [Note("unreadable-text", _UNREADABLE)] if self._unreadable else []
        if self._cut:
            notes.append(Note("limited", self._only_first()))
            if self._by_itself:
                notes.append(advice("more-rows", msg("More rows: --limit N, or into a file with -o")))
        return notes

    def remarks(self) -> list[Message]:
        """The same where notes have no place; who asked for so many rows and no more knows it."""
        return [note.message for note in self.notes() if note.code == "unreadable-text" or self._by_itself]

    def _only_first(self) -> Message:
        count = self._limit or 0
        if self._by_itself:
            return msgs("Only the first row is shown.", "Only the first {count} rows are shown.", count)
        return msgs("Only the first row.", "Only the first {count} rows.", count)

    def _problem(self, error: Exception, watch: Watch) -> BaseException:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_INTERRUPT:
            return self.bounds.too_slow() if watch.expired else KeyboardInterrupt()
        if isinstance(error, MemoryError) or code == sqlite3.SQLITE_TOOBIG:
            return self.bounds.too_large()
        if isinstance(error, UnicodeError):
            return UsageProblem(msg("The query or a value for it is not text in UTF-8."))
        return _refusal(error) if code is None or code & 0xFF in _ITS_OWN else error


_UNREADABLE = msg(
    N_("Some texts are not UTF-8: what cannot be read stands as \ufffd. Their bytes: hex(column) instead of column.")
)


def _first(rows: Iterator[tuple[Value, ...]], bounds: Bounds) -> list[tuple[Value, ...]]:
    """Take the first rows, as many as fit into the memory of one."""
    first: list[tuple[Value, ...]] = []
    room = bounds.row
    while len(first) < _FIRST_ROWS and room > 0 and (row := next(rows, None)) is not None:
        first.append(row)
        room -= Flow.size(row)
    return first


def _refusal(error: Exception) -> UsageProblem:
    reason = str(error)
    denied = getattr(error, "sqlite_errorcode", None) in {sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY}
    if denied or any(words in reason for words in _DENIED):
        return UsageProblem(
            msg("A query can only read the registry; nothing was changed."),
            msg("To change it, load a file: crpv load FILE"),
        )
    if "one statement" in reason:
        return UsageProblem(msg("The query holds several statements."), msg("Write one SELECT statement."))
    if "binding" in reason.lower() or "did not supply a value" in reason:
        return UsageProblem(
            msg("A parameter of the query has no value: {reason}", reason=reason), msg("Give it with: -p NAME=VALUE")
        )
    return UsageProblem(
        msg("The query is wrong: {reason}", reason=reason),
        msg('See the tables with: crpv info, and a table\'s columns with: crpv query "pragma table_info(centres)"'),
    )


def _distinct(names: list[str]) -> list[str]:
    """Number names that come again: JSON objects and tables to load have each name once."""
    taken, seen = set(names), dict[str, int]()
    out = []
    for name in names:
        number = seen.get(name, 0) + 1
        # What is made must not be a name that another column has already.
        while number > 1 and f"{name}_{number}" in taken:
            number += 1
        seen[name] = number
        out.append(name if number == 1 else f"{name}_{number}")
        taken.add(out[-1])
    return out


def _kind(values: list[Value], unknown: Kind = Kind.TEXT) -> Kind:
    """A query's numbers are shown as they are: whether 2023 is a year or an amount is not known."""
    known = {type(value) for value in values if value is not None}
    if known == {int}:
        return Kind.YEAR
    if known and known <= {int, float}:
        return Kind.DECIMAL
    return Kind.TEXT if known else unknown
