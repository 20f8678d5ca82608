"""What a load touched is looked at a part at a time, and as little of it as can be: that finds what all of it would."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from operator import itemgetter

import pytest

from crpv_cli.registry import doubles
from crpv_cli.registry.doubles import _ORDER, ALL_YEARS, Money, money, same_money, touched
from crpv_cli.registry.queries import DEFAULTS, compose, read
from crpv_cli.registry.queries.kept import FACTS
from tests.registry.bench import Bench

COLUMNS = "centre, funder, year, scheme, stage, amount_cents, object, level, reference, source, locator, load"


def plant(connection: sqlite3.Connection, choose: random.Random) -> None:
    """Rows of money of two loads, of which some are the same, some totals, and some say little."""
    connection.execute("delete from funding")
    for load in (2, 3):
        connection.execute("insert into loads (id, at, who, command, version) values (?, '', '', '', '')", (load,))
    connection.execute("insert into funders (id, name, kind, load) values ('other', 'Autre ville', 'commune', 1)")
    sources: list[str | None] = choose.choice([["report"], ["report", "list", None]])

    def one(*values: object) -> object:
        return choose.choice(values)

    for number in range(choose.choice([5, 20, 80])):
        bare = choose.random() < 0.15
        row: tuple[object, ...] = (
            one("oriv", "paris"),
            one("etat", "ville", "other"),
            one(2020, 2021),
            one("P147", "X", None, "politique de la ville"),
            one("granted", "granted", "paid", "requested"),
            one(100, 200, 300, 400, 500, 30_000, 30_100, 60_100, -100, 0),
            None if bare else one("a", "b", None),
            one("decision", "decision", "decision", "yearly-total", None),
            None if bare else one(f"R{number}", None),
            one(*sources),
            None if bare else one("f.csv:1", "f.csv:2", "g.csv:7", None, None),
            one(2, 2, 3),
        )
        marks = ", ".join("?" * len(row))
        connection.execute(f"insert or ignore into funding ({COLUMNS}) values ({marks})", row)


def found(parts: list[Money]) -> Counter[object]:
    """All that some money tells, as plain values."""
    told: Counter[object] = Counter()
    for part in parts:
        told.update(("same", pair.first["id"], pair.second["id"]) for pair in part.repeated())
        told.update(("near", pair.first["id"], pair.second["id"]) for pair in part.near())
        told.update(("total", one.row["id"], one.cents, one.details_cents, one.other) for one in part.totals())
        told.update(("bare", row["id"], row["is_total"]) for row in part.bare())
        names = ("centre", "year", "payer", "funder", "scheme")
        told.update(("paid", *(one.row[name] for name in names), one.granted, one.paid) for one in part.overpaid())
    return told


def all_of_it(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """All rows of funding, recognised together by the facts themselves, in the order in which they are told."""
    values = {**DEFAULTS, "as_of": ALL_YEARS}
    given: dict[str, str] = {}
    for fact in FACTS[:-1]:  # a step at a time, since SQLite takes long to compile all of them in one
        connection.execute(f"drop table if exists temp.whole_{fact}")
        sql = compose(f"select * from {fact}", **given)
        connection.execute(f"create temp table whole_{fact} as {sql}", values)
        given[fact] = f"select * from temp.whole_{fact}"
    return connection.execute(compose(f"select * from money {_ORDER}", **given), values).fetchall()


def whole(connection: sqlite3.Connection, load: int) -> Money:
    """The money of all the wallets that a load touched, recognised with all other money."""
    rows = all_of_it(connection)
    wallet = itemgetter("centre", "year", "payer")
    own = {wallet(row) for row in rows if row["load"] == load}
    return Money([row for row in rows if wallet(row) in own], load)


@pytest.mark.parametrize("at_once", [0, 1000])
def test_parts_tell_what_the_whole_tells(world: Bench, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(doubles, "_AT_ONCE", at_once)
    kinds: set[object] = set()
    for seed in range(40):
        with world.connect() as connection:
            connection.row_factory = sqlite3.Row
            plant(connection, random.Random(seed))
            for load in (2, 3):
                for much in (0.0, 1.0):
                    monkeypatch.setattr(doubles, "_MUCH", much)
                    parts = found(list(touched(connection, load)))
                    assert parts == found([whole(connection, load)])
                    kinds |= {one[0] for one in parts if isinstance(one, tuple)}
            connection.rollback()
    assert kinds == {"same", "near", "total", "bare", "paid"}


def in_order(told: Money) -> list[object]:
    """What some money tells, in the order in which it does."""
    return [
        [(pair.first["id"], pair.second["id"]) for pair in told.near()],
        [(pair.first["id"], pair.second["id"]) for pair in told.repeated()],
        [(total.row["id"], total.cents, total.other) for total in told.totals()],
        [(paid.row["centre"], paid.granted, paid.paid) for paid in told.overpaid()],
    ]


def test_what_is_read_of_a_date_tells_what_all_rows_tell(world: Bench) -> None:
    """The facts are asked about odd purses alone, and only wallets of which there is something to tell are read."""
    told = set()
    for seed in range(40):
        with world.connect() as connection:
            connection.row_factory = sqlite3.Row
            plant(connection, random.Random(seed))
            whole_ = all_of_it(connection)
            names = [name for name in whole_[0].keys() if name != "id"] if whole_ else ["centre"]  # noqa: SIM118
            listed = ", ".join(["id", *names])
            kept = read(connection, f"select {listed} from money {_ORDER}", ALL_YEARS).fetchall()
            assert [tuple(row) for row in kept] == [tuple(row[name] for name in ("id", *names)) for row in whole_]
            for day in ("2020-06-30", "2021-01-01", ALL_YEARS):
                of_date = [row for row in whole_ if row["year"] <= int(day[:4])]
                assert in_order(money(connection, day)) == in_order(Money(of_date))
                near = [(pair.first["id"], pair.second["id"]) for pair in same_money(connection, day)]
                assert near == in_order(Money(of_date))[0]
                told |= {place for place, some in enumerate(in_order(Money(of_date))) if some}
            connection.rollback()
    assert told == {0, 1, 2, 3}
