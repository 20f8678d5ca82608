"""A way to plant a small network in a registry, in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from crpv_cli.registry import migrations
from tests.rules.faults import CENTRES

Plant = Callable[[str], sqlite3.Connection]


@pytest.fixture(scope="session")
def two_centres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "registry.sqlite"
    migrations.create(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(CENTRES)
    return path


@pytest.fixture
def bare(two_centres: Path) -> Iterator[Plant]:
    """Return a function that gives a registry of two centres after some statements."""
    with ExitStack() as open_ones:

        def planted(statements: str) -> sqlite3.Connection:
            connection = open_ones.enter_context(closing(sqlite3.connect(":memory:")))
            with closing(sqlite3.connect(two_centres)) as kept:
                kept.backup(connection)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma foreign_keys = on")
            connection.executescript(statements)
            return connection

        yield planted


@pytest.fixture
def plant(bare: Plant) -> Plant:
    """Return a function that gives the whole network, with what each rule's test adds to it, after some statements."""
    from tests.rules.test_faults import WHOLE

    return lambda statements: bare(f"{WHOLE};{statements}")
