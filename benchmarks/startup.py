"""How long commands take to start and answer, beside an empty Typer program in the same environment.

Run it with the Python of the environment in which crpv is installed::

    python benchmarks/startup.py --rounds 30

Every program is a console script of the same shape, run by the same interpreter, and its wall time is that of the
whole process. Rounds are interleaved, so that whatever slows the machine for a while slows all programs alike.
It prints a Markdown table; the ratio is that of the medians.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

WARM_UP = 3

# What pip writes for a console script, for the reference as for crpv.
SCRIPT = """\
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""

# The reference: Typer's defaults, two commands that do nothing.
EMPTY = """\
import typer

app = typer.Typer()


@app.command()
def one() -> None:
    pass


@app.command()
def two() -> None:
    pass
"""

REFERENCE = "empty Typer program, one of its two commands"

# What is measured, and the bound of its ratio where design.md sets one.
COMMANDS: dict[str, float | None] = {
    "--version": 1.3,
    "--help": 1.3,
    "report --help": 1.3,
    "list": 2.0,
    "list --format json": None,
    "show oriv": None,
    "report coverage": None,
    "report coverage --format json": None,
}


def environment(home: Path) -> dict[str, str]:
    """Return an environment that no setting of the user reaches, with a registry of its own.

    The registry is on the default path, as it is for most users. Compiled bytecode is kept, as it is wherever a
    program is installed, but in the folder of the benchmark.
    """
    foreign = ("CRPV_", "LC_", "XDG_", "PYTHON")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "CRPV_LANG": "en",
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
    }
    if os.name == "nt":  # where the default path does not follow HOME
        env["CRPV_DB"] = str(home / "crpv.sqlite")
    return env


def prepare(home: Path) -> dict[str, list[str]]:
    """Write the programs, fill a registry, and return the command line of each program to measure."""
    (home / "empty_program.py").write_text(EMPTY, encoding="utf-8")
    reference, crpv = home / "reference_script.py", home / "crpv_script.py"
    reference.write_text(SCRIPT.format(module="empty_program", function="app"), encoding="utf-8")
    crpv.write_text(SCRIPT.format(module="crpv_cli.__main__", function="main"), encoding="utf-8")
    measure(command=[sys.executable, str(crpv), "init"], env=environment(home))
    programs = {REFERENCE: [sys.executable, str(reference), "one"]}
    for arguments in COMMANDS:
        programs[f"crpv {arguments}"] = [sys.executable, str(crpv), *arguments.split()]
    return programs


def measure(command: list[str], env: dict[str, str]) -> float:
    """Run a program once and return its wall time in milliseconds.

    Raises:
        RuntimeError: the program failed, so that its time means nothing.
    """
    start = time.perf_counter()
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    elapsed = (time.perf_counter() - start) * 1000
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return elapsed


def run(rounds: int) -> dict[str, list[float]]:
    """Return the wall times of every program, in milliseconds, one per round."""
    with tempfile.TemporaryDirectory(prefix="crpv-startup-") as folder:
        home = Path(folder)
        programs, env = prepare(home), environment(home)
        times: dict[str, list[float]] = {name: [] for name in programs}
        for turn in range(WARM_UP + rounds):
            for name, command in programs.items():
                elapsed = measure(command, env)
                if turn >= WARM_UP:
                    times[name].append(elapsed)
    return times


def table(times: dict[str, list[float]]) -> str:
    """Set the times as a Markdown table."""
    reference = statistics.median(times[REFERENCE])
    lines = [
        "| program | median, ms | fastest, ms | ratio to the empty program | bound |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, measured in times.items():
        median = statistics.median(measured)
        ratio = median / reference
        bound = COMMANDS.get(name.removeprefix("crpv "))
        verdict = "" if bound is None else f"{bound:g}: {'met' if ratio <= bound else 'NOT met'}"
        label = name if name == REFERENCE else f"`{name}`"
        lines.append(f"| {label} | {median:.0f} | {min(measured):.0f} | {ratio:.2f} | {verdict} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(description="Start-up of crpv beside an empty Typer program.")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="rounds to measure (default: 20)")
    rounds = max(1, parser.parse_args().rounds)
    times = run(rounds)
    print(
        f"Python {platform.python_version()}, Typer {version('typer')}, Click {version('click')}; "
        f"{rounds} interleaved rounds after {WARM_UP} to warm up.\n"
    )
    print(table(times))


if __name__ == "__main__":
    main()
