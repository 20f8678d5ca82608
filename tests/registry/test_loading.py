"""Files become rows of the registry, all or nothing, and what changed is kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crpv_cli import __version__
from crpv_cli.bundled import reference_folder
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import RegistryProblem, Severity
from crpv_cli.intake.files import ReadOptions, gather
from crpv_cli.intake.sources import sources_of
from crpv_cli.registry import file
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loading import load
from tests.registry.bench import WORLD, Bench, advice, figures, said

CENTRES = "id,name,short_name,legal_form,co_funded"
RATINGS = "centre,mission,year,kind,scale,rating\n"
MONEY = "centre,funder,year,scheme,stage,amount,purpose,reference,source\n"


# Counts


def test_a_first_load_inserts_every_row(empty: Bench) -> None:
    report = empty.load(*((f"{name}.csv", content) for name, content in WORLD.items()))
    assert report.anomalies == []
    assert report.load == 1
    for name, content in WORLD.items():
        rows = content.count("\n") - 1
        assert figures(report)[f"{name}.csv"] == (rows, rows, 0, 0, 0)
        assert empty.rows(f"select count(*) from {name}") == [(rows,)]
        assert empty.rows(f"select distinct load from {name}") == [(1,)]


def test_a_row_is_inserted_updated_or_unchanged(world: Bench) -> None:
    report = world.load(
        (
            "funders.csv",
            "id,name,kind,siren\netat,État,state,\nville,Ville de Strasbourg,commune,216704825\ncaf-67,CAF,caf,\n",
        )
    )
    assert figures(report) == {"funders.csv": (3, 1, 1, 1, 0)}
    assert (report.load, report.changed, report.errors) == (2, 2, 0)
    assert world.rows("select id, name, siren, load from funders order by id") == [
        ("caf-67", "CAF", None, 2),
        ("etat", "État", None, 1),
        ("ville", "Ville de Strasbourg", "216704825", 2),
    ]


def test_money_is_kept_in_centimes(world: Bench) -> None:
    world.load(
        ("a.csv", "centre;funder;year;stage;amount\noriv;etat;2024;paid;1 234,5 €\noriv;ville;2024;paid;-0,01\n")
    )
    assert world.rows("select amount_cents from funding where year = 2024 order by funder") == [(123450,), (-1,)]


def test_loading_the_same_files_again_changes_nothing_and_records_no_load(world: Bench) -> None:
    before = world.dump()
    report = world.load(*((f"{name}.csv", content) for name, content in WORLD.items()))
    assert (report.load, report.changed, report.errors, report.stopped) == (None, 0, 0, False)
    for name, content in WORLD.items():
        rows = content.count("\n") - 1
        assert figures(report)[f"{name}.csv"] == (rows, 0, 0, rows, 0)
    assert world.dump() == before


def test_the_bundled_data_loaded_again_changes_nothing(demo_path: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(demo_path, tmp_path / "registry.db"))
    bench = Bench(tmp_path, path)
    before = bench.dump()
    with open_writing(path) as connection, gather([str(reference_folder())]) as (files, _):
        report = load(connection, *sources_of(files, ReadOptions()))
    assert (report.load, report.changed, report.errors) == (None, 0, 0)
    assert bench.dump() == before


def test_an_empty_cell_empties_what_the_registry_holds(world: Bench) -> None:
    report = world.load(("evaluations.csv", "centre,mission,year,kind,summary\noriv,skills,2023,joint,\n"))
    assert figures(report) == {"evaluations.csv": (1, 0, 1, 0, 0)}
    assert world.rows("select rating, summary from evaluations") == [("3", None)]


def test_a_file_that_lacks_columns_leaves_them_as_they_are(world: Bench) -> None:
    report = world.load(
        ("centres.csv", f"{CENTRES}\noriv,Observatoire régional,ORIV,association,yes\nnew,New,New,gip,yes\n")
    )
    assert figures(report) == {"centres.csv": (2, 1, 1, 0, 0)}
    assert world.rows("select name, seat, opened, source, note from centres where id = 'oriv'") == [
        ("Observatoire régional", "Strasbourg", "2020-01-01", "report", None)
    ]
    assert world.rows("select seat, source from centres where id = 'new'") == [(None, None)]


# What changed


def test_every_change_says_what_was_where_and_from_which_line(world: Bench) -> None:
    content = (
        "centre,funder,year,scheme,stage,amount,source,note\n\n"
        'oriv,etat,2023,P147,granted,"2 000,00",report,"two\nlines"\noriv,ville,2023,,paid,5,,\n'
    )
    report = world.load(("money/funding.csv", content))
    ((file, load_number, path, sha256, table, *counts),) = world.rows(
        "select id, load, path, sha256, table_name, rows_read, inserted, updated, unchanged, refused "
        "from load_files where load = 2"
    )
    assert (load_number, path, table) == (2, str(world.folder / "money" / "funding.csv"), "funding")
    assert sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert counts == [2, 1, 1, 0, 0]
    key = {"centre": "oriv", "year": 2023, "object": None, "reference": None, "locator": None}
    (updated,) = world.rows(
        "select file, line, table_name, action, key, before, after, was_load, was_file, was_line "
        "from changes where load = 2"
    )
    assert updated[:4] == (file, 3, "funding", "update")
    assert json.loads(updated[4]) == key | {
        "funder": "etat",
        "scheme": "P147",
        "stage": "granted",
        "source": "report",
    }
    assert json.loads(updated[5]) == {"amount_cents": 123450, "note": "first"}
    assert json.loads(updated[6]) == {"amount_cents": 200000, "note": "two\nlines"}
    ((first,),) = world.rows("select id from load_files where load = 1 and table_name = 'funding'")
    assert updated[7:] == (1, first, 2)
    # What it inserted, the row itself tells.
    assert world.rows("select funder, load, file, line from funding order by line") == [
        ("etat", 2, file, 3),
        ("ville", 2, file, 5),
    ]
    assert report.load == 2
    ((command, version, inserted_rows, updated_rows, at, who),) = world.rows(
        "select command, version, inserted, updated, at, who from loads where id = 2"
    )
    assert (command, version, inserted_rows, updated_rows) == ("load", __version__, 1, 1)
    assert at.endswith("+00:00")
    assert who


def test_a_load_of_somebody_whom_the_system_does_not_know_is_recorded(
    world: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise OSError("no name for this user")

    monkeypatch.setattr("getpass.getuser", nobody)
    world.load(("sources.csv", "id,title\nmore,More\n"))
    assert world.rows("select who from loads where id = 2") == [("?",)]


def test_only_what_differs_is_recorded(world: Bench) -> None:
    world.load(("sources.csv", "id,title,fictitious\nreport,Annual report,no\nlist,The list,no\n"))
    changes = world.rows("select key, before, after from changes where load = 2")
    assert [tuple(json.loads(part) for part in change) for change in changes] == [
        ({"id": "list"}, {"title": "Official list"}, {"title": "The list"})
    ]


def test_every_row_can_be_traced_to_a_line(world: Bench) -> None:
    for name, content in WORLD.items():
        table = TABLES[name]
        lines = world.rows(
            f"select t.line, f.path from {table.name} as t join load_files as f on f.id = t.file order by t.line"
        )
        assert [line for line, _ in lines] == list(range(2, content.count("\n") + 1))
        assert {Path(path).name for _, path in lines} == {f"{name}.csv"}


# Keys


def test_unknown_parts_of_a_key_are_equal(world: Bench) -> None:
    for _ in range(2):
        report = world.load(("f.csv", "centre,funder,year,stage,amount\noriv,etat,2024,paid,5\n"))
    assert figures(report) == {"f.csv": (1, 0, 0, 1, 0)}
    report = world.load(("f.csv", f"{MONEY}oriv,etat,2024,,paid,6,,,\n"))
    assert figures(report) == {"f.csv": (1, 0, 1, 0, 0)}
    report = world.load(("f.csv", f"{MONEY}oriv,etat,2024,,paid,6,,R1,\noriv,etat,2024,P147,paid,6,,,\n"))
    assert figures(report) == {"f.csv": (2, 2, 0, 0, 0)}
    assert len(world.rows("select * from funding where year = 2024")) == 3


def test_a_perimeter_without_a_first_day_is_one_row(world: Bench) -> None:
    report = world.load(("p.csv", "centre,department,valid_from,valid_to\noriv,67,,2023-12-31\noriv,67,2024-01-01,\n"))
    assert figures(report) == {"p.csv": (2, 1, 1, 0, 0)}


def test_the_same_row_twice_is_one_row(world: Bench) -> None:
    row = "oriv,ville,2024,,paid,7,,,\n"
    report = world.load(("a.csv", MONEY + row + row), ("b.csv", MONEY + row))
    assert report.anomalies == []
    assert figures(report) == {"a.csv": (2, 1, 0, 1, 0), "b.csv": (1, 0, 0, 1, 0)}


def test_the_same_row_in_another_order_of_columns_is_the_same_row(world: Bench) -> None:
    report = world.load(("a.csv", "id,name,kind\ncaf,CAF,caf\n"), ("b.csv", "Kind,Name,Id\nCAF,CAF,caf\n"))
    assert report.anomalies == []
    assert figures(report) == {"a.csv": (1, 1, 0, 0, 0), "b.csv": (1, 0, 0, 1, 0)}


def test_a_key_twice_with_other_values_is_refused_where_it_stands_again(world: Bench) -> None:
    before = world.dump()
    report = world.load(
        ("a.csv", "id,name,Kind\ncaf,CAF,caf\n\ncaf,Caisse,landlord\n"), ("b.csv", "id,name,kind\ncaf,CAF,state\n")
    )
    assert said(report) == [
        ("a.csv", 4, "name", "Caisse", "same-key"),
        ("b.csv", 2, "kind", "state", "same-key"),
    ]
    assert f"line 2 of {world.folder / 'a.csv'}" in report.anomalies[1].message.text("en")
    assert report.stopped
    assert world.dump() == before


def test_a_key_twice_with_an_unknown_part_is_seen(world: Bench) -> None:
    report = world.load(("a.csv", f"{MONEY}oriv,etat,2024,,paid,5,,,\noriv,etat,2024,,paid,6,,,\n"))
    assert said(report) == [("a.csv", 3, "amount", "6.00", "same-key")]


def test_a_key_twice_where_one_file_says_more_names_what_it_says_more(world: Bench) -> None:
    report = world.load(("a.csv", "id,name,kind\ncaf,CAF,caf\n"), ("b.csv", "id,name,kind,note\ncaf,CAF,caf,hello\n"))
    assert said(report) == [("b.csv", 2, "note", "hello", "same-key")]
    report = world.load(("a.csv", "id,name,kind,note\ncaf,CAF,caf,hello\n"), ("b.csv", "id,name,kind\ncaf,CAF,caf\n"))
    assert said(report) == [("b.csv", 2, "note", None, "same-key")]


# References


def test_an_unknown_reference_is_refused_with_near_ones(world: Bench) -> None:
    before = world.dump()
    report = world.load(("p.csv", "Centre,Department,Source\norive,67,\norivv,68,list\nnobody,2A,lost\n"))
    assert said(report) == [
        ("p.csv", 2, "Centre", "orive", "unknown-reference"),
        ("p.csv", 3, "Centre", "orivv", "unknown-reference"),
        ("p.csv", 4, "Centre", "nobody", "unknown-reference"),
        ("p.csv", 4, "Source", "lost", "unknown-reference"),
    ]
    assert [advice(anomaly) for anomaly in report.anomalies[:2]] == ["Did you mean oriv?"] * 2
    assert "crpv list centres" in advice(report.anomalies[2])
    assert report.anomalies[0].message.text("en") == "“orive” is not in the table Centres."
    assert world.dump() == before


def test_a_row_of_the_same_load_may_be_suggested(world: Bench) -> None:
    report = world.load(("c.csv", f"{CENTRES}\nfoncier,F,F,gip,yes\n"), ("p.csv", "centre,department\nfoncierr,67\n"))
    assert [advice(anomaly) for anomaly in report.anomalies] == ["Did you mean foncier?"]
    crowd = "".join(f"town-{n},T,T,gip,yes\n" for n in (1, 2, 3))
    report = world.load(("c.csv", f"{CENTRES}\n{crowd}"), ("p.csv", "centre,department\ntown-4,67\n"))
    (of_many,) = [advice(anomaly) for anomaly in report.anomalies]
    assert of_many.count("town-") == 2  # no more: a crowd of names helps nobody


@settings(max_examples=20)
@given(st.permutations(list(WORLD)))
def test_files_may_come_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, empty_registry: Path, order: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    (folder / "registry.db").write_bytes(empty_registry.read_bytes())
    report = Bench(folder, folder / "registry.db").load(*((f"{name}.csv", WORLD[name]) for name in order))
    assert report.anomalies == []
    assert [Path(outcome.name).stem for outcome in report.files] == order


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param("id,title,published_on\nstudy,Study,soon\n", id="a cell at fault"),
        pytest.param("id,title,publisher\nstudy,Study,x,y\n", id="a row too long"),
        pytest.param("id,title,title\nstudy,Study,Study\n", id="a column twice"),
        pytest.param("id,publisher,url,licence\nstudy,x,y,z\n", id="a column missing"),
    ],
)
def test_a_reference_to_a_refused_row_is_not_said_again(world: Bench, sources: str) -> None:
    before = world.dump()
    report = world.load(
        ("evaluations.csv", "centre,mission,year,kind,source\noriv,skills,2024,self,study\n"), ("sources.csv", sources)
    )
    assert len(report.anomalies) == 1
    assert Path(report.anomalies[0].file).name == "sources.csv"
    assert world.dump() == before


def test_one_anomaly_of_one_row_is_not_repeated_for_the_rows_that_hang_on_it(world: Bench) -> None:
    report = world.load(
        ("centres.csv", f"{CENTRES},source\nnew,New,New,gip,yes,lost\n"),
        ("perimeters.csv", "centre,department\nnew,67\n"),
        ("funding.csv", f"{MONEY}new,etat,2024,,paid,5,,,\n"),
    )
    assert said(report) == [("centres.csv", 2, "source", "lost", "unknown-reference")]


# Ratings


@pytest.mark.parametrize(
    ("scale", "rating"), [("one-to-four", "1"), ("one-to-four", "4"), ("one-to-four", "2,5"), ("letters", "a")]
)
def test_a_rating_on_its_scale_is_taken(world: Bench, scale: str, rating: str) -> None:
    report = world.load(("e.csv", f'{RATINGS}oriv,skills,2024,self,{scale},"{rating}"\n'))
    assert report.anomalies == []


@pytest.mark.parametrize(
    ("scale", "rating", "bounds"),
    [
        ("one-to-four", "0", "1-4"),
        ("one-to-four", "5", "1-4"),
        ("one-to-four", "B", "1-4"),
        ("letters", "E", "D, C, B, A"),
        ("letters", "3", "D, C, B, A"),
    ],
)
def test_a_rating_off_its_scale_is_refused(world: Bench, scale: str, rating: str, bounds: str) -> None:
    before = world.dump()
    report = world.load(("e.csv", f"{RATINGS}oriv,skills,2024,self,{scale},{rating}\n"))
    assert said(report) == [("e.csv", 2, "rating", rating, "off-scale")]
    assert advice(report.anomalies[0]) == f"The scale is {bounds}."
    assert world.dump() == before


def test_a_rating_may_stand_on_a_scale_of_the_same_load(world: Bench) -> None:
    scale = ("scales.csv", "id,name,minimum,maximum\npercent,Percent,0,100\n")
    report = world.load(("e.csv", f"{RATINGS}oriv,skills,2024,self,percent,87.5\n"), scale)
    assert report.anomalies == []
    report = world.load(
        ("e.csv", f"{RATINGS}oriv,skills,2022,self,one-to-four,7\n"),
        ("scales.csv", "id,name,minimum,maximum\none-to-four,1 to 10 now,1,10\n"),
    )
    assert report.anomalies == []


def test_a_mission_that_is_not_a_core_one_is_evaluated_without_a_rating(world: Bench) -> None:
    report = world.load(("e.csv", f"{RATINGS}oriv,complementary,2024,self,one-to-four,3\n"))
    assert said(report) == [("e.csv", 2, "rating", "3", "not-rated")]
    assert advice(report.anomalies[0]) == "Leave the rating empty."
    report = world.load(("e.csv", f"{RATINGS}oriv,complementary,2024,self,,\n"))
    assert (report.anomalies, report.load) == ([], 2)


# All or nothing


FAULTY = (
    f"{RATINGS}oriv,skills,2024,self,one-to-four,3\noriv,skills,2024,peer,,\nnobody,skills,2024,self,,\n"
    "oriv,animation,2024,self,one-to-four,9\noriv,animation,2024,joint,,\n"
)


def test_a_load_with_one_fault_leaves_the_registry_as_it_was(world: Bench) -> None:
    before = world.dump()
    report = world.load(("a.csv", "id,name,kind\ncaf,CAF,caf\n"), ("e.csv", FAULTY))
    assert [(line, code) for _, line, _, _, code in said(report)] == [
        (3, "not-in-list"),
        (4, "unknown-reference"),
        (5, "off-scale"),
    ]
    assert (report.load, report.stopped, report.errors, report.changed) == (None, True, 3, 0)
    assert figures(report) == {"a.csv": (1, 0, 0, 0, 0), "e.csv": (5, 0, 0, 0, 3)}
    assert world.dump() == before


def test_a_warning_stops_nothing(world: Bench) -> None:
    report = world.load(("d.csv", "code,name,region_code,region_name,colour\n1,Ain,84,ARA,red\n"))
    assert [anomaly.severity for anomaly in report.anomalies] == [Severity.WARNING] * 2
    assert (report.load, report.errors) == (2, 0)
    assert world.rows("select name from departments where code = '01'") == [("Ain",)]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(world: Bench) -> None:
    before = world.dump()
    content = "id,name,kind\nville,Ville de Strasbourg,commune\netat,État,state\ncaf,CAF,caf\n"
    report = world.load(("f.csv", content), dry_run=True)
    assert figures(report) == {"f.csv": (3, 1, 1, 1, 0)}
    assert (report.load, report.dry_run) == (None, True)
    assert world.dump() == before
    report = world.load(("e.csv", FAULTY), dry_run=True)
    assert report.errors == 3
    assert world.dump() == before


def test_the_sound_rows_can_be_kept(world: Bench) -> None:
    report = world.load(("e.csv", FAULTY), keep_valid=True)
    assert figures(report) == {"e.csv": (5, 2, 0, 0, 3)}
    assert (report.load, report.errors, report.stopped) == (2, 3, False)
    assert {line: [anomaly.code for anomaly in found] for line, found in report.files[0].refused_lines.items()} == {
        3: ["not-in-list"],
        4: ["unknown-reference"],
        5: ["off-scale"],
    }
    assert world.rows("select mission, kind, rating from evaluations where load = 2 order by mission") == [
        ("animation", "joint", None),
        ("skills", "self", "3"),
    ]
    assert world.rows("select rows_read, inserted, refused from load_files where load = 2") == [(5, 2, 3)]


def test_rows_that_hang_on_a_refused_one_are_refused_with_it(world: Bench) -> None:
    report = world.load(
        ("evaluations.csv", f"{RATINGS}first,skills,2024,self,,\nsecond,skills,2024,self,,\noriv,skills,2024,self,,\n"),
        ("centres.csv", f"{CENTRES},source\nfirst,First,First,club,yes,\nsecond,Second,Second,gip,yes,lost\n"),
        keep_valid=True,
    )
    assert sorted(said(report)) == [
        ("centres.csv", 2, "legal_form", "club", "not-in-list"),
        ("centres.csv", 3, "source", "lost", "unknown-reference"),
        ("evaluations.csv", 2, "centre", "first", "unknown-reference"),
        ("evaluations.csv", 3, "centre", "second", "unknown-reference"),
    ]
    assert {advice(anomaly) for anomaly in report.anomalies if Path(anomaly.file).name == "evaluations.csv"} == {
        "Its own row in this load was refused: correct that one first."
    }
    assert figures(report) == {"evaluations.csv": (3, 1, 0, 0, 2), "centres.csv": (2, 0, 0, 0, 2)}


def test_all_unknown_references_of_a_row_are_said_when_the_others_are_kept(world: Bench) -> None:
    report = world.load(("p.csv", "centre,department,source\nnobody,99,lost\nnobody,67,lost\n"), keep_valid=True)
    # A row with a bad cell is checked for what it refers to as well: all that is wrong is said at once.
    assert sorted(said(report)) == [
        ("p.csv", 2, "centre", "nobody", "unknown-reference"),
        ("p.csv", 2, "department", "99", "not-a-department"),
        ("p.csv", 2, "source", "lost", "unknown-reference"),
        ("p.csv", 3, "centre", "nobody", "unknown-reference"),
        ("p.csv", 3, "source", "lost", "unknown-reference"),
    ]
    assert figures(report) == {"p.csv": (2, 0, 0, 0, 2)}


def test_of_a_file_whose_header_is_at_fault_no_row_is_kept(world: Bench) -> None:
    report = world.load(
        ("a.csv", "id,name,name,kind\ncaf,CAF,CAF,caf\n"),
        ("b.csv", "id,name,kind\nbdt,BdT,public bank\n"),
        keep_valid=True,
    )
    assert [code for *_, code in said(report)] == ["column-twice"]
    assert figures(report) == {"a.csv": (1, 0, 0, 0, 1), "b.csv": (1, 1, 0, 0, 0)}
    assert world.rows("select id from funders where load = 2") == [("bdt",)]


def test_nothing_sound_and_new_records_no_load(world: Bench) -> None:
    before = world.dump()
    report = world.load(("f.csv", "id,name,kind\netat,État,state\ncaf,CAF,bank of sorts\n"), keep_valid=True)
    assert (report.load, report.errors) == (None, 1)
    assert figures(report) == {"f.csv": (2, 0, 0, 1, 1)}
    assert world.dump() == before


@pytest.mark.parametrize("keep_valid", [False, True])
def test_the_figures_of_a_file_that_is_not_stopped_add_up(world: Bench, keep_valid: bool) -> None:
    report = world.load(
        ("a.csv", "id,name,kind\nx,X,caf\nx,X,caf\nx,Y,caf\netat,État,state\nville,V,commune\ny,Y\nz,Z,?\n"),
        keep_valid=keep_valid,
    )
    # Of two rows of one key with other values neither is loaded: which one is right, only a person knows.
    expected = (7, 0, 1, 2, 4) if keep_valid else (7, 0, 0, 0, 3)
    assert figures(report) == {"a.csv": expected}


def test_a_row_that_contradicts_what_the_registry_keeps_is_refused(world: Bench) -> None:
    before = world.dump()
    content = f"{CENTRES},closed\noriv,Observatoire,ORIV,association,yes,2019-12-31\nnew,New,New,gip,yes,2019-12-31\n"
    report = world.load(("c.csv", content))
    assert [(line, code) for _, line, _, _, code in said(report)] == [(2, "contradicts-registry")]
    assert advice(report.anomalies[0]) == "Add the other columns of the row to the file."
    assert (report.load, report.stopped) == (None, True)
    assert figures(report) == {"c.csv": (2, 0, 0, 0, 1)}
    assert world.dump() == before
    report = world.load(("c.csv", content), keep_valid=True)
    assert figures(report) == {"c.csv": (2, 1, 0, 0, 1)}
    assert world.rows("select closed, load from centres where id = 'oriv'") == [(None, 1)]


def test_a_registry_that_somebody_else_writes_to_is_a_problem(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "BUSY_TIMEOUT_SECONDS", 0.05)
    before = world.dump()
    with world.connect() as other:
        other.execute("begin immediate")
        with pytest.raises(RegistryProblem, match="Another program is writing to"):
            world.load(("f.csv", "id,name,kind\ncaf,CAF,caf\n"))
    assert world.dump() == before
    assert world.load(("f.csv", "id,name,kind\ncaf,CAF,caf\n")).load == 2


# Whatever is loaded


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["oriv", "paris"]),
        st.sampled_from([2022, 2023]),
        st.sampled_from(["", "P147"]),
        st.integers(-3, 3),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:3],
)


@settings(max_examples=25)
@given(st.lists(ROWS, min_size=1, max_size=3))
def test_after_any_loads_the_registry_holds_the_last_word_and_its_history(
    tmp_path_factory: pytest.TempPathFactory, world_registry: Path, loads: list[list[tuple[str, int, str, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("loads")
    (folder / "registry.db").write_bytes(world_registry.read_bytes())
    bench = Bench(folder, folder / "registry.db")
    held: dict[tuple[str, int, str], int] = {}
    for rows in loads:
        lines = [f"{centre},ville,{year},{scheme},paid,{euros}\n" for centre, year, scheme, euros in rows]
        report = bench.load(("f.csv", "centre,funder,year,scheme,stage,amount\n" + "".join(lines)))
        new = {(centre, year, scheme): euros * 100 for centre, year, scheme, euros in rows}
        inserted = len(new.keys() - held.keys())
        updated = sum(held[key] != amount for key, amount in new.items() if key in held)
        assert figures(report)["f.csv"] == (len(rows), inserted, updated, len(rows) - inserted - updated, 0)
        assert (report.load is None) == (inserted + updated == 0)
        if report.load is not None:
            assert bench.rows("select count(*) from changes where load = ?", report.load) == [(updated,)]
            assert bench.rows("select count(*) from funding where load = ?", report.load) == [(inserted + updated,)]
        held |= new
    found = bench.rows("select centre, year, ifnull(scheme, ''), amount_cents from funding where funder = 'ville'")
    assert {(centre, year, scheme): amount for centre, year, scheme, amount in found} == held
    assert len(found) == len(held)


# Rows that refer to others of their table, and periods


def test_a_row_may_refer_to_one_of_its_table_that_comes_after_it(world: Bench) -> None:
    report = world.load(
        (
            "centres.csv",
            f"{CENTRES},closed,successor\noriv,Observatoire,ORIV,association,yes,2024-12-31,new\nnew,New,New,gip,yes,,\n",
        )
    )
    assert figures(report) == {"centres.csv": (2, 1, 1, 0, 0)}
    assert world.rows("select successor from centres where id = 'oriv'") == [("new",)]


@pytest.mark.parametrize(
    ("table", "columns", "runs", "ends"),
    [
        ("labels", "centre,valid_from,valid_to", "oriv,2015-01-01,", "oriv,,2020-12-31"),
        (
            "territory_counts",
            "department,measure,geography,value,quality,valid_from,valid_to",
            "67,neighbourhoods,2015,5,exact,2015-01-01,",
            "67,neighbourhoods,2015,5,exact,,2020-12-31",
        ),
        (
            "governance",
            "centre,organ,member,member_kind,role,valid_from,valid_to",
            "oriv,board,Ville,commune,chair,2015-01-01,",
            "oriv,board,Ville,commune,chair,,2020-12-31",
        ),
    ],
)
def test_an_end_alone_is_that_of_the_row_that_runs(
    world: Bench, table: str, columns: str, runs: str, ends: str
) -> None:
    world.load((f"{table}.csv", f"{columns}\n{runs}\n"))
    report = world.load((f"{table}.csv", f"{columns}\n{ends}\n"))
    assert figures(report) == {f"{table}.csv": (1, 0, 1, 0, 0)}
    assert world.rows(f"select valid_from, valid_to from {table}") == [("2015-01-01", "2020-12-31")]
    again = world.load((f"{table}.csv", f"{columns}\n{ends}\n"))
    assert figures(again) == {f"{table}.csv": (1, 0, 0, 1, 0)}


def test_of_two_rows_that_run_none_is_meant(world: Bench) -> None:
    columns = "centre,valid_from,valid_to\n"
    world.load(("labels.csv", f"{columns}oriv,2015-01-01,\noriv,2018-01-01,\n"))
    world.load(("labels.csv", f"{columns}oriv,,2020-12-31\n"))
    assert world.rows("select valid_from, valid_to from labels order by valid_from") == [
        (None, "2020-12-31"),
        ("2015-01-01", None),
        ("2018-01-01", None),
    ]
