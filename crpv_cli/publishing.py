"""How a file or a folder appears: whole or not at all, under a name that was free unless it may be replaced.

Whatever is being written, and whatever is only needed for a while, stands in a *workplace*: a private folder beside its
place, ``.NAME.TOKEN.crpv-part``, which holds a lock for as long as its process lives. A process that is killed leaves
its workplace behind; the next one that writes in that folder takes the lock, finishes what was half done, and removes
it. Nobody else's files are touched, and nothing that does not look like a workplace in all respects.

Where a file system has no locks, nobody can know that a workplace was left by the dead, and it stays.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

SUFFIX = ".crpv-part"
_NAME = re.compile(r"\..*\.([0-9a-f]{12})" + re.escape(SUFFIX), re.DOTALL)
_LONGEST = 80  # bytes of a name in the name of a workplace: some file systems allow 143 in all
_LOCK = ".crpv-lock"
_MOVING = ".crpv-moving"  # what is being done to a folder, for the one who has to finish it
_NEW = "new"  # the file or folder that is to be published
_PATIENCE_SECONDS = 30.0
_MOUNTS = Path("/proc/self/mountinfo")
_UNSUPPORTED = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
_ours: set[str] = set()
"""The workplaces of this process: where a lock is one of a process, it would find that its own are free."""


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
        _give_up(place, lock)
        _ours.discard(place.name)


@contextmanager
def temporary(name: str) -> Iterator[Path]:
    """Make a private folder where the system keeps what is temporary; it is gone when the block ends.

    Raises:
        OSError: there is no such place.
    """
    with workplace(_temporary_folder(), name) as place:
        yield place


def sweep(folder: Path) -> None:
    """Remove what dead processes of this user left in a folder and in the temporary one, and finish what they began.

    Whoever writes calls it for the folder that is written to, so that what is temporary never outlives the next command
    that writes; what only reads has nothing to do with it.
    """
    folders = [folder]
    with suppress(OSError):
        folders.append(_temporary_folder())
    for one in folders:
        with suppress(OSError), os.scandir(one) as entries:
            for place in [Path(entry.path) for entry in entries if _NAME.fullmatch(entry.name)]:
                with suppress(OSError):
                    _clear(place)


def _temporary_folder() -> Path:
    """Where the system keeps what is temporary, found without writing there, as ``tempfile`` does if it is not told.

    Raises:
        FileNotFoundError: there is no such place.
    """
    for name in ("TMPDIR", "TEMP", "TMP"):
        named = os.environ.get(name)
        if named and Path(named).is_dir() and os.access(named, os.W_OK | os.X_OK):
            return Path(named)
    usual = Path("/tmp")  # noqa: S108 - a private folder is made in it
    if os.name == "posix" and os.access(usual, os.W_OK | os.X_OK):
        return usual
    import tempfile

    return Path(tempfile.gettempdir())


def _claimed(folder: Path, name: str) -> tuple[Path, int]:
    short = os.fsencode(name)[:_LONGEST].decode("utf-8", "ignore")
    while True:
        place = folder / f".{short}.{os.urandom(6).hex()}{SUFFIX}"
        place.mkdir(0o700)
        try:
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:
            continue  # somebody took it for a leaving
        except OSError:
            place.rmdir()
            raise
        with suppress(FileNotFoundError):
            if _locked(lock) and os.path.samestat((place / _LOCK).stat(), os.fstat(lock)):
                _ours.add(place.name)
                return place, lock
        os.close(lock)  # somebody is about to remove it, for a leaving, or has


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


def _locked(descriptor: int) -> bool:
    """Lock an open file unless somebody else holds it; where there are no locks, nobody does."""
    try:
        _lock(descriptor)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass
    return True


def _clear(place: Path) -> None:
    """Remove a workplace, if its process is dead."""
    found = place.lstat()
    foreign = hasattr(os, "geteuid") and found.st_uid != os.geteuid()
    if place.name in _ours or foreign or not stat.S_ISDIR(found.st_mode):
        return
    try:
        lock = os.open(place / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        place.rmdir()  # refused unless it is empty: its process may be about to put the lock there
        return
    try:
        _lock(lock)
    except OSError:
        os.close(lock)
        return
    _give_up(place, lock)


def _give_up(place: Path, lock: int) -> None:
    _remove(place)
    os.close(lock)
    if sys.platform == "win32":
        _remove(place)  # no file that is open can be removed there


def _remove(place: Path) -> None:
    """Remove a workplace, its lock last; what cannot be removed is left to the next one that passes."""
    import shutil

    with suppress(OSError):
        if not _finish(place):
            return
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
        replace: whether a file that is there may be replaced; its owner, group and rights are kept.
        mode: the rights of the file; by default those of any new file.

    Raises:
        FileExistsError: there is one, and it may not be replaced, or what is there is a device or a pipe.
        OSError: it cannot be written.
    """
    target = followed(target)
    with workplace(target.parent, target.name) as place:
        part = place / _NEW
        yield part
        publish(part, target, replace=replace, mode=mode)


