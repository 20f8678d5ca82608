"""Registries become one picture: the rows of others come into this one, and go from it, in one load.

A merge is a load whose records come from registries instead of files. Each registry is read through the one door, in
turn, into temporary tables; then every row is settled by what all who hold it say. Where they say the same, or only one
of them has it, it comes in. Where they differ, it is an anomaly with both values, unless one of them is preferred. What
a registry has no more goes, if it came from one and nobody else has it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote
from typing import Any

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity, UsageProblem
from crpv_cli.language import Message, Term, decoded, first_few, msg
from crpv_cli.registry.applying import apply_source, remove_rows
from crpv_cli.registry.closures import OF_THE_WORK, ClosedYearProblem, closed_years, reopen, touched_by
from crpv_cli.registry.conflicts import shown
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.journal import key_text
from crpv_cli.registry.loads import Came, FileOutcome, LoadReport, Source
from crpv_cli.registry.merged import Holdings, Known, came_from, digest, identity_of, registries, written
from crpv_cli.registry.recording import close_load, commit, open_load
from crpv_cli.registry.schema import key_columns, key_expression, key_json
from crpv_cli.registry.staging import Stage, same_key

MERGED: tuple[Table, ...] = tuple(table for table in TABLES.values() if table.name not in OF_THE_WORK)
"""The tables that are merged: not what a registry keeps of its own work with a year, which names its own loads."""

_BATCH = 2_000
_NAMED = 3
_OWN = ""
"""Stands for this registry among those that hold a row."""
_HERE = "0here"


@dataclass(slots=True)
class Part:
    """A registry that is merged, and what comes of it: rows that are read, and that go in or out."""

    identity: str
    name: str
    path: str
    given: Path
    last_load: int | None = None
    last_at: str | None = None
    read: int = 0
    inserted: int = 0
    updated: int = 0
    removed: int = 0


@dataclass(slots=True)
class MergeReport(LoadReport):
    """What a merge found and did; ``kept`` are rows that nobody has any more, and that others here refer to."""

    parts: list[Part] = field(default_factory=list)
    kept: list[Message] = field(default_factory=list)
    noted: bool = False

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to do: no row changes, and nothing new is known of any registry."""
        return not (self.stopped or self.changed or self.noted)


def merge(  # noqa: D417 - the connection needs no words
    connection: sqlite3.Connection,
    path: Path,
    others: Sequence[Path],
    *,
    prefer: Sequence[str] = (),
    command: str = "merge",
    dry_run: bool = False,
    reopening: bool = False,
    before_commit: Callable[[MergeReport], None] | None = None,
) -> MergeReport:
    """Merge other registries into an open one, all or nothing; they are only read.

    Args:
        path: where the open registry is.
        others: where the others are.
        prefer: names of registries, the open one's as well: where some differ, the first of these that has the row
            says what it is.
        command: what to record as the reason of the load.
        dry_run: find out what would happen and write nothing.
        reopening: whether closed years of which rows change are reopened; otherwise nothing is written where there are.
        before_commit: what is given the report once everything is decided; if it raises, nothing is written.

    Raises:
        RegistryProblem: one of the others is missing, damaged, made by a newer program, or no registry.
        UsageProblem: one is named twice, or is a copy of another one or of this one; no registry is called as one that
            is preferred.
        ClosedYearProblem: rows of closed years would change; nothing is written. A dry run only says so.
    """
    report = MergeReport(dry_run)
    work = _Merge(connection, path, report)
    try:
        connection.execute("begin")
        for other, name in zip(others, names_of(others), strict=True):
            work.read(other, name)
        connection.execute("commit")
        try:
            connection.execute("begin immediate")
            work.settle(prefer)
            report.stopped = bool(report.anomalies)
            if not report.stopped:
                work.apply(command, reopening or dry_run)
            if report.stopped or dry_run or report.nothing:
                report.load = None
                connection.rollback()  # others need not wait while this is told
            if before_commit is not None:
                before_commit(report)
            if report.load is not None:
                commit(connection, report.load)
        except BaseException:
            connection.rollback()
            raise
    finally:
        work.clear()
    return report


