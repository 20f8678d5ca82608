"""What a registry's file contains: tables and indexes made from the definitions, and the views.

Reading commands compare the file with this before anything else, so it imports nothing that is slow, and texts are
written as SQLite keeps them: what was made from them compares equal at once.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.registry.queries.views import views

# "CRPV" in ASCII: `file` and SQLite tools can distinguish a registry from any other SQLite file.
APPLICATION_ID = 0x43525056
# Raised with the first change of a table after a release: earlier programs then refuse the file.
SCHEMA_VERSION = 8

# What last touched a row: a load, and the line of a file; none where no file tells of it. That the file is one of the
# load is looked at with the record of changes (``replay``): a reference would be looked up for each row.
PROVENANCE = {
    "load": "load integer not null references loads(id)",
    "file": "file integer",
    "line": "line integer",
}
_ABOUT_THE_WHOLE = {"check", "constraint", "foreign", "primary", "unique"}

# The record of loads: it is neither loaded nor listed, so it is no ``Table``.
_ACCOUNT = {
    "loads": (
        "id integer primary key",
        "at text not null",  # UTC, ISO 8601
        "who text not null",
        "host text",  # the machine; not known of the loads of earlier programs
        "command text not null",
        "version text not null",  # of crpv
        "undoes integer references loads(id)",
        "inserted integer not null default 0",
        "updated integer not null default 0",
        "deleted integer not null default 0",
        "digest text",  # SHA-256 of its changes (``seals``)
    ),
    "load_files": (
        "id integer primary key",
        "load integer not null references loads(id)",
        "path text not null",
        "sheet text",  # of a workbook
        "sha256 text not null",
        "table_name text not null",
        "profile text",  # through which a foreign file was read
        "places text not null",  # column -> its heading, or its letter in a sheet
        "rows_read integer not null",
        "inserted integer not null",
        "updated integer not null",
        "unchanged integer not null",
        "refused integer not null",
        # Of rows that came from another registry (``merging``): from which, and its load, when and by whom.
        "merged integer references merged(id)",
        "its_load integer",
        "its_at text",
        "its_who text",
    ),
    # Which registry this is: made at random with it, so that a copy of it has the same (``merged.identity_of``).
    "identity": ("id text primary key",),
    # The registries that a load merged into this one, each with the last load that was seen of it.
    "merged": (
        "id integer primary key",
        "load integer not null references loads(id)",
        "registry text not null",  # its identity
        "name text not null",  # of its file, for people
        "path text not null",
        "last_load integer",
        "last_at text",
    ),
    # Which rows of this registry another one holds just so, since a merge: what that has changed of a table.
    "holdings": (
        "id integer primary key",
        "load integer not null references loads(id)",
        "registry text not null",
        "table_name text not null",
        "keys text not null",  # eight bytes for each row, as ``merged`` writes and reads them
    ),
    # What came back of what a campaign asks for (``campaigns``): of which centre and year, in which file of a load.
    "returns": (
        "id integer primary key",
        "load integer not null references loads(id)",
        "file integer not null references load_files(id)",
        "centre text not null",  # no reference: a centre may be removed, and what its file said stays on record
        "year integer not null",
        "rows integer not null",  # valid ones; none where a form came back without an answer
    ),
    "changes": (
        "id integer primary key",
        "load integer not null references loads(id)",
        "file integer references load_files(id)",
        "line integer",  # physical line on which the row starts in the file
        "table_name text not null",
        "key text not null",  # JSON object: the natural key
        # An insertion stands here only if its row does not say it: an undoing put it back.
        "action text not null check (action in ('insert', 'update', 'delete'))",
        "before text",  # changed columns, or the deleted row
        "after text",  # changed columns of an update
        # What had touched the row last until then; no load: not all is known of the row.
        "was_load integer",
        "was_file integer",
        "was_line integer",
    ),
    # What the rows of each table are (``seals``).
    "seals": ("table_name text primary key", "columns text not null", "digest text not null"),
}
_ACCOUNT_INDEXES = {
    # A removed row is not looked for by its key, and undoing a large load writes down many of them.
    "changes_by_row": "CREATE INDEX changes_by_row on changes (table_name, key) where action = 'update'",
    "changes_by_load": "CREATE INDEX changes_by_load on changes (load)",
}
_PLAIN = re.compile(
    r"""(?:"[^"]+"|\[[^]]+\]|\w+)                             # its name
        (?:\s+(?!not\b|primary\b|unique\b|check\b|default\b|collate\b|references\b|generated\b|as\b|constraint\b)
            \w+(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?)?        # its type
        (?:\s+default\s+(?:'[^']*'|[-+]?[\d.]+|null)(?=\s|$))?  # a value where none is given""",
    re.IGNORECASE | re.VERBOSE,
)
# The shapes that SQLite itself holds; a reference needs none, since what it refers to has it.
_SHAPES = {
    Shape.DEPARTMENT: "{0} glob '[0-9][0-9AB]' or {0} glob '9[78][0-9]'",
    Shape.NEIGHBOURHOOD: "{0} glob 'Q[NP][0-9][0-9AB][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]'",
    Shape.SHA256: "length({0}) = 64 and {0} not glob '*[^0-9a-f]*'",
    Shape.SIREN: "length({0}) = 9 and {0} not glob '*[^0-9]*'",
}


@cache
def tables() -> dict[str, tuple[str, ...]]:
    """The parts of each table, in SQL, by name: its columns, then what holds between them."""
    return _ACCOUNT | {table.name: tuple(_parts(table)) for table in TABLES.values()}


@cache
def indexes() -> dict[str, str]:
    """The statement that makes each index, by name."""
    found = dict(_ACCOUNT_INDEXES)
    for table in TABLES.values():
        if not _has_primary_key(table):
            # An unknown part of a key equals another unknown one.
            parts = ", ".join(key_expression(column) for column in key_columns(table))
            found[f"{table.name}_key"] = f"CREATE UNIQUE INDEX {table.name}_key on {table.name} ({parts})"
        for column in table.indexes:
            name = f"{table.name}_by_{column}"
            found[name] = f"CREATE INDEX {name} on {table.name} ({column})"
    return found


def key_expression(column: Column, alias: str = "") -> str:
    """Return the SQL that compares a key column: an unknown part of a key equals another unknown one."""
    name = f"{alias}.{column.stored}" if alias else column.stored
    return name if column.required else f"ifnull({name}, '')"


def key_columns(table: Table) -> list[Column]:
    """The columns of a table's natural key, in order."""
    return [table.column(name) for name in table.key]


def key_condition(table: Table, alias: str = "") -> str:
    """Return the SQL condition that a row has a key, whose parts are what ``key_values`` gives."""
    return " and ".join(f"{key_expression(column, alias)} = ?" for column in key_columns(table))


def key_values(key: Iterable[object]) -> list[object]:
    """Return the parts of a key as ``key_condition`` compares them."""
    return ["" if part is None else part for part in key]


def is_row(table: Table, alias: str, key: str) -> str:
    """Return the SQL condition that a row is the one of a key as ``changes`` keeps it."""
    return " and ".join(
        f"{key_expression(column, alias)} = ifnull({key} ->> '{column.name}', '')" for column in key_columns(table)
    )


def key_json(table: Table, alias: str) -> str:
    """Return the SQL that writes the key of a row as ``changes`` keeps it."""
    pairs = ", ".join(f"'{column.name}', {alias}.{column.stored}" for column in key_columns(table))
    return f"json_object({pairs})"


def table_statement(name: str, parts: Iterable[str]) -> str:
    """Return the statement that makes a table."""
    lines = ",\n    ".join(parts)
    return f"CREATE TABLE {name} (\n    {lines}\n) strict"


def _has_primary_key(table: Table) -> bool:
    return all(column.required for column in key_columns(table))


def _parts(table: Table) -> Iterator[str]:
    whole = table.key if _has_primary_key(table) else ()
    for column in table.columns:
        yield _column(column, whole == (column.name,))
    yield from PROVENANCE.values()
    if len(whole) > 1:
        yield f"primary key ({', '.join(whole)})"
    for check in table.checks:
        yield f"check ({check})"
    for first, last in table.periods:
        unknown = [f"{name} is null or " for name in (first, last) if not table.column(name).required]
        yield f"check ({''.join(unknown)}{first} <= {last})"


def _column(column: Column, is_key: bool) -> str:
    words = [column.stored, column.kind.sql_type.lower()]
    if is_key:
        words.append("primary key")
    elif column.required:
        words.append("not null")
    if column.refers:
        words.append(f"references {column.refers}({TABLES[column.refers].key[0]})")
    if check := _check(column):
        words.append(f"check ({check})")
    return " ".join(words)


def _check(column: Column) -> str:
    """What SQLite checks of a value; an unknown one passes any comparison."""
    name = column.stored
    if column.choices:
        codes = ", ".join(f"'{choice.code}'" for choice in column.choices)
        return f"{name} in ({codes})"
    if column.kind is Kind.FLAG:
        return f"{name} in (0, 1)"
    unknown = "" if column.required else f"{name} is null or "
    if column.kind is Kind.DATE:
        return f"{unknown}{name} is date({name}, '+0 days')"
    if column.kind is Kind.CODE and column.shape in _SHAPES and not column.refers:
        shaped = _SHAPES[column.shape].format(name)
        return f"{unknown}({shaped})" if unknown else shaped
    if column.minimum is not None and column.maximum is not None:
        return f"{name} between {column.minimum:.15g} and {column.maximum:.15g}"
    if column.minimum is not None:
        return f"{name} >= {column.minimum:.15g}"
    return f"{name} <= {column.maximum:.15g}" if column.maximum is not None else ""


def parts_of(statement: str) -> list[str]:
    """Return the parts of a table from the statement that made it, whatever its blanks and comments."""
    words = " ".join(re.sub("--[^\n]*", "", statement).split())
    start, depth, found = words.index("(") + 1, 0, []
    for sign in re.finditer(r"""'[^']*'|"[^"]*"|\[[^]]*\]|[(),]""", words):
        depth += (sign[0] == "(") - (sign[0] == ")")
        if (sign[0] == "," and depth == 1) or (sign[0] == ")" and depth == 0):
            found.append(words[start : sign.start()].strip())
            start = sign.end()
    return found


def column_of(part: str) -> str | None:
    """Return the name of the column that a part of a table defines; None if it is about the whole table."""
    word = re.match(r'"[^"]+"|\[[^]]+\]|\w+', part)
    assert word is not None
    return None if word[0].lower() in _ABOUT_THE_WHOLE else word[0].strip('"[]')


def differs(statement: str, name: str) -> bool:
    """Whether a table is not what it should be.

    A column that is not defined, added by a user or by another version, is no difference if it only holds values.
    """
    parts = tables()[name]
    if statement == table_statement(name, parts):
        return False
    found = set(parts_of(statement))
    return not found.issuperset(parts) or any(map(acts, found.difference(parts)))


def acts(part: str) -> bool:
    """Whether a part that is not defined does more than hold values: it could refuse, change or remove rows."""
    return column_of(part) is None or plain(part) != part


def plain(part: str) -> str:
    """Return a column without what it asks of rows: its name, its type, and a value that stands where none is given."""
    found = _PLAIN.match(part)
    return found[0].rstrip() if found else part


def must_be_filled(part: str) -> bool:
    """Whether a row without this column is refused."""
    words = part.lower()
    return "primary key" in words or ("not null" in words and "default" not in words)


def tables_differ(there: Mapping[str, str]) -> bool:
    """Whether a table or an index is missing, or is not what it should be."""
    return any(name not in there or differs(there[name], name) for name in tables()) or any(
        " ".join(there.get(name, "").split()) != statement for name, statement in indexes().items()
    )


def differing_views(there: Mapping[str, str]) -> dict[str, str]:
    """Return the SQL of the views that are missing, or that say something else than they should."""
    return {name: sql for name, sql in views().items() if there.get(name) != f'CREATE VIEW "{name}" AS {sql}'}


def there_is(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the statements of the tables, indexes and views of a registry, by name."""
    return dict(map(tuple, connection.execute("select name, sql from sqlite_schema where sql is not null")))


def quoted(name: str) -> str:
    """Return a name that somebody else gave, as SQL takes it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def strangers(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the names of what crpv did not make, by kind: tables, views and indexes, and what would obstruct loads.

    ``trigger`` are triggers, which would change rows without a trace, and ``unique`` the indexes on tables of crpv that
    would refuse rows.
    """
    own = tables().keys() | indexes().keys() | views().keys()
    found: dict[str, list[str]] = {}
    for kind, name, table, sql in connection.execute("select type, name, tbl_name, sql from sqlite_schema"):
        if name in own or name.startswith("sqlite_"):
            continue
        refuses = kind == "index" and table in tables() and sql and re.match(r"create\s+unique", sql, re.IGNORECASE)
        found.setdefault("unique" if refuses else kind, []).append(name)
    return found


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether an open registry is what this program would make; takes about a millisecond."""
    there = there_is(connection)
    return not (is_older(connection) or tables_differ(there) or differing_views(there))


def is_older(connection: sqlite3.Connection) -> bool:
    """Whether an earlier program made the tables."""
    return bool(connection.execute("pragma user_version").fetchone()[0] < SCHEMA_VERSION)
