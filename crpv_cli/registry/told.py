"""How ``changes`` tells of rows: their values as JSON, written and read by SQL, so that no row passes through Python.

SQLite writes a number with decimals with fifteen digits, which may be another number: those go through Python.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

Columns = Mapping[str, str]
"""The columns of a table as the file has them, with their types; somebody may have added some."""


def columns_of(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return the columns of a table, and let the connection write and read numbers with decimals."""
    columns = {row[1]: row[2] for row in connection.execute(f"pragma main.table_info({table})")}
    if "REAL" in columns.values():
        connection.create_function("crpv_written", 1, _written, deterministic=True)
        connection.create_function("crpv_read", 1, _read, deterministic=True)
    return columns


def _written(value: float | None) -> str | None:
    return None if value is None else json.dumps(value)


def _read(told: str | None) -> float | None:
    value = None if told is None else json.loads(told)
    return float(value) if isinstance(value, int | float) else None


def json_of(alias: str, names: Iterable[str], columns: Columns) -> str:
    """Return the SQL that writes values of a row as an object."""
    pairs = ", ".join(f"{_text(name)}, {_given(f'{alias}.{_quoted(name)}', columns[name])}" for name in names)
    return f"json_object({pairs})"


def quoted_json(value: str, kind: str) -> str:
    """Return the SQL that writes a value of a column of this type as JSON."""
    return f"ifnull(crpv_written({value}), 'null')" if kind == "REAL" else f"json_quote({value})"


def _given(value: str, kind: str) -> str:
    return f"json(crpv_written({value}))" if kind == "REAL" else value


def tells(told: str, name: str, older: Mapping[str, str]) -> str:
    """Return the SQL that says whether an object tells of a column, by this name or an earlier one."""
    kinds = ", ".join(f"json_type({told}, {_path(each)})" for each in _names(name, older))
    return f"coalesce({kinds}, null) is not null"


def read_from(told: str, name: str, columns: Columns, older: Mapping[str, str]) -> str:
    """Return the SQL that reads the value of a column from an object; null where it does not tell of it."""
    paths = [_path(each) for each in _names(name, older)]
    if columns[name] == "REAL":
        values = [f"crpv_read({told} -> {path})" for path in paths]
    else:
        values = [f"{told} ->> {path}" for path in paths]
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def tells_of_others(told: str, names: Iterable[str], older: Mapping[str, str]) -> str:
    """Return the SQL that says whether an object tells of other columns than these."""
    paths = ", ".join(_path(each) for name in names for each in _names(name, older))
    return f"json_remove({told}, {paths}) <> '{{}}'"


def _names(name: str, older: Mapping[str, str]) -> list[str]:
    return [name, *(old for old, new in older.items() if new == name)]


def _path(name: str) -> str:
    return _text(f'$."{name}"')


def _text(words: str) -> str:
    escaped = words.replace("'", "''")
    return f"'{escaped}'"


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
