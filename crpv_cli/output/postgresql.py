r"""A registry as one script for psql: typed tables, their rows, and the views as they stood on a date.

What PostgreSQL can hold of the definitions it holds: days as dates, euros as exact numbers, closed lists, bounds, keys
and references; what a table and a column mean stands beside them as comments, in French whatever the reader's language,
as in all that is published. A view is a table of its rows: SQL of SQLite is none of PostgreSQL, and a figure that is
computed twice is sooner or later two figures.

Loading it again gives the same. Where the tables are still those that a script of the same form made, they are emptied
and filled, so that rights and other people's views on them stay; otherwise they are dropped and made. A schema of that
name with tables that no script of crpv made is refused, and nothing is dropped that something else depends on. It is
all one transaction. No cell can be taken for SQL or for a command of psql: rows come in the text format of ``COPY``,
in which each backslash, tab and end of line of a cell is written as an escape.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from crpv_cli import __version__
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.definitions.writing import DAY_MONTH_OR_YEAR, PATTERNS
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, msg, translate
from crpv_cli.result import Rows, Value, Whole

SCHEMA = "crpv"
"""What the schema is called unless another name is asked for."""
HOLDS_FICTITIOUS = msg(
    "FICTITIOUS: the registry holds demonstration data; the column fictitious of the table sources says which."
)
_NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_MARK = "(crpv export postgresql)"
"""Stands in the comment of a schema that a script of ours made: by it alone one may be filled again."""
_TYPES = {
    Kind.INTEGER: "bigint",
    Kind.DECIMAL: "numeric",
    Kind.YEAR: "integer",
    Kind.DATE: "date",
    Kind.PARTIAL_DATE: 'text collate "C"',  # a day, a month or a year: in the order of their digits
    Kind.MONEY: "numeric(19, 2)",
    Kind.PERCENT: "numeric",
    Kind.FLAG: "boolean",
}
# In the text format of COPY; PostgreSQL has no character of number 0, so it is shown by its picture.
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\u2400"})


def checked_schema(name: str) -> str:
    """Return the name of a schema that can be asked for.

    Raises:
        UsageProblem: PostgreSQL would take it for another name, or has it for itself.
    """
    if _NAME.fullmatch(name):
        return name
    raise UsageProblem(
        msg("“{value}” cannot be the name of the schema.", value=name),
        msg("Write small letters without accents, digits and _; it begins with a letter, and not with pg_."),
    )


def script(registry: Whole, schema: str = SCHEMA) -> Iterator[str]:
    """Yield the script, a piece at a time: a table of any size is never held.

    Args:
        registry: what goes into it.
        schema: the schema that it fills, made if it is missing.
    """
    stocks = (*registry.tables, *registry.views)
    making = "".join(_making(registry, schema))
    # With the program's version: what an earlier one made is made anew.
    form = hashlib.sha256(f"{__version__}\n{making}".encode()).hexdigest()[:16]
    names = [stock.table.name for stock in stocks]
    yield _head(registry, schema)
    yield _begin(schema, names, form)
    yield f"\\if :crpv_same\nTRUNCATE {', '.join(_in(schema, name) for name in names)};\n\\else\n"
    yield f"\\if :crpv_there\nDROP TABLE IF EXISTS {', '.join(_in(schema, name) for name in (*TABLES, *VIEWS))};\n"
    yield f"\\else\nCREATE SCHEMA {_quoted(schema)};\n\\endif\n"
    yield making
    yield "\\endif\n\n"
    for stock in stocks:
        yield from _copy(schema, stock)
    yield "\n".join(f"{line};" for line in _stamps(registry, schema, form)) + "\nCOMMIT;\n"


# --- Before the rows ---


def _head(registry: Whole, schema: str) -> str:
    said = (
        msg("The registry of the centres de ressources politique de la ville, for PostgreSQL."),
        msg("Made by crpv {version}; views as of {date}.", version=__version__, date=Day(registry.as_of)),
        msg(
            "Load it with psql as often as you like: psql -d DATABASE -f THIS_FILE (schema {schema}).",
            schema=schema,
        ),
    )
    return "".join(f"-- {line.text('fr')}\n" for line in said) + "\n"


def _begin(schema: str, names: Iterable[str], form: str) -> str:
    """Begin, and find out whether the schema is there, is ours, and still has the tables that are filled."""
    names = list(names)
    taken = msg("The schema {schema} holds something that crpv did not make: nothing was changed.", schema=schema)
    another = msg("Name another one: crpv export postgresql --schema NAME")
    expected = ", ".join(map(_text, names))
    return f"""\\set ON_ERROR_STOP on