def publish(part: Path, target: Path, *, replace: bool = False, mode: int | None = None) -> None:
    """Bring a file that is written to the disk, and give it its name in one step.

    Where a file system can neither link nor rename without replacing, a name that must be free is taken by an empty
    file first; there, a kill between the two leaves the empty file.

    Raises:
        FileExistsError: there is a file of that name, and it may not be replaced, or it is a device or a pipe.
        IsADirectoryError: there is a folder of that name.
        OSError: it cannot be done.
    """
    found = _found(target)
    if found and stat.S_ISDIR(found.st_mode):
        raise _error(IsADirectoryError, errno.EISDIR, target)
    if found and not (replace and stat.S_ISREG(found.st_mode)):
        raise _error(FileExistsError, errno.EEXIST, target)
    if found:
        _make_alike(part, target, found)
    if mode is not None:
        with suppress(OSError):  # a file system that has no rights
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
        OSError: it leads to itself.
    """
    if not path.is_symlink():
        return path
    try:
        return path.resolve(strict=True)
    except RuntimeError as error:  # so says Python below 3.13
        raise _error(OSError, errno.ELOOP, path) from error


def _found(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _error(kind: type[OSError], code: int, path: Path) -> OSError:
    return kind(code, os.strerror(code), str(path))


def _make_alike(new: Path, old: Path, found: os.stat_result) -> None:
    """Give what takes the place of something its owner, group, rights and access list, as far as one may."""
    mode = stat.S_IMODE(found.st_mode)
    if sys.platform != "win32":
        try:
            os.chown(new, found.st_uid, found.st_gid)
        except OSError:
            try:
                os.chown(new, -1, found.st_gid)
            except OSError:
                mode &= ~0o070 | (mode & 0o007) << 3  # it would be another group that has the rights
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(old):
                with suppress(OSError):
                    os.setxattr(new, name, os.getxattr(old, name))
    with suppress(OSError):  # a file system that has no rights
        new.chmod(mode)


def _make_alike_file(new: Path, old: Path) -> None:
    found = old.lstat()
    if stat.S_ISREG(found.st_mode):
        _make_alike(new, old, found)


def _rename_to_free(part: Path, target: Path) -> None:
    if sys.platform == "win32":
        part.rename(target)  # which replaces nothing there
        return
    try:
        os.link(part, target)
    except FileExistsError:
        raise _error(FileExistsError, errno.EEXIST, target) from None
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    else:
        with suppress(OSError):  # it is published
            part.unlink()
        return
    if not _renamed(part, target, _NO_REPLACE):
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            part.replace(target)
        except OSError:
            target.unlink()
            raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
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

    The folder is made if it is missing. What else is in one that is there stays in it, reachable at every moment. The
    folder is exchanged whole for one with all the new files, so that nobody ever sees some of the new and some of the
    old ones, and who is killed leaves either these or those.

    Where it cannot be exchanged, files are put into it one after the other, each of them whole; who is killed then
    leaves some of both, until the next command that writes there puts the rest in, except over files that were changed
    meanwhile. So it is where the system is not Linux or its file system cannot exchange, in the folder one is in, at
    the root of a file system, where the folder or what is in it belongs to another user, and where the folder around it
    cannot be written.

    Args:
        target: the folder; where that is a link, what it leads to.
        replace: whether files that are there may be replaced.

    Raises:
        FileExistsError: one of the files is there, and may not be replaced; none was written.
        IsADirectoryError: there is a folder under the name of a file.
        OSError: it cannot be written.
    """
    target = followed(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    there = target.exists()
    if there and not target.is_dir():
        raise _error(NotADirectoryError, errno.ENOTDIR, target)
    if there and not os.access(target, os.W_OK | os.X_OK):
        raise _error(PermissionError, errno.EACCES, target)
    whole = not there or _may_be_exchanged(target)
    if there:
        sweep(target)
    with workplace(target.parent if whole else target, target.name) as place:
        new = place / _NEW
        new.mkdir()
        if there and whole:
            _make_alike(new, target, target.stat())
        yield new
        names = sorted(entry.name for entry in new.iterdir())
        for name in names:
            _sync(new / name)
        if there or not _named(new, target):
            with _turn(target, _PATIENCE_SECONDS):
                _check_free(target, names, replace)
                if not (whole and _exchanged(place, target)):
                    _put_in(place, target, names)
        _sync_folder(target)
        _sync_folder(target.parent)


def _may_be_exchanged(target: Path) -> bool:
    if sys.platform != "linux":
        return False
    found = target.stat()
    with suppress(FileNotFoundError):
        here = Path.cwd()
        if here == target.resolve() or target.resolve() in here.parents:
            return False
    return os.geteuid() in {0, found.st_uid} and not _is_mounted(target) and os.access(target.parent, os.W_OK)


def _is_mounted(folder: Path) -> bool:
    """Whether a folder is where another file system begins, or a part of the same one (Python overlooks that)."""
    if folder.is_mount():
        return True
    name = os.fsencode(folder.resolve())
    for byte in (b"\\", b" ", b"\t", b"\n"):
        name = name.replace(byte, b"\\%03o" % ord(byte))
    try:
        return any(line.split()[4] == name for line in _MOUNTS.read_bytes().splitlines())
    except OSError:
        return False


def _named(new: Path, target: Path) -> bool:
    """Give a new folder its name; False if somebody else has just made one of that name."""
    try:
        new.rename(target)
    except OSError:
        if target.is_dir():
            return False
        raise
    return True


@contextmanager
def _turn(target: Path, seconds: float) -> Iterator[None]:
    """Hold a folder, so that only one at a time publishes into it.

    Raises:
        BlockingIOError: another one has it for longer than that.
    """
    if sys.platform == "win32":
        yield
        return
    import time

    end = time.monotonic() + seconds
    while True:
        held = os.open(target, os.O_RDONLY)
        try:
            if not _locked(held):
                if time.monotonic() >= end:
                    raise _error(BlockingIOError, errno.EWOULDBLOCK, target)
                time.sleep(0.02)
            elif os.path.samestat(os.fstat(held), target.stat()):  # else it was exchanged while one waited
                yield
                return
        finally:
            os.close(held)


def _check_free(target: Path, names: Sequence[str], replace: bool) -> None:
    for name in names:
        found = _found(target / name)
        if found and stat.S_ISDIR(found.st_mode):
            raise _error(IsADirectoryError, errno.EISDIR, target / name)
        if found and not (replace and (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode))):
            raise _error(FileExistsError, errno.EEXIST, target / name)


