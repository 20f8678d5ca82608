"""What is wrong with a registry is found, named and mended: its file, its tables, its seals, its record of changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.errors import RegistryProblem, UsageProblem
from crpv_cli.registry import copies, schema
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.integrity import Examination, examine, mend, plan
from crpv_cli.registry.known import as_known
from crpv_cli.registry.replay import replay
from crpv_cli.registry.undoing import undo
from tests.registry.bench import Bench
from tests.registry.test_migrations import made

SEATS = "id,name,short_name,legal_form,seat,opened,co_funded\noriv,Observatoire,ORIV,association,{},2020-01-01,yes\n"
FUNDERS = "id,name,kind\n{},Somebody,other\n"


def changed(path: Path, script: str) -> None:
    """Change a registry as another program would: nothing is sealed."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def told(found: Examination) -> list[tuple[object, ...]]:
    """Every fault but for its sentence."""
    return [
        (fault.check, fault.wrong, fault.load, fault.table, fault.key, fault.column, fault.expected, fault.found)
        for fault in found.faults
    ]


@pytest.fixture
def history(world: Bench) -> Bench:
    """A registry with a history: rows that were changed, removed by undoing, and brought back."""
    world.load(("seats.csv", SEATS.format("Colmar")))
    world.load(("seats.csv", SEATS.format("Metz")))
    world.load(("funders.csv", FUNDERS.format("bank")))
    with open_writing(world.registry) as connection:
        undo(connection, 4)
        undo(connection, 5)
        undo(connection, 6)
    return world


def test_nothing_is_found_in_a_registry_that_loads_wrote(history: Bench, demo_path: Path) -> None:
    for path in (history.registry, demo_path):
        found = examine(path)
        assert (found.faults, found.wrong, found.mendable, plan(found)) == ([], False, False, [])


@pytest.mark.parametrize("version", [1, 4, 5, 6])
def test_nothing_is_found_in_one_that_was_brought_up_to_date(tmp_path: Path, version: int) -> None:
    path = made(tmp_path / "old.db", version)
    before = examine(path)
    assert [(fault.check, fault.wrong) for fault in before.faults] == [("schema", False)]
    with open_reading(path):
        pass
    assert examine(path).faults == []


# --- The record of changes against the rows ---


