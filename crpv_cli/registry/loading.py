"""Records become rows of the registry: in one transaction, with a record of what changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.ratings import Scale, levels_of
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Euros, msg
from crpv_cli.registry.doubles import SameMoney, same_money
from crpv_cli.registry.history import Change, changes_of
from crpv_cli.registry.recording import close_load, open_load
from crpv_cli.registry.staging import Stage, key_columns, same_key
from crpv_cli.spelling import closest

__all__ = ["FileOutcome", "LoadReport", "Source", "load"]


class Line(Protocol):
    """A checked row: the physical line on which it starts, and its values by column name."""

    @property
    def line(self) -> int: ...
    @property
    def values(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load.

    ``present`` names the columns that the file has: others keep what the registry holds. ``heading`` gives the
    cell of the header that names a column, for messages. ``refused_keys`` fills as ``rows`` is read.
    """

    name: str
    sha256: str
    table: Table
    present: tuple[str, ...]
    heading: Mapping[str, str]
    rows: Iterable[Line | Anomaly]
    refused_keys: set[str]


@dataclass(slots=True)
class FileOutcome:
    """What became of one file. Rows: ``read`` = inserted + updated + unchanged + refused."""

    name: str
    table: str
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_lines: dict[int, list[Anomaly]] = field(default_factory=dict)


