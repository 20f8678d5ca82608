"""The rows of a load refer to others: by id, or by any name that ``resolving`` understands.

Names are resolved once all rows of a load are staged, since a name may be that of a row of the same load; and in sets:
each distinct value of a column is looked at, not each row.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Day, Message, first_few, msg, of_rows
from crpv_cli.registry.loads import Source
from crpv_cli.registry.resolving import How, Meant, Names, names_of
from crpv_cli.registry.staging import Stage

Found = tuple[int, Anomaly]
"""The number of the source in its load, and what is said of one of its rows."""
_MOMENTS = ("year", "valid_from", "starts_on", "valid_to")
"""The columns that say of which day or year a row is: the first of them that is filled in."""
_SHOWN = 5
# To find similar names takes its time: where so many are unknown, the file is another one.
_MOST_SUGGESTED = 1_000


class References:
    """What the staged rows of a load refer to.

    ``resolve`` puts ids in the place of names, before rows are compared with each other and with the registry;
    ``unknown`` then says, under the lock, which rows refer to nothing.
    """

    def __init__(self, stage: Stage, sources: Sequence[Source]) -> None:
        self.stage = stage
        self.sources = sources
        self.connection = stage.connection
        self._names: dict[str, Names] = {}
        self._referred: dict[tuple[str, str], set[str]] = {}
        self._several: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def resolve(self) -> Iterator[Found]:
        """Put ids in the place of names in the staged rows; yields a warning for each name that was completed."""
        for table in self.stage.in_order():
            for column in _references(table):
                values = self._distinct(table, column)
                self._referred[table.name, column.name] = values
                if strangers := self._strangers(column, values):
                    yield from self._resolve(table, column, strangers)
            if table.name == "centre_states":
                self._names.pop("centres", None)  # from here on, the former names of this load are known too

    def unknown(self, table: Table, refused: Mapping[str, set[str]], keep_valid: bool) -> list[Found]:
        """Find the rows of a table that name a centre, a source... that is neither in the registry nor in the load.

        ``refused`` holds the keys of refused rows by table: where nothing will be loaded anyway, what refers to them is
        not at fault a second time.
        """
        found: list[Found] = []
        for column in _references(table):
            strangers = self._strangers(column, self._referred[table.name, column.name])
            waiting = refused.get(column.refers or "", set())
            if not keep_valid:
                strangers -= waiting
            suggest = len(strangers) <= _MOST_SUGGESTED
            said = {value: self._unknown(table, column, value, value in waiting, suggest) for value in strangers}
            rows = self._named(table, column, strangers, "file, line, value", "order by file, line") if said else ()
            for row in rows:
                source: Source = self.sources[row["file"]]
                found.append((row["file"], source.anomaly(*said[row["value"]], row["line"], column.name, row["value"])))
        return found

    def id_of(self, table: str, name: str) -> str:
        """Return the id that a name means; the name itself if it means none or several rows."""
        return self._names_of(table).find(name).one or name

    def _names_of(self, table: str) -> Names:
        if table not in self._names:
            self._names[table] = names_of(self.connection, TABLES[table], self.stage.tables)
        return self._names[table]

    def _distinct(self, table: Table, column: Column) -> set[str]:
        every = f"""
            select distinct {column.stored} from temp.stage_{table.name} where {column.stored} is not null
            union select value from temp.noted where table_name = ? and column = ?
        """
        return {value for (value,) in self.connection.execute(every, (table.name, column.name))}

    def _strangers(self, column: Column, values: set[str]) -> set[str]:
        """Of some values, those that are no id, neither of the registry nor of the load."""
        target = TABLES[column.refers or ""]
        (key,) = target.key
        left, asked = set(values), json.dumps(sorted(values))
        for place in ("main.", "temp.stage_")[: 2 if target.name in self.stage.tables else 1]:
            there = f"select {key} from {place}{target.name} where {key} in (select value from json_each(?))"
            left -= {value for (value,) in self.connection.execute(there, (asked,))}
        return left

    def _named(self, table: Table, column: Column, values: set[str], what: str, order: str) -> list[sqlite3.Row]:
        """Return what is asked of the staged and the refused rows that refer to some values; ``group by`` in order."""
        return self.connection.execute(
            f"""
            with named as (
                select file, line, {column.stored} as value, {self._moment(table, column)} as moment
                from temp.stage_{table.name}
                union all
                select file, line, value, null from temp.noted where table_name = :table and column = :column
            )
            select {what} from named where value in (select value from json_each(:values)) {order}
            """,
            {"table": table.name, "column": column.name, "values": json.dumps(sorted(values))},
        ).fetchall()

    def _moment(self, table: Table, column: Column) -> str:
        """The SQL that says of when a row is, where that matters for the names of what it refers to."""
        moments = [f"cast({name} as text)" for name in _MOMENTS if name in table.names]
        if not moments or column.refers != "centres" or not self._names_of("centres").former:
            return "null"
        return f"coalesce({', '.join(moments)}, null)"

    def _resolve(self, table: Table, column: Column, strangers: set[str]) -> Iterator[Found]:
        names = self._names_of(column.refers or "")
        resolved: dict[tuple[str, str | None], str] = {}
        completed: dict[tuple[int, str, Meant], list[int]] = {}
        what = "file, value, moment, min(line) as line, count(*) as rows"
        for row in self._named(table, column, strangers, what, "group by file, value, moment order by file, line"):
            value, moment = row["value"], row["moment"]
            meant = names.find(value, moment)
            meant = meant if meant.ids else names.parts(value)
            if meant.one is None:
                self._several[table.name, column.name, value] = meant.ids
                continue
            resolved[value, moment] = meant.one
            if meant.how in {How.PART, How.PAST}:
                completed.setdefault((row["file"], value, meant), [row["line"], 0])[1] += row["rows"]
        self._write(table, column, resolved)
        self._referred[table.name, column.name].update(resolved.values())
        for (file, value, meant), (line, rows) in completed.items():
            yield file, self._completed(self.sources[file], column, value, meant, line, rows)

    def _write(self, table: Table, column: Column, resolved: Mapping[tuple[str, str | None], str]) -> None:
        execute = self.connection.execute
        execute("create temp table resolved (value, moment, id, primary key (value, moment))")
        rows = [(value, moment, identifier) for (value, moment), identifier in resolved.items()]
        self.connection.executemany("insert into temp.resolved values (?, ?, ?)", rows)
        # Whoever names itself is left as it is, and refused: no row refers to itself.
        other = f"and r.id <> s.{table.key[0]}" if column.refers == table.name else ""
        means = f"from temp.resolved as r where r.value = s.{column.stored} and r.moment is {{}} {other}"
        staged = means.format(self._moment(table, column))
        execute(
            f"update temp.stage_{table.name} as s set {column.stored} = (select r.id {staged}) "
            f"where exists (select 1 {staged})"
        )
        noted = "from temp.resolved as r where r.value = s.value and r.moment is null"
        execute(
            f"update temp.noted as s set value = (select r.id {noted}) "
            f"where table_name = ? and column = ? and exists (select 1 {noted})",
            (table.name, column.name),
        )
        execute("drop table temp.resolved")

    def _completed(self, source: Source, column: Column, value: str, meant: Meant, line: int, rows: int) -> Anomaly:
        identifier = meant.one or ""
        if meant.how is How.PART:
            code = "completed-name"
            message = msg(
                "“{value}” was read as {name} ({id}).",
                value=value,
                name=self._names_of(column.refers or "").called(identifier),
                id=identifier,
            )
        else:
            code = "former-name"
            message = msg(
                "“{value}” was read as {id}, which was called so until {day}.",
                value=value,
                id=identifier,
                day=Day(meant.until or ""),
            )
        message = of_rows(message, rows)
        advice = msg("If that is wrong, write the id of the right one (see: crpv list {table})", table=column.refers)
        return replace(source.anomaly(code, message, advice, line, column.name, value), severity=Severity.WARNING)

    def _unknown(
        self, table: Table, column: Column, value: str, in_load: bool, suggest: bool
    ) -> tuple[str, Message, Message]:
        """What is said of a name that means no row or several: the code, the message and the advice."""
        target = column.refers or ""
        unknown = msg("“{value}” is not in the table {table}.", value=value, table=TABLES[target].term)
        if in_load:
            return "unknown-reference", unknown, msg("Its own row in this load was refused: correct that one first.")
        if several := self._several.get((table.name, column.name, value)):
            candidates = first_few(several, _SHOWN)
            return (
                "ambiguous-reference",
                msg(
                    "“{value}” could be several rows of the table {table}: {candidates}.",
                    value=value,
                    table=TABLES[target].term,
                    candidates=candidates,
                ),
                msg("Write the id of the one that is meant."),
            )
        near = self._names_of(target).near(value, 2) if suggest else []
        advice = (
            msg("Did you mean {near}?", near=near)
            if near
            else msg("Load it into the table {table} first, or see: crpv list {table}", table=target)
        )
        return "unknown-reference", unknown, advice


def _references(table: Table) -> list[Column]:
    return [column for column in table.columns if column.refers]
