"""What crpv makes of files, profiles, options and languages that were damaged at random.

Run it with the Python of the environment in which crpv is installed::

    python benchmarks/fuzz.py --inputs 100000 --seed 1

Every input comes from the seed and its number alone, so that one can be looked at again: ``--only 4711``. All are
tried in this process, workbooks by the child process that crpv itself reads them with, on a registry of their own. It
prints how many inputs of each kind were fine, refused with a sentence, or a bug (a traceback, or "This is a bug in
crpv"), and how many took more than ten seconds or 500 MB, in this process or in the child; it ends with 1 if any did.
Seconds are those of computing, so that a busy machine does not count; who waits for a minute has waited too long.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import FrameType
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import click  # noqa: E402
import typer  # noqa: E402

from crpv_cli import language  # noqa: E402
from crpv_cli.commands.new import make  # noqa: E402
from crpv_cli.errors import CrpvError  # noqa: E402
from crpv_cli.intake import wall  # noqa: E402
from crpv_cli.intake.files import InputFile, ReadOptions  # noqa: E402
from crpv_cli.intake.profiles.known import KnownIds  # noqa: E402
from crpv_cli.intake.sources import sources_of  # noqa: E402
from crpv_cli.main import app, run  # noqa: E402
from crpv_cli.registry.connection import open_writing  # noqa: E402
from crpv_cli.registry.loading import load  # noqa: E402
from crpv_cli.registry.resolving import lookups  # noqa: E402
from tests.faults import books  # noqa: E402

SECONDS, PATIENCE, MEMORY = 10.0, 60.0, 500 << 20
FINE, REFUSED, BUG, SLOW, LARGE = "fine", "refused", "bug", "over 10 s", "over 500 MB"
ROWS_OF_A_SEED = 12
# Which kind is tried how often: three in ten are workbooks.
KINDS = {"csv": 60, "xlsx": 15, "ods": 8, "xls": 8, "profile": 6, "options": 2, "language": 1}

NASTY = (
    b"\x00", b'"', b'""', b"\r", b"\n", b"\r\n", b";", b",", b"\t", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3",
    b"\xe2\x80\xae", b"=1+1", b"-", b"1e999", b"nan", b"9" * 400, b"x" * 70_000, b"2024-02-30", b"0000-00-00",
    b"\x1b[31m", b"' or 1=1 --", b"&#0;", b"&a;", b"<", b">", b"/>", b"\xf0\x9f\x92\xa9", b"{}", b"{file}", b"%s",
    b"[", b"]", b"[[", b"\\", b"'''",
)  # fmt: skip
NUMBERS = (b"0", b"-1", b"1", b"16384", b"65536", b"1048576", b"4294967295", b"99999999999", b"1e308", b"", b"A")
WORDS = (
    "", "0", "-1", "1", "3", "9" * 30, "2024", "2023-02-30", "2023-10-17", "17/10/2023", "x", "é", "\u202e", "\udcff",
    "'", '"', "a=b", "=", "*", "-", "--", "--db", "-f", "json", "csv", "markdown", "xlsx", "nonsense", "oriv", "67",
    "centres", "funding", "all", "etat", "co-funding", "coverage", "x" * 5_000, "{x}", "%s", "\\",
    "a b", "select 1", "select * from", "select id from centres", "drop table loads", "funders.csv", "out.csv", "out/",
    "/dev/null", "/dev/full", ".", "..", "missing/out.json", "funders.csv/x", "~", "\n", "1e9", "\u0661",
    "\uff12\uff10", "NaN", "true", "tab", ";", "utf-16", "idna",
)  # fmt: skip
# Arguments and options with values that are right, so that what lies behind their first check is reached.
RIGHT = {
    "as_of": ("2023-10-17", "17/10/2023", "1970-01-01", "2100-12-31"), "year": ("2024", "1970", "2100"),
    "format": ("csv", "json", "jsonl", "markdown", "table", "csv-excel"),
    "output": ("out.csv", "out.json", "out.md"),
    "limit": ("1", "9" * 30), "known": ("1", "2030-01-01"), "centre": ("oriv", "ORIV"), "name": ("oriv", "X"),
    "table": ("funding", "centres", "all"), "what": ("funding", "all"), "paths": ("funders.csv", "-"),
    "load": ("1", "3"), "files": ("funders.csv", "-"),
    "sql": ("select id from centres", "select 1", "select * from v_funding"),
    "department": ("67", "2A"), "region": ("Bretagne", "84"), "key": ("oriv", "2024", "etat"),
    "db": ("registry.sqlite",), "on": ("2026-01-01",), "departments": ("67", "59"), "rule": ("co-funding",),
    "profile": ("qpv",),
}  # fmt: skip
LANGUAGES = (
    "", "C", "POSIX", "fr", "FR", "fr_FR.UTF-8", "en", "de", "fr:en", ":", "xx", "fr_FR@euro", "../../etc", "f" * 300,
    "é", "\udcff", "fr\n", "C.UTF-8", "/", "en_US.ISO-8859-1", "tr_TR.UTF-8", "{x}", "%s", "\u202e",
)  # fmt: skip
ASKED = (["list"], ["log"], ["list", "-f", "csv"], ["list", "x"], ["load", "x.csv"], ["show", "--help"], ["map"])

Try = Callable[[random.Random], str]


class _TooSlow(BaseException):
    pass


class Fuzz:
    """The inputs, and the registry on which they are tried."""

    def __init__(
        self, folder: Path, seed: int, kinds: Mapping[str, int], pristine: Path, connection: sqlite3.Connection
    ) -> None:
        self.folder, self.seed, self.kinds = folder, seed, kinds
        self.database, self.pristine = folder / "registry.sqlite", pristine
        shutil.copy2(self.pristine, self.database)
        self.tables = {path.stem: path.read_bytes() for path in sorted((ROOT / "data").glob("*/*.csv"))}
        self.cut = {name: b"".join(text.splitlines(True)[:ROWS_OF_A_SEED]) for name, text in self.tables.items()}
        self.rows = {name: _rows(text) for name, text in self.cut.items()}
        profiles = [*(ROOT / "crpv_cli").rglob("*.toml"), *(ROOT / "docs").rglob("*.toml")]
        self.profiles = [path.read_bytes() for path in sorted(profiles)]
        self.commands = [(words, command) for words, command in _commands(typer.main.get_command(app))]
        self.written: list[dict[str, bytes | str]] = []
        for arguments in (["template", "evaluations", "--centre", "oriv"], ["export", "funders"], ["list"]):
            assert self._run([*arguments, "-o", "book.xlsx"], {}) == FINE
            with zipfile.ZipFile(folder / "scratch" / "book.xlsx") as archive:
                self.written.append({name: archive.read(name) for name in archive.namelist()})
        self.connection = connection
        self.known = lookups(connection)

    def attempt(self, number: int) -> str:
        """Try one input: returns what became of it."""
        chance, kind = self.chance(number)
        made: Try = getattr(self, f"_{kind}")
        with _at_most(PATIENCE):
            return made(chance)

    def chance(self, number: int) -> tuple[random.Random, str]:
        """Return what an input is made from, and its kind."""
        chance = random.Random(f"{self.seed}-{number}")
        return chance, chance.choices(list(self.kinds), list(self.kinds.values()))[0]

    def _csv(self, chance: random.Random) -> str:
        name = chance.choice(list(self.cut))
        options = ReadOptions(
            encoding=chance.choice([None] * 60 + ["cp1252", "utf-16", "utf-7", "idna", "punycode", "é"]),
            delimiter=chance.choice([None] * 30 + [";"]),
            table=chance.choice([None] * 20 + [name, name, "funding"]),
            profile=chance.choice([None] * 20 + ["qpv", "scdl-subventions"]),
        )
        return self._load(f"{name}.csv", mutated(self.cut[name], chance), options)

    def _xlsx(self, chance: random.Random) -> str:
        if chance.random() < 0.3:
            return self._book("written.xlsx", dict(chance.choice(self.written)), chance)
        name = chance.choice(list(self.rows))
        parts = books.xlsx_parts(books.xlsx_rows(self.rows[name]), name)
        return self._book(f"{name}.xlsx", parts, chance)

    def _ods(self, chance: random.Random) -> str:
        name = chance.choice(list(self.rows))
        return self._book(f"{name}.ods", books.ods_parts(books.ods_rows(self.rows[name]), name), chance)

    def _xls(self, chance: random.Random) -> str:
        name = chance.choice(list(self.rows))
        content = books.xls(self.rows[name], name)
        return self._load(f"{name}.xls", mutated(content, chance, keep=8), ReadOptions())

    def _book(self, name: str, parts: dict[str, bytes | str], chance: random.Random) -> str:
        if chance.random() < 0.3:
            return self._load(name, mutated(books.zipped(parts), chance, keep=4), ReadOptions())
        for _ in range(chance.randint(1, 3)):
            part = chance.choice(list(parts))
            content = parts[part]
            change = chance.random()
            if change < 0.05:
                del parts[part]
                if not parts:
                    break
            elif change < 0.1:
                parts[part + chance.choice(["", "x", "/", "\\"])] = parts.pop(part)
            else:
                parts[part] = mutated(content.encode() if isinstance(content, str) else content, chance)
        return self._load(name, books.zipped(parts), ReadOptions(sheet=chance.choice([None] * 9 + [Path(name).stem])))

    def _load(self, name: str, content: bytes, options: ReadOptions) -> str:
        path = self.folder / name
        path.write_bytes(content)
        file = InputFile(path, name)
        options = ReadOptions(
            options.table,
            options.encoding,
            options.delimiter,
            options.sheet,
            None,
            options.profile,
            KnownIds(self.known),
        )
        sources, anomalies = sources_of([file], options)
        report = load(self.connection, sources, anomalies, dry_run=True)
        for anomaly in report.anomalies:
            for spoken in ("en", "fr"):
                if not anomaly.message.text(spoken) or (anomaly.advice and not anomaly.advice.text(spoken)):
                    raise AssertionError(f"{anomaly.code} says nothing")
        return REFUSED if report.errors else FINE

    def _profile(self, chance: random.Random) -> str:
        path = self.folder / "profile.toml"
        path.write_bytes(mutated(chance.choice(self.profiles), chance))
        if chance.random() < 0.5:
            return self._run(["profiles", str(path)], {})
        data = self.folder / "foreign.csv"
        data.write_bytes(self.cut[chance.choice(list(self.cut))])
        return self._run(["load", "--dry-run", str(data), "--profile", str(path)], {})

    def _options(self, chance: random.Random) -> str:
        words, command = chance.choice(self.commands)
        given: list[str] = []
        for parameter in command.params:
            right = RIGHT.get(parameter.name or "", WORDS)
            if isinstance(parameter, click.Argument):
                if chance.random() < 0.95:
                    times = chance.choice([1] * 8 + [2, 4])
                    given += [chance.choice(right if chance.random() < 0.8 else WORDS) for _ in range(times)]
            elif chance.random() < 0.1:
                given.append(chance.choice(parameter.opts))
                if isinstance(parameter, click.Option) and not parameter.is_flag:
                    given.append(chance.choice(right if chance.random() < 0.7 else WORDS))
        if chance.random() < 0.1:
            chance.shuffle(given)
        return self._run([*words, *given], {})

    def _language(self, chance: random.Random) -> str:
        names = chance.sample(["CRPV_LANG", "LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "TZ", "COLUMNS", "TERM"], 3)
        return self._run(chance.choice(ASKED), {name: chance.choice(LANGUAGES) for name in names})

    def _run(self, arguments: list[str], environment: dict[str, str]) -> str:
        scratch = self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        (scratch / "funders.csv").write_bytes(self.cut["funders"])
        if self.database.stat().st_mtime_ns != self.pristine.stat().st_mtime_ns:
            for name in ("", "-wal", "-shm", "-journal"):
                Path(f"{self.database}{name}").unlink(missing_ok=True)
            shutil.copy2(self.pristine, self.database)
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        own = {"CRPV_DB": str(self.database), "HOME": str(scratch), "EDITOR": "true", "CRPV_DEBUG": "1"}
        out, err, given = (
            _Bytes(),
            _Bytes("backslashreplace"),
            io.TextIOWrapper(io.BytesIO(self.cut["funders"]), encoding="utf-8"),
        )
        before = language.current()
        with patch.dict(os.environ, {**kept, **own, **_encodable(environment)}, clear=True), chdir(scratch):
            language.activate()
            try:
                with patch.object(sys, "stdin", given), redirect_stdout(out), redirect_stderr(err):
                    run(arguments)
            except SystemExit as ended:
                code = ended.code
            finally:
                language.activate(before)
        if code == 70 or "Traceback" in err.text():
            raise AssertionError(f"{arguments} {environment} ended with {code}\n{err.text()[-3000:]}")
        return FINE if code == 0 else REFUSED


class _Bytes(io.TextIOWrapper):
    """A stream that is read when the command has ended."""

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors=errors, newline="")

    def text(self) -> str:
        self.flush()
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode(errors="replace")


def mutated(content: bytes, chance: random.Random, keep: int = 0) -> bytes:
    """Return bytes with a few changes, none of them in the first ``keep``."""
    changed = bytearray(content)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 2, 3, 5, 8])):
        if len(changed) <= keep:
            break
        at = chance.randrange(keep, len(changed))
        length = chance.choice([1, 1, 2, 4, 16, 64, 400])
        way = chance.randrange(8)
        if way == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            changed[at : at + length] = chance.randbytes(length)
        elif way == 2:
            del changed[at : at + length]
        elif way == 3:
            changed[at:at] = chance.choice(NASTY)
        elif way == 4:
            changed[at : at + length] = changed[at : at + length] * chance.choice([2, 3, 50])
        elif way == 5:
            del changed[at:]
        elif way == 6:
            numbers = list(re.finditer(rb"\d+", bytes(changed[keep:])))
            if numbers:
                found = chance.choice(numbers)
                changed[keep + found.start() : keep + found.end()] = chance.choice(NUMBERS)
        else:
            lines = bytes(changed[keep:]).split(chance.choice([b"\n", b">", b",", b";"]))
            chance.shuffle(lines)
            changed[keep:] = chance.choice([b"\n", b">", b",", b";"]).join(lines)
    return bytes(changed)


def _rows(text: bytes) -> list[list[object]]:
    rows: list[list[object]] = []
    for cells in csv.reader(io.StringIO(text.decode("utf-8-sig"))):
        rows.append([float(cell) if re.fullmatch(r"\d{1,6}(\.\d+)?", cell) else cell for cell in cells])
    return rows


def _commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _commands(below, (*words, name))
    elif words != ("init",):  # it makes a registry: too slow to be tried this often
        yield words, command


def _encodable(environment: dict[str, str]) -> dict[str, str]:
    return {
        name: value.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
        for name, value in environment.items()
    }


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _computed() -> float:
    """How long this process and the children that ended have computed, in seconds; a child that lives limits itself."""
    of = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in of)


def _memory() -> int:
    """The most memory that this process, its child and those before it ever had, in bytes."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    peaks = [own, ended]
    for child in wall.CHILDREN:
        try:
            status = Path(f"/proc/{child.process.pid}/status").read_text(encoding="ascii")
            peaks.append(int(status.partition("VmHWM:")[2].split()[0]) << 10)
        except (OSError, IndexError):
            continue
    return max(peaks)


