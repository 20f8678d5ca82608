"""A backup of a registry, and the way back: a copy takes the place of a registry in one transaction.

Others who have the registry open see the one or the other. What is replaced is kept beside it, as a copy that can be
restored in turn.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crpv_cli import interrupts, publishing
from crpv_cli.errors import RegistryProblem, UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.registry import copies, file, trust
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.seals import contents

_UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: where, its SHA-256 and size in bytes, and the last load in it and when that was (UTC)."""

    path: Path
    sha256: str
    size: int
    load: int | None
    loaded_at: str | None


def back_up(path: Path, output: Path | None, *, replace: bool = False) -> Backup:
    """Make a backup of a registry that the door has opened, verified and whole; others may go on writing.

    Args:
        path: the registry.
        output: the file to write; by default one beside the registry.
        replace: whether a file that is there may be replaced.

    Raises:
        FileExistsError: there is one, and it may not be replaced.
        RegistryProblem: the registry cannot be copied, or the backup is not what was copied.
        UsageProblem: the file to write is the registry itself, or a database that is in use.
    """
    if output is not None:
        return _back_up(path, output, replace)
    while True:
        with suppress(FileExistsError):  # another command took that name meanwhile
            return _back_up(path, copies.place_of(path, "backup"), replace=False)


def _back_up(path: Path, target: Path, replace: bool) -> Backup:
    done = False
    try:
        target = publishing.followed(target)
        _check_apart(path, target)
        with publishing.workplace(target.parent, target.name) as place:
            part = place / target.name
            with file.reading(path) as source:
                copies.write_copy(path, part, source=source)
            found = verified(part)
            with part.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            size = part.stat().st_size
            interrupts.hold()
            publishing.publish(part, target, replace=replace, mode=stat.S_IMODE(part.stat().st_mode))
            done = True
            interrupts.settle(None)
    except FileExistsError:
        raise
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
        raise file.problem(target if full else path, error) from error
    except OSError as error:
        raise copies.unmade(path, target.parent, error.strerror or str(error)) from error
    finally:
        if not done:
            interrupts.release()
    return Backup(target, sha256, size, found.load, found.loaded_at)


def _check_apart(path: Path, target: Path) -> None:
    if target.exists() and target.samefile(path):
        raise UsageProblem(msg("{file} is the registry itself.", file=target), msg("Name another file with -o."))
    left = [place for suffix in file.BESIDE if (place := file.beside(target, suffix)).exists() and place.stat().st_size]
    if left:
        raise UsageProblem(
            msg("{files} would be taken for a part of the copy.", files=left),
            msg("Name another file, or move them away."),
        )


@dataclass(frozen=True, slots=True)
class State:
    """What a registry or a copy of one holds: its schema, its last load and when that was (UTC)."""

    schema: int | None
    load: int | None
    loaded_at: str | None


def verified(copy: Path) -> State:
    """Check that a file is a registry whose rows may be believed, and in which nothing of somebody else's acts.

    Raises:
        RegistryProblem: it is not; nothing was done.
    """
    try:
        if copy.is_file() and not file.is_sqlite(copy):
            raise file.not_a_registry(copy)
        with open_reading(copy, as_it_is=True) as connection:
            trust.check_ours(connection, copy)
            trust.check_nothing_acts(connection, copy)
            trust.check_whole(connection, copy)
            return State(*copies.held(connection))
    except RegistryProblem as problem:
        raise RegistryProblem(
            problem.message, msg("Nothing was restored. See the other copies with: crpv restore")
        ) from problem


def can_be_restored(copy: Path) -> bool:
    """Whether ``verified`` would accept a file."""
    try:
        verified(copy)
    except RegistryProblem:
        return False
    return True


def state_of(path: Path) -> State | None:
    """Return what a registry holds, however damaged it is; None if that cannot be read, or there is none."""
    if file.is_sqlite(path):
        with suppress(RegistryProblem, sqlite3.Error), open_reading(path, as_it_is=True) as connection:
            return State(*copies.held(connection))
    return None


def chosen(path: Path, wanted: Path, day: str | None) -> Path:
    """Return the copy that is meant: a file, one beside the registry by its name, or the last intact one until a day.

    Args:
        path: the registry.
        wanted: what was named, as a path.
        day: the same as an ISO date where it can be read as one; the day where the reader is.

    Raises:
        UsageProblem: there is no such file, or no copy of that day or before.
    """
    there = wanted if wanted.exists() else path.resolve().parent / wanted.name
    if there.is_file() and (wanted.exists() or wanted.name == str(wanted)):
        if path.exists() and there.samefile(path):
            raise UsageProblem(
                msg("{file} is the registry itself.", file=wanted), msg("See the copies of it with: crpv restore")
            )
        return there
    advice = msg("See the existing copies with: crpv restore")
    if day is None:
        raise UsageProblem(msg("There is no file {file}, and that is no date.", file=wanted), advice)
    until = [copy.path for copy in copies.beside(path) if copy.day <= day]
    if until:  # the last one that is intact; where none is, the last one, so that it is said what is wrong with it
        return next(filter(can_be_restored, until), until[0])
    raise UsageProblem(
        msg("There is no copy of {date} or before beside {path}.", date=Day(day), path=path),
        advice,
    )


