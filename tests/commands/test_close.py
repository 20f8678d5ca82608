"""``crpv close``: a year is closed with what its report rests on; what changes it later reopens it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly
from crpv_cli.registry.closures import OF_A_YEAR
from crpv_cli.registry.queries import today
from crpv_cli.registry.references import References
from tests.commands.conftest import Ran, Registry, add_tables, crpv, records, rows_of, state_of, table

BUDGETS = "centre,year,status,fte\none,2023,approved,7\ntwo,2023,approved,8\none,2024,approved,9\n"
CHANGED = "centre,year,status,fte\none,2023,approved,7.5\none,2024,approved,9\n"


@pytest.fixture
def db(registry: Registry) -> Path:
    """A registry with budgets of two years, of load 2."""
    return registry(budgets=BUDGETS)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A file that is handed on."""
    path = tmp_path / "report.html"
    path.write_text("the report", encoding="utf-8")
    return path


@pytest.fixture
def closed(db: Path, report: Path) -> Path:
    """The same, with 2023 closed by load 3."""
    assert crpv("close", 2023, report, "--db", db).code == 0
    return db


def loads(db: Path, text: str, tmp_path: Path, *options: object, name: str = "budgets", **asked: str) -> Ran:
    file = tmp_path / f"{name}.csv"
    file.write_text(table(text), encoding="utf-8")
    return crpv("load", file, "--db", db, *options, **asked)  # type: ignore[arg-type]


def listed(db: Path) -> list[dict[str, object]]:
    """The closings, as a machine reads them."""
    return list(crpv("close", "--db", db, "-f", "json").json)


def last_load(db: Path) -> dict[str, str]:
    return records(crpv("log", "--db", db, "-f", "csv").out)[0]


def fte(db: Path, centre: str = "one", year: str = "2023") -> str:
    return next(row["fte"] for row in rows_of(db, "budgets") if (row["centre"], row["year"]) == (centre, year))


def test_a_year_is_closed_by_a_load_of_its_own(db: Path, report: Path) -> None:
    ran = crpv("close", 2023, report, "--note", "For the ministry", "--db", db)
    assert (ran.code, ran.out) == (0, "")
    assert "crpv report network --as-of 2023-12-31 --known 2" in ran.err
    assert "crpv report changes --to 2023-12-31 --known-from 2" in ran.err
    whole, handed = rows_of(db, "closures")
    day = today()
    assert whole == {
        "year": "2023", "rests_on": "2", "document": "", "sha256": "", "closed_on": day, "reopened_on": "",
        "note": "For the ministry",
    }  # fmt: skip
    sha256 = hashlib.sha256(b"the report").hexdigest()
    assert handed == whole | {"document": "report.html", "sha256": sha256, "note": ""}
    found = last_load(db)
    assert (found["load"], found["command"], found["inserted"]) == ("3", "close 2023", "2")
    assert crpv("undo", 3, "--yes", "--db", db).code == 0
    assert (rows_of(db, "closures"), listed(db)) == ([], [])


def test_what_close_names_can_be_run(closed: Path, tmp_path: Path) -> None:
    assert loads(closed, CHANGED, tmp_path, "--reopen").code == 0
    for words in (
        ("network", "--as-of", "2023-12-31", "--known", "2"),
        ("changes", "--to", "2023-12-31", "--known-from", "2"),
    ):
        ran = crpv("report", *words, "--db", closed)
        assert ran.code == 0, ran.err


def test_the_list_says_what_has_changed_since(closed: Path, tmp_path: Path) -> None:
    (row,) = listed(closed)
    assert (row["year"], row["state"], row["rests_on"], row["changed"], row["documents"]) == (
        *(2023, "closed", 2, 0),
        "report.html",
    )
    assert loads(closed, CHANGED, tmp_path, "--reopen").code == 0
    (row,) = listed(closed)
    assert (row["state"], row["changed"], row["reopened_on"]) == ("reopened", 1, today())
    ran = crpv("close", "--db", closed)
    assert "2023, since load 2: Budgets: 1." in ran.out
    assert "close it again with: crpv close 2023" in ran.out


def test_rows_that_came_and_went_count_as_they_are_now(closed: Path, tmp_path: Path) -> None:
    """One is removed, one is new, one came and went, and one was changed and is what it was."""
    three = "centre,year,status,fte\none,2023,provisional,5\ntwo,2023,provisional,6\none,2023,approved,1\n"
    assert loads(closed, three, tmp_path, "--reopen").code == 0
    with closing(sqlite3.connect(closed)) as connection:
        (load,) = connection.execute("select max(id) from loads").fetchone()
    assert listed(closed)[0]["changed"] == 3
    assert crpv("undo", load, "--yes", "--db", closed).code == 0
    assert listed(closed)[0]["changed"] == 0
    assert crpv("undo", 2, "--reopen", "--yes", "--db", closed).code == 0
    assert listed(closed)[0]["changed"] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHANGED, "this changes 1 row of it (Budgets: 1)"),
        ("centre,year,status\none,2023,provisional\ntwo,2023,provisional\n", "this changes 2 rows of it (Budgets: 2)"),
    ],
)
def test_what_changes_a_closed_year_is_refused(closed: Path, tmp_path: Path, text: str, said: str) -> None:
    before = state_of(closed)
    ran = loads(closed, text, tmp_path)
    assert (ran.code, state_of(closed) == before) == (2, True)
    assert "2023 was closed on" in ran.err
    assert said in ran.err
    assert "crpv report network --as-of 2023-12-31 --known 2" in ran.err


