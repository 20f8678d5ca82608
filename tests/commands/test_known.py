"""``--known``: what was said after a load is said again, to the byte, whatever was loaded since."""

from __future__ import annotations

import datetime
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Registry, add_tables, crpv, records
from tests.registry.bench import reseal

DAY = "2025-12-31"
OCTOBER = "2023-10-17"

# What was asked after load 5; each is asked again later.
ASKED: dict[str, tuple[str, ...]] = {
    "list": ("list", "--as-of", DAY, "--format", "csv"),
    "list-of-centres-at-all": ("list", "--format", "jsonl", "--as-of", OCTOBER),
    "list-funding": ("list", "funding", "--format", "csv"),
    "show": ("show", "oriv", "--as-of", DAY, "--format", "markdown"),
    "map": ("map", "--as-of", DAY, "--format", "json"),
    "network": ("report", "network", "--as-of", DAY, "--compare-to", OCTOBER, "--format", "json"),
    "network-on-screen": ("report", "network", "--as-of", DAY),
    "coverage": ("report", "coverage", "--as-of", DAY, "--by", "department", "--format", "csv"),
    "funding": ("report", "funding", "--as-of", DAY, "--from", "2016", "--to", "2025", "--format", "csv"),
    "evaluations": ("report", "evaluations", "--as-of", DAY, "--format", "json"),
    "activity": ("report", "activity", "--year", "2022", "--as-of", DAY, "--format", "json"),
    "agreements": ("report", "agreements", "--as-of", DAY, "--format", "markdown"),
    "changes": ("report", "changes", "--from", OCTOBER, "--to", DAY, "--format", "json"),
    "check": ("check", "--as-of", DAY, "--format", "json"),
    "export": ("export", "agreements"),
    "export-report": ("export", "coverage", "--as-of", DAY),
    "query": ("query", "select * from perimeters", "--format", "csv"),
    "query-view": ("query", "select * from v_agreements", "--format", "csv"),
    "log": ("log", "--format", "json"),
    "log-of-a-load": ("log", "3", "--format", "json"),
    "trace": ("trace", "funders", "etat", "--format", "json"),
}
FILES: dict[str, tuple[str, ...]] = {
    "report.html": ("report", "network", "--as-of", DAY, "--compare-to", "2023"),
    "report.xlsx": ("report", "network", "--as-of", DAY),
    "report.md": ("report", "network", "--as-of", DAY),
    "coverage.html": ("report", "coverage", "--as-of", DAY),
    "sheet.xlsx": ("show", "irev", "--as-of", DAY),
    "all": ("export", "all"),
    "all.xlsx": ("export", "all"),
}


@pytest.fixture
def db(reference_path: Path, tmp_path: Path) -> Path:
    """The reference data, the demonstration, and three small loads: five in all."""
    path = Path(shutil.copy(reference_path, tmp_path / "registry.sqlite"))
    assert crpv("init", "--demo", "--db", path).code == 0
    add_tables(path, funders="id,name,kind\nfund,A fund,other\netat,The State,state\n")
    add_tables(
        path,
        agreements="""
            centre,funder,title,starts_on,ends_on,amount,reference
            oriv,fund,First,2024-01-01,2026-12-31,1000,A
            oriv,fund,Second,2024-01-01,2026-06-30,2000,B
            irev,fund,Third,2023-01-01,2026-12-31,,C
            """,
    )
    add_tables(
        path,
        published_figures="""
            id,measure,value,unit,as_of,source
            own-figure,centres,21,centre,2024-05-01,cadre-2017
            """,
    )
    assert [row["load"] for row in crpv("log", "--db", path, "--format", "json").json] == [5, 4, 3, 2, 1]
    return path


