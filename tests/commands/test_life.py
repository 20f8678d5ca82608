"""The life of centres through the commands: what is true before, between and after each event, and the way back."""

from __future__ import annotations

import itertools
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.changes import centre_changes
from crpv_cli.reports.changes.difference import State
from tests.commands.conftest import Ran, add_tables, as_csv, crpv

# Two centres beside those of the small network; who serves what, and counts to see the coverage by.
LIVES = {
    "departments": """
        code,name,region_code,region_name
        03,Allier,84,Auvergne-Rhône-Alpes
        04,Alpes-de-Haute-Provence,93,Provence-Alpes-Côte d'Azur
        """,
    "centres": """
        id,name,short_name,legal_form,siren,seat,opened,co_funded,confidence,source
        three,Centre three,Three,association,,Moulins,2000,true,high,books
        four,Centre four,Four,gip,,Digne,2000,true,high,books
        """,
    "perimeters": """
        centre,department,valid_from,valid_to,confidence,source,note
        one,01,,,high,books,
        two,02,2010-01-01,,medium,books,seen
        three,03,2010-01-01,,low,journal,
        four,04,2010-01-01,,high,books,
        four,971,2010-01-01,,high,books,
        """,
    "labels": """
        centre,valid_from,valid_to,act,source
        one,2015-01-01,,First,books
        four,2015-01-01,,,books
        """,
    "territory_counts": """
        department,measure,geography,value,quality,valid_from
        01,neighbourhoods,2015,10,exact,2015-01-01
        02,neighbourhoods,2015,20,exact,2015-01-01
        03,neighbourhoods,2015,30,exact,2015-01-01
        04,neighbourhoods,2015,40,exact,2015-01-01
        971,neighbourhoods,2015,100,exact,2015-01-01
        """,
    "evaluations": """
        centre,mission,year,kind,scale,rating,source
        two,skills,2024,self,four,3,books
        one,skills,2020,self,four,2,books
        """,
    "funding": """
        centre,funder,year,scheme,stage,amount,source
        two,state,2024,P147,granted,2000,books
        three,state,2024,P147,granted,3000,books
        """,
}
EVENTS = (
    "rename one --name 'Centre One of Ain' --short-name Ain --on 2024-01-01",
    "merge two three --into both --name 'Both of them' --form association --on 2026-01-01",
    "unlabel four --on 2026-03-01",
    "hand-over four 971 --to one --on 2026-07-01",
)


