"""What is wrong with a registry, all of it, also with one that is refused; and how it is mended.

The file (SQLite's own checks), its tables, indexes and views, the seals of what loads wrote, and the record of changes
replayed against the rows (``replay``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from crpv_cli import interrupts
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import RegistryProblem
from crpv_cli.language import Message, msg, msgs
from crpv_cli.registry import copies, file, journal, migrations, schema, seals, trust
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.counts import Count
from crpv_cli.registry.queries.views import views
from crpv_cli.registry.recording import close_load, open_load
from crpv_cli.registry.replay import Difference, Gap, Unlike, in_memory, replay


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that was found.

    ``check`` is what found it (``file``, ``references``, ``schema``, ``seals``, ``log``); one that is not ``wrong`` is
    only to be known. ``expected`` and ``found`` are values as they are stored.
    """

    check: str
    wrong: bool
    message: Message
    load: int | None = None
    table: str | None = None
    key: str | None = None
    column: str | None = None
    expected: object = None
    found: object = None


@dataclass(slots=True)
class Examination:
    """What was found, and what can be mended of it."""

    faults: list[Fault] = field(default_factory=list)
    acting: dict[str, str] = field(default_factory=dict)  # triggers and unique indexes that crpv did not make: kind
    current: bool = False  # whether the tables are of the schema of this program
    sound: bool = True  # whether SQLite finds the file right
    remade: list[str] = field(default_factory=list)
    unsealed: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)  # of rows that are missing or too much, nobody can say which

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        return any(fault.wrong for fault in self.faults)

    @property
    def mendable(self) -> bool:
        """Whether mending would do anything."""
        return bool(self.acting or self.remade or self.unsealed or self.differences or not self.sound)


def examine(path: Path) -> Examination:
    """Find out all that is wrong with a registry; it is only read, and nothing in it acts.

    Raises:
        RegistryProblem: it is missing, may not be read, or is something else than a registry.
    """
    try:
        with open_reading(path, as_it_is=True) as connection, file.one_state(connection):
            return _examined(connection, path)
    except RegistryProblem as problem:
        if not _of_the_file(problem.__cause__):
            raise
        return Examination([Fault("file", True, problem.message)], sound=False)