CHANGES: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "a value that a load changed": (
        "update centres set seat = 'Toul' where id = 'oriv'",
        [("seals", True, None, "centres", None, None, None, None),
         ("log", True, 3, "centres", "oriv", "seat", "Metz", "Toul")],
    ),
    "a value that only its insertion knows": (
        "update centres set note = 'other' where id = 'paris'",
        [("seals", True, None, "centres", None, None, None, None)],
    ),
    "a row that is gone": (
        "delete from evaluations",
        [("seals", True, None, "evaluations", None, None, None, None),
         ("log", True, 1, "evaluations", None, None, None, None)],
    ),
    "a row that says it is of another load's file": (
        """insert into funders (id, name, kind, load, file, line)
           select 'new', 'New', 'other', 1, max(id), 2 from load_files""",
        [("seals", True, None, "funders", None, None, None, None),
         ("log", True, None, "funders", "new", None, None, None)],
    ),
    "one row more of a load": (
        "insert into funders (id, name, kind, load, file, line) select 'new', name, kind, load, file, line "
        "from funders where id = 'etat'",
        [("seals", True, None, "funders", None, None, None, None),
         ("log", True, 1, "funders", None, None, None, None)],
    ),
    "a row that is back": (
        "insert into funders (id, name, kind, load) values ('bank', 'Somebody', 'other', 4)",
        [("seals", True, None, "funders", None, None, None, None),
         ("log", True, 7, "funders", "bank", None, None, None)],
    ),
    "a row that no load wrote": (
        "insert into funders (id, name, kind, load) values ('new', 'New', 'other', 2)",
        [("seals", True, None, "funders", None, None, None, None),
         ("log", True, None, "funders", "new", None, None, None)],
    ),
    "a load that tells of another value": (
        """update changes set after = '{"seat": "Toul"}' where load = 3""",
        [("seals", True, None, "changes", None, None, None, None),
         ("log", True, 3, "centres", "oriv", "seat", "Toul", "Metz")],
    ),
    "an earlier load that tells of another value": (
        """update changes set after = '{"seat": "Toul"}' where load = 2""",
        [("seals", True, None, "changes", None, None, None, None),
         ("log", False, 2, "centres", "oriv", None, None, None)],
    ),
    "a change that cannot be read": (
        "update changes set key = 'x' where load = 2",
        [("seals", True, None, "changes", None, None, None, None),
         ("log", False, 2, "centres", "x", None, None, None),
         ("log", False, 2, "centres", None, None, None, None),
         ("log", False, 1, "centres", None, None, None, None)],
    ),
    "a load that is not the one that was": (
        "update loads set who = 'nobody' where id = 2",
        [("seals", True, None, "loads", None, None, None, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_what_something_else_changed_is_found_and_accepted(history: Bench, kind: str) -> None:
    script, expected = CHANGES[kind]
    changed(history.registry, script)
    with pytest.raises(RegistryProblem), open_reading(history.registry):
        pass
    found = examine(history.registry)
    assert told(found) == expected
    assert found.wrong
    assert found.mendable
    before = history.dump()
    mended = mend(history.registry)
    with open_reading(mended.copy, as_it_is=True) as connection, open_reading(history.registry) as now:
        assert connection.execute("select count(*) from loads").fetchone()[0] + 1 == mended.load
        record = now.execute("select * from loads where id = ?", (mended.load,)).fetchone()
        assert record["command"].startswith("check --integrity --mend")
        rows = {name: [tuple(row) for row in now.execute(f"select * from {name}")] for name in before}
    for name, its in before.items():  # the rows stay, and say from now on which load accepted them
        if name not in {"loads", "changes"}:
            assert [row[:-3] for row in sorted(rows[name], key=repr)] == [row[:-3] for row in its]
    assert not examine(history.registry).wrong


def test_what_was_accepted_can_be_traced_and_undone(history: Bench) -> None:
    changed(history.registry, CHANGES["a value that a load changed"][0])
    changed(history.registry, CHANGES["a row that no load wrote"][0])
    load = mend(history.registry).load
    assert load is not None
    with open_writing(history.registry) as connection:
        assert connection.execute("select id from centres where load = ?", (load,)).fetchall()[0][0] == "oriv"
        with as_known(connection, load - 1) as known:
            assert known.execute("select seat from centres where id = 'oriv'").fetchone()[0] == "Metz"
            assert known.execute("select 1 from funders where id = 'new'").fetchone() is None
        undone = undo(connection, load)
        assert (undone.removed.total(), undone.restored.total()) == (1, 1)
        assert connection.execute("select seat, load from centres where id = 'oriv'").fetchone()[:] == ("Metz", 3)
    assert not examine(history.registry).wrong


def test_a_row_that_is_gone_for_good_stays_told(history: Bench) -> None:
    changed(history.registry, CHANGES["a row that is gone"][0])
    load = mend(history.registry).load
    found = examine(history.registry)
    assert [(fault.check, fault.wrong, fault.table) for fault in found.faults] == [("log", False, "evaluations")]
    assert load is not None
    with open_writing(history.registry) as connection:
        with pytest.raises(UsageProblem, match="not all of it is known"):
            undo(connection, load)
        with pytest.raises(UsageProblem, match="cannot be shown as it stood"), as_known(connection, load - 1):
            pass


def test_a_changed_row_that_is_gone_is_named_and_what_is_known_of_it_kept(history: Bench) -> None:
    for name in ("One", "Two"):
        history.load(("f.csv", f"id,name,kind\nnew,{name},other\n"))
    changed(history.registry, "delete from funders where id = 'new'")
    assert told(examine(history.registry))[1:] == [("log", True, 9, "funders", "new", None, None, None)]
    load = mend(history.registry).load
    assert history.rows("select key, action, before, was_load from changes where load = ?", load) == [
        ('{"id":"new"}', "delete", '{"id": "new", "name": "Two"}', None)
    ]
    assert [fault.wrong for fault in examine(history.registry).faults] == [False]


def test_rows_that_are_gone_are_counted_load_by_load(world: Bench) -> None:
    for number in (2, 3):
        world.load((f"f{number}.csv", "id,name,kind\n" + "".join(f"f{number}{n},F {n},other\n" for n in range(4))))
    changed(world.registry, "delete from funders where id in ('f20', 'f21', 'f30')")
    found = examine(world.registry)
    assert [fault.message.text("en") for fault in found.faults if fault.check == "log"] == [
        f"This load inserted 4 rows here, and {there} can be accounted for: something else added or removed rows."
        for there in (3, 2)
    ]
    load = mend(world.registry).load
    assert world.rows("select table_name, key, action, before from changes where load = ? order by id", load) == [
        ("funders", "{}", "delete", '{"load": 3, "rows": 1}'),
        ("funders", "{}", "delete", '{"load": 2, "rows": 2}'),
    ]
    assert world.rows("select deleted from loads where id = ?", load) == [(3,)]
    assert not examine(world.registry).wrong
    with open_writing(world.registry) as connection:
        undo(connection, 3)
    assert not examine(world.registry).wrong


def test_numbers_with_decimals_are_compared_as_they_were_written(world: Bench) -> None:
    world.load(("scales.csv", "id,name,minimum,maximum\nthirds,Thirds,0.1,3.3333333333333335\n"))
    world.load(("scales.csv", "id,name,minimum,maximum\nthirds,Thirds,0.30000000000000004,3.3333333333333335\n"))
    with open_reading(world.registry) as connection:
        assert replay(connection) == ([], [], [])


def test_people_are_not_named_in_findings(history: Bench) -> None:
    contact = "centre,function,person,consent,valid_to\noriv,director,{},yes,2030-01-01\n"
    for person in ("First Person", "Second Person"):
        assert history.load(("contacts.csv", contact.format(person))).changed == 1
    changed(history.registry, "update contacts set person = 'Third Person'")
    (fault,) = [fault for fault in examine(history.registry).faults if fault.check == "log"]
    assert (fault.column, fault.expected, fault.found) == ("person", None, None)


# --- The tables, and what is not of crpv ---


def test_triggers_and_unique_indexes_are_removed_and_what_only_stands_there_is_left(history: Bench) -> None:
    changed(
        history.registry,
        """
        create trigger "a ""b" after insert on loads begin delete from funding; end;
        create unique index once on funding (year);
        create index often on funding (year);
        create view mine as select 1;
        create table own (a);
        """,
    )
    found = examine(history.registry)
    assert sorted((fault.table, fault.wrong) for fault in found.faults) == [
        ('a "b', True), ("mine", False), ("often", False), ("once", True), ("own", False),
    ]  # fmt: skip
    with history.connect() as connection:
        before = schema.there_is(connection)
    assert mend(history.registry).load is None
    with open_reading(history.registry) as connection:
        assert before.keys() - schema.there_is(connection).keys() == {'a "b', "once"}
    assert not examine(history.registry).wrong


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("drop view v_network", ["v_network"]),
        ("drop view v_network; create view v_network as select 1", ["v_network"]),
        ("drop index changes_by_row", ["changes_by_row"]),
        ("drop table funding", ["funding", "funding_key"]),
        ("alter table funding add column x integer not null default 1", ["funding"]),
    ],
)
def test_what_is_missing_or_differs_is_made_anew(history: Bench, script: str, names: list[str]) -> None:
    changed(history.registry, script)
    found = examine(history.registry)
    assert set(names) <= {fault.table for fault in found.faults if fault.check == "schema" and fault.wrong}
    mended = mend(history.registry)
    assert not examine(history.registry).wrong
    assert (mended.load is None) is ("drop table" not in script)
    assert history.rows("select count(*) from funding") == [(0 if "drop table" in script else 1,)]


def test_rows_that_refer_to_nothing_are_found(history: Bench) -> None:
    changed(history.registry, "update perimeters set centre = 'nobody' where department = '67'")
    faults = [fault for fault in examine(history.registry).faults if fault.check == "references"]
    assert [(fault.table, fault.key) for fault in faults] == [("perimeters", "nobody 67")]


# --- The file ---


def damaged(path: Path, name: str, what: Callable[[bytearray, int, int], None]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (page,) = connection.execute("select rootpage from sqlite_schema where name = ?", (name,)).fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    content = bytearray(path.read_bytes())
    what(content, (page - 1) * size, size)
    path.write_bytes(content)


def test_an_index_that_lost_a_row_is_made_anew(history: Bench) -> None:
    def shorten(content: bytearray, start: int, _size: int) -> None:
        content[start + 4] -= 1  # the number of entries

    damaged(history.registry, "changes_by_load", shorten)
    found = examine(history.registry)
    assert {fault.check for fault in found.faults} == {"file"}
    mended = mend(history.registry)
    assert mended.load is None
    assert examine(history.registry).faults == []
    assert examine(mended.copy).wrong


def test_a_table_that_is_no_more_is_told_and_beyond_mending(history: Bench) -> None:
    def wipe(content: bytearray, start: int, size: int) -> None:
        content[start : start + size] = b"\xff" * size

    damaged(history.registry, "centres", wipe)
    before = history.registry.read_bytes()
    found = examine(history.registry)
    assert found.wrong
    assert "file" in {fault.check for fault in found.faults}
    with pytest.raises(RegistryProblem):
        mend(history.registry)
    assert history.registry.read_bytes() == before
    assert [copy.why for copy in copies.beside(history.registry)] == []


def test_a_file_that_cannot_be_opened_is_a_finding_and_one_of_others_is_not(history: Bench, tmp_path: Path) -> None:
    content = history.registry.read_bytes()
    history.registry.write_bytes(b"x" * 100 + content[100:])
    assert [(fault.check, fault.wrong) for fault in examine(history.registry).faults] == [("file", True)]
    changed(tmp_path / "other.db", "create table t (a)")
    with pytest.raises(RegistryProblem, match="is not a crpv registry"):
        examine(tmp_path / "other.db")
    with pytest.raises(RegistryProblem, match="There is no registry"):
        examine(tmp_path / "none.db")


def test_a_newer_registry_is_looked_at_and_not_mended_beyond_what_acts(history: Bench) -> None:
    changed(history.registry, f"pragma user_version = {schema.SCHEMA_VERSION + 1}")
    found = examine(history.registry)
    assert [(fault.check, fault.wrong) for fault in found.faults] == [("schema", True)]
    assert not found.mendable