@pytest.fixture(scope="module")
def before(network_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "before.sqlite"
    shutil.copy(network_path, path)
    add_tables(path, **LIVES)
    return path


def happens(db: Path, event: str, *more: str) -> Ran:
    """What happens to a centre, written without asking."""
    return crpv("centre", *shlex.split(event), *more, "--yes", "--db", db)


@pytest.fixture(scope="module")
def lived(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network after the events."""
    path = tmp_path_factory.mktemp("lived") / "registry.sqlite"
    shutil.copy(before, path)
    for event in EVENTS:
        ran = happens(path, event, "--source", "journal", "--reason", "Decided")
        assert ran.code == 0, ran.err
    return path


@pytest.fixture
def db(before: Path, tmp_path: Path) -> Path:
    path = tmp_path / "registry.sqlite"
    shutil.copy(before, path)
    return path


def asked(db: Path, *words: str) -> Any:
    ran = crpv(*words, "--db", db, "--format", "json")
    assert ran.code in {0, 1}, ran.err
    return ran.json


def listed(db: Path, as_of: str) -> dict[str, tuple[object, ...]]:
    """The short names, departments and labels of the centres open on a date."""
    rows = asked(db, "list", "--as-of", as_of)
    return {row["id"]: (row["short_name"], " ".join(row["departments"]), row["labelled"]) for row in rows}


def held(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table with the load that they come from, by table."""
    with closing(sqlite3.connect(db)) as connection:
        return {name: sorted(connection.execute(f"select * from {name}").fetchall(), key=repr) for name in TABLES}


def days_of(db: Path, table: str, centre: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(f"select * from {table} where centre = ? order by rowid", (centre,))
        names = [column[0] for column in rows.description]
        keep = [names.index(name) for name in names if name not in {"centre", "load", "file", "line"}]
        return [tuple(row[place] for place in keep) for row in rows]


@pytest.mark.parametrize(
    ("as_of", "centres"),
    [
        (
            "2023-12-31",
            {
                "one": ("One", "01", True),
                "two": ("Two", "02", None),
                "three": ("Three", "03", None),
                "four": ("Four", "04 971", True),
            },
        ),
        (
            "2024-01-01",
            {
                "one": ("Ain", "01", True),
                "two": ("Two", "02", None),
                "three": ("Three", "03", None),
                "four": ("Four", "04 971", True),
            },
        ),
        (
            "2025-12-31",
            {
                "one": ("Ain", "01", True),
                "two": ("Two", "02", None),
                "three": ("Three", "03", None),
                "four": ("Four", "04 971", True),
            },
        ),
        (
            "2026-01-01",
            {"one": ("Ain", "01", True), "both": ("Both of them", "02 03", None), "four": ("Four", "04 971", True)},
        ),
        (
            "2026-02-28",
            {"one": ("Ain", "01", True), "both": ("Both of them", "02 03", None), "four": ("Four", "04 971", True)},
        ),
        (
            "2026-03-01",
            {"one": ("Ain", "01", True), "both": ("Both of them", "02 03", None), "four": ("Four", "04 971", False)},
        ),
        (
            "2026-06-30",
            {"one": ("Ain", "01", True), "both": ("Both of them", "02 03", None), "four": ("Four", "04 971", False)},
        ),
        (
            "2026-07-01",
            {"one": ("Ain", "01 971", True), "both": ("Both of them", "02 03", None), "four": ("Four", "04", False)},
        ),
    ],
)
def test_who_is_there_on_each_day(lived: Path, as_of: str, centres: dict[str, tuple[object, ...]]) -> None:
    assert listed(lived, as_of) == centres
    covered = asked(lived, "report", "coverage", "--as-of", as_of)
    # What is served is served by another now, or without a label: nothing of it is lost, and nothing counts twice.
    assert (covered["totals"]["covered"], covered["totals"]["total"]) == (200, 200)
    weight = {"01": 10, "02": 20, "03": 30, "04": 40, "971": 100}
    assert {row["centre"]: row["covered"] for row in covered["rows"]} == {
        centre: sum(weight[code] for code in str(departments).split())
        for centre, (_, departments, _) in centres.items()
    }


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list centres --all",
        "list labels",
        "show one",
        "show two",
        "check",
        "map",
        "report coverage",
        "report funding --year 2024",
        "report activity --year 2024",
        "report evaluations",
        "report agreements",
        "report network",
    ],
)
def test_what_happens_later_changes_nothing_of_before(before: Path, db: Path, command: str) -> None:
    for event in (
        "rename one --name Other --short-name O --on 2026-05-01",
        "change two --form association --seat Laon --siren 923733281 --on 2026-05-01",
        "label three --from 2026-05-01 --renewal",
        "open new --name New --on 2026-05-01",
    ):
        assert happens(db, event).code == 0
    question = (*shlex.split(command), "--as-of", "2026-04-30")
    assert asked(db, *question) == asked(before, *question)
    assert asked(db, "list", "--as-of", "2026-05-01") != asked(before, "list", "--as-of", "2026-05-01")


def test_sheets_tell_what_was_on_the_day(lived: Path) -> None:
    names = {day: asked(lived, "show", "one", "--as-of", day)["centre"]["name"] for day in ("2023-12-31", "2024-01-01")}
    assert names == {"2023-12-31": "Centre one", "2024-01-01": "Centre One of Ain"}
    for spoken in ("Centre one", "Ain", "One of Ain", "one"):
        assert asked(lived, "show", spoken)["centre"]["id"] == "one"
    closed = asked(lived, "show", "two", "--as-of", "2026-01-01")
    assert "not-open" in {note["code"] for note in closed["notes"]}
    assert (closed["centre"]["closed"], closed["centre"]["successor"]) == ("2025-12-31", "both")
    assert [row["amount"] for row in closed["funding"]] == [2000]
    assert not {note["code"] for note in asked(lived, "show", "two", "--as-of", "2025-12-31")["notes"]} & {"not-open"}


def test_closed_centres_keep_their_money_and_evaluations_of_years_before(lived: Path) -> None:
    money = asked(lived, "report", "funding", "--year", "2024", "--as-of", "2026-12-31")
    state = {row["centre"]: row["state"] for row in money["rows"]}
    assert (state["two"], state["three"], state.get("both")) == (2000, 3000, None)
    rated = asked(lived, "report", "evaluations", "--year", "2024", "--as-of", "2026-12-31")["rows"]
    assert {(row["centre"], row["overdue"]) for row in rated if row["rating"] == "3"} == {("two", False)}
    now = asked(lived, "report", "evaluations", "--as-of", "2026-12-31")["rows"]
    assert {row["centre"] for row in now} == {"one", "four", "both"}
    sheet = asked(lived, "show", "two", "--as-of", "2036-12-31")["missions"]  # and nothing of it is due any more
    assert [(row["mission"], row["rating"], row["overdue"]) for row in sheet if row["rating"]] == [
        ("skills", "3", False)
    ]
    everybody = {row["id"] for row in asked(lived, "list", "centres", "--all", "--as-of", "2026-12-31")}
    assert everybody == {"one", "two", "three", "four", "both"}
    assert {row["id"] for row in asked(lived, "list", "centres", "--all", "--as-of", "2025-12-31")} == everybody - {
        "both"
    }


def test_rows_say_who_says_so_and_why(lived: Path) -> None:
    assert days_of(lived, "centre_states", "one") == [
        ("2023-12-31", "Centre one", "One", "association", None, None, None, "journal", "Decided")
    ]
    # What ends keeps its own source and remark; what takes its place is as sure as that was.
    assert days_of(lived, "perimeters", "two") == [("02", "2010-01-01", "2025-12-31", "medium", "books", "seen")]
    assert days_of(lived, "perimeters", "both") == [
        ("02", "2026-01-01", None, "medium", "journal", "Decided"),
        ("03", "2026-01-01", None, "low", "journal", "Decided"),
    ]
    assert days_of(lived, "perimeters", "one")[1] == ("971", "2026-07-01", None, "high", "journal", "Decided")
    assert days_of(lived, "labels", "four") == [("2015-01-01", "2026-02-28", None, None, "books", None)]
    first = asked(lived, "log")[-3]
    assert first["command"].startswith("centre rename one --name 'Centre One of Ain'")
    assert first["command"].endswith("--on 2024-01-01 --source journal --reason Decided")
    assert first["inserted"] == first["updated"] == 1
    assert first["origin"] == "-"


def test_changes_name_each_event(lived: Path) -> None:
    rows = asked(lived, "report", "changes", "--from", "2023-12-31", "--to", "2026-12-31")["rows"]
    told = [
        (row["kind"], row["centre"], row["before"], row["after"])
        for row in rows
        if row["kind"][:5] in {"centr", "label"}
    ]
    assert told == [
        ("centre-opened", "both", None, "since 2026-01-01"),
        ("centre-closed", "three", "until 2025-12-31", "succeeded by Both of them"),
        ("centre-closed", "two", "until 2025-12-31", "succeeded by Both of them"),
        ("centre-renamed", "one", "Centre one", "Centre One of Ain"),
        ("label-ended", "four", "until 2026-02-28", None),
    ]
    with open_reading(lived) as connection:
        back = centre_changes(State(connection, "2026-12-31"), State(connection, "2023-12-31"))
        assert [(one.kind, one.centre) for one in back if one.kind == "centre-renamed"] == [("centre-renamed", "one")]
    assert ("perimeter-gained", "one", "971") in {(row["kind"], row["centre"], row["subject"]) for row in rows}


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(EVENTS)))))
def test_undo_in_any_order_gives_back_the_former_registry(
    before: Path, lived: Path, order: Sequence[int], tmp_path: Path
) -> None:
    path = tmp_path / "registry.sqlite"
    shutil.copy(lived, path)
    first = min(int(load["load"]) for load in asked(lived, "log") if str(load["command"]).startswith("centre "))
    for number in order:
        ran = crpv("undo", "--yes", first + number, "--db", path)
        assert ran.code == 0, ran.err
    assert held(path) == held(before)


