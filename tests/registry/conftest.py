"""Registries are made once and copied for each test that changes one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crpv_cli.registry import migrations
from tests.registry.bench import WORLD, Bench


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "registry.db"
    migrations.create(path)
    return path


@pytest.fixture(scope="session")
def world_registry(tmp_path_factory: pytest.TempPathFactory, empty_registry: Path) -> Path:
    folder = tmp_path_factory.mktemp("world")
    path = folder / "registry.db"
    shutil.copy(empty_registry, path)
    report = Bench(folder, path).load(*((f"{name}.csv", content) for name, content in WORLD.items()))
    assert report.anomalies == []
    return path


@pytest.fixture
def empty(tmp_path: Path, empty_registry: Path) -> Bench:
    shutil.copy(empty_registry, tmp_path / "registry.db")
    return Bench(tmp_path, tmp_path / "registry.db")


@pytest.fixture
def world(tmp_path: Path, world_registry: Path) -> Bench:
    shutil.copy(world_registry, tmp_path / "registry.db")
    return Bench(tmp_path, tmp_path / "registry.db")