def test_a_dry_run_says_it_and_is_not_refused(closed: Path, tmp_path: Path) -> None:
    before = state_of(closed)
    for ran in (loads(closed, CHANGED, tmp_path, "--dry-run"), crpv("diff", tmp_path / "budgets.csv", "--db", closed)):
        assert (ran.code, "this changes 1 row of it" in ran.err) == (0, True)
    assert state_of(closed) == before


def test_what_changes_nothing_of_it_is_loaded(closed: Path, tmp_path: Path) -> None:
    same = loads(closed, BUDGETS, tmp_path)
    assert (same.code, "Nothing changed" in same.err) == (0, True)
    other = loads(closed, "centre,year,status,fte\none,2024,approved,10\none,2025,approved,3\n", tmp_path)
    assert (other.code, "closed" in other.err) == (0, False)
    assert loads(closed, "id,name,kind\nnew,New,region\n", tmp_path, name="funders").code == 0
    assert [row["state"] for row in listed(closed)] == ["closed"]


def test_with_reopen_it_is_loaded_and_the_year_is_open(closed: Path, tmp_path: Path) -> None:
    ran = loads(closed, CHANGED, tmp_path, "--reopen")
    assert (ran.code, "2023 is open again" in ran.err, fte(closed)) == (0, True, "7.5")
    assert rows_of(closed, "closures")[0]["reopened_on"] == today()
    assert loads(closed, BUDGETS, tmp_path).code == 0  # it is open
    # Closed again, it rests on another load, and both closings are told.
    assert crpv("close", 2023, "--db", closed).code == 0
    assert [(row["state"], row["rests_on"]) for row in listed(closed)] == [("closed", 5), ("reopened", 2)]
    assert loads(closed, CHANGED, tmp_path).code == 2


def test_to_undo_what_reopened_it_closes_it_again(closed: Path, tmp_path: Path) -> None:
    before = rows_of(closed, "closures")
    assert loads(closed, CHANGED, tmp_path, "--reopen").code == 0
    touched = crpv("query", "select load from closures where document is null", "--db", closed, "-f", "json").json
    assert touched == [{"load": 4}]
    assert crpv("check", "--integrity", "--db", closed).code == 0
    assert {row["action"] for row in records(crpv("log", 4, "--db", closed, "-f", "csv").out)} == {"update"}
    assert crpv("undo", 4, "--yes", "--db", closed).code == 0
    assert (rows_of(closed, "closures"), fte(closed)) == (before, "7")
    assert loads(closed, CHANGED, tmp_path).code == 2
    ran = crpv("check", "--integrity", "--db", closed)
    assert ran.code == 0, ran.out


def test_to_undo_what_a_closed_year_rests_on_is_refused(closed: Path) -> None:
    before = state_of(closed)
    ran = crpv("undo", 2, "--yes", "--db", closed)
    assert (ran.code, state_of(closed) == before) == (2, True)
    assert "this changes 2 rows of it (Budgets: 2)" in ran.err
    assert "this changes 2 rows" in crpv("undo", 2, "--dry-run", "--yes", "--db", closed).err
    ran = crpv("undo", 2, "--reopen", "--yes", "--db", closed)
    assert (ran.code, "2023 is open again" in ran.err, rows_of(closed, "budgets")) == (0, True, [])
    assert listed(closed)[0]["state"] == "reopened"
    ran = crpv("check", "--integrity", "--db", closed)
    assert ran.code == 0, ran.out


def test_to_undo_the_closing_first_needs_no_reopening(closed: Path) -> None:
    assert crpv("undo", 2, 3, "--yes", "--db", closed).code == 0
    assert rows_of(closed, "closures") == []


def test_on_a_terminal_it_is_asked(closed: Path, tmp_path: Path) -> None:
    before = state_of(closed)
    no = loads(closed, CHANGED, tmp_path, answers="n\n")
    assert (no.code, "Reopen 2023, and write this?" in no.said, state_of(closed) == before) == (2, True, True)
    yes = loads(closed, CHANGED, tmp_path, answers="y\n")
    assert (yes.code, fte(closed)) == (0, "7.5")
    assert crpv("close", 2023, "--db", closed).code == 0
    assert crpv("undo", 2, "--yes", "--db", closed, answers="n\n").code == 2


