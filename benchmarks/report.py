"""How long the report of the network takes as a page, beside ``crpv list`` and the rendering of its charts alone.

Run it with the Python of the environment in which crpv is installed::

    python benchmarks/report.py --rounds 15

Three programs on one registry with the demonstration, each a fresh process, in rounds that are interleaved:

- ``crpv list``;
- ``crpv report network -o FILE.html``;
- the drawing of the charts of that report and nothing else: their results are read from a file, ``charts.py`` draws
  them. Starting Python and importing vl-convert count, composing the report does not.

The claim that it checks: the report takes less than five times ``crpv list``'s own time plus the drawing of its charts.
The ratio is that of the medians: (report - charts) / list.
"""

from __future__ import annotations

import argparse
import pickle
import platform
import sqlite3
import statistics
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from startup import SCRIPT, environment, measure

from crpv_cli.registry.queries import today
from crpv_cli.reports.network.report import network
from crpv_cli.rules.checking import findings

WARM_UP = 2
BOUND = 5.0
LIST, REPORT, CHARTS = "crpv list", "crpv report network -o FILE.html", "its charts alone"

# What the third program does; it imports what drawing needs and nothing of the registry.
DRAWING = """\
import pickle
import sys
from pathlib import Path

from crpv_cli import language
from crpv_cli.output.page.charts import chart_svg

language.activate("en")
for result in pickle.loads(Path(sys.argv[1]).read_bytes()):
    chart_svg(result)
"""


def drawn(registry: Path) -> list[object]:
    """Return the results of the report that have a chart and rows, as the page draws them."""
    connection = sqlite3.connect(f"{registry.as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    date = today()
    sheet = network(connection, date, findings(connection, date))
    connection.close()
    return [section for section in sheet.sections if section.chart is not None and section.rows]


def prepare(home: Path) -> tuple[dict[str, list[str]], int]:
    """Fill a registry, write the programs, and return their command lines and how many charts there are."""
    crpv, drawing, file = home / "crpv_script.py", home / "drawing.py", home / "charts.pickle"
    crpv.write_text(SCRIPT.format(module="crpv_cli.__main__", function="main"), encoding="utf-8")
    drawing.write_text(DRAWING, encoding="utf-8")
    registry = home / "demo.sqlite"
    measure([sys.executable, str(crpv), "init", "--demo", "--db", str(registry)], environment(home))
    charts = drawn(registry)
    file.write_bytes(pickle.dumps(charts))
    at = ["--db", str(registry)]
    programs = {
        LIST: [sys.executable, str(crpv), "list", *at],
        REPORT: [sys.executable, str(crpv), "report", "network", "-o", str(home / "r.html"), "--force", *at],
        CHARTS: [sys.executable, str(drawing), str(file)],
    }
    return programs, len(charts)


def run(rounds: int) -> tuple[dict[str, list[float]], int]:
    """Return the wall times of every program, in milliseconds, one per round, and how many charts there are."""
    with tempfile.TemporaryDirectory(prefix="crpv-report-") as folder:
        home = Path(folder)
        programs, charts = prepare(home)
        env = environment(home)
        times: dict[str, list[float]] = {name: [] for name in programs}
        for turn in range(WARM_UP + rounds):
            for name, command in programs.items():
                elapsed = measure(command, env)
                if turn >= WARM_UP:
                    times[name].append(elapsed)
    return times, charts


def table(times: dict[str, list[float]]) -> str:
    """Set the times as a Markdown table, and the ratio beneath."""
    lines = ["| program | median, ms | fastest, ms |", "| --- | ---: | ---: |"]
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    lines += [f"| `{name}` | {medians[name]:.0f} | {min(measured):.0f} |" for name, measured in times.items()]
    ratio = (medians[REPORT] - medians[CHARTS]) / medians[LIST]
    verdict = "met" if ratio < BOUND else "NOT met"
    lines += ["", f"(report - charts) / list: {ratio:.2f}; bound {BOUND:g}: {verdict}"]
    return "\n".join(lines)


def main() -> None:
    """Measure and print; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(description="The report of the network as a page, beside crpv list.")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="rounds to measure (default: 10)")
    rounds = max(1, parser.parse_args().rounds)
    times, charts = run(rounds)
    print(
        f"Python {platform.python_version()}, Jinja2 {version('jinja2')}, vl-convert {version('vl-convert-python')}; "
        f"{charts} charts; {rounds} interleaved rounds after {WARM_UP} to warm up.\n"
    )
    print(table(times))


if __name__ == "__main__":
    main()
