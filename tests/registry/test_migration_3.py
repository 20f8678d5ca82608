"""Registries of schema 1 and 2, kept as they were made, get the views and keep all they held."""

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
from tests.registry.test_migration_2 import dump

VIEWS = {
    "v_centres",
    "v_coverage",
    "v_coverage_totals",
    "v_evaluation_latest",
    "v_funding",
    "v_funding_by_centre",
}


@pytest.fixture(params=[1, 2])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A registry as an earlier release made it."""
    path = tmp_path / "old.db"
    kept = Path(__file__).with_name(f"version_{request.param}.sql")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(kept.read_text(encoding="utf-8"))
        assert connection.execute("pragma user_version").fetchone() == (request.param,)
    return path


def views(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("select name, sql from sqlite_schema where type = 'view'"))


def test_an_older_registry_gets_the_views_and_a_copy_is_kept(old: Path, empty_registry: Path) -> None:
    before = dump(old)
    copy = migrations.migrate(old)
    assert copy == old.with_name(f"old.before-schema-{SCHEMA_VERSION}.db")
    assert dump(copy) == before
    assert views(copy) == {}
    after = dump(old)
    assert {name: rows for name, rows in after.items() if name in before} == before
    assert views(old) == views(empty_registry)
    assert set(views(old)) >= VIEWS
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert migrations.migrate(old) is None


def test_the_views_read_what_an_older_registry_held(old: Path) -> None:
    migrations.migrate(old)
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("select id, state_support, departments from v_centres order by id").fetchall() == [
            ("oriv", 1234.5, "67 68"),
            ("paris", None, None),
        ]
        rated = connection.execute("select rating, position from v_evaluation_latest where year = 2023").fetchall()
        assert rated == [("3", round(2 / 3, 6))]
        for name in VIEWS:
            connection.execute(f"select * from {name}").fetchall()


def test_views_that_somebody_made_under_these_names_give_way(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("create view v_funding as select 1 as mine")
        connection.commit()
    migrations.migrate(old)
    assert "mine" not in views(old)["v_funding"]


def test_a_reading_command_does_it_and_says_so(old: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "crpv_cli", "report", "funding", "--db", str(old), "--format", "json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(old.parent), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    assert str(old.with_name(f"old.before-schema-{SCHEMA_VERSION}.db")) in ran.stderr
    assert set(views(old)) >= VIEWS
