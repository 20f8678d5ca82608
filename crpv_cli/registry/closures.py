"""Closed years: what a load changes of them, how they are reopened, and what was changed of them since.

A year is closed where the table ``closures`` has a row of it without a file and without a day of reopening. The rows of
a year are those of the tables in ``OF_A_YEAR``, with that year: what is true from a day to a day (perimeters, labels,
agreements…) belongs to no year alone, and may change.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, Message, msg, msgs
from crpv_cli.registry.queries import today
from crpv_cli.registry.schema import is_row, key_json

OF_THE_WORK = frozenset({"closures", "campaigns"})
"""The tables that keep the work with a year: they are no part of what its report says."""
OF_A_YEAR: tuple[Table, ...] = tuple(
    table for table in TABLES.values() if "year" in table.key and table.name not in OF_THE_WORK
)
"""The tables whose rows belong to a year: funding, budgets, evaluations and activities."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A closed year of which a load changes rows: how many of each table, by name.

    ``closed_on`` is an ISO date, ``rests_on`` the load that its report rests on.
    """

    year: int
    closed_on: str
    rests_on: int
    rows: Mapping[str, int]

    def said(self) -> Message:
        """Say what is changed of which year."""
        counts = [
            msg("{table}: {count}", table=msg(TABLES[name].label), count=count) for name, count in self.rows.items()
        ]
        return msgs(
            "{year} was closed on {date}, and this changes {count} row of it ({tables}).",
            "{year} was closed on {date}, and this changes {count} rows of it ({tables}).",
            sum(self.rows.values()),
            year=str(self.year),
            date=Day(self.closed_on),
            tables=counts,
        )

    def reopened(self) -> Message:
        """Say that it was changed and is open, and how it is closed again."""
        return msg(
            "{year} is open again; close it again with: crpv close {year}. "
            "Its report as it stood: crpv report network --as-of {year}-12-31 --known {load}",
            year=str(self.year),
            load=str(self.rests_on),
        )

    def advice(self) -> Message:
        """Say how it is changed all the same, and how the report is made again as it stood."""
        return msg(
            "With --reopen it is written, and {year} is open until you close it again: crpv close {year}. "
            "Its report as it stood: crpv report network --as-of {year}-12-31 --known {load}",
            year=str(self.year),
            load=str(self.rests_on),
        )


class ClosedYearProblem(UsageProblem):
    """A load changes rows of closed years; nothing of it is written."""

    def __init__(self, touched: Sequence[Touched]) -> None:
        self.touched = touched
        first = touched[0]
        said = [one.said() for one in touched]
        super().__init__(said[0] if len(said) == 1 else _one_after_another(said), first.advice())

    def question(self) -> Message:
        """What is asked where somebody can answer."""
        return reopening(self.touched)


def _one_after_another(said: Sequence[Message]) -> Message:
    names = [f"m{number}" for number in range(len(said))]
    return Message(" ".join(f"{{{name}}}" for name in names), dict(zip(names, said, strict=True)))


def reopening(touched: Sequence[Touched]) -> Message:
    """Ask whether years are reopened, so that what changes them is written."""
    return msg("Reopen {years}, and write this?", years=[str(one.year) for one in touched])


def closed_years(connection: sqlite3.Connection) -> dict[int, tuple[str, int]]:
    """Return the years that are closed, each with the day since when and the load that its report rests on."""
    rows = connection.execute(
        """
        select year, closed_on, rests_on from main.closures
        where document is null and reopened_on is null order by year, rests_on
        """
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def touched_by(
    connection: sqlite3.Connection, load: int, closed: Mapping[int, tuple[str, int]], tables: Iterable[Table] | None
) -> list[Touched]:
    """Return what a load that is being written changes of closed years, year by year.

    Args:
        connection: the registry, in the transaction of the load.
        load: its number.
        closed: the years that were closed before it (``closed_years``); where there are none, nothing is looked at.
        tables: those that it has rows for; None for an undoing, all of whose changes are recorded.
    """
    if not closed:
        return []
    asked = {"load": load, "years": json.dumps(sorted(closed))}
    found: dict[int, dict[str, int]] = {}
    for table in OF_A_YEAR:
        # What a load inserts or updates says so itself; what it removes, and all that an undoing does, is recorded.
        recorded = f"""
            select key ->> 'year' as year from main.changes
            where load = :load and table_name = '{table.name}' and (:all or action = 'delete')
        """
        touching = f"select year from main.{table.name} where load = :load"
        whole = recorded if tables is None else f"{recorded} union all {touching}"
        if tables is not None and table not in tables:
            continue
        rows = connection.execute(
            f"""
            select year + 0, count(*) from ({whole})
            where year + 0 in (select value from json_each(:years)) group by 1 order by 1
            """,
            asked | {"all": tables is None},
        )
        for year, count in rows:
            found.setdefault(year, {})[table.name] = count
    return [Touched(year, *closed[year], found[year]) for year in sorted(found)]


def reopen(connection: sqlite3.Connection, load: int, years: Iterable[int]) -> int:
    """Let years be open again, as a part of a load that is being written; returns how many rows that changed."""
    table, changed = TABLES["closures"], 0
    which = "document is null and reopened_on is null and t.year = :year"
    for year in years:
        asked = {"load": load, "year": year, "today": today()}
        connection.execute(
            f"""
            insert into main.changes (load, table_name, key, action, before, after, was_load, was_file, was_line)
            select :load, 'closures', {key_json(table, "t")}, 'update',
                json_object('reopened_on', null), json_object('reopened_on', max(:today, t.closed_on)),
                t.load, t.file, t.line
            from main.closures as t where {which} order by t.rowid
            """,
            asked,
        )
        changed += connection.execute(
            f"""
            update main.closures as t
            set reopened_on = max(:today, closed_on), load = :load, file = null, line = null where {which}
            """,
            asked,
        ).rowcount
    return changed


def changed_since(connection: sqlite3.Connection, year: int, load: int) -> dict[str, int]:
    """Return how many rows of a year are not what they were after a load, by table: new, changed or removed.

    What was undone since is no change. Tables without any are left out.
    """
    found = {}
    for table in OF_A_YEAR:
        (count,) = connection.execute(
            f"""
            select (select count(*) from main.{table.name} where year = :year and load > :load)
                + (
                    -- The first change since then says whether the row was there.
                    select count(*) from main.changes as c
                    where c.id in (
                            select min(id) from main.changes
                            where table_name = '{table.name}' and load > :load and key ->> 'year' = :year group by key
                        )
                        and c.action <> 'insert' and c.was_load <= :load
                        and not exists (select 1 from main.{table.name} as t where {is_row(table, "t", "c.key")})
                )
            """,
            {"year": year, "load": load},
        ).fetchone()
        if count:
            found[table.name] = count
    return found


def rows_that_close(
    connection: sqlite3.Connection, year: int, rests_on: int | None, files: Mapping[str, str], note: str | None
) -> list[dict[str, str]]:
    """Return the rows of ``closures`` that close a year, their cells as people type them.

    Where the year is closed already, they are those of the files alone, which are added to it.

    Args:
        connection: an open registry.
        year: the year.
        rests_on: the load that its report rests on; by default the last one.
        files: the SHA-256 of each file handed on, by its name.
        note: what is to be known of it.

    Raises:
        UsageProblem: the year has not begun, it is closed already with another load or without a file to add, or
            another file of one of these names was handed on for it.
    """
    if str(year) > today()[:4]:
        raise UsageProblem(msg("{year} has not begun.", year=str(year)), msg("Close a year when its report is made."))
    closed = closed_years(connection).get(year)
    if closed is not None and (not files or rests_on not in {None, closed[1]}):
        raise UsageProblem(
            msg(
                "{year} is closed already, on {date}; its report rests on load {load}.",
                year=str(year),
                date=Day(closed[0]),
                load=str(closed[1]),
            ),
            msg("Name files to add them to what was handed on: crpv close {year} FILE", year=str(year)),
        )
    (last,) = connection.execute("select ifnull(max(id), 0) from loads").fetchone()
    load = closed[1] if closed else last if rests_on is None else rests_on
    there = connection.execute(
        "select document, sha256 from closures where year = ? and rests_on = ? and document is not null", (year, load)
    )
    for name, sha256 in map(tuple, there):
        if files.get(name, sha256) != sha256:
            raise UsageProblem(
                msg("Another file called {file} was handed on for {year}.", file=name, year=str(year)),
                msg("Give this one another name."),
            )
    same = {"year": str(year), "rests_on": str(load), "closed_on": today(), "reopened_on": ""}
    rows = [] if closed else [same | {"document": "", "sha256": "", "note": note or ""}]
    added = "" if not closed else note or ""
    return rows + [same | {"document": name, "sha256": sha256, "note": added} for name, sha256 in files.items()]
