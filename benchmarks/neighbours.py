"""What the programs around crpv make of what it hands on: figures, equal or not, and how long each takes.

Run it with the Python of the environment in which crpv is installed, with the extra ``test``::

    python benchmarks/neighbours.py            # prints the table
    python benchmarks/neighbours.py --docs     # writes it into docs/neighbours.md and docs/fr/neighbours.md

Each program reads the demonstration, in a process of its own but for Datasette. Times are ratios to ``crpv list`` on
the same machine, medians of ``--rounds``; a page of Datasette is asked for twice, since SQLite prepares a view when it
is read first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from datasette.app import Datasette

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.neighbours.readers import READERS, by_hand  # noqa: E402
from tests.neighbours.servers import Missing, postgresql_server  # noqa: E402

MARKS = ("<!-- measured: benchmarks/neighbours.py --docs -->", "<!-- end -->")
ASKED = {
    "pandas": ("rows, sums, unknown values, codes, dates", "lignes, sommes, inconnus, codes, dates"),
    "polars": ("the same", "de même"),
    "duckdb": ("the same, with exact sums of euros", "de même, avec des sommes exactes d'euros"),
    "csvkit": ("the same, with csvstat, csvcut and csvsql", "de même, avec csvstat, csvcut et csvsql"),
    "sqlite-utils": ("the same, in the registry itself", "de même, dans le registre même"),
}


class Line(NamedTuple):
    """A program, its version, what it was asked in both languages, whether it agrees, and its time."""

    name: str
    version: str
    asked: tuple[str, str]
    equal: bool
    ratio: float


def timed(run: Callable[[], object], rounds: int) -> float:
    """The median time of some runs, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def crpv(*arguments: object) -> str:
    """Run the command in a process of its own; returns what it prints."""
    program = [sys.executable, "-m", "crpv_cli", *map(str, arguments)]
    return subprocess.run(program, check=True, capture_output=True, encoding="utf-8").stdout


def reader(name: str, folder: Path) -> None:
    """Let a program read in a process of its own."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path; "
        f"from tests.neighbours.readers import READERS; READERS[{name!r}](Path({str(folder)!r}))"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True)


def readers(folder: Path, unit: float, rounds: int) -> list[Line]:
    """The programs that read files."""
    wanted = by_hand(folder)
    found = []
    for name, read in READERS.items():
        seconds = timed(lambda name=name: reader(name, folder), rounds)  # type: ignore[misc]
        found.append(Line(name, version(name), ASKED[name], read(folder) == wanted, seconds / unit))
    return found


def postgresql(home: Path, unit: float, rounds: int) -> list[Line]:
    """PostgreSQL, loaded twice; nothing where there is none."""
    script, db = home / "registry.sql", home / "registry.sqlite"
    crpv("export", "postgresql", "-o", script, "--db", db)
    wanted = by_hand(home / "all")
    try:
        with postgresql_server() as psql:
            seconds = timed(lambda: psql("postgres", "-q", "-f", str(script)), max(rounds, 2))
            sql = "select sum(amount) from crpv.funding"
            euros = float(psql("postgres", "-tA", "-c", sql).stdout)
            number = psql("postgres", "-tA", "-c", "show server_version").stdout.split()[0]
    except Missing as missing:
        print(missing, file=sys.stderr)
        return []
    asked = ("the script loaded, and again: sums", "le script chargé, puis chargé à nouveau : sommes")
    return [Line("PostgreSQL", number, asked, euros == wanted.euros, seconds / unit)]


def datasette(home: Path, unit: float) -> list[Line]:
    """Every page of Datasette, asked for twice; the slowest counts."""
    folder, db = home / "public", home / "registry.sqlite"
    crpv("export", "datasette", "--public", "-o", folder, "--db", db)
    report = json.loads(crpv("report", "funding", "--year", 2023, "--format", "json", "--db", db))

    async def ask() -> tuple[int, bool, list[float]]:
        served = Datasette([], config_dir=folder)
        await served.invoke_startup()
        database = served.get_database("crpv")
        queries = await served.get_canned_queries("crpv", None)
        names = [*await database.table_names(), *await database.view_names(), *queries]
        paths = ["/", "/crpv", *(f"/crpv/{name}" for name in names)]
        slowest = []
        good = True
        for _ in range(2):
            times = []
            for path in paths:
                began = time.perf_counter()
                good = (await served.client.get(path)).status_code == 200 and good
                times.append(time.perf_counter() - began)
            slowest.append(max(times))
        rows = (await served.client.get("/crpv/report-funding.json?_shape=array&year=2023")).json()
        totals = {row["centre"]: row["total"] for row in rows}
        return len(paths), good and totals == {row["centre"]: row["total"] for row in report["rows"]}, slowest

    pages, equal, (first, again) = asyncio.run(ask())
    print(f"datasette: {pages} pages, the slowest {first:.2f} s at first, {again:.2f} s again", file=sys.stderr)
    number = version("datasette")
    return [
        Line(
            "datasette",
            number,
            (f"{pages} pages; the slowest, first", f"{pages} pages ; la plus lente, d'abord"),
            equal,
            first / unit,
        ),
        Line("datasette", number, ("the slowest, again", "la plus lente, ensuite"), equal, again / unit),
    ]


def table(lines: list[Line], french: bool) -> str:
    """Set the lines as Markdown."""
    heads = (
        ("programme", "version", "ce qui lui est demandé", "chiffres égaux", "temps ÷ `crpv list`")
        if french
        else ("program", "version", "what it is asked", "figures equal", "time ÷ `crpv list`")
    )
    rows = [
        (
            line.name,
            line.version,
            line.asked[french],
            (("oui" if line.equal else "**non**") if french else ("yes" if line.equal else "**no**")),
            f"{line.ratio:.1f}".replace(".", "," if french else "."),
        )
        for line in lines
    ]
    set_ = [heads, ("---", "---", "---", "---", "---:"), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in set_)


def main() -> int:
    """Measure, and print or write the table; returns 1 if any figure differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--docs", action="store_true", help="write the table into the documentation")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        db = home / "registry.sqlite"
        crpv("init", "--demo", "--db", db)
        crpv("export", "all", "-o", home / "all", "--db", db)
        unit = timed(lambda: crpv("list", "--db", db), max(asked.rounds, 3))
        lines = [
            *readers(home / "all", unit, asked.rounds),
            *postgresql(home, unit, asked.rounds),
            *datasette(home, unit),
        ]
    print(f"crpv {version('crpv')}, Python {platform.python_version()}, crpv list: {unit:.3f} s", file=sys.stderr)
    if not asked.docs:
        print(table(lines, french=False), end="")
    for page, french in (("docs/neighbours.md", False), ("docs/fr/neighbours.md", True)) if asked.docs else ():
        file = ROOT / page
        text = file.read_text(encoding="utf-8")
        between = re.compile(f"(?<={re.escape(MARKS[0])}\n).*?(?={re.escape(MARKS[1])})", re.DOTALL)
        found = between.search(text)
        assert found is not None, page
        start, end = found.span()
        written = f"{text[:start]}\n{table(lines, french)}\n{text[end:]}"
        file.write_text(written, encoding="utf-8", newline="\n")
    return 0 if all(line.equal for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