\\set QUIET on
BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_min_messages = warning;
SET LOCAL datestyle = 'ISO, YMD';
DO $crpv$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
               WHERE n.nspname = {_text(schema)} AND pg_catalog.strpos(
                   coalesce(pg_catalog.obj_description(n.oid, 'pg_namespace'), ''), {_text(_MARK)}) = 0) THEN
        RAISE EXCEPTION {_text(taken.text("fr"))}
            USING HINT = {_text(another.text("fr"))};
    END IF;
END
$crpv$;
SELECT
    pg_catalog.count(*) > 0 AS crpv_there,
    coalesce(pg_catalog.bool_and(
        pg_catalog.strpos(pg_catalog.obj_description(n.oid, 'pg_namespace'), {_text(f"{_MARK} {form}")}) > 0
        AND (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class AS c
             WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND c.relname IN ({expected})) = {len(names)}
    ), false) AS crpv_same
FROM pg_catalog.pg_namespace AS n WHERE n.nspname = {_text(schema)}
\\gset
"""


def _making(registry: Whole, schema: str) -> Iterator[str]:
    """Yield the statements that make all tables."""
    names = {stock.table.name for stock in registry.tables}
    for stock in registry.tables:
        yield from _statements(schema, stock, [*_columns(stock, schema, names), *_conditions(stock)])
        yield from _indexes(schema, stock)
    for stock in registry.views:
        yield from _statements(schema, stock, [f"{_quoted(one.name)} {_type(one)}" for one in stock.columns])


def _statements(schema: str, stock: Rows, parts: Iterable[str]) -> Iterator[str]:
    yield f"CREATE TABLE {_in(schema, stock.table.name)} (\n    " + ",\n    ".join(parts) + "\n);\n"
    for column in stock.columns:
        said = described(column)
        yield f"COMMENT ON COLUMN {_in(schema, stock.table.name)}.{_quoted(column.name)} IS {_text(said)};\n"


def _columns(stock: Rows, schema: str, names: set[str]) -> Iterator[str]:
    whole = stock.table.key if _has_primary_key(stock.table) else ()
    for column in stock.columns:
        words = [_quoted(column.name), _type(column)]
        if column.required:
            words.append("NOT NULL")
        if column.refers in names:
            key = TABLES[column.refers].key[0]
            words.append(f"REFERENCES {_in(schema, column.refers)} ({_quoted(key)})")
        if check := _check(column):
            words.append(f"CHECK ({check})")
        yield " ".join(words)
    if whole:
        yield f"PRIMARY KEY ({', '.join(map(_quoted, whole))})"


def _type(column: Column) -> str:
    return _TYPES.get(column.kind, "text")


def _check(column: Column) -> str:
    """What PostgreSQL checks of a value; an unknown one passes any comparison."""
    name = _quoted(column.name)
    if column.choices:
        return f"{name} IN ({', '.join(_text(choice.code) for choice in column.choices)})"
    if column.kind is Kind.PARTIAL_DATE:
        return f"{name} ~ '^{DAY_MONTH_OR_YEAR}$'"
    if column.shape in PATTERNS and not column.refers:
        shape = PATTERNS[column.shape]
        many = f"( ({shape}))*" if column.kind is Kind.CODES else ""
        return f"{name} ~ '^({shape}){many}$'"
    bounds = ((">=", column.minimum), ("<=", column.maximum))
    return " AND ".join(f"{name} {sign} {bound:.15g}" for sign, bound in bounds if bound is not None)


def _conditions(stock: Rows) -> Iterator[str]:
    """What holds between columns, as far as all of them go; yes and no are no numbers here."""
    given = {column.name for column in stock.columns}
    flags = "|".join(column.name for column in stock.table.columns if column.kind is Kind.FLAG)
    is_one = re.compile(rf"\b({flags}) = 1\b" if flags else "(?!)")
    for check in stock.table.checks:
        if given.issuperset(name for name in stock.table.names if re.search(rf"\b{name}\b", check)):
            asked = is_one.sub(lambda found: found[1], check)
            yield f"CHECK ({asked})"
    for first, last in stock.table.periods:
        yield f"CHECK ({_quoted(first)} <= {_quoted(last)})"


def _has_primary_key(table: Table) -> bool:
    """Whether all of a key is always known, and short: an index holds no free text of any length."""
    return all(table.column(name).required and table.column(name).kind is not Kind.TEXT for name in table.key)


def _indexes(schema: str, stock: Rows) -> Iterator[str]:
    table = stock.table
    whole = _has_primary_key(table)
    if not whole:
        # An unknown part of a key equals another unknown one.
        parts = ", ".join(_key_part(table.column(name)) for name in table.key)
        yield f"CREATE UNIQUE INDEX {_quoted(f'{table.name}_key')} ON {_in(schema, table.name)} ({parts});\n"
    looked_up = [column.name for column in stock.columns if column.refers and column.name != table.key[0]]
    for name in dict.fromkeys((*table.indexes, *looked_up)):
        yield (f"CREATE INDEX {_quoted(f'{table.name}_by_{name}')} ON {_in(schema, table.name)} ({_quoted(name)});\n")


def _key_part(column: Column) -> str:
    name = _quoted(column.name)
    if column.kind is Kind.DATE:
        return name if column.required else f"coalesce({name}, '-infinity')"
    if _type(column) != "text":
        return name if column.required else f"coalesce({name}, -1)"
    known = name if column.required else f"coalesce({name}, '')"
    return f"md5({known})" if column.kind is Kind.TEXT else known


def described(column: Column) -> str:
    """Return what a column is, in French: its label, and what its values mean."""
    said = f"{translate(column.label, 'fr')}. {translate(column.explanation, 'fr')}".strip()
    if column.choices:
        said += f" {_choices(column)}"
    return said


def _choices(column: Column) -> str:
    return " ; ".join(f"{choice.code} : {translate(choice.label, 'fr')}" for choice in column.choices) + "."


# --- The rows, and what is said of them ---


def _copy(schema: str, stock: Rows) -> Iterator[str]:
    columns = ", ".join(_quoted(column.name) for column in stock.columns)
    yield f"COPY {_in(schema, stock.table.name)} ({columns}) FROM stdin;\n"
    for row in stock.rows:
        yield "\t".join(_cell(value, column) for value, column in zip(row, stock.columns, strict=True)) + "\n"
    yield "\\.\n"


def _cell(value: Value, column: Column) -> str:
    if value is None or value == ():
        return "\\N"
    if column.kind is Kind.FLAG:
        return "t" if value else "f"
    if column.kind is Kind.MONEY:
        assert isinstance(value, int)
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"
    if isinstance(value, tuple):
        return " ".join(map(str, value)).translate(_ESCAPES)
    return repr(value) if isinstance(value, int | float) else str(value).translate(_ESCAPES)


def _stamps(registry: Whole, schema: str, form: str) -> Iterator[str]:
    """Yield the comments that change with each registry: of which day and load it is."""
    day = Day(registry.as_of)
    made = msg("Made by crpv {version}; views as of {date}.", version=__version__, date=day)
    said = [
        msg("The registry of the centres de ressources politique de la ville, for PostgreSQL."),
        made,
        *([msg("It rests on load {load}.", load=str(registry.load))] if registry.load is not None else []),
        msg("The data is under the Licence Ouverte 2.0; the table sources says where it is from."),
        *([HOLDS_FICTITIOUS] if registry.fictitious else []),
        *([msg("What is not for the public was left out.")] if registry.public else []),
    ]
    whole = " ".join(sentence.text("fr") for sentence in said)
    yield f"COMMENT ON SCHEMA {_quoted(schema)} IS {_text(f'{whole} {_MARK} {form}')}"
    for stock in registry.tables:
        yield f"COMMENT ON TABLE {_in(schema, stock.table.name)} IS {_text(about(stock.table))}"
    for stock in registry.views:
        stands = f"{about(stock.table)} {msg('As of {date}.', date=day).text('fr')}"
        yield f"COMMENT ON TABLE {_in(schema, stock.table.name)} IS {_text(stands)}"


def about(table: Table) -> str:
    """Return what a table or a view is, in French, without the marks of Markdown."""
    return f"{translate(table.label, 'fr')}. {translate(table.about, 'fr')}".replace("`", "").strip()


def _in(schema: str, name: str) -> str:
    return f"{_quoted(schema)}.{_quoted(name)}"


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _text(said: str) -> str:
    """A text in SQL, which ends where it ends: quotation marks are doubled, and a backslash is one."""
    escaped = said.replace("'", "''").replace("\0", "\u2400")
    return f"'{escaped}'"
