"""What is left of a registry, and of what people have, after crpv was killed, crowded or given damaged files.

Run it with the Python of the environment in which crpv is installed, where strace and the system's tools may be used::

    python benchmarks/faults.py --seed 11

Each part can be asked for alone (``--only kills``). It kills the command at chosen system calls (strace injects the
signal), starts first commands together, brings earlier registries up to date at once, lets many write and read, flips
bytes, and hands damaged files of all kinds to the reader (``fuzz.py``). It prints a Markdown table, and ends with 1
where one line of it is not as it should be. The whole of it takes about an hour on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "tests" / "registry"
CRPV = (sys.executable, "-m", "crpv_cli")
CALLS = (
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "ftruncate",
    "unlink",
    "rename",
    "renameat2",
    "linkat",
    "link",
    "mkdir",
    "rmdir",
    "chmod",
    "fcntl",
    "flock",
)
"""The system calls at which a command is killed: those that change what others see, and those that lock it."""

SHEETS = ("report", "network", "--centre", "all", "-f", "markdown", "-o", "out")
OURS = (".crpv-part", ".crpv-new")
"""How names of what crpv is writing end; the next command removes what a dead one left."""
State = str


@dataclass
class Case:
    """One command that is killed: how its folder is made ready, what it runs, and what must hold afterwards."""

    name: str
    ready: Callable[[Path], None]
    arguments: tuple[str, ...]
    # What people have beside the registry: a folder of files that is either all old or all new.
    folder: str = ""
    copies: bool = False
    makes: bool = False  # there is no registry before


@dataclass
class Tally:
    """What was counted, and what was wrong with it."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def fault(self, kind: str, what: str) -> None:
        """Count something that should not be, and keep where it was."""
        self.counts[kind] += 1
        self.wrong.append(f"{kind}: {what}")


def crpv(
    folder: Path, *arguments: str, before: Sequence[str] = (), wait: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody whose home and temporary folder stand in ``folder``."""
    return subprocess.run(
        [*before, *CRPV, *arguments],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=wait,
    )


def environment(folder: Path) -> dict[str, str]:
    """A home, a temporary folder and a registry of one's own."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "CRPV_LANG": "en",
        "CRPV_DB": str(folder / "r.sqlite"),
    }


@contextmanager
def place() -> Iterator[Path]:
    """A folder that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="crpv-faults-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


# --- What a registry holds ---


def state(path: Path) -> State:
    """A digest of all that a registry holds, as another program reads it; '' if there is none."""
    if not path.exists():
        return ""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        names = sorted(row[0] for row in connection.execute("select name from sqlite_schema where type = 'table'"))
        for name in names:
            if name in {"seals", "_sqlite_migrations", "sqlite_sequence"}:
                continue
            # When a load was made, and from where, differs from run to run.
            columns = [
                row[1]
                for row in connection.execute(f"pragma table_info({name})")
                if row[1] not in {"at", "digest", "path"}
            ]
            rows = connection.execute(f"select {', '.join(sorted(columns))} from {name}").fetchall()
            digest.update(repr((name, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


def sound(path: Path) -> str:
    """What SQLite finds wrong with a registry; '' if nothing."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        found = connection.execute("pragma integrity_check").fetchall()
    return "" if found == [("ok",)] else repr(found[:1])


def files(folder: Path) -> dict[str, str]:
    """The files of a folder, by name, with the digest of each."""
    if not folder.is_dir():
        return {}
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(OURS)
    }


def leavings(folder: Path) -> list[str]:
    """What is left of a dead process beneath a folder."""
    return [str(file.relative_to(folder)) for file in folder.rglob("*") if file.name.endswith(OURS)]


# --- Kills ---


def _base(folder: Path) -> None:
    shutil.copyfile(_made("base"), folder / "r.sqlite")


def _loaded(folder: Path) -> None:
    _base(folder)
    text = "".join(f"f{number},Funder {number},commune\n" for number in range(300))
    (folder / "funders.csv").write_text(f"id,name,kind\n{text}", encoding="utf-8")


def _with_load(folder: Path) -> None:
    _loaded(folder)
    assert crpv(folder, "load", "funders.csv").returncode == 0


def _earlier(version: int) -> Callable[[Path], None]:
    def ready(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "r.sqlite")) as connection:
            script = STORED / f"version_{5 if version == 4 else version}.sql"
            connection.executescript(script.read_text(encoding="utf-8"))
            connection.execute(f"pragma user_version = {version}")

    return ready