@dataclass(slots=True)
class LoadReport:
    """What a load found and did. ``load`` is its number in the registry, None if nothing was written."""

    files: list[FileOutcome] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)
    dry_run: bool = False
    load: int | None = None
    stopped: bool = False
    changes: list[Change] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many anomalies refuse a row or a file."""
        return sum(anomaly.severity is Severity.ERROR for anomaly in self.anomalies)

    @property
    def changed(self) -> int:
        """How many rows were inserted or updated, or would be."""
        return sum(outcome.inserted + outcome.updated for outcome in self.files)


def load(  # noqa: D417 - the connection needs no words
    connection: sqlite3.Connection,
    sources: Sequence[Source],
    anomalies: Sequence[Anomaly] = (),
    *,
    command: str = "load",
    dry_run: bool = False,
    keep_valid: bool = False,
    details: bool = False,
) -> LoadReport:
    """Load files into an open registry, all or nothing.

    Args:
        sources: the files, read once from beginning to end.
        anomalies: what was found before their rows (an unreadable file, a missing column).
        command: what to record as the reason of the load.
        dry_run: find out what would happen and write nothing.
        keep_valid: write the sound rows even where others are refused; a file whose header is at fault
            has no sound rows.
        details: also report every change of a row.

    Raises:
        RegistryProblem: through the connection's opener, if another program holds the registry.
    """
    report = LoadReport(anomalies=list(anomalies), dry_run=dry_run)
    work = _Load(connection, sources, report, keep_valid)
    try:
        work.stage_rows()
        connection.execute("begin immediate")
        try:
            work.check_references()
            work.check_ratings()
            report.stopped = report.errors > 0 and not keep_valid
            if not report.stopped:
                work.apply(command)
        except BaseException:
            connection.execute("rollback")
            raise
        # A row may still contradict what the registry keeps of it.
        report.stopped = report.errors > 0 and not keep_valid
        if report.stopped:
            work.forget_counts()
        elif report.load is not None:
            work.check_doubles(report.load)
            if details:
                report.changes = list(changes_of(connection, report.load))
        if report.stopped or dry_run or not report.changed:
            connection.execute("rollback")
            report.load = None
        else:
            connection.execute("commit")
    finally:
        work.stage.clear()
    return report


class _Load:
    def __init__(
        self, connection: sqlite3.Connection, sources: Sequence[Source], report: LoadReport, keep_valid: bool
    ) -> None:
        self.connection = connection
        self.sources = sources
        self.report = report
        self.keep_valid = keep_valid
        self.stage = Stage(connection)
        self.refused: dict[str, set[str]] = {}
        self.outcomes = [FileOutcome(source.name, source.table.name) for source in sources]
        report.files = self.outcomes

    def stage_rows(self) -> None:
        self.connection.execute("begin")
        faulty_headers = {anomaly.file for anomaly in self.report.anomalies if anomaly.severity is Severity.ERROR}
        for number, source in enumerate(self.sources):
            self.stage.add_table(source.table)
            for row in source.rows:
                if isinstance(row, Anomaly):
                    self._say(number, row)
                    continue
                self.outcomes[number].read += 1
                if source.name not in faulty_headers:
                    self._stage(number, source, row)
                elif len(source.table.key) == 1 and source.table.key[0] in row.values:
                    source.refused_keys.add(row.values[source.table.key[0]])
            outcome = self.outcomes[number]
            outcome.read += len(outcome.refused_lines)
            if source.name in faulty_headers:
                outcome.refused = outcome.read
        self.connection.execute("commit")

    def _stage(self, number: int, source: Source, row: Line) -> None:
        earlier = self.stage.insert(source.table, number, row.line, row.values)
        if earlier is None:
            return
        # The columns that only one of the two files has: they may stand in any order.
        others = set(self.sources[earlier["file"]].present) ^ set(source.present)
        same = not others and all(
            earlier[source.table.column(name).stored] == value for name, value in row.values.items()
        )
        if same:
            self.outcomes[number].unchanged += 1
            return
        self.outcomes[number].read -= 1  # counted again among the refused lines
        different = next(
            (n for n, value in row.values.items() if earlier[source.table.column(n).stored] != value),
            min(others, default=source.table.key[0]),
        )
        self._say(
            number,
            Anomaly(
                "same-key",
                Severity.ERROR,
                source.name,
                msg(
                    "The same {key} stands at line {line} of {file} with other values ({column}).",
                    key=" + ".join(source.table.key),
                    line=str(earlier["line"]),
                    file=self.sources[earlier["file"]].name,
                    column=different,
                ),
                msg("Keep one of the two rows."),
                row.line,
                source.heading.get(different, different),
                _shown(row.values.get(different)),
            ),
        )

    def _say(self, number: int, anomaly: Anomaly) -> None:
        self.report.anomalies.append(anomaly)
        if anomaly.severity is Severity.ERROR and anomaly.line is not None:
            self.outcomes[number].refused_lines.setdefault(anomaly.line, []).append(anomaly)
            self.outcomes[number].refused = len(self.outcomes[number].refused_lines)

    def _refuse(self, table: Table, number: int, anomaly: Anomaly) -> None:
        """Refuse a row that was staged."""
        self._say(number, anomaly)
        if self.keep_valid:
            removed = self.stage.remove(table, number, anomaly.line or 0)
            self.refused.setdefault(table.name, set()).update(removed)

    def check_references(self) -> None:
        """Refuse rows that name a centre, a source... that is neither in the registry nor in the load."""
        for source in self.sources:
            self.refused.setdefault(source.table.name, set()).update(source.refused_keys)
        for table in self.stage.in_order():
            found: list[tuple[int, Anomaly]] = []
            for column in [column for column in table.columns if column.refers]:
                for row in self.stage.unresolved(table, column):
                    in_load = row["value"] in self.refused.get(column.refers or "", ())
                    if in_load and not self.keep_valid:
                        continue  # that row's own anomaly says it all
                    found.append((row["file"], self._unresolved(column, row, in_load)))
            # Rows leave once all their columns were looked at: one may name two unknown things.
            for file, anomaly in found:
                self._refuse(table, file, anomaly)

    def _unresolved(self, column: Column, row: sqlite3.Row, in_load: bool) -> Anomaly:
        source = self.sources[row["file"]]
        target = TABLES[column.refers or ""]
        if in_load:
            advice = msg("Its own row in this load is refused: correct that one first.")
        else:
            near = self._near(target, row["value"])
            advice = (
                msg("Did you mean {near}?", near=near)
                if near
                else msg("Load it into the table {table} first, or see: crpv list {table}", table=target.name)
            )
        return Anomaly(
            "unknown-reference",
            Severity.ERROR,
            source.name,
            msg("“{value}” is not in the table {table}.", value=row["value"], table=target.name),
            advice,
            row["line"],
            source.heading.get(column.name, column.name),
            row["value"],
        )

    def _near(self, target: Table, value: str) -> list[str]:
        key = target.key[0]
        known = {row[0] for row in self.connection.execute(f"select {key} from main.{target.name}")}
        if target.name in self.stage.tables:
            known |= {row[0] for row in self.connection.execute(f"select {key} from stage_{target.name}")}
        return closest(value, known, 2)

    def check_ratings(self) -> None:
        """Refuse ratings that are not on their scale, and ratings of a mission that is not a core one."""
        if "evaluations" not in self.stage.tables:
            return
        table = TABLES["evaluations"]
        scales = {scale.id: scale for scale in self._scales()}
        cores = {row["id"]: row["core"] for row in self._rows_of("missions", "id, core")}
        rated = self.connection.execute(
            "select file, line, mission, scale, rating from stage_evaluations where rating is not null"
        ).fetchall()
        for row in rated:
            source = self.sources[row["file"]]
            scale = scales.get(row["scale"])
            if scale is not None and scale.position(row["rating"]) is None:
                message = msg(
                    "The rating “{rating}” is not on the scale {scale}.", rating=row["rating"], scale=scale.id
                )
                advice = msg("The scale goes: {bounds}.", bounds=scale.bounds())
                code = "off-scale"
            elif cores.get(row["mission"]) == 0:
                message = msg("The mission {mission} is not a core mission: it is not rated.", mission=row["mission"])
                advice = msg("Leave the rating empty.")
                code = "not-rated"
            else:
                continue
            self._refuse(
                table,
                row["file"],
                Anomaly(
                    code,
                    Severity.ERROR,
                    source.name,
                    message,
                    advice,
                    row["line"],
                    source.heading.get("rating", "rating"),
                    row["rating"],
                ),
            )

    def _scales(self) -> Iterator[Scale]:
        for row in self._rows_of("scales", "id, minimum, maximum, levels"):
            yield Scale(row["id"], row["minimum"], row["maximum"], levels_of(row["levels"]))

    def _rows_of(self, table: str, columns: str) -> list[sqlite3.Row]:
        """Rows of a table as they will be: those of the registry, then the staged ones over them."""
        rows = self.connection.execute(f"select {columns} from main.{table}").fetchall()
        if table in self.stage.tables:
            rows += self.connection.execute(f"select {columns} from stage_{table}").fetchall()
        return rows

    def apply(self, command: str) -> None:
        """Write what is staged, and what it changes."""
        load = open_load(self.connection, command)
        for table in self.stage.in_order():
            for number, source in enumerate(self.sources):
                if source.table is table:
                    file = self._record_file(load, source, self.outcomes[number])
                    self._apply_file(table, number, source, load, file)
        inserted = sum(outcome.inserted for outcome in self.outcomes)
        updated = sum(outcome.updated for outcome in self.outcomes)
        close_load(self.connection, load, inserted, updated)
        self.report.load = load

    def check_doubles(self, load: int) -> None:
        """Warn of money that the registry now holds from two sources."""
        if "funding" not in self.stage.tables:
            return
        for pair in same_money(self.connection, load):
            self.report.anomalies.append(_same_money(pair))

    def forget_counts(self) -> None:
        """Say that nothing was written: no row of a stopped load went in."""
        for outcome in self.outcomes:
            outcome.inserted = outcome.updated = outcome.unchanged = 0

    def _record_file(self, load: int, source: Source, outcome: FileOutcome) -> int:
        path = source.name if source.name == "-" else str(Path(source.name).resolve())
        done = self.connection.execute(
            """
            insert into load_files
                (load, path, sha256, table_name, places, rows_read, inserted, updated, unchanged, refused)
            values (?, ?, ?, ?, ?, ?, 0, 0, 0, ?)
            """,
            (
                load,
                path,
                source.sha256,
                source.table.name,
                json.dumps(dict(source.heading), ensure_ascii=False),
                outcome.read,
                outcome.refused,
            ),
        )
        return int(done.lastrowid or 0)

    def _apply_file(self, table: Table, number: int, source: Source, load: int, file: int) -> None:
        outcome = self.outcomes[number]
        staged = self._count(f"select count(*) from stage_{table.name} where file = ?", number)
        changed = self._update(table, number, source, load, file)
        outcome.updated = changed
        outcome.inserted = self._insert(table, number, load, file)
        outcome.unchanged += staged - outcome.inserted - self._touched
        self.connection.execute(
            "update load_files set inserted = ?, updated = ?, unchanged = ?, refused = ? where id = ?",
            (outcome.inserted, outcome.updated, outcome.unchanged, outcome.refused, file),
        )

    def _count(self, query: str, *parameters: object) -> int:
        return int(self.connection.execute(query, parameters).fetchone()[0])

    def _update(self, table: Table, number: int, source: Source, load: int, file: int) -> int:
        stored = [table.column(name).stored for name in source.present]
        others = [name for name in stored if name not in {column.stored for column in key_columns(table)}]
        self._touched = 0
        if not others:
            return 0
        same = " and ".join(f"s.{name} is t.{name}" for name in others)
        new, old = ", ".join(f"s.{name}" for name in others), ", ".join(f"t.{name}" for name in others)
        rows = self.connection.execute(
            f"""
            select s.line, t.rowid, {_key_json(table, "t")}, t.load, {new}, {old}
            from stage_{table.name} as s join main.{table.name} as t on {same_key(table, "s", "t")}
            where s.file = ? and not ({same})
            """,
            (number,),
        ).fetchall()
        updated = 0
        for line, rowid, key, old_load, *values in rows:
            self._touched += 1
            after, before = values[: len(others)], values[len(others) :]
            differing = [place for place, value in enumerate(after) if value != before[place]]
            updated += self._update_row(
                table,
                number,
                rowid,
                {others[place]: after[place] for place in differing},
                {"load": old_load} | {others[place]: before[place] for place in differing},
                (load, file, line, table.name, key),
            )
        return updated

    def _update_row(
        self,
        table: Table,
        number: int,
        rowid: int,
        after: dict[str, object],
        before: dict[str, object],
        origin: tuple[int, int, int, str, str],
    ) -> int:
        load, _, line, _, _ = origin
        settings = ", ".join(f"{name} = ?" for name in after)
        try:
            self.connection.execute(
                f"update main.{table.name} set {settings}, load = ? where rowid = ?", (*after.values(), load, rowid)
            )
        except sqlite3.IntegrityError as error:
            # The file's own columns were sound; together with what the registry keeps they are not.
            self._say(
                number,
                Anomaly(
                    "contradicts-registry",
                    Severity.ERROR,
                    self.sources[number].name,
                    msg("The row contradicts what the registry keeps of it: {reason}.", reason=str(error)),
                    msg("Add the other columns of the row to the file."),
                    line,
                ),
            )
            return 0
        self.connection.execute(
            """
            insert into changes (load, file, line, table_name, key, action, before, after)
            values (?, ?, ?, ?, ?, 'update', ?, ?)
            """,
            (*origin, json.dumps(before, ensure_ascii=False), json.dumps(after, ensure_ascii=False)),
        )
        return 1

    def _insert(self, table: Table, number: int, load: int, file: int) -> int:
        columns = ", ".join(column.stored for column in table.columns)
        values = ", ".join(f"s.{column.stored}" for column in table.columns)
        fresh = f"""
            from stage_{table.name} as s
            where s.file = :number
              and not exists (select 1 from main.{table.name} as t where {same_key(table, "s", "t")})
            order by s.line
        """
        parameters = {"load": load, "file": file, "number": number, "table": table.name}
        self.connection.execute(
            f"""
            insert into changes (load, file, line, table_name, key, action)
            select :load, :file, s.line, :table, {_key_json(table, "s")}, 'insert' {fresh}
            """,
            parameters,
        )
        done = self.connection.execute(
            f"insert into main.{table.name} ({columns}, load) select {values}, :load {fresh}", parameters
        )
        return done.rowcount


def _key_json(table: Table, alias: str) -> str:
    pairs = ", ".join(f"'{column.name}', {alias}.{column.stored}" for column in key_columns(table))
    return f"json_object({pairs})"


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def _same_money(pair: SameMoney) -> Anomaly:
    first, second = pair.first, pair.second
    return Anomaly(
        "same-money",
        Severity.WARNING,
        second["path"] or "?",
        msg(
            "{centre}, {year}, {scheme}: {amount} of source {source} looks like the {other} of source {origin} "
            "({file}, line {line}). Both are kept; a total that counts both counts the money twice.",
            centre=second["centre"],
            year=str(second["year"]),
            scheme=second["scheme"] or "?",
            amount=Euros(second["amount_cents"]),
            source=second["source"] or "?",
            other=Euros(first["amount_cents"]),
            origin=first["source"] or "?",
            file=first["path"] or "?",
            line=str(first["line"] or "?"),
        ),
        msg("If it is the same, take this load back (crpv undo) and leave that row out of the file."),
        second["line"],
        sheet=second["sheet"],
    )
