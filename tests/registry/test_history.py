"""A way back: whatever was loaded, taking it back restores the registry to the value."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.files import InputFile, ReadOptions
from crpv_cli.intake.sources import sources_of
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.journal import changes_of
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.registry.undoing import undo
from crpv_cli.reports.history import changes_of_load, loads, trace

State = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def registry(reference_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(reference_path, tmp_path / "registry.sqlite"))


def state(path: Path) -> State:
    """Every row of every table, with the load it came from."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: sorted(connection.execute(f"select * from {name}").fetchall(), key=repr) for name in TABLES}


def load_text(path: Path, name: str, content: str) -> LoadReport:
    file = path.parent / name
    file.write_text(content, encoding="utf-8")
    with open_writing(path) as connection:
        sources, anomalies = sources_of([InputFile(file, str(file))], ReadOptions())
        return load(connection, sources, anomalies)


def take_back(path: Path, number: int, dry_run: bool = False) -> None:
    with open_writing(path) as connection:
        undo(connection, number, dry_run)


FUNDERS = "id,name,kind\nregion-bretagne,Bretagne,region\nnew-funder,Nouveau,other\n"


def test_taking_back_restores_values_and_provenance(registry: Path) -> None:
    before = state(registry)
    report = load_text(registry, "funders.csv", FUNDERS)
    assert report.load == 2
    assert state(registry) != before
    take_back(registry, 2)
    assert state(registry) == before


def test_a_dry_run_writes_nothing(registry: Path) -> None:
    load_text(registry, "funders.csv", FUNDERS)
    before = registry.read_bytes()
    take_back(registry, 2, dry_run=True)
    assert registry.read_bytes() == before


def test_what_was_taken_back_can_be_brought_back(registry: Path) -> None:
    load_text(registry, "funders.csv", FUNDERS)
    loaded = state(registry)
    take_back(registry, 2)
    take_back(registry, 3)
    assert state(registry) == loaded
    take_back(registry, 2)  # and once more, since it stands again


def test_later_loads_on_the_same_rows_are_named(registry: Path) -> None:
    load_text(registry, "a.csv", FUNDERS)
    load_text(registry, "b.csv", FUNDERS.replace("Nouveau", "Neuf"))
    before = state(registry)
    with pytest.raises(UsageProblem) as caught:
        take_back(registry, 2)
    assert "(3)" in str(caught.value)
    assert "new-funder" in str(caught.value)
    assert state(registry) == before
    take_back(registry, 3)
    take_back(registry, 2)


def test_rows_that_others_refer_to_are_named(registry: Path) -> None:
    load_text(registry, "a.csv", FUNDERS)
    load_text(registry, "f.csv", "centre,funder,year,stage,amount\noriv,new-funder,2025,granted,100\n")
    with pytest.raises(UsageProblem) as caught:
        take_back(registry, 2)
    assert "funding: oriv new-funder 2025" in str(caught.value)


@pytest.mark.parametrize("number", [99, 0, -1])
def test_an_unknown_load_is_refused(registry: Path, number: int) -> None:
    with pytest.raises(UsageProblem):
        take_back(registry, number)


def test_a_load_is_taken_back_once(registry: Path) -> None:
    load_text(registry, "a.csv", FUNDERS)
    take_back(registry, 2)
    with pytest.raises(UsageProblem) as caught:
        take_back(registry, 2)
    assert "already" in str(caught.value)


def test_the_whole_registry_can_be_taken_back(registry: Path) -> None:
    take_back(registry, 1)
    assert all(rows == [] for rows in state(registry).values())
    take_back(registry, 2)
    assert len(state(registry)["centres"]) == 20


