"""What of the money that the registry holds is the same, and what looks like it.

``facts/money.sql`` decides what counts once; here it is told: which rows it took for the same decision, which totals
for the sum of which decisions, which rows without an object for what. Beside that stands what it does not recognise and
only a person can tell: decisions of two sources whose amounts are near (the State's budget annexes and the agency's own
file, a funder's open data and a centre's accounts), and more paid than granted. Nothing is removed for that.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, islice
from math import ceil
from operator import itemgetter

from crpv_cli.registry.queries import DEFAULTS, compose, read

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
    """Rows of funding as ``facts/money.sql`` recognised them: whole wallets, in the order in which they are told.

    With a ``load``, only what it touched is told. ``overpaid`` is what is known already of other wallets.
    """

    def __init__(self, rows: Sequence[sqlite3.Row], load: int | None = None, overpaid: Sequence[Overpaid] = ()) -> None:
        self.load = load
        self.rows = rows
        self._overpaid = overpaid
        self._purses = {purse: rows for (purse,), rows in _by(rows, "purse")}

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
        found = [*self._overpaid]
        for _, group in _by(self.rows, "centre", "year", "payer"):
            granted = [row for row in group if row["stage"] == "granted"]
            paid = [row for row in group if row["stage"] == "paid"]
            for programme in dict.fromkeys(row["its_programme"] for row in paid):
                some = [row for row in paid if programme is None or row["its_programme"] == programme]
                of = [row for row in granted if programme is None or row["its_programme"] == programme]
                sums = [sum(row["counted_cents"] for row in part) for part in (of, some)]
                if of and sums[1] > sums[0] and self._touched(*of, *some):
                    found.append(Overpaid(some[0], *sums))
        return sorted(found, key=lambda one: (one.row["centre"], one.row["year"], one.row["payer"]))

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


def _by(rows: Sequence[sqlite3.Row], *names: str) -> Iterator[tuple[tuple[object, ...], list[sqlite3.Row]]]:
    groups: dict[tuple[object, ...], list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return iter(groups.items())


_ORDER = "order by centre, year, stage, payer, its_programme, id"


def money(connection: sqlite3.Connection, as_of: str = ALL_YEARS) -> Money:
    """Return all rows of funding up to a date, as they were recognised."""
    return Money(read(connection, f"select * from money {_ORDER}", as_of).fetchall())


def same_money(connection: sqlite3.Connection) -> Iterator[SameMoney]:
    """Yield the pairs of rows that look like the same money and both count."""
    return money(connection).near()


# --- What a load touched, however large it is ---

# The groups that decide whether there is anything to recognise in a wallet: what a payer gives a centre in a year.
_POCKETS = """
    select
        centre, year, payer, stage, programme, funder, kind, min(id) as id, sum(amount_cents) as cents,
        count(*) as rows, max(load = :load) as touched, min(origin) as origin, max(origin) as last_origin,
        min(document) as document, max(document) as last_document,
        max(level is 'yearly-total' or (bare and level is null)) as unclear
    from payments
    group by centre, year, payer, stage, programme, funder
    order by centre, year, payer, stage, programme, funder
"""
# Where a line of a file was read twice.
_READ_TWICE = """
    select distinct centre, year, payer
    from (
        select centre, year, payer from payments
        where locator glob '*:*[0-9]'
        group by purse, amount_cents, origin, locator
        having count(*) > 1
    )
"""
_SOME = """
    select f.rowid, f.*
    from json_each(:wallets) as w
    cross join main.funding as f
    where f.centre = w.value ->> 0 and f.year = w.value ->> 1 and f.funder = w.value ->> 2