def test_an_edit_asks_and_is_refused_where_nobody_answers(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.sh"
    script.write_text("#!/bin/sh\nsed -i 's/^one,2023,approved,,,7/one,2023,approved,,,6/' \"$1\"\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    before = state_of(closed)
    ran = crpv("edit", "budgets", "--yes", "--db", closed)
    assert (ran.code, "2023 was closed on" in ran.err, state_of(closed) == before) == (2, True, True)
    assert crpv("edit", "budgets", "--yes", "--db", closed, answers="n\n").code == 0
    assert fte(closed) == "7"
    assert crpv("edit", "budgets", "--yes", "--db", closed, answers="y\n").code == 0
    assert (fte(closed), listed(closed)[0]["state"]) == ("6", "reopened")


def test_a_row_of_a_closed_year_is_not_removed_without_a_word(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.sh"
    script.write_text("#!/bin/sh\nsed -i '/^one,2023/d' \"$1\"\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    before = state_of(closed)
    ran = crpv("edit", "budgets", "--yes", "--remove", "--db", closed)
    assert (ran.code, "this changes 1 row of it" in ran.err, state_of(closed) == before) == (2, True, True)
    assert crpv("edit", "budgets", "--yes", "--remove", "--reopen", "--db", closed).code == 0
    assert (listed(closed)[0]["state"], listed(closed)[0]["changed"]) == ("reopened", 1)


def test_an_event_of_a_centre_touches_no_year(closed: Path) -> None:
    ran = crpv("centre", "rename", "one", "--short-name", "Uno", "--on", "2023-06-01", "--yes", "--db", closed)
    assert (ran.code, listed(closed)[0]["state"]) == (0, "closed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((2999,), "not a year"),
        ((2090,), "has not begun"),
        ((2023,), "closed already"),
        ((2024, "gone.html"), "There is no file"),
        ((2024, "-"), "needs a name"),
        ((2024, "--rests-on", "99"), "99"),
    ],
)
def test_what_cannot_be_closed(closed: Path, arguments: tuple[object, ...], said: str) -> None:
    before = state_of(closed)
    ran = crpv("close", *arguments, "--db", closed)
    assert (ran.code in {2, 3}, said in ran.said, state_of(closed) == before) == (True, True, True), ran.err


def test_files_are_added_to_a_closed_year(closed: Path, report: Path, tmp_path: Path) -> None:
    book = tmp_path / "report.xlsx"
    book.write_bytes(b"book")
    assert crpv("close", 2023, book, "--db", closed).code == 0
    assert listed(closed)[0]["documents"] == "report.html, report.xlsx"
    assert "Nothing was changed." in crpv("close", 2023, book, report, "--db", closed).err
    book.write_bytes(b"another")
    ran = crpv("close", 2023, book, "--db", closed)
    assert (ran.code, "Another file called report.xlsx was handed on" in ran.err) == (2, True)
    (tmp_path / "other").mkdir()
    same = tmp_path / "other" / "report.html"
    same.write_text("another", encoding="utf-8")
    assert "Two files are called report.html" in crpv("close", 2024, report, same, "--db", closed).err


def test_a_report_may_rest_on_an_earlier_load(db: Path, tmp_path: Path) -> None:
    assert loads(db, CHANGED, tmp_path).code == 0
    assert crpv("close", 2023, "--rests-on", 2, "--db", db).code == 0
    (row,) = listed(db)
    assert (row["rests_on"], row["changed"]) == (2, 1)


def test_verify_knows_what_was_handed_on(closed: Path, report: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.html"
    moved.write_bytes(report.read_bytes())
    for file in (report, moved):
        ran = crpv("verify", file, "--db", closed, "-f", "json")
        (row,) = ran.json
        assert (ran.code, row["state"], row["year"], row["load"]) == (0, "handed-on", 2023, 3)
        assert row["loaded_as"] == "report.html"
    report.write_text("The report", encoding="utf-8")
    ran = crpv("verify", report, "--db", closed, "-f", "json")
    assert (ran.code, ran.json[0]["state"], ran.json[0]["year"]) == (1, "other-handed-on", 2023)


def test_every_table_with_a_year_is_of_a_year_or_of_the_work() -> None:
    with_year = {name for name, one in TABLES.items() if "year" in one.names}
    assert with_year - {one.name for one in OF_A_YEAR} <= {"closures", "campaigns", "returns"}
    assert {one.name for one in OF_A_YEAR} >= {"funding", "budgets", "evaluations", "activities"}


def test_others_that_close_it_meanwhile_are_seen_under_the_lock(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Beside(References):
        """Somebody closes the year after the files were read, before the lock."""

        def resolve(self) -> Iterator[tuple[int, Anomaly]]:
            found = list(super().resolve())
            monkeypatch.undo()
            self.stage.connection.execute("commit")
            assert crpv("close", 2023, "--db", db).code == 0
            self.stage.connection.execute("begin")
            return iter(found)

    monkeypatch.setattr("crpv_cli.registry.loading.References", Beside)
    ran = loads(db, CHANGED, tmp_path)
    assert (ran.code, "2023 was closed on" in ran.err, fte(db)) == (2, True, "7")
    add_tables(db, funders="id,name,kind\nnew,New,region\n")