IDS = ["region-bretagne", "etat", "fa", "fb", "fc"]
ROWS = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(["Un", "Deux", "Été"]), st.sampled_from(["", "note", "€"])),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[0],
)
STEPS = st.lists(st.one_of(ROWS, st.integers(1, 8)), min_size=1, max_size=8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_sequence_of_loads_and_undos_can_be_taken_back(
    reference_path: Path, steps: list[list[tuple[str, str, str]] | int]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(shutil.copy(reference_path, Path(folder) / "registry.sqlite"))
        start = state(path)
        states = {1: start}  # what the registry was right after each load
        newest = 1
        for step in steps:
            if isinstance(step, int):
                try:
                    take_back(path, step)
                except UsageProblem:
                    assert state(path) == states[newest]  # a refusal changes nothing
                    continue
                newest += 1
                if step == newest - 1 and step > 1:
                    assert state(path) == states[step - 1]  # the newest load taken back is the state before it
            else:
                lines = "".join(f"{identifier},{name},other,{note}\n" for identifier, name, note in step)
                if load_text(path, "funders.csv", "id,name,kind,note\n" + lines).load is None:
                    continue
                newest += 1
            states[newest] = state(path)
        for number in range(newest, 1, -1):
            take_back(path, number)
            assert state(path) == states[number - 1]
        assert state(path) == start


def test_every_change_is_told_with_its_place(registry: Path) -> None:
    load_text(registry, "funders.csv", FUNDERS)
    with open_reading(registry) as connection:
        with changes_of_load(connection, 2) as flow:
            rows = list(flow.rows)
        changes = {(row[1], row[2], row[3]): (row[4], row[5], row[7]) for row in rows}
        assert changes["region-bretagne", "update", "name"] == ("Région Bretagne", "Bretagne", "2")
        assert changes["new-funder", "insert", None][1:] == ("id=new-funder, name=Nouveau, kind=other", "3")
        assert [row[0] for row in loads(connection).rows] == [2, 1]
        assert len(list(changes_of(connection, 1))) == 1838


def test_an_insertion_is_told_as_it_was_even_after_it_changed(registry: Path) -> None:
    load_text(registry, "a.csv", FUNDERS)
    load_text(registry, "b.csv", "id,name,kind,note\nnew-funder,Neuf,region,x\n")
    with open_reading(registry) as connection:
        (inserted,) = [change for change in changes_of(connection, 2) if change.action == "insert"]
    assert inserted.after is not None
    assert (inserted.after["name"], inserted.after["kind"], inserted.after["note"]) == ("Nouveau", "other", None)


def test_each_value_is_traced_to_the_load_that_gave_it(registry: Path) -> None:
    load_text(registry, "funders.csv", FUNDERS)
    load_text(registry, "later.csv", "id,name,kind,note\nregion-bretagne,Breizh,region,why\n")
    take_back(registry, 3)
    with open_reading(registry) as connection:
        rows = {row[0]: row for row in trace(connection, TABLES["funders"], ["region-bretagne"]).rows}
    assert (rows["name"][1], rows["name"][3], rows["name"][6], rows["name"][7]) == ("Bretagne", 2, "2", "name")
    assert (rows["siren"][3], rows["note"][1], rows["note"][3]) == (1, None, None)
    assert str(rows["siren"][5]).endswith("funders.csv")


def test_a_row_is_found_by_parts_of_its_key(registry: Path) -> None:
    with open_reading(registry) as connection:
        funding = TABLES["funding"]
        assert trace(connection, funding, ["labo-cites", "etat", "2021", "P147"]).rows
        assert trace(connection, funding, ["centre=labo-cites", "funder=etat", "Year=2021", "scheme=P147"]).rows
        for key in (["oriv"], ["nobody"], list("123456789")):
            with pytest.raises(UsageProblem) as caught:
                trace(connection, funding, key)
            assert caught.value.advice is not None


MONEY = "centre,funder,year,scheme,stage,amount,source\noriv,etat,2023,{scheme},{stage},{amount},{source}\n"


def test_equal_amounts_of_two_kinds_of_funder_are_two_payments(registry: Path) -> None:
    content = MONEY.format(scheme="P147", stage="granted", amount="471178", source="region-bretagne-scdl")
    report = load_text(registry, "money.csv", content.replace("etat", "region-bretagne"))
    assert report.anomalies == []


def test_doubles_of_other_loads_are_not_said_again(registry: Path) -> None:
    load_text(registry, "a.csv", MONEY.format(scheme="P147", stage="granted", amount="471178", source="jaune-plf-2023"))
    report = load_text(registry, "b.csv", FUNDERS)
    other = MONEY.replace("2023,", "2022,").format(scheme="X", stage="granted", amount="5", source="")
    assert [report.anomalies, load_text(registry, "c.csv", other).anomalies] == [[], []]
