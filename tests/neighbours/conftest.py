"""The neighbours: a PostgreSQL of the tests' own, what crpv says, and a registry of hostile texts."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.inside import inside

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
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A PostgreSQL for the session; gives a function that runs psql, with a script or a question, in a new database."""
    found = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if found is None or shutil.which("psql") is None:
        pytest.skip("PostgreSQL is not installed")
    programs = Path(found).resolve().parent
    as_user: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses
        import pwd

        names = {user.pw_name for user in pwd.getpwall()}
        if "postgres" not in names or shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL refuses root, and there is no user postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with tempfile.TemporaryDirectory(prefix="crpv-pg-") as place:  # short: the path of a socket has 107 bytes
        if as_user:
            shutil.chown(place, "postgres", "postgres")
        data, log = Path(place, "data"), Path(place, "log")
        initdb = [programs / "initdb", "-D", data, "-U", "crpv", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*as_user, *map(str, initdb)], check=True, capture_output=True, cwd=place)
        options = f"-k {place} -c listen_addresses='' -c fsync=off"
        # Not captured: the server would hold the pipe.
        started = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(log), "-w", "start"]
        subprocess.run(started, check=True, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def psql(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
            program = ["psql", "-X", "-h", place, "-U", "crpv", "-d", database, *arguments]
            return subprocess.run(program, check=False, capture_output=True, encoding="utf-8")

        try:
            yield psql
        finally:
            stop = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, capture_output=True, cwd=place)


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
