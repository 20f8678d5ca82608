"""Two registries made once: the reference data alone, and with the demonstration."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from crpv_cli.commands.making import make
from crpv_cli.registry.connection import open_reading


@pytest.fixture(scope="session")
def reference_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reference") / "crpv.sqlite"
    make(path, demo=False, empty=False)
    return path


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "crpv.sqlite"
    make(path, demo=True, empty=False)
    return path


@pytest.fixture
def reference(reference_path: Path) -> Iterator[sqlite3.Connection]:
    with open_reading(reference_path) as connection:
        yield connection


@pytest.fixture
def demo(demo_path: Path) -> Iterator[sqlite3.Connection]:
    with open_reading(demo_path) as connection:
        yield connection
