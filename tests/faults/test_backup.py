"""Backups, restores, mending and undoing that are killed, find the disk full, or come while others write."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from crpv_cli.registry import copies
from crpv_cli.registry.file import beside
from crpv_cli.registry.integrity import examine
from crpv_cli.registry.restoring import Backup, back_up, verified
from tests.commands.conftest import add_tables, crpv, state_of
from tests.faults.conftest import ended, started, values
from tests.inside import as_in

resource = pytest.importorskip("resource", reason="Windows has neither these limits nor these signals")

FUNDERS = "id,name,kind\n{},Somebody,other\n"
MOMENTS = 6

# Counts the calls in the parts of crpv that touch files, and gets a signal at one of them, or at the return from the
# nth call of a function, as in publish:1.
KILLED = """
import os, signal, sys
signum, at, found = int(sys.argv[1]), sys.argv[2], 0
name, _, number = at.partition(":")
places = tuple(os.path.join("crpv_cli", *name.split("/")) for name in (
    "publishing.py", "registry/copies.py", "registry/restoring.py", "registry/file.py", "registry/integrity.py",
    "registry/journal.py"))
def count(frame, event, _argument):
    global found
    if event in ("call", "return", "c_return") and frame.f_code.co_filename.endswith(places):
        found += number == "" or (event == "return" and frame.f_code.co_name == name)
        if str(found) == (number or at):
            found += 1
            os.kill(os.getpid(), signum)
from crpv_cli import interrupts
from crpv_cli.main import run
interrupts.install()
sys.setprofile(count)
try:
    run(sys.argv[3:])
finally:
    sys.setprofile(None)
    print(found)
"""


def killed(at: int | str, *arguments: object, env: dict[str, str], by: int = 9) -> subprocess.CompletedProcess[str]:
    """Run a command that gets a signal at one of its calls; none for 0."""
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(int(by)), str(at), *map(str, arguments)],
        capture_output=True, text=True, check=False, env=as_in(env), timeout=60,
    )  # fmt: skip


@pytest.fixture
def db(small: Path, tmp_path: Path) -> Path:
    """A registry with a few loads more than its backup, ``backup.sqlite`` beside its folder."""
    path = tmp_path / "folder" / "r.sqlite"
    path.parent.mkdir()
    shutil.copy(small, path)
    back_up(path, tmp_path / "backup.sqlite")
    for name in ("one", "two", "three"):
        add_tables(path, funders=FUNDERS.format(name))
    shutil.rmtree(path.with_suffix(".csv"))
    return path


def in_rollback_mode(path: Path) -> None:
    """Keep a registry from being read while it is written to, as on a share."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = delete")


def unreadable(path: Path) -> None:
    """Damage a registry so that it cannot be opened."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    path.write_bytes(b"x" * 100 + path.read_bytes()[100:])


def tampered(path: Path) -> None:
    """Change a registry as another program would."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("update funders set name = 'x'; drop view v_network")


COMMANDS: dict[str, tuple[tuple[str, ...], Callable[[Path], object]]] = {
    "backup": (("backup",), lambda _path: None),
    "restore": (("restore", "../backup.sqlite", "--yes"), lambda _path: None),
    "restore in rollback mode": (("restore", "../backup.sqlite", "--yes"), in_rollback_mode),
    "restore of what cannot be opened": (("restore", "../backup.sqlite", "--yes"), unreadable),
    "undo": (("undo", "--yes", "2", "3"), lambda _path: None),
    "mend": (("check", "--integrity", "--mend", "--yes"), tampered),
}


