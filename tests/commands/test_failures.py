"""A command that fails midway leaves the registry and its log as they were, and an undo counts what it did."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.registry import trust
from tests.commands.conftest import Registry, add_tables, crpv, records, rows_of, state_of

PERIMETERS = "centre,department,note\none,01,\ntwo,02,kept\n"
# A load of several tables: an insertion and an update in each.
NEW = {
    "centres": """
        id,name,short_name,legal_form,co_funded
        one,Uno,One,gip,true
        three,Three,Three,gip,true
        """,
    "perimeters": """
        centre,department,note
        one,01,new
        three,02,
        """,
}
# Where a fault strikes: before anything was written, between two tables, and after the last row.
PLACES = (
    "before insert on loads",
    "after insert on load_files",
    "before insert on perimeters",
    "before insert on changes when new.table_name = 'perimeters'",
    "before update on load_files",
    "before update on loads",
)
# An error of SQLite's that leaves the transaction open, one that ends it, and one of the statement.
FAULTS = {"raise(abort, 'fault')": {70}, "raise(rollback, 'fault')": {70}, "no_such_function()": {70}}


@pytest.fixture
def db(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry in which triggers may stand for whatever fails midway: otherwise they are refused."""
    monkeypatch.setattr(trust, "check_nothing_acts", lambda *_: None)
    return registry(perimeters=PERIMETERS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "new"
    path.mkdir()
    for name, text in NEW.items():
        (path / f"{name}.csv").write_text("\n".join(line.strip() for line in text.strip().splitlines()))
    return path


def plant(db: Path, place: str, fault: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(f"create trigger fault {place} begin select {fault}; end")
        connection.commit()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("fault", "more"), [*((fault, ()) for fault in FAULTS), (next(iter(FAULTS)), ("--keep-valid",))]
)
def test_a_load_that_fails_midway_changes_nothing(
    db: Path, folder: Path, place: str, fault: str, more: tuple[str, ...]
) -> None:
    plant(db, place, fault)
    before = state_of(db)
    ran = crpv("load", folder, *more, "--refused", folder / "aside", "--db", db)
    assert ran.code in FAULTS[fault]
    assert ran.out == ""
    assert "inserted" not in ran.err
    assert ("fault" in ran.err or "no_such_function" in ran.err, "rollback" in ran.err) == (True, False)
    assert state_of(db) == before
    # The registry is as usable as it was.
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("drop trigger fault")
        connection.commit()
    assert crpv("load", folder, "--db", db).code == 0
    assert [row["id"] for row in rows_of(db, "centres")] == ["one", "three", "two"]


def test_a_row_that_the_registry_refuses_stops_all_the_others(db: Path, folder: Path) -> None:
    plant(db, "before update on perimeters", "raise(abort, 'fault')")
    before = state_of(db)
    ran = crpv("load", folder, "--db", db)
    assert (ran.code, "perimeters.csv:2: " in ran.err) == (1, True)
    assert "1 refused" in ran.err
    assert not any(f" {count} {done}" in ran.err for count in (1, 2) for done in ("inserted", "updated"))
    assert state_of(db) == before


def test_a_row_whose_refusal_ends_the_transaction_stops_everything(db: Path, folder: Path) -> None:
    plant(db, "before update on perimeters", "raise(rollback, 'fault')")
    before = state_of(db)
    ran = crpv("load", folder, "--keep-valid", "--refused", folder / "aside", "--db", db)
    assert (ran.code, "fault" in ran.err) == (70, True)
    assert state_of(db) == before


@pytest.mark.parametrize("place", ["before delete on perimeters", "before insert on changes", "before update on loads"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_undo_that_fails_midway_changes_nothing(db: Path, folder: Path, place: str, fault: str) -> None:
    assert crpv("load", folder, "--db", db).code == 0
    plant(db, place, fault)
    before = state_of(db)
    ran = crpv("undo", "--yes", 3, "--db", db)
    assert ran.code in FAULTS[fault]
    assert ("removed" in ran.err, "rollback" in ran.err) == (False, False)
    assert state_of(db) == before


@pytest.mark.skipif(os.name != "posix", reason="files have no size limit here")
def test_a_disk_that_is_full_changes_nothing(db: Path, tmp_path: Path) -> None:
    import resource

    before = state_of(db)
    rows = "".join(f"one,state,2020,s{number},paid,1\n" for number in range(8000))
    (tmp_path / "funding.csv").write_text(f"centre,funder,year,scheme,stage,amount\n{rows}")
    limit = db.stat().st_size + 100_000
    ran = subprocess.run(
        [sys.executable, "-m", "crpv_cli", "load", str(tmp_path / "funding.csv"), "--db", str(db)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"CRPV_LANG": "en"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.startswith("Error: ")
    assert "Traceback" not in ran.stderr
    assert state_of(db) == before


# --- What an undo says that it did ---


def undone(db: Path, load: int, *more: str) -> tuple[set[str], dict[str, str]]:
    """The lines of figures that an undo says, and what the log says of it."""
    ran = crpv("undo", "--yes", load, *more, "--db", db)
    assert ran.code == 0, ran.err
    log = records(crpv("log", "--limit", "1", "--db", db, "-f", "csv").out)[0]
    return {line for line in ran.err.splitlines() if " removed, " in line}, log


INSERTED = "centre,department\none,02\none,971\ntwo,01\n"
UPDATED = "centre,department,note\none,01,new\ntwo,02,new\n"
BOTH = "centre,department,note\none,01,new\none,02,\none,971,\ntwo,01,\n"


@pytest.mark.parametrize(
    ("text", "removed", "restored"), [(INSERTED, 3, 0), (UPDATED, 0, 2), (BOTH, 3, 1)], ids=["ins", "upd", "both"]
)
def test_an_undo_counts_rows_removed_and_restored(db: Path, text: str, removed: int, restored: int) -> None:
    before = rows_of(db, "perimeters")
    add_tables(db, perimeters=text)
    figures = {f"perimeters: {removed} removed, {restored} restored"}
    dry, log = undone(db, 3, "--dry-run")
    assert (dry, log["load"]) == (figures, "3")
    done, log = undone(db, 3)
    assert done == figures
    assert rows_of(db, "perimeters") == before
    figures_of_log = [log[name] for name in ("load", "command", "inserted", "updated", "deleted")]
    assert figures_of_log == ["4", "undo 3", "0", str(restored), str(removed)]
    loads = {row["load"]: row["undone_by"] for row in records(crpv("log", "--db", db, "-f", "csv").out)}
    assert loads == {"4": "", "3": "4", "2": "", "1": ""}
    # To undo the undoing puts back what was removed and sets again what was restored.
    again, _ = undone(db, 4)
    assert again == {f"perimeters: 0 removed, {removed + restored} restored"}
    assert len(rows_of(db, "perimeters")) == len(before) + removed


def test_an_undo_counts_each_table(db: Path, folder: Path) -> None:
    before = state_of(db)
    assert crpv("load", folder, "--db", db).code == 0
    done, log = undone(db, 3)
    assert done == {"centres: 1 removed, 1 restored", "perimeters: 1 removed, 1 restored"}
    assert (log["updated"], log["deleted"]) == ("2", "2")
    # But for the two loads and their changes, the registry is as it was, to its provenance.
    # Their seals tell when they were made; those of the other tables are the same again.
    ours = ('"loads"', '"load_files"', '"changes"', '"sqlite_sequence"', "VALUES('loads'", "VALUES('load_files'")
    left, found = (
        [line for line in text.splitlines() if not any(n in line for n in ours)] for text in (before, state_of(db))
    )
    assert found == left


@pytest.mark.parametrize("load", [2, 3])
def test_an_undo_that_is_refused_changes_nothing(db: Path, load: int) -> None:
    """A later load touched its rows, or it was undone already."""
    add_tables(db, perimeters=UPDATED)
    if load == 3:
        assert crpv("undo", "--yes", 3, "--db", db).code == 0
    before, ran = state_of(db), crpv("undo", "--yes", load, "--db", db)
    assert (ran.code, ran.err.startswith("Error: ")) == (2, True)
    assert state_of(db) == before


def test_a_registry_that_was_copied_midway_is_whole(db: Path, tmp_path: Path) -> None:
    """What a load wrote is in the one file once the command has ended."""
    add_tables(db, perimeters=UPDATED)
    copy = tmp_path / "copy.sqlite"
    shutil.copy(db, copy)
    assert rows_of(copy, "perimeters") == rows_of(db, "perimeters")
