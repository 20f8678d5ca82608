"""What is still missing of what a centre was asked for, by name: what a reminder can ask for.

A gap is what a form asks for and the registry does not hold: a core mission without an evaluation, a funder of the year
before without an amount… Nothing is missing of a centre that has none of it: who has no agreement has answered.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from crpv_cli.definitions import choices
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import Message, msg

Found = Iterator[tuple[str, Message]]
"""A centre, and what is missing of it."""


class Sheet(NamedTuple):
    """What a centre is asked for, by its table: how many rows the registry holds of it, and what is missing."""

    rows: int
    gaps: tuple[Message, ...]


def sheets(
    connection: sqlite3.Connection, year: int, tables: Iterable[str], centres: Iterable[str], as_of: str
) -> Mapping[tuple[str, str], Sheet]:
    """Say of each centre and table what the registry holds of a year, and what is missing.

    Args:
        connection: an open registry.
        year: the year that the centres were asked about.
        tables: some of those that a campaign may ask for.
        centres: their ids.
        as_of: ISO date on which what has no year (contact points) is looked at.
    """
    asked = {"year": year, "as_of": as_of, "first": f"{year}-01-01", "last": f"{year}-12-31"}
    wanted = list(centres)
    found: dict[tuple[str, str], Sheet] = {}
    for table in tables:
        held, look = _LOOKS[table]
        counts = dict(
            map(
                tuple,
                connection.execute(f"select centre, count(*) from {table} where {held} group by centre", asked),
            )
        )
        gaps: dict[str, list[Message]] = defaultdict(list)
        for centre, gap in look(connection, asked, {centre: counts.get(centre, 0) for centre in wanted}):
            gaps[centre].append(gap)
        found |= {(centre, table): Sheet(counts.get(centre, 0), tuple(gaps[centre])) for centre in wanted}
    return found


Asked = Mapping[str, object]
Counts = Mapping[str, int]


def _missions(connection: sqlite3.Connection, sql: str, asked: Asked) -> dict[str, list[Message]]:
    """The missions that a query gives for centres, by centre, in the framework's order and in people's words."""
    found: dict[str, list[str]] = defaultdict(list)
    for centre, mission in connection.execute(sql, asked):
        found[centre].append(mission)
    order = [choice.code for choice in choices.MISSIONS]
    return {
        centre: [
            msg(choices.mission_label(mission))
            for mission in sorted(missions, key=lambda one: (order.index(one) if one in order else len(order), one))
        ]
        for centre, missions in found.items()
    }


_Missing = Mapping[str, Sequence[object]]
"""What is missing of each centre."""


def _told(counts: Counts, *found: tuple[_Missing, Callable[[Sequence[object]], Message]]) -> Found:
    """Say of each centre what is missing of it, one sentence for each kind of thing."""
    for centre in counts:
        for missing, said in found:
            if things := missing.get(centre):
                yield centre, said(things)


def _core_without(table: str) -> str:
    return f"""
        select c.id, m.id from centres as c cross join missions as m
        where m.core and not exists (
            select 1 from {table} as t where t.centre = c.id and t.mission = m.id and t.year = :year
        )
    """


def _activities(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    without = _missions(connection, _core_without("activities"), asked)
    unknown = _missions(
        connection,
        """
        select distinct centre, mission from activities
        where year = :year and half_days is null
        """,
        asked,
    )
    yield from _told(
        counts,
        (without, lambda missions: msg("no activity: {missions}", missions=missions)),
        (unknown, lambda missions: msg("half-days not given: {missions}", missions=missions)),
    )


def _evaluations(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    without = _missions(connection, _core_without("evaluations"), asked)
    unrated = _missions(
        connection,
        """
        select centre, mission from evaluations where year = :year
        group by centre, mission having count(rating) = 0
        """,
        asked,
    )
    yield from _told(
        counts,
        (without, lambda missions: msg("no evaluation: {missions}", missions=missions)),
        (unrated, lambda missions: msg("no rating: {missions}", missions=missions)),
    )


def _funding(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    funders: dict[str, list[str]] = defaultdict(list)
    for centre, name in connection.execute(
        """
        select distinct f.centre, u.name from funding as f join funders as u on u.id = f.funder
        where f.year = :year - 1 and not exists (
            select 1 from funding as t where t.centre = f.centre and t.funder = f.funder and t.year = :year
        )
        order by f.centre, f.funder
        """,
        asked,
    ):
        funders[centre].append(name)
    yield from _told(
        counts, (funders, lambda names: msg("no amount of a funder of the year before: {funders}", funders=names))
    )


def _budgets(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    columns = [TABLES["budgets"].column(name) for name in ("resources", "expenditure", "fte")]
    # Approved accounts stand before a provisional budget.
    rows = connection.execute(
        "select * from budgets where year = :year order by centre, status = 'approved'", asked
    ).fetchall()
    standing = {row["centre"]: row for row in rows}
    for centre, count in counts.items():
        if not count:
            yield centre, msg("no budget")
            continue
        empty = [msg(column.label) for column in columns if standing[centre][column.stored] is None]
        if empty:
            yield centre, msg("not given: {columns}", columns=empty)


def _governance(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    for centre, count in counts.items():
        if not count:
            yield centre, msg("no member of any body")


def _contacts(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    without: dict[str, list[str]] = defaultdict(list)
    for centre, function in connection.execute(
        f"select centre, function from contacts where email is null and {_IN_FORCE} order by centre, function", asked
    ):
        without[centre].append(function)
    for centre, count in counts.items():
        if not count:
            yield centre, msg("no contact point")
        elif without[centre]:
            yield centre, msg("no e-mail: {functions}", functions=without[centre])


def _agreements(connection: sqlite3.Connection, asked: Asked, counts: Counts) -> Found:
    unknown: dict[str, list[str]] = defaultdict(list)
    for centre, name in connection.execute(
        f"""
        select distinct a.centre, u.name from agreements as a join funders as u on u.id = a.funder
        where a.amount_cents is null and {_OF_THE_YEAR} order by a.centre, a.funder
        """,
        asked,
    ):
        unknown[centre].append(name)
    yield from _told(counts, (unknown, lambda names: msg("no amount of the agreement with: {funders}", funders=names)))


_IN_FORCE = "ifnull(valid_from, '') <= :as_of and ifnull(valid_to, '9999') >= :as_of"
_OF_THE_YEAR = "starts_on <= :last and ends_on >= :first"
# Which rows of a table are an answer for the year, and what is looked at.
_LOOKS: Mapping[str, tuple[str, Callable[[sqlite3.Connection, Asked, Counts], Found]]] = {
    "activities": ("year = :year", _activities),
    "evaluations": ("year = :year", _evaluations),
    "funding": ("year = :year", _funding),
    "budgets": ("year = :year", _budgets),
    "governance": ("ifnull(valid_from, '') <= :last and ifnull(valid_to, '9999') >= :first", _governance),
    "contacts": (_IN_FORCE, _contacts),
    "agreements": (_OF_THE_YEAR, _agreements),
}
