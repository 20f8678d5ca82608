"""Staged records become rows, and what they change is kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, UsageProblem
from crpv_cli.language import msg
from crpv_cli.registry.bulk import written_at_once
from crpv_cli.registry.loads import FileOutcome, Source, recorded
from crpv_cli.registry.schema import PROVENANCE, key_columns, key_condition, key_json, key_values
from crpv_cli.registry.staging import Stage, at_its_place, place_of, same_key
from crpv_cli.registry.told import Columns, columns_of, quoted_json
from crpv_cli.spelling import typed


def apply_source(
    stage: Stage, number: int, source: Source, outcome: FileOutcome, load: int, as_written: bool
) -> list[Anomaly]:
    """Write the staged records of a source, and count in ``outcome`` what became of them.

    What differs only in apostrophes, blanks and the like is no change, unless all is meant ``as_written``.

    Returns what is wrong with rows that, together with what the registry keeps of them, break one of its rules; the
    file's row of ``load_files`` is noted in ``outcome``.
    """
    connection = stage.connection
    outcome.file = _record_file(connection, load, source, outcome)
    work = _Applying(connection, source, number, load, outcome.file)
    (staged,) = connection.execute(
        f"select count(*) from temp.stage_{source.table.name} where file = ?", (number,)
    ).fetchone()
    fresh, rows = stage.fresh(source.table), f"temp.stage_{source.table.name}"
    (new,) = connection.execute(
        f"select count(*) from {fresh} as f join {rows} as s on s.rowid = f.row where s.file = ?", (number,)
    ).fetchone()
    touched, outcome.inserted = work.set_aside(as_written) if new < staged else work.set_all_aside()
    if touched:
        work.update()
    if outcome.inserted:
        with written_at_once(connection, source.table.name, outcome.inserted):
            work.insert()
    connection.execute("drop table temp.unlike")
    outcome.updated = touched - len(work.refused)
    outcome.unchanged += staged - outcome.inserted - touched
    connection.execute(
        "update load_files set inserted = ?, updated = ?, unchanged = ?, refused = ? where id = ?",
        (
            outcome.inserted,
            outcome.updated,
            outcome.unchanged,
            outcome.refused + len(work.refused),
            work.asked["file"],
        ),
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
        before = {name: row[name] for name in row.keys() if name not in {"_key", *PROVENANCE}}  # noqa: SIM118 - a Row is no mapping
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
            """
            insert into changes (load, table_name, key, action, before, was_load, was_file, was_line)
            values (?, ?, ?, 'delete', ?, ?, ?, ?)
            """,
            (
                load,
                table.name,
                row["_key"],
                json.dumps(before, ensure_ascii=False),
                *(row[name] for name in PROVENANCE),
            ),
        )
        removed += 1
    return removed


def _record_file(connection: sqlite3.Connection, load: int, source: Source, outcome: FileOutcome) -> int:
    came = source.came
    path = recorded(source.name) if came is None else source.name
    done = connection.execute(
        """
        insert into load_files
            (load, path, sheet, sha256, table_name, profile, places, rows_read, refused,
                inserted, updated, unchanged, merged, its_load, its_at, its_who)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?)
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
            *((came.merged, came.load, came.at, came.who) if came else (None,) * 4),
        ),
    )
    return int(done.lastrowid or 0)