def _exported(folder: Path) -> None:
    _base(folder)
    (folder / "out").mkdir()
    (folder / "out" / "mine.txt").write_text("somebody's own", encoding="utf-8")
    assert crpv(folder, "export", "all", "-o", "out").returncode == 0
    _loaded(folder)
    assert crpv(folder, "load", "funders.csv").returncode == 0


def _sheets(folder: Path) -> None:
    _base(folder)
    (folder / "out").mkdir()
    (folder / "out" / "mine.txt").write_text("somebody's own", encoding="utf-8")
    assert crpv(folder, *SHEETS, "--as-of", "2023-10-17").returncode == 0


def _backed_up(folder: Path) -> None:
    _base(folder)
    assert crpv(folder, "backup", "-o", "copy.sqlite").returncode == 0
    _loaded(folder)
    assert crpv(folder, "load", "funders.csv").returncode == 0


CASES = (
    Case("load", _loaded, ("load", "funders.csv")),
    Case("undo", _with_load, ("undo", "--yes", "2")),
    Case("init", lambda folder: None, ("init",), makes=True),
    *(Case(f"migration of {version}", _earlier(version), ("list",), copies=True) for version in range(1, 7)),
    Case("export of a folder", _exported, ("export", "all", "-o", "out", "--force"), folder="out"),
    Case("report of a folder", _sheets, (*SHEETS, "--force"), folder="out"),
    Case("backup", _loaded, ("backup",), copies=True),
    Case("restore", _backed_up, ("restore", "copy.sqlite", "--yes"), copies=True),
)

_MADE: dict[str, Path] = {}


def _made(name: str) -> Path:
    return _MADE[name]


def _journal(path: Path, mode: str) -> None:
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"pragma journal_mode = {mode}")


def calls_of(folder: Path, arguments: Sequence[str]) -> dict[str, int]:
    """How often a command makes each of the calls at which it may be killed."""
    counted = folder / "calls.txt"
    crpv(folder, *arguments, before=("strace", "-f", "-c", "-o", str(counted), "-e", f"trace={','.join(CALLS)}"))
    found = {}
    for line in counted.read_text().splitlines():
        words = line.split()
        if len(words) >= 5 and words[-1] in CALLS:
            found[words[-1]] = int(words[3])
    counted.unlink()
    return found


def kill(case: Case, mode: str, chance: random.Random, tally: Tally) -> None:
    """Kill a command somewhere on its way, and look at what is left; then run the next command, and look again."""
    with place() as folder, place() as twin:
        for its in (folder, twin):
            case.ready(its)
            _journal(its / "r.sqlite", mode)
        old, before = files(folder / case.folder), state(folder / "r.sqlite")
        call, turn, many = _spot(calls_of(twin, case.arguments), chance)
        new, after = files(twin / case.folder), state(twin / "r.sqlite")
        where = f"{case.name} ({mode}) killed at {call} {turn} of {many}"
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={turn}")
        ran = crpv(folder, *case.arguments, before=("strace", "-f", "-o", "/dev/null", *inject))
        tally.counts["kills" if ran.returncode < 0 or ran.returncode == 137 else "ended before"] += 1
        if case.folder and files(folder / case.folder) not in (old, new):
            tally.fault("mixed folders", where)
        following = crpv(folder, *(case.arguments if case.makes or case.folder else ("list", "funders")))
        if following.returncode not in {0, 2}:
            tally.fault("unusable", f"{where}: {following.stderr.strip()[:200]}")
            return
        if state(folder / "r.sqlite") not in {before, after} or sound(folder / "r.sqlite"):
            tally.fault("partial", where)
        _look_at_copies(case, folder, {before, after}, where, tally)
        if left := leavings(folder):
            tally.fault("leavings", f"{where}: {left[:3]}")


def _spot(counts: dict[str, int], chance: random.Random) -> tuple[str, int, int]:
    """Choose one of all calls: its name, which one of that name it is, and how many there are."""
    spot = chance.randrange(sum(counts.values()))
    for call, many in counts.items():
        if spot < many:
            return call, spot + 1, many
        spot -= many
    raise AssertionError


def _look_at_copies(case: Case, folder: Path, right: set[State], where: str, tally: Tally) -> None:
    copies = list(folder.glob("r.*-*Z*.sqlite"))
    for copy in copies:
        if state(copy) not in right or sound(copy):
            tally.fault("lost copies", f"{where}: {copy.name} is not what it was made of")
    if case.name.startswith("migration") and not copies:
        tally.fault("lost copies", f"{where}: there is none")


