"""How much processor time a press of Tab takes, beside an empty Typer program in the same environment.

Run it with the Python of the environment in which crpv is installed::

    python benchmarks/completion.py --rounds 30

Every program is a console script of the same shape, run by the same interpreter; its time is that of the processor, of
the program and of the system for it. Rounds are interleaved. It prints a Markdown table; the ratio is that of the
medians, and its bound is 1.3.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from startup import EMPTY, REFERENCE, SCRIPT, environment

WARM_UP = 3
BOUND = 1.3

# What is typed, up to the word that is asked for.
LINES = {
    "a command": ["crpv", ""],
    "an option": ["crpv", "list", "--"],
    "a table": ["crpv", "list", ""],
    "a column": ["crpv", "list", "funding", "--sort", ""],
    "a centre": ["crpv", "show", ""],
    "a year": ["crpv", "list", "funding", "--year", ""],
    "a load": ["crpv", "undo", ""],
    "part of a key": ["crpv", "trace", "funding", "oriv", ""],
}
SHELLS = ("bash", "zsh", "fish")


def asked(shell: str, words: list[str]) -> dict[str, str]:
    """Return the environment in which a shell asks what may come next."""
    line = " ".join(words)
    return {
        "_CRPV_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }


def measure(command: list[str], env: dict[str, str]) -> float:
    """Run a program once and return the processor time that it took, in milliseconds.

    Raises:
        RuntimeError: it failed, or answered nothing where something is known.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or done.stderr or ("_CRPV_COMPLETE" in env and not done.stdout):
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def run(rounds: int) -> dict[str, list[float]]:
    """Return the processor times of every program, in milliseconds, one per round."""
    with tempfile.TemporaryDirectory(prefix="crpv-completion-") as folder:
        home = Path(folder)
        env = environment(home)
        reference, crpv = home / "reference_script.py", home / "crpv_script.py"
        (home / "empty_program.py").write_text(EMPTY, encoding="utf-8")
        reference.write_text(SCRIPT.format(module="empty_program", function="app"), encoding="utf-8")
        crpv.write_text(SCRIPT.format(module="crpv_cli.__main__", function="main"), encoding="utf-8")
        measure([sys.executable, str(crpv), "--quiet", "init"], env)
        programs = {REFERENCE: ([sys.executable, str(reference), "one"], env)}
        for shell in SHELLS:
            for name, words in LINES.items():
                programs[f"{shell}: {name}"] = ([sys.executable, str(crpv)], env | asked(shell, words))
        times: dict[str, list[float]] = {name: [] for name in programs}
        for turn in range(WARM_UP + rounds):
            for name, (command, its) in programs.items():
                elapsed = measure(command, its)
                if turn >= WARM_UP:
                    times[name].append(elapsed)
    return times


def table(times: dict[str, list[float]]) -> str:
    """Set the times as a Markdown table."""
    reference = statistics.median(times[REFERENCE])
    lines = ["| asked | median, ms | ratio to the empty program | bound |", "| --- | ---: | ---: | --- |"]
    for name, measured in times.items():
        median = statistics.median(measured)
        ratio = median / reference
        verdict = "" if name == REFERENCE else f"{BOUND:g}: {'met' if ratio <= BOUND else 'NOT met'}"
        lines.append(f"| {name} | {median:.0f} | {ratio:.2f} | {verdict} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(description="Completion of crpv beside an empty Typer program.")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="rounds to measure (default: 20)")
    rounds = max(1, parser.parse_args().rounds)
    times = run(rounds)
    print(f"Python {sys.version.split()[0]}, Typer {version('typer')}; {os.cpu_count()} processors; {rounds} rounds.\n")
    print(table(times))


if __name__ == "__main__":
    main()