def rows(path: Path) -> str | bytes:
    """What a registry holds, but for when a load was made and by whom; its bytes if it cannot be opened."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            kept = [name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
            chosen = sorted(set(kept) - {"loads", "seals"})
            told = [repr(connection.execute(f"select * from {name}").fetchall()) for name in chosen]
            return "\n".join([*told, str(connection.execute("select id, command from loads").fetchall())])
    except sqlite3.DatabaseError:
        return path.read_bytes()


@dataclass
class Attempt:
    """A command to be struck at moments: what it starts from, what it makes of that, and in how many calls."""

    db: Path
    arguments: list[str]
    env: dict[str, str]
    start: dict[str, bytes]
    before: str | bytes
    after: str | bytes
    calls: int

    def fresh(self) -> None:
        shutil.rmtree(self.db.parent)
        self.db.parent.mkdir()
        for name, content in self.start.items():
            (self.db.parent / name).write_bytes(content)

    def struck(self, at: int | str, by: int) -> tuple[subprocess.CompletedProcess[str], list[Path]]:
        """What it ended with, and the copies that there are then."""
        self.fresh()
        ran = killed(at, *self.arguments, env=self.env, by=by)
        kept = [path for path in self.db.parent.glob("r.*.sqlite") if path != self.db]
        assert rows(self.db) in (self.before, self.after), f"{at} of {self.calls}: {kept}"
        assert all(rows(path) == self.before for path in kept), f"{at} of {self.calls}: {kept}"
        return ran, kept

    def moments(self) -> list[int]:
        return [self.calls - (self.calls - 1) * moment // MOMENTS for moment in range(MOMENTS)]


@pytest.fixture
def attempt(db: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Attempt:
    command, prepare = COMMANDS[request.param]
    arguments = [argument.replace("..", str(tmp_path)) for argument in command]
    prepare(db)
    start = {path.name: path.read_bytes() for path in db.parent.iterdir() if not path.name.endswith("-shm")}
    before = rows(db)
    env = {"HOME": str(tmp_path / "home"), "CRPV_DB": str(db)}
    made = Attempt(db, arguments, env, start, before, before, 0)
    made.fresh()
    whole = killed(0, *arguments, env=env)
    assert whole.returncode == 0, whole.stderr
    made.after, made.calls = rows(db), int(whole.stdout.splitlines()[-1])
    assert (made.after == before) is (request.param == "backup")
    return made


@pytest.mark.parametrize("attempt", COMMANDS, indirect=True)
def test_what_is_killed_leaves_the_one_state_or_the_other_and_whole_copies(attempt: Attempt) -> None:
    seen = set()
    for at in attempt.moments():
        ran, kept = attempt.struck(at, signal.SIGKILL)
        # How many calls there are differs by a few with what is in the cache: one that makes fewer ends by itself.
        ended = ran.returncode == 0 and int(ran.stdout.splitlines()[-1]) < at
        assert ended or ran.returncode == -signal.SIGKILL, (ran.returncode, ran.stderr)
        found = rows(attempt.db)
        seen.add(found)
        if found != attempt.before:
            assert len(kept) == 1, f"{at} of {attempt.calls}: {kept}"
        crpv("list", "--db", attempt.db)
        assert list(attempt.db.parent.glob(".*")) == [], f"{at} of {attempt.calls}"
    assert seen == {attempt.before, attempt.after}


@pytest.mark.parametrize("attempt", ["backup", "restore", "undo", "mend"], indirect=True)
def test_what_is_interrupted_says_what_is_true_and_leaves_nothing(attempt: Attempt) -> None:
    codes = set()
    for at in attempt.moments():
        ran, kept = attempt.struck(at, signal.SIGTERM)
        codes.add(ran.returncode)
        assert ran.returncode in {0, 143}, (ran.returncode, ran.stderr)
        assert (ran.returncode == 0) is (len(kept) == 1), f"{at} of {attempt.calls}: {ran.stderr}"
        assert rows(attempt.db) == (attempt.after if ran.returncode == 0 else attempt.before), ran.stderr
        assert list(attempt.db.parent.glob(".*")) == [], f"{at} of {attempt.calls}"
    assert codes == {0, 143}


# When what is done can no longer be taken back, and nothing has been told yet.
DONE = {"backup": "publish:1", "restore": "copy_pages:3", "undo": "publish:1", "mend": "publish:1"}


@pytest.mark.parametrize(("attempt", "at"), DONE.items(), indirect=["attempt"])
def test_a_signal_that_comes_too_late_waits_for_the_verdict(attempt: Attempt, at: str) -> None:
    ran, kept = attempt.struck(at, signal.SIGTERM)
    assert (ran.returncode, len(kept), rows(attempt.db) == attempt.after) == (0, 1, True), ran.stderr
    assert str(kept[0]) in ran.stderr


# --- The disk is full ---


def limited(size: int) -> Callable[[], None]:
    """Let a command write no file larger than this: what a full disk is to it."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize(
    ("kind", "share"),
    [("backup", 0.3), ("restore", 0.3), ("restore", 1), ("restore in rollback mode", 0.3), ("undo", 0.3)],
)
def test_on_a_full_disk_nothing_is_changed_and_nothing_left(db: Path, tmp_path: Path, kind: str, share: float) -> None:
    """Where the copy still has room, it is the registry that has none: what was kept of it is not kept then."""
    command, prepare = COMMANDS[kind]
    prepare(db)
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    before, names = state_of(db), {path.name for path in db.parent.iterdir()}
    arguments = [argument.replace("..", str(tmp_path)) for argument in command]
    limit = limited(int(db.stat().st_size * share))
    code, _, err = ended(started(*arguments, env={"HOME": str(tmp_path), "CRPV_DB": str(db)}, before=limit))
    assert code == 3, err
    assert "bug" not in err
    assert state_of(db) == before
    left = {path.name for path in db.parent.iterdir()} - names
    assert {name for name in left if not name.endswith(("-wal", "-shm"))} == set()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_backup_that_is_made_is_made_whatever_can_be_told_of_it(db: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "crpv_cli", "backup", "--format", "json", "--db", str(db)],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=as_in({"HOME": str(tmp_path)}),
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    (copy,) = copies.beside(db)
    assert str(copy.path) in ran.stderr
    assert "It is done; what came after it failed" in ran.stderr