class _Applying:
    """One source on its way into its table."""

    def __init__(self, connection: sqlite3.Connection, source: Source, number: int, load: int, file: int) -> None:
        self.connection = connection
        self.source = source
        self.table = source.table
        self.number = number
        self.refused: list[Anomaly] = []
        self.asked = {"number": number, "load": load, "file": file, "table": source.table.name}
        keys = {column.stored for column in key_columns(self.table)}
        # The columns that the file may change: it gives others no value, and by the key a row is known.
        self.others = [name for name in map(self._stored, source.present) if name not in keys]

    def _stored(self, name: str) -> str:
        return self.table.column(name).stored

    def _do(self, sql: str, **more: object) -> int:
        return self.connection.execute(sql, {**self.asked, **more}).rowcount

    def set_aside(self, as_written: bool) -> tuple[int, int]:
        """Find the staged rows that the registry holds with other values, or does not hold; returns how many of each.

        A table is not read while it is written, and a temporary table takes no memory.
        """
        name, key = self.table.name, same_key(self.table, "s", "t")
        same = " and ".join(f"s.{other} is t.{other}" for other in self.others) or "true"
        place = place_of(self.connection, self.table, self.number)
        self._do(
            f"""
            create temp table unlike as
            select s.rowid as staged, t.rowid as row
            from temp.stage_{name} as s left join main.{name} as t
                on {key if place is None else at_its_place(self.table)}
            where s.file = :number and (t.rowid is null or not ({same}))
            order by s.rowid
            """,
            place=place,
        )
        if place is not None:
            # What is not at its place may be elsewhere.
            self._do(
                f"""
                update temp.unlike as u set row = (
                    select t.rowid from temp.stage_{name} as s join main.{name} as t on {key} where s.rowid = u.staged
                ) where u.row is null
                """
            )
        if not as_written:
            self._keep_as_typed()
        if place is not None or not as_written:
            self._do(
                f"""
                delete from temp.unlike as u where exists (
                    select 1 from temp.stage_{name} as s join main.{name} as t on t.rowid = u.row
                    where s.rowid = u.staged and {same}
                )
                """
            )
        (touched, fresh) = self.connection.execute(
            "select count(row), count(*) - count(row) from temp.unlike"
        ).fetchone()
        return int(touched), int(fresh)

    def set_all_aside(self) -> tuple[int, int]:
        """As ``set_aside``, where the registry holds none of them."""
        self._do(
            f"""
            create temp table unlike as
            select rowid as staged, null as row from temp.stage_{self.table.name} where file = :number order by rowid
            """
        )
        (fresh,) = self.connection.execute("select count(*) from temp.unlike").fetchone()
        return 0, int(fresh)

    def _keep_as_typed(self) -> None:
        """Let texts that differ only in apostrophes, blanks and the like be what the registry holds."""
        name = self.table.name
        for other in self.others:
            texts = self.connection.execute(
                f"""
                select t.{other}, s.rowid, s.{other}
                from temp.unlike as u cross join temp.stage_{name} as s on s.rowid = u.staged
                    cross join main.{name} as t on t.rowid = u.row
                where s.{other} <> t.{other} and typeof(s.{other}) = 'text'
                """
            )
            alike = [(there, rowid) for there, rowid, new in texts if typed(new) == typed(there)]
            self.connection.executemany(f"update temp.stage_{name} set {other} = ? where rowid = ?", alike)

    def update(self) -> None:
        """Write the rows that the registry holds with other values, and what they were."""
        name, columns = self.table.name, columns_of(self.connection, self.table.name)
        was = ", ".join(f"t.{part} as was_{part}" for part in PROVENANCE)
        rows = f"temp.unlike as u join temp.stage_{name} as s on s.rowid = u.staged"
        self._do(
            f"""
            create temp table touched as
            select u.staged, u.row, s.line, {key_json(self.table, "t")} as key, {was},
                {self._unlike("t", columns)} as before, {self._unlike("s", columns)} as after
            from {rows} join main.{name} as t on t.rowid = u.row
            order by u.rowid
            """
        )
        settings = ", ".join(f"{other} = s.{other}" for other in self.others)
        update = f"""
            update or {{}} main.{name} as t set {settings}, load = :load, file = :file, line = s.line
            from {rows} where t.rowid = u.row
        """
        try:
            self._do(update.format("ignore"))
        except sqlite3.IntegrityError:
            if not self.connection.in_transaction:
                raise  # a user's own trigger ended it: what came next would stay written
        left = self.connection.execute(
            f"""
            select u.staged, u.line from temp.touched as u join main.{name} as t on t.rowid = u.row
            where t.load <> ? order by u.rowid
            """,
            (self.asked["load"],),
        )
        for row in left.fetchall():
            self._refuse(update.format("abort") + "and u.staged = :staged", row)
        self._do(
            """
            insert into main.changes
                (load, file, line, table_name, key, action, before, after, was_load, was_file, was_line)
            select :load, :file, line, :table, key, 'update', before, after, was_load, was_file, was_line
            from temp.touched order by rowid
            """
        )
        self._do("drop table temp.touched")

    def _unlike(self, alias: str, columns: Columns) -> str:
        """The SQL that writes the values of one side that the other does not have, as an object."""
        parts = (
            f"iif(s.{other} is t.{other}, '', ',\"{other}\":' || {quoted_json(f'{alias}.{other}', columns[other])})"
            for other in self.others
        )
        return f"'{{' || substr({' || '.join(parts)}, 2) || '}}'"

    def _refuse(self, update: str, row: sqlite3.Row) -> None:
        """Try a row alone, and say why SQLite does not take it: its file was valid, but not with the rest of it."""
        try:
            self.connection.execute(update, self.asked | {"staged": row["staged"]})
        except sqlite3.IntegrityError as error:
            if not self.connection.in_transaction:
                raise
            self.connection.execute("delete from temp.touched where staged = ?", (row["staged"],))
            self.refused.append(
                self.source.anomaly(
                    "contradicts-registry",
                    msg("The row contradicts the rest of it in the registry: {reason}.", reason=str(error)),
                    msg("Add the other columns of the row to the file."),
                    row["line"],
                )
            )

    def insert(self) -> None:
        """Write the rows that the registry does not hold; each says from which line it is."""
        name = self.table.name
        columns = ", ".join(column.stored for column in self.table.columns)
        values = ", ".join(f"s.{column.stored}" for column in self.table.columns)
        self._do(
            f"""
            insert into main.{name} ({columns}, load, file, line)
            select {values}, :load, :file, s.line
            from temp.unlike as u cross join temp.stage_{name} as s on s.rowid = u.staged
            where u.row is null order by u.rowid
            """
        )
