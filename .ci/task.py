#!/usr/bin/env python3
"""The commands of a day's work: ``python3 .ci/task.py TASK``, from anywhere.

It needs Python alone, so that it is there before anything is installed and on every machine: make is not on Windows,
and nox, just or poe would have to be installed first. What it runs, it runs in the ``.venv`` that ``setup`` makes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKED = ["-c", "constraints.txt"] if (ROOT / "constraints.txt").exists() else []
SCRIPTS = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / ".ci").glob("*.py"))]
# The picture is drawn as a terminal shows it, which Windows has no way to ask for.
GENERATED = ["catalogue", "reference", *([] if os.name == "nt" else ["picture"])]

# What each task is for, and what it runs: arguments of the environment's Python, one command after the other.
TASKS: dict[str, tuple[str, list[list[str]]]] = {
    "setup": (
        "make .venv with all that developers need, and have git check each commit",
        [["-m", "pip", "install", "-q", *LOCKED, "-e", ".[dev]"], ["-m", "pre_commit", "install"]],
    ),
    "test": ("run the tests, or those that are named (test tests/rules -k label)", [["-m", "pytest", "-q"]]),
    "format": (
        "set the code as the linter wants it",
        [["-m", "ruff", "check", "--fix", "-q", "."], ["-m", "ruff", "format", "-q", "."]],
    ),
    "lint": (
        "check the code: style, and types",
        [
            ["-m", "ruff", "check", "-q", "."],
            ["-m", "ruff", "format", "--check", "-q", "."],
            ["-m", "mypy"],
            ["-m", "mypy", *SCRIPTS],
        ],
    ),
    "generate": (
        "write what is generated: the French catalogue, the reference, the picture of the README",
        [[f".ci/{name}.py", "update"] for name in GENERATED],
    ),
    "generated": (
        "check that what is generated is up to date, and all is translated",
        [[f".ci/{name}.py", "check"] for name in GENERATED],
    ),
    "ci": ("run all that must hold before a change is taken, in fresh clones (bash; some twenty minutes)", []),
}


def main(arguments: list[str]) -> int:
    """Run a task; returns the exit code of the first command that fails, after all have run."""
    name, *more = arguments or [""]
    if name not in TASKS or (more and name != "test"):
        sys.stderr.write("usage: python3 .ci/task.py TASK\n\n")
        sys.stderr.writelines(f"  {task:<10} {purpose}\n" for task, (purpose, _) in TASKS.items())
        return 2
    if name == "ci":
        return subprocess.call(["bash", ".ci/run"], cwd=ROOT)
    if name == "setup" and not PYTHON.exists():
        subprocess.check_call([sys.executable, "-m", "venv", ".venv"], cwd=ROOT)
    if not PYTHON.exists():
        sys.stderr.write("There is no environment yet. Make it with: python3 .ci/task.py setup\n")
        return 2
    codes = [subprocess.call([PYTHON, *command, *more], cwd=ROOT) for command in TASKS[name][1]]
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