def main() -> int:
    """Try the inputs and print what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=5_000, help="how many inputs to try")
    parser.add_argument("--seed", type=int, default=1, help="what they are made from")
    parser.add_argument("--only", type=int, help="try the input of this number alone")
    parser.add_argument("--kind", choices=KINDS, help="try inputs of this kind alone; it gives numbers another meaning")
    asked = parser.parse_args()
    kinds = KINDS if asked.kind is None else {asked.kind: 1}
    numbers = range(asked.inputs) if asked.only is None else [asked.only]
    counts: Counter[tuple[str, str]] = Counter()
    started = time.monotonic()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="crpv-fuzz-")))
        make(folder / "pristine.sqlite", demo=False, empty=False)
        make(folder / "loads.sqlite", demo=True, empty=False)
        connection = opened.enter_context(open_writing(folder / "loads.sqlite"))
        fuzz = Fuzz(folder, asked.seed, kinds, folder / "pristine.sqlite", connection)
        large = False
        for number in numbers:
            _, kind = fuzz.chance(number)
            began = _computed()
            try:
                became = fuzz.attempt(number)
            except CrpvError:
                became = REFUSED
            except _TooSlow:
                became = SLOW
                print(f"--- input {number} took more than {PATIENCE:.0f} s", flush=True)
            except Exception:
                became = BUG
                print(f"--- input {number}\n{traceback.format_exc()}", flush=True)
            took = _computed() - began
            if took > SECONDS:
                became = SLOW
                print(f"--- input {number} ({kind}) took {took:.1f} s", flush=True)
            if not large and _memory() > MEMORY:
                large, became = True, LARGE
                print(f"--- input {number} took more than 500 MB", flush=True)
            counts[kind, became] += 1
    columns = (FINE, REFUSED, BUG, SLOW, LARGE)
    print(f"| kind | inputs | {' | '.join(columns)} |\n| --- |{' ---: |' * (len(columns) + 1)}")
    for kind in (*KINDS, "all"):
        of = [
            sum(count for (its, became), count in counts.items() if kind in {its, "all"} and became == name)
            for name in columns
        ]
        print(f"| {kind} | {sum(of)} | {' | '.join(map(str, of))} |")
    print(f"\nseed {asked.seed}, {time.monotonic() - started:.0f} s, most memory {_memory() >> 20} MB")
    return int(any(became in {BUG, SLOW, LARGE} for _, became in counts))


if __name__ == "__main__":
    sys.exit(main())
