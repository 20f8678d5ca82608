"""What is written appears whole or not at all, whatever fails and whenever the process dies."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from crpv_cli import publishing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and rights are those of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="two names are exchanged on Linux only")

CHANGING = ("mkdir", "rename", "replace", "unlink", "rmdir", "link", "symlink", "chmod", "chown", "close")
LOOKING = ("stat", "lstat", "scandir", "listdir", "access", "readlink")


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


class Killed(BaseException):
    """The process is dead: nothing that it would still do is done."""


class Trouble:
    """Makes one call of the system fail, or be the one at which the process dies: the n-th, counted from 0."""

    def __init__(self, number: int, kill: bool) -> None:
        self.left, self.kill, self.happened, self.done = number, kill, False, False
        self.open: set[int] = set()

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            if self.done:
                return call(*arguments, **named)
            if self.happened and self.kill:
                raise Killed
            if self.left == 0 and not self.happened:
                self.happened = True
                if self.kill:
                    raise Killed
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self.left -= 1
            result = call(*arguments, **named)
            if call is _OPEN:
                self.open.add(result)
            elif call is _CLOSE:
                self.open.discard(arguments[0])
            return result

        return called


_OPEN, _CLOSE, FOUND = os.open, os.close, publishing._found


@contextmanager
def trouble(number: int, kill: bool) -> Iterator[Trouble]:
    """Trouble at a call of the system; afterwards the locks of the dead are free, and the system works."""
    it = Trouble(number, kill)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("open", *CHANGING, *(() if kill else LOOKING)):
            patch.setattr(os, name, it.wrap(getattr(os, name)))
        patch.setattr(os, "fsync", it.wrap(lambda descriptor: None))  # the machine itself does not fail here
        patch.setattr(io, "open", it.wrap(io.open))
        patch.setattr(publishing, "_renamed", it.wrap(publishing._renamed))
        try:
            with suppress(Killed):
                yield it
        finally:
            it.done = True
    for descriptor in it.open:
        os.close(descriptor)
    publishing._ours.clear()


def content(folder: Path) -> dict[str, object]:
    """All that a folder shows to who looks, through links as well; leavings apart."""
    found: dict[str, object] = {}
    for where, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.endswith(publishing.SUFFIX)]
        for name in (*folders, *files):
            path = Path(where, name)
            if not name.endswith(".crpv-new"):
                found[str(path.relative_to(folder))] = None if name in folders else path.read_text()
    return found


def leavings(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if "crpv-" in path.name]


# --- Every call fails, or is the last one ---

OLD = {"centres.csv": "old centres", "funders.csv": "old funders"}
NEW = {"centres.csv": "new centres", "funders.csv": "new funders", "people.csv": "new people"}
OTHERS = {"notes.txt": "notes", "archive": None, "archive/2019.csv": "before", "plans": None, "plans/x": "y"}


def write(folder: Path, files: Mapping[str, str | None]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        if text is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_text(text)


def new_file(folder: Path) -> None:
    with publishing.new_file(folder / "a.csv") as part:
        part.write_text("new")


def replaced_file(folder: Path) -> None:
    with publishing.new_file(folder / "a.csv", replace=True) as part:
        part.write_text("new")


def new_folder(folder: Path) -> None:
    with publishing.new_folder(folder / "out", replace=True) as new:
        write(new, NEW)


def added(folder: Path) -> None:
    with publishing.new_folder(folder / "out") as new:
        write(new, NEW)


def one_by_one(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_may_be_exchanged", lambda target: False)
        new_folder(folder)


def not_exchanged(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_renameat2", lambda: None)
        new_folder(folder)


def temporary(folder: Path) -> None:
    with publishing.workplace(folder, "spool") as place:
        (place / "stdin.csv").write_text("a")
        (place / "more").mkdir()
        (place / "more" / "x").write_text("a")


Scene = tuple[Callable[[Path], None], dict[str, Any], dict[str, Any], bool]
"""What is done; what was in the folder before; what is in it afterwards; whether it is so at every moment."""


def _out(*files: Mapping[str, str | None]) -> dict[str, str | None]:
    return {"out": None} | {f"out/{name}": text for each in files for name, text in each.items()}


SCENES: dict[str, Scene] = {
    "new file": (new_file, {"b.csv": "b"}, {"b.csv": "b", "a.csv": "new"}, True),
    "replaced file": (replaced_file, {"a.csv": "old"}, {"a.csv": "new"}, True),
    "new folder": (new_folder, {}, _out(NEW), True),
    "exchanged": (new_folder, _out(OLD, OTHERS), _out(OLD, OTHERS, NEW), True),
    "added": (added, _out(OTHERS), _out(OTHERS, NEW), True),
    "one by one": (one_by_one, _out(OLD, OTHERS), _out(OLD, OTHERS, NEW), False),
    "not exchanged": (not_exchanged, _out(OLD, OTHERS), _out(OLD, OTHERS, NEW), False),
    "temporary": (temporary, {"a.csv": "a"}, {"a.csv": "a"}, True),
}
if sys.platform != "linux":
    del SCENES["exchanged"], SCENES["added"]


@pytest.fixture(params=list(SCENES))
def scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]


def rounds(tmp_path: Path, before: Mapping[str, str | None]) -> Iterator[tuple[int, Path]]:
    for number in range(1000):
        folder = tmp_path / str(number)
        write(folder, before)
        yield number, folder


def sweep_all(folder: Path) -> None:
    for each in (folder, folder / "out"):
        publishing.sweep(each)


def test_who_is_killed_leaves_the_old_or_the_new(scene: Scene, tmp_path: Path) -> None:
    act, before, after, always = scene
    for number, folder in rounds(tmp_path, before):
        with trouble(number, kill=True) as it:
            act(folder)
        if not it.happened:
            break
        if always:
            assert content(folder) in (before, after), number
        sweep_all(folder)
        assert content(folder) in (before, after), number
        assert leavings(folder) == [], number
        assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert number > 10
    assert content(folder) == after
    assert leavings(folder) == []


def test_what_fails_leaves_the_old_or_the_new(scene: Scene, tmp_path: Path) -> None:
    act, before, after, _always = scene
    said = 0
    for number, folder in rounds(tmp_path, before):
        failed = False
        with trouble(number, kill=False) as it:
            try:
                act(folder)
            except OSError:
                failed = True
        if not it.happened:
            break
        said += failed
        sweep_all(folder)
        assert content(folder) in ((before, after) if failed else (after,)), number
        assert leavings(folder) == [], number
    assert said > 3
    assert number > 20


@pytest.mark.parametrize("name", [name for name in ("exchanged", "one by one", "not exchanged") if name in SCENES])
def test_who_finishes_may_be_killed_too(name: str, tmp_path: Path) -> None:
    act, before, after, always = SCENES[name]
    first = finished = 0
    while True:
        for second in range(1000):
            folder = tmp_path / f"{first}-{second}"
            write(folder, before)
            with trouble(first, kill=True) as it:
                act(folder)
            if not list(folder.rglob(publishing._MOVING)):
                break
            finished += 1
            with trouble(second, kill=True) as then:
                sweep_all(folder)
            if always:
                assert content(folder) in (before, after), (first, second)
            if not then.happened:
                break
            sweep_all(folder)
            assert content(folder) in (before, after), (first, second)
            assert leavings(folder) == [], (first, second)
        if not it.happened:
            break
        first += 1
    assert finished > 100


# --- Workplaces: whose is removed ---


def killed(folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_remove", lambda place: None)
        with publishing.workplace(folder, "a.csv") as place:
            (place / "new").write_text("half")
    assert place.is_dir()
    return place


def test_the_next_one_removes_what_the_dead_left(tmp_path: Path, temporary_folder: Path) -> None:
    killed(tmp_path)
    killed(temporary_folder)
    with publishing.new_file(tmp_path / "b.csv") as part:
        part.write_text("b")
    assert list(tmp_path.iterdir()) == [tmp_path / "b.csv"]
    assert list(temporary_folder.iterdir()) == []


def test_a_workplace_is_private_and_not_removed_while_its_process_lives(tmp_path: Path) -> None:
    with publishing.workplace(tmp_path, "a.csv") as place:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        publishing.sweep(tmp_path)
        assert place.is_dir()
        publishing._ours.clear()  # as another process sees it
        publishing.sweep(tmp_path)
        assert place.is_dir()
    assert not place.exists()


def test_where_a_lock_is_one_of_a_process_its_own_workplaces_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_lock", lambda descriptor: None)
    with publishing.workplace(tmp_path, "a.csv") as place, publishing.workplace(tmp_path, "b.csv"):
        assert place.is_dir()


def test_where_there_are_no_locks_a_workplace_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "")

    place = killed(tmp_path)
    monkeypatch.setattr(publishing, "_lock", none)
    publishing.sweep(tmp_path)
    assert place.is_dir()
    with publishing.new_file(tmp_path / "b.csv") as part:
        part.write_text("b")
    assert (tmp_path / "b.csv").read_text() == "b"


def test_what_is_not_surely_a_leaving_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "0123456789ab"
    kept = [".a.csv.part", ".a.csv.123.part", ".a.csv.x7_k2q9b", "a.crpv-part", f"a.{token}.crpv-part"]
    kept += [f"a.b.{token}.crpv-part", f".a.{token}.crpv-part.old", f".a.{token[:-1]}.crpv-part"]
    for name in kept:
        (tmp_path / name).mkdir()
        (tmp_path / name / publishing._LOCK).touch()
    (tmp_path / f".file.{token}.crpv-part").touch()
    (tmp_path / f".no-lock.{token}.crpv-part").mkdir()
    (tmp_path / f".no-lock.{token}.crpv-part" / "x").touch()
    (tmp_path / f".link.{token}.crpv-part").symlink_to(tmp_path / kept[0])
    before = sorted(tmp_path.rglob("*"))
    publishing.sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    place = killed(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    publishing.sweep(tmp_path)
    assert place.is_dir()  # another user's
    monkeypatch.undo()
    publishing.sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("when", ["before the lock", "after the lock", "holding the lock"])
def test_a_new_workplace_that_is_taken_for_a_leaving_is_made_again(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def lock(descriptor: int) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            if when == "holding the lock":
                raise BlockingIOError
            (place,) = tmp_path.iterdir()
            (place / publishing._LOCK).unlink()
            place.rmdir()

    def opened(path: Path, *arguments: Any) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            path.parent.rmdir()
        return _OPEN(path, *arguments)

    if when == "before the lock":
        monkeypatch.setattr(os, "open", opened)
    else:
        monkeypatch.setattr(publishing, "_lock", lock)
    with publishing.workplace(tmp_path, "a") as place:
        monkeypatch.undo()
        assert (place / publishing._LOCK).exists()
    assert tries == 2


@pytest.mark.parametrize(
    "name",
    [
        publishing._LOCK,
        publishing._MOVING,
        "new",
        "é" * 127 + "x",
        "😀" * 63,
        "a" * 255,
        "two\nlines",
        " ",
        "-rf",
        ".a",
    ],
)
def test_a_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    for text in ("old", "new"):
        with publishing.new_file(tmp_path / name, replace=True) as part:
            part.write_text(text)
        assert (tmp_path / name).read_text() == text
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_file_of_bad_bytes_in_its_name(tmp_path: Path) -> None:
    target = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9\xff.csv"))
    try:
        target.touch()
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    with publishing.new_file(target, replace=True) as part:
        part.write_text("new")
    assert target.read_text() == "new"


def test_the_temporary_folder_is_found_without_writing_to_it(
    temporary_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(temporary_folder))
    with publishing.temporary("spool") as place:
        assert place.parent == temporary_folder
    monkeypatch.delenv("TMPDIR")
    monkeypatch.delenv("TEMP")
    monkeypatch.delenv("TMP", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: pytest.fail("it writes a file to find the folder"))
    assert publishing._temporary_folder().is_dir()


# --- A file ---


def published(target: Path, text: str = "new", **how: Any) -> None:
    with publishing.new_file(target, **how) as part:
        part.write_text(text)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nothing_is_published_over_what_is_there_unless_it_may_be(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    published(target, "old")
    with pytest.raises(FileExistsError) as error:
        published(target)
    assert error.value.filename == str(target)
    assert content(tmp_path) == {"a.csv": "old"}


def test_a_name_that_is_taken_while_one_writes_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the file system renames."""
    for number, (linking, renaming) in enumerate([(True, True), (False, True), (False, False)]):
        target = tmp_path / f"{number}.csv"
        if not linking:
            monkeypatch.setattr(os, "link", _unsupported)
        if not renaming:
            monkeypatch.setattr(publishing, "_renameat2", lambda: None)
        published(target, "mine")
        assert target.read_text() == "mine"
        other = tmp_path / f"{number}-b.csv"

        def late(path: Path, other: Path = other) -> os.stat_result | None:
            result = FOUND(path)
            if path == other:
                other.write_text("theirs")
            return result

        with monkeypatch.context() as patch, pytest.raises(FileExistsError) as error:
            patch.setattr(publishing, "_found", late)
            published(other)
        assert error.value.filename == str(other)
        assert other.read_text() == "theirs"
    assert leavings(tmp_path) == []


