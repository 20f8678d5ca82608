"""Commands that write files and are killed, run out of room, or are started together: all or nothing."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crpv_cli.publishing import SUFFIX
from tests.commands.conftest import crpv
from tests.inside import inside

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged on Linux only")

# Kills the command at the n-th event of Python that is about a folder, a lock or an exchange, and in the middle of a
# write where the size of files is limited.
KILLER = """
import os, signal, sys
left, where = int(os.environ["KILL_AT"]), os.environ["KILL_IN"]
def watch(event, arguments):
    global left
    named = any(isinstance(one, str) and where in one for one in map(str, arguments))
    if event in {"fcntl.flock", "ctypes.dlsym"} or (named and not event.startswith(("import", "sys.", "compile"))):
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
sys.addaudithook(watch)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
"""


@pytest.fixture
def environment(demo_path: Path, tmp_path: Path) -> dict[str, str]:
    """The registry, which nobody changes here, and a temporary folder of its own."""
    for name in ("temporary", "home", "killer"):
        (tmp_path / name).mkdir()
    (tmp_path / "killer" / "sitecustomize.py").write_text(KILLER)
    registry = shutil.copy(demo_path, tmp_path / "home" / "registry.sqlite")
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return {**kept, "CRPV_DB": str(registry), "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary")}


def start(
    *arguments: object, env: Mapping[str, str], cwd: Path, before: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crpv_cli", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd=cwd,
        preexec_fn=before,  # noqa: PLW1509 - what it calls takes no locks
    )


def end(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out.decode(), err.decode()


def ran(*arguments: object, env: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
    return end(start(*arguments, env=env, cwd=cwd))


def quick(*arguments: object, env: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
    """As ``ran``, in this process."""
    done = inside(*arguments, env=env, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def killed(env: Mapping[str, str], cwd: Path, where: str, *arguments: object, step: int) -> Iterator[int]:
    """Run a command again and again, killed a little later each time, until it ends by itself."""
    for number in range(0, 10_000, step):
        killing = {"PYTHONPATH": str(cwd.parent / "killer"), "KILL_AT": str(number), "KILL_IN": where}
        code, _, err = ran(*arguments, env={**env, **killing}, cwd=cwd)
        assert code in {0, -signal.SIGKILL}, err
        yield code
        if code == 0:
            assert number > 2 * step
            return


def leavings(*folders: Path) -> list[str]:
    return [str(path) for folder in folders for path in folder.rglob("*") if ".crpv-" in path.name]


TABLES = ("centres", "funders", "perimeters", "activities")


def old(folder: Path) -> None:
    """A folder of an earlier export, with what others put there."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "archive").mkdir(parents=True)
    (folder / "archive" / "2019.csv").write_text("before")
    (folder / "notes.txt").write_text("notes")
    for name in TABLES:
        (folder / f"{name}.csv").write_text("old")


def generation(folder: Path) -> set[str]:
    """Whether tables are old or new, after a look at what others put there."""
    assert (folder / "archive" / "2019.csv").read_text() == "before"
    assert (folder / "notes.txt").read_text() == "notes"
    return {"old" if (folder / f"{name}.csv").read_text() == "old" else "new" for name in TABLES}


def test_an_export_that_is_killed_leaves_the_old_or_the_new_tables(environment: dict[str, str], tmp_path: Path) -> None:
    work = tmp_path / "work"
    old(work / "out")
    seen = set()
    for code in killed(environment, work, "out", "export", "all", "-o", "out", "--force", step=53):
        (found,) = generation(work / "out")
        seen.add((found, code))
        assert code != 0 or leavings(work) == []
        after = ran("list", "-o", "a.csv", "--force", env=environment, cwd=work)
        assert after[0] == 0, after[2]
        assert leavings(tmp_path) == []
        assert not (work / "out" / "archive").is_symlink()
        assert {found} == generation(work / "out")
        old(work / "out")
    assert ("old", -signal.SIGKILL) in seen
    assert ("new", 0) in seen


def test_an_export_to_the_folder_one_is_in_is_finished_by_the_next_command(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """There is no exchanging the folder that somebody stands in."""
    out = tmp_path / "out"
    old(out)
    for _code in killed(environment, out, SUFFIX, "export", "all", "-o", ".", "--force", step=23):
        after = ran("list", "-o", "a.csv", "--force", env=environment, cwd=out)
        assert after[0] == 0, after[2]
        assert len(generation(out)) == 1
        assert leavings(tmp_path) == []
        for name in TABLES:
            (out / f"{name}.csv").write_text("old")


def test_a_file_is_whole_although_its_writer_was_killed_in_the_middle(
    environment: dict[str, str], tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "old.csv").write_text("old")
    killing = {"PYTHONPATH": str(tmp_path / "killer"), "KILL_AT": "-1", "KILL_IN": "nowhere"}
    for arguments in (["old.csv", "--force"], ["new.csv"]):
        process = start(
            "list", "funding", "-o", *arguments, env={**environment, **killing}, cwd=work, before=small_files
        )
        assert end(process)[0] == -signal.SIGXFSZ
        assert [path.name for path in work.glob("*.csv")] == ["old.csv"]
        assert (work / "old.csv").read_text() == "old"
        assert len(leavings(work)) == 2  # a workplace and its lock; what was written stands in it
    assert quick("list", "-o", "a.csv", env=environment, cwd=work)[0] == 0
    assert leavings(tmp_path) == []


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))  # SQLite's own index of its WAL takes 32,768 bytes