def _of_the_file(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, sqlite3.DatabaseError) and code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _examined(connection: sqlite3.Connection, path: Path) -> Examination:
    (application,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    there = schema.there_is(connection)
    if application != schema.APPLICATION_ID and not {"loads", "changes"} <= there.keys():
        raise file.not_a_registry(path)
    found = Examination(current=version == schema.SCHEMA_VERSION)
    if application != schema.APPLICATION_ID:
        found.faults.append(Fault("file", True, msg("The file does not say that it is a crpv registry.")))
    for look in (_file, _references, _strangers):
        _look(found, look, connection)
    if version > schema.SCHEMA_VERSION:
        found.faults.append(
            Fault("schema", True, msg("A newer version of crpv made it (schema {found}).", found=str(version)))
        )
    elif not found.current:
        message = msg(
            "An earlier version of crpv made it (schema {found}); the next command brings it up to date.",
            found=str(version),
        )
        found.faults.append(Fault("schema", False, message))
    else:
        _look(found, _schema, connection)
        with ExitStack() as opened:
            # Through an index that is damaged, rows would seem to be gone.
            copy = connection if found.sound else opened.enter_context(in_memory(connection))
            for look in (_seals, _log):
                _look(found, look, copy)
    return found


def _look(
    found: Examination, look: Callable[[Examination, sqlite3.Connection], None], connection: sqlite3.Connection
) -> None:
    """Look at one thing; what is too damaged to be looked at is a fault."""
    try:
        look(found, connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR):
            raise
        check = look.__name__.strip("_")
        found.faults.append(Fault(check, True, msg("This cannot be read: {reason}", reason=str(error))))


def _file(found: Examination, connection: sqlite3.Connection) -> None:
    said = [line for (text,) in connection.execute("pragma integrity_check") for line in str(text).splitlines()]
    lines = [line for line in said if line != "ok" and not line.startswith("***")]
    found.sound = not lines
    found.faults.extend(Fault("file", True, msg("SQLite finds: {reason}", reason=line)) for line in lines)


def _references(found: Examination, connection: sqlite3.Connection) -> None:
    for name, rowid, parent, _number in connection.execute("pragma foreign_key_check").fetchall():
        key, table = None, TABLES.get(name)
        if table is not None and rowid is not None:
            row = connection.execute(f"select * from main.{name} where rowid = ?", (rowid,)).fetchone()
            key = journal.key_text(table, {part: row[table.column(part).stored] for part in table.key})
        message = msg("It refers to a row of {table} that does not exist.", table=parent)
        found.faults.append(Fault("references", True, message, table=name, key=key))


def _strangers(found: Examination, connection: sqlite3.Connection) -> None:
    kinds = {
        "trigger": msg("This trigger is not of crpv: it would change or refuse rows without a trace."),
        "unique": msg("This unique index is not of crpv: it would refuse rows."),
        "view": msg("This view is not of crpv; it is left alone."),
        "table": msg("This table is not of crpv; it is left alone."),
        "index": msg("This index is not of crpv; it is left alone."),
    }
    for kind, names in schema.strangers(connection).items():
        acts = kind in {"trigger", "unique"}
        for name in names if acts or found.current else []:  # earlier programs made others, which are gone now
            found.faults.append(Fault("schema", acts, kinds[kind], table=name))
            if acts:
                found.acting[name] = "trigger" if kind == "trigger" else "index"


def _schema(found: Examination, connection: sqlite3.Connection) -> None:
    for name, message in _differing(schema.there_is(connection)):
        found.faults.append(Fault("schema", True, message, table=name))
        found.remade.append(name)


def _differing(there: dict[str, str]) -> Iterator[tuple[str, Message]]:
    for name in schema.tables():
        if name not in there:
            yield name, msg("This table is missing.")
        elif schema.differs(there[name], name):
            yield name, msg("This table is not what crpv makes: it would lack, change or refuse values.")
    for name, statement in schema.indexes().items():
        if " ".join(there.get(name, "").split()) != statement:
            yield name, msg("This index is missing, or is not what crpv makes.")
    for name in schema.differing_views(there):
        known = name in there and name in views()
        yield name, msg("This view is not what crpv makes.") if known else msg("This view is missing.")


def _seals(found: Examination, connection: sqlite3.Connection) -> None:
    if "seals" not in schema.there_is(connection):
        found.unsealed = list(seals.sealed())
        return
    found.unsealed = seals.broken(connection)
    for name in found.unsealed:
        found.faults.append(Fault("seals", True, msg("The rows are not those that the last load left."), table=name))


def _log(found: Examination, connection: sqlite3.Connection) -> None:
    found.differences, gaps, counts = replay(connection)
    for difference in found.differences:
        found.faults.extend(_told(difference))
    found.faults.extend(_untold(gap) for gap in gaps)
    for count in counts:
        # Where the rows are those that the last load left, only what was before cannot be told.
        wrong = count.table in found.unsealed
        found.faults.append(Fault("log", wrong, _counted(count), count.load, count.table))
        if wrong:
            found.counts.append(count)


def _counted(count: Count) -> Message:
    return msgs(
        "This load inserted {count} row here, and {found} can be accounted for: something else added or removed rows.",
        "This load inserted {count} rows here, and {found} can be accounted for: something else added or removed rows.",
        count.told,
        found=str(count.found),
    )


def _told(row: Difference) -> Iterator[Fault]:
    where = {"table": row.table.name, "key": row.text}
    load = row.loads.get("")
    if row.unlike is Unlike.GONE:
        yield Fault("log", True, msg("A load wrote this row, and something else removed it."), load, **where)
    elif row.unlike is Unlike.ADDED and load is not None:
        yield Fault("log", True, msg("A load removed this row, and something else put it back."), load, **where)
    elif row.unlike is Unlike.ADDED:
        yield Fault("log", True, msg("No load wrote this row."), None, **where)
    else:
        personal = {column.stored for column in row.table.columns if column.personal}
        for name, value in row.expected.items():
            if name == "load":
                continue
            shown = (None, None) if name in personal else (value, row.found[name])
            message = msg("Something else than a load changed this value.")
            yield Fault("log", True, message, row.loads[name], **where, column=name, expected=shown[0], found=shown[1])


def _untold(gap: Gap) -> Fault:
    message = msg(
        "The row is right, but not what this load left: what it was before cannot be told (a new version of crpv or "
        "something else changed it later)."
    )
    return Fault("log", False, message, gap.load, gap.table, _key_text(gap.table, gap.key))


def _key_text(table: str, key: str) -> str:
    import json

    try:
        return journal.key_text(TABLES[table], json.loads(key))
    except (AttributeError, KeyError, ValueError, TypeError):
        return key


# --- Mending ---


def plan(found: Examination) -> list[Message]:
    """Say what mending would do, step by step; nothing where nothing can be mended."""
    steps = []
    if found.acting:
        steps.append(msg("Remove what acts and is not of crpv: {names}.", names=list(found.acting)))
    if not found.sound:
        steps.append(msg("Make the indexes anew."))
    if found.remade:
        steps.append(msg("Make what is missing or differs: {names}.", names=found.remade))
    if found.differences:
        rows = sorted({f"{row.table.name}: {row.text}" for row in found.differences})
        shown = [*rows[:5], *(["…"] if len(rows) > 5 else [])]
        steps.append(
            msgs(
                "Accept {count} row as it is, as a load: {rows}.",
                "Accept {count} rows as they are, as a load: {rows}.",
                len(rows),
                rows=shown,
            )
        )
    if found.unsealed:
        steps.append(
            msg("Accept the rows of these tables as they are, and seal them: {tables}.", tables=found.unsealed)
        )
    return steps


@dataclass(frozen=True, slots=True)
class Mended:
    """What mending did: the copy that was made before, and the load that accepts rows, if any."""

    copy: Path
    load: int | None


def mend(path: Path) -> Mended:
    """Mend a registry, after a copy of it as it is: all of it, or nothing.

    Raises:
        RegistryProblem: it cannot be mended, or another program holds it; it is as it was.
    """
    try:
        return _mended(path)
    except BaseException:
        interrupts.release()
        raise


def _mended(path: Path) -> Mended:
    with open_writing(path, as_it_is=True) as connection:
        connection.execute("pragma foreign_keys = off")  # a table that is rebuilt is gone for a moment
        connection.execute("begin immediate")
        load, sound = None, trust.structure(connection) is None
        with copies.made(path, "before-mend", verified=False) as copy:
            if sound:
                load = _mend(connection, path)
            else:
                connection.execute("reindex")
                _check_sound(connection, path)
            interrupts.hold()  # the copy and the commit belong together
        connection.execute("commit")
        if not sound:  # with indexes that are right, the rows can be looked at
            connection.execute("begin immediate")
            load = _mend(connection, path)
            connection.execute("commit")
        interrupts.settle(load)
    trust.believe(path)
    return Mended(copy, load)


def _mend(connection: sqlite3.Connection, path: Path) -> int | None:
    with open_reading(path, as_it_is=True) as reading:  # which sees the same: nobody else can write
        found = _examined(reading, path)
    for name, kind in found.acting.items():
        connection.execute(f"drop {kind} main.{schema.quoted(name)}")
    if not found.current:
        return None
    try:
        migrations.make_again(connection)
    except sqlite3.IntegrityError as error:
        raise _beyond_mending(path, msg(str(error))) from error
    _check_sound(connection, path)
    load = None
    if found.unsealed or found.differences:
        load = _accept(connection, found)
    seals.seal_all(connection)
    return load


def _check_sound(connection: sqlite3.Connection, path: Path) -> None:
    if (reason := trust.structure(connection)) is not None:
        raise _beyond_mending(path, reason)


def _beyond_mending(path: Path, reason: Message) -> RegistryProblem:
    return RegistryProblem(
        msg("{path} cannot be mended: {reason}", path=path, reason=reason),
        msg("It is as it was. Put back a copy with: crpv restore"),
    )


def _accept(connection: sqlite3.Connection, found: Examination) -> int:
    """Write rows that differ down as changes of a load, as if it had made them; returns its number."""
    load = open_load(connection, " ".join(["check --integrity --mend", *found.unsealed]))
    inserted = updated = deleted = 0
    for row in found.differences:
        table = row.table
        condition, key = schema.key_condition(table), schema.key_values(row.key[name] for name in table.key)
        if row.unlike is Unlike.GONE:
            before = {table.column(name).stored: row.key[name] for name in table.key} | row.expected
            before.pop("load", None)
            journal.write_down(connection, load, table.name, row.key, "delete", before)  # not all of it is known
            deleted += 1
            continue
        if row.unlike is Unlike.ADDED:
            inserted += 1
        else:
            now = dict(journal.row_of(connection, table, row.key) or {})
            expected = {name: value for name, value in row.expected.items() if name != "load"}
            after = {name: now[name] for name in expected}
            was = journal.Touch(row.expected.get("load", now["load"]), now["file"], now["line"])
            journal.write_down(connection, load, table.name, row.key, "update", expected, after, was)
            updated += 1
        connection.execute(
            f"update main.{table.name} set load = ?, file = null, line = null where {condition}", (load, *key)
        )
    for count in found.counts:
        lacking = count.told - count.found
        action, rows = ("delete", lacking) if lacking > 0 else ("insert", -lacking)
        journal.write_down(connection, load, count.table, {}, action, {"load": count.load, "rows": rows})
        deleted += max(lacking, 0)
    close_load(connection, load, inserted, updated, deleted)
    return load
