"""What a load says is true, wherever it is struck: before the commit nothing is written, after it the load is in."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli import interrupts
from crpv_cli.output import streams
from tests.commands.conftest import NETWORK, table

STRIKE = Path(__file__).with_name("strike.py")
CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
# Two rows that are right and one that is not; two centres are there, one of which does not answer.
ROWS = "centre,department\none,01\none,02\nnobody,01\n"
LOAD = ("load", "perimeters.csv", "--keep-valid", "-o", "found.json")
ASIDE = "perimeters.refused.csv"

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="signals and streams are those of Linux")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with two loads: nothing in it, then the network of two centres."""
    folder = tmp_path_factory.mktemp("network")
    for name, text in NETWORK.items():
        (folder / f"{name}.csv").write_text(table(text), encoding="utf-8")
    path = folder / "registry.sqlite"
    for arguments in (("init", "--empty"), ("load", *(f"{name}.csv" for name in NETWORK))):
        ran = crpv(folder, *arguments)
        assert ran.returncode == 0, ran.stderr
    return path


@pytest.fixture
def folder(network: Path, tmp_path: Path) -> Path:
    """A folder with a copy of it, and a file to load; a folder for temporary files beside it."""
    path = tmp_path / "registry"
    path.mkdir()
    (tmp_path / "temporary").mkdir()
    shutil.copy(network, path / "registry.sqlite")
    (path / "perimeters.csv").write_text(ROWS, encoding="utf-8")
    return path


