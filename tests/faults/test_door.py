"""A registry is opened with all that was committed to it, by whoever may read it, or the reason why not is said."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.language import Message
from crpv_cli.registry import file, trust
from crpv_cli.registry.connection import open_reading
from tests.faults.conftest import ended, started, values
from tests.inside import inside
from tests.registry.test_migrations import made

FUNDER = "id,name,kind\n{id},Somebody,other\n"


# --- The first command ---


@pytest.mark.parametrize("number", [2, 3])
def test_first_commands_that_start_together_all_find_the_whole_registry(tmp_path: Path, number: int) -> None:
    for turn in range(3):
        home = tmp_path / str(turn)
        home.mkdir()
        running = [started("list", "-f", "json", env={"HOME": str(home)}) for _ in range(number)]
        answers = [ended(process) for process in running]
        assert [code for code, _, _ in answers] == [0] * number, answers
        assert {len(json.loads(out)) for _, out, _ in answers} == {20}
        (path,) = home.rglob("crpv.sqlite")
        assert values(path, "select count(*) from loads") == [(1,)]
        assert sum("A registry was made" in err for _, _, err in answers) == 1
        assert list(path.parent.glob(".*")) == []


def test_only_its_owner_can_read_a_new_registry(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "r.sqlite"
    assert inside("init", "--db", path, env={"HOME": str(tmp_path)}).returncode == 0
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o600, 0o700]
    shared = tmp_path / "shared.sqlite"
    assert inside("init", "--shared", "--db", shared, env={"HOME": str(tmp_path)}).returncode == 0
    assert stat.S_IMODE(shared.stat().st_mode) == 0o660


@pytest.mark.parametrize("arguments", [("list",), ("load", "f.csv"), ("init",)])
def test_a_link_to_a_share_that_is_not_there_is_not_replaced(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    home = tmp_path / "home"
    first = inside("list", env={"HOME": str(home)})
    assert first.returncode == 0, first.stderr
    (path,) = home.rglob("crpv.sqlite")
    path.unlink()
    path.symlink_to(tmp_path / "share" / "crpv.sqlite")
    ran = inside(*arguments, env={"HOME": str(home)}, cwd=tmp_path)
    assert ran.returncode == 3, ran.stderr
    assert str(tmp_path / "share") in ran.stderr
    assert path.is_symlink()
    assert not path.exists()


def test_no_registry_is_made_beside_the_last_rows_of_another(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    path.with_name("r.sqlite-wal").write_bytes(b"rows")
    ran = inside("init", "--db", path, env={"HOME": str(tmp_path)})
    assert (ran.returncode, path.exists()) == (3, False)
    assert "r.sqlite-wal" in ran.stderr


# --- Where nothing may be written ---


@pytest.mark.parametrize("rights", [0o444, 0o644])
@pytest.mark.parametrize("left", ["nothing", "rows"])
def test_a_registry_is_read_whole_where_nothing_may_be_written(
    tmp_path: Path, small: Path, bound: Callable[[], None], rights: int, left: str
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    path = folder / "r.sqlite"
    loaded = tmp_path / "f.csv"
    loaded.write_text(FUNDER.format(id="last"), encoding="utf-8")
    shutil.copyfile(small, path)
    if left == "rows":
        with open_reading(path):  # as long as somebody reads, what is loaded stays beside the file
            assert inside("load", loaded, "--db", path, env={"HOME": str(tmp_path)}).returncode == 0
            kept = tmp_path / "kept"
            shutil.copytree(folder, kept)
        shutil.rmtree(folder)
        kept.rename(folder)
        (folder / "r.sqlite-shm").unlink()
        assert (folder / "r.sqlite-wal").stat().st_size
    for place in folder.iterdir():
        place.chmod(rights)
    folder.chmod(0o555)
    before = {place.name: place.read_bytes() for place in folder.iterdir()}
    code, out, err = ended(started("list", "funders", "-f", "json", "--db", path, env={}, before=bound))
    folder.chmod(0o755)
    assert code == 0, err
    assert ("last" in {row["id"] for row in json.loads(out)}) is (left == "rows")
    assert {place.name: place.read_bytes() for place in folder.iterdir()} == before


def test_an_earlier_registry_is_read_where_nothing_may_be_written(tmp_path: Path, bound: Callable[[], None]) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    path = made(folder / "old.sqlite", 3)
    path.chmod(0o444)
    folder.chmod(0o555)
    code, out, err = ended(started("list", "-f", "json", "--db", path, env={}, before=bound))
    folder.chmod(0o755)
    assert code == 0, err
    assert {row["id"] for row in json.loads(out)} == {"oriv", "paris"}
    assert [place.name for place in folder.iterdir()] == ["old.sqlite"]


KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("pragma journal_mode = delete")
connection.execute("pragma cache_size = 1")
connection.execute("begin immediate")
for number in range(2000):
    connection.execute("insert into funders (id, name, kind, load) values (?, 'x', 'other', 1)", [f"half-{number}"])
assert os.path.getsize(sys.argv[1] + "-journal") > 512
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("arguments", [("list", "funders"), ("load", "f.csv")])
def test_what_a_killed_program_had_half_written_is_taken_back(
    tmp_path: Path, small: Path, arguments: tuple[str, ...]
) -> None:
    path = Path(shutil.copyfile(small, tmp_path / "r.sqlite"))
    (tmp_path / "f.csv").write_text(FUNDER.format(id="last"), encoding="utf-8")
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert file.beside(path, "-journal").stat().st_size
    ran = inside(*arguments, "-f", "json", "--db", path, env={"HOME": str(tmp_path)}, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "half-1" not in ran.stdout
    assert values(path, "select count(*) from funders where id glob 'half-*'") == [(0,)]
    assert values(path, "pragma integrity_check") == [("ok",)]


# --- Registries of others ---


@pytest.mark.parametrize("arguments", [("list",), ("load", "f.csv"), ("undo", "--yes", "1"), ("query", "select 1")])
def test_nothing_of_somebody_elses_acts_in_a_registry(tmp_path: Path, small: Path, arguments: tuple[str, ...]) -> None:
    path = Path(shutil.copyfile(small, tmp_path / "r.sqlite"))
    (tmp_path / "f.csv").write_text(FUNDER.format(id="last"), encoding="utf-8")
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("create trigger sly after insert on funders begin update centres set note = 'changed'; end")
    before = path.read_bytes()
    ran = inside(*arguments, "--db", path, env={"HOME": str(tmp_path)}, cwd=tmp_path)
    assert ran.returncode == 3
    assert "sly" in ran.stderr
    assert path.read_bytes() == before


def test_views_and_tables_of_others_are_left_alone(tmp_path: Path, small: Path) -> None:
    path = Path(shutil.copyfile(small, tmp_path / "r.sqlite"))
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("create view mine as select id from centres")
        opened.execute("create table ours (a)")
    ran = inside("query", "select count(*) as n from mine", "-f", "csv", "--db", path, env={"HOME": str(tmp_path)})
    assert (ran.returncode, ran.stdout) == (0, "n\n2\n")
    assert values(path, "select name from sqlite_schema where name in ('mine', 'ours') order by 1") == [
        ("mine",),
        ("ours",),
    ]


def test_rows_that_something_else_changed_are_refused_with_their_table(tmp_path: Path, small: Path) -> None:
    path = Path(shutil.copyfile(small, tmp_path / "r.sqlite"))
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("update funders set name = 'Someone else' where id = 'town'")
        opened.commit()
    ran = inside("list", "--db", path, env={"HOME": str(tmp_path)})
    assert ran.returncode == 3
    assert "funders" in ran.stderr
    assert "crpv check --integrity" in ran.stderr


def test_the_file_is_looked_at_again_only_when_something_wrote_to_it(
    tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copyfile(small, tmp_path / "r.sqlite"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    looked = []
    structure = trust.structure

    def counted(opened: sqlite3.Connection) -> Message | None:
        looked.append(path)
        return structure(opened)

    monkeypatch.setattr(trust, "structure", counted)
    for _ in range(2):
        with open_reading(path):
            pass
    assert len(looked) == 1
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("create view mine as select 1 as one")
    for _ in range(2):
        with open_reading(path):
            pass
    assert len(looked) == 2


# --- Bringing one up to date ---


@pytest.mark.parametrize("version", [1, 3, 6])
def test_commands_that_start_together_on_an_earlier_registry_are_all_right(tmp_path: Path, version: int) -> None:
    path = made(tmp_path / "old.sqlite", version)
    path.chmod(0o600)
    before = values(path, "select id, name from centres order by id")
    running = [started("list", "-f", "json", "--db", path, env={"HOME": str(tmp_path)}) for _ in range(3)]
    answers = [ended(process) for process in running]
    assert [code for code, _, _ in answers] == [0, 0, 0], answers
    (copy,) = tmp_path.glob("old.before-schema-*.sqlite")
    assert values(copy, "pragma user_version") == [(version,)]
    assert values(copy, "select id, name from centres order by id") == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sum("brought up to date" in err for _, _, err in answers) == 1
