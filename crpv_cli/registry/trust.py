"""Whether the rows of a registry may be believed: SQLite's own check, and the seals of what loads wrote.

Both read the whole file. A note in the user's cache tells which file was found right, by its size and times, so that
the next command need not look again until something has written to it, or a day has passed.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from crpv_cli.errors import RegistryProblem
from crpv_cli.language import Message, msg
from crpv_cli.registry import schema
from crpv_cli.registry.file import BESIDE, beside, damaged, moment, not_a_registry, one_state

_BELIEVED_SECONDS = 24 * 3600


def check_ours(connection: sqlite3.Connection, path: Path) -> int:
    """Check that a file is a registry, of a version that this program knows; returns the version.

    Raises:
        RegistryProblem: the file is no registry, or a newer program made it.
        sqlite3.Error: it cannot be read.
    """
    (application,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    if application != schema.APPLICATION_ID:
        raise not_a_registry(path)
    if version > schema.SCHEMA_VERSION:
        raise RegistryProblem(
            msg(
                "{path} was made by a newer version of crpv (schema {found}, this one knows {known}).",
                path=path,
                found=version,
                known=schema.SCHEMA_VERSION,
            ),
            msg("Upgrade crpv, then try again."),
        )
    return int(version)


def check_nothing_acts(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a registry in which something of somebody else's would change or refuse rows.

    Raises:
        RegistryProblem: there are triggers, or unique indexes that crpv did not make.
        sqlite3.Error: it cannot be read.
    """
    found = schema.strangers(connection)
    names = [*found.get("trigger", []), *found.get("unique", [])]
    if names:
        raise RegistryProblem(
            msg("{path} has triggers or unique indexes that crpv did not make: {names}.", path=path, names=names),
            msg(
                "They would change or refuse rows without a trace, so crpv does not touch this file. Remove them, "
                "after a look at them: crpv check --integrity --mend --db {path}",
                path=path,
            ),
        )


def check_believable(connection: sqlite3.Connection, path: Path, stamp: str) -> None:
    """Refuse a registry that is damaged, or whose rows something else than a load has changed.

    Args:
        connection: a registry in a transaction: what is compared is of one moment.
        path: where it is.
        stamp: what ``stamp_of`` gave before the transaction.

    Raises:
        RegistryProblem: it is; with the tables.
        sqlite3.Error: it cannot be read.
    """
    if stamp and _noted(path) == stamp:
        return
    check_whole(connection, path)
    _note(path, stamp)


def check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Do the same without asking whether it was done before.

    Raises:
        RegistryProblem: the registry is damaged, or something else changed its rows; with the tables.
        sqlite3.Error: it cannot be read.
    """
    with one_state(connection):
        if (reason := structure(connection)) is not None:
            raise damaged(path, reason)
        if "seals" not in schema.there_is(connection):
            return
        from crpv_cli.registry.seals import broken

        try:
            tables = broken(connection)
        except (sqlite3.OperationalError, UnicodeDecodeError) as error:
            raise damaged(path, msg(str(error))) from error
    if tables:
        raise RegistryProblem(
            msg("{path}: something else than crpv changed the rows of {tables}.", path=path, tables=tables),
            msg(
                "See what is wrong with: crpv check --integrity; put back a copy with: crpv restore; or accept "
                "the rows as they are with: crpv check --integrity --mend"
            ),
        )


def structure(connection: sqlite3.Connection) -> Message | None:
    """Return the first thing that SQLite finds wrong with a file, or None."""
    # Of the file alone: temporary storage would be opened as well, and is then where it is, in memory or on the disk.
    (found,) = connection.execute("pragma main.integrity_check(1)").fetchone()
    return None if found == "ok" else msg(str(found).strip().splitlines()[-1])


def believe(path: Path) -> None:
    """Note that a file is right: this program has just written it."""
    _note(path, stamp_of(path))


# --- The note ---


def stamp_of(path: Path) -> str:
    """What tells a file that was found right from one that was written to since; empty if that cannot be told."""
    try:
        moments = [moment(path.resolve()), *(moment(beside(path.resolve(), suffix)) for suffix in BESIDE)]
    except OSError:
        return ""
    # Readers make and empty the file of what is not written yet: an empty one says nothing.
    told = [found if place == 0 or (found and found[2]) else () for place, found in enumerate(moments)]
    return repr((schema.SCHEMA_VERSION, told))


def _note_of(path: Path) -> Path:
    found = path.stat()
    return _cache() / "verified" / f"{found.st_dev:x}-{found.st_ino:x}"


def _cache() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("crpv", appauthor=False)


def _noted(path: Path) -> str | None:
    with suppress(OSError, RuntimeError):
        note = _note_of(path)
        if 0 <= time.time() - note.stat().st_mtime < _BELIEVED_SECONDS:
            return note.read_text(encoding="utf-8")
    return None


def _note(path: Path, stamp: str) -> None:
    if not stamp:
        return
    with suppress(OSError, RuntimeError):  # a cache that cannot be written: the next command looks again
        note = _note_of(path)
        if not note.exists():
            note.parent.mkdir(0o700, parents=True, exist_ok=True)
            _forget_old(note.parent)
        descriptor = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(stamp)


def _forget_old(notes: Path) -> None:
    """Remove the notes that nobody believes any more, of registries that may be gone."""
    for entry in os.scandir(notes):
        with suppress(OSError):
            if time.time() - entry.stat().st_mtime >= _BELIEVED_SECONDS:
                Path(entry.path).unlink()