def crpv(
    folder: Path,
    *arguments: str,
    strike: str = "never",
    by: str = "SIGINT",
    before: Callable[[], object] | None = None,
    **streams: object,
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, struck at a moment."""
    load = last_load(folder) + 1 if (folder / "registry.sqlite").exists() else 1
    ran = subprocess.run(
        [sys.executable, str(STRIKE), *arguments, "--db", "registry.sqlite"],
        cwd=folder,
        env={
            **{name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ},
            "HOME": str(folder),
            "TMPDIR": str(folder.parent / "temporary"),
            "COLUMNS": "²",  # a digit for Rich, which then fails to read it
            "TERM": "xterm",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "STRIKE": strike,
            "STRIKE_SIGNAL": by,
            "STRIKE_LOAD": str(load),
        },
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},  # type: ignore[call-overload]
        preexec_fn=before,
        check=False,
    )
    out, err = ((text or b"").decode() for text in (ran.stdout, ran.stderr))
    assert not any(word in err for word in ("Traceback", "Exception ignored", "This is a bug"))
    return subprocess.CompletedProcess([], ran.returncode, out, err)


def last_load(folder: Path) -> int:
    """The number of the last load; the registry is sound."""
    with closing(sqlite3.connect(folder / "registry.sqlite")) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        if not connection.execute("select count(*) from sqlite_master where name = 'loads'").fetchone()[0]:
            return 0
        return int(connection.execute("select coalesce(max(id), 0) from loads").fetchone()[0])


def perimeters(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "registry.sqlite")) as connection:
        return int(connection.execute("select count(*) from perimeters").fetchone()[0])


def names(folder: Path) -> set[str]:
    """What lies in the folder but for the registry and what SQLite keeps beside it."""
    return {path.name for path in folder.iterdir() if not path.name.startswith(("registry.sqlite", ".cache"))} - {
        "perimeters.csv"
    }


def refused(folder: Path) -> list[str]:
    with (folder / ASIDE).open(encoding="utf-8") as file:
        return [row["centre"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("by", CODES)
@pytest.mark.parametrize("moment", ["refused", "before", "tidying"])
def test_interrupted_before_the_commit_nothing_is_written(folder: Path, moment: str, by: str) -> None:
    ran = crpv(folder, *LOAD, strike=moment, by=by)
    assert (ran.returncode, ran.stdout) == (CODES[by], "")
    assert ran.stderr.splitlines()[-1] == "Interrupted: nothing was written."
    assert (last_load(folder), perimeters(folder), names(folder)) == (1, 0, set())
    # It can be done again as if nothing had been.
    assert crpv(folder, *LOAD).returncode == 1
    assert (last_load(folder), perimeters(folder), refused(folder)) == (2, 2, ["nobody"])


@pytest.mark.parametrize("by", CODES)
@pytest.mark.parametrize("moment", ["during", "after", "settled", "end"])
def test_interrupted_from_the_commit_on_the_load_is_in_and_said(folder: Path, moment: str, by: str) -> None:
    ran = crpv(folder, *LOAD, "--expect", "centres", strike=moment, by=by)
    assert (ran.returncode, ran.stdout) == (1, "")  # 1, since a row was refused
    said = ran.stderr.splitlines()
    assert "Perimeters: 3 read, 2 inserted, 0 updated, 0 unchanged, 1 refused" in said
    assert "Done: this is load 2 of the registry." in said
    assert f"The refused rows are in {ASIDE}; correct them there and load that file." in said
    assert "1 centre has not answered: two." in said
    if moment != "end":
        assert said[-1] == "The interruption came too late: load 2 is in the registry."
    assert (last_load(folder), perimeters(folder), refused(folder)) == (2, 2, ["nobody"])
    assert [found["value"] for found in json.loads((folder / "found.json").read_text(encoding="utf-8"))] == ["nobody"]


def test_whatever_fails_after_the_commit_the_load_is_in_and_said(folder: Path) -> None:
    ran = crpv(folder, *LOAD, strike="telling")
    assert (ran.returncode, last_load(folder)) == (1, 2)
    assert ran.stderr.splitlines()[-1] == "Load 2 is in the registry; what came after it failed: no words"


@pytest.mark.parametrize("by", CODES)
def test_what_was_kept_of_standard_input_is_removed(folder: Path, by: str) -> None:
    with (folder / "perimeters.csv").open("rb") as rows:
        ran = crpv(folder, "load", "-", "--as", "perimeters", "--keep-valid", strike="before", by=by, stdin=rows)
    assert (ran.returncode, last_load(folder), names(folder)) == (CODES[by], 1, set())
    assert list((folder.parent / "temporary").iterdir()) == []


@pytest.mark.parametrize("moment", ["refused", "before", "during", "after", "settled"])
def test_killed_at_any_moment_the_refused_rows_are_not_lost(folder: Path, moment: str) -> None:
    ran = crpv(folder, *LOAD, strike=moment, by="SIGKILL")
    assert ran.returncode == -signal.SIGKILL
    in_ = moment in {"after", "settled"}
    assert (last_load(folder), perimeters(folder)) == ((2, 2) if in_ else (1, 0))
    assert refused(folder) == ["nobody"]


@pytest.mark.parametrize(
    ("command", "by"), [*(("undo", by) for by in CODES), ("centre", "SIGTERM"), ("accept", "SIGTERM")]
)
@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_every_command_that_writes_says_what_is_true(folder: Path, moment: str, command: str, by: str) -> None:
    arguments, done = {
        "undo": (("undo", "--yes", "1"), "Load 1 was undone; this is load 2, which can be undone too."),
        "centre": (
            ("centre", "label", "one", "--from", "2020-01-01", "--yes"),
            "Done: this is load 2 of the registry.",
        ),
        "accept": (
            ("check", "--accept", "co-funding", "one", "--until", "2099-12-31", "--reason", "so"),
            "Accepted: co-funding for one, until 2099-12-31.",
        ),
    }[command]
    ran = crpv(folder, *arguments, strike=moment, by=by)
    if moment == "before":
        assert (ran.returncode, last_load(folder)) == (CODES[by], 1)
        assert "Interrupted: nothing was written." in ran.stderr
        assert done not in ran.stderr
    else:
        assert (ran.returncode, last_load(folder)) == (0, 2)
        assert done in ran.stderr
        assert "The interruption came too late: load 2 is in the registry." in ran.stderr


@pytest.mark.parametrize(("moment", "made"), [("before", False), ("settled", True)])
def test_a_registry_is_made_or_not(tmp_path: Path, moment: str, made: bool) -> None:
    ran = crpv(tmp_path, "init", "--empty", strike=moment, by="SIGTERM")
    assert (ran.returncode, (tmp_path / "registry.sqlite").exists()) == ((0, True) if made else (143, False))
    assert ("The registry was made" in ran.stderr, "too late: it is done" in ran.stderr) == (made, made)
    assert made or list(tmp_path.iterdir()) == []


def test_a_commit_that_fails_takes_its_files_back_and_says_which_disk_is_full(folder: Path) -> None:
    ran = crpv(folder, *LOAD, strike="full")
    assert ran.returncode == 3
    assert "Error: There is no room left " in ran.stderr
    assert "restore" not in ran.stderr
    assert "Done" not in ran.stderr
    assert (last_load(folder), perimeters(folder), names(folder)) == (1, 0, set())


def test_a_commit_that_fails_puts_back_the_file_that_it_wrote_over(folder: Path) -> None:
    (folder / ASIDE).write_text("of last week", encoding="utf-8")
    ran = crpv(folder, *LOAD, "--force", strike="full")
    assert ran.returncode == 3
    assert (folder / ASIDE).read_text(encoding="utf-8") == "of last week"
    ran = crpv(folder, *LOAD, "--force")
    assert refused(folder)


def test_a_file_that_another_command_put_there_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "aside.csv"
    with pytest.raises(FileExistsError), streams.taken_back() as made, made.writing(file):
        file.write_text("another command's", encoding="utf-8")
        raise FileExistsError
    assert file.read_text(encoding="utf-8") == "another command's"


# --- The streams of a load ---


JSON = ("load", "perimeters.csv", "--keep-valid", "-f", "json")


def test_a_result_that_cannot_be_written_is_not_committed(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = crpv(folder, *JSON, stdout=full)
    assert (ran.returncode, "The result cannot be written to standard output" in ran.stderr) == (3, True)
    assert (last_load(folder), names(folder)) == (1, set())


def test_a_result_that_nobody_reads_is_not_committed(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = crpv(folder, *JSON, stdout=writer)
    os.close(writer)
    assert (ran.returncode, "Nothing was loaded" in ran.stderr) == (3, True)
    assert (last_load(folder), names(folder)) == (1, set())


def test_a_pipe_that_breaks_elsewhere_is_no_silent_success(folder: Path) -> None:
    ran = crpv(folder, *LOAD, strike="pipe")
    assert (ran.returncode, ran.stderr) == (3, "Error: The system refuses something: Broken pipe\n")
    assert last_load(folder) == 1


def test_a_file_that_cannot_be_written_stops_the_load(folder: Path) -> None:
    ran = crpv(folder, "load", "perimeters.csv", "--keep-valid", "-o", "nowhere/found.json")
    assert (ran.returncode, "cannot be written" in ran.stderr) == (3, True)
    assert (last_load(folder), names(folder)) == (1, set())


@pytest.mark.parametrize("arguments", [LOAD, JSON, ("undo", "--yes", "1")], ids=["load", "json", "undo"])
def test_what_cannot_be_told_does_not_change_what_is_done(folder: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = crpv(folder, *arguments, stderr=full)
    assert (ran.returncode, last_load(folder)) == (0 if arguments[0] == "undo" else 1, 2)
    assert ran.stdout == "" or [found["value"] for found in json.loads(ran.stdout)] == ["nobody"]


# --- The signals themselves ---


@pytest.mark.parametrize("by", CODES)
def test_a_signal_before_the_command_runs_ends_it_in_a_word(folder: Path, by: str) -> None:
    ran = crpv(folder, "list", strike="start", by=by)
    assert (ran.returncode, ran.stdout, ran.stderr) == (CODES[by], "", "Interrupted.\n")


def test_a_signal_that_a_library_makes_an_error_of_is_an_interruption(folder: Path) -> None:
    ran = crpv(folder, "report", "network", strike="callback", by="SIGTERM")
    assert (ran.returncode, ran.stdout, ran.stderr) == (143, "", "Interrupted.\n")


@pytest.mark.parametrize("by", CODES)
def test_a_signal_that_was_ignored_at_the_start_stays_ignored(folder: Path, by: str) -> None:
    """``nohup`` ignores the end of the session, a shell Ctrl-C in what it runs in the background."""
    ran = crpv(folder, *LOAD, strike="before", by=by, before=lambda: signal.signal(getattr(signal, by), signal.SIG_IGN))
    assert (ran.returncode, last_load(folder)) == (1, 2)
    assert "nterrupt" not in ran.stderr


def test_an_interruption_takes_the_bar_away_and_shows_the_cursor_again(folder: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    ran = crpv(folder, *LOAD, strike="bar", by="SIGTERM", stderr=theirs)
    os.close(theirs)
    written = os.read(ours, 65536).decode()
    os.close(ours)
    assert (ran.returncode, last_load(folder)) == (143, 1)
    assert "\x1b[?25l" in written
    assert "\x1b[?25h" in written.partition("\x1b[?25l")[2]
    assert " ".join(written.split()).endswith("Interrupted: nothing was written.")


def test_no_memory_is_no_bug(folder: Path) -> None:
    ran = crpv(folder, *LOAD, strike="memory")
    assert (ran.returncode, "There is not enough memory for this." in ran.stderr) == (3, True)
    assert ran.stderr.splitlines()[-1] == "Nothing was written."
    assert last_load(folder) == 1


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handlers, in this process; time stands still."""
    monkeypatch.setattr("crpv_cli.interrupts.time.monotonic", lambda: 10.0)
    before = {name: signal.getsignal(getattr(signal, name)) for name in CODES}
    # What is taken over here is given back: else the next command in this process ignores it at its end, for good.
    monkeypatch.setattr(interrupts._State, "taken", interrupts._State.taken)
    interrupts.install()
    interrupts.start()
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)
    interrupts.start()


@pytest.mark.usefixtures("installed")
def test_a_second_signal_lets_the_cleaning_up_go_on_for_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(interrupts.Interrupted):
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)
    monkeypatch.setattr("crpv_cli.interrupts.time.monotonic", lambda: 10.0 + interrupts.PATIENCE_SECONDS)
    with pytest.raises(interrupts.Interrupted):
        signal.raise_signal(signal.SIGINT)
    came = interrupts.came()
    assert came is not None
    assert came.exit_code == 143  # the first one is told


@pytest.mark.usefixtures("installed")
def test_a_signal_waits_for_the_end_of_a_few_lines() -> None:
    done = []
    with pytest.raises(interrupts.Interrupted), interrupts.Held():
        with interrupts.Held():
            signal.raise_signal(signal.SIGHUP)
        done.append("inner")
    assert done == ["inner"]


@pytest.mark.usefixtures("installed")
def test_what_was_held_is_raised_when_it_is_released() -> None:
    interrupts.hold()
    signal.raise_signal(signal.SIGINT)
    interrupts.settle(7)
    written = interrupts.written()
    assert written is not None
    assert written.load == 7
    with pytest.raises(interrupts.Interrupted):
        interrupts.release()
    assert interrupts.written() is None
