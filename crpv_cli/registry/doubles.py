"""What of the money that the registry holds is the same, and what looks like it.

``facts/money.sql`` decides what counts once; here it is told: which rows it took for the same decision, which totals
for the sum of which decisions, which rows without an object for what. Beside that stands what it does not recognise and
only a person can tell: decisions of two sources whose amounts are near (the State's budget annexes and the agency's own
file, a funder's open data and a centre's accounts), and more paid than granted. Nothing is removed for that.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from math import ceil

from crpv_cli.registry.queries import read

NEAR = 0.01
"""How near two amounts are to be the same money: the share of the larger one (the project's own bound)."""
ALL_YEARS = "9999-12-31"
"""A load is told of the years to come as well."""


@dataclass(frozen=True, slots=True)
class SameMoney:
    """Two rows that look like the same money; ``first`` was in the registry before ``second`` or beside it."""

    first: sqlite3.Row
    second: sqlite3.Row


@dataclass(frozen=True, slots=True)
class Total:
    """A yearly total, or the parts of one that a document gives, and the decisions of the same money.

    ``other`` is a larger total of the same money, which stands instead, in centimes.
    """

    row: sqlite3.Row
    cents: int
    details: int
    details_cents: int | None
    other: int | None

    @property
    def difference(self) -> int:
        """What the decisions, or the larger total, have beyond it."""
        return (self.other if self.other is not None else self.details_cents or 0) - self.cents

    @property
    def differs(self) -> bool:
        """Whether that is more than a hundredth of it."""
        return abs(self.difference) > abs(self.cents) * NEAR


@dataclass(frozen=True, slots=True)
class Overpaid:
    """More paid than granted to a centre by a payer in a year, of one programme or of all."""

    row: sqlite3.Row
    granted: int
    paid: int


class Money:
    """The rows of funding as ``facts/money.sql`` recognised them; with a load, only the purses that it touched."""

    def __init__(self, connection: sqlite3.Connection, as_of: str = ALL_YEARS, load: int | None = None) -> None:
        self.load = load
        self.rows = read(
            connection,
            f"""
            select * from money
            where {load or 0} = 0 or centre || ' ' || payer || ' ' || year in (
                select centre || ' ' || payer || ' ' || year from payments where load = {load or 0}
            )
            order by centre, year, stage, payer, its_programme, id
            """,
            as_of,
        ).fetchall()
        self._purses = {purse: rows for (purse,), rows in _by(self.rows, "purse")}

    def repeated(self) -> list[SameMoney]:
        """The decisions that another document gives too, each beside the one that counts."""
        counted: dict[tuple[str, int], list[sqlite3.Row]] = defaultdict(list)
        for row in self.rows:
            if row["part"] == "counted" and not row["is_total"]:
                counted[row["purse"], row["amount_cents"]].append(row)
        return [
            SameMoney(*sorted((first, row), key=lambda one: one["load"] == self.load))
            for row in self.rows
            if row["part"] == "repeated" and not row["is_total"]
            for first in [self._other(row, counted[row["purse"], row["amount_cents"]])]
            if self._touched(row, first)
        ]

    def _other(self, row: sqlite3.Row, alike: list[sqlite3.Row]) -> sqlite3.Row:
        others = [other for other in alike if other["document"] != row["document"]]
        return next((other for other in others if other["programme"] == row["programme"]), (others or alike)[0])

    def totals(self) -> list[Total]:
        """The yearly totals of which decisions, or a larger total, are known as well."""
        found = []
        for _, rows in _by(self.rows, "purse", "its_programme"):
            sums = [row for row in rows if row["is_total"]]
            largest = max((row["total_cents"] for row in sums), default=0)
            for _, one in _by(sums, "document"):
                row = one[0]
                other = largest if row["part"] == "repeated" and row["details_cents"] is None else None
                told = row["details_cents"] is not None or other is not None
                if other is not None:
                    held = [*one, *(of for of in sums if of["part"] != "repeated")]
                else:
                    held = rows if row["its_programme"] else self._purses[row["purse"]]
                if told and self._touched(*held):
                    found.append(Total(row, row["total_cents"], row["details"] or 0, row["details_cents"], other))
        return found

    def bare(self) -> list[sqlite3.Row]:
        """The rows that say neither level nor object and stand beside others: read as a total, or one more decision."""
        return [
            row
            for row in self.rows
            if row["bare"]
            and row["level"] is None
            and self._touched(row)
            and row["part"] != "repeated"
            and (not row["is_total"] or row["details_cents"] is not None)
            and (row["is_total"] or len(self._purses[row["purse"]]) > 1)
        ]

    def overpaid(self) -> list[Overpaid]:
        """Where more is paid than granted; a payment without a programme is held against all that its payer granted."""
        found = []
        for _, group in _by(self.rows, "centre", "year", "payer"):
            granted = [row for row in group if row["stage"] == "granted"]
            paid = [row for row in group if row["stage"] == "paid"]
            for programme in dict.fromkeys(row["its_programme"] for row in paid):
                some = [row for row in paid if programme is None or row["its_programme"] == programme]
                of = [row for row in granted if programme is None or row["its_programme"] == programme]
                sums = [sum(row["counted_cents"] for row in part) for part in (of, some)]
                if of and sums[1] > sums[0] and self._touched(*of, *some):
                    found.append(Overpaid(some[0], *sums))
        return found

    def near(self) -> Iterator[SameMoney]:
        """Decisions of two sources and one kind of funder that both count and whose amounts are within a hundredth."""
        for _, group in _by(self.rows, "centre", "year", "stage", "kind"):
            rows = [row for row in group if row["part"] == "counted" and not row["is_total"] and row["amount_cents"]]
            by_source: dict[str, list[tuple[int, int]]] = defaultdict(list)
            for place, row in enumerate(rows):
                by_source[row["origin"]].append((abs(row["amount_cents"]), place))
            for entries in by_source.values():
                entries.sort()
            for one, other in combinations(sorted(by_source.values(), key=len), 2):
                for amount, place in one:
                    for near, its_place in islice(other, bisect_left(other, (ceil(amount * (1 - NEAR)),)), None):
                        if near - amount > NEAR * near:
                            break
                        pair = sorted((rows[place], rows[its_place]), key=lambda row: (row["load"], row["id"]))
                        same_sign = (pair[0]["amount_cents"] < 0) == (pair[1]["amount_cents"] < 0)
                        programmes = {row["its_programme"] for row in pair} - {None}
                        if same_sign and len(programmes) < 2 and self._touched(*pair):
                            yield SameMoney(*pair)

    def _touched(self, *rows: sqlite3.Row) -> bool:
        return self.load is None or any(row["load"] == self.load for row in rows)


def _by(rows: list[sqlite3.Row], *names: str) -> Iterator[tuple[tuple[object, ...], list[sqlite3.Row]]]:
    groups: dict[tuple[object, ...], list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return iter(groups.items())


def same_money(connection: sqlite3.Connection, load: int | None = None) -> Iterator[SameMoney]:
    """Yield the pairs of rows that look like the same money and both count; with a load, only those it touched."""
    return Money(connection, load=load).near()
