"""A registry is opened, or the reason why not is said."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import platformdirs
import pytest

from crpv_cli.errors import ExitCode, RegistryProblem
from crpv_cli.registry import file
from crpv_cli.registry.connection import open_reading, open_writing, resolve_path, version_of
from crpv_cli.registry.schema import SCHEMA_VERSION
from crpv_cli.registry.seals import seal_all
from tests.registry.bench import Bench

Opener = Callable[[Path], AbstractContextManager[sqlite3.Connection]]
both = pytest.mark.parametrize("opener", [open_reading, open_writing])


def problem(opener: Opener, path: Path) -> RegistryProblem:
    with pytest.raises(RegistryProblem) as caught, opener(path):
        pass
    assert caught.value.exit_code is ExitCode.UNREADABLE
    assert caught.value.advice is not None
    return caught.value


# Where it is


def test_the_registry_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRPV_DB", "other.db")
    assert resolve_path(Path("named.db")) == (Path("named.db"), False)
    assert resolve_path(None) == (Path("other.db"), False)


@pytest.mark.parametrize("empty", [True, False])
def test_else_it_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: bool) -> None:
    if empty:
        monkeypatch.setenv("CRPV_DB", "")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, **_: tmp_path / name)
    assert resolve_path(None) == (tmp_path / "crpv" / "crpv.sqlite", True)


# What can be opened


@both
def test_a_registry_opens_with_rows_that_have_names(world: Bench, opener: Opener) -> None:
    with opener(world.registry) as connection:
        row = connection.execute("select id, seat from centres where id = 'oriv'").fetchone()
        assert row["seat"] == "Strasbourg"


@both
def test_a_path_may_hold_any_character(empty: Bench, tmp_path: Path, opener: Opener) -> None:
    odd = tmp_path / "é %41?mode=memory&x#y.db"
    empty.registry.rename(odd)
    with opener(odd) as connection:
        assert connection.execute("select count(*) from centres").fetchone()[0] == 0
    assert list(tmp_path.glob("*.db")) == [odd]


def test_writing_holds_foreign_keys(world: Bench) -> None:
    with (
        open_writing(world.registry) as connection,
        pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"),
    ):
        connection.execute("update perimeters set centre = 'nobody'")


def test_writing_is_in_autocommit_mode(world: Bench) -> None:
    with open_writing(world.registry) as connection:
        connection.execute("update centres set seat = 'Colmar' where id = 'oriv'")
        assert world.rows("select seat from centres where id = 'oriv'") == [("Colmar",)]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from centres",
        "insert into loads (at, who, command, version) values ('', '', '', '')",
        "create table t (a)",
        "drop table funding",
    ],
)
def test_reading_cannot_write(world: Bench, statement: str) -> None:
    before = world.dump()
    with (
        pytest.raises(RegistryProblem, match="attempt to write a readonly database"),
        open_reading(world.registry) as connection,
    ):
        connection.execute(statement)
    assert world.dump() == before


def test_reading_is_of_one_moment_and_waits_for_nobody(world: Bench) -> None:
    query = "select distinct seat from centres order by 1"
    with open_writing(world.registry) as writer:
        writer.execute("begin immediate")
        writer.execute("update centres set seat = 'Colmar'")
        with open_reading(world.registry) as reader:
            assert [row[0] for row in reader.execute(query)] == ["Paris", "Strasbourg"]
            seal_all(writer)
            writer.execute("commit")
            assert [row[0] for row in reader.execute(query)] == ["Paris", "Strasbourg"]
        with open_reading(world.registry) as reader:
            assert [row[0] for row in reader.execute(query)] == ["Colmar"]


def test_a_registry_in_a_folder_that_cannot_be_written_can_be_read(
    world: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world.registry.parent
    for left in folder.iterdir():  # nothing but the registry itself, as on a CD
        if left != world.registry:
            left.unlink()
    connect = file.connect

    def as_on_a_cd(path: Path, mode: str = "rw", patience: float | None = None) -> sqlite3.Connection:
        if path == world.registry:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return connect(path, mode, patience)

    # root may write anywhere, so the permission is only said to be missing
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.R_OK)
    monkeypatch.setattr(file, "connect", as_on_a_cd)
    with open_reading(world.registry) as connection:
        assert connection.execute("select count(*) from centres").fetchone()[0] == 2
        assert list(folder.iterdir()) == [world.registry]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_registry_in_a_read_only_folder_can_be_read(world: Bench) -> None:
    folder = world.registry.parent
    folder.chmod(0o555)
    try:
        with open_reading(world.registry) as connection:
            assert connection.execute("select count(*) from centres").fetchone()[0] == 2
    finally:
        folder.chmod(0o755)


# What cannot


@both
@pytest.mark.parametrize("folder", [True, False])
def test_a_registry_that_is_not_there_is_not_made(tmp_path: Path, opener: Opener, folder: bool) -> None:
    path = tmp_path / "registry.db"
    if folder:
        path.mkdir()
    found = problem(opener, path)
    assert found.message.text("en") == f"There is no registry at {path}."
    assert found.advice is not None
    assert found.advice.text("en") == f"Make one with: crpv init --db {path}"
    assert path.exists() is folder


@both
def test_another_sqlite_file_is_no_registry(tmp_path: Path, opener: Opener) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t (a)")
    before = path.read_bytes()
    assert "is not a crpv registry" in problem(opener, path).message.text("en")
    assert path.read_bytes() == before


@both
@pytest.mark.parametrize("content", [b"", b"centre;department\n", b"SQLite format 3\x00" + b"\xff" * 2000])
def test_another_file_is_no_registry(tmp_path: Path, opener: Opener, content: bytes) -> None:
    path = tmp_path / "file.db"
    path.write_bytes(content)
    message = problem(opener, path).message.text("en")
    assert str(path) in message
    assert "registry" in message
    assert path.read_bytes() == content


@both
def test_a_registry_of_a_newer_program_is_refused(world: Bench, opener: Opener) -> None:
    with world.connect() as connection:
        connection.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    found = problem(opener, world.registry)
    assert "newer version of crpv" in found.message.text("en")
    assert found.advice is not None
    assert "Upgrade crpv" in found.advice.text("en")
    with pytest.raises(RegistryProblem):
        version_of(world.registry)


def test_the_version_of_a_registry_is_known_without_opening_it(world: Bench) -> None:
    assert version_of(world.registry) == SCHEMA_VERSION


def test_a_registry_that_is_damaged_is_a_problem(world: Bench) -> None:
    with world.connect() as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (page,) = connection.execute("select rootpage from sqlite_schema where name = 'centres'").fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    content = bytearray(world.registry.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    world.registry.write_bytes(content)
    found = problem(open_reading, world.registry)
    assert "is damaged" in found.message.text("en")


def test_a_locked_registry_is_a_problem_after_a_while(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "BUSY_TIMEOUT_SECONDS", 0.05)
    with world.connect() as other:
        other.execute("begin immediate")
        with pytest.raises(RegistryProblem) as caught, open_writing(world.registry) as connection:
            connection.execute("update centres set seat = 'Colmar'")
    assert caught.value.message.text("en") == f"Another program is writing to {world.registry}."
