"""Three states of a row: as it was handed out to be changed, as it came back, and as the registry holds it by now.

Rows are values here, wherever they were changed: in an editor, a form or a dialogue.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Message, msg
from crpv_cli.registry.journal import key_text, last_change, row_of
from crpv_cli.registry.loads import Source
from crpv_cli.registry.staging import Stage

Key = tuple[Any, ...]
_CODE = "changed-meanwhile"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """Rows of a table that somebody was given to change.

    ``rows`` maps keys (their parts in order) to whole rows, by stored column and as the registry stores them, columns
    that were not shown included. ``load`` is the last load that the registry held then.
    """

    table: Table
    rows: Mapping[Key, Mapping[str, Any]]
    load: int


class ChangedMeanwhileError(Exception):
    """Others changed what a decision rests on: it is to be taken again."""


def moment(connection: sqlite3.Connection) -> int:
    """Return a number that is another one once others have written."""
    return int(connection.execute("pragma data_version").fetchone()[0])


def hand_out(connection: sqlite3.Connection, table: Table, keys: Iterable[Sequence[object]]) -> HandedOut:
    """Keep rows as the registry holds them, to be compared with what comes back; keys of no row are passed over.

    To be called in the transaction in which the rows are read to be shown.
    """
    wanted = {tuple(key) for key in keys}
    names = ", ".join(column.stored for column in table.columns)
    rows = ((_key(table, row), dict(row)) for row in connection.execute(f"select {names} from {table.name}"))
    (load,) = connection.execute("select coalesce(max(id), 0) from loads").fetchone()
    return HandedOut(table, {key: row for key, row in rows if key in wanted}, load)


def shown(value: object, column: Column) -> str | None:
    """Write a stored value as a file would, for a message; a person is not named."""
    if value is None:
        return None
    if column.personal:
        return "…"
    if column.kind is Kind.MONEY and isinstance(value, int):
        return f"{value / 100:.2f}"
    if column.kind is Kind.FLAG:
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _key(table: Table, row: sqlite3.Row) -> Key:
    return tuple(row[table.column(name).stored] for name in table.key)


@dataclass(frozen=True, slots=True)
class _Returned:
    """A row that came back changed, or was added: where it is, its key, and what it says in the columns that it has."""

    rowid: int
    file: int
    line: int
    key: Key
    values: dict[Column, Any]


class Comparison:
    """What came back of rows that were handed out: what goes into the registry of it, and what others made impossible.

    ``removed`` holds the keys of rows that did not come back and may be removed, once ``settle`` has been read.
    """

    def __init__(self, stage: Stage, sources: Sequence[Source], handed: HandedOut) -> None:
        self.stage = stage
        self.sources = sources
        self.handed = handed
        self.table = handed.table
        self.removed: list[Key] = []
        self._back: set[Key] = set()
        self._changed: list[_Returned] = []
        self._told: dict[Key, Mapping[str, Any] | None] = {}
        self._merged: dict[tuple[int, int], tuple[_Returned, dict[Column, Any]]] = {}

    def set_aside(self) -> list[int]:
        """Take the rows that came back as they were out of the stage; returns the file of each.

        They are not loaded, so that what others write into them meanwhile stays. It needs no lock.
        """
        columns = {
            number: [self.table.column(name) for name in source.present if name not in self.table.key]
            for number, source in enumerate(self.sources)
            if source.table is self.table
        }
        if not columns:
            return []
        same: list[tuple[int, int]] = []
        for row in self.stage.rows(self.table):
            key = _key(self.table, row)
            self._back.add(key)
            values = {column: row[column.stored] for column in columns[row["file"]]}
            before = self.handed.rows.get(key)
            if before is not None and all(before[column.stored] == value for column, value in values.items()):
                same.append((row["rowid"], row["file"]))
            else:
                self._changed.append(_Returned(row["rowid"], row["file"], row["line"], key, values))
        self.stage.take_out(self.table, [rowid for rowid, _ in same])
        return [file for _, file in same]

    def settle(self, complete: bool) -> Iterator[tuple[int | None, Anomaly]]:
        """Compare with what the registry holds, under its write lock; yields conflicts, each with its file.

        Where others changed other cells of a row, theirs are taken into the staged row. Where they made the same change
        there is nothing to say.

        Args:
            complete: whether every row that came back could be read; else it is not known which ones did not come back.
        """
        for row in self._changed:
            now = self._now(row.key)
            before = self.handed.rows.get(row.key)
            if before is None:
                yield from self._added(row, now)
            elif now is None:
                self._told[row.key] = None
                yield row.file, self._gone(row)
            else:
                yield from self._updated(row, before, now)
        for key, before in self.handed.rows.items() if complete else ():
            if key in self._back:
                continue
            now = self._now(key)
            if now is not None and any(now[name] != value for name, value in before.items()):
                self._told[key] = now
                yield None, self._not_back(key)
            elif now is not None:
                self.removed.append(key)

    def explained(self, file: int, refused: Anomaly) -> Anomaly:
        """Say of a row that SQLite refuses, if it holds changes of both sides, that the two do not go together."""
        row, theirs = self._merged.get((file, refused.line or 0), (None, {}))
        if row is None:
            return refused
        self._told[row.key] = {**self.handed.rows[row.key], **{column.stored: theirs[column] for column in theirs}}
        column, value = next(iter(theirs.items()))
        said = msg(
            "Yours and what was changed meanwhile by {by} contradict each other: here it is now {now}.",
            by=self._by(row.key, column),
            now=_now({column.stored: value}, column),
        )
        return self._anomaly(row, said, _ADVICE, column)

    def told(self) -> HandedOut:
        """Return what was handed out with what the conflicts said of it: who then leaves a cell as it is means it."""
        rows = {key: row for key, row in {**self.handed.rows, **self._told}.items() if row is not None}
        return replace(self.handed, rows=rows)

    def _now(self, key: Key) -> Mapping[str, Any] | None:
        row = row_of(self.stage.connection, self.table, self._named(key))
        return None if row is None else {column.stored: row[column.stored] for column in self.table.columns}

    def _named(self, key: Key) -> dict[str, Any]:
        return dict(zip(self.table.key, key, strict=True))

    def _updated(
        self, row: _Returned, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> Iterator[tuple[int, Anomaly]]:
        mine = {column for column, value in row.values.items() if value != before[column.stored]}
        conflicts = [column for column in mine if now[column.stored] not in (before[column.stored], row.values[column])]
        if conflicts:
            self._told[row.key] = {**before, **{column.stored: now[column.stored] for column in conflicts}}
        for column in [column for column in row.values if column in conflicts]:
            said = msg(
                "Changed meanwhile by {by}: it is now {now}.", by=self._by(row.key, column), now=_now(now, column)
            )
            yield row.file, self._anomaly(row, said, _ADVICE, column)
        others = {column: now[column.stored] for column in row.values if column not in mine}
        self.stage.overwrite(self.table, row.rowid, {column.stored: value for column, value in others.items()})
        theirs = {column: value for column, value in others.items() if value != before[column.stored]}
        if theirs:
            self._merged[row.file, row.line] = (row, theirs)

    def _added(self, row: _Returned, now: Mapping[str, Any] | None) -> Iterator[tuple[int, Anomaly]]:
        """A row that was not handed out: others may have added it too, or it was not asked for."""
        unlike = [column for column, value in row.values.items() if now is not None and now[column.stored] != value]
        if now is None or not unlike:
            return
        self._told[row.key] = now
        meanwhile = last_change(self.stage.connection, self.table, self._named(row.key), self.handed.load) is not None
        for column in unlike:
            value = _now(now, column)
            if meanwhile:
                by = self._by(row.key, column)
                said = msg("This row was added meanwhile, too, by {by}: there it is {now}.", by=by, now=value)
            else:
                said = msg("The registry has this row already; it was not handed out. Here it is {now}.", now=value)
            yield row.file, self._anomaly(row, said, _ADVICE, column, _CODE if meanwhile else "same-key")

    def _gone(self, row: _Returned) -> Anomaly:
        said = msg("This row was removed meanwhile by {by}.", by=self._by(row.key))
        advice = msg("Delete its line, or open the editor again and leave it: then it is added anew.")
        return self._anomaly(row, said, advice)

    def _not_back(self, key: Key) -> Anomaly:
        source = next(source for source in self.sources if source.table is self.table)
        return Anomaly(
            _CODE,
            Severity.ERROR,
            source.name,
            msg(
                "The row {key} is to be removed, and was changed meanwhile by {by}.",
                key=key_text(self.table, self._named(key)),
                by=self._by(key),
            ),
            msg("Put its line back, or open the editor again and leave it out: then it is removed as it is now."),
        )

    def _anomaly(
        self, row: _Returned, said: Message, advice: Message, column: Column | None = None, code: str = _CODE
    ) -> Anomaly:
        value = shown(row.values[column], column) if column else None
        return self.sources[row.file].anomaly(code, said, advice, row.line, column.name if column else None, value)

    def _by(self, key: Key, column: Column | None = None) -> Message:
        stored = column.stored if column else None
        found = last_change(self.stage.connection, self.table, self._named(key), self.handed.load, stored)
        if found is None:
            return msg("something else than a load")
        return msg("load {load} ({who})", load=str(found["load"]), who=found["who"])


_ADVICE = msg("Write what should stand there. If you open the editor again and leave yours, it replaces theirs.")


def _now(row: Mapping[str, Any], column: Column) -> Message:
    value = shown(row[column.stored], column)
    return msg("empty") if value is None else msg("“{value}”", value=value)
