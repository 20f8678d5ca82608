"""What a load costs, beside what Python and SQLite need for the same rows, and beside other programs that load files.

Run it with the Python of the environment in which crpv is installed::

    python benchmarks/load.py --sizes 10000,100000,1000000 --workbooks 100000

It makes up rows of funding (the centres and funders of the reference data, the years 1990 to 2026, many objects, a
reference for each row), and loads them into a registry that ``crpv init`` made: for the first time, the same again,
with one amount in a hundred changed, and back (``crpv undo``, of that and of the first load). Each time is processor
time of the process and of its children, user and system; each memory is the most that one of them held. All runs
once, in one run, so that the ratios are of one machine in one state.

The floor is what cannot be left out: Python's csv reader, and ``executemany`` into the same STRICT table with the same
unique index, amounts as centimes and empty cells as null. It checks nothing, and keeps no record. For a workbook it is
the rows that python-calamine reads. Beside it stand ``sqlite-utils insert --csv``, ``csvs-to-sqlite`` and SQLite's own
``.import``, as far as they are there; csvs-to-sqlite gets an environment of its own where pip can make one.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
from startup import environment

from crpv_cli.bundled import reference_folder

HEADER = (
    "centre",
    "funder",
    "year",
    "scheme",
    "stage",
    "amount",
    "object",
    "level",
    "nature",
    "reference",
    "source",
    "note",
)
ACTIONS = (
    "Atelier",
    "Cycle de qualification",
    "Rencontre régionale",
    "Animation du réseau",
    "Appui aux conseils citoyens",
    "Étude",
    "Journée d'échange",
    "Accompagnement méthodologique",
)
THEMES = (
    "emploi",
    "éducation",
    "santé",
    "cadre de vie",
    "égalité femmes-hommes",
    "participation des habitants",
    "numérique",
    "lutte contre les discriminations",
)
AMOUNT = HEADER.index("amount")
SEED = 12

FIRST, AGAIN, CHANGED, UNDO_CHANGED, UNDO = (
    "first load",
    "the same again",
    "1 % changed",
    "undo of the change",
    "undo of the first load",
)
UTILS, CSVS, SHELL = "sqlite-utils insert --csv", "csvs-to-sqlite", "sqlite3 .import"
NOT_THERE = "not there"
BOUNDS = {FIRST: 2.2, AGAIN: 1.2, CHANGED: 1.5, UNDO_CHANGED: 2.5, UNDO: 2.5}
"""How many times the floor each may take (issue 12)."""
TO_SQLITE_UTILS = 0.6
"""How many times ``sqlite-utils insert`` a first load of a CSV file may take."""
MEMORY = 90
"""Megabytes."""
SIZE = 1.6
"""How many times the table of sqlite-utils the registry may take, after the first load, beside what it held before."""

# The floor, a program of its own: the rows of a file into the same table, and nothing else.
FLOOR = """\
import csv
import sqlite3
import sys
from contextlib import closing

from crpv_cli.registry import schema

path, registry = sys.argv[1:]


def cells():
    if path.endswith(".csv"):
        with open(path, encoding="utf-8", newline="") as stream:
            yield from csv.reader(stream)
    else:
        from python_calamine import CalamineWorkbook
        yield from CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows()


def rows(reader, place):
    for cells in reader:
        row = [cell or None for cell in cells]
        row[place] = round(float(row[place]) * 100)
        yield row


with closing(sqlite3.connect(registry)) as connection, connection:
    connection.execute(schema.table_statement("funding", schema.tables()["funding"]))
    connection.execute(schema.indexes()["funding_key"])
    reader = cells()
    header = next(reader)
    names = ", ".join("amount_cents" if name == "amount" else name for name in header)
    marks = ", ".join("?" * len(header))
    statement = f"insert into funding ({names}, load) values ({marks}, 1)"
    connection.executemany(statement, rows(reader, header.index("amount")))
