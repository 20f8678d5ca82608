"""What a registry answers about its history: each load, each row, each state that was known, each undo.

``answers.json`` holds what programs answered that kept a copy of the key of each inserted row (schema 7), for the
registries that are kept as ``version_N.sql``: whatever keeps the history now has to answer the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.journal import changes_of
from crpv_cli.registry.known import as_known
from crpv_cli.registry.undoing import Undone, undo
from crpv_cli.reports.history import change_rows, trace


# What came to the registry since then: tables, and half-days that may have halves.
SINCE = {"campaigns", "closures"}
COUNTED = {"half_days": "iif(half_days = cast(half_days as integer), cast(half_days as integer), half_days)"}


def answers(path: Path) -> dict[str, str]:
    """Return what a registry answers, by question: a digest of it, or the sentence in which it was refused."""
    told: dict[str, str] = {}
    with open_reading(path) as connection:
        loads = [number for (number,) in connection.execute("select id from loads order by id").fetchall()]
        for load in loads:
            told[f"log {load}"] = _digest(sorted(map(repr, change_rows(connection, changes_of(connection, load)))))
            try:
                with as_known(connection, load) as then:
                    told[f"known {load}"] = _digest(_held(then))
            except UsageProblem as refused:
                told[f"known {load}"] = refused.message.text("en")
        for table in TABLES.values():
            for row in connection.execute(f"select * from {table.name}").fetchall():
                key = [f"{name}={row[table.column(name).stored]}" for name in table.key if row[name] is not None]
                try:
                    answer = trace(connection, table, key)
                except UsageProblem:
                    continue  # no other row has a key of more known parts
                told[f"trace {table.name} {' '.join(key)}"] = _digest(answer.rows)
    for load in loads:
        copy = path.with_name(f"undone-{load}.db")
        shutil.copy(path, copy)
        with open_writing(copy) as connection:
            try:
                undone = undo(connection, load)
            except UsageProblem as refused:
                told[f"undo {load}"] = " ".join(sorted(re.findall(r"[\w-]+", refused.message.text("en"))))
            else:
                counted = _counted(undone)
                again = undo(connection, undone.load or 0)
                told[f"undo {load}"] = _digest([counted, _counted(again), _held(connection)])
                undo(connection, again.load or 0)
                told[f"undo {load} twice"] = _digest(_held(connection))
    return told


def _counted(undone: Undone) -> tuple[list[tuple[str, int]], ...]:
    """How many rows of each table were removed, and how many restored."""
    return sorted((+undone.removed).items()), sorted((+undone.restored).items())


def _held(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The rows of all tables, each with the load that it is of."""
    held = {}
    for table in TABLES.values():
        if table.name in SINCE:
            assert not connection.execute(f"select 1 from {table.name}").fetchone()
            continue
        columns = ", ".join([*(COUNTED.get(column.stored, column.stored) for column in table.columns), "load"])
        held[table.name] = sorted(
            repr(tuple(row)) for row in connection.execute(f"select {columns} from {table.name}").fetchall()
        )
    return held


def _digest(told: Iterable[Any]) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, default=str).encode()).hexdigest()[:16]
