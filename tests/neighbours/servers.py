"""Servers of the tests' own, on no port that others could reach; the benchmark uses them too."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Psql = Callable[..., "subprocess.CompletedProcess[str]"]


class Missing(Exception):
    """A program is not there; the text says which."""


@contextmanager
def postgresql_server() -> Iterator[Psql]:
    """Start a PostgreSQL; gives a function that runs psql in a database with some arguments.

    Raises:
        Missing: there is none on this machine, or nobody to run it as.
    """
    found = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if found is None or shutil.which("psql") is None:
        raise Missing("PostgreSQL is not installed")
    programs = Path(found).resolve().parent
    as_user: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses
        import pwd

        if "postgres" not in {user.pw_name for user in pwd.getpwall()} or shutil.which("setpriv") is None:
            raise Missing("PostgreSQL refuses root, and there is no user postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with tempfile.TemporaryDirectory(prefix="crpv-pg-") as place:  # short: the path of a socket has 107 bytes
        if as_user:
            shutil.chown(place, "postgres", "postgres")
        data, log = Path(place, "data"), Path(place, "log")
        control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-w"]
        quiet = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        initdb = [*as_user, str(programs / "initdb"), "-D", str(data), "-U", "crpv", *quiet]
        subprocess.run(initdb, check=True, capture_output=True, cwd=place)
        options = ["-o", f"-k {place} -c listen_addresses='' -c fsync=off", "-l", str(log), "start"]
        nowhere = subprocess.DEVNULL  # not captured: the server would hold the pipe
        subprocess.run([*control, *options], check=True, cwd=place, stdout=nowhere, stderr=nowhere)

        def psql(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
            program = ["psql", "-X", "-h", place, "-U", "crpv", "-d", database, *arguments]
            return subprocess.run(program, check=False, capture_output=True, encoding="utf-8")

        try:
            yield psql
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=place)
