"""What is taken back and what is removed is counted, written down and, where it cannot be, named."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.sources import sources_of_rows
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.journal import Undone, key_text, undo
from crpv_cli.registry.loading import LoadReport, load
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
        return load(connection, *sources_of_rows("funders", rows), command="edit", gone=("funders", gone))


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
    assert kept['{"id":"etat"}'] == ("update", {"load": 2, "name": "L'État"}, {"load": 1, "name": "État"})
    assert world.rows("select key from changes where load = 3 and after like '%État%'") == [('{"id":"etat"}',)]
    assert kept['{"id":"more"}'][0] == "delete"
    assert kept['{"id":"more"}'][1]["title"] == "More"
    assert kept['{"id":"more"}'][2] is None


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
    assert json.loads(told)["load"] == 2
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


# Money that two sources give

MONEY = "centre,funder,year,scheme,stage,amount,reference,source\n"


def partners(world: Bench, mine: str, theirs: list[str]) -> list[tuple[str, str]]:
    """The lines of the later file that are told to be the same money as what the earlier one holds."""
    world.load(("theirs.csv", MONEY + "".join(f"oriv,etat,2022,,paid,{a},{n},list\n" for n, a in enumerate(theirs))))
    report = world.load(("mine.csv", f"{MONEY}oriv,etat,2022,,paid,{mine},,report\n"))
    assert report.load == 3
    found = []
    for anomaly in report.anomalies:
        assert anomaly.code == "same-money"
        assert anomaly.line == 2
        assert anomaly.file.endswith("mine.csv")
        found.append((str(anomaly.message.values["other"]), str(anomaly.message.values["line"])))
    return found


@pytest.mark.parametrize(
    ("mine", "theirs", "lines"),
    [
        ("100", ["50", "98.99", "99", "100", "101", "101.01", "101.02", "200", "-100", "0"], "4 5 6 7"),
        ("-100", ["-98.99", "-99", "100", "-101.01", "-101.02"], "3 5"),
        ("99", ["100", "100.01", "98.01", "98"], "4 2"),
        ("0", ["0", "0"], ""),
    ],
)
def test_amounts_are_near_if_one_per_cent_of_the_larger_at_most_lies_between(
    world: Bench, mine: str, theirs: list[str], lines: str
) -> None:
    assert [line for _, line in partners(world, mine, theirs)] == lines.split()


def test_each_pair_is_told_once_and_only_of_the_load_that_brought_it(world: Bench) -> None:
    assert len(partners(world, "100", ["100", "100.5"])) == 2
    more = world.load(("more.csv", f"{MONEY}oriv,etat,2022,,paid,300,x,report\noriv,etat,2022,,paid,301,y,list\n"))
    (one,) = more.anomalies
    assert (one.line, one.message.values["line"]) == (3, "2")
    values = one.message.values
    assert (values["centre"], values["year"], values["scheme"], values["source"], values["origin"]) == (
        "oriv",
        "2022",
        "?",
        "list",
        "report",
    )
    assert one.message.text("en").replace("\u00a0", " ").startswith("oriv, 2022, ?: €301 from list looks like the")


def test_money_whose_history_is_gone_is_told_without_its_place(world: Bench) -> None:
    with open_writing(world.registry) as connection:
        connection.execute("delete from changes")
    (one,) = world.load(("more.csv", f"{MONEY}oriv,etat,2023,P147,granted,1234.50,,list\n")).anomalies
    assert one.line == 2
    assert one.message.values["file"] == one.message.values["line"] == "?"
    assert one.message.values["origin"] == "report"
