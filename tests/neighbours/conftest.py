"""The neighbours: a PostgreSQL of the tests' own, what crpv says, and a registry of hostile texts."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.inside import inside
from tests.neighbours.servers import Missing, postgresql_server

# What a spreadsheet, a shell, SQL, psql, COPY, YAML or HTML could take for something else than text.
HOSTILE = (
    "\\. \\N \\q \\! \\copy \\\\",
    "line\nbreak\ttab\r\nand 'quotes' \"double\" $$ $crpv$ :name %s {x}",
    "'); DROP SCHEMA crpv CASCADE; --",
    "<script>alert(1)</script> &amp; é œ 🏘 \u2028 \u202e",
    "=1+1, ; | : - # @ * & ! ? [x] {y} ~ null true",
)
Ask = Callable[..., Any]


def crpv(*arguments: object, env: dict[str, str] | None = None) -> str:
    """Run the command; it must succeed. Returns standard output."""
    ran = inside(*arguments, env={"HOME": str(Path(tempfile.gettempdir())), **(env or {})})
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def crpv_json(*arguments: object) -> Any:
    """What the command answers a program."""
    return json.loads(crpv(*arguments, "--format", "json"))


@pytest.fixture(scope="session")
def hostile_path(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with texts in it that other programs could obey, one of them longer than an index holds."""
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "hostile.sqlite"
    shutil.copy(demo_path, path)
    rows = [(f"h{number}", text) for number, text in enumerate((*HOSTILE, "long " * 4000))]
    file = folder / "funding.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["centre", "funder", "year", "stage", "amount", "object", "reference"])
        for number, (name, text) in enumerate(rows):
            writer.writerow(["oriv", "etat", 2021, "granted", f"{number}.01", text, name])
    crpv("load", file, "--db", path)
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Ask]:
    """A PostgreSQL for the session; gives a function that runs psql, with a script or a question."""
    with ExitStack() as opened:
        try:
            psql = opened.enter_context(postgresql_server())
        except Missing as missing:
            pytest.skip(str(missing))
        yield psql


@pytest.fixture
def database(postgresql: Ask, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """An empty database: a function that loads a script, or answers a question with the rows of a CSV file."""
    name = f"t{abs(hash(request.node.nodeid))}"
    assert postgresql("postgres", "-c", f"create database {name}").returncode == 0

    def ask(sql: str | Path) -> Any:
        if isinstance(sql, Path):
            return postgresql(name, "-f", str(sql))
        ran = postgresql(name, "--csv", "-v", "ON_ERROR_STOP=1", "-c", sql)
        assert ran.returncode == 0, ran.stderr
        return list(csv.DictReader(ran.stdout.splitlines(keepends=True)))

    yield ask
    postgresql("postgres", "-c", f"drop database {name}")