@pytest.mark.parametrize(("name", "code"), [("SIGKILL", -9), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_what_came_by_standard_input_does_not_outlive_the_next_command(
    name: str, code: int, environment: dict[str, str], tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    process = start("load", "-", env=environment, cwd=tmp_path)
    assert process.stdin is not None
    process.stdin.write(b"id,name\n" * 100_000)
    process.stdin.flush()
    while not list(temporary.rglob("stdin.csv")):
        assert process.poll() is None
        time.sleep(0.01)
    (place,) = temporary.iterdir()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700  # what people sent is nobody else's to read
    process.send_signal(getattr(signal, name))
    assert end(process)[0] == code
    if name == "SIGKILL":
        assert list(temporary.iterdir()) == [place]
    assert ran("list", env=environment, cwd=tmp_path)[0] == 0
    assert leavings(tmp_path) == []


def test_two_pipes_of_one_name_are_two_files(environment: dict[str, str], tmp_path: Path) -> None:
    with ThreadPoolExecutor() as others:
        for number, table in enumerate(("sources", "centres")):
            pipe = tmp_path / str(number) / "data"
            pipe.parent.mkdir()
            os.mkfifo(pipe)
            others.submit(pipe.write_text, quick("list", table, "-f", "csv", env=environment, cwd=tmp_path)[1])
        code, out, err = quick("load", "0/data", "1/data", env=environment, cwd=tmp_path)
    assert code == 0, err
    assert "Sources: 41 read" in out + err
    assert "Centres: 20 read" in out + err


# --- At once ---


def test_exports_into_one_folder_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    """Of two kinds, so that neither may lose what the other wrote; and into one that is missing at first."""
    work = tmp_path / "work"
    for number in range(2):
        out = work / str(number)
        if number % 2:
            old(out)
        work.mkdir(exist_ok=True)
        kinds = ("csv", "json", "csv", "markdown")
        processes = [
            start("export", "all", "-o", out, "--force", "-f", kind, env=environment, cwd=work) for kind in kinds
        ]
        ends = [end(process) for process in processes]
        assert [code for code, _, _ in ends] == [0] * len(kinds), ends
        for extension in (".csv", ".json", ".md"):
            assert "old" not in {(out / f"{name}{extension}").read_text() for name in TABLES}
        assert not number % 2 or generation(out) == {"new"}
        assert leavings(tmp_path) == []


def test_a_name_that_another_one_takes_meanwhile_stays_his(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for taken, arguments in (("a.csv", ["list", "-o", "a.csv"]), ("out/centres.csv", ["export", "all", "-o", "out"])):

        def other(descriptor: int, file: Path = tmp_path / taken) -> None:
            file.parent.mkdir(exist_ok=True)
            file.write_text("theirs")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", other)
            code, _, err = quick(*arguments, env=environment, cwd=tmp_path)
        assert code == 3
        assert f"{taken} already exists; it was not changed." in err
        assert (tmp_path / taken).read_text() == "theirs"
    assert leavings(tmp_path) == []


# --- No room ---


def test_no_room_leaves_what_was_there(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "a.csv").write_text("old")
    old(tmp_path / "work" / "out")
    before = {path: path.is_file() and path.read_text() for path in (tmp_path / "work").rglob("*")}
    for arguments in (
        ["list", "funding", "-o", "a.csv", "--force"],
        ["list", "funding", "-o", "new.csv"],
        ["export", "all", "-o", "out", "--force"],
        ["export", "all", "-o", "new"],
        ["export", "all", "-o", "new.xlsx"],
    ):
        code, _, err = end(start(*arguments, env=environment, cwd=tmp_path / "work", before=small_files))
        assert code == 3, err
        assert "File too large" in err
        assert {path: path.is_file() and path.read_text() for path in (tmp_path / "work").rglob("*")} == before
    code, _, err = end(
        start(
            *["list", "funding", "-o", "a.csv", "--force"],
            env={**environment, "CRPV_LANG": "fr"},
            cwd=tmp_path / "work",
            before=small_files,
        )
    )
    assert "Impossible d'écrire a.csv" in err


# --- Devices, pipes, links ---


def test_a_stream_that_is_open_is_written_into(environment: dict[str, str], tmp_path: Path) -> None:
    _, whole, _ = ran("list", "-f", "csv", env=environment, cwd=tmp_path)
    for name, force in (("/dev/stdout", []), ("/dev/fd/1", ["--force"])):
        ended = ran("list", "-f", "csv", "-o", name, *force, env=environment, cwd=tmp_path)
        assert ended[:2] == (0, whole), ended
    # A file that the shell opened is gone on with, and not replaced.
    with (tmp_path / "log").open("wb") as log:
        log.write(b"before\n")
        log.flush()
        for _ in range(2):
            subprocess.run(
                [sys.executable, "-m", "crpv_cli", "list", "-f", "csv", "-o", "/dev/stdout"],
                stdout=log, env=environment, cwd=tmp_path, check=True,
            )  # fmt: skip
    assert (tmp_path / "log").read_text() == f"before\n{whole}{whole}"
    _, out, err = ran("list", "-f", "csv", "-o", "/dev/stderr", env=environment, cwd=tmp_path)
    assert out == ""
    assert err.startswith(whole)


def test_devices_and_pipes_stay_what_they_are(environment: dict[str, str], tmp_path: Path) -> None:
    for force in ([], ["--force"]):
        assert quick("list", "-f", "csv", "-o", "/dev/null", *force, env=environment, cwd=tmp_path)[0] == 0
        assert Path("/dev/null").is_char_device()
        code, _, err = quick("list", "-f", "csv", "-o", "/dev/full", *force, env=environment, cwd=tmp_path)
        assert code == 3
        assert "/dev/full cannot be written: No space left on device" in err
        assert Path("/dev/full").is_char_device()
    _, whole, _ = quick("list", "-f", "csv", env=environment, cwd=tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    for force in ([], ["--force"]):
        with ThreadPoolExecutor() as other:
            read = other.submit((tmp_path / "pipe.csv").read_text)
            assert quick("list", "-o", "pipe.csv", *force, env=environment, cwd=tmp_path)[0] == 0
            assert read.result() == whole
        assert (tmp_path / "pipe.csv").is_fifo()
    assert leavings(tmp_path) == []


def test_links(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    (tmp_path / "dangling.csv").symlink_to("share/real.csv")
    code, _, err = quick("list", "-o", "link.csv", env=environment, cwd=tmp_path)
    assert code == 3
    assert "link.csv already exists" in err
    assert quick("list", "-o", "link.csv", "--force", env=environment, cwd=tmp_path)[0] == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() != "old"
    for force in ([], ["--force"]):
        code, _, err = quick("list", "-o", "dangling.csv", *force, env=environment, cwd=tmp_path)
        assert code == 3
        assert "dangling.csv is a link to share/real.csv, which is not there." in err
    code, _, err = quick("list", "-o", "dangling.csv", env={**environment, "CRPV_LANG": "fr"}, cwd=tmp_path)
    assert "dangling.csv est un lien vers share/real.csv, qui n'existe pas." in err
    assert (tmp_path / "dangling.csv").is_symlink()


def test_long_names_and_rights(environment: dict[str, str], tmp_path: Path) -> None:
    name = "é" * 125 + ".csv"  # 254 bytes
    for force in ([], ["--force"]):
        code, _, err = quick("list", "-o", name, *force, env=environment, cwd=tmp_path)
        assert code == 0, err
    code, _, err = quick("list", "-o", f"{name}.csv", env=environment, cwd=tmp_path)
    assert code == 3
    assert "cannot be written: File name too long" in err
    (tmp_path / "read-only.csv").touch()
    (tmp_path / "read-only.csv").chmod(0o440)
    assert quick("list", "-o", "read-only.csv", "--force", env=environment, cwd=tmp_path)[0] == 0
    assert (tmp_path / "read-only.csv").stat().st_size > 0
    assert stat.S_IMODE((tmp_path / "read-only.csv").stat().st_mode) == 0o440


# --- Completion: the start-up file of the shell is somebody's own ---


def test_installing_completion_leaves_the_start_up_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("typer._completion_shared._get_shell_name", lambda: "bash")
    (tmp_path / "dotfiles").write_text("alias ll='ls -l'\n")
    (tmp_path / "dotfiles").chmod(0o600)
    (tmp_path / ".bashrc").symlink_to("dotfiles")

    def full(part: Path, target: Path, **how: object) -> None:
        raise OSError(28, "No space left on device", str(target))

    with monkeypatch.context() as patch:
        patch.setattr("crpv_cli.publishing.publish", full)
        assert crpv("--install-completion").code == 3
    assert (tmp_path / "dotfiles").read_text() == "alias ll='ls -l'\n"
    assert crpv("--install-completion").code == 0
    assert (tmp_path / ".bashrc").is_symlink()
    assert (tmp_path / "dotfiles").read_text().startswith("alias ll='ls -l'\n\nsource '")
    assert stat.S_IMODE((tmp_path / "dotfiles").stat().st_mode) == 0o600
    assert leavings(tmp_path) == []
