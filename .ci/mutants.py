"""Small faults put into the code one at a time, to see whether the tests find them.

``python .ci/mutants.py --seed 9 --count 300`` chooses mutants of the last commit by a seed, as many in each room, runs
the test files that run the changed line, and prints those that survive. See ``docs/testing.md``. Needs coverage.py.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "crpv_cli"
ROOMS = ("intake", "registry", "reports", "rules", "output")
TEST = ["-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]

# --- What a mutant is ------------------------------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], tuple[bytes, bytes]] = {
    ast.Lt: (rb"<", b"<="),
    ast.LtE: (rb"<=", b"<"),
    ast.Gt: (rb">", b">="),
    ast.GtE: (rb">=", b">"),
    ast.Eq: (rb"==", b"!="),
    ast.NotEq: (rb"!=", b"=="),
    ast.In: (rb"\bin\b", b"not in"),
    ast.NotIn: (rb"\bnot\s+in\b", b"in"),
    ast.Is: (rb"\bis\b", b"is not"),
    ast.IsNot: (rb"\bis\s+not\b", b"is"),
}
ARITHMETIC: dict[type[ast.operator], tuple[bytes, bytes]] = {
    ast.Add: (rb"\+", b"-"),
    ast.Sub: (rb"-", b"+"),
    ast.Mult: (rb"\*", b"/"),
    ast.Div: (rb"/", b"*"),
}
# From where to where, what stands there then, and its kind.
Change = tuple[int, int, bytes, str]
SENTENCES = {"msg", "msgs", "N_", "text"}
# Python that holds SQL: how the text begins.
SQL_TEXT = re.compile(
    r"\s*(?:--.*\n\s*)*(?:select|insert|update|delete|with|create (?:temp|table|view|index)|, \w+ as \()\s"
)
# What is changed in SQL, and into what; the first that fits decides, and what has no second text stays.
SQL: list[tuple[str, str | None]] = [
    (r"--[^\n]*", None),
    (r"'(?:[^']|'')*'", "{}"),
    (r"\bbetween\s+\S+\s+and\b", None),
    (r"<>|!=", "="),
    (r"<=", "<"),
    (r">=", ">"),
    (r"->>?", None),
    (r"<", "<="),
    (r">", ">="),
    (r"(?<=\s)=(?=\s)", "<>"),
    (r"\bis\s+not\s+null\b", "is null"),
    (r"\bis\s+null\b", "is not null"),
    (r"\bnot\s+(?=exists\b|in\b|\()", ""),
    (r"\band\b", "or"),
    (r"\bor\b(?!\s+(?:ignore|replace)\b)", "and"),
    (r"\bmin(?=\()", "max"),
    (r"\bmax(?=\()", "min"),
    (r"\s+desc\b", ""),
    (r"\bleft\s+join\b", "join"),
    (r"\bdistinct\s", ""),
    (r"(?<=, )\d+(?=\))", "1{}"),
]
SQL_TOKEN = re.compile("|".join(f"({pattern})" for pattern, _ in SQL), re.IGNORECASE)


@dataclass(frozen=True)
class Mutant:
    """One change of one file: the bytes from start to end become others. Lines are those that must run to meet it."""

    path: str
    line: int
    lines: tuple[int, int]
    start: int
    end: int
    new: bytes
    kind: str

    @property
    def room(self) -> str:
        """The room of the package that the file belongs to."""
        return self.path.split("/")[1]

    def applied(self, source: bytes) -> bytes:
        """The whole file with the change in it."""
        return source[: self.start] + self.new + source[self.end :]

    def shown(self, source: bytes) -> tuple[str, str]:
        """The lines of the change as they are and as they become, each as one line."""
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        after = self.applied(source)[first : last + len(self.new) - (self.end - self.start) if last >= 0 else None]
        old, new = (" ".join(text.decode().split()) for text in (source[first : last if last >= 0 else None], after))
        return old, new


class Python:
    """The mutants of a Python file. Inside f-strings there are none: Python 3.11 does not know the places there."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path, self.source = path, source
        self.starts = [0, *(found.end() for found in re.finditer(rb"\n", source))]

    def mutants(self) -> Iterator[Mutant]:
        """All mutants, each with the lines of its innermost statement, or of the head of its block."""
        waiting: list[tuple[ast.AST, tuple[int, int]]] = [(ast.parse(self.source), (1, 1))]
        while waiting:
            node, lines = waiting.pop()
            if isinstance(node, ast.stmt | ast.ExceptHandler):
                body = getattr(node, "body", None) or getattr(node, "cases", None)
                last = getattr(body[0], "pattern", body[0]).lineno - 1 if body else node.end_lineno
                lines = (node.lineno, max(node.lineno, last or 0))
            elif isinstance(node, ast.match_case):
                lines = (node.pattern.lineno, node.pattern.lineno)
            for start, end, new, kind in self.changes(node):
                yield Mutant(self.path, self.source.count(b"\n", 0, start) + 1, lines, start, end, new, kind)
            waiting += [(child, lines) for child in self.inside(node)]

    def inside(self, node: ast.AST) -> Iterable[ast.AST]:
        """What is changed inside a node: no annotations, decorators, docstrings, and nothing that is only said."""
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Raise() | ast.Assert() | ast.JoinedStr():
                return []
            case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__")]):
                return []
            case ast.If(test=test) if "TYPE_CHECKING" in ast.dump(test):
                return []
            case ast.FunctionDef(args=arguments, body=body):
                return [*arguments.defaults, *(value for value in arguments.kw_defaults if value), *body]
            case ast.ClassDef(body=body):
                return body
            case ast.AnnAssign(value=value):
                return [value] if value else []
            case ast.Call(func=function, args=given, keywords=keywords):
                named = [keyword.value for keyword in keywords if keyword.arg != "strict"]
                says = isinstance(function, ast.Name) and function.id in SENTENCES
                return [function, *(one for one in given if not (says and isinstance(one, ast.Constant))), *named]
        return ast.iter_child_nodes(node)

    def changes(self, node: ast.AST) -> Iterator[Change]:  # noqa: PLR0912 - one branch a kind of node
        """What can be changed of a node itself."""
        match node:
            case ast.Compare(left=first, ops=operators, comparators=others):
                for left, operator, right in zip([first, *others], operators, others, strict=False):
                    yield from self.operator(left, right, COMPARISONS[type(operator)], "comparison")
                    if isinstance(operator, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
                        yield from self.code(left)
                        yield from self.code(right)
            case ast.MatchValue(value=value):
                yield from self.code(value)
            case ast.BoolOp(op=joint, values=values):
                change = (rb"\band\b", b"or") if isinstance(joint, ast.And) else (rb"\bor\b", b"and")
                for left, right in pairwise(values):
                    yield from self.operator(left, right, change, "and/or")
            case ast.UnaryOp(op=ast.Not() | ast.USub() as sign):
                start = self.place(node)[0]
                yield start, start + (3 if isinstance(sign, ast.Not) else 1), b"", "not"
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in ARITHMETIC:
                if not any(map(no_number, (left, right))):
                    yield from self.operator(left, right, ARITHMETIC[type(sign)], "arithmetic")
            case ast.AugAssign(target=left, op=sign, value=right) if type(sign) in ARITHMETIC and not no_number(right):
                old, new = ARITHMETIC[type(sign)]
                yield from self.operator(left, right, (old + b"=", new + b"="), "arithmetic")
            case ast.Constant(value=bool(value)):
                yield *self.place(node), str(not value).encode(), "constant"
            case ast.Constant(value=int(number)):
                for other in (number + 1, number - 1):
                    yield *self.place(node), str(other).encode(), "constant"
            case ast.Constant(value=str(text)) if SQL_TEXT.match(text):
                yield from sql(self.source, *self.place(node))
            case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
                yield *self.place(value), b"None", "return"
            case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
                yield *self.place(node), b"yield from ()", "statement"
            case ast.Expr(value=ast.Call(func=function)) if not ast.unparse(function).startswith(("log.", "logg")):
                yield *self.place(node), b"pass", "statement"
            case ast.Break():
                yield *self.place(node), b"continue", "loop"
            case ast.Continue():
                yield *self.place(node), b"break", "loop"
            case ast.If(test=test) | ast.IfExp(test=test):
                if "TYPE_CHECKING" not in ast.dump(test):
                    yield from self.condition(test)
            case ast.comprehension(ifs=tests):
                for test in tests:
                    yield from self.condition(test)

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Where a node starts and ends, in bytes."""
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def operator(self, left: ast.expr, right: ast.expr, change: tuple[bytes, bytes], kind: str) -> Iterator[Change]:
        """An operator stands between two expressions, with brackets and comments perhaps."""
        start, end = self.place(left)[1], self.place(right)[0]
        gap = re.sub(rb"#[^\n]*", lambda found: b" " * len(found[0]), self.source[start:end])
        if found := re.search(change[0], gap):
            yield start + found.start(), start + found.end(), change[1], kind

    def condition(self, test: ast.expr) -> Iterator[Change]:
        """A condition turned round, unless the mutant of its operator is the same."""
        match test:
            case (
                ast.UnaryOp()
                | ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn() | ast.Is() | ast.IsNot()])
            ):
                return
        start, end = self.place(test)
        yield start, end, b"not (" + self.source[start:end] + b")", "condition"

    def code(self, node: ast.expr) -> Iterator[Change]:
        """A text that something is compared with becomes another."""
        for one in node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                start, end = self.place(one)
                yield start, end, self.source[start : end - 1] + b"X" + self.source[end - 1 : end], "code"


def no_number(node: ast.expr) -> bool:
    """Whether this is no number: + and / put text, lists and paths together; any test finds a fault there."""
    texts = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    return texts or isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp | ast.Dict | ast.Set)


def sql(source: bytes, start: int = 0, end: int | None = None) -> Iterator[Change]:
    """What can be changed of SQL: of a file, or of a part of a Python file."""
    # One character for each byte, so that places are those of the file.
    for found in SQL_TOKEN.finditer(source[start:end].decode("latin-1")):
        new = SQL[(found.lastindex or 1) - 1][1]
        if new is not None:
            written = found[0][:-1] + "X'" if found[0][0] == "'" else new.format(found[0])
            yield start + found.start(), start + found.end(), written.encode("latin-1"), "sql"


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """All mutants of a file, in its order; two of one place in the order of what they write."""
    if path.endswith(".py"):
        found = list(Python(path, source).mutants())
    else:  # which lines of it run is not known: line 0 stands for the file
        found = [Mutant(path, source.count(b"\n", 0, one[0]) + 1, (0, 0), *one) for one in sql(source)]
    return sorted(found, key=lambda mutant: (mutant.start, mutant.end, mutant.new))


def valid(mutant: Mutant, source: bytes) -> bool:
    """Whether the changed file is another program, and one at all."""
    if mutant.path.endswith(".sql"):
        return True
    try:
        return ast.dump(ast.parse(mutant.applied(source))) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def chosen(sources: dict[str, bytes], seed: int, count: int) -> list[Mutant]:
    """So many mutants by the seed: as many of each room, on lines that are chosen evenly, one a line."""
    lines: dict[str, dict[tuple[str, int], list[Mutant]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(sources):
        for mutant in mutants_of(path, sources[path]):
            lines[mutant.room][path, mutant.line].append(mutant)
    rooms = [room for room in ROOMS if room in lines]
    result: list[Mutant] = []
    for place, room in enumerate(rooms):
        wanted = (count - len(result)) // (len(rooms) - place)
        # Each room has its own luck, so that a change in one does not choose anew in the others.
        luck = random.Random(f"{seed} {room}")
        found: list[Mutant] = []
        for line in luck.sample(sorted(lines[room]), len(lines[room])):
            candidates = lines[room][line]
            luck.shuffle(candidates)
            if len(found) < wanted:
                found += [one for one in candidates if valid(one, sources[line[0]])][:1]
        result += found
    return result


# --- Where mutants run -----------------------------------------------------------------------------------------

# Stands in the environment of each copy: whichever way a test starts Python, what runs is measured, if it is asked, for
# the test function that started it.
MEASURE = """
import os, sys

asked = sys.prefix + "/measure"
now = ""

def enter(context):
    global now
    now = context
    measured.switch_context(now)
    with open(asked + "/now", "w") as stream:
        stream.write(now)

if os.path.exists(asked):
    import atexit, json, uuid
    import coverage

    if os.path.exists(asked + "/now"):
        with open(asked + "/now") as stream:
            now = stream.read()
    root = {root!r}
    ran = {{}}

    def opened(event, args):
        if event == "open" and isinstance(args[0], str) and args[0].endswith(".sql") and args[0].startswith(root):
            ran.setdefault(now, {{}})[args[0][len(root):]] = [0]

    def save():
        measured.stop()
        data = measured.get_data()
        for path in data.measured_files():
            for line, contexts in data.contexts_by_lineno(path).items():
                for context in contexts:
                    ran.setdefault(context, {{}}).setdefault(path[len(root):], []).append(line)
        with open(asked + "/" + uuid.uuid4().hex + ".json", "w") as stream:
            json.dump(ran, stream)

    sys.addaudithook(opened)
    measured = coverage.Coverage(
        data_file=asked + "/" + uuid.uuid4().hex,  # in memory, it is lost when the context changes
        config_file=False,
        source=[root + "crpv_cli"],
        messages=False,
        context=now or None,
    )
    measured.set_option("run:disable_warnings", ["no-data-collected", "module-not-imported", "module-not-measured"])
    atexit.register(save)
    measured.start()
"""
# What is made for several tests, or at import, belongs to all tests of a file; and what is kept from one test to the
# next is forgotten, so that each function is seen to run what it needs.
PLUGIN = """
import contextlib, importlib, pkgutil, sys

import crpv_cli
import measure_mutants
import pytest


def pytest_collection_finish():
    measure_mutants.enter("import")
    for module in pkgutil.walk_packages(crpv_cli.__path__, "crpv_cli."):
        if not module.name.endswith("__main__"):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    measure_mutants.enter("")


def pytest_runtest_logstart(nodeid):
    function = nodeid.split("[")[0]
    if function == measure_mutants.now:
        return  # another case of it
    for name, module in list(sys.modules.items()):
        if name.startswith("crpv_cli"):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()
    measure_mutants.enter(function)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    if fixturedef.scope == "function":
        return (yield)
    before = measure_mutants.now
    measure_mutants.enter("")
    try:
        return (yield)
    finally:
        measure_mutants.enter(before)
"""


@dataclass
class Runner:
    """Copies of the commit, each with a Python of its own, and what runs in them."""

    work: Path
    commit: str
    stopped: threading.Event = field(default_factory=threading.Event)
    copies: SimpleQueue[Path] = field(default_factory=SimpleQueue)
    running: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    # Python takes a compiled file for good if time and size agree: each text that is written has its own time.
    clock: int = 1_000_000_000

    def copy(self, number: int) -> Path:
        """A copy of the commit, with an environment in which it is installed."""
        copy = self.work / f"copy-{number}"
        git("clone", "--quiet", "--no-checkout", str(ROOT), str(copy))
        git("-C", str(copy), "checkout", "--quiet", "--detach", self.commit)
        home = self.work / f"python-{number}"
        venv.create(home, symlinks=True)
        (site,) = home.glob("lib/python*/site-packages")
        (site / "measure_mutants.py").write_text(MEASURE.format(root=f"{copy}/"))
        (site / "measure_pytest.py").write_text(PLUGIN)
        paths = [path for path in sys.path if path.endswith("-packages")]
        (site / "copy.pth").write_text("\n".join([str(copy), *paths, "import measure_mutants"]))
        if script := shutil.which("crpv", path=str(Path(sys.executable).parent)):
            text = Path(script).read_text().split("\n", 1)[1]
            (home / "bin/crpv").write_text(f"#!{home}/bin/python\n{text}")
            (home / "bin/crpv").chmod(0o755)
        return copy

    def pytest(self, copy: Path, arguments: list[str], seconds: float | None = None) -> tuple[int | None, str]:
        """Run pytest in a copy: its exit code, None if it took too long, and what it said. Nothing is left running."""
        home = self.work / copy.name.replace("copy", "python")
        place = home / "tmp"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        kept = {name: value for name, value in os.environ.items() if not re.match("CRPV_|PYTEST|PYTHON|XDG_", name)}
        settings = Path("~/.config/pip/pip.conf").expanduser()
        if settings.exists():
            kept.setdefault("PIP_CONFIG_FILE", str(settings))  # which a new HOME would hide
        environment = kept | {"HOME": str(place), "TMPDIR": str(place), "COLUMNS": "1000"}
        said = place / "said"
        with said.open("wb") as stream, self.lock:
            if self.stopped.is_set():
                raise InterruptedError
            process = subprocess.Popen(
                [str(home / "bin/python"), *TEST, *arguments],
                cwd=copy,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.running.add(process.pid)
        code: int | None
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        with self.lock:
            self.running.discard(process.pid)
            kill(process.pid)
        process.wait()
        if self.stopped.is_set():
            raise InterruptedError
        return code, said.read_text(errors="replace")

    @contextlib.contextmanager
    def free(self) -> Iterator[Path]:
        """A copy that nothing else runs in."""
        copy = self.copies.get()
        try:
            yield copy
        finally:
            self.copies.put(copy)

    def stop(self) -> None:
        """End all that runs."""
        with self.lock:
            self.stopped.set()
            for pid in self.running:
                kill(pid)

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that Python compiles anew."""
        with self.lock:
            self.clock += 10
            path.write_bytes(content)
            os.utime(path, (self.clock, self.clock))


def kill(group: int) -> None:
    """End a process and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def failures(said: str) -> list[str]:
    """The tests that pytest says failed."""
    return [found.split(" - ")[0] for found in re.findall(r"^(?:FAILED|ERROR) (\S+::.+)$", said, re.MULTILINE)]


def measure(runner: Runner, test: str) -> dict[str, Any]:
    """Which lines each function of a test file runs, how long all take, and which fail without any change."""
    lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    failed: list[str] = []
    with runner.free() as copy:
        asked = runner.work / copy.name.replace("copy", "python") / "measure"
        asked.mkdir()
        start = time.monotonic()
        code, said = runner.pytest(copy, [test, "--maxfail=0", "-p", "measure_pytest"])
        seconds = time.monotonic() - start
        for file in asked.glob("*.json"):
            for context, paths in json.loads(file.read_text()).items():
                for path, found in paths.items():
                    lines[context][path].update(found)
        shutil.rmtree(asked)
        if code not in {0, 5}:  # being measured may be why: what counts is what fails without it
            code, said = runner.pytest(copy, [test, "--maxfail=0"])
            failed = (failures(said) if code == 1 else []) or ([test] if code else [])
    assert any(path.endswith(".py") for paths in lines.values() for path in paths), (
        f"{test}: nothing was measured\n{said}"
    )
    ran = {context: {path: sorted(found) for path, found in paths.items()} for context, paths in lines.items()}
    return {"seconds": round(seconds, 1), "lines": ran, "failed": failed}


def meeting(mutant: Mutant, test: str, ran: dict[str, Any]) -> list[str]:
    """The functions of a test file that run the lines of a mutant, or the file if all of them may."""
    wanted = set(range(mutant.lines[0], mutant.lines[1] + 1))
    met = {context for context, paths in ran["lines"].items() if wanted & set(paths.get(mutant.path, ()))}
    if "import" in met:  # that was our own doing: it counts if the tests run anything else of the file
        others = any(mutant.path in paths for context, paths in ran["lines"].items() if context != "import")
        met = {""} if others else set()
    return [] if test in ran["failed"] else [test] if "" in met else sorted(met)


def baseline_of(runner: Runner, pool: ThreadPoolExecutor, tests: list[str], cache: Path) -> dict[str, Any]:
    """The measures of all test files, those that are kept and those that are made now."""
    baseline: dict[str, Any] = json.loads(cache.read_text()) if cache.exists() else {}
    futures = {pool.submit(measure, runner, test): test for test in tests if test not in baseline}
    for future in as_completed(futures):
        test = futures[future]
        baseline[test] = future.result()
        print(f"measured {test}: {baseline[test]['seconds']} s", flush=True)
        new = cache.with_suffix(".new")
        new.write_text(json.dumps(baseline))
        new.replace(cache)
    for test, ran in sorted((test, baseline[test]) for test in tests):
        for name in ran["failed"]:
            print(f"fails without any change, and is left out: {name if name != test else f'{test} (all of it)'}")
    return {test: baseline[test] for test in tests}


def judged(
    runner: Runner, mutant: Mutant, source: bytes, baseline: dict[str, Any], kills: Counter[tuple[str, str]]
) -> dict[str, Any]:
    """What the tests say to a mutant."""
    tests = {test: names for test, ran in baseline.items() if (names := meeting(mutant, test, ran))}

    def cost(test: str) -> float:
        """Cheap test files first, and those that are likely to find it: of the same room, or that found others."""
        likely = (3 if f"/{mutant.room}/" in test else 1) * (1 + kills[mutant.path, test])
        return float(baseline[test]["seconds"]) / likely

    start = time.monotonic()
    result, by = "survived", ""
    with runner.free() as copy:
        runner.write(copy / mutant.path, mutant.applied(source))
        try:
            for test in sorted(tests, key=cost):
                known = [f"--deselect={name}" for name in baseline[test]["failed"]]
                code, said = runner.pytest(copy, [*tests[test], *known], 3 * baseline[test]["seconds"] + 20)
                if code not in {0, 5}:
                    result = "timeout" if code is None else "killed"
                    by = (failures(said) or [test])[0]
                    kills[mutant.path, test] += 1
                    break
        finally:
            runner.write(copy / mutant.path, source)
            git("-C", str(copy), "clean", "-fdxq", "-e", "__pycache__")  # whatever the mutant wrote where it should not
            git("-C", str(copy), "checkout", "--quiet", "--", ".")
    old, new = mutant.shown(source)
    seconds = round(time.monotonic() - start, 1)
    return {"result": result, "by": by, "files": len(tests), "seconds": seconds, "old": old, "new": new}


# --- The whole run ---------------------------------------------------------------------------------------------


def git(*arguments: str) -> str:
    """What git says."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def key(mutant: Mutant, source: bytes) -> dict[str, Any]:
    """What tells a mutant from all others, also in a later commit that has the same file."""
    names = {"path": mutant.path, "line": mutant.line, "start": mutant.start, "text": mutant.new.decode()}
    return names | {"source": hashlib.sha256(source).hexdigest()[:12]}


def earlier(file: Path | None) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The results that a file holds, the last of each mutant."""
    if file is None or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {tuple(row[name] for name in ("path", "line", "start", "text", "source")): row for row in rows}


def report(rows: list[dict[str, Any]]) -> None:
    """Print the survivors, and how many there are in each room."""
    print()
    for row in sorted(rows, key=lambda row: (row["path"], row["line"])):
        if row["result"] == "survived":
            met = f"{row['files']} test files run it" if row["files"] else "no test runs it"
            print(f"{row['path']}:{row['line']}  [{row['kind']}; {met}]")
            print(f"    {row['old']}\n  → {row['new']}" + (f"\n  why: {row['why']}" if row.get("why") else ""))
    print("\nroom        mutants  killed  timeout  survived")
    for room in (*ROOMS, "all"):
        counts = Counter(row["result"] for row in rows if room in {row["path"].split("/")[1], "all"})
        if total := counts.total():
            share = f"{counts['survived']} ({counts['survived'] / total:.1%})"
            print(f"{room:<10} {total:>8} {counts['killed']:>7} {counts['timeout']:>8}  {share}")


def run(options: argparse.Namespace, runner: Runner, pool: ThreadPoolExecutor) -> None:
    """Measure the tests, unless that is known, then run the mutants; with ``--list``, each result is kept at once."""
    names = git("ls-tree", "-r", "--name-only", runner.commit).splitlines()
    # What the tests run and are: a commit that changes only other things makes no difference.
    trees = git("rev-parse", *(f"{runner.commit}:{name}" for name in (PACKAGE, "tests", "data", "pyproject.toml")))
    state = hashlib.sha256(trees.encode()).hexdigest()[:12]
    for number in range(options.jobs):
        runner.copies.put(runner.copy(number))
    first = runner.work / "copy-0"
    sources = {
        name: (first / name).read_bytes()
        for name in names
        if name.startswith(f"{PACKAGE}/")
        and name.startswith(options.only or "")
        and name.split("/")[1] in ROOMS
        and name.endswith((".py", ".sql"))
    }
    mutants = chosen(sources, options.seed, options.count)
    known = earlier(options.list)
    whys = {(row["path"], row["old"], row["new"]): row["why"] for row in known.values() if row["why"]}
    ids = {mutant: key(mutant, sources[mutant.path]) for mutant in mutants}
    rows: list[dict[str, Any]] = []
    waiting: list[Mutant] = []
    for mutant in mutants:
        row = known.get(tuple(ids[mutant].values()))
        # What was killed stays killed by the same tests or more; a survivor may be found by tests that are new.
        if row and (row["result"] != "survived" or row["state"] == [state, options.tests]):
            rows.append(row)
        else:
            waiting.append(mutant)
    print(f"{len(mutants)} mutants of {len(sources)} files; {len(rows)} known, {len(waiting)} to run.", flush=True)

    cache = options.cache / f"crpv-mutants-{state}-{sys.version_info[0]}.{sys.version_info[1]}.json"
    tests = (
        [name for name in names if name.startswith(options.tests) and re.search(r"/test_\w+\.py$", name)]
        if waiting
        else []
    )
    baseline = baseline_of(runner, pool, tests, cache)
    kills: Counter[tuple[str, str]] = Counter()
    futures = {pool.submit(judged, runner, mutant, sources[mutant.path], baseline, kills): mutant for mutant in waiting}
    for future in as_completed(futures):
        mutant = futures[future]
        row = ids[mutant] | {"kind": mutant.kind} | future.result() | {"state": [state, options.tests]}
        row["why"] = whys.get((row["path"], row["old"], row["new"]), "")
        rows.append(row)
        if options.list:
            with options.list.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(f"{len(rows)}/{len(mutants)} {row['result']:<8} {row['path']}:{row['line']}  {row['by']}", flush=True)
    report(rows)


def main() -> int:
    """Run mutants as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=9, help="which mutants are chosen")
    parser.add_argument("--count", type=int, default=300, help="how many")
    parser.add_argument("--jobs", type=int, default=2, help="how many run at the same time")
    parser.add_argument("--only", metavar="PATH", help="only files whose path starts so: crpv_cli/rules")
    parser.add_argument("--tests", metavar="PATH", default="tests/", help="only tests whose path starts so")
    parser.add_argument("--list", metavar="FILE", type=Path, help="keep results in this file, and go on from them")
    parser.add_argument(
        "--cache", metavar="FOLDER", type=Path, default=Path(tempfile.gettempdir()), help="where the measures are kept"
    )
    options = parser.parse_args()
    if not importlib.util.find_spec("coverage"):
        parser.error("It needs coverage.py: pip install coverage")
    if git("status", "--porcelain", PACKAGE, "tests"):
        print("Note: the working tree holds changes that are not committed; they are not tested.")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    runner = Runner(Path(tempfile.mkdtemp(prefix="crpv-mutants-")), git("rev-parse", "HEAD"))
    pool = ThreadPoolExecutor(options.jobs)
    try:
        run(options, runner, pool)
    except KeyboardInterrupt:
        print("\nInterrupted." + (" Go on with the same command." if options.list else ""))
        return 130
    finally:
        runner.stop()
        pool.shutdown(cancel_futures=True)
        shutil.rmtree(runner.work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
