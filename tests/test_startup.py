"""What a command does not need, it does not import: that is what keeps it quick (see benchmarks/startup.py)."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from crpv_cli.bundled import demo_folder
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
    f"verify {shlex.quote(str(demo_folder() / 'scales.csv'))}",
]
ASKING = ["--version", "--help", "list --help", "report --help", "load --help", "help", "help load"]
MACHINE = {"--format json", "--format jsonl", "--format csv", "--format csv-excel"}

SLOW = {"sqlite_utils", "pydantic", "tabulate", "pandas", "numpy", "babel", "xlsxwriter", "python_calamine", "openpyxl"}
SLOW |= {"jinja2", "vl_convert"}


def imported(command: str, demo_path: Path, folder: Path, lang: str = "en") -> set[str]:
    target = folder / "modules.json"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(target), *shlex.split(command)],
        env={**os.environ, "CRPV_DB": str(demo_path), "CRPV_LANG": lang},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(json.loads(target.read_text(encoding="utf-8")))


def reports_in(modules: set[str]) -> set[str]:
    return {name for name, report in REPORTS.items() if f"crpv_cli.reports.{report.module}" in modules}


@pytest.mark.parametrize("command", READING)
def test_reading_imports_nothing_slow_and_machine_formats_no_rich(
    command: str, demo_path: Path, tmp_path: Path
) -> None:
    modules = imported(command, demo_path, tmp_path)
    assert modules & SLOW == set()
    if any(command.endswith(format_) for format_ in MACHINE):
        assert "rich" not in modules
    if command in {"report coverage", "report agreements --format csv"}:
        assert reports_in(modules) == {command.split()[1]}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("command", ASKING)
def test_help_and_version_import_neither_rich_nor_sqlite3_nor_a_report(
    command: str, lang: str, demo_path: Path, tmp_path: Path
) -> None:
    modules = imported(command, demo_path, tmp_path, lang)
    assert modules & {"rich", "sqlite3", "platformdirs", *SLOW} == set()
    rooms = {name for name in modules if name.startswith("crpv_cli.reports.")}
    assert rooms <= {"crpv_cli.reports.index", "crpv_cli.reports.options"}


def test_the_help_of_a_report_imports_no_other(demo_path: Path, tmp_path: Path) -> None:
    assert reports_in(imported("report coverage --help", demo_path, tmp_path)) == {"coverage"}


def test_a_page_without_charts_imports_only_what_sets_it(demo_path: Path, tmp_path: Path) -> None:
    assert imported("report coverage --by department --format html", demo_path, tmp_path) & SLOW == {"jinja2"}


def test_a_file_of_our_own_is_loaded_without_what_profiles_and_workbooks_need(demo_path: Path, tmp_path: Path) -> None:
    command = f"diff --format csv {shlex.quote(str(demo_folder() / 'scales.csv'))}"
    assert imported(command, demo_path, tmp_path) & SLOW == set()
