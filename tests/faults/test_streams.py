"""No combination of closed, full, missing or odd streams and settings gives a traceback, or harms the registry."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
import shellingham  # type: ignore[import-untyped]

from tests.commands.conftest import NETWORK, table

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")

NEVER = ("Traceback", "Exception ignored", "This is a bug", "Fatal Python")
# What each command is asked, whether it has a result, how it ends, and the number of the last load after it.
COMMANDS: dict[str, tuple[tuple[str, ...], bool, int, int]] = {
    "list": (("list", "centres"), True, 0, 1),
    "show": (("show", "one"), True, 0, 1),
    "report": (("report", "network", "--as-of", "2024-12-31"), True, 0, 1),
    "check": (("check", "--strict", "--as-of", "2024-12-31"), True, 1, 1),
    "load": (("load", "-", "--as", "perimeters"), False, 0, 2),
    "undo": (("undo", "--yes", "1"), False, 0, 2),
    "export": (("export", "centres"), True, 0, 1),
    "query": (("query", "select id from centres"), True, 0, 1),
}
ROWS = "centre,department\none,01\none,02\n"
INS = ("file", "closed", "write-only")
OUTS = ("file", "closed", "full", "unread", "read-only")
ERRS = ("file", "closed", "full")
# Each list has its own length, so that they do not go in step.
SETTINGS: dict[str, tuple[str | None, ...]] = {
    "HOME": (None, "/dev/null", "missing", ""),
    "TERM": (None, "", "dumb", "no-such-terminal", "xterm-256color"),
    "LC_ALL": (None, "C", "fr_FR.UTF-8", "xx_YY", "en_US.ISO-8859-1", "", "C.UTF-8"),
    "TMPDIR": (None, "missing", "/dev/null"),
    "COLUMNS": (None, "0", "-5", "1", "²", "many", "9" * 30, ""),
    "LOGNAME": (None, "\udcff"),
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command ended with, and what came out."""

    code: int
    out: str
    err: str


@contextmanager
def opened(folder: Path, way: str, number: int) -> Iterator[int | None]:
    """A descriptor as a command may find it; None for one that is closed."""
    with ExitStack() as stack:
        if way == "file":
            name = folder / ("in", "out", "err")[number]
            yield stack.enter_context(name.open("rb" if number == 0 else "wb")).fileno()
        elif way == "unread":
            reader, writer = os.pipe()
            os.close(reader)
            stack.callback(os.close, writer)
            yield writer
        elif way == "closed":
            yield None
        else:
            device, mode = {"full": ("/dev/full", "wb"), "read-only": ("/dev/null", "rb")}.get(way, ("/dev/null", "wb"))
            yield stack.enter_context(Path(device).open(mode)).fileno()


