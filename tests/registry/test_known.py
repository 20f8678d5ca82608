"""The registry as it stood after each load is what it was then, row by row, whatever was loaded since."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import RegistryProblem, UsageProblem
from crpv_cli.intake.sources import sources_of_rows
from crpv_cli.registry import journal
from crpv_cli.registry.conflicts import hand_out
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.known import as_known, load_known
from crpv_cli.registry.loading import load
from crpv_cli.registry.reversing import Reversal
from crpv_cli.registry.undoing import undo
from tests.registry.bench import Bench

State = dict[str, list[tuple[Any, ...]]]


def held(connection: sqlite3.Connection) -> State:
    """Every row of every table, in the order in which SQLite reads them when nobody asks for another."""
    names = [row[0] for row in connection.execute("select name from sqlite_schema where type = 'table' order by name")]
    names.remove("seals")  # of the registry as it is
    return {name: [tuple(row) for row in connection.execute(f"select * from {name}")] for name in names}


@contextmanager
def known(bench: Bench, number: int) -> Iterator[sqlite3.Connection]:
    with open_reading(bench.registry) as connection, as_known(connection, number) as then:
        yield then


def now(bench: Bench) -> State:
    with open_reading(bench.registry) as connection:
        return held(connection)


def last_load(bench: Bench) -> int:
    ((number,),) = bench.rows("select max(id) from loads")
    return int(number)


# --- Whatever is done, each state is found again ---

FUNDERS = [f"f{number}" for number in range(4)]
FUNDER_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(FUNDERS),
            "name": st.sampled_from(["One", "L'Autre", "Été"]),
            "kind": st.sampled_from(["commune", "other"]),
            "note": st.sampled_from(["", "a note"]),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row["id"],
)
FUNDING_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "centre": st.sampled_from(["oriv", "paris"]),
            "funder": st.sampled_from(["etat", *FUNDERS]),
            "year": st.sampled_from(["2022", "2023"]),
            "scheme": st.sampled_from(["", "P147"]),
            "stage": st.just("granted"),
            "amount": st.sampled_from(["1", "1234.5", "20"]),
            "source": st.just("report"),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: tuple(row[name] for name in ("centre", "funder", "year", "scheme")),
)
DEEDS = st.one_of(
    st.tuples(st.just("funders"), FUNDER_ROWS, st.booleans()),
    st.tuples(st.just("funding"), FUNDING_ROWS, st.booleans()),
    st.tuples(st.just("undo"), st.integers(1, 12), st.booleans()),
)


def do(connection: sqlite3.Connection, deed: tuple[Any, ...]) -> None:
    """A load, an edit that also removes the other rows of the table, or an undo; refused, it changes nothing."""
    what, told, whole = deed
    with suppress(UsageProblem):
        if what == "undo":
            undo(connection, told)
            return
        handed = None
        if whole:
            key = ", ".join(TABLES[what].key)
            handed = hand_out(connection, TABLES[what], connection.execute(f"select {key} from {what}").fetchall())
        load(connection, *sources_of_rows(what, told), command=what, handed=handed)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(DEEDS, min_size=1, max_size=8))
def test_each_state_is_found_again_row_by_row_and_in_its_order(
    world_registry: Path, tmp_path: Path, deeds: list[tuple[Any, ...]]
) -> None:
    bench = Bench(tmp_path, Path(shutil.copy(world_registry, tmp_path / "registry.db")))
    stood = {1: now(bench)}
    for deed in deeds:
        with open_writing(bench.registry) as connection:
            do(connection, deed)
        stood[last_load(bench)] = now(bench)
    before = bench.registry.read_bytes()
    for number, state in stood.items():
        with known(bench, number) as then:
            assert held(then) == state
    assert bench.registry.read_bytes() == before


# --- Rows that come back ---


def change(bench: Bench, rows: list[dict[str, str]], gone: list[tuple[object, ...]] | None = None) -> None:
    with open_writing(bench.registry) as connection:
        handed = hand_out(connection, TABLES["funders"], gone) if gone else None
        report = load(connection, *sources_of_rows("funders", rows), handed=handed)
    assert not report.errors
    assert report.load is not None


def test_a_row_that_comes_back_stands_where_it_stood(world: Bench) -> None:
    change(world, [{"id": name, "name": name, "kind": "other"} for name in ("z", "a", "m")])
    before = now(world)
    change(world, [{"id": "b", "name": "b", "kind": "other"}], gone=[("z",), ("ville",)])
    change(world, [{"id": "ville", "name": "again", "kind": "other"}])
    assert [row[0] for row in now(world)["funders"]] == ["etat", "a", "m", "b", "ville"]
    with known(world, 2) as then:
        assert [row[0] for row in held(then)["funders"]] == ["etat", "ville", "z", "a", "m"]
        assert held(then) == before


# --- The copy is read, the registry too ---


def test_nothing_is_written_anywhere(world: Bench) -> None:
    change(world, [{"id": "etat", "name": "L'État", "kind": "state"}])
    before = world.registry.read_bytes()
    beside = {path.name for path in world.folder.iterdir()} | {"registry.db-wal", "registry.db-shm"}  # of any reader
    with known(world, 1) as then:
        assert then.execute("select name from funders where id = 'etat'").fetchone()["name"] == "État"
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            then.execute("update funders set name = 'x'")
    assert world.registry.read_bytes() == before
    assert {path.name for path in world.folder.iterdir()} <= beside


# --- Which load is meant ---


def asked(bench: Bench, what: int | str) -> int:
    with open_reading(bench.registry) as connection:
        return load_known(connection, what)


def loaded_at(bench: Bench, *moments: str) -> None:
    with bench.connect() as connection:
        connection.execute("pragma foreign_keys = off")
        connection.execute("delete from loads")
        connection.executemany(
            "insert into loads (id, at, who, command, version) values (?, ?, 'x', 'load', '0')", enumerate(moments, 1)
        )
        connection.commit()


def refused(bench: Bench, what: int | str) -> tuple[str, str]:
    with pytest.raises(UsageProblem) as caught:
        asked(bench, what)
    assert caught.value.advice is not None
    return caught.value.message.text("en"), caught.value.advice.text("en")


def test_a_date_is_the_last_load_of_that_day_or_before(world: Bench) -> None:
    loaded_at(world, "2024-03-01T10:00:00+00:00", "2024-03-01T11:00:00+00:00", "2024-03-05T10:00:00+00:00")
    assert [asked(world, f"2024-03-0{day}") for day in (1, 2, 4, 5, 6)] == [2, 2, 2, 3, 3]
    assert [asked(world, number) for number in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed here")
def test_a_day_is_that_of_the_reader(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded_at(world, "2024-03-01T10:00:00+00:00", "2024-03-01T23:30:00+00:00")
    try:
        for zone, number in (("UTC", 2), ("XXX-1", 1)):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert asked(world, "2024-03-01") == number
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_was_never_known_is_refused(world: Bench) -> None:
    loaded_at(world, "2024-03-01T10:00:00+00:00")
    for number in (0, 2):
        assert refused(world, number) == (f"There is no load {number}.", "See the loads with: crpv log")
    assert refused(world, "2024-02-29") == (
        "Nothing had been loaded by 2024-02-29; the first load is of 2024-03-01.",
        "See the loads with: crpv log",
    )
    assert refused(world, "9999-12-31") == (
        "9999-12-31 is still to come: nobody knows what will be loaded by then.",
        "Leave out --known for all that is known today.",
    )
    assert asked(world, datetime.now(UTC).astimezone().date().isoformat()) == 1


def test_nothing_is_known_of_an_empty_registry(empty: Bench) -> None:
    assert refused(empty, "2024-02-29") == (
        "Nothing has been loaded into this registry.",
        "See the loads with: crpv log",
    )


# --- Registries that another version of crpv wrote, or somebody changed ---


def lost(bench: Bench, number: int) -> tuple[str, str]:
    before = bench.registry.read_bytes()
    with pytest.raises(UsageProblem) as caught, known(bench, number):
        pass
    assert bench.registry.read_bytes() == before
    assert caught.value.advice is not None
    return caught.value.message.text("en"), caught.value.advice.text("en")


@pytest.fixture
def changed(world: Bench) -> Bench:
    """Load 2 makes, 3 changes and 4 removes a funder; 5 changes another."""
    new = [{"id": "new", "name": "New", "kind": "other"}]
    change(world, new)
    change(world, [{**new[0], "name": "Newer"}])
    change(world, [{"id": "last", "name": "Last", "kind": "other"}], gone=[("new",)])
    change(world, [{"id": "last", "name": "Later", "kind": "other"}])
    return world


@pytest.mark.parametrize(
    ("statement", "later"),
    [
        # A table and a column that there are no more, another key, a row that somebody removed or made, a value that is
        # no longer valid.
        ("update changes set table_name = 'gone' where load = 3", 3),
        ("""update changes set before = '{"gone": 1}' where load = 3""", 3),
        ("update changes set was_load = null where load = 4", 4),
        ("delete from changes where load = 5", 5),
        ("""update changes set key = '{"name": "New"}' where load = 3""", 3),
        ("""update changes set key = '{"id": "new", "name": "New"}' where load = 3""", 3),
        ("delete from funders where id = 'last'", 5),
        ("insert into funders (id, name, kind, load) values ('new', 'x', 'other', 1)", 4),
        ("""update changes set before = json_set(before, '$.kind', 'gone') where load = 4 and before is not null""", 4),
        ("insert into funders (id, name, kind, load) values ('own', 'x', 'other', 3)", 3),
    ],
)
def test_what_cannot_be_made_again_is_refused_and_the_earliest_state_is_named(
    changed: Bench, statement: str, later: int
) -> None:
    with changed.connect() as connection:
        connection.execute(statement)
        connection.commit()
    message, advice = lost(changed, 1)
    assert (
        f"as it stood after load 1: the rows of {'gone' if 'table_name' in statement else 'funders'} that load"
        in message
    )
    assert f"that load {later} wrote were changed since" in message
    assert advice == f"The earliest state that may be shown is: --known {later}"
    with known(changed, later) as then:
        assert then.execute("select max(id) from loads").fetchone()[0] == later


def test_a_column_that_is_not_defined_any_more_is_not_written_where_nobody_reads_it(changed: Bench) -> None:
    with changed.connect() as connection:
        connection.execute("alter table funders add column title text")
        connection.execute("update changes set before = replace(before, '\"name\"', '\"title\"') where load = 4")
        connection.commit()
    assert "load 4" in lost(changed, 3)[0]
    with changed.connect() as connection:
        connection.execute("update changes set before = replace(before, '\"name\"', '\"title\"') where load = 5")
        connection.commit()
    assert "load 5" in lost(changed, 3)[0]


def test_a_row_comes_back_with_what_somebody_added_to_it(world: Bench) -> None:
    with world.connect() as connection:
        connection.execute("alter table funders add column own text default 'mine'")
    before = now(world)
    change(world, [{"id": "new", "name": "New", "kind": "other"}], gone=[("ville",)])
    with known(world, 1) as then:
        assert held(then) == before


def test_trouble_of_another_kind_is_not_called_a_change(changed: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> int:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(Reversal, "updates", full)
    with pytest.raises(RegistryProblem, match="full"), known(changed, 1):
        pass


def test_the_words_of_an_earlier_schema_are_read_in_those_of_today(
    changed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with known(changed, 2) as then:
        expected = held(then)["funders"]
    with changed.connect() as connection:
        connection.execute(
            "update changes set before = replace(before, '\"name\"', '\"title\"') where before is not null"
        )
        connection.commit()
    assert "load 5" in lost(changed, 2)[0]
    monkeypatch.setitem(journal.OLDER, "funders", {"title": "name"})
    with known(changed, 2) as then:
        assert held(then)["funders"] == expected
    with open_reading(changed.registry) as connection:
        (update,) = journal.changes_of(connection, 3)
        assert update.before == {"name": "New"}
        (insert,) = journal.changes_of(connection, 2)
        assert insert.after is not None
        assert insert.after["name"] == "New"
