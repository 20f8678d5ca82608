"""``crpv merge``: many registries in one, each row with where it comes from."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.conftest import NETWORK, Ran, add_tables, crpv, records, rows_of, state_of
from tests.registry.test_migrations import KEPT

Owner = Callable[..., Path]
GRANT = "centre,funder,year,amount,stage,source\n{centre},town,{year},{amount},granted,{source}\n"


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    """Makes a registry of its own with the network and more tables in it."""

    def make(name: str, **tables: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        assert crpv("init", "--empty", "--db", path).code == 0
        add_tables(path, **{**NETWORK, **tables})
        return path

    return make


@pytest.fixture
def central(owner: Owner) -> Path:
    return owner("central.sqlite")


def merge(central: Path, *arguments: object, answers: str | None = None) -> Ran:
    return crpv("merge", *arguments, "--db", central, answers=answers)


def merged(central: Path, *arguments: object) -> Ran:
    """Merge, and see that the registry is whole afterwards: its seals and its record of changes."""
    ran = merge(central, *arguments)
    assert ran.code == 0, ran.err
    assert crpv("check", "--integrity", "--db", central).code == 0
    return ran


def granted(centre: str, year: int, amount: object, source: str = "books") -> str:
    return GRANT.format(centre=centre, year=year, amount=amount, source=source)


def amounts(central: Path) -> dict[tuple[str, str], float]:
    return {(row["centre"], row["year"]): float(row["amount"]) for row in rows_of(central, "funding")}


def change(db: Path, statement: str) -> None:
    """Change a registry through the command: a row is added anew with other values, or removed by undoing its load."""
    assert crpv(*statement.split(), "--db", db).code == 0


def test_twenty_registries_make_one_picture_and_a_second_merge_changes_nothing(central: Path, owner: Owner) -> None:
    owners = [owner(f"r{number:02}.sqlite", funding=granted("one", 2000 + number, number)) for number in range(20)]
    before = [path.read_bytes() for path in owners]
    ran = merged(central, *owners)
    assert ran.said.startswith("r00: 17 rows read, 1 inserted, 0 updated, 0 removed")
    assert ran.said.endswith("Done: this is load 2 of the registry.")
    assert list(amounts(central).values()) == list(range(20))
    state = state_of(central)

    again = merged(central, *reversed(owners))
    assert again.said == "Nothing to do: this registry already holds what they hold."
    assert state_of(central) == state
    assert [path.read_bytes() for path in owners] == before
    assert [path.name for path in central.parent.glob("r*-*")] == []

    add_tables(owners[7], funding=granted("one", 2007, 700))
    ran = merged(central, owners[7])
    assert "r07: 17 rows read, 0 inserted, 1 updated, 0 removed" in ran.said
    changes = records(crpv("log", "3", "--db", central, "-f", "csv").out)
    assert [(row["table"], row["action"], row["column"], row["before"], row["after"]) for row in changes] == [
        ("funding", "update", "amount", "7.00", "700.00")
    ]
    assert len(amounts(central)) == 20


def test_a_row_that_is_gone_at_its_owner_goes_and_undoing_puts_it_back(central: Path, owner: Owner) -> None:
    north, east = owner("north.sqlite"), owner("east.sqlite", funding=granted("two", 2021, 2))
    add_tables(north, funding=granted("one", 2020, 1))
    merged(central, north, east)
    state = rows_of(central, "funding")
    change(north, "undo 2 --yes")
    ran = merged(central, north)
    assert "0 inserted, 0 updated, 1 removed" in ran.said
    assert amounts(central) == {("two", "2021"): 2}
    change(central, "undo 3 --yes")
    assert rows_of(central, "funding") == state
    assert "1 removed" in merged(central, north).said
    assert merged(central, north).said.startswith("Nothing to do")


def test_a_row_goes_only_when_nobody_has_it_any_more(central: Path, owner: Owner) -> None:
    north, east = owner("north.sqlite"), owner("east.sqlite")
    for db in (north, east):
        add_tables(db, funding=granted("one", 2020, 1))
    merged(central, north, east)
    trace = crpv("trace", "funding", "one", "town", "2020", "--db", central)
    assert "Load 2: from the registry north, its load 2 of" in trace.out
    assert "1 other registry has the same row: east." in trace.out
    change(north, "undo 2 --yes")
    assert "0 inserted, 0 updated, 0 removed" in merged(central, north).said
    assert len(amounts(central)) == 1
    change(east, "undo 2 --yes")
    assert "0 inserted, 0 updated, 1 removed" in merged(central, east).said
    assert amounts(central) == {}


def test_registries_that_differ_are_an_anomaly_unless_one_is_preferred(central: Path, owner: Owner) -> None:
    north = owner("north.sqlite", funding=granted("one", 2020, 1))
    east = owner("the east.sqlite", funding=granted("one", 2020, "2.50"))
    state = state_of(central)
    ran = merge(central, north, east, "-f", "json")
    assert ran.code == 1
    (anomaly,) = ran.json["rows"] if isinstance(ran.json, dict) else ran.json
    assert anomaly["code"] == "registries-differ"
    assert (anomaly["column"], anomaly["value"], anomaly["file"]) == ("amount", "1.00", str(north))
    assert anomaly["message"] == "funding one town 2020 granted books: “1.00” in north, but “2.50” in the east."
    assert anomaly["advice"].endswith("--prefer north or --prefer 'the east'")
    assert ran.said == "Nothing was merged: the registries differ in 1 value."
    assert state_of(central) == state

    merged(central, north, east, "--prefer", "the east")
    assert amounts(central) == {("one", "2020"): 2.5}
    # Whoever was not right is still not right, and what it holds does not count as what is here.
    assert merge(central, north).code == 1
    merged(central, north, "--prefer", north)
    assert amounts(central) == {("one", "2020"): 1}
    assert "2 registries" not in crpv("trace", "funding", "one", "town", "2020", "--db", central).out
    merged(central, north, east, "--prefer", "the east.sqlite", "--prefer", "north")
    assert amounts(central) == {("one", "2020"): 2.5}
    assert "prefer 'the east.sqlite' --prefer north" in crpv("log", "--db", central, "-f", "csv").out


def test_what_others_have_as_it_was_is_not_changed_unsaid(central: Path, owner: Owner) -> None:
    """A registry that is not merged now has the row as it is here: that another one changes it is a difference."""
    north, east = owner("north.sqlite"), owner("east.sqlite")
    for db in (north, east):
        add_tables(db, funding=granted("one", 2020, 1))
    merged(central, north, east)
    add_tables(north, funding=granted("one", 2020, 5))
    ran = merge(central, north)
    assert ran.code == 1
    assert "“5.00” in north, but “1.00” in east" in ran.said
    merged(central, north, "--prefer", "north")
    # East's own value was passed over, so it holds nothing of the row any more: north alone keeps it in.
    change(north, "undo 3 --yes")
    change(north, "undo 2 --yes")
    assert "1 removed" in merged(central, north).said


def test_rows_of_its_own_stay_and_differ_like_those_of_others(central: Path, owner: Owner) -> None:
    add_tables(central, funding=granted("two", 2019, 9))
    north = owner("north.sqlite", funding=granted("two", 2019, 9))
    merged(central, north)
    assert "registry" not in crpv("trace", "funding", "two", "town", "2019", "--db", central).out.split("Source:")[0]
    change(north, "undo 1 --yes")
    assert rows_of(north, "funding") == []
    ran = merged(central, north)
    assert "0 removed" in ran.said
    assert amounts(central) == {("two", "2019"): 9}
    add_tables(north, **NETWORK, funding=granted("two", 2019, 8))
    assert "“8.00” in north, but “9.00” in central" in merge(central, north).said
    merged(central, north, "--prefer", "central")
    assert amounts(central) == {("two", "2019"): 9}
    merged(central, north, "--prefer", "north")
    assert amounts(central) == {("two", "2019"): 8}


def test_a_row_to_which_others_refer_stays_and_that_is_said(central: Path, owner: Owner) -> None:
    north = owner("north.sqlite")
    add_tables(north, funders="id,name,kind\nmetz,Metz,commune\nnancy,Nancy,commune\n")
    merged(central, north)
    add_tables(central, funding="centre,funder,year,amount,stage,source\none,metz,2020,1,granted,books\n")
    change(north, "undo 2 --yes")
    ran = merged(central, north)
    assert "1 row that no registry has any more stays, since rows refer to it: Funders metz." in ran.said
    assert {"metz"} == {row["id"] for row in rows_of(central, "funders")} & {"metz", "nancy"}
    assert "Nothing to do" in merged(central, north).said


def test_a_source_that_is_replaced_at_its_owner_goes_at_once(central: Path, owner: Owner) -> None:
    north = owner("north.sqlite")
    add_tables(
        north,
        sources="id,title,fictitious\ndraft,A draft,true\n",
        centres=NETWORK["centres"].replace("2000,true,books", "2000,true,draft"),
    )
    merged(central, north, "--prefer", "north")
    assert crpv("list", "--db", central).out.startswith("FICTITIOUS")
    change(north, "undo 2 --yes")
    assert "0 inserted, 2 updated, 1 removed" in merged(central, north).said
    assert "FICTITIOUS" not in crpv("list", "--db", central).out
    assert "Nothing to do" in merged(central, north).said


def test_loads_that_were_undone_do_not_come_and_news_alone_is_noted(central: Path, owner: Owner) -> None:
    north = owner("north.sqlite")
    merged(central, north)
    add_tables(north, funding=granted("one", 2020, 1))
    change(north, "undo 2 --yes")
    assert "0 inserted, 0 updated, 0 removed" in merged(central, north).said
    assert amounts(central) == {}
    info = crpv("info", "--db", central, "-f", "json").json
    assert [(row["registry"], row["last_load"], row["merged_by"]) for row in info["registries"]] == [("north", 3, 3)]
    assert "Nothing to do" in merged(central, north).said


def test_a_dry_run_writes_nothing(central: Path, owner: Owner) -> None:
    north = owner("north.sqlite", funding=granted("one", 2020, 1))
    state = state_of(central)
    ran = merge(central, north, "--dry-run")
    assert ran.code == 0
    assert "1 inserted" in ran.said
    assert ran.said.endswith("Nothing was written: this was a dry run.")
    assert state_of(central) == state


def test_a_closed_year_is_only_changed_where_it_is_reopened(central: Path, owner: Owner) -> None:
    north = owner("north.sqlite")
    add_tables(north, funding=granted("one", 2020, 1))
    merged(central, north)
    change(central, "close 2020")
    state = state_of(central)
    change(north, "undo 2 --yes")
    ran = merge(central, north)
    assert ran.code == 2
    assert "2020 was closed on" in ran.said
    assert state_of(central) == state
    ran = merged(central, north, "--reopen")
    assert "2020 is open again" in ran.said
    assert amounts(central) == {}
    # Closing a year is the work of each registry, and does not come.
    change(north, "close 2021")
    merged(central, north)
    assert [row["year"] for row in rows_of(central, "closures")] == ["2020"]


def test_copies_of_one_registry_and_the_registry_itself_are_told(central: Path, owner: Owner, tmp_path: Path) -> None:
    north = owner("north.sqlite")
    copy = tmp_path / "copy.sqlite"
    shutil.copy(north, copy)
    ran = merge(central, north, copy)
    assert ran.code == 2
    assert "are one registry, or copies of it" in ran.said
    shutil.copy(central, copy)
    assert "is this registry itself, or a copy of it" in merge(central, copy).said
    # A copy of what was merged before is that registry.
    merged(central, north)
    moved = tmp_path / "moved.sqlite"
    shutil.move(north, moved)
    assert "Nothing to do" in merged(central, moved).said


@pytest.mark.parametrize("version", sorted(KEPT))
def test_an_older_registry_is_read_from_a_copy_of_its_own(version: int, tmp_path: Path) -> None:
    older, central = tmp_path / "older.sqlite", tmp_path / "central.sqlite"
    with closing(sqlite3.connect(older)) as connection:
        connection.executescript(KEPT[version].read_text(encoding="utf-8"))
    assert crpv("init", "--empty", "--db", central).code == 0
    before = older.read_bytes()
    assert "inserted" in merged(central, older).said
    assert older.read_bytes() == before
    assert list(tmp_path.glob("older*")) == [older]
    assert "Nothing to do" in merged(central, older).said
    # Brought up to date, it is the same registry.
    assert crpv("info", "--db", older).code == 0
    assert "Nothing to do" in merged(central, older).said


def test_what_is_no_registry_or_a_newer_or_a_damaged_one_is_refused(
    central: Path, owner: Owner, tmp_path: Path
) -> None:
    state = state_of(central)
    text, newer, changed = tmp_path / "text.sqlite", owner("newer.sqlite"), owner("changed.sqlite")
    text.write_text("no registry", encoding="utf-8")
    for path, statement in ((newer, "pragma user_version = 99"), (changed, "update funders set name = 'X'")):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()
    for path, said in (
        (text, "is not a crpv registry"),
        (newer, "newer version of crpv"),
        (changed, "something else than crpv changed the rows of funders"),
        (tmp_path / "missing.sqlite", "missing.sqlite"),
    ):
        ran = merge(central, path)
        assert ran.code not in {0, 1}
        assert said in ran.said, ran.err
    assert state_of(central) == state


def test_hostile_names_are_shown_and_can_be_preferred(central: Path, owner: Owner) -> None:
    name = "--prefer 'x'; rm \x1b[31m\u202e"
    one = owner(f"a/{name}.sqlite", funding=granted("one", 2020, 1))
    two = owner(f"b/{name}.sqlite", funding=granted("one", 2020, 2))
    ran = merge(central, one, two)
    assert ran.code == 1
    assert "\x1b" not in ran.err
    assert "\u202e" not in ran.err
    ran = merge(central, one, two, f"--prefer={name}.sqlite")
    assert ran.code == 2
    assert "could be several registries" in ran.said
    assert "No registry of this merge is called “c”" in merge(central, one, two, "--prefer", "c").said
    merged(central, one, two, "--prefer", f"b/{name}")
    assert amounts(central) == {("one", "2020"): 2}
    trace = crpv("trace", "funding", "one", "town", "2020", "--db", central).out
    assert "from the registry b/" in trace
    assert "\x1b" not in trace


def test_a_region_and_its_centres_may_be_merged_together(central: Path, owner: Owner) -> None:
    """What a region got from a centre, the centre says itself, be it newer there."""
    centre, region = owner("centre.sqlite", funding=granted("one", 2020, 1)), owner("region.sqlite")
    merged(region, centre)
    add_tables(centre, funding=granted("one", 2020, 4))
    merged(central, region, centre)
    assert amounts(central) == {("one", "2020"): 4}
    assert "from the registry centre" in crpv("trace", "funding", "one", "town", "2020", "--db", central).out


def test_an_earlier_state_a_copy_and_its_reports_know_merged_rows(central: Path, owner: Owner, tmp_path: Path) -> None:
    north = owner("north.sqlite", funding=granted("one", 2020, 1))
    merged(central, north)
    add_tables(north, funding=granted("one", 2020, 4))
    merged(central, north)
    then = crpv("list", "funding", "--db", central, "--known", "2", "-f", "csv")
    assert [row["amount"] for row in records(then.out)] == ["1"]
    trace = crpv("trace", "funding", "one", "town", "2020", "--db", central, "--known", "2")
    assert "Load 2: from the registry north, its load 1 of" in trace.out
    info = crpv("info", "--db", central).out
    assert "Merged registries" in info
    copy = tmp_path / "copy.sqlite"
    assert crpv("backup", "--db", central, "-o", copy).code == 0
    assert "Nothing to do" in merged(copy, north).said
    log = records(crpv("log", "--db", central, "-f", "csv").out)
    assert [(row["command"], row["origin"]) for row in log][:2] == [("merge", "north"), ("merge", "north")]
    note = "The registry north, as of its load 2 of"
    assert note in crpv("log", "3", "--db", central).out