def restore(path: Path, copy: Path) -> Path | None:
    """Put a verified copy in the place of a registry.

    Returns where what it replaces is kept, None if there was nothing. Once it is done, signals wait until the command
    releases them.

    Raises:
        CrpvError: it cannot be done, or another program holds the registry; it is as it was.
    """
    path = path.resolve()
    try:
        with publishing.workplace(path.parent, path.name) as place:
            kept = _restore(path, copy, place)
    except BaseException as error:
        interrupts.release()
        if isinstance(error, sqlite3.Error):
            raise file.problem(path, error) from error
        if isinstance(error, OSError):
            raise RegistryProblem(
                msg("{path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)),
                msg("Check that you may write to the file and to its folder, or name another file with --db."),
            ) from error
        raise
    return kept


def _restore(path: Path, copy: Path, place: Path) -> Path | None:
    part = place / path.name
    with file.reading(copy) as source:
        copies.write_copy(copy, part, source=source)
    if file.is_sqlite(path):
        try:
            return _into(path, part, place)
        except RegistryProblem as problem:
            if getattr(problem.__cause__, "sqlite_errorcode", 0) & 0xFF not in _UNREADABLE:
                raise
    return _instead(path, part, place)


# --- Into a registry that is there ---


def _into(path: Path, part: Path, place: Path) -> Path:
    """Write a copy into the registry, in one transaction, once what it replaces is kept."""
    with open_writing(path, as_it_is=True) as there, file.reading(part) as copy:
        sizes = {connection.execute("pragma page_size").fetchone()[0] for connection in (there, copy)}
        if len(sizes) == 1:
            file.use_wal(there)
        else:
            there.execute("pragma journal_mode = delete")  # in a WAL, all pages are of one size
        old = place / "old.sqlite"
        kept: list[Path] = []

        def keep(source: sqlite3.Connection | None = None) -> None:
            try:
                copies.write_copy(path, old, source=source)
            except (RegistryProblem, sqlite3.Error):
                old.unlink()
                copies.write_copy(path, old, source=source, verified=False)  # every page as it is
            kept.append(copies.place_of(path, "replaced"))
            interrupts.hold()  # the copy and the commit belong together
            publishing.publish(old, kept[0])

        try:
            if there.execute("pragma journal_mode").fetchone()[0] == "wal":
                file.copy_pages(copy, there, keep)  # where others can read while it is locked
            else:
                there.execute("pragma locking_mode = exclusive")
                there.execute("begin exclusive")
                there.execute("commit")  # the lock stays
                keep(there)
                file.copy_pages(copy, there)
            interrupts.settle(None)
        except BaseException:
            if kept and not _took(there, copy):
                kept[0].unlink(missing_ok=True)
            raise
        return kept[0]


def _took(there: sqlite3.Connection, copy: sqlite3.Connection) -> bool:
    """Whether the registry holds what the copy does: an error came after the commit."""
    with suppress(sqlite3.Error):
        return contents(there) == contents(copy)
    return True


# --- Instead of one that is missing or cannot be opened ---


def _instead(path: Path, part: Path, place: Path) -> Path | None:
    """Publish a copy under the registry's name, once its bytes, and what lies beside it, are kept as they are."""
    found = [suffix for suffix in ("", *file.BESIDE) if os.path.lexists(file.beside(path, suffix))]
    kept = copies.place_of(path, "replaced") if found else None
    mode = None
    if "" in found:
        mode = stat.S_IMODE(path.stat().st_mode)
    interrupts.hold()
    if kept is not None:
        for suffix in found:
            bytes_of = file.beside(place / "old", suffix)
            shutil.copyfile(file.beside(path, suffix), bytes_of)
            publishing.publish(bytes_of, file.beside(kept, suffix), mode=mode or 0o600)
    for suffix in (*file.BESIDE, "-shm"):
        file.beside(path, suffix).unlink(missing_ok=True)  # SQLite would add its rows to those of the copy
    publishing.publish(part, path, replace="" in found, mode=mode)
    interrupts.settle(None)
    return kept
