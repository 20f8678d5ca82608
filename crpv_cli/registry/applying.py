"""Staged records become rows, and what they change is kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, UsageProblem
from crpv_cli.language import decoded, msg
from crpv_cli.registry.loads import FileOutcome, Source
from crpv_cli.registry.schema import key_columns, key_condition, key_json, key_values
from crpv_cli.registry.staging import Stage, same_key
from crpv_cli.spelling import typed


def apply_source(
    stage: Stage, number: int, source: Source, outcome: FileOutcome, load: int, as_written: bool
) -> list[Anomaly]:
    """Write the staged records of a source, and count in ``outcome`` what became of them.

    What differs only in apostrophes, blanks and the like is no change, unless all is meant ``as_written``.

    Returns what is wrong with rows that, together with what the registry keeps of them, break one of its rules.
    """
    connection = stage.connection
    work = _Applying(stage, source, load, _record_file(connection, load, source, outcome), as_written)
    (staged,) = connection.execute(
        f"select count(*) from stage_{source.table.name} where file = ?", (number,)
    ).fetchone()
    touched = work.update(number)
    outcome.updated = touched - len(work.refused)
    outcome.inserted = work.insert(number)
    outcome.unchanged += staged - outcome.inserted - touched
    connection.execute(
        "update load_files set inserted = ?, updated = ?, unchanged = ?, refused = ? where id = ?",
        (outcome.inserted, outcome.updated, outcome.unchanged, outcome.refused + len(work.refused), work.file),
    )
    return work.refused


def remove_rows(connection: sqlite3.Connection, table: Table, keys: Sequence[Sequence[object]], load: int) -> int:
    """Remove rows by their keys, and keep what they were; returns how many were there.

    Raises:
        UsageProblem: other rows refer to one of them.
    """
    condition = key_condition(table, "t")
    removed = 0
    for key in keys:
        values = key_values(key)
        row = connection.execute(
            f"select t.*, {key_json(table, 't')} as _key from {table.name} as t where {condition}", values
        ).fetchone()
        if row is None:
            continue
        before = {name: row[name] for name in row.keys() if name != "_key"}  # noqa: SIM118 - a Row is no mapping
        try:
            connection.execute(f"delete from {table.name} as t where {condition}", values)
        except sqlite3.IntegrityError as error:
            if not connection.in_transaction:
                raise  # a user's own trigger ended it
            raise UsageProblem(
                msg("{table}: {key} cannot be removed: other rows refer to it.", table=table.name, key=list(key)),
                msg("Remove those first, or keep it."),
            ) from error
        connection.execute(
            "insert into changes (load, table_name, key, action, before) values (?, ?, ?, 'delete', ?)",
            (load, table.name, row["_key"], json.dumps(before, ensure_ascii=False)),
        )
        removed += 1
    return removed


def _record_file(connection: sqlite3.Connection, load: int, source: Source, outcome: FileOutcome) -> int:
    path = source.name if source.name == "-" else decoded(str(Path(source.name).resolve()))
    done = connection.execute(
        """
        insert into load_files
            (load, path, sheet, sha256, table_name, profile, places, rows_read, refused,
                inserted, updated, unchanged)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)
        """,
        (
            load,
            path,
            source.sheet,
            source.sha256,
            source.table.name,
            source.profile,
            json.dumps(dict(source.places), ensure_ascii=False),
            outcome.read,
            outcome.refused,
        ),
    )
    return int(done.lastrowid or 0)


class _Applying:
    """One source on its way into its table."""

    def __init__(self, stage: Stage, source: Source, load: int, file: int, as_written: bool) -> None:
        self.stage = stage
        self.connection = stage.connection
        self.as_written = as_written
        self.source = source
        self.table = source.table
        self.load = load
        self.file = file
        self.refused: list[Anomaly] = []

    def update(self, number: int) -> int:
        """Write the rows that the registry holds with other values; returns how many there are."""
        table = self.table
        keys = {column.stored for column in key_columns(table)}
        others = [name for name in (table.column(name).stored for name in self.source.present) if name not in keys]
        if not others:
            return 0
        same = " and ".join(f"s.{name} is t.{name}" for name in others)
        new = ", ".join(f"s.{name} as new_{name}" for name in others)
        old = ", ".join(f"t.{name} as old_{name}" for name in others)
        # Set aside first: a table is not read while it is written, and a temporary table takes no memory.
        self.connection.execute(
            f"""
            create temp table touched as
            select s.line, t.rowid as row, {key_json(table, "t")} as key, t.load, {new}, {old}
            from stage_{table.name} as s join main.{table.name} as t on {same_key(table, "s", "t")}
            where s.file = {number:d} and not ({same})
            """
        )
        touched = 0
        for row in self.connection.execute("select * from touched order by line"):
            after = {
                name: row[f"new_{name}"] for name in others if self._differ(row[f"new_{name}"], row[f"old_{name}"])
            }
            if not after:
                continue
            touched += 1
            self._update_row(row, after, {"load": row["load"]} | {name: row[f"old_{name}"] for name in after})
        self.connection.execute("drop table temp.touched")
        return touched

    def _differ(self, new: object, old: object) -> bool:
        if isinstance(new, str) and isinstance(old, str) and not self.as_written:
            return new != old and typed(new) != typed(old)
        return new != old

    def _update_row(self, row: sqlite3.Row, after: dict[str, object], before: dict[str, object]) -> None:
        settings = ", ".join(f"{name} = ?" for name in after)
        try:
            self.connection.execute(
                f"update main.{self.table.name} set {settings}, load = ? where rowid = ?",
                (*after.values(), self.load, row["row"]),
            )
        except sqlite3.IntegrityError as error:
            if not self.connection.in_transaction:
                raise  # a user's own trigger ended it: what came next would stay written
            # The file's own columns were valid; together with what the registry keeps they are not.
            self.refused.append(
                self.source.anomaly(
                    "contradicts-registry",
                    msg("The row contradicts the rest of it in the registry: {reason}.", reason=str(error)),
                    msg("Add the other columns of the row to the file."),
                    row["line"],
                )
            )
            return
        self.connection.execute(
            """
            insert into changes (load, file, line, table_name, key, action, before, after)
            values (?, ?, ?, ?, ?, 'update', ?, ?)
            """,
            (
                self.load,
                self.file,
                row["line"],
                self.table.name,
                row["key"],
                json.dumps(before, ensure_ascii=False),
                json.dumps(after, ensure_ascii=False),
            ),
        )

    def insert(self, number: int) -> int:
        """Write the rows that the registry does not hold; returns how many there are."""
        table = self.table
        columns = ", ".join(column.stored for column in table.columns)
        values = ", ".join(f"s.{column.stored}" for column in table.columns)
        fresh = f"""
            from stage_{table.name} as s
            where s.file = :number and s.rowid in {self.stage.fresh(table)}
            order by s.line
        """
        parameters = {"load": self.load, "file": self.file, "number": number, "table": table.name}
        self.connection.execute(
            f"""
            insert into changes (load, file, line, table_name, key, action)
            select :load, :file, s.line, :table, {key_json(table, "s")}, 'insert' {fresh}
            """,
            parameters,
        )
        done = self.connection.execute(
            f"insert into main.{table.name} ({columns}, load) select {values}, :load {fresh}", parameters
        )
        return done.rowcount