def kills(number: int, chance: random.Random) -> Tally:
    """Kill each command in turn, in both ways in which SQLite keeps a transaction."""
    tally = Tally()
    for turn in range(number):
        case = CASES[turn % len(CASES)]
        kill(case, ("wal", "delete")[turn // len(CASES) % 2], chance, tally)
    return tally


# --- Crowds ---


def start(folder: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start the command, and do not wait for it."""
    return subprocess.Popen(
        [*CRPV, *arguments],
        cwd=folder,
        env={**environment(folder), **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_commands(rounds: int, together: int, _chance: random.Random) -> Tally:
    """Start commands together where there is no registry yet, on the default path."""
    tally = Tally()
    right = state(_made("base"))
    for turn in range(rounds):
        with place() as folder:
            running = [start(folder, "list", "-f", "json", CRPV_DB="") for _ in range(together)]
            answers = [(process.communicate(timeout=120), process.returncode) for process in running]
            found = list((folder / "home").rglob("crpv.sqlite"))
            fine = len({out for (out, _), _ in answers}) == 1 and all(code == 0 for _, code in answers)
            if fine and len(found) == 1 and state(found[0]) == right and not leavings(folder):
                tally.counts["right"] += 1
            else:
                tally.fault("wrong", f"round {turn}: {answers[0][0][1][:200]}")
    return tally


def migrations_together(rounds: int) -> Tally:
    """Start three commands together on a registry of an earlier program."""
    tally = Tally()
    for turn in range(rounds):
        with place() as folder:
            _earlier(turn % 6 + 1)(folder)
            before = state(folder / "r.sqlite")
            running = [start(folder, "list", "-f", "json") for _ in range(3)]
            answers = [(process.communicate(timeout=120), process.returncode) for process in running]
            copies = list(folder.glob("r.before-*.sqlite"))
            fine = all(code == 0 for _, code in answers) and len({out for (out, _), _ in answers}) == 1
            if fine and len(copies) == 1 and state(copies[0]) == before and not leavings(folder):
                tally.counts["right"] += 1
            else:
                tally.fault(
                    "wrong", f"round {turn}: {[error[:200] for (_, error), _ in answers]}, {len(copies)} copies"
                )
    return tally


def writers_and_readers(writers: int, each: int, readers: int) -> Tally:
    """Let some load files while others read: every row is there once, and nobody sees half a file."""
    tally = Tally()
    rows = 5
    with place() as folder:
        _base(folder)
        before = count(folder / "r.sqlite")
        for writer in range(writers):
            for number in range(each):
                text = "".join(f"w{writer}-{number}-{row},Funder,commune\n" for row in range(rows))
                (folder / f"{writer}-{number}.csv").write_text(f"id,name,kind\n{text}", encoding="utf-8")
        script = (
            f"import subprocess, sys\nfor number in range({each}):\n"
            f"    for turn in range(60):\n"
            f"        ran = subprocess.run([sys.executable, '-m', 'crpv_cli', 'load', "
            f"f'{{sys.argv[1]}}-{{number}}.csv', '--as', 'funders'], capture_output=True, text=True)\n"
            f"        if ran.returncode == 0:\n            break\n"
            f"        if 'Another program' not in ran.stderr:\n            sys.exit(ran.stderr)\n"
            f"    else:\n        sys.exit('gave up')\n"
        )
        environment_ = environment(folder)
        running = [
            subprocess.Popen([sys.executable, "-c", script, str(writer)], cwd=folder, env=environment_,
                             stderr=subprocess.PIPE, text=True)
            for writer in range(writers)
        ]  # fmt: skip
        while any(process.poll() is None for process in running):
            reading = [start(folder, "query", "select count(*) from funders", "-f", "csv") for _ in range(readers)]
            for process in reading:
                out, err = process.communicate(timeout=120)
                tally.counts["readings"] += 1
                if process.returncode != 0:
                    tally.fault("reading refused", err.strip()[:200])
                elif (int(out.split()[-1]) - before) % rows:
                    tally.fault("half a file seen", out)
        for process in running:
            _, err = process.communicate()
            if process.returncode:
                tally.fault("writer refused", err.strip()[:300])
        now = count(folder / "r.sqlite")
        tally.counts["files loaded"] = (now - before) // rows
        if now - before != writers * each * rows or sound(folder / "r.sqlite"):
            tally.fault("lost or doubled", f"{now - before} rows of {writers * each * rows}")
    return tally


def count(path: Path) -> int:
    """How many funders another program reads in a registry."""
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("select count(*) from funders").fetchone()[0]
        return found


# --- Damage ---

ASKED = (
    ("list", "-f", "json"),
    ("list", "funding", "-f", "csv"),
    ("report", "coverage", "-f", "json"),
    ("report", "funding", "-f", "json"),
    ("show", "oriv", "-f", "json"),
    ("log", "1", "-f", "csv"),
)


def corrupted(number: int, chance: random.Random) -> Tally:
    """Damage registries, and ask them: what they answer is what the sound one answers, or they are refused."""
    tally = Tally()
    with place() as folder:
        _base(folder)
        whole = (folder / "r.sqlite").read_bytes()
        right = {question: crpv(folder, *question).stdout for question in ASKED}
        for turn in range(number):
            content = bytearray(whole)
            for _ in range(chance.choice((1, 1, 2, 8, 64))):
                kind = chance.randrange(4)
                spot = chance.randrange(len(content))
                if kind == 0:
                    content[spot] ^= 1 << chance.randrange(8)
                elif kind == 1:
                    content[spot] = chance.randrange(256)
                elif kind == 2:  # a digit becomes another one
                    digits = [
                        place for place in range(spot, min(spot + 4096, len(content))) if 48 <= content[place] <= 57
                    ]
                    if digits:
                        content[digits[0]] = 48 + chance.randrange(10)
                else:  # a page is another page
                    page = spot // 4096 * 4096
                    other = chance.randrange(len(content) // 4096) * 4096
                    content[page : page + 4096] = content[other : other + 4096]
            (folder / "r.sqlite").write_bytes(content)
            question = ASKED[turn % len(ASKED)]
            ran = crpv(folder, *question)
            for beside in folder.glob("r.sqlite-*"):
                beside.unlink()
            if ran.returncode == 70 or "Traceback" in ran.stderr or "bug in crpv" in ran.stderr:
                tally.fault("bug", f"{question}: {ran.stderr.strip()[:200]}")
            elif ran.returncode != 0:
                tally.counts["refused"] += 1
            elif ran.stdout == right[question]:
                tally.counts["answered as before"] += 1
            else:
                tally.fault("other figures", f"turn {turn}: {question}")
    return tally


def fuzz(inputs: int, seed: int) -> Tally:
    """Hand damaged inputs to the reader; ``fuzz.py`` does it, and says what it counted."""
    tally = Tally()
    script = Path(__file__).with_name("fuzz.py")
    ran = subprocess.run(
        [sys.executable, str(script), "--inputs", str(inputs), "--seed", str(seed)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    sys.stdout.write(ran.stdout)
    tally.counts["inputs"] = inputs
    if ran.returncode:
        tally.fault("fuzz", ran.stderr.strip()[-500:] or "see above")
    return tally


def main() -> int:
    """Run the parts that were asked for, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--old", type=int, default=12)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--corrupted", type=int, default=300)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--only", choices=["kills", "first", "migrations", "writers", "corrupted", "fuzz"])
    asked = parser.parse_args()
    parts: dict[str, list[tuple[str, Callable[[random.Random], Tally]]]] = {
        "kills": [(f"{asked.kills} kills", lambda chance: kills(asked.kills, chance))],
        "first": [
            (
                f"{asked.rounds} rounds of {together} first commands",
                partial(first_commands, asked.rounds, together),
            )
            for together in (2, 3)
        ],
        "migrations": [
            (f"{asked.old} rounds of three commands on an earlier registry", lambda _: migrations_together(asked.old))
        ],
        "writers": [
            (
                f"{asked.writers} writers of {asked.files} files, {asked.readers} readers",
                lambda _: writers_and_readers(asked.writers, asked.files, asked.readers),
            )
        ],
        "corrupted": [(f"{asked.corrupted} damaged registries", lambda chance: corrupted(asked.corrupted, chance))],
        "fuzz": [(f"{asked.inputs} damaged inputs", lambda _: fuzz(asked.inputs, asked.seed))],
    }
    lines, wrong = [], []
    with place() as folder:
        _MADE["base"] = folder / "base.sqlite"
        made = crpv(folder, "init", "--db", str(_MADE["base"]))
        assert made.returncode == 0, made.stderr
        for name, its in parts.items():
            if asked.only not in {None, name}:
                continue
            for title, run in its:
                began = time.monotonic()
                tally = run(random.Random(f"{asked.seed} {title}"))
                told = ", ".join(f"{many} {kind}" for kind, many in sorted(tally.counts.items()))
                lines.append(f"| {title} | {told} | {time.monotonic() - began:.0f} s |")
                print(lines[-1], flush=True)
                wrong += tally.wrong
    print("\n| tried | found | took |\n| --- | --- | --- |")
    print("\n".join(lines))
    for fault in wrong:
        print(f"- {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
