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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations, islice
from math import ceil

from crpv_cli.registry.queries import DEFAULTS, compose, read
from crpv_cli.registry.queries.kept import FACTS

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
            # Of a row that was read twice, what counts may have become part of a total.
            for alike in [counted[row["purse"], row["amount_cents"]]]
            if alike
            for first in [self._other(row, alike)]
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


def _by(rows: Sequence[sqlite3.Row], *names: str) -> Iterator[tuple[tuple[object, ...], list[sqlite3.Row]]]:
    groups: dict[tuple[object, ...], list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return iter(groups.items())


_ORDER = "order by centre, year, stage, payer, its_programme, id"


# Where amounts of two sources, of one kind of funder and at one stage, are near: then two that follow each other are.
_NEAR = f"""
    select distinct centre, year, stage, kind
    from (
        select *, lag(cents) over by_amount as before_cents, lag(origin) over by_amount as before_origin
        from (
            select centre, year, stage, kind, origin, abs(amount_cents) as cents, amount_cents < 0 as negative
            from money
            where part = 'counted' and not is_total and amount_cents <> 0
              and (centre, year, stage, kind) in (
                  select centre, year, stage, kind from money group by 1, 2, 3, 4 having min(origin) <> max(origin)
              )
        )
        window by_amount as (partition by centre, year, stage, kind, negative order by cents)
    )
    where before_origin <> origin and cents - before_cents <= {NEAR} * cents
"""
# What a payer gives a centre in a year, where anything was recognised, or may be overpaid.
_RECOGNISED = """
    select centre, year, payer from money
    where part <> 'counted' or is_total or (bare and level is null) or stage = 'paid'
"""


def money(connection: sqlite3.Connection, as_of: str = ALL_YEARS) -> Money:
    """Return the rows of funding up to a date of which there is something to tell, beside those of the same money."""
    told = f"(centre, year, payer) in ({_RECOGNISED}) or (centre, year, stage, kind) in ({_NEAR})"
    return Money(read(connection, f"select * from money where {told} {_ORDER}", as_of).fetchall())


def same_money(connection: sqlite3.Connection, as_of: str = ALL_YEARS) -> Iterator[SameMoney]:
    """Yield the pairs of rows up to a date that look like the same money and both count."""
    near = f"select * from money where (centre, year, stage, kind) in ({_NEAR}) {_ORDER}"
    return Money(read(connection, near, as_of).fetchall()).near()


# --- What a load touched, however large it is ---

# Read in the order of the file: SQLite would take the order of an index, and look up each row.
_ALL = "select rowid, * from main.funding not indexed"
_OWN = "select distinct centre, year, payer from payments where load = :load and not :every"
# What decides whether there is anything to recognise in a wallet, which is what a payer gives a centre in a year.
_POCKETS = """
    select
        centre, year, payer, stage, programme, funder, kind, min(id) as id, sum(amount_cents) as cents,
        count(*) as rows, max(load = :load) as touched, min(origin) as origin, max(origin) as last_origin,
        min(document) as document, max(document) as last_document,
        max(level is 'yearly-total' or (bare and level is null)) as unclear
    from payments
    where :every or (centre, year, payer) in (select * from own_wallets)
    group by centre, year, payer, stage, programme, funder
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
# A wallet is plain if all that it holds counts as it is: its purses are of one document each, whose rows say what they
# are. Beside plain wallets, amounts of two sources at one stage and of one kind of funder may be near.
_WALLETS = """
    with purses as (
        select
            centre, year, payer, stage, kind, max(touched) as touched, sum(rows) as rows,
            max(unclear) or min(document) <> max(last_document) as unclear,
            min(origin) as origin, max(last_origin) as last_origin
        from pockets
        group by centre, year, payer, stage
    ), touched as (
        select centre, year, payer, kind, sum(rows) as rows, not max(unclear) as plain
        from purses
        group by centre, year, payer
        having max(touched)
    ), several as (
        select distinct p.centre, p.year, p.kind
        from purses as p join touched as t using (centre, year, payer)
        group by p.centre, p.year, p.stage, p.kind
        having min(p.origin) <> max(p.last_origin)
    )
    select
        centre, year, payer, rows,
        plain and (centre, year, payer) not in (select * from read_twice)
            and (centre, year, kind) not in (select * from several) as plain
    from touched
"""
# As ``Money.overpaid``, of plain wallets.
_OVERPAID = """
    with paid as (
        select
            p.centre, p.year, p.payer, p.programme, min(p.id) as id,
            (
                select json_array(
                    sum(o.cents) filter (where o.stage = 'granted'),
                    sum(o.cents) filter (where o.stage = 'paid'),
                    max(o.touched) filter (where o.stage <> 'requested')
                )
                from pockets as o
                where o.centre = p.centre and o.year = p.year and o.payer = p.payer
                  and (p.programme is null or o.programme = p.programme)
            ) as sums
        from pockets as p join wallets as w on w.plain and (w.centre, w.year, w.payer) = (p.centre, p.year, p.payer)
        where p.stage = 'paid'
        group by p.centre, p.year, p.payer, p.programme
    )
    select p.centre, p.year, p.payer, f.scheme, f.funder, sums ->> 0 as granted, sums ->> 1 as paid
    from paid as p join main.funding as f on f.rowid = p.id
    where sums ->> 1 > sums ->> 0 and sums ->> 2
    order by p.centre, p.year, p.payer, p.programme
"""
# What ``facts/money.sql`` is asked about: the others, by the funders that give the money.
_ASKED = """
    select w.centre, w.year, p.funder, sum(p.rows) as rows
    from wallets as w join pockets as p using (centre, year, payer)
    where not w.plain
    group by w.centre, w.year, p.funder
"""
# Those of a centre and a year are asked about together: only such money can be near.
_ASKED_IN_ORDER = """
    select rowid, rows, (centre, year) is (lead(centre) over win, lead(year) over win) as goes_on
    from asked window win as (order by rowid) order by rowid
"""
_SOME = """
    select f.rowid, f.*
    from temp.asked as a
    cross join main.funding as f on f.centre = a.centre and f.year = a.year and f.funder = a.funder
    where a.rowid between :first and :last
"""
_MUCH = 0.2
_AT_ONCE = 1000
"""How many rows of funding are looked at together, or those of one centre and year: more of them take memory."""


def touched(connection: sqlite3.Connection, load: int) -> Iterator[Money]:
    """Yield the money of the wallets that a load touched, some of them at a time, as far as there is any to tell.

    Most wallets are plain, so that ``facts/money.sql`` need be asked only about the others. What is overpaid of plain
    ones comes first.
    """
    counted = connection.execute("select count(*) filter (where load = ?), count(*) from main.funding", (load,))
    own, there = counted.fetchone()
    if not own:
        return
    # Where it touched much, to sort what it did not touch as well takes less time than to leave that out.
    values = {**DEFAULTS, "as_of": ALL_YEARS, "load": load, "every": own > there * _MUCH}
    with ExitStack() as made:
        for name, sql in (
            ("own_wallets", compose(_OWN, funding=_ALL)),
            ("pockets", compose(_POCKETS, funding=_ALL)),
            ("read_twice", compose(_READ_TWICE, funding=_ALL)),
            ("wallets", _WALLETS),
            ("asked", _ASKED),
        ):
            connection.execute(f"create temp table {name} as {sql}", values)
            made.callback(connection.execute, f"drop table temp.{name}")
        connection.execute("create index temp.pockets_of on pockets (centre, year, payer)")
        plainly = connection.execute(_OVERPAID)
        while rows := plainly.fetchmany(_AT_ONCE):
            yield Money([], load, [Overpaid(row, row["granted"], row["paid"]) for row in rows])
        count, first = 0, 1
        for last, rows, goes_on in connection.execute(_ASKED_IN_ORDER).fetchall():
            count += rows
            if count > _AT_ONCE and not goes_on:
                yield Money(_rows(connection, {**values, "first": first, "last": last}), load)
                count, first = 0, last + 1
        if count:
            yield Money(_rows(connection, {**values, "first": first, "last": last}), load)


def _rows(connection: sqlite3.Connection, values: Mapping[str, object]) -> list[sqlite3.Row]:
    """Return the rows of ``facts/money.sql`` of some wallets, through tables of what it is made of."""
    given = {"funding": _SOME}
    for fact in FACTS[:-1]:
        sql = compose(f"select * from {fact}", **given)
        if connection.execute("select 1 from temp.sqlite_schema where name = ?", (f"some_{fact}",)).fetchone():
            connection.execute(f"delete from temp.some_{fact}")
            connection.execute(f"insert into temp.some_{fact} {sql}", values)
        else:
            connection.execute(f"create temp table some_{fact} as {sql}", values)
        given[fact] = f"select * from temp.some_{fact}"
    return connection.execute(compose(f"select * from money {_ORDER}", **given), values).fetchall()
