"""``crpv backup``, ``restore`` and ``check --integrity``, and the copy before several loads are undone."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.registry import file
from crpv_cli.registry.copies import beside
from tests.commands.conftest import Registry, add_tables, crpv, rows_of, state_of
from tests.registry.test_migrations import made

with_rights = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")

FUNDERS = "id,name,kind\n{},Somebody,other\n"


@pytest.fixture
def db(registry: Registry) -> Path:
    return registry()


@pytest.fixture
def paris(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the day begins before that of UTC."""
    if sys.platform == "win32":
        pytest.skip("Windows has no time zone of a process")
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def kinds(db: Path) -> list[str]:
    return [copy.why for copy in beside(db)]


def held(db: Path) -> set[str]:
    return {row["id"] for row in rows_of(db, "funders")}


def renamed(copy: Path, moment: str) -> Path:
    """The copy as it would be called if it had been made at another moment."""
    return copy.rename(copy.with_name(re.sub(r"\d{8}T\d{6}Z(-\d+)?", moment, copy.name)))


# --- A backup ---


def test_a_backup_stands_beside_the_registry_and_says_what_it_is(db: Path) -> None:
    ran = crpv("backup", "--db", db, "--format", "json")
    assert ran.code == 0, ran.err
    ((copy,), (said,)) = beside(db), ran.json
    assert re.fullmatch(r"registry\.backup-\d{8}T\d{6}Z\.sqlite", copy.path.name)
    content = copy.path.read_bytes()
    assert said == {
        "file": str(copy.path),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "load": 1,
        "loaded_at": copy.loaded_at,
    }
    assert said["sha256"] in ran.said
    assert "last load: 1" in ran.said
    assert state_of(copy.path) == state_of(db)
    assert [entry for entry in db.parent.iterdir() if entry.name.startswith(".")] == []


def test_without_a_format_nothing_is_written_to_standard_output(db: Path) -> None:
    assert crpv("backup", "--db", db).out == ""


def test_a_backup_holds_what_is_not_in_the_file_yet_and_is_one_file(db: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(db)) as reader:
        assert reader.execute("pragma journal_mode").fetchone() == ("wal",)
        reader.execute("begin")
        reader.execute("select 1 from funders").fetchone()  # keeps what is loaded out of the file
        add_tables(db, funders=FUNDERS.format("late"))
        assert file.beside(db, "-wal").stat().st_size
        assert crpv("backup", "--db", db, "-o", tmp_path / "b.sqlite").code == 0
    copy = tmp_path / "copy.sqlite"
    shutil.copy(tmp_path / "b.sqlite", copy)
    assert "late" in held(copy)


