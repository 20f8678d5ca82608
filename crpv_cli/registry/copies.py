"""Copies of a registry beside it: made whole while others write, verified, and never over another file."""

from __future__ import annotations

import datetime
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crpv_cli import publishing
from crpv_cli.errors import RegistryProblem
from crpv_cli.language import msg
from crpv_cli.registry import file, schema
from crpv_cli.registry.seals import contents
from crpv_cli.registry.trust import structure

_MOMENT = "%Y%m%dT%H%M%SZ"


def place_of(path: Path, why: str) -> Path:
    """Return the name of a copy made now: ``STEM.WHY-20261127T142005Z.sqlite``, with a number if it is taken."""
    path = path.resolve()
    now = datetime.datetime.now(datetime.UTC).strftime(_MOMENT)
    number = 1
    while True:
        place = path.with_name(f"{path.stem}.{why}-{now}{'' if number == 1 else f'-{number}'}{path.suffix}")
        if not any(os.path.lexists(file.beside(place, suffix)) for suffix in ("", *file.BESIDE)):
            return place
        number += 1


@contextmanager
def made(path: Path, why: str, *, verified: bool = True) -> Iterator[Path]:
    """Copy a registry beside it; the copy appears when the block ends without an error, and the block's work after it.

    Yields where it will be. To be opened in a transaction that keeps others from writing.

    Args:
        path: the registry.
        why: the kind of copy, part of its name.
        verified: refuse a registry that is damaged; otherwise its copy is as damaged as it is.

    Raises:
        RegistryProblem: the copy cannot be made, or is not what was copied.
    """
    try:
        with publishing.workplace(path.resolve().parent, path.name) as place:
            part = place / path.name
            write_copy(path, part, verified=verified)
            target = place_of(path, why)
            yield target
            publishing.publish(part, target)
    except OSError as error:
        raise unmade(path, path.resolve().parent, error.strerror or str(error)) from error


def unmade(path: Path, folder: Path, reason: str) -> RegistryProblem:
    """Say that no copy of a registry can be made."""
    return RegistryProblem(
        msg("No copy of {path} can be made in {folder}: {reason}", path=path, folder=folder, reason=reason),
        msg("The registry is as it was. Make room there, and check that you may write to that folder."),
    )


def write_copy(path: Path, part: Path, *, verified: bool = True, source: sqlite3.Connection | None = None) -> None:
    """Write all that was committed to a registry into another file, with its rights, and verify it.

    The copy is read again from its file: SQLite finds it right, and it holds the rows of the state that was copied.

    Args:
        path: the registry.
        part: the file to write; there is none yet.
        verified: False for a registry that is damaged, whose copy can only be as it is.
        source: a connection to the registry, if not one of its own is to be made.

    Raises:
        OSError: it cannot be written.
        RegistryProblem: the registry is damaged, or the copy is not what was copied.
        sqlite3.Error: the registry cannot be read.
    """
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if source is None:
        with closing(file.connect(path, "ro")) as own:
            expected = _written(own, part, verified)
    else:
        expected = _written(source, part, verified)
    if verified:
        with closing(file.connect(part, "ro")) as copy:
            if (reason := structure(copy)) is not None:
                raise file.damaged(path, reason)
            if contents(copy) != expected:
                raise unmade(path, part.parent, "Input/output error")
    _give_rights(part, path.stat())


def _give_rights(part: Path, there: os.stat_result) -> None:
    """Let those read and write a copy who may read and write the registry, and nobody else."""
    mode = stat.S_IMODE(there.st_mode)
    if hasattr(os, "chown"):
        for owner in (there.st_uid, -1):  # who is not its owner can still give it to the group
            with suppress(OSError):
                os.chown(part, owner, there.st_gid)
                break
        else:
            mode &= ~stat.S_IRWXG  # it would be another group
    part.chmod(mode)


def _written(source: sqlite3.Connection, part: Path, verified: bool) -> dict[str, str]:
    """Copy one state in one step, and return what it holds: nobody's later commit is in either."""
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        with file.one_state(source):
            expected = contents(source) if verified else {}
            file.copy_pages(source, copy)
        copy.execute("pragma journal_mode = delete")  # one file, with nothing beside it
    return expected


# --- The copies that there are ---


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy beside a registry: what kind, made when (UTC, ISO 8601), and what it holds, None if it cannot be read."""

    path: Path
    why: str
    at: str
    size: int
    schema: int | None
    load: int | None
    loaded_at: str | None

    @property
    def day(self) -> str:
        """The day on which it was made, where the reader is."""
        return datetime.datetime.fromisoformat(self.at).astimezone().date().isoformat()


def beside(path: Path) -> list[Copy]:
    """Return the copies beside a registry, the newest first."""
    path = path.resolve()
    named = re.compile(
        rf"{re.escape(path.stem)}\.([a-z][a-z0-9-]*)-(\d{{8}}T\d{{6}}Z)(?:-(\d+))?{re.escape(path.suffix)}"
    )
    found = []
    with suppress(OSError):
        for place in path.parent.iterdir():
            match = named.fullmatch(place.name)
            if match is None or not place.is_file():
                continue
            try:
                at = datetime.datetime.strptime(match[2], _MOMENT).replace(tzinfo=datetime.UTC)
            except ValueError:
                continue
            copy = Copy(place, match[1], at.isoformat(), place.stat().st_size, *_held(place))
            found.append(((match[2], int(match[3] or 1), match[1]), copy))
    return [copy for _, copy in sorted(found, key=lambda one: one[0], reverse=True)]


def _held(place: Path) -> tuple[int | None, int | None, str | None]:
    if file.is_sqlite(place):
        with suppress(RegistryProblem, sqlite3.Error), file.reading(place) as connection:
            return held(connection)
    return None, None, None


def held(connection: sqlite3.Connection) -> tuple[int | None, int | None, str | None]:
    """Return the schema of an open registry, and its last load and when that was."""
    (version,) = connection.execute("pragma user_version").fetchone()
    if "loads" not in schema.there_is(connection):
        return version, None, None
    last = connection.execute("select id, at from loads order by id desc limit 1").fetchone()
    return (version, *last) if last is not None else (version, None, None)