def test_what_later_events_rest_on_is_undone_after_them(db: Path) -> None:
    former = held(db)
    assert happens(db, "merge two three --into both --name Both --on 2026-01-01").code == 0
    assert happens(db, "rename both --name 'Both of them' --on 2026-06-01").code == 0
    load = asked(db, "log")[0]["load"]
    refused = crpv("undo", "--yes", load - 1, "--db", db)
    assert refused.code == 2 and str(load) in refused.err
    for number in (load, load - 1):
        assert crpv("undo", "--yes", number, "--db", db).code == 0
    assert held(db) == former


def test_it_is_shown_and_asked_before_it_is_written(db: Path) -> None:
    former = held(db)
    event = ("centre", "rename", "one", "--name", "Other", "--on", "2024-01-01", "--db", db)
    nobody = crpv(*event)
    assert nobody.code == 2 and "--yes" in nobody.said
    assert "Centre one" in nobody.out and "Other" in nobody.out
    refused = crpv(*event, answers="n\n")
    assert refused.code == 0 and "Nothing was written." in refused.said
    dry = crpv(*event, "--dry-run", "--yes")
    assert dry.code == 0 and "dry run" in dry.said and dry.out == nobody.out
    assert held(db) == former
    agreed = crpv(*event, answers="y\n")
    assert agreed.code == 0
    assert listed(db, "2024-01-01")["one"][0] == "One"
    assert asked(db, "show", "one", "--as-of", "2024-01-01")["centre"]["name"] == "Other"
    again = happens(db, "rename one --name Other --on 2024-01-01")
    assert again.code == 0 and again.said == "Nothing was changed."


