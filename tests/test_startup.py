"""What a command does not need, it does not import: that is what keeps it quick (see benchmarks/startup.py)."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from crpv_cli.commands.new import make
from crpv_cli.reports.index import REPORTS

# Runs a command as the console script does, then writes the names of all modules that were imported.
PROGRAM = """
import json, pathlib, sys
target = pathlib.Path(sys.argv.pop(1))
from crpv_cli.__main__ import main
try:
    main()
finally:
    target.write_text(json.dumps(sorted(sys.modules)), encoding="utf-8")
"""

READING = [
    "list",
    "list --format json",
    "list --format csv",
    "list --format csv-excel",
    "list evaluations --format jsonl",
    "show oriv",
    "report coverage",
    "report coverage --format json",
    "report evaluations",
    "report funding",
    "report activity",
    "report agreements --format csv",
    "report network",
    "report network --format json",
    "check",
    "check --format json",
    "check --list --format csv",
    "map",
    "map --format csv",
    "report changes --from 2023 --format json",
    "query 'select id, seat from centres'",
    "info",
]
ASKING = ["--version", "--help", "list --help", "report --help"]

SLOW = {"sqlite_utils", "pydantic", "tabulate", "pandas", "numpy", "babel", "xlsxwriter", "python_calamine", "openpyxl"}
SLOW |= {"jinja2", "vl_convert"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("startup") / "demo.sqlite"
    make(path, demo=True, empty=False)
    return path


def imported(command: str, registry: Path, folder: Path, lang: str = "en") -> set[str]:
    target = folder / "modules.json"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(target), *shlex.split(command)],
        env={**os.environ, "CRPV_DB": str(registry), "CRPV_LANG": lang},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(json.loads(target.read_text(encoding="utf-8")))


@pytest.mark.parametrize("command", [*ASKING, *READING])
def test_reading_imports_nothing_slow(command: str, registry: Path, tmp_path: Path) -> None:
    assert imported(command, registry, tmp_path) & SLOW == set()


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("command", ASKING)
def test_help_and_version_import_neither_rich_nor_sqlite3(
    command: str, lang: str, registry: Path, tmp_path: Path
) -> None:
    assert imported(command, registry, tmp_path, lang) & {"rich", "sqlite3", "platformdirs", *SLOW} == set()


@pytest.mark.parametrize("command", ["--help", "report --help", "list --help", "load --help"])
def test_help_imports_no_report(command: str, registry: Path, tmp_path: Path) -> None:
    rooms = {name for name in imported(command, registry, tmp_path) if name.startswith("crpv_cli.reports.")}
    assert rooms <= {"crpv_cli.reports.index", "crpv_cli.reports.options"}


@pytest.mark.parametrize("command", ["report coverage", "report coverage --help", "report agreements --format json"])
def test_a_report_imports_no_other(command: str, registry: Path, tmp_path: Path) -> None:
    modules = {f"crpv_cli.reports.{report.module}": name for name, report in REPORTS.items()}
    assert {modules[name] for name in imported(command, registry, tmp_path) if name in modules} == {command.split()[1]}


@pytest.mark.parametrize("command", [command for command in READING if "json" in command or "csv" in command])
def test_machine_formats_do_not_import_rich(command: str, registry: Path, tmp_path: Path) -> None:
    assert "rich" not in imported(command, registry, tmp_path)


def test_a_page_without_charts_imports_only_what_sets_it(registry: Path, tmp_path: Path) -> None:
    assert imported("report coverage --by department --format html", registry, tmp_path) & SLOW == {"jinja2"}
