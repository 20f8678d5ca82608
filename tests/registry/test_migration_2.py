"""A registry of schema 1, kept as it was made, gets the table of neighbourhoods and keeps all it held."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.registry import migrations
from crpv_cli.registry.connection import SCHEMA_VERSION, open_reading

FIRST = Path(__file__).with_name("version_1.sql")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A registry as the first release made it."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text(encoding="utf-8"))
    return path


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
        return {
            name: sorted(connection.execute(f"select * from {name}"), key=repr)
            for name in names
            if name != "_sqlite_migrations"
        }


def schema(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"pragma table_info({name})").fetchall()
            for (name,) in connection.execute("select name from sqlite_schema where type = 'table' order by name")
        }


def test_the_fixture_is_a_registry_of_schema_1_with_rows(old: Path) -> None:
    with open_reading(old) as connection:
        assert connection.execute("pragma user_version").fetchone()[0] == 1
    held = dump(old)
    assert "neighbourhoods" not in held
    assert len(held["centres"]) == 2
    assert len(held["changes"]) == 19


def test_a_registry_of_schema_1_is_brought_up_to_date_and_a_copy_is_kept(old: Path) -> None:
    before = dump(old)
    copy = migrations.migrate(old)
    assert copy == old.with_name(f"old.before-schema-{SCHEMA_VERSION}.db")
    assert dump(copy) == before
    after = dump(old)
    assert after.pop("neighbourhoods") == []
    assert {name: rows for name, rows in after.items() if name in before} == before
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert migrations.migrate(old) is None


def test_a_migrated_registry_has_the_tables_of_a_new_one(old: Path, empty_registry: Path) -> None:
    migrations.migrate(old)
    assert schema(old) == schema(empty_registry)


@pytest.mark.parametrize("command", [("list",), ("list", "neighbourhoods"), ("report", "coverage"), ("info",)])
def test_any_reading_command_does_it_and_says_so(old: Path, command: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "crpv_cli", *command, "--db", str(old), "--format", "json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(old.parent), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    copy = old.with_name(f"old.before-schema-{SCHEMA_VERSION}.db")
    assert str(copy) in ran.stderr
    assert len(dump(copy)["centres"]) == len(dump(old)["centres"]) == 2
    assert "neighbourhoods" in dump(old)