def test_a_change_lasts_until_the_next_one_that_is_known(db: Path) -> None:
    """What is recorded later of an earlier day reaches to the next change of the same thing, and no further."""
    for event in (
        "change three --seat Vichy --on 2020-01-01",
        "rename three --name Later --on 2022-01-01",
        "change three --form gip --carrier 'A body' --on 2018-01-01",
        "rename three --name Earlier --on 2019-01-01",
        "change three --carrier '' --siren 923733281 --on 2022-01-01",
    ):
        ran = happens(db, event)
        assert ran.code == 0, ran.err
    seen = {}
    for day in ("2017-12-31", "2018-01-01", "2019-01-01", "2020-01-01", "2022-01-01"):
        centre = asked(db, "show", "three", "--as-of", day)["centre"]
        seen[day] = tuple(centre[name] for name in ("name", "legal_form", "carrier", "siren", "seat"))
    assert seen == {
        "2017-12-31": ("Centre three", "association", None, None, "Moulins"),
        "2018-01-01": ("Centre three", "gip", "A body", None, "Moulins"),
        "2019-01-01": ("Earlier", "gip", "A body", None, "Moulins"),
        "2020-01-01": ("Earlier", "gip", "A body", None, "Vichy"),
        "2022-01-01": ("Later", "gip", None, "923733281", "Vichy"),
    }
    assert [row[0] for row in sorted(days_of(db, "centre_states", "three"))] == [
        "2017-12-31",
        "2018-12-31",
        "2019-12-31",
        "2021-12-31",
    ]


def test_a_name_that_comes_back_stays(db: Path) -> None:
    for event in ("Between --on 2022-01-01", "'Centre three' --on 2024-01-01", "Earlier --on 2019-01-01"):
        assert happens(db, f"rename three --name {event}").code == 0
    names = {day: asked(db, "show", "three", "--as-of", day)["centre"]["name"] for day in ("2019-01-01", "2024-01-01")}
    assert names == {"2019-01-01": "Earlier", "2024-01-01": "Centre three"}
    # A part of a former name finds the centre where no present one has it.
    assert asked(db, "show", "Betw")["centre"]["id"] == "three"


def test_a_centre_closes_with_what_it_has(db: Path) -> None:
    assert happens(db, "close four --on 2027-01-01 --successor one").code == 0
    assert days_of(db, "labels", "four") == [("2015-01-01", "2026-12-31", None, None, "books", None)]
    assert {row[2] for row in days_of(db, "perimeters", "four")} == {"2026-12-31"}
    assert "four" in listed(db, "2026-12-31")
    assert "four" not in listed(db, "2027-01-01")
    again = happens(db, "close four --on 2028-01-01")
    assert again.code == 2 and "closed already" in again.said
    late = happens(db, "rename four --name Late --on 2027-06-01")
    assert late.code == 2 and "does not exist on" in late.said