"""


@dataclass(frozen=True)
class Cost:
    """What a program took: seconds of processor time, and megabytes of memory."""

    seconds: float
    memory: float


@dataclass(frozen=True)
class Line:
    """A line of the table: what ran, what it took, and what is asked of that."""

    rows: int
    kind: str
    program: str
    cost: Cost | None = None
    ratio: float | None = None
    verdict: str = ""


# --- Rows ---


def ids(table: str) -> list[str]:
    """The ids of a table of the reference data."""
    with (reference_folder() / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return [row["id"] for row in csv.DictReader(stream)]


def made_up(count: int, changed: bool = False) -> Iterator[list[str]]:
    """Rows of funding, the same ones each time; with ``changed``, one amount in a hundred is another one."""
    choose = random.Random(SEED)
    centres, funders = ids("centres"), ids("funders")
    for number in range(count):
        cents = choose.randrange(50_000, 9_000_000)
        yield [
            choose.choice(centres),
            choose.choice(funders),
            str(choose.randrange(1990, 2027)),
            choose.choice(("P147", "P163", "P104", "operating", "project", "")),
            choose.choices(("granted", "paid", "requested"), (7, 2, 1))[0],
            f"{(cents + (changed and number % 100 == 7)) / 100:.2f}",
            f"{choose.choice(ACTIONS)} {choose.randrange(1, 400)} : {choose.choice(THEMES)}",
            choose.choices(("decision", ""), (9, 1))[0],
            choose.choice(("core", "project", "post", "")),
            f"DEC-{number:07d}",
            "anct-subventions",
            choose.choice(("", "", "", "versé en deux fois")),
        ]


def write_csv(path: Path, rows: Iterator[list[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows)


def write_xlsx(path: Path, rows: Iterator[list[str]]) -> None:
    """Write a workbook of Excel's, in which years and amounts are numbers."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("funding")
    sheet.write_row(0, 0, HEADER)
    for line, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if cell:
                sheet.write(line, place, float(cell) if HEADER[place] in {"year", "amount"} else cell)
    book.close()


def write_ods(path: Path, rows: Iterator[list[str]]) -> None:
    """Write a workbook of LibreOffice's, as little of one as a reader takes."""
    spaces = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{spaces}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry '
            'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        )
        with archive.open("content.xml", "w") as stream:
            head = (
                f'<office:document-content xmlns:office="{spaces}:office:1.0" xmlns:table="{spaces}:table:1.0" '
                f'xmlns:text="{spaces}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
                '<table:table table:name="funding">'
            )
            stream.write(head.encode() + _ods_row(HEADER).encode())
            for row in rows:
                stream.write(_ods_row(row).encode())
            stream.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")


def _ods_row(row: Sequence[str]) -> str:
    cells = []
    for name, cell in zip(HEADER, row, strict=True):
        if not cell:
            cells.append("<table:table-cell/>")
            continue
        number = name in {"year", "amount"} and cell != name
        kind = f'office:value-type="float" office:value="{cell}"' if number else 'office:value-type="string"'
        cells.append(f"<table:table-cell {kind}><text:p>{escape(cell)}</text:p></table:table-cell>")
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


WRITERS: dict[str, Callable[[Path, Iterator[list[str]]], None]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "ods": write_ods,
}

# --- Programs ---


def cost(command: Sequence[str | Path], env: dict[str, str]) -> Cost:
    """Run a program to its end; what it took, its children included.

    Raises:
        RuntimeError: it failed, so that what it took means nothing.
    """
    process = subprocess.Popen(
        [str(word) for word in command],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {said.decode()[-500:]}")
    per_megabyte = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / per_megabyte)


def csvs_to_sqlite(folder: Path) -> Path | str:
    """The program, installed into an environment of its own unless it is there; or why it is not."""
    if found := shutil.which("csvs-to-sqlite"):
        return Path(found)
    place = folder / "csvs-to-sqlite"
    venv.create(place, with_pip=True)
    done = subprocess.run(
        [place / "bin" / "python", "-m", "pip", "install", "-q", "csvs-to-sqlite", "click<8.2", "setuptools<80"],
        capture_output=True,
        text=True,
        check=False,
    )
    program = place / "bin" / "csvs-to-sqlite"
    if done.returncode or subprocess.run([program, "--version"], capture_output=True, check=False).returncode:
        return "not there, and pip cannot install it here"
    return program


