"""``crpv verify``: whether files are those that were loaded, byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.commands.conftest import Ran, Registry, crpv, records
from tests.faults.books import ods, ods_rows

FUNDERS = "id,name,kind\nx,X,region\n"


def verify(db: Path, *arguments: object) -> Ran:
    return crpv("verify", *arguments, "--db", db)


def rows(db: Path, *arguments: object) -> list[dict[str, str]]:
    return records(verify(db, *arguments, "-f", "csv").out)


@pytest.fixture
def db(registry: Registry) -> Path:
    return registry()


@pytest.fixture
def loaded(db: Path, tmp_path: Path) -> Path:
    """A file that is loaded as the last load of the registry."""
    path = tmp_path / "funders.csv"
    path.write_text(FUNDERS, encoding="utf-8")
    assert crpv("load", path, "--db", db).code == 0
    return path


def test_a_file_that_was_loaded_is_known_by_its_bytes(db: Path, loaded: Path, tmp_path: Path) -> None:
    log = records(crpv("log", "--db", db, "-f", "csv").out)[0]
    moved = tmp_path / "called otherwise.txt"
    moved.write_bytes(loaded.read_bytes())
    for path in (loaded, moved):
        ran = verify(db, path, "-f", "json")
        (row,) = ran.json
        assert ran.code == 0
        assert row.pop("host")
        assert row == {
            "file": str(path),
            "state": "loaded",
            "load": int(log["load"]),
            "at": log["at"],
            "who": log["who"],
            "table": "funders",
            "sheet": None,
            "loaded_as": str(loaded),
            "sha256": hashlib.sha256(FUNDERS.encode()).hexdigest(),
            "year": None,
        }


def test_each_table_of_a_workbook_is_named_with_its_sheet(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    path.write_bytes(ods(ods_rows([["id", "name", "kind"], ["x", "X", "region"]]), sheet="Financeurs"))
    assert crpv("load", path, "--db", db).code == 0
    (row,) = rows(db, path)
    assert (row["state"], row["table"], row["sheet"]) == ("loaded", "funders", "Financeurs")


def test_a_load_that_was_undone_does_not_stand_and_one_that_was_redone_does(db: Path, loaded: Path) -> None:
    load = int(rows(db, loaded)[0]["load"])
    assert crpv("undo", "--yes", load, "--db", db).code == 0
    assert [row["state"] for row in rows(db, loaded)] == ["undone"]
    ran = verify(db, loaded)
    assert (ran.code, "loaded, and undone" in ran.out) == (0, True)
    assert crpv("undo", "--yes", load + 1, "--db", db).code == 0
    assert [row["state"] for row in rows(db, loaded)] == ["loaded"]
    assert crpv("undo", "--yes", load + 2, "--db", db).code == 0
    assert crpv("load", loaded, "--db", db).code == 0
    assert [(row["state"], int(row["load"]) - load) for row in rows(db, loaded)] == [("loaded", 4), ("undone", 0)]


def test_what_was_not_known_yet_was_not_loaded(db: Path, loaded: Path) -> None:
    load = int(rows(db, loaded)[0]["load"])
    assert verify(db, loaded, "--known", load).code == 0
    assert verify(db, loaded, "--known", load - 1).code == 1


def test_a_file_that_was_never_loaded_ends_with_1(db: Path, loaded: Path, tmp_path: Path) -> None:
    never = tmp_path / "never.csv"
    never.write_text(FUNDERS + "y,Y,region\n", encoding="utf-8")
    ran = verify(db, loaded, never, "-f", "csv")
    assert ran.code == 1
    assert [(row["file"], row["state"], row["load"] == "") for row in records(ran.out)] == [
        (str(loaded), "loaded", False),
        (str(never), "never", True),
    ]


def test_of_other_bytes_the_last_load_of_that_name_is_named(db: Path, loaded: Path, tmp_path: Path) -> None:
    before = rows(db, loaded)[0]
    elsewhere = tmp_path / "elsewhere" / "funders.csv"
    elsewhere.parent.mkdir()
    for path in (loaded, elsewhere):
        path.write_text(FUNDERS + "y,Y,region\n", encoding="utf-8")
        ran = verify(db, path, "-f", "csv")
        (row,) = records(ran.out)
        assert (ran.code, row["state"]) == (1, "other-bytes")
        assert (row["load"], row["at"], row["loaded_as"]) == (before["load"], before["at"], str(loaded))
        assert row["sha256"] != before["sha256"]
    assert crpv("load", loaded, "--db", db).code == 0
    loaded.write_text(FUNDERS, encoding="utf-8")
    assert [row["load"] for row in rows(db, loaded)] == [before["load"]]
    loaded.write_text(FUNDERS + "z,Z,region\n", encoding="utf-8")
    assert [int(row["load"]) for row in rows(db, loaded)] == [int(before["load"]) + 1]


def test_standard_input_is_known_by_its_bytes_alone(db: Path) -> None:
    assert crpv("load", "-", "--as", "funders", "--db", db, stdin=FUNDERS.encode()).code == 0
    found = crpv("verify", "-", "--db", db, "-f", "csv", stdin=FUNDERS.encode())
    assert (found.code, records(found.out)[0]["state"]) == (0, "loaded")
    other = crpv("verify", "-", "--db", db, "-f", "csv", stdin=b"other bytes")
    assert (other.code, records(other.out)[0]["state"]) == (1, "never")


def test_a_file_that_cannot_be_read_is_said(db: Path, tmp_path: Path) -> None:
    missing = verify(db, tmp_path / "missing.csv")
    assert (missing.code, "There is no file" in missing.said) == (3, True)
    folder = verify(db, tmp_path)
    assert (folder.code, "cannot be read" in folder.said) == (3, True)