def test_a_centre_goes_on_in_a_merger(db: Path) -> None:
    assert happens(db, "merge two three --into three --name 'Both of them' --on 2026-01-01").code == 0
    now = listed(db, "2026-01-01")
    assert now["three"] == ("Three", "02 03", None) and "two" not in now
    assert asked(db, "show", "three")["centre"]["name"] == "Both of them"
    assert days_of(db, "perimeters", "three")[0] == ("03", "2010-01-01", None, "low", "journal", None)
    alone = happens(db, "merge one --into one --on 2026-01-01")
    assert alone.code == 2


def test_labels_follow_each_other(db: Path) -> None:
    assert happens(db, "label one --from 2021-01-01 --to 2024-12-31 --act Second --renewal").code == 0
    assert happens(db, "label two --from 2022-01-01", "--source", "journal").code == 0
    assert days_of(db, "labels", "one") == [
        ("2015-01-01", "2020-12-31", "First", None, "books", None),
        ("2021-01-01", "2024-12-31", "Second", 1, None, None),
    ]
    assert listed(db, "2025-01-01")["one"][2] is False
    # A label with an end of its own keeps it.
    assert happens(db, "label one --from 2024-07-01 --to 2024-12-31").code == 0
    assert days_of(db, "labels", "one")[1][:2] == ("2021-01-01", "2024-12-31")
    # Before its first label a centre had none, unless that renews one that is not known.
    assert [listed(db, "2021-12-31")[centre][2] for centre in ("two", "four")] == [False, True]
    assert happens(db, "label three --from 2026-01-01 --renewal").code == 0
    assert [listed(db, day)["three"][2] for day in ("2025-12-31", "2026-01-01")] == [None, True]
    assert crpv("undo", "--yes", asked(db, "log")[0]["load"], "--db", db).code == 0
    over = happens(db, "unlabel one --on 2025-06-01")
    assert over.code == 2 and "no label in force" in over.said
    # Of a centre of which no label is known, an end says that it had one.
    assert happens(db, "unlabel three --on 2020-01-01").code == 0
    assert days_of(db, "labels", "three") == [(None, "2019-12-31", None, None, None, None)]


def test_departments_are_taken_over(db: Path) -> None:
    assert happens(db, "take-over one Aisne 971 --from two --on 2026-01-01").code == 2  # two does not serve 971
    assert happens(db, "take-over one Aisne --from two --confidence high --on 2026-01-01").code == 0
    assert happens(db, "hand-over four Guadeloupe --on 2026-01-01").code == 0
    now = listed(db, "2026-01-01")
    assert (now["one"][1], now["two"][1], now["four"][1]) == ("01 02", "", "04")
    assert days_of(db, "perimeters", "one")[-1][3] == "high"
    early = happens(db, "hand-over one 02 --on 2026-01-01")
    assert early.code == 2 and "begins on 2026-01-01" in early.said
    # What begins later, as is known already, goes on from there.
    assert happens(db, "take-over three 04 --on 2028-01-01").code == 0
    assert happens(db, "take-over three 04 --on 2027-01-01").code == 0
    assert periods(db, "three")[1:] == [("04", "2028-01-01", None), ("04", "2027-01-01", "2027-12-31")]
    same = happens(db, "take-over one 01 --on 2026-01-01")
    assert same.said == "Nothing was changed."


def test_a_centre_opens(db: Path) -> None:
    assert happens(db, "open new --name 'A new one' --serves 01 --serves Aisne --on 2026-02-01").code == 0
    assert listed(db, "2026-02-01")["new"] == ("A new one", "01 02", None)
    assert "new" not in listed(db, "2026-01-31")
    again = happens(db, "open new --name 'A new one' --on 2026-02-01")
    assert again.code == 2 and "already" in again.said
    slug = happens(db, "open 'Not an id' --name X --on 2026-02-01")
    assert slug.code == 1


def test_a_source_that_is_not_there_is_refused(db: Path) -> None:
    ran = happens(db, "close four --on 2027-01-01", "--source", "book")
    assert ran.code == 2 and "books" in ran.said


# --- What files say of it ---