def others(folder: Path, without: Sequence[str]) -> dict[str, Callable[[Path, Path], list[str | Path]] | str]:
    """The other programs: how each is called for a CSV file and a new database, or why it is left out."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    utils, shell = shutil.which("sqlite-utils", path=beside), shutil.which("sqlite3")
    to_sqlite = "" if CSVS in without else csvs_to_sqlite(folder)
    found: dict[str, Callable[[Path, Path], list[str | Path]] | str] = {
        UTILS: (lambda file, db: [utils, "insert", db, "funding", file, "--csv", "--silent"]) if utils else NOT_THERE,
        CSVS: to_sqlite if isinstance(to_sqlite, str) else lambda file, db: [to_sqlite, file, db],
        SHELL: (lambda file, db: [shell, db, f'.import --csv "{file}" funding']) if shell else NOT_THERE,
    }
    return {name: command for name, command in found.items() if name not in without}


# --- What is measured ---


class Bench:
    """A folder in which files are made and loaded."""

    def __init__(self, folder: Path, without: Sequence[str]) -> None:
        self.folder = folder
        self.env = environment(folder)
        self.floor_script = folder / "floor.py"
        self.floor_script.write_text(FLOOR, encoding="utf-8")
        self.others = others(folder, without)
        self.empty = folder / "empty.sqlite"
        self.crpv(self.empty, "init")

    def crpv(self, registry: Path, *words: str | Path) -> Cost:
        """Run crpv on a registry."""
        return cost([sys.executable, "-m", "crpv_cli", *words, "--db", registry], self.env)

    def floor(self, file: Path) -> Cost:
        """Run the floor once."""
        target = self.folder / "floor.sqlite"
        target.unlink(missing_ok=True)
        return cost([sys.executable, self.floor_script, file, target], self.env)

    def measure(self, rows: int, kind: str) -> Iterator[Line]:
        """Measure all that is asked of a file of some rows."""
        file, changed = (self.folder / f"{name}.{kind}" for name in ("funding", "funding-changed"))
        WRITERS[kind](file, made_up(rows))
        WRITERS[kind](changed, made_up(rows, changed=True))
        floor = self.floor(file)
        yield Line(rows, kind, "the floor", floor, 1.0)
        utils: Cost | None = None
        table = 0
        for name, found, size in self.references(file) if kind == "csv" else ():
            if isinstance(found, str):
                yield Line(rows, kind, name, verdict=f"left out: {found}")
                continue
            if name == UTILS:
                utils, table = found, size
            yield Line(rows, kind, name, found, found.seconds / floor.seconds)
        registry = self.folder / "registry.sqlite"
        shutil.copyfile(self.empty, registry)
        for what, words in (
            (FIRST, ("load", file, "--as", "funding")),
            (AGAIN, ("load", file, "--as", "funding")),
            (CHANGED, ("load", changed, "--as", "funding")),
            (UNDO_CHANGED, ("undo", "--yes", "3")),
            (UNDO, ("undo", "--yes", "2")),
        ):
            used = self.crpv(registry, *words)
            said = verdict(what, used, floor, utils)
            yield Line(rows, kind, f"crpv: {what}", used, used.seconds / floor.seconds, said)
            if what == FIRST and table:
                ratio = (registry.stat().st_size - self.empty.stat().st_size) / table
                said = f"size {ratio:.2f} of sqlite-utils' table ({SIZE:g}: {met(ratio, SIZE)})"
                yield Line(rows, kind, "crpv: the registry", verdict=said)

    def references(self, file: Path) -> Iterator[tuple[str, Cost | str, int]]:
        """What the other programs take for a file, or why one is left out, and the size of what they make."""
        for name, command in self.others.items():
            if isinstance(command, str):
                yield name, command, 0
                continue
            target = self.folder / "other.sqlite"
            target.unlink(missing_ok=True)
            try:
                found = cost(command(file, target), self.env)
            except RuntimeError as error:
                yield name, str(error).splitlines()[-1][:120], 0
            else:
                yield name, found, target.stat().st_size


def met(value: float, bound: float) -> str:
    """Whether a bound is kept."""
    return "met" if value <= bound else "NOT met"


def verdict(what: str, used: Cost, floor: Cost, utils: Cost | None) -> str:
    """What is asked of a load or an undo."""
    said = [f"{BOUNDS[what]:g}: {met(used.seconds / floor.seconds, BOUNDS[what])}"]
    if what == FIRST and utils is not None:
        ratio = used.seconds / utils.seconds
        said.append(f"{ratio:.2f} of sqlite-utils ({TO_SQLITE_UTILS:g}: {met(ratio, TO_SQLITE_UTILS)})")
    said.append(f"{MEMORY} MB: {met(used.memory, MEMORY)}")
    return "; ".join(said)


def show(line: Line) -> str:
    """Set a line of the table."""
    figures = ["", "", ""]
    if line.cost is not None:
        figures = [f"{line.cost.seconds:.2f}", f"{line.ratio:.2f}", f"{line.cost.memory:.0f}"]
    return f"| {line.rows:,} | {line.kind} | {line.program} | {' | '.join(figures)} | {line.verdict} |"


def main() -> None:
    """Measure and print; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(description="What a load costs.")
    parser.add_argument("--sizes", default="10000,100000,1000000", metavar="N,N", help="rows of the CSV files")
    parser.add_argument("--workbooks", default="100000", metavar="N,N", help="rows of xlsx and ods files; 0 for none")
    parser.add_argument("--without", action="append", default=[], choices=(UTILS, CSVS, SHELL), help="leave one out")
    chosen = parser.parse_args()
    asked = [(int(size), "csv") for size in chosen.sizes.split(",")]
    asked += [(int(size), kind) for size in chosen.workbooks.split(",") for kind in ("xlsx", "ods")]
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"sqlite-utils {version('sqlite-utils')}; processor time.\n"
    )
    print("| rows | file | program | seconds | times the floor | most memory, MB | asked |")
    print("| ---: | --- | --- | ---: | ---: | ---: | --- |")
    with tempfile.TemporaryDirectory(prefix="crpv-load-") as folder:
        bench = Bench(Path(folder), chosen.without)
        for rows, kind in asked:
            for line in bench.measure(rows, kind) if rows else ():
                print(show(line), flush=True)


if __name__ == "__main__":
    main()