def _exchanged(place: Path, target: Path) -> bool:
    """Exchange a folder for the new one, with all that is not replaced; False if it cannot be, and nothing was done."""
    new, mark = place / _NEW, _mark(place)
    replaced = []
    try:
        for entry in list(os.scandir(target)):
            if os.path.lexists(new / entry.name):
                replaced.append(entry.name)
                _make_alike_file(new / entry.name, Path(entry.path))
            elif not entry.is_dir(follow_symlinks=False):
                os.link(entry.path, new / entry.name, follow_symlinks=False)
            elif os.access(entry.path, os.W_OK) and not _is_mounted(Path(entry.path)):
                (new / entry.name).symlink_to(_stand_in(place, entry.name))
            else:
                return False
        found = target.stat()
        _make_alike(new, target, found)
        made = new.stat()
        if (made.st_mode, made.st_uid, made.st_gid) != (found.st_mode, found.st_uid, found.st_gid):
            return False
        (new / mark).touch()
        _sync(new)
        _note(place, {"folder": target.name, "replaced": replaced})
        held = os.open(new, os.O_RDONLY)
    except (OSError, NotImplementedError):
        return False
    try:
        _locked(held)  # as the one that it takes the place of: nobody else has his turn until all is brought over
        if not _renamed(new, target, _EXCHANGE):
            return False
    except OSError:
        return False
    else:
        _sync_folder(target.parent)
        with suppress(OSError):  # it is published
            _bring_over(place, target, replaced)
        return True
    finally:
        os.close(held)


def _mark(place: Path) -> str:
    """The name of an empty file that stands in the new folder, wherever that is, until everything is in its place."""
    return f".{place.name.removesuffix(SUFFIX)[-12:]}.crpv-new"


