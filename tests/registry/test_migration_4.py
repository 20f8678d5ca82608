"""Registries of schema 1 to 3, kept as they were made, get the tables and views of what a centre is and does."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.registry import migrations
from crpv_cli.registry.connection import SCHEMA_VERSION
from tests.registry.test_migration_2 import dump, schema
from tests.registry.test_migration_3 import views

TABLES = {"governance", "agreements", "activities", "exceptions"}
NEW_VIEWS = {"v_activity", "v_activity_by_centre", "v_agreements", "v_governance", "v_network"}


@pytest.fixture(params=[1, 2, 3])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A registry as an earlier release made it."""
    path = tmp_path / "old.db"
    kept = Path(__file__).with_name(f"version_{request.param}.sql")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(kept.read_text(encoding="utf-8"))
        assert connection.execute("pragma user_version").fetchone() == (request.param,)
    return path


def indexes(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("select name, sql from sqlite_schema where type = 'index' and sql is not null"))


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crpv_cli", *arguments, "--db", str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(path.parent), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
    )


def test_an_older_registry_gets_the_tables_keeps_its_rows_and_a_copy_is_kept(old: Path) -> None:
    before, seen = dump(old), views(old)
    assert not TABLES & set(before)
    copy = migrations.migrate(old)
    assert copy == old.with_name(f"old.before-schema-{SCHEMA_VERSION}.db")
    assert (dump(copy), views(copy)) == (before, seen)
    after = dump(old)
    assert {name: after.pop(name) for name in TABLES} == {name: [] for name in TABLES}
    assert {name: rows for name, rows in after.items() if name in before} == before
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert migrations.migrate(old) is None


def test_it_then_is_what_a_new_registry_is(old: Path, empty_registry: Path) -> None:
    migrations.migrate(old)
    assert schema(old) == schema(empty_registry)
    assert indexes(old) == indexes(empty_registry)
    assert views(old) == views(empty_registry)
    assert set(views(old)) >= NEW_VIEWS


def test_the_views_read_what_an_older_registry_held(old: Path) -> None:
    migrations.migrate(old)
    with closing(sqlite3.connect(old)) as connection:
        for name in sorted(views(old)):
            connection.execute(f"select * from {name}").fetchall()
        (row,) = connection.execute("select centres, half_days, agreements_running from v_network").fetchall()
        # Nothing is known of activity and agreements, which is not 0.
        assert row == (2, None, None)


def test_views_that_somebody_made_under_these_names_give_way(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("create view v_network as select 1 as mine")
        connection.commit()
    migrations.migrate(old)
    assert "mine" not in views(old)["v_network"]


def test_rows_of_the_new_tables_can_then_be_loaded(old: Path) -> None:
    file = old.parent / "activities.csv"
    file.write_text(
        "centre,mission,year,type,half_days\noriv,skills,2025,training,12\noriv,skills,2025,visit,\n", encoding="utf-8"
    )
    loaded = run(old, "load", str(file))
    assert loaded.returncode == 0, loaded.stderr
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("select centre, type, half_days from activities order by type").fetchall() == [
            ("oriv", "training", 12),
            ("oriv", "visit", None),
        ]


@pytest.mark.parametrize("command", [("report", "activity"), ("report", "agreements"), ("list", "governance")])
def test_a_reading_command_does_it_and_says_so(old: Path, command: tuple[str, ...]) -> None:
    ran = run(old, *command, "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert str(old.with_name(f"old.before-schema-{SCHEMA_VERSION}.db")) in ran.stderr
    assert set(dump(old)) >= TABLES


def test_the_kept_registry_of_schema_3_holds_the_views_of_its_time() -> None:
    """What was released is never edited: the views of schema 3 that a new registry gets are those it was made with."""
    kept = Path(__file__).with_name("version_3.sql")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(kept.read_text(encoding="utf-8"))
        made = dict(connection.execute("select name, sql from sqlite_schema where type = 'view'"))
    stated = {
        statement.split()[2]: statement.strip()
        for statement in migrations._M003
        if statement.split()[:2] == ["create", "view"]
    }
    assert {name: sql.split(" as", 1)[1].strip() for name, sql in made.items()} == {
        name: sql.split(" as", 1)[1].strip() for name, sql in stated.items()
    }