def _unsupported(*_arguments: Any, **_named: Any) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_a_failure_after_the_name_was_taken_frees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _unsupported)
    monkeypatch.setattr(publishing, "_renameat2", lambda: None)
    monkeypatch.setattr(os, "replace", _unsupported)
    with pytest.raises(OSError):
        published(tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_what_fails_once_it_is_published_is_not_said_to_have_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", _unsupported)
        patch.setattr(os, "fsync", lambda it: _unsupported() if stat.S_ISDIR(os.fstat(it).st_mode) else fsync(it))
        published(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "new"
    publishing.sweep(tmp_path)
    assert leavings(tmp_path) == []


@pytest.mark.parametrize("replace", [False, True])
def test_devices_pipes_and_folders_are_never_replaced(replace: bool, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        before = (tmp_path / name).stat()
        with pytest.raises(OSError):
            published(tmp_path / name, replace=replace)
        assert os.path.samestat((tmp_path / name).stat(), before)


def test_a_new_file_has_the_usual_rights_or_those_that_are_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        published(tmp_path / "usual")
        published(tmp_path / "private", mode=0o600)
    finally:
        os.umask(before)
    assert rights(tmp_path / "usual") == 0o640
    assert rights(tmp_path / "private") == 0o600


def test_a_file_that_is_replaced_keeps_its_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.csv"
    for mode in (0o600, 0o444, 0o664):
        target.touch()
        target.chmod(mode)
        published(target, replace=True)
        assert rights(target) == mode
    if sys.platform == "linux":
        with suppress(OSError):  # not every file system has some
            os.setxattr(target, "user.crpv", b"kept")
        before = os.listxattr(target)
        published(target, replace=True)
        assert os.listxattr(target) == before
    # Where the group cannot be kept, another one gets no more than everybody has.
    monkeypatch.setattr(os, "chown", _unsupported)
    published(target, replace=True)
    assert rights(target) == 0o644


def test_what_a_link_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(Path("real", "a.csv"))
    published(tmp_path / "link.csv", replace=True)
    assert (tmp_path / "link.csv").readlink() == Path("real", "a.csv")
    assert (tmp_path / "real" / "a.csv").read_text() == "new"
    (tmp_path / "dangling").symlink_to(tmp_path / "share" / "a.csv")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for name in ("dangling", "round"):
        with pytest.raises(OSError):
            published(tmp_path / name, replace=True)
        assert (tmp_path / name).is_symlink()


# --- A folder ---


def put(target: Path, files: Mapping[str, str | None] = NEW, *, replace: bool = True) -> None:
    with publishing.new_folder(target, replace=replace) as new:
        write(new, files)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write(tmp_path / "out", {**OLD, **OTHERS})
    return tmp_path / "out"


@pytest.fixture(params=["exchanged", "one by one"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """A folder that is exchanged, and one that cannot be."""
    if request.param == "one by one":
        monkeypatch.setattr(publishing, "_may_be_exchanged", lambda target: False)
    elif sys.platform != "linux":
        pytest.skip("two names are exchanged on Linux only")
    exchanged: bool = request.param == "exchanged"
    return exchanged


@pytest.mark.usefixtures("either")
def test_without_leave_nothing_that_is_there_is_touched(out: Path) -> None:
    for files in (NEW, {"notes.txt": "mine"}):
        before = content(out)
        with pytest.raises(FileExistsError) as error:
            put(out, files, replace=False)
        assert Path(error.value.filename).parent == out
        assert content(out) == before
    assert leavings(out.parent) == []


@pytest.mark.usefixtures("either")
def test_a_folder_under_the_name_of_a_file_stays(out: Path) -> None:
    before = content(out)
    with pytest.raises(IsADirectoryError):
        put(out, {**NEW, "plans": "mine"})
    assert content(out) == before


@pytest.mark.usefixtures("either")
def test_a_pipe_under_the_name_of_a_file_stays(out: Path) -> None:
    os.mkfifo(out / "people.csv")
    with pytest.raises(FileExistsError):
        put(out)
    assert (out / "people.csv").is_fifo()
    assert (out / "centres.csv").read_text() == "old centres"


def test_a_folder_keeps_its_rights_and_its_files_theirs(out: Path, either: bool) -> None:
    (out / "centres.csv").chmod(0o600)
    (out / "link").symlink_to("nowhere")
    os.mkfifo(out / "pipe")
    out.chmod(0o2770)
    before, notes = out.stat(), (out / "notes.txt").stat()
    put(out)
    assert (out.stat().st_ino != before.st_ino) == either
    assert rights(out) == 0o2770
    assert rights(out / "centres.csv") == 0o600
    assert (out / "people.csv").stat().st_gid == before.st_gid
    assert os.path.samestat((out / "notes.txt").stat(), notes)
    assert str((out / "link").readlink()) == "nowhere"
    assert (out / "pipe").is_fifo()
    assert leavings(out.parent) == []


def test_what_the_dead_left_in_a_folder_does_not_come_along(out: Path) -> None:
    killed(out)
    put(out)
    assert leavings(out.parent) == []


def test_a_link_to_a_folder_stays(out: Path) -> None:
    link = out.parent / "link"
    link.symlink_to("out")
    put(link)
    assert str(link.readlink()) == "out"
    assert (out / "people.csv").read_text() == "new people"


def test_a_folder_that_may_not_be_written_is_not_exchanged(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != out)
    with pytest.raises(PermissionError):
        put(out)
    assert (out / "centres.csv").read_text() == "old centres"


@linux
def test_where_a_folder_is_not_exchanged(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert publishing._may_be_exchanged(out)
    with monkeypatch.context() as patch:
        patch.chdir(out / "plans")
        assert not publishing._may_be_exchanged(out)
        assert not publishing._may_be_exchanged(Path(".."))
    for module, name, value in (
        (os, "geteuid", lambda: out.stat().st_uid + 1),
        (Path, "is_mount", lambda self: True),
        (os, "access", lambda path, mode: path != out.parent),
        (sys, "platform", "darwin"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            assert not publishing._may_be_exchanged(out), name


@linux
def test_a_part_of_the_same_file_system_that_is_mounted_is_not_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "an out\\put"
    write(out, {**OLD, **OTHERS})
    monkeypatch.setattr(publishing, "_MOUNTS", tmp_path / "mounts")
    escaped = str(out).replace("\\", "\\134").replace(" ", "\\040")
    for point, exchanged in ((str(tmp_path), True), (escaped, False), (f"{escaped}/plans", False)):
        (tmp_path / "mounts").write_text(f"36 35 98:0 /x {point} rw,noatime shared:1 - ext4 /dev/x rw\n")
        inode = out.stat().st_ino
        put(out)
        assert (out.stat().st_ino != inode) == exchanged
        assert content(out) == {**OLD, **OTHERS, **NEW}
        assert leavings(out) == []


def test_the_folder_one_is_in(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(out)
    inode = out.stat().st_ino
    put(Path())
    assert out.stat().st_ino == inode
    monkeypatch.chdir(out / "plans")
    put(Path(".."), {"a.csv": "a"})
    monkeypatch.chdir(out.parent)
    put(Path("out", "plans", ".."), {"b.csv": "b"})
    assert content(out) == {**OLD, **OTHERS, **NEW, "a.csv": "a", "b.csv": "b"}
    assert leavings(out.parent) == []


@linux
@pytest.mark.parametrize("what", ["a folder that may not be moved", "a file that may not be linked", "rights"])
def test_what_cannot_come_along_stays_where_it_is(what: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "rights":
        monkeypatch.setattr(publishing, "_make_alike", lambda new, old, found: None)
        out.chmod(0o711)
    elif what == "a file that may not be linked":
        monkeypatch.setattr(os, "link", _unsupported)
    else:
        monkeypatch.setattr(os, "access", lambda path, mode: "plans" not in str(path))
    inode = out.stat().st_ino
    put(out)
    assert out.stat().st_ino == inode
    assert content(out) == {**OLD, **OTHERS, **NEW}
    assert leavings(out.parent) == []


@linux
def test_what_others_do_meanwhile_is_not_lost(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the moment at which a folder is looked at and that at which it is exchanged, and after it."""
    renamed, seen = publishing._renamed, []

    def slow(one: Path, other: Path, how: int) -> bool:
        if other == out:
            seen.append(one)
            (out / "late.txt").write_text("late")
            (out / "notes.txt").unlink()
            (out / "notes.txt").write_text("later notes")
            os.utime(out / "notes.txt", (2e9, 2e9))
            (out / "late").mkdir()
            (out / "late" / "x").write_text("late x")
            done = renamed(one, other, how)
            with pytest.raises(BlockingIOError), publishing._turn(out, 0):
                pass  # whoever wants to publish now has to wait until all is in its place
            (out / "more.txt").write_text("more")
            (out / "archive" / "2020.csv").write_text("in between")
            return done
        return renamed(one, other, how)

    monkeypatch.setattr(publishing, "_renamed", slow)
    put(out)
    assert seen
    assert content(out) == {
        **OTHERS, **NEW, "notes.txt": "later notes", "late.txt": "late", "late": None, "late/x": "late x",
        "more.txt": "more", "archive/2020.csv": "in between",
    }  # fmt: skip
    assert leavings(out.parent) == []


@linux
def test_what_cannot_be_brought_over_is_kept_and_reached(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = publishing._renamed

    def refused(one: Path, other: Path, how: int) -> bool:
        if other.name == "plans":
            raise PermissionError
        return renamed(one, other, how)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_renamed", refused)
        put(out)
        publishing.sweep(out.parent)
    assert content(out) == {**OTHERS, **NEW}
    publishing.sweep(out.parent)
    assert not (out / "plans").is_symlink()
    assert content(out) == {**OTHERS, **NEW}
    assert leavings(out.parent) == []


@linux
def test_a_name_in_other_letters_is_the_same_where_the_file_system_says_so(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (out / "centres.csv").rename(out / "Centres.CSV")
    exists = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: exists(path) or exists(Path(path).parent / path.name.lower()))
    put(out)
    assert not (out / "Centres.CSV").exists()
    assert (out / "centres.csv").read_text() == "new centres"
    assert leavings(out.parent) == []


@pytest.mark.parametrize("changed", [False, True])
def test_what_was_begun_is_finished_but_not_over_what_was_changed_since(changed: bool, tmp_path: Path) -> None:
    for number, folder in rounds(tmp_path, _out(OLD, OTHERS)):
        out = folder / "out"
        with trouble(number, kill=True) as it:
            one_by_one(folder)
        if (out / "centres.csv").read_text() == "new centres":
            break
    assert it.happened
    assert content(out) == {**OLD, **OTHERS, "centres.csv": "new centres"}
    with publishing._turn(out, 0):
        publishing.sweep(out)  # not while somebody else publishes there
    assert content(out) == {**OLD, **OTHERS, "centres.csv": "new centres"}
    mended = {"funders.csv": "mended by hand", "people.csv": "written by hand"} if changed else {}
    write(out, mended)
    publishing.sweep(out)
    assert content(out) == {**OTHERS, **NEW, **mended}
    assert leavings(out) == []


def test_one_waits_for_another_who_publishes_into_the_folder(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    held = os.open(out, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    monkeypatch.setattr(publishing, "_PATIENCE_SECONDS", 0)
    with pytest.raises(BlockingIOError):
        put(out)
    assert (out / "centres.csv").read_text() == "old centres"
    monkeypatch.setattr(publishing, "_PATIENCE_SECONDS", 30)
    steps = iter(range(2))

    def other(seconds: float) -> None:
        """The other one has exchanged the folder, and then brings things over."""
        nonlocal held
        if next(steps) == 0:
            out.rename(out.parent / "former")
            write(out, OLD)
            now = os.open(out, os.O_RDONLY)
            fcntl.flock(now, fcntl.LOCK_EX)
            os.close(held)
            held = now
        else:
            os.close(held)

    monkeypatch.setattr("time.sleep", other)
    put(out)
    assert next(steps, None) is None
    assert content(out) == NEW
    assert leavings(out.parent) == []


def test_a_folder_that_somebody_makes_meanwhile(tmp_path: Path) -> None:
    for replace in (True, False):
        out = tmp_path / str(replace)
        with publishing.new_folder(out, replace=replace) as new:
            write(new, NEW)
            write(out, OTHERS)
        assert content(out) == {**OTHERS, **NEW}
    with pytest.raises(FileExistsError), publishing.new_folder(tmp_path / "x") as new:
        write(new, NEW)
        write(tmp_path / "x", OLD)
    assert content(tmp_path / "x") == OLD
    assert leavings(tmp_path) == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    for target in (tmp_path / "a", tmp_path / "a" / "b"):
        with pytest.raises(OSError):
            put(target)
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        put(tmp_path / "dangling")