def test_a_file_that_is_there_is_only_replaced_if_asked(db: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.sqlite"
    target.write_text("somebody's")
    ran = crpv("backup", "--db", db, "-o", target)
    assert (ran.code, target.read_text()) == (3, "somebody's")
    assert crpv("backup", "--db", db, "-o", target, "--force").code == 0
    assert state_of(target) == state_of(db)


def test_a_backup_is_not_made_over_the_registry_or_beside_rows_of_another(db: Path, tmp_path: Path) -> None:
    before = state_of(db)
    ran = crpv("backup", "--db", db, "-o", db, "--force")
    assert (ran.code, state_of(db)) == (2, before)
    assert "is the registry itself" in ran.said
    (tmp_path / "b.sqlite-wal").write_bytes(b"rows")
    ran = crpv("backup", "--db", db, "-o", tmp_path / "b.sqlite")
    assert (ran.code, (tmp_path / "b.sqlite").exists()) == (2, False)


def test_no_backup_is_made_where_it_cannot_be_written(db: Path, tmp_path: Path) -> None:
    ran = crpv("backup", "--db", db, "-o", tmp_path / "none" / "b.sqlite")
    assert ran.code == 3
    assert "No copy of" in ran.said


def test_a_damaged_registry_is_not_backed_up(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("update centres set name = 'Other'")
        connection.commit()
    ran = crpv("backup", "--db", db)
    assert (ran.code, beside(db)) == (3, [])
    assert "changed the rows of centres" in ran.said


@with_rights
@pytest.mark.parametrize("rights", [0o600, 0o640, 0o660])
def test_copies_have_the_rights_of_the_registry(db: Path, rights: int) -> None:
    db.chmod(rights)
    mask = os.umask(0o022)
    try:
        for command in (("backup",), ("undo", "--yes", "1", "2"), ("restore", "2100-01-01", "--yes")):
            if command[0] == "undo":
                add_tables(db, funders=FUNDERS.format("late"))
            ran = crpv(*command, "--db", db)
            assert ran.code == 0, ran.err
    finally:
        os.umask(mask)
    assert sorted(kinds(db)) == ["backup", "before-undo", "replaced"]
    assert {stat.S_IMODE(place.stat().st_mode) for place in [db, *(copy.path for copy in beside(db))]} == {rights}


@with_rights
@pytest.mark.parametrize(("allowed", "rights"), [(True, 0o660), (False, 0o600)])
def test_a_copy_that_cannot_be_given_to_the_group_is_read_by_no_other(
    db: Path, monkeypatch: pytest.MonkeyPatch, allowed: bool, rights: int
) -> None:
    """Who is no owner of the registry can give the copy to its group at most."""
    db.chmod(0o660)

    def chown(_path: object, owner: int, _group: int) -> None:
        if owner != -1 or not allowed:
            raise PermissionError

    monkeypatch.setattr(os, "chown", chown)
    assert crpv("backup", "--db", db).code == 0
    assert stat.S_IMODE(beside(db)[0].path.stat().st_mode) == rights


@with_rights
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_shared_registry_is_its_groups_with_all_that_sqlite_puts_beside_it(tmp_path: Path, mask: int) -> None:
    path, before = tmp_path / "folder" / "shared.sqlite", os.umask(mask)
    try:
        assert crpv("init", "--empty", "--shared", "--db", path).code == 0
        with closing(sqlite3.connect(path)) as reader:
            reader.execute("begin")
            reader.execute("select 1 from loads").fetchone()
            add_tables(path, funders=FUNDERS.format("late"))
            found = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.glob("shared.sqlite*")}
    finally:
        os.umask(before)
    assert found == {"shared.sqlite": 0o660, "shared.sqlite-wal": 0o660, "shared.sqlite-shm": 0o660}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o770


# --- The way back ---


def test_a_backup_is_restored_and_the_restore_undone(db: Path) -> None:
    crpv("backup", "--db", db)
    before = state_of(db)
    add_tables(db, funders=FUNDERS.format("late"))
    after = state_of(db)
    (copy,) = beside(db)
    ran = crpv("restore", copy.path, "--db", db, "--yes")
    assert ran.code == 0, ran.err
    assert state_of(db) == before
    kept = beside(db)[0]
    assert (kept.why, kept.load) == ("replaced", 2)
    assert f"To undo this: crpv restore {kept.path} --db {db}" in ran.said
    assert crpv("restore", kept.path, "--db", db, "--yes").code == 0
    assert state_of(db) == after
    assert sorted(kinds(db)) == ["backup", "replaced", "replaced"]


@pytest.mark.parametrize("wal", [True, False])
def test_who_has_the_registry_open_sees_the_one_or_the_other(
    db: Path, wal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    crpv("backup", "--db", db)
    add_tables(db, funders=FUNDERS.format("late"))
    with closing(sqlite3.connect(db, isolation_level=None)) as reader:
        if not wal:
            reader.execute("pragma journal_mode = delete")
            monkeypatch.setattr(file, "use_wal", lambda _connection: None)
        assert len(reader.execute("select id from funders").fetchall()) == 4
        if wal:
            reader.execute("begin")
            assert len(reader.execute("select id from funders").fetchall()) == 4
        ran = crpv("restore", beside(db)[0].path, "--db", db, "--yes")
        assert ran.code == 0, ran.err
        if wal:
            assert len(reader.execute("select id from funders").fetchall()) == 4
            reader.execute("commit")
        assert len(reader.execute("select id from funders").fetchall()) == 3
        assert reader.execute("pragma journal_mode").fetchone() == ("wal" if wal else "delete",)
    assert beside(db)[0].load == 2


def test_somebody_else_who_writes_is_waited_for_and_named(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crpv("backup", "--db", db)
    monkeypatch.setattr(file, "BUSY_TIMEOUT_SECONDS", 0.1)
    before = state_of(db)
    with closing(sqlite3.connect(db, isolation_level=None)) as writer:
        writer.execute("begin immediate")
        ran = crpv("restore", beside(db)[0].path, "--db", db, "--yes")
    assert ran.code == 3
    assert f"Another program is writing to {db}." in ran.said
    assert state_of(db) == before
    assert kinds(db) == ["backup"]


def test_on_a_terminal_it_is_asked_first(db: Path) -> None:
    crpv("backup", "--db", db)
    add_tables(db, funders=FUNDERS.format("late"))
    copy = beside(db)[0].path
    ran = crpv("restore", copy, "--db", db, answers="n\n")
    assert (ran.code, kinds(db)) == (0, ["backup"])
    assert f"Replace {db} (last load: 2) by this copy? [y/N]" in ran.said
    assert "Nothing was written." in ran.said
    assert crpv("restore", copy, "--db", db, answers="y\n").code == 0
    assert "late" not in held(db)


def test_where_nobody_can_be_asked_nothing_is_replaced(db: Path) -> None:
    crpv("backup", "--db", db)
    ran = crpv("restore", beside(db)[0].path, "--db", db, stdin=b"y\n")
    assert (ran.code, kinds(db)) == (2, ["backup"])
    assert "--yes" in ran.said


@pytest.mark.usefixtures("paris")
def test_a_day_means_the_last_copy_of_that_day_or_before(db: Path) -> None:
    moments = ["20250101T100000Z", "20250102T100000Z", "20250102T225959Z", "20250102T230000Z", "20250102T230000Z-2"]
    for number, moment in enumerate(moments):
        crpv("backup", "--db", db)
        renamed(beside(db)[0].path, moment)
        add_tables(db, funders=FUNDERS.format(f"f{number}"))
    for day, last in (("01/01/2025", 1), ("2025-01-02", 3), ("2025-01-03", 5)):
        ran = crpv("restore", day, "--db", db, "--yes")
        assert ran.code == 0, ran.err
        assert f"last load: {last}" in ran.said
        for copy in beside(db):
            if copy.why == "replaced":
                copy.path.unlink()
    ran = crpv("restore", "2024-12-31", "--db", db, "--yes")
    assert ran.code == 2
    assert "There is no copy of 2024-12-31 or before" in ran.said


def test_a_copy_is_also_found_by_its_name_alone(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crpv("backup", "--db", db)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert crpv("restore", beside(db)[0].path.name, "--db", db, "--yes").code == 0
    ran = crpv("restore", "none.sqlite", "--db", db, "--yes")
    assert (ran.code, "There is no file none.sqlite, and that is no date." in ran.said) == (2, True)
    assert crpv("restore", db, "--db", db, "--yes").code == 2


def test_the_copies_are_listed_the_newest_first(db: Path) -> None:
    for number, moment in enumerate(("20250101T100000Z", "20250102T100000Z")):
        crpv("backup", "--db", db)
        renamed(beside(db)[0].path, moment)
        add_tables(db, funders=FUNDERS.format(f"f{number}"))
    db.with_name("registry.backup-20250103T100000Z.sqlite").write_bytes(b"no registry")
    db.with_name("registry.backup-99999999T999999Z.sqlite").write_bytes(b"no moment")
    db.with_name("other.backup-20250103T100000Z.sqlite").write_bytes(b"of another")
    listed = crpv("restore", "--db", db, "--format", "json").json
    assert [(row["at"][:10], row["kind"], row["load"], row["size"] > 0) for row in listed] == [
        ("2025-01-03", "backup", None, True),
        ("2025-01-02", "backup", 2, True),
        ("2025-01-01", "backup", 1, True),
    ]
    shown = crpv("restore", "--db", db)
    assert "None is removed by itself" in shown.out
    assert kinds(db) == ["backup"] * 3


# --- What is no good is not restored ---


BAD: dict[str, Callable[[Path], object]] = {
    "another file": lambda path: path.write_text("id;name\n"),
    "rows that something else changed": lambda path: changed(path, "update funders set name = 'Other'"),
    "a trigger": lambda path: changed(path, "create trigger t after insert on loads begin delete from funding; end"),
    "a newer one": lambda path: changed(path, "pragma user_version = 99"),
    "half of it": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "a database of others": lambda path: changed(path, "pragma application_id = 7"),
}


def changed(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_right_is_not_restored(db: Path, tmp_path: Path, kind: str) -> None:
    copy = tmp_path / "copy.sqlite"
    crpv("backup", "--db", db, "-o", copy)
    BAD[kind](copy)
    before = state_of(db)
    ran = crpv("restore", copy, "--db", db, "--yes")
    assert (ran.code, state_of(db), kinds(db)) == (3, before, []), ran.err
    assert "Nothing was restored." in ran.said


def test_an_earlier_registry_is_restored_and_brought_up_to_date_at_the_next_opening(db: Path, tmp_path: Path) -> None:
    copy = made(tmp_path / "old.db", 5)
    content = copy.read_bytes()
    assert crpv("restore", copy, "--db", db, "--yes").code == 0
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (5,)
    assert rows_of(db, "centres")
    assert copy.read_bytes() == content
    assert sorted(kinds(db)) == ["before-schema-8", "replaced"]


def test_a_registry_that_cannot_be_read_is_replaced_and_its_bytes_kept(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    crpv("backup", "--db", db, "-o", copy)
    before = state_of(db)
    db.write_bytes(b"x" * 5000)
    db.chmod(0o640)
    file.beside(db, "-wal").write_bytes(b"y" * 50)
    file.beside(db, "-journal").write_bytes(b"z" * 50)
    ran = crpv("restore", copy, "--db", db, "--yes")
    assert ran.code == 0, ran.err
    assert state_of(db) == before
    if sys.platform != "win32":
        assert stat.S_IMODE(db.stat().st_mode) == 0o640
        assert stat.S_IMODE(beside(db)[0].path.stat().st_mode) == 0o640
    assert "what was replaced was not right" in ran.said
    (kept,) = beside(db)
    assert [file.beside(kept.path, suffix).read_bytes() for suffix in ("", "-wal", "-journal")] == [
        b"x" * 5000, b"y" * 50, b"z" * 50,
    ]  # fmt: skip


def test_a_registry_that_is_missing_is_restored_without_asking(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    crpv("backup", "--db", db, "-o", copy)
    before = state_of(db)
    with closing(sqlite3.connect(db)) as reader:
        reader.execute("begin")
        reader.execute("select 1 from loads").fetchone()
        add_tables(db, funders=FUNDERS.format("late"))
        rows = file.beside(db, "-wal").read_bytes()  # which SQLite would add to whatever has the name
    db.unlink()
    file.beside(db, "-wal").write_bytes(rows)
    ran = crpv("restore", copy, "--db", db)
    assert ran.code == 0, ran.err
    assert state_of(db) == before
    (kept,) = db.parent.glob("registry.replaced-*-wal")
    assert kept.read_bytes() == rows


def test_a_damaged_registry_is_replaced_and_kept_as_it_is(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    crpv("backup", "--db", db, "-o", copy)
    before = state_of(db)
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (page,) = connection.execute("select rootpage from sqlite_schema where name = 'funders'").fetchone()
    content = bytearray(db.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    db.write_bytes(content)
    assert crpv("restore", copy, "--db", db, "--yes").code == 0
    assert state_of(db) == before
    (kept,) = beside(db)
    kept_content = kept.path.read_bytes()
    assert kept_content[(page - 1) * 4096 : page * 4096] == b"\xff" * 4096


# --- Several loads are undone ---


@pytest.fixture
def loaded(db: Path) -> Path:
    for name in ("one", "two", "three"):
        add_tables(db, funders=FUNDERS.format(name))
    return db


@pytest.mark.parametrize("order", [(4, 3, 2), (2, 3, 4), (3, 4, 2, 3)])
def test_several_loads_are_undone_newest_first_after_a_copy(loaded: Path, order: tuple[int, ...]) -> None:
    before = state_of(loaded)
    ran = crpv("undo", "--yes", *order, "--db", loaded)
    assert ran.code == 0, ran.err
    assert held(loaded) == {"state", "town", "bank"}
    (copy,) = beside(loaded)
    assert (copy.why, state_of(copy.path)) == ("before-undo", before)
    assert str(copy.path) in ran.said
    log = crpv("log", "--db", loaded, "--format", "json").json
    assert [(row["load"], row["command"]) for row in log[:3]] == [(7, "undo 2"), (6, "undo 3"), (5, "undo 4")]


def test_all_of_them_are_undone_or_none(loaded: Path) -> None:
    add_tables(loaded, funders="id,name,kind\none,Another,other\n")
    before = state_of(loaded)
    for loads in ((2, 3), (4, 99)):
        ran = crpv("undo", "--yes", *loads, "--db", loaded)
        assert (ran.code, state_of(loaded), beside(loaded)) == (2, before, []), ran.err
    ran = crpv("undo", 5, 2, "--db", loaded, "--dry-run")
    assert (ran.code, state_of(loaded), beside(loaded)) == (0, before, [])
    assert "this was a dry run" in ran.said
    assert crpv("undo", "--yes", 5, 2, "--db", loaded).code == 0
    assert held(loaded) == {"state", "town", "bank", "two", "three"}


def test_no_copy_is_made_before_one_load_is_undone(loaded: Path) -> None:
    assert crpv("undo", "--yes", 4, "--db", loaded).code == 0
    assert beside(loaded) == []


# --- What is wrong ---


def test_the_integrity_of_a_registry_is_told_and_mended(loaded: Path) -> None:
    ran = crpv("check", "--integrity", "--db", loaded, "--format", "json")
    assert (ran.code, ran.json["totals"], ran.json["rows"]) == (0, {"wrong": 0, "notices": 0}, [])
    add_tables(loaded, funders="id,name,kind\none,Another,other\n")
    changed(loaded, "update funders set name = 'Third' where id = 'one'; create view mine as select 1")
    assert crpv("list", "--db", loaded).code == 3
    ran = crpv("check", "--integrity", "--db", loaded, "--format", "json")
    assert (ran.code, ran.json["totals"]) == (1, {"wrong": 2, "notices": 1})
    (row,) = [row for row in ran.json["rows"] if row["check"] == "log"]
    told = {name: row[name] for name in ("load", "table", "key", "column", "expected", "found")}
    assert told == {
        "load": 5, "table": "funders", "key": "one", "column": "name", "expected": "Another", "found": "Third",
    }  # fmt: skip
    asked = crpv("check", "--integrity", "--mend", "--db", loaded)
    assert (asked.code, beside(loaded)) == (2, [])
    assert "funders: one" in asked.said
    refused = crpv("check", "--integrity", "--mend", "--db", loaded, answers="n\n")
    assert (refused.code, beside(loaded)) == (1, [])
    ran = crpv("check", "--integrity", "--mend", "--yes", "--db", loaded)
    assert ran.code == 0, ran.err
    assert kinds(loaded) == ["before-mend"]
    (changes,) = crpv("log", 6, "--db", loaded, "--format", "json").json
    assert (changes["before"], changes["after"]) == ("Another", "Third")
    assert "mine" in crpv("info", "--db", loaded).out
    ran = crpv("check", "--integrity", "--mend", "--yes", "--db", loaded)
    assert (ran.code, "There is nothing that can be mended." in ran.said) == (0, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--mend",),
        ("--yes",),
        ("--integrity", "--list"),
        ("--integrity", "--known", 1),
        ("--integrity", "--year", 2024),
    ],
)
def test_integrity_is_asked_for_alone(db: Path, options: tuple[object, ...]) -> None:
    ran = crpv("check", *options, "--db", db)
    assert ran.code == 2
    assert "--integrity" in ran.said


def test_what_acts_in_an_earlier_registry_is_removed_before_it_is_brought_up_to_date(tmp_path: Path) -> None:
    db = made(tmp_path / "old.db", 5)
    changed(db, "create trigger t after insert on loads begin delete from funding; end")
    assert crpv("list", "--db", db).code == 3
    assert crpv("check", "--integrity", "--mend", "--yes", "--db", db).code == 0
    assert kinds(db) == ["before-mend"]
    assert crpv("list", "--db", db).code == 0


def test_a_registry_that_is_missing_is_no_finding(tmp_path: Path) -> None:
    assert crpv("check", "--integrity", "--db", tmp_path / "none.sqlite").code == 3


# --- The machine of a load ---


def test_the_log_says_on_which_machine_a_load_was_made(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "desk-7")
    add_tables(db, funders=FUNDERS.format("late"))
    assert crpv("log", "--db", db, "--format", "json").json[0]["host"] == "desk-7"
    assert "desk-7" in crpv("log", "--db", db).out
    assert "on desk-7, with crpv" in crpv("log", 2, "--db", db).out
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("select host from loads where id = 2").fetchone() == ("desk-7",)