def names_of(paths: Sequence[Path]) -> list[str]:
    """Return what registries are called: their files, with as many folders before them as tell one from the others."""
    whole = [Path(decoded(str(path.resolve()))).with_suffix("") for path in paths]
    found = []
    for path in whole:
        parts = len(path.parts)
        ends = (path.parts[-count:] for count in range(1, parts))
        alone = (end for end in ends if sum(other.parts[-len(end) :] == end for other in whole) == 1)
        found.append("/".join(next(alone, path.parts[-1:])))
    return found


def _columns(table: Table) -> list[str]:
    return [column.stored for column in table.columns]


def _alike(table: Table, left: str, right: str) -> str:
    return " and ".join(f"{left}.{name} is {right}.{name}" for name in _columns(table))


_Values = tuple[Any, ...]


@dataclass(slots=True)
class _Claim:
    """What some say of a row: its values, who says so, and the staged row with it; None where it stands here."""

    values: _Values
    row: int | None
    said_by: list[str] = field(default_factory=list)


class _Merge:
    def __init__(self, connection: sqlite3.Connection, path: Path, report: MergeReport) -> None:
        self.connection = connection
        self.report = report
        self.stage = Stage(connection)
        # What the staged rows come from: the number of the part, its file and load there, and whose they were before.
        self.sources: list[tuple[int, Source, str | None]] = []
        self.parts: dict[str, Part] = {}
        self.own = Known(identity_of(connection) or _OWN, names_of([path])[0], str(path), None, None, 0)
        self.names: dict[str, str] = {}
        self.known: dict[str, Known] = {}
        self.prefer: list[str] = []
        self.gone: dict[Table, list[sqlite3.Row]] = {}
        # Rows that others hold who are not merged now, and that are not as they have them any more.
        self.lost: dict[tuple[str, str], set[bytes]] = {}
        connection.create_function("crpv_key", 1, digest, deterministic=True)
        for table in MERGED:
            typed = ", ".join(f"{column.stored} {column.kind.sql_type}" for column in table.columns)
            connection.execute(
                f"create temp table claim_{table.name} (file integer, line integer, part integer, {typed})"
            )

    def clear(self) -> None:
        """Drop the temporary tables."""
        for table in MERGED:
            self.connection.execute(f"drop table if exists temp.claim_{table.name}")
        self.stage.clear()

    # --- What the others hold ---

    def read(self, path: Path, name: str) -> None:
        """Take the rows of a registry, as it is at one moment."""
        with open_reading(path, untouched=True) as other:
            identity = identity_of(other)
            if identity is None:
                raise UsageProblem(
                    msg("{path} holds nothing: no load was ever made into it.", path=path),
                    msg("Leave it out, or load its rows first."),
                )
            if identity == self.own.identity:
                raise UsageProblem(
                    msg("{path} is this registry itself, or a copy of it.", path=path),
                    msg("Name the registry that the others go into with --db: crpv init --db central.sqlite"),
                )
            if identity in self.parts:
                raise UsageProblem(
                    msg(
                        "{one} and {other} are one registry, or copies of it.",
                        one=self.parts[identity].given,
                        other=path,
                    ),
                    msg("Name the newer one alone; a registry of its own begins with crpv init, not as a copy."),
                )
            last = other.execute("select id, at from loads order by id desc limit 1").fetchone()
            part = Part(identity, name, decoded(str(path.resolve())), path, *(tuple(last) if last else ()))
            self.parts[identity] = part
            self.report.parts.append(part)
            for table in MERGED:
                self._read_table(other, part, table)

    def _read_table(self, other: sqlite3.Connection, part: Part, table: Table) -> None:
        number, numbers = len(self.report.parts) - 1, dict[tuple[int, int | None], int]()
        columns = ", ".join(_columns(table))
        marks = ", ".join("?" * (3 + len(table.columns)))
        cursor = other.cursor()
        cursor.row_factory = None
        cursor.execute(f"select load, file, line, {columns} from main.{table.name} order by rowid")
        while rows := cursor.fetchmany(_BATCH):
            part.read += len(rows)
            for place in {row[:2] for row in rows}.difference(numbers):
                numbers[place] = len(self.sources)
                self.sources.append((number, _source(other, part, table, *place), _whose(other, place[1])))
            self.connection.executemany(
                f"insert into temp.claim_{table.name} values ({marks})",
                [(numbers[row[:2]], row[2], number, *row[3:]) for row in rows],
            )

    # --- What each row is to be ---

    def settle(self, prefer: Sequence[str]) -> None:
        """Find the rows that come in, those that change and those that go, and what registries differ on."""
        self.known = registries(self.connection)
        self.holdings = Holdings(self.connection)
        self.names = {identity: known.name for identity, known in self.known.items()}
        self.names |= {part.identity: part.name for part in self.report.parts}
        self.names[_OWN] = self.own.name
        self.prefer = [self._preferred(name) for name in prefer]
        for table in MERGED:
            self._settle_table(table)
            self._find_gone(table)

    def _preferred(self, name: str) -> str:
        ways: dict[str, tuple[str, ...]] = {_OWN: (self.own.identity, self.own.name, self.own.path)}
        ways |= {known.identity: (known.identity, known.name, known.path) for known in self.known.values()}
        ways |= {part.identity: (part.identity, part.name, part.path, str(part.given)) for part in self.report.parts}
        meant = decoded(name)
        found = [
            identity
            for identity, called in ways.items()
            if meant in called or (Path(meant).name in {Path(one).name for one in called[2:]} and "/" not in meant)
        ]
        if len(found) == 1:
            return found[0]
        names = [self.names[identity] for identity in found or ways]
        if found:
            raise UsageProblem(
                msg("“{name}” could be several registries: {names}.", name=name, names=names),
                msg("Name the file with its folder."),
            )
        raise UsageProblem(
            msg("No registry of this merge is called “{name}”.", name=name),
            msg("They are called: {names}", names=names),
        )

    def _settle_table(self, table: Table) -> None:
        claims, key = f"temp.claim_{table.name}", ", ".join(key_expression(column) for column in key_columns(table))
        execute = self.connection.execute
        execute(f"create index temp.claim_{table.name}_key on claim_{table.name} ({key})")
        self._leave_to_owners(table)
        execute(f"create temp table heads as select min(rowid) as row from {claims} group by {key}")
        differing = execute(
            f"""
            select h.row, 1 as there from temp.heads as h
            join {claims} as f on f.rowid = h.row
            join {claims} as s on {same_key(table, "s", "f")} and s.rowid > f.rowid
            where not ({_alike(table, "f", "s")})
            union
            select h.row, t.rowid is not null from temp.heads as h
            join {claims} as f on f.rowid = h.row
            left join main.{table.name} as t on {same_key(table, "f", "t")}
            where t.rowid is null or not ({_alike(table, "f", "t")})
            order by 1
            """
        ).fetchall()
        execute("drop table temp.heads")
        contested = {row for row, there in differing if there}
        winners = [row for row, _ in differing if row not in contested]
        winners += [won for row in sorted(contested) if (won := self._contest(table, row)) is not None]
        if winners:
            self.stage.add_table(table)
            columns = ", ".join(("file", "line", *_columns(table)))
            self.connection.executemany(
                f"insert into temp.stage_{table.name} ({columns}) select {columns} from {claims} where rowid = ?",
                ((row,) for row in sorted(set(winners))),
            )

    def _leave_to_owners(self, table: Table) -> None:
        """Leave out what a registry got from another one that is merged as well, or from this one: it speaks itself."""
        claims, key = f"temp.claim_{table.name}", same_key(table, "s", "o")
        for file, (_, source, owner) in enumerate(self.sources):
            if source.table is not table or owner is None:
                continue
            if owner == self.own.identity:
                speaks = f"select 1 from main.{table.name} as o where {key}"
            elif owner in self.parts:
                number = self.report.parts.index(self.parts[owner])
                speaks = f"select 1 from {claims} as o where {key} and o.part = {number:d}"
            else:
                continue
            self.connection.execute(f"delete from {claims} as s where s.file = ? and exists ({speaks})", (file,))

    def _contest(self, table: Table, head: int) -> int | None:
        """Return the staged row that goes in where some differ on it; None where what stands here stays.

        Where nobody who says something else is preferred, it is noted as an anomaly.
        """
        names = _columns(table)
        claims: dict[_Values, _Claim] = {}
        rows = self.connection.execute(
            f"""
            select s.rowid as row, s.* from temp.claim_{table.name} as f
            join temp.claim_{table.name} as s on {same_key(table, "s", "f")} where f.rowid = ? order by s.rowid
            """,
            (head,),
        ).fetchall()
        for row in rows:
            values = tuple(row[name] for name in names)
            claims.setdefault(values, _Claim(values, row["row"])).said_by.append(
                self.report.parts[row["part"]].identity
            )
        here = self._here(table, head)
        if here is not None:
            values = tuple(here[name] for name in names)
            if standing := self._standing(table, here):
                claims.setdefault(values, _Claim(values, None)).said_by += standing
        won = self._won(table, list(claims.values()))
        if won is None or (here is not None and won.values == tuple(here[name] for name in names)):
            return None
        if here is not None:
            for registry in self.holdings.holders(table.name, here[_HERE], self.parts.keys()):
                self.lost.setdefault((registry, table.name), set()).add(here[_HERE])
        return won.row

    def _here(self, table: Table, head: int) -> sqlite3.Row | None:
        """The row of this registry that a staged one is about, the digest of its key, and whose it is."""
        row: sqlite3.Row | None = self.connection.execute(
            f"""
            select t.*, crpv_key({key_json(table, "t")}) as "{_HERE}", m.registry as "0owner"
            from temp.claim_{table.name} as f join main.{table.name} as t on {same_key(table, "f", "t")}
            left join main.load_files as l on l.id = t.file left join main.merged as m on m.id = l.merged
            where f.rowid = ?
            """,
            (head,),
        ).fetchone()
        return row

    def _standing(self, table: Table, here: sqlite3.Row) -> list[str]:
        """Who says that a row is as it stands here, of those that are not merged now: its owner and other holders."""
        if here["0owner"] is None:
            return [_OWN]
        return self.holdings.holders(table.name, here[_HERE], self.parts.keys())

    def _won(self, table: Table, claims: Sequence[_Claim]) -> _Claim | None:
        if len(claims) == 1:
            return claims[0]
        for name in self.prefer:
            for claim in claims:
                if name in claim.said_by:
                    return claim
        self.report.anomalies += self._differing(table, claims)
        return None

    def _differing(self, table: Table, claims: Sequence[_Claim]) -> Iterator[Anomaly]:
        """Say in which columns registries differ on a row, and what can be done."""
        first = claims[0]
        part = self.parts[first.said_by[0]]
        row = dict(zip(table.names, first.values, strict=True))
        for place, column in enumerate(table.columns):
            other = next((claim for claim in claims if claim.values[place] != first.values[place]), None)
            if other is None:
                continue
            yield Anomaly(
                "registries-differ",
                Severity.ERROR,
                part.path,
                msg(
                    "{table} {key}: {value} in {one}, but {other_value} in {other}.",
                    table=table.term,
                    key=key_text(table, row),
                    value=_said(first.values[place], column),
                    one=self._called(first.said_by),
                    other_value=_said(other.values[place], column),
                    other=self._called(other.said_by),
                ),
                msg(
                    "Correct it in one of them, or say which of them is right: --prefer {one} or --prefer {other}",
                    one=quote(self.names[first.said_by[0]]),
                    other=quote(self.names[other.said_by[0]]),
                ),
                None,
                Term(column.name, column.label),
                shown(first.values[place], column),
            )

    def _called(self, identities: Sequence[str]) -> list[object]:
        return first_few([self.names[one] for one in identities], _NAMED)

    # --- What goes ---

    def _find_gone(self, table: Table) -> None:
        """Find the rows that came from a registry, that none of those merged now has, and nobody else either."""
        rows = self.connection.execute(
            f"""
            select t.rowid as row, t.*, crpv_key({key_json(table, "t")}) as "{_HERE}", m.registry as "0owner"
            from main.{table.name} as t
            join main.load_files as l on l.id = t.file join main.merged as m on m.id = l.merged
            where not exists (select 1 from temp.claim_{table.name} as c where {same_key(table, "c", "t")})
            """
        )
        for row in rows:
            had = [one for one in self.parts if one == row["0owner"] or row[_HERE] in self.holdings.of(one, table.name)]
            if had and not self.holdings.holders(table.name, row[_HERE], self.parts.keys()):
                self.gone.setdefault(table, []).append(row)

    def _keep_what_is_referred_to(self) -> None:
        """Leave the rows that stay out of what goes, where a row that stays refers to them."""
        while True:
            kept = 0
            for table in MERGED:
                if len(table.key) > 1 or not self.gone.get(table):
                    continue
                needed = self._referred_to(table)
                rows = self.gone[table]
                stays = [row for row in rows if row[table.key[0]] in needed]
                self.gone[table] = [row for row in rows if row[table.key[0]] not in needed]
                self.report.kept += [msg("{table} {key}", table=table.term, key=row[table.key[0]]) for row in stays]
                kept += len(stays)
            if not kept:
                return

    def _referred_to(self, target: Table) -> set[str]:
        """The keys of a table that rows refer to which stay, now that all others are as they are to be."""
        found: set[str] = set()
        for table in TABLES.values():
            goes = {row["row"] for row in self.gone.get(table, ())}
            for column in table.columns:
                if column.refers == target.name:
                    rows = self.connection.execute(
                        f"select rowid, {column.stored} from main.{table.name} where {column.stored} is not null"
                    )
                    found |= {value for rowid, value in rows if rowid not in goes}
        return found

    # --- Writing ---

    def apply(self, command: str, reopening: bool) -> None:
        """Write what was settled, as one load; rolled back by the caller where there was nothing to do.

        Raises:
            ClosedYearProblem: rows of closed years change that are not to be reopened.
        """
        closed = closed_years(self.connection)
        load = self.report.load = open_load(self.connection, command)
        merged = [self._note(load, part) for part in self.report.parts]
        self.connection.execute("pragma defer_foreign_keys = on")
        for table in self.stage.in_order():
            self._apply_table(table, load, merged)
        self._keep_what_is_referred_to()
        removed = self._remove(load)
        if closed:
            touched = touched_by(self.connection, load, closed, {*self.stage.in_order(), *removed})
            self.report.touched = touched
            if touched and not reopening:
                raise ClosedYearProblem(touched)
        if self.report.anomalies:
            self.report.stopped = True
            return
        self.report.noted = self._hold(load) or any(self._news(part) for part in self.report.parts)
        updated = sum(part.updated for part in self.report.parts)
        updated += reopen(self.connection, load, (one.year for one in self.report.touched))
        inserted = sum(part.inserted for part in self.report.parts)
        close_load(self.connection, load, inserted, updated, self.report.removed)

    def _note(self, load: int, part: Part) -> int:
        done = self.connection.execute(
            "insert into merged (load, registry, name, path, last_load, last_at) values (?, ?, ?, ?, ?, ?)",
            (load, part.identity, part.name, part.path, part.last_load, part.last_at),
        )
        return int(done.lastrowid or 0)

    def _news(self, part: Part) -> bool:
        """Whether a registry has loads that were not seen yet, be it that they changed no row."""
        known = self.known.get(part.identity)
        return known is None or known.last_load != part.last_load or known.last_at != part.last_at

    def _apply_table(self, table: Table, load: int, merged: Sequence[int]) -> None:
        staged = self.connection.execute(
            f"select file, count(*) from temp.stage_{table.name} group by file order by file"
        ).fetchall()
        for file, count in staged:
            number, source, _ = self.sources[file]
            part = self.report.parts[number]
            assert source.came is not None
            came = Came(merged[number], source.came.load, source.came.at, source.came.who)
            outcome = FileOutcome(part.name, table.name, source.sheet, True, read=count, sha256=source.sha256)
            source = replace(source, came=came)
            self.report.anomalies += apply_source(self.stage, file, source, outcome, load, as_written=True)
            self.report.files.append(outcome)
            part.inserted += outcome.inserted
            part.updated += outcome.updated

    def _remove(self, load: int) -> list[Table]:
        removed = []
        for table in reversed(MERGED):  # what refers to a row goes before it
            rows = self.gone.get(table)
            if not rows:
                continue
            keys = [[row[column.stored] for column in key_columns(table)] for row in rows]
            self.report.removed += remove_rows(self.connection, table, keys, load)
            removed.append(table)
            owners = Counter(row["0owner"] for row in rows)
            for part in self.report.parts:
                part.removed += owners.pop(part.identity, 0)
            self.report.parts[0].removed += owners.total()  # of an owner that is not merged now, and has it no more
        return removed

    def _hold(self, load: int) -> bool:
        """Note what each registry holds as it stands here now, where that has changed; whether it has anywhere."""
        changed = False
        for table in MERGED:
            found: dict[str, set[bytes]] = {identity: set() for identity in self.parts}
            rows = self.connection.execute(
                f"""
                select c.part, crpv_key({key_json(table, "t")})
                from temp.claim_{table.name} as c join main.{table.name} as t on {same_key(table, "c", "t")}
                where {_alike(table, "c", "t")}
                """
            )
            for part, key in rows:
                found[self.report.parts[part].identity].add(key)
            for (registry, name), keys in self.lost.items():
                if name == table.name:
                    found[registry] = set(self.holdings.of(registry, name) - keys)
            for registry, held in found.items():
                if held != self.holdings.of(registry, table.name):
                    changed = True
                    self.connection.execute(
                        "insert into holdings (load, registry, table_name, keys) values (?, ?, ?, ?)",
                        (load, registry, table.name, written(held)),
                    )
        return changed


def _said(value: object, column: Column) -> Message | str:
    text = shown(value, column)
    return msg("no value") if text is None else msg("“{value}”", value=text)


def _whose(other: sqlite3.Connection, file: int | None) -> str | None:
    """From which registry another one got the rows of a file, if it did."""
    row = came_from(other, file)
    return row["registry"] if row else None


def _source(other: sqlite3.Connection, part: Part, table: Table, load: int, file: int | None) -> Source:
    """What the rows of a table come from that a load and a file of a registry touched last."""
    its_load = other.execute("select at, who from loads where id = ?", (load,)).fetchone()
    its_file = other.execute(
        "select path, sheet, sha256, profile, places from load_files where id = ?", (file,)
    ).fetchone()
    return Source(
        name=its_file["path"] if its_file else part.path,
        sha256=its_file["sha256"] if its_file else "",
        table=table,
        present=table.names,
        heading={},
        rows=(),
        refused_keys=set(),
        sheet=its_file["sheet"] if its_file else None,
        profile=its_file["profile"] if its_file else None,
        places=json.loads(its_file["places"]) if its_file else {},
        centres=set(),
        notices=[],
        made=True,
        came=Came(0, load, its_load["at"], its_load["who"]),
    )
