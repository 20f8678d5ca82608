"""A user's own query in SQL, which can read the registry and do nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.reports import fictitious
from crpv_cli.reports.origin import origin
from crpv_cli.result import Result, Value

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
    "user_version",
}


def _only_reading(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action in _READING:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _DESCRIBING:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def ask(connection: sqlite3.Connection, sql: str, parameters: Mapping[str, str]) -> Result:
    """Run one SELECT on a registry that was opened read-only; parameters stand as ``:name`` in it.

    Raises:
        UsageProblem: the SQL is wrong, lacks a parameter, or would do more than read.
    """
    # Asked before the authorizer is set: it is our own question.
    notes = fictitious.notes(connection, rests=False)
    its_origin = origin(connection)
    connection.set_authorizer(_only_reading)
    try:
        cursor = connection.execute(sql, dict(parameters))
        found = cursor.fetchall()
    except sqlite3.Error as error:
        raise _refusal(error) from error
    finally:
        connection.set_authorizer(None)
    if cursor.description is None:
        raise UsageProblem(msg("The query returns no rows."), msg("Write one SELECT statement."))
    names = _distinct([description[0] for description in cursor.description])
    rows = tuple(tuple(_plain(value) for value in row) for row in found)
    columns = tuple(Column(name, name, _kind([row[place] for row in rows])) for place, name in enumerate(names))
    return Result("query", msg(N_("Query")), columns, rows, notes=notes, parameters={"sql": sql}, origin=its_origin)


def _refusal(error: sqlite3.Error) -> UsageProblem:
    reason = str(error)
    if "not authorized" in reason or "prohibited" in reason or "readonly" in reason:
        return UsageProblem(
            msg("A query can only read the registry; nothing was changed."),
            msg("To change it, load a file: crpv load FILE"),
        )
    if "one statement" in reason:
        return UsageProblem(msg("The query holds several statements."), msg("Write one SELECT statement."))
    if "binding" in reason or "did not supply a value" in reason:
        return UsageProblem(
            msg("A parameter of the query has no value: {reason}", reason=reason), msg("Give it with: -p NAME=VALUE")
        )
    return UsageProblem(
        msg("The query is wrong: {reason}", reason=reason),
        msg('See the tables with: crpv info, and a table\'s columns with: crpv query "pragma table_info(centres)"'),
    )


def _distinct(names: list[str]) -> list[str]:
    """Number names that come again: JSON objects and tables to load have each name once."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return out


def _plain(value: object) -> Value:
    if isinstance(value, bytes):
        return value.hex()
    assert value is None or isinstance(value, str | int | float)
    return value


def _kind(values: list[Value]) -> Kind:
    """A query's numbers are shown as they are: whether 2023 is a year or an amount is not known."""
    known = {type(value) for value in values if value is not None}
    if known == {int}:
        return Kind.YEAR
    if known and known <= {int, float}:
        return Kind.DECIMAL
    return Kind.TEXT
