"""What is true on a date, as SQL: each fact is one file of ``facts/``; what uses it names it as a table.

Reports, lists and rules read with ``read``; the views (``views.py``) are made from the same texts, for today.
"""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from crpv_cli.definitions.choices import LOCAL_AUTHORITIES
from crpv_cli.registry.queries.kept import MONEY, standing

CYCLE_YEARS = 3
"""Years from one evaluation of a mission to the next, unless another is asked for: the project's own choice."""
WITHIN_MONTHS = 12
"""How far ahead an agreement that runs is said to end soon: the project's own default."""
DEFAULTS: dict[str, object] = {
    "centre": None,
    "centres": None,
    "counted_on": None,
    "cycle": CYCLE_YEARS,
    "first": 1970,
    "last": 2100,
    "mission": None,
    "nature": None,
    "scheme": None,
    "stage": None,
    "within": WITHIN_MONTHS,
    "year": None,
}
"""What a parameter is where it is not given; ``:as_of`` always is, and is today in a view."""

_FOLDER = Path(__file__).parent
_NAMED = re.compile(r"\b(?:from|join)\s+(\w+)")
_LOWER = re.compile(r"french_lower\(((?:[^()]|\([^()]*\))*)\)")
_CAPITALS = "ÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ"


def header_and_sql(path: Path) -> tuple[list[str], str]:
    """Split a file into the lines of the comment at its head, which explains it, and its SQL."""
    lines = path.read_text(encoding="utf-8").splitlines()
    count = next(place for place, line in enumerate(lines) if not line.startswith("--"))
    return [line[3:] for line in lines[:count]], "\n".join(lines[count:])


@cache
def _facts() -> dict[str, Path]:
    return {path.stem: path for path in (_FOLDER / "facts").glob("*.sql")}


@cache
def _fact(name: str) -> str:
    return header_and_sql(_facts()[name])[1]


@cache
def compose(sql: str, **given: str) -> str:
    """Return SQL after the facts that it names as tables and those that they name; ``given`` texts stand for some."""
    facts = dict(given)
    for name in _NAMED.findall(sql):
        _gather(name, facts)
    if not facts:
        return sql
    texts = ",\n".join(
        f"{name} as {'not materialized ' if name in given else ''}(\n{text}\n)" for name, text in facts.items()
    )
    rest = f",\n{sql.removeprefix('with ')}" if sql.startswith("with ") else f"\n{sql}"
    whole = f"with recursive {texts}{rest}".replace(":local_authorities", repr(LOCAL_AUTHORITIES))
    return _LOWER.sub(lambda found: _lower(found[1]), whole)


def _gather(name: str, facts: dict[str, str]) -> None:
    """Add a fact after those that it names."""
    if name in facts or name not in _facts():
        return
    text = _fact(name)
    for named in _NAMED.findall(text):
        if named != name:
            _gather(named, facts)
    facts[name] = text


def _lower(expression: str) -> str:
    """SQL for an expression in small letters: SQLite's own function leaves the capitals that have accents."""
    for capital in _CAPITALS:
        expression = f"replace({expression}, '{capital}', '{capital.lower()}')"
    return f"lower({expression})"


@cache
def query(name: str) -> str:
    """Return the SQL of a file, to be read."""
    return header_and_sql(_FOLDER / f"{name}.sql")[1]


def read(connection: sqlite3.Connection, sql: str, as_of: str, **parameters: object) -> sqlite3.Cursor:
    """Run SQL that names facts as tables; parameters that are not given are those of ``DEFAULTS``."""
    values = {**DEFAULTS, **parameters, "as_of": as_of}
    return connection.execute(compose(sql, **_kept(connection, sql, values)), values)


def _kept(connection: sqlite3.Connection, sql: str, values: Mapping[str, object]) -> dict[str, str]:
    """Return what stands for the facts about money, where SQL rests on them (``kept.py``)."""
    if not _rests_on_kept(sql):
        return {}
    return standing(connection, compose, values, int(_moment("this_year", str(values["as_of"]))))


@cache
def _rests_on_kept(sql: str) -> bool:
    """Whether SQL names the fact that is kept, or a fact that rests on it."""
    facts: dict[str, str] = {}
    for name in _NAMED.findall(sql):
        _gather(name, facts)
    return MONEY in facts


@cache
def _moment(column: str, as_of: str, within: int = WITHIN_MONTHS) -> str | int:
    """What a date says by itself (see ``facts/moment.sql``); no registry is needed."""
    with closing(sqlite3.connect(":memory:")) as connection:
        found: str | int = read(connection, f"select {column} from moment", as_of, within=within).fetchone()[0]
        return found


def closed_year(date: str) -> int:
    """The latest year that is over on a date; its own last day is its end."""
    return int(_moment("closed_year", date))


def geographies_on(connection: sqlite3.Connection, as_of: str) -> tuple[str, ...]:
    """Return the geographies of the lists of neighbourhoods in force on a date: 2015, 2024, or both."""
    rows = read(
        connection,
        "select distinct geography from counts_on where measure = 'neighbourhoods' order by geography",
        as_of,
    )
    return tuple(row["geography"] for row in rows)


def months_after(date: str, months: int) -> str:
    """The ISO date so many calendar months after another; a day that the month lacks becomes its last."""
    return str(_moment("soon", date, months))


@cache
def position(rating: str, minimum: float | None, maximum: float | None, levels: str | None) -> float | None:
    """Where a rating stands on a scale, between 0 and 1, or None if it is not on it (see ``facts/positions.sql``)."""
    asked = "select :rating as rating, 'asked' as scale, :minimum as minimum, :maximum as maximum, :levels as levels"
    sql = compose("select position from positions", ratings=asked)
    with closing(sqlite3.connect(":memory:")) as connection:
        parameters = {"rating": rating, "minimum": minimum, "maximum": maximum, "levels": levels}
        found: float | None = connection.execute(sql, parameters).fetchone()[0]
        return found


def open_centres(connection: sqlite3.Connection, as_of: str) -> list[str]:
    """Return the ids of the centres open on a date."""
    return [row["id"] for row in read(connection, "select id from open_centres order by id", as_of)]


def today() -> str:
    """Today's date, in ISO form."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date().isoformat()
