"""Processes that are started together, killed, or may not write."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import NETWORK, add_tables, crpv
from tests.inside import as_in


def started(
    *arguments: object, env: Mapping[str, str], before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Start the installed command, and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "crpv_cli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=as_in(env),
        preexec_fn=before,  # noqa: PLW1509 - no test has threads
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a command; returns its exit code and what it wrote."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def values(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What another program reads in a registry."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


_DROP_FROM_BOUNDING_SET = 24  # PR_CAPBSET_DROP
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


def bound_by_rights() -> None:
    """Give up, before a command starts, what lets root write and read where the rights of a file forbid it."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            if prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0) != 0:
                os._exit(99)


@pytest.fixture
def bound() -> Callable[[], None]:
    """Makes a command one of somebody who may only do what the rights of files allow."""
    if not sys.platform.startswith("linux"):
        pytest.skip("root is bound by rights only on Linux")
    ran = subprocess.run([sys.executable, "-c", ""], preexec_fn=bound_by_rights, check=False)
    if ran.returncode:
        pytest.skip("root may not give up its capabilities here")
    return bound_by_rights


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of two centres, to be copied."""
    path = tmp_path_factory.mktemp("small") / "small.sqlite"
    assert crpv("init", "--empty", "--db", path).code == 0
    add_tables(path, **NETWORK)
    return path