def _stand_in(place: Path, name: str) -> str:
    """What stands in the new folder for a folder, until that is brought over: a link to where it is meanwhile."""
    return os.path.join("..", place.name, _NEW, name)  # noqa: PTH118 - the text of a link


def _bring_over(place: Path, target: Path, replaced: Sequence[str]) -> bool:
    """Bring over what is not replaced from a folder that was exchanged; False if something had to stay behind."""
    old = place / _NEW
    for entry in list(old.iterdir()) if old.exists() else ():
        with suppress(OSError):
            _bring_over_one(entry, target / entry.name, entry.name in replaced, _stand_in(place, entry.name))
    with suppress(OSError):
        old.rmdir()
    if old.exists():
        return False
    (target / _mark(place)).unlink(missing_ok=True)
    (place / _MOVING).unlink()
    return True


def _bring_over_one(entry: Path, target: Path, replaced: bool, stand_in: str) -> None:
    found, there = entry.lstat(), _found(target)
    folder = stat.S_ISDIR(found.st_mode)
    if replaced and not folder:
        entry.unlink()
    elif there is None:
        target.parent.mkdir(exist_ok=True)  # who removed it did not know what was missing
        _renamed(entry, target, _NO_REPLACE)
    elif os.path.samestat(found, there) or _leads_to(entry, stand_in):
        entry.unlink()
    elif _leads_to(target, stand_in):
        if _renamed(entry, target, _EXCHANGE):
            entry.unlink()
    elif not folder and not stat.S_ISDIR(there.st_mode):
        # Somebody wrote it anew, before the exchange or after it: the later one stands.
        if found.st_mtime_ns > there.st_mtime_ns:
            entry.replace(target)
        else:
            entry.unlink()


def _leads_to(path: Path, text: str) -> bool:
    return path.is_symlink() and str(path.readlink()) == text


def _put_in(place: Path, target: Path, names: Sequence[str]) -> None:
    """Put the new files into a folder one after the other."""
    folder = "." if place.parent == target else target.name
    before = {name: _state(target / name) for name in names}
    _note(place, {"folder": folder, "before": before})
    for name in names:
        _put_in_one(place / _NEW / name, target / name, before[name])
    (place / _MOVING).unlink()


def _put_in_one(part: Path, target: Path, before: list[int] | None) -> None:
    if before is None:
        _rename_to_free(part, target)
    else:
        _make_alike_file(part, target)
        part.replace(target)


def _state(path: Path) -> list[int] | None:
    """By what a file is known again that nobody changed; None if there is none."""
    found = _found(path)
    return [found.st_size, found.st_mtime_ns] if found else None


def _note(place: Path, what: dict[str, object]) -> None:
    import json

    (place / _MOVING).write_text(json.dumps(what), encoding="utf-8")
    _sync(place / _MOVING)
    _sync_folder(place)


def _finish(place: Path) -> bool:
    """Finish what was begun with a folder; False if something that is not ours has to stay in the workplace."""
    import json

    try:
        moving = json.loads((place / _MOVING).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return True  # nothing had been moved yet
    target, new = place.parent / moving["folder"], place / _NEW
    if "replaced" in moving and (new / _mark(place)).exists():
        return True  # nothing was exchanged
    with _turn(target, 0) if target.is_dir() else nullcontext():
        if "replaced" in moving:
            return _bring_over(place, target, moving["replaced"])
        for name, before in moving["before"].items():
            if (new / name).exists() and _state(target / name) == before:
                with suppress(OSError):
                    _put_in_one(new / name, target / name, before)
    return True


# --- Two ways to rename that Python does not know ---

_NO_REPLACE = 1
_EXCHANGE = 2


def _renamed(one: Path, other: Path, how: int) -> bool:
    """Rename without replacing, or exchange two names; False where this system cannot.

    Raises:
        OSError: the system can, and it failed.
    """
    rename = _renameat2()
    if rename is None:
        return False
    code = rename(os.fsencode(one), os.fsencode(other), how)
    if code in {errno.EINVAL, errno.ENOSYS}:
        return False
    if code:
        raise OSError(code, os.strerror(code), str(other))
    return True


def _renameat2() -> Callable[[bytes, bytes, int], int] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    here = -100  # AT_FDCWD: paths are seen from the folder one is in
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    return lambda one, other, how: ctypes.get_errno() if rename(here, one, here, other, how) else 0