"""
# Read in the order of the file: SQLite would take the order of an index, and look up each row.
_ALL = "select rowid, * from main.funding not indexed"
_AT_ONCE = 2000
"""How many rows of funding are looked at together, or those of one centre and year: more of them take memory."""


def touched(connection: sqlite3.Connection, load: int) -> Iterator[Money]:
    """Yield the money of the wallets that a load touched, some of them at a time, as far as there is any to tell.

    Most wallets are plain: all their decisions are of one document and say what they are, so that all of them count.
    ``facts/money.sql`` is asked only about the others, and where amounts of two sources may be near.
    """
    values = {**DEFAULTS, "as_of": ALL_YEARS, "load": load}
    read_twice = {tuple(row) for row in connection.execute(compose(_READ_TWICE, funding=_ALL), values)}
    asked: dict[tuple[str, int, str], int] = {}
    overpaid: list[Overpaid] = []

    def told() -> Money:
        return Money(_rows(connection, {**values, "wallets": json.dumps([*asked])}) if asked else [], load, overpaid)

    pockets = connection.execute(compose(_POCKETS, funding=_ALL), values)
    for (centre, year), of_year in groupby(pockets, key=itemgetter("centre", "year")):
        wallets = [list(wallet) for _, wallet in groupby(of_year, key=itemgetter("payer"))]
        wallets = [wallet for wallet in wallets if any(pocket["touched"] for pocket in wallet)]
        near = _of_two_sources([pocket for wallet in wallets for pocket in wallet])
        for wallet in wallets:
            if near or (centre, year, wallet[0]["payer"]) in read_twice or not _plain(wallet):
                for pocket in wallet:
                    of = centre, year, pocket["funder"]
                    asked[of] = asked.get(of, 0) + pocket["rows"]
            else:
                overpaid += _plainly_overpaid(connection, wallet)
        if sum(asked.values()) + len(overpaid) > _AT_ONCE:
            yield told()
            asked, overpaid = {}, []
    yield told()


def _rows(connection: sqlite3.Connection, values: Mapping[str, object]) -> list[sqlite3.Row]:
    """Return the rows of ``facts/money.sql`` of some wallets, through tables of what it is made of."""
    given = {"funding": _SOME}
    for fact in ("payments", "money_decisions", "money_of_programmes"):
        sql = compose(f"select * from {fact}", **given)
        if connection.execute("select 1 from temp.sqlite_schema where name = ?", (f"some_{fact}",)).fetchone():
            connection.execute(f"delete from temp.some_{fact}")
            connection.execute(f"insert into temp.some_{fact} {sql}", values)
        else:
            connection.execute(f"create temp table some_{fact} as {sql}", values)
        given[fact] = f"select * from temp.some_{fact}"
    return connection.execute(compose(f"select * from money {_ORDER}", **given), values).fetchall()


def _of_two_sources(pockets: Sequence[sqlite3.Row]) -> bool:
    """Whether there is money of two sources at one stage, of one kind of funder."""
    sources: dict[tuple[str, str], set[str]] = defaultdict(set)
    for pocket in pockets:
        sources[pocket["stage"], pocket["kind"]] |= {pocket["origin"], pocket["last_origin"]}
    return any(len(origins) > 1 for origins in sources.values())


def _plain(wallet: Sequence[sqlite3.Row]) -> bool:
    """Whether each row of a wallet counts as it is: each purse is of one document, and its rows say what they are."""
    documents: dict[str, set[str]] = defaultdict(set)
    for pocket in wallet:
        documents[pocket["stage"]] |= {pocket["document"], pocket["last_document"]}
    return not any(pocket["unclear"] for pocket in wallet) and all(len(of) == 1 for of in documents.values())


def _plainly_overpaid(connection: sqlite3.Connection, wallet: Sequence[sqlite3.Row]) -> Iterator[Overpaid]:
    """As ``Money.overpaid``, of a wallet whose rows all count as they are."""
    paid = [pocket for pocket in wallet if pocket["stage"] == "paid"]
    for programme in dict.fromkeys(pocket["programme"] for pocket in paid):
        asked = [pocket for pocket in wallet if programme is None or pocket["programme"] == programme]
        some, of = ([pocket for pocket in asked if pocket["stage"] == stage] for stage in ("paid", "granted"))
        sums = [sum(pocket["cents"] for pocket in part) for part in (of, some)]
        if of and sums[1] > sums[0] and any(pocket["touched"] for pocket in (*of, *some)):
            first = min(pocket["id"] for pocket in some if pocket["programme"] == programme)
            sql = "select *, :payer as payer from main.funding where rowid = :id"
            row = connection.execute(sql, {"payer": wallet[0]["payer"], "id": first}).fetchone()
            yield Overpaid(row, *sums)
