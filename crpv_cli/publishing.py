"""How a file or a folder appears: whole or not at all, under a name that was free unless it may be replaced.

Whatever is being written, and whatever is only needed for a while, stands in a *workplace*: a private folder beside its
place, ``.NAME.TOKEN.crpv-part``, which holds a lock for as long as its process lives. A process that is killed leaves
its workplace behind; the next one that passes takes the lock, sets right what was half done, and removes it. Nobody
else's files are touched.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".crpv-part"
_LOCK = "lock"
_MOVING = "moving"  # which folder is being exchanged, and what it was before
_NEW = "new"
_OLD = "old"
_UNSUPPORTED = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


# --- Workplaces ---


@contextmanager
def workplace(folder: Path, name: str) -> Iterator[Path]:
    """Make a private folder inside another one, for something called ``name``; it is gone when the block ends.

    Raises:
        OSError: it cannot be made.
    """
    sweep(folder)
    place, lock = _claimed(folder, name)
    try:
        yield place
    finally:
        _remove(place)
        os.close(lock)
        _remove(place)  # Windows removes no file that is open


@contextmanager
def temporary(name: str) -> Iterator[Path]:
    """Make a private folder where the system keeps what is temporary; it is gone when the block ends.

    Raises:
        OSError: there is no such place.
    """
    import tempfile

    with workplace(Path(tempfile.gettempdir()), name) as place:
        yield place


def sweep(folder: Path) -> None:
    """Remove what processes of this user that are dead left in a folder; what they had half done is set right."""
    with suppress(OSError), os.scandir(folder) as entries:
        for place in [Path(entry.path) for entry in entries if entry.name.endswith(SUFFIX)]:
            with suppress(OSError):
                _clear(place)


def _claimed(folder: Path, name: str) -> tuple[Path, int]:
    while True:
        place = folder / f".{name[:80]}.{os.urandom(6).hex()}{SUFFIX}"
        place.mkdir(0o700)
        try:
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:
            continue  # somebody took it for a leaving
        with suppress(OSError):  # a file system without locks: nobody can find out that it is a leaving either
            _lock(lock)
        with suppress(FileNotFoundError):
            if os.path.samestat((place / _LOCK).stat(), os.fstat(lock)):
                return place, lock
        os.close(lock)


def _lock(descriptor: int) -> None:
    """Lock an open file for as long as it is open.

    Raises:
        OSError: somebody else holds it, or the file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _clear(place: Path) -> None:
    """Remove a workplace, if its process is dead."""
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "geteuid") and found.st_uid != os.geteuid()):
        return
    try:
        lock = os.open(place / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        place.rmdir()  # refused unless it is empty: its process may be about to put the lock there
        return
    try:
        _lock(lock)
        _set_right(place)
        _remove(place)
    finally:
        os.close(lock)
    _remove(place)


def _remove(place: Path) -> None:
    """Remove a workplace, its lock last; what cannot be removed is left to the next one that passes."""
    import shutil

    with suppress(OSError):
        for entry in list(place.iterdir()):
            if entry.name == _LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        (place / _LOCK).unlink(missing_ok=True)
        place.rmdir()


# --- A file ---


@contextmanager
def new_file(target: Path, *, replace: bool = False, mode: int | None = None) -> Iterator[Path]:
    """Give a path to write a file to, and publish what was written there when the block ends without an error.

    Args:
        target: where it appears; where that is a link, what it leads to.
        replace: whether a file that is there may be replaced; it keeps its rights.
        mode: the rights of the file; by default those of any new file.

    Raises:
        FileExistsError: there is one, and it may not be replaced.
        OSError: it cannot be written.
    """
    target = followed(target)
    with workplace(target.parent, target.name) as place:
        part = place / target.name
        yield part
        publish(part, target, replace=replace, mode=mode)


def publish(part: Path, target: Path, *, replace: bool = False, mode: int | None = None) -> None:
    """Bring a file that is written to the disk, and give it its name in one step.

    Raises:
        FileExistsError: there is a file of that name, and it may not be replaced.
        OSError: it cannot be done.
    """
    if mode is None and replace:
        with suppress(OSError):
            mode = stat.S_IMODE(target.stat().st_mode)
    if mode is not None:
        part.chmod(mode)
    _sync(part)
    if replace:
        part.replace(target)
    else:
        _rename_to_free(part, target)
    _sync_folder(target.parent)


def followed(path: Path) -> Path:
    """Return what a path leads to.

    Raises:
        FileNotFoundError: it is a link, and what it leads to is not there: a share that is not mounted.
    """
    if not path.is_symlink():
        return path
    try:
        return path.resolve(strict=True)
    except RuntimeError as error:  # a link to itself
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def _rename_to_free(part: Path, target: Path) -> None:
    if sys.platform == "win32":
        part.rename(target)  # which replaces nothing there
        return
    try:
        os.link(part, target, follow_symlinks=False)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    else:
        part.unlink()
        return
    if not _renamed(part, target, _NO_REPLACE):
        # A file system that has neither: the name is taken first, so that two cannot have it.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        part.replace(target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        with suppress(OSError):  # not every file system can
            _sync(folder)


# --- A folder ---


@contextmanager
def new_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a folder to write files to, and publish them all at once when the block ends without an error.

    The folder is made if it is missing. What else is in one that is there stays in it. It is exchanged whole for one
    with all the new files, so that nobody ever sees some of the new and some of the old ones. Only where it cannot be
    exchanged (it is the folder one is in, or the root of a file system, or the folder around it cannot be written) are
    the files put into it one after the other, each of them whole.

    Args:
        target: the folder; where that is a link, what it leads to.
        replace: whether files that are there may be replaced.

    Raises:
        FileExistsError: one of the files is there, and may not be replaced; none was written.
        OSError: it cannot be written.
    """
    target = followed(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = not target.exists() or _can_be_exchanged(target)
    with workplace(target.parent if whole else target, target.name) as place:
        new = place / _NEW
        new.mkdir()
        yield new
        names = {entry.name for entry in new.iterdir()}
        taken = [target / name for name in sorted(names) if (target / name).exists()]
        if taken and not replace:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(taken[0]))
        for name in names:
            _sync(new / name)
        if not whole:
            for name in sorted(names):
                (new / name).replace(target / name)
        elif target.exists():
            _exchange(place, new, target)
        else:
            new.rename(target)
        _sync_folder(target.parent if whole else target)


def _can_be_exchanged(target: Path) -> bool:
    here = Path.cwd()
    inside = here == target.resolve() or target.resolve() in here.parents
    return not inside and not target.is_mount() and os.access(target.parent, os.W_OK)


def _exchange(place: Path, new: Path, target: Path) -> None:
    there = target.stat()
    for entry in list(os.scandir(target)):
        if not (new / entry.name).exists() and not entry.is_dir(follow_symlinks=False):
            _keep(Path(entry.path), new / entry.name)
    new.chmod(stat.S_IMODE(there.st_mode))
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(new, -1, there.st_gid)
    _sync(new)
    moving = {"folder": target.name, "was": [there.st_dev, there.st_ino]}
    (place / _MOVING).write_text(json.dumps(moving), encoding="utf-8")
    _sync(place / _MOVING)
    if not _renamed(new, target, _EXCHANGE):
        target.rename(place / _OLD)
        new.rename(target)
    _set_right(place)


def _keep(file: Path, other: Path) -> None:
    """Give somebody else's file a second name, in the folder that takes the place of its own."""
    try:
        os.link(file, other, follow_symlinks=False)
    except (OSError, NotImplementedError):
        import shutil

        shutil.copy2(file, other, follow_symlinks=False)


def _set_right(place: Path) -> None:
    """Put folders that stood in a folder that was exchanged into the new one, or the folder itself back."""
    try:
        moving = json.loads((place / _MOVING).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return  # nothing had been moved yet
    target = place.parent / moving["folder"]
    for old in (place / _NEW, place / _OLD):
        if not old.is_dir() or [old.stat().st_dev, old.stat().st_ino] != moving["was"]:
            continue
        if not target.exists():
            old.rename(target)
            return
        for entry in list(os.scandir(old)):
            if entry.is_dir(follow_symlinks=False) and not (target / entry.name).exists():
                Path(entry.path).rename(target / entry.name)


# --- Two ways to rename that Python does not know ---

_NO_REPLACE = 1
_EXCHANGE = 2


def _renamed(one: Path, other: Path, how: int) -> bool:
    """Rename without replacing, or exchange two names; False where this system cannot.

    Raises:
        OSError: the system can, and it failed.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    here = -100  # AT_FDCWD: paths are seen from the folder one is in
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(here, os.fsencode(one), here, os.fsencode(other), how) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS}:
        return False
    raise OSError(code, os.strerror(code), str(other))