# --- While others write ---

LOADS = 6
WRITER = """
import sys
from pathlib import Path
from crpv_cli.main import run
db, who, codes = sys.argv[1], sys.argv[2], []
folder = Path(db).parent / who
folder.mkdir()
for number in range(int(sys.argv[3])):
    (folder / "funders.csv").write_text(f"id,name,kind\\n{who}-{number},Somebody,other\\n")
    try:
        run(["load", str(folder / "funders.csv"), "--db", db])
    except SystemExit as end:
        codes.append(end.code)
print(list(map(int, codes)))
"""


def writers(path: Path, tmp_path: Path, number: int = 4) -> list[subprocess.Popen[str]]:
    """Start programs that load again and again, each of its own."""
    return [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), f"w{one}", str(LOADS)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=as_in({"HOME": str(tmp_path)}),
        )
        for one in range(number)
    ]  # fmt: skip


def test_backups_are_right_while_four_write(db: Path, tmp_path: Path) -> None:
    start = values(db, "select count(*) from funders")[0][0], values(db, "select max(id) from loads")[0][0]
    running = writers(db, tmp_path)
    made: list[Backup] = []
    while any(process.poll() is None for process in running) or len(made) < 2:
        made.append(back_up(db, tmp_path / f"b{len(made)}.sqlite"))
    for process in running:
        code, out, err = ended(process)
        assert (code, out.splitlines()[-1]) == (0, str([0] * LOADS)), err
    loads = []
    for backup in made:
        assert verified(backup.path).load == backup.load
        assert examine(backup.path).faults == []
        ((rows_there, last),) = values(backup.path, "select count(*), (select max(id) from loads) from funders")
        assert rows_there - start[0] == last - start[1]  # each load brought one row: none is there without it
        loads.append(last)
    assert loads == sorted(loads)
    assert max(loads) <= start[1] + 4 * LOADS


def test_backups_that_start_together_are_all_made(db: Path, tmp_path: Path) -> None:
    running = [started("backup", env={"HOME": str(tmp_path), "CRPV_DB": str(db)}) for _ in range(4)]
    assert [ended(process)[0] for process in running] == [0] * 4
    assert [verified(copy.path).load for copy in copies.beside(db)] == [4] * 4


def test_a_restore_while_four_write_loses_nothing_that_it_does_not_keep(db: Path, tmp_path: Path) -> None:
    """What was loaded before it is in what it kept, what was loaded after it in the registry."""
    running = writers(db, tmp_path)
    ran = []
    for _ in range(3):
        ran.append(crpv("restore", tmp_path / "backup.sqlite", "--db", db, "--yes"))
    for process in running:
        code, out, err = ended(process)
        assert (code, out.splitlines()[-1]) == (0, str([0] * LOADS)), err
    assert [one.code for one in ran] == [0] * 3, ran
    kept = [copy.path for copy in copies.beside(db)]
    assert len(kept) == 3
    places = [db, *kept]
    assert [examine(place).faults for place in places] == [[]] * 4
    wrote = [name for place in places for (name,) in values(place, "select id from funders where id glob 'w[0-9]-*'")]
    assert sorted(wrote) == sorted(f"w{one}-{number}" for one in range(4) for number in range(LOADS))
    assert not beside(db, "-journal").exists()
