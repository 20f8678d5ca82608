"""What is taken back and what is removed is counted, written down and, where it cannot be, named."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.sources import sources_of_rows
from crpv_cli.registry.conflicts import hand_out
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.journal import key_text
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.registry.undoing import Undone, undo
from tests.registry.bench import Bench

NEW = "id,name,kind\n" + "".join(f"f{n},F {n},other\n" for n in range(1, 8))


def take_back(world: Bench, number: int, dry_run: bool = False) -> Undone:
    with open_writing(world.registry) as connection:
        return undo(connection, number, dry_run)


def refused(world: Bench, number: int) -> tuple[str, str]:
    before = world.dump()
    with pytest.raises(UsageProblem) as caught:
        take_back(world, number)
    assert world.dump() == before
    assert caught.value.advice is not None
    return caught.value.message.text("en"), caught.value.advice.text("en")


def edit(world: Bench, rows: list[dict[str, str]], gone: list[tuple[object, ...]]) -> LoadReport:
    """Load funders, and remove those of ``gone`` that are not among them."""
    with open_writing(world.registry) as connection:
        handed = hand_out(connection, TABLES["funders"], gone)
        return load(connection, *sources_of_rows("funders", rows), command="edit", handed=handed)


def test_an_undo_counts_what_it_removes_and_restores_in_each_table(world: Bench) -> None:
    world.load(
        ("funders.csv", "id,name,kind\netat,L'État,state\nville,La Ville,commune\ncaf,CAF,caf\nregion,R,region\n"),
        ("sources.csv", "id,title\nlist,The list\nmore,More\n"),
    )
    told = {"funders": 2, "sources": 1}
    before = world.dump()
    assert take_back(world, 2, dry_run=True) == Undone(None, Counter(told), Counter(told))
    assert world.dump() == before
    assert take_back(world, 2) == Undone(3, Counter(told), Counter(told))
    assert world.rows("select command, undoes, inserted, updated, deleted from loads where id = 3") == [
        ("undo 2", 2, 0, 3, 3)
    ]
    kept = {
        key: (action, json.loads(old or "null"), json.loads(new or "null"))
        for key, action, old, new in world.rows("select key, action, before, after from changes where load = 3")
    }
    assert kept['{"id":"etat"}'] == ("update", {"name": "L'État"}, {"name": "État"})
    assert world.rows("select key from changes where load = 3 and after like '%État%'") == [('{"id":"etat"}',)]
    assert kept['{"id":"more"}'][0] == "delete"
    assert kept['{"id":"more"}'][1]["title"] == "More"
    assert kept['{"id":"more"}'][2] is None
    assert set(world.rows("select was_load, was_file is null, was_line is null from changes where load = 3")) == {
        (2, 0, 0)
    }
    ((first,),) = world.rows("select id from load_files where load = 1 and table_name = 'funders'")
    assert world.rows("select load, file, line from funders where id = 'etat'") == [(1, first, 2)]


def test_rows_that_an_edit_removed_come_back(world: Bench) -> None:
    world.load(("funders.csv", NEW))
    before = world.rows("select * from funders order by id")
    report = edit(world, [{"id": "f1", "name": "F 1", "kind": "other"}], [("f1",), ("f2",), ("f3",), ("gone",)])
    assert (report.removed, report.changed, report.load) == (2, 2, 3)
    assert world.rows("select inserted, updated, deleted from loads where id = 3") == [(0, 0, 2)]
    assert world.rows("select key, action, after, file from changes where load = 3 order by key") == [
        ('{"id":"f2"}', "delete", None, None),
        ('{"id":"f3"}', "delete", None, None),
    ]
    ((told,),) = world.rows("select before from changes where load = 3 and key like '%f2%'")
    assert json.loads(told)["name"] == "F 2"
    assert world.rows("select was_load, was_line from changes where load = 3 order by key") == [(2, 3), (2, 4)]
    assert take_back(world, 3) == Undone(4, Counter(), Counter(funders=2))
    assert world.rows("select * from funders order by id") == before
    assert world.rows("select action, before, after from changes where load = 4") == [("insert", None, None)] * 2


def test_what_others_refer_to_is_not_removed(world: Bench) -> None:
    before = world.dump()
    with pytest.raises(UsageProblem) as caught:
        edit(world, [{"id": "ville", "name": "Ville", "kind": "commune"}], [("ville",), ("etat",)])
    assert caught.value.message.text("en") == "funders: etat cannot be removed: other rows refer to it."
    assert world.dump() == before


def test_rows_that_later_loads_changed_are_named_five_at_most(world: Bench) -> None:
    world.load(("funders.csv", NEW))
    world.load(("a.csv", "id,name,kind\nf1,One,other\n"))
    assert refused(world, 2) == (
        "Load 2 cannot be undone: later loads (3) changed or refer to 1 row of it: funders: f1.",
        "Undo those first, newest first: crpv undo 3",
    )
    world.load(("b.csv", NEW.replace("F ", "G ").replace("f7,G 7,other\n", "").replace("f6,G 6,other\n", "")))
    assert refused(world, 2) == (
        "Load 2 cannot be undone: later loads (3, 4) changed or refer to 5 rows of it: "
        "funders: f1, funders: f2, funders: f3, funders: f4, funders: f5.",
        "Undo those first, newest first: crpv undo 4",
    )
    world.load(("c.csv", "id,name,kind\nf6,Six,other\n"))
    assert (
        "refer to 6 rows of it: funders: f1, funders: f2, funders: f3, funders: f4, funders: f5, …."
        in (refused(world, 2)[0])
    )
    for number in (5, 4, 3, 2):
        take_back(world, number)
    assert refused(world, 2)[0] == "Load 2 was already undone."
    assert world.rows("select count(*) from funders") == [(2,)]


def test_the_load_that_last_touched_what_refers_to_a_row_stands_in_the_way(world: Bench) -> None:
    world.load(("f.csv", "id,name,kind\ncaf,CAF,caf\n"))
    world.load(("m.csv", "centre,funder,year,stage,amount\noriv,caf,2024,paid,5\n"))
    world.load(("n.csv", "centre,funder,year,stage,amount\noriv,caf,2024,paid,6\n"))
    said, advice = refused(world, 2)
    assert said == (
        "Load 2 cannot be undone: later loads (4) changed or refer to 1 row of it: funding: oriv caf 2024 paid."
    )
    assert advice.endswith("crpv undo 4")


def test_a_key_is_told_by_its_known_parts() -> None:
    key = dict.fromkeys(TABLES["perimeters"].key) | {"centre": "oriv", "department": "67"}
    assert key_text(TABLES["perimeters"], key) == "oriv 67"


def statements(world: Bench, what: Callable[[sqlite3.Connection], object]) -> int:
    """How many statements SQLite is given."""
    given: list[str] = []
    with open_writing(world.registry) as connection:
        connection.set_trace_callback(given.append)
        what(connection)
        connection.set_trace_callback(None)
    return len(
        [sql for sql in given if not sql.lstrip().startswith("--")]
    )  # of those that a statement makes of its own


def test_loads_are_taken_back_in_sets(world: Bench) -> None:
    def funders(count: int, name: str) -> str:
        return "id,name,kind\n" + "".join(f"f{n},{name} {n},other\n" for n in range(count))

    counted = []
    for count in (3, 300):
        first = len(world.rows("select 1 from loads")) + 1
        for name in ("One", "Two"):
            world.load(("f.csv", funders(count, name)))
        loads = (first + 1, first, first + 3, first + 4)  # the last two put it back, and away again
        counted.append([statements(world, lambda connection, load=load: undo(connection, load)) for load in loads])  # type: ignore[misc]
        assert world.rows("select count(*) from funders") == [(2,)]
    assert counted[0] == counted[1]
    ((told,),) = world.rows("select count(*) from changes where action = 'insert'")
    assert told == 303  # only what an undoing put back
