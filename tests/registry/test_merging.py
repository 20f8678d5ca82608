"""Registries that are merged in any order, however they change: what comes of it is what they say."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.registry import migrations
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.merged import Holdings, identity_of, registries
from crpv_cli.registry.merging import MERGED, MergeReport, merge, names_of
from crpv_cli.registry.replay import replay
from crpv_cli.registry.undoing import undo
from tests.registry.bench import Bench

IDS = ("bank", "city", "region", "state")
NAMES = ("A", "B", "C")
Rows = dict[str, str]


def made(folder: Path, name: str) -> Bench:
    path = folder / name / f"{name}.sqlite"
    path.parent.mkdir()
    migrations.create(path)
    bench = Bench(path.parent, path)
    assert bench.load(("sources.csv", "id,title,fictitious\nbooks,Books,no\n")).load == 1
    return bench


def funders(bench: Bench) -> Rows:
    return dict(bench.rows("select id, name from funders"))


def own(bench: Bench) -> Rows:
    """The funders of a registry that came from no other one."""
    return dict(
        bench.rows(
            """
            select t.id, t.name from funders as t left join load_files as f on f.id = t.file where f.merged is null
            """
        )
    )


def change(bench: Bench, chance: random.Random) -> None:
    """Give a registry other funders, as its loads might."""
    with bench.connect() as connection:
        for name in chance.sample(IDS, 2):
            connection.execute("delete from funders where id = ?", (name,))
            if chance.random() < 0.7:
                row = (name, chance.choice(NAMES))
                connection.execute("insert into funders (id, name, kind, load) values (?, ?, 'other', 1)", row)


def merge_into(central: Bench, others: Sequence[Bench], prefer: Sequence[Bench] = ()) -> MergeReport:
    with open_writing(central.registry) as connection:
        return merge(
            connection,
            central.registry,
            [other.registry for other in others],
            prefer=[str(one.registry) for one in prefer],
        )


@pytest.mark.parametrize("seed", range(6))
def test_whatever_changes_a_merge_says_what_the_registries_say(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    central, *others = (made(tmp_path, name) for name in ("central", "north", "east", "west"))
    assert central.load(("funders.csv", "id,name,kind\nstate,A,state\n")).load == 2
    for turn in range(5):
        for other in others:
            change(other, chance)
        prefer = chance.sample([central, *others], 4)
        some = others if turn == 0 or chance.random() < 0.5 else chance.sample(others, chance.randint(1, 2))
        before, mine = funders(central), own(central)
        report = merge_into(central, some, prefer)
        assert not report.stopped
        if some is others:
            said = {central: mine} | {other: funders(other) for other in others}
            keys = {key for rows in said.values() for key in rows}
            expected = {key: next(said[one][key] for one in prefer if key in said[one]) for key in keys}
            assert funders(central) == expected
        assert merge_into(central, some, prefer).nothing
        if report.load is not None and chance.random() < 0.5:
            after = funders(central)
            with open_writing(central.registry) as connection:
                undo(connection, report.load)
            assert funders(central) == before
            merge_into(central, some, prefer)
            assert funders(central) == after
    with open_reading(central.registry) as connection:
        assert replay(connection) == ([], [], [])


def test_what_a_registry_holds_is_what_stands_here_as_it_has_it(tmp_path: Path) -> None:
    central, north, east = (made(tmp_path, name) for name in ("central", "north", "east"))
    north.load(("funders.csv", "id,name,kind\nstate,A,state\ncity,A,commune\n"))
    east.load(("funders.csv", "id,name,kind\nstate,B,state\n"))
    merge_into(central, [north, east], [north])
    with open_reading(central.registry) as connection:
        known = {one.name: one for one in registries(connection).values()}
        holdings = Holdings(connection)
        assert {name: len(holdings.of(one.identity, "funders")) for name, one in known.items()} == {
            "north": 2,
            "east": 0,
        }
        assert {name: (one.last_load, one.load) for name, one in known.items()} == {"north": (2, 2), "east": (2, 2)}


def test_an_undone_merge_leaves_nothing_known(tmp_path: Path) -> None:
    central, north = made(tmp_path, "central"), made(tmp_path, "north")
    report = merge_into(central, [north])
    assert report.load == 2
    with open_writing(central.registry) as connection:
        undo(connection, 2)
        assert registries(connection) == {}
        assert Holdings(connection).of(report.parts[0].identity, "sources") == frozenset()


def test_a_registry_of_an_earlier_program_is_known_by_its_first_load(tmp_path: Path) -> None:
    north, east = made(tmp_path, "north"), made(tmp_path, "east")
    for bench in (north, east):
        with bench.connect() as connection:
            connection.execute("delete from identity")
            connection.execute("update loads set who = ?", (bench.folder.name,))
    with open_reading(north.registry) as one, open_reading(east.registry) as other:
        found = identity_of(one), identity_of(other)
    assert len({*found, None}) == 3
    with closing(sqlite3.connect(north.registry)) as connection:
        assert identity_of(connection) == found[0]


def test_registries_are_called_by_as_much_of_their_path_as_tells_them_apart() -> None:
    assert names_of([Path("/a/north.sqlite"), Path("/b/east.sqlite")]) == ["north", "east"]
    assert names_of([Path("/a/r/crpv.sqlite"), Path("/b/r/crpv.sqlite")]) == ["a/r/crpv", "b/r/crpv"]
    assert names_of([Path("/a/crpv.sqlite"), Path("/a/crpv.db")]) == ["crpv", "crpv"]


def test_what_a_registry_keeps_of_its_own_work_is_not_merged() -> None:
    assert {"closures", "campaigns"}.isdisjoint(table.name for table in MERGED)
