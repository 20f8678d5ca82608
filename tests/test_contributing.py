"""CONTRIBUTING.md can be followed to the letter: what it adds is added to a copy of crpv, counted, and runs."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

REPOSITORY = Path(__file__).resolve().parent.parent
PAGE = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")

LIMITS = {
    "rule": (2, 15),
    "column": (2, 4),
    "table": (3, 20),
    "report": (2, 40),
    "format": (2, 25),
    "profile": (1, 30),
    "sentence": (1, 1),
}
"""How many files and lines each may take at most, French apart."""
FRENCH = ".po"


@dataclass(frozen=True)
class Block:
    """Some lines that the page adds: to which file, and where in it."""

    kind: str
    place: str
    file: str
    where: str
    line: str
    lines: str

    def add(self, folder: Path) -> int:
        """Put the lines where they belong, and return how many they are: a new file, or in one, at a place."""
        path = folder / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert (self.place == "In the new file") != path.exists()
        if self.line:
            mark = f"\n{self.line}\n"
            assert text.count(mark) == 1, f"{self.file} has no single line {self.line}"
            changed = text.replace(mark, f"\n{self.lines}{mark[1:]}" if self.where == "before" else mark + self.lines)
        else:
            # A function of its own stands two lines below what is before it.
            apart = "\n\n" if text and re.match("@|def |class ", self.lines) else ""
            changed = text + apart + self.lines
        path.write_text(changed, encoding="utf-8")
        return changed.count("\n") - text.count("\n")


PLACES = r"(In the new file|At the end of|In) `(\S+?)`(?:, (before|after) `([^\n]+)`)?:"
BLOCKS = [
    Block(*found)
    for found in re.findall(rf"^<!-- add: (\w+) -->\n{PLACES}\n\n```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
KINDS = list(dict.fromkeys(block.kind for block in BLOCKS))


def test_every_mark_is_a_block() -> None:
    assert len(BLOCKS) == PAGE.count("<!-- add:")
    assert list(LIMITS) == KINDS


@dataclass(frozen=True)
class Copy:
    """A copy of crpv with everything that the page adds, and how many lines each kind took."""

    folder: Path
    lines: Counter[str]

    def python(self, *arguments: str, lang: str = "en", says: str = "") -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ
            | {"PYTHONPATH": str(self.folder), "CRPV_DB": str(self.folder / "demo.sqlite"), "CRPV_LANG": lang},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert says in done.stderr
        return done.stdout

    def crpv(self, *arguments: str) -> str:
        return self.python("-m", "crpv_cli", *arguments)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.crpv(*arguments, "--format", "json"))

    def form(self, table: str, *arguments: str) -> list[str]:
        """What stands in the cells of a table's form."""
        self.crpv("template", table, *arguments, "-o", f"{table}.xlsx", "--force")
        workbook = CalamineWorkbook.from_path(self.folder / f"{table}.xlsx")
        return [
            str(cell)
            for name in workbook.sheet_names
            for row in workbook.get_sheet_by_name(name).to_python()
            for cell in row
        ]

    def tests(self, *names: str) -> None:
        self.python("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *names)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("contributing")
    for name in (".ci", "crpv_cli", "data", "tests"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    changed = Copy(folder, Counter())
    changed.crpv("init", "--demo")  # a registry that is there before anything is added
    for block in BLOCKS:
        lines = block.add(folder)
        changed.lines[block.kind] += 0 if block.file.endswith(FRENCH) else lines
    changed.python(".ci/catalogue.py", "update")
    return changed


@pytest.mark.parametrize("kind", LIMITS)
def test_the_page_says_how_to_add_it_and_how_little_it_takes(kind: str, copy: Copy) -> None:
    files = len({block.file for block in BLOCKS if block.kind == kind and not block.file.endswith(FRENCH)})
    said = re.findall(rf"^### An? {kind}: (\d+) files?, (\d+) lines?$", PAGE, re.MULTILINE)
    assert said == [(str(files), str(copy.lines[kind]))]
    most_files, most_lines = LIMITS[kind]
    assert 0 < files <= most_files and 0 < copy.lines[kind] <= most_lines


def the_rule(copy: Copy) -> None:
    rules = [row["rule"] for row in copy.json("check", "--list")]
    assert rules[-1] == "website-unknown"
    assert copy.json("check", "--rule", "website-unknown")["totals"]["rules"] == 1
    copy.tests("tests/rules")


def the_column(copy: Copy) -> None:
    assert {row["website"] for row in copy.json("list", "funders")} == {None}
    (copy.folder / "funders.csv").write_text(
        "id,name,kind,Website\netat,État,state,https://example.org\n", encoding="utf-8"
    )
    copy.crpv("load", "funders.csv")
    found = {row["id"]: row["website"] for row in copy.json("list", "funders")}
    assert found.pop("etat") == "https://example.org"
    assert set(found.values()) == {None}
    exported = csv.DictReader(copy.crpv("export", "funders").splitlines())
    assert {row["id"]: row["website"] for row in exported} == {
        **dict.fromkeys(found, ""),
        "etat": "https://example.org",
    }
    assert "Website" in copy.form("funders")


def the_table(copy: Copy) -> None:
    assert copy.json("list", "awards") == []
    (copy.folder / "awards.csv").write_text("centre,year,name\noriv,2024,First prize\n", encoding="utf-8")
    copy.crpv("load", "awards.csv")
    (award,) = copy.json("list", "awards")
    assert (award["centre"], award["year"], award["name"]) == ("oriv", 2024, "First prize")
    assert copy.crpv("export", "awards").splitlines() == ["centre,year,name,source,note", "oriv,2024,First prize,,"]
    copy.crpv("undo", "--yes", str(copy.json("log")[0]["load"]))
    assert copy.json("list", "awards") == []
    assert {"Centre", "Year", "Name"} <= {cell.removesuffix(" *") for cell in copy.form("awards", "--centre", "oriv")}


def the_report(copy: Copy) -> None:
    assert "legal-forms" in copy.crpv("report", "--help")
    answered = copy.json("report", "legal-forms", "--as-of", "2026-01-01")
    found = {row["legal_form"]: row["centres"] for row in answered["rows"]}
    forms = [row["legal_form"] for row in copy.json("list", "--as-of", "2026-01-01")]
    assert found == {form: forms.count(form) for form in forms}
    assert [note["code"] for note in answered["notes"]] == ["registry-holds-fictitious-data"]
    exported = csv.DictReader(copy.crpv("export", "centres-by-legal-form", "--as-of", "2026-01-01").splitlines())
    assert {row["legal_form"]: int(row["centres"]) for row in exported} == found
    copy.crpv("report", "legal-forms", "-o", "forms.html")
    assert "Legal forms on" in (copy.folder / "forms.html").read_text(encoding="utf-8")


def the_format(copy: Copy) -> None:
    head, *lines = copy.crpv("list", "funders", "--format", "tsv").splitlines()
    assert head.split("\t")[:3] == ["id", "name", "kind"]
    assert [line.split("\t")[0] for line in lines] == [row["id"] for row in copy.json("list", "funders")]
    copy.crpv("list", "funders", "-o", "funders.tsv")
    assert (copy.folder / "funders.tsv").read_text(encoding="utf-8").splitlines() == [head, *lines]


def the_profile(copy: Copy) -> None:
    head = "Structure conventionnée;Date de début;Date de fin\n"
    rows = "ORIV;01/01/2031;31/12/2033\nUn autre;01/01/2031;31/12/2033\n"
    (copy.folder / "conventions.csv").write_text(head + rows, encoding="utf-8")
    copy.crpv("load", "conventions.csv")
    found = [row for row in copy.json("list", "agreements") if row["starts_on"] == "2031-01-01"]
    assert [(row["centre"], row["funder"], row["ends_on"]) for row in found] == [("oriv", "etat", "2033-12-31")]
    assert "prefecture-agreements" in copy.crpv("profiles")


def the_sentence(copy: Copy) -> None:
    for lang, said in (("en", "Help: crpv --help"), ("fr", "Aide : crpv --help")):
        copy.python("-m", "crpv_cli", "init", "--empty", "--db", f"{lang}.sqlite", lang=lang, says=said)


# What each kind is when it is there, seen through the command.
SEEN: dict[str, Callable[[Copy], None]] = {
    "rule": the_rule,
    "column": the_column,
    "table": the_table,
    "report": the_report,
    "format": the_format,
    "profile": the_profile,
    "sentence": the_sentence,
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_page_adds_runs(kind: str, copy: Copy) -> None:
    SEEN[kind](copy)


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed (task.py setup)")
def test_what_the_page_adds_is_as_the_linter_wants_it(copy: Copy) -> None:
    files = sorted({block.file for block in BLOCKS if block.file.endswith(".py")})
    copy.python("-m", "ruff", "check", "--no-cache", *files)
    copy.python("-m", "ruff", "format", "--no-cache", "--check", *files)