@pytest.fixture
def without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An editor that removes the first five rows."""
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nsed 2,6d "$1" > "$1.new" && mv "$1.new" "$1"\n')
    script.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    return str(script)


def more_loads(db: Path) -> None:
    """Rows that are new, changed, removed and restored, in tables that every report reads."""
    add_tables(db, funders="id,name,kind\netat,Renamed,state\nfund,Renamed too,commune\nnext,Next,other\n")
    for table in ("agreements", "perimeters", "evaluations", "activities", "funding"):
        assert crpv("edit", table, "--yes", "--remove", "--db", db).code == 0
    add_tables(
        db,
        agreements="centre,funder,title,starts_on,ends_on,reference\noriv,fund,First again,2024-01-01,2030-12-31,A\n",
        sources="id,title\ncadre-2017,Another title\nnew,New\n",
    )
    assert crpv("undo", "--yes", "7", "--db", db).code == 0  # the agreements come back, at the end of their table
    assert crpv("undo", "--yes", "4", "--db", db).code == 2  # they were changed
    add_tables(
        db, published_figures="id,measure,value,unit,as_of,source\nown-figure,centres,22,centre,2024-05-01,new\n"
    )
    assert crpv("undo", "--yes", "5", "--db", db).code == 2
    assert crpv("undo", "--yes", "14", "--db", db).code == 0
    assert crpv("undo", "--yes", "5", "--db", db).code == 0
    assert crpv("log", "--db", db, "--format", "json").json[0]["load"] == 16


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def said(db: Path, folder: Path, *known: str) -> tuple[dict[str, tuple[object, str, str]], dict[str, bytes]]:
    """What is answered, and the files that are written."""
    printed = {}
    for name, question in ASKED.items():
        ran = crpv(*question, "--db", db, *known)
        printed[name] = (ran.code, ran.out, ran.err)
    folder.mkdir()
    for name, question in FILES.items():
        assert crpv(*question, "--db", db, "-o", folder / name, *known).code == 0
    return printed, written(folder)


def test_what_was_said_is_said_again_to_the_byte(db: Path, without: str, tmp_path: Path) -> None:
    before, files = said(db, tmp_path / "then")
    assert len(files) > len(FILES)
    assert {name for name, (code, _, _) in before.items() if code} <= {"check"}
    more_loads(db)
    held = db.read_bytes()
    now, _ = said(db, tmp_path / "now")
    assert [name for name in ASKED if now[name] == before[name]] == ["log-of-a-load"]
    again, files_again = said(db, tmp_path / "again", "--known", "5")
    for name in ASKED:
        assert again[name] == before[name], name
    assert files_again.keys() == files.keys()
    for name, content in files.items():
        assert files_again[name] == content, name
    assert db.read_bytes() == held


def test_a_file_names_the_load_whether_it_was_asked_for_or_not(db: Path, tmp_path: Path) -> None:
    command = f"crpv report network --as-of {DAY} --known 5"
    assert crpv("report", "network", "--as-of", DAY, "--db", db, "-o", tmp_path / "report.md").code == 0
    assert f"To reproduce it: `{command}`" in (tmp_path / "report.md").read_text(encoding="utf-8")
    # The command gives the very file again.
    assert crpv(*command.split()[1:], "--db", db, "-o", tmp_path / "again.md").code == 0
    assert written(tmp_path)["again.md"] == written(tmp_path)["report.md"]


# --- What is not known, and what makes no sense ---


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("list", "--known", "6"), "There is no load 6."),
        (("show", "oriv", "--known", "0"), "There is no load 0."),
        (("report", "network", "--known", "2012-01-31"), "Nothing had been loaded by 2012-01-31; the first load is of"),
        (("map", "--known", "31/12/9999"), "9999-12-31 is still to come"),
        (("trace", "centres", "oriv", "--known", "soon"), "“soon” is neither the number of a load nor a date"),
        (("log", "5", "--known", "4"), "There is no load 5."),
        (
            ("check", "--accept", "budget", "oriv", "--until", "2030-01-01", "--reason", "x", "--known", "4"),
            "--known cannot be used with --accept",
        ),
        (("load", "x.csv", "--known", "4"), "No such option: --known"),
        (("diff", "x.csv", "--known", "4"), "No such option: --known"),
        (("undo", "5", "--known", "4"), "No such option: --known"),
        (("edit", "funders", "--known", "4"), "No such option: --known"),
        (("template", "funding", "-o", "x.xlsx", "--known", "4"), "No such option: --known"),
        (("info", "--known", "4"), "No such option: --known"),
    ],
)
def test_what_cannot_be_asked_is_refused(db: Path, asked: tuple[str, ...], message: str) -> None:
    before = db.read_bytes()
    ran = crpv(*asked, "--db", db)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.said
    assert db.read_bytes() == before


def test_a_date_is_what_was_known_at_its_end(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("update loads set at = '2024-03-0' || id || 'T12:00:00+00:00'")
        reseal(connection)
    for asked, last in (("2024-03-03", 3), ("04/03/2024", 4), (datetime.date.today().isoformat(), 5)):
        assert crpv("log", "--known", asked, "--db", db, "--format", "json").json[0]["load"] == last


# --- Two states of knowledge compared ---


@pytest.fixture
def told(registry: Registry) -> Iterator[Path]:
    """Of one day, first too little and partly wrong (load 2), then more (load 3)."""
    first = registry(
        perimeters="centre,department,confidence,source\none,01,high,books\n",
        territory_counts="""
            department,measure,geography,value,quality
            01,neighbourhoods,2024,3,exact
            02,neighbourhoods,2024,5,exact
            971,neighbourhoods,2024,2,exact
            """,
        evaluations="centre,mission,year,kind,scale,rating\none,animation,2023,self,four,2\n",
        activities="centre,mission,year,type,half_days\none,animation,2023,meeting,4\n",
        agreements="centre,funder,starts_on,ends_on,amount\none,state,2023-01-01,2027-12-31,100\n",
        published_figures="""
            id,measure,value,unit,as_of,source
            a,centres,20,centre,2023-10-17,books
            same,core_missions,3,mission,2023-10-17,books
            """,
    )
    add_tables(
        first,
        centres="id,name,short_name,legal_form,since,co_funded\nnew,The new one,New,gip,2000,true\n",
        sources="id,title,published_on,url\nlate,A late source,2024-02,https://example.org/late\n",
        perimeters="centre,department,confidence,source\ntwo,02,high,late\n",
        evaluations="""
            centre,mission,year,kind,scale,rating
            one,animation,2023,self,four,3
            two,skills,2023,self,four,4
            """,
        activities="centre,mission,year,type,half_days\none,animation,2023,meeting,6\ntwo,skills,2023,meeting,1\n",
        agreements="""
            centre,funder,starts_on,ends_on,amount
            one,state,2023-01-01,2026-12-31,100
            two,state,2023-01-01,2026-12-31,
            """,
        published_figures="""
            id,measure,value,unit,as_of,source
            a,centres,21,centre,2023-10-17,books
            b,half_days,7,half-day,2023-10-17,books
            """,
    )
    yield first


def changes(db: Path, *asked: str) -> dict[str, Any]:
    ran = crpv("report", "changes", *asked, "--db", db, "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_two_states_of_knowledge_of_one_day_are_compared(told: Path) -> None:
    found = changes(told, "--known-from", "2", "--to", "2024-12-31")
    assert found["parameters"] == {"from": "2024-12-31", "to": "2024-12-31", "known_from": 2}
    assert [(row["kind"], row["centre"], row["before"], row["after"], row["change"]) for row in found["rows"]] == [
        ("centre-opened", "new", None, "since 2000", None),
        ("perimeter-gained", "two", "no centre", "Two", "+5 QPV"),
        ("coverage", None, "30.0% (3 of 10)", "80.0% (8 of 10)", "+50 pts"),
        ("coverage", None, "33.3% (1 of 3)", "66.7% (2 of 3)", "+33.3 pts"),
        ("rating", "one", "2 on 1-4 (2023)", "3 on 1-4 (2023)", "+33.3 pts"),
        ("rating", "two", "0/2", "1/2", "+1"),
        ("completeness", None, "25.0% (1 of 4)", "33.3% (2 of 6)", "+8.3 pts"),
        ("activity", None, "4 in 2023 (1 centre)", "7 in 2023 (2 centres)", None),
        ("activity", None, "4 in 2023", "6 in 2023", "+2"),
        ("agreement", "two", None, "until 2026-12-31", "started"),
        ("agreement", "one", "until 2027-12-31", "until 2026-12-31", "corrected"),
        ("published", None, "20 (2023-10-17; computed: 2)", "21 (2023-10-17; computed: 3)", "+1"),
        ("published", None, None, "7 (2023-10-17; computed: 7)", None),
    ]
    assert [row["what"] for row in found["rows"] if row["kind"] == "rating"] == [
        "Rating corrected: animation",
        "Newly evaluated: skills",
    ]


def test_what_was_undone_is_no_longer_known(told: Path, tmp_path: Path) -> None:
    assert crpv("undo", "--yes", "3", "--db", told).code == 0
    found = changes(told, "--known-from", "3", "--to", "2024-12-31")
    assert [(row["kind"], row["centre"], row["short_name"]) for row in found["rows"]][:2] == [
        ("centre-closed", "new", "New"),
        ("perimeter-lost", "two", "Two"),
    ]
    assert changes(told, "--known-from", "2", "--to", "2024-12-31")["rows"] == []
    # What the lost rows rested on is still named.
    asked = ("--known-from", "3", "--to", "2024-12-31", "--db", told)
    assert crpv("report", "changes", *asked, "-o", tmp_path / "lost.html").code == 0
    page = (tmp_path / "lost.html").read_text(encoding="utf-8")
    assert all(words in page for words in ("A late source", "2024-02", "https://example.org/late"))


def test_a_state_of_knowledge_and_a_date_are_compared_with_another_of_both(told: Path) -> None:
    add_tables(told, perimeters="centre,department,valid_from\ntwo,971,2024-02-01\n")
    narrow = ("--from", "2023-12-31", "--to", "2024-12-31", "--known-from", "2", "--known", "3")
    gained = [row["subject"] for row in changes(told, *narrow)["rows"] if row["kind"] == "perimeter-gained"]
    assert gained == ["02"]
    wide = changes(told, *narrow[:-2])
    assert [row["subject"] for row in wide["rows"] if row["kind"] == "perimeter-gained"] == ["02", "971"]
    ran = crpv("report", "changes", *narrow, "--db", told)
    assert "What changed between 2023-12-31, as known after load 2, and 2024-12-31, as known after load 3" in ran.out


def test_a_file_of_two_states_gives_the_command_that_compares_them_again(told: Path, tmp_path: Path) -> None:
    asked = ("report", "changes", "--known-from", "2", "--to", "2024-12-31", "--db", told)
    assert crpv(*asked, "-o", tmp_path / "changes.html").code == 0
    page = (tmp_path / "changes.html").read_text(encoding="utf-8")
    command = "crpv report changes --from 2024-12-31 --to 2024-12-31 --known-from 2 --known 3"
    assert command in page
    assert "What is known of 2024-12-31: load 3 compared with load 2" in page
    add_tables(told, funders="id,name,kind\nnext,Next,other\n")
    assert crpv(*command.split()[1:], "--db", told, "-o", tmp_path / "again.html").code == 0
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            (),
            "What to compare with is not said. Give an earlier date with --from, or an earlier load with --known-from",
        ),
        (("--known-from", "3"), "Load 3 is not before load 3."),
        (("--known-from", "3", "--known", "2"), "Load 3 is not before load 2."),
        (("--known-from", "9"), "There is no load 9."),
        (("--known-from", "2", "--from", "2025", "--to", "2024"), "2025-12-31 is not before 2024-12-31"),
    ],
)
def test_states_that_cannot_be_compared(told: Path, asked: tuple[str, ...], message: str) -> None:
    ran = crpv("report", "changes", *asked, "--db", told)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.said


def test_money_that_is_known_since_is_compared_for_the_same_centres(registry: Registry) -> None:
    head = "centre,funder,year,scheme,stage,amount,source\n"
    db = registry(funding=f"{head}one,state,2023,P147,granted,1000,books\n")
    add_tables(db, funding=f"{head}one,state,2023,P147,granted,1500,books\ntwo,state,2023,P147,granted,200,books\n")
    rows = [row for row in changes(db, "--known-from", "2", "--to", "2024-12-31")["rows"] if row["kind"] == "funding"]
    assert [(row["centre"], row["before_value"], row["after_value"], row["difference"]) for row in rows] == [
        (None, 1000, 1700, None),
        (None, 1000, 1500, 500),
        ("one", 1000, 1500, 500),
    ]
    assert records(crpv("list", "funding", "--known", "2", "--db", db, "--format", "csv").out)[0]["amount"] == "1000"