def perimeters(db: Path, *rows: str) -> Ran:
    path = db.with_name("perimeters.csv")
    path.write_text("\n".join(("centre;department;valid_from;valid_to", *rows)) + "\n", encoding="utf-8")
    return crpv("load", path, "--db", db)


def periods(db: Path, centre: str) -> list[tuple[object, ...]]:
    return [row[:3] for row in days_of(db, "perimeters", centre)]


def test_an_end_without_a_beginning_ends_the_perimeter_that_runs(db: Path) -> None:
    for _ in range(2):
        ran = perimeters(db, "two;02;;31/12/2026")
        assert ran.code == 0
        assert periods(db, "two") == [("02", "2010-01-01", "2026-12-31")]
    assert "Nothing changed" in ran.said
    # A second period, and an end for it; the former one is told by its own end.
    perimeters(db, "two;02;01/01/2028;")
    perimeters(db, "two;02;;31/12/2030")
    perimeters(db, "two;02;;31/12/2026")
    assert periods(db, "two") == [("02", "2010-01-01", "2026-12-31"), ("02", "2028-01-01", "2030-12-31")]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        # Before the one that runs: another period.
        ("two;02;;31/12/2005", [("02", "2010-01-01", None), ("02", None, "2005-12-31")]),
        # No end: the one that runs.
        ("two;02;;", [("02", "2010-01-01", None)]),
    ],
)
def test_a_period_that_the_row_cannot_mean_is_another(db: Path, row: str, found: list[tuple[object, ...]]) -> None:
    assert perimeters(db, row).code == 0
    assert periods(db, "two") == found


def test_a_row_that_begins_nowhere_is_found_by_that(db: Path) -> None:
    perimeters(db, "one;01;2020-01-01;")
    perimeters(db, "one;01;;2019-12-31")
    assert periods(db, "one") == [("01", None, "2019-12-31"), ("01", "2020-01-01", None)]
    # A file that names both periods itself means both.
    perimeters(db, "two;02;;2009-12-31", "two;02;2010-01-01;")
    assert sorted(periods(db, "two"), key=str) == [("02", "2010-01-01", None), ("02", None, "2009-12-31")]
    perimeters(db, "three;03;;2026-12-31", "three;03;2010-01-01;")
    assert sorted(periods(db, "three"), key=str) == [("03", "2010-01-01", None), ("03", None, "2026-12-31")]


def test_a_beginning_that_is_deleted_by_hand_is_deleted(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = db.with_name("editor.py")
    editor.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text('utf-8').replace('two,02,2010-01-01', 'two,02,'), 'utf-8')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {editor}")
    monkeypatch.delenv("VISUAL", raising=False)
    assert crpv("edit", "perimeters", "--yes", "--remove", "--db", db).code == 0
    assert periods(db, "two") == [("02", None, None)]


def test_a_load_that_rewrites_the_past_says_so(db: Path) -> None:
    names = ("id", "name", "short_name", "legal_form", "siren", "seat", "co_funded")
    rows = [
        ("one", "Centre one", "One", "association", "415021377", "Bourg", "true"),  # known now: nothing is rewritten
        ("two", "Another", "Two", "gip", "", "", "true"),
        ("three", "Centre three", "Three", "gip", "", "Vichy", "true"),
    ]
    path = db.with_name("centres.csv")
    path.write_text(as_csv([dict(zip(names, row, strict=True)) for row in rows], names), encoding="utf-8")
    ran = crpv("load", path, "--db", db)
    assert ran.code == 0
    assert "two: this changes name for all dates" in ran.said
    assert "crpv centre rename two" in ran.said
    assert "three: this changes legal_form, seat for all dates" in ran.said
    assert "crpv centre change three" in ran.said
    assert ran.said.count("for all dates") == 2


def test_labels_in_a_file_of_centres_are_told_their_table(db: Path) -> None:
    path = db.with_name("centres.csv")
    path.write_text(
        "id,name,short_name,legal_form,since,label_from,co_funded\nold,Old,Old,gip,1999,2015-01-01,true\n", "utf-8"
    )
    ran = crpv("load", path, "--db", db)
    assert ran.code == 0
    assert "Load it into the table labels" in ran.said
    assert asked(db, "show", "old")["centre"]["opened"] == "1999"