def crpv(
    folder: Path,
    arguments: Sequence[str],
    ways: Sequence[str] = ("file", "file", "file"),
    settings: Mapping[str, str | None] | None = None,
    before: Callable[[], object] = lambda: None,
    start: Sequence[str] = ("-m", "crpv_cli"),
) -> Ran:
    """Run the command with these streams and settings, and no others."""
    (folder / "in").write_text(ROWS, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "CRPV_LANG": "en"}
    given = {name: value for name, value in (settings or {}).items() if value is not None}
    with ExitStack() as stack:
        descriptors = [stack.enter_context(opened(folder, way, number)) for number, way in enumerate(ways)]

        def change() -> None:
            for number, descriptor in enumerate(descriptors):
                if descriptor is None:
                    os.close(number)
            before()

        ran = subprocess.run(
            [sys.executable, *start, *arguments],
            stdin=descriptors[0],
            stdout=descriptors[1],
            stderr=descriptors[2],
            env={**kept, **env, **given},
            cwd=folder,
            preexec_fn=change,
            check=False,
        )
    out, err = (
        (folder / name).read_text(encoding="utf-8") if way == "file" else ""
        for name, way in zip(("out", "err"), ways[1:], strict=True)
    )
    assert not [word for word in NEVER if word in err], err
    return Ran(ran.returncode, out, err)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of two centres, in one load."""
    folder = tmp_path_factory.mktemp("network")
    for name, text in NETWORK.items():
        (folder / f"{name}.csv").write_text(table(text), encoding="utf-8")
    for arguments in (("init", "--empty"), ("load", *(f"{name}.csv" for name in NETWORK))):
        ran = crpv(folder, (*arguments, "--db", "registry.sqlite"))
        assert ran.code == 0, ran.err
    return folder / "registry.sqlite"


@pytest.fixture
def db(network: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(network, tmp_path / "registry.sqlite"))


def last_load(db: Path) -> int:
    """The number of the last load; the registry is sound."""
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        return int(connection.execute("select max(id) from loads").fetchone()[0])


def combinations(command: int) -> Iterator[tuple[str, str, str, dict[str, str | None]]]:
    """Two thirds of all pairs of standard output and error, each with another standard input and other settings.

    Each command leaves out another third, and gets other settings: together they go through all pairs several times.
    """
    for number, (out, err) in enumerate(product(OUTS, ERRS)):
        turn = number + number // len(ERRS) + command
        if turn % 3:
            yield (
                INS[number % 2 + turn % 2],
                out,
                err,
                {name: all_[turn % len(all_)] for name, all_ in SETTINGS.items()},
            )


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_the_streams_are_the_exit_code_is_true(db: Path, tmp_path: Path, name: str) -> None:
    arguments, has_result, code, load_after = COMMANDS[name]
    for in_, out, err, settings in combinations([*COMMANDS].index(name)):
        what = (in_, out, err, settings)
        shutil.copy(db, tmp_path / "this.sqlite")
        ran = crpv(tmp_path, (*arguments, "--db", "this.sqlite"), (in_, out, err), settings)
        if has_result and out in {"closed", "full", "read-only"}:
            expected = (3, load_after)
        elif "-" in arguments and in_ != "file":
            expected = (3, 1)  # there is nothing to read
        elif out == "file":
            expected = (code, load_after)
        else:
            expected = (0, load_after)  # nobody reads what a check finds
        assert (ran.code, last_load(tmp_path / "this.sqlite")) == expected, (what, ran)
        if out == "file" and has_result:
            assert ran.out, what
        if err == "file" and ran.code == 3:
            assert ran.err.startswith("Error: "), (what, ran)
        if err == "file" and not has_result and ran.code == 0:
            assert "load 2" in ran.err, (what, ran)


@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("--help",), ("list", "--help"), ("report", "coverage", "-h"), ("--show-completion", "bash")],
)
@pytest.mark.parametrize("out", OUTS)
def test_help_goes_the_same_way(tmp_path: Path, arguments: tuple[str, ...], out: str) -> None:
    if arguments[0] == "--show-completion":
        try:
            shellingham.detect_shell()
        except shellingham.ShellDetectionFailure:
            pytest.skip("no shell has started this")
    ran = crpv(tmp_path, arguments, ("closed", out, "file"))
    assert ran.code == (0 if out in {"file", "unread"} else 3)
    assert (ran.out != "") == (out == "file")
    assert ran.err.startswith("Error: The result cannot be written") == (ran.code == 3)
    assert ran.code == 3 or ran.err == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_was_removed_is_said(db: Path, tmp_path: Path, name: str) -> None:
    arguments, _has_result, code, load_after = COMMANDS[name]
    gone = tmp_path / "gone"
    gone.mkdir()

    def remove() -> None:
        os.chdir(gone)
        gone.rmdir()

    ran = crpv(tmp_path, (*arguments, "--db", str(db)), before=remove)
    assert (ran.code, last_load(db)) == (code, load_after), ran
    gone.mkdir()
    ran = crpv(tmp_path, (*arguments, "--db", "registry.sqlite"), before=remove)
    assert (ran.code, ran.out, ran.err.startswith("Error: ")) == (3, "", True)


@pytest.mark.parametrize("home", ["/dev/null", "/dev/null/under"])
def test_a_home_in_which_nothing_can_be_made_is_said(tmp_path: Path, home: str) -> None:
    ran = crpv(tmp_path, ("list",), settings={"HOME": home})
    assert (ran.code, ran.out, ran.err.startswith("Error: ")) == (3, "", True)


def test_no_file_of_ours_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """What is written to a stream that is closed must not end up in the registry."""
    program = (
        "import os, crpv_cli.main, crpv_cli.__main__ as start\n"
        "crpv_cli.main.run = lambda: open('number', 'w').write(str(os.open('in', os.O_RDONLY)))\n"
        "start.main()"
    )
    crpv(tmp_path, (program,), ("closed", "closed", "closed"), start=("-c",))
    assert int((tmp_path / "number").read_text(encoding="utf-8")) > 2


def test_a_pipe_that_does_not_wait_gets_the_whole_result(db: Path, tmp_path: Path) -> None:
    sql = "with recursive n (x) as (select 1 union all select x + 1 from n where x < 30000) select x from n"
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with subprocess.Popen(
        [sys.executable, "-m", "crpv_cli", "query", sql, "-f", "csv", "--db", str(db)], stdout=writer, cwd=tmp_path
    ) as running:
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as stream:
            assert stream.read().splitlines() == ["x", *map(str, range(1, 30001))]
    assert running.returncode == 0


@pytest.mark.parametrize(
    ("columns", "term"), [("1", ""), ("0", "dumb"), ("²", "no-such-terminal"), ("9" * 30, "xterm-256color")]
)
def test_an_odd_terminal_is_written_to(db: Path, tmp_path: Path, columns: str, term: str) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "crpv_cli", "check", "--strict", "--as-of", "2024-12-31", "--db", str(db)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "COLUMNS": columns, "LINES": columns, "TERM": term, "CRPV_LANG": "en"},
    ) as running:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # so ends a terminal on Linux
            while piece := os.read(ours, 65536):
                written += piece
        os.close(ours)
    assert running.returncode == 1, written
    assert not [word for word in NEVER if word.encode() in written]


def test_a_name_that_is_not_utf_8_is_loaded_and_told(db: Path, tmp_path: Path) -> None:
    name = "f\udcff.csv"
    (tmp_path / name).write_text(ROWS + "nobody,01\n", encoding="utf-8")
    ran = crpv(
        tmp_path,
        ("load", name, "--as", "perimeters", "--keep-valid", "-f", "json", "--db", str(db)),
        settings={"LOGNAME": "\udcff"},
    )
    assert (ran.code, last_load(db)) == (1, 2)
    assert "Done: this is load 2" in ran.err
    assert "\\xff" in crpv(tmp_path, ("log", "--db", str(db), "-f", "csv")).out
    ran = crpv(
        tmp_path, ("centre", "label", "one", "--from", "2020-01-01", "--act", "\udcff", "--yes", "--db", str(db))
    )
    assert (ran.code, ran.err.startswith("Error: ")) == (2, True)
