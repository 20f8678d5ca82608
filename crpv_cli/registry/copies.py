"""Copies of a registry beside it: made whole while others write, verified, and never over another file."""

from __future__ import annotations

import datetime
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from crpv_cli import publishing
from crpv_cli.errors import RegistryProblem
from crpv_cli.language import msg
from crpv_cli.registry import file
from crpv_cli.registry.trust import structure


def place_of(path: Path, why: str) -> Path:
    """Return the name of a copy made now: ``STEM.WHY-20261127T142005Z.sqlite``, with a number if it is taken."""
    path = path.resolve()
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while True:
        place = path.with_name(f"{path.stem}.{why}-{now}{'' if number == 1 else f'-{number}'}{path.suffix}")
        if not os.path.lexists(place):
            return place
        number += 1


@contextmanager
def made(path: Path, why: str) -> Iterator[Path]:
    """Copy a registry beside it; the copy appears when the block ends without an error, and the block's work after it.

    Yields where it will be. To be opened in a transaction that keeps others from writing.

    Raises:
        RegistryProblem: the copy cannot be made, or is not what was copied.
    """
    try:
        with publishing.workplace(path.resolve().parent, path.name) as place:
            part = place / path.name
            write_copy(path, part)
            target = place_of(path, why)
            yield target
            publishing.publish(part, target)
    except OSError as error:
        raise RegistryProblem(
            msg(
                "No copy of {path} can be made in {folder}: {reason}",
                path=path,
                folder=path.resolve().parent,
                reason=error.strerror or str(error),
            ),
            msg("The registry is as it was. Make room there, and check that you may write to that folder."),
        ) from error


def write_copy(path: Path, part: Path) -> None:
    """Write all that was committed to a registry into another file, with its rights, and verify it.

    Raises:
        OSError: it cannot be written.
        RegistryProblem: the registry is damaged, or the copy is not what was copied.
        sqlite3.Error: the registry cannot be read.
    """
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(file.connect(path, "ro")) as source, closing(sqlite3.connect(part, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("pragma journal_mode = delete")  # one file, with nothing beside it
    with closing(file.connect(part, "ro")) as copy:
        if (reason := structure(copy)) is not None:
            raise file.damaged(path, reason)
    there = path.stat()
    part.chmod(stat.S_IMODE(there.st_mode))
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(part, there.st_uid, there.st_gid)
