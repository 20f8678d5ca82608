"""What is said to whoever runs a command stands in nothing that is handed on for people to read."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from zipfile import ZipFile

import pytest

from crpv_cli.output.formats import Format
from crpv_cli.reports.index import REPORTS
from tests.inside import inside

# Every report and list that can be written for people.
QUESTIONS = (
    *(f"report {name}" for name in REPORTS if name != "changes"),
    "report changes --from 2023 --to 2025",
    "report coverage --by department",
    "report evaluations --by mission",
    "report evaluations --full",
    "report funding --explain state_p147@oriv",
    "check",
    "check --list",
    "check --integrity",
    "show oriv",
    "show paris",
    "list",
    "list neighbourhoods",
    "list evaluations",
    "map",
    "log",
    "log 1 --limit 5",
    "trace centres oriv",
    "info",
    "profiles",
    "profiles qpv",
)
# Of these in every format: what is left out is left out of all of them in one place.
EVERY_FORMAT = {"report network", "report evaluations", "check", "profiles"}
ADVICE = re.compile(r"\bcrpv[ \N{NO-BREAK SPACE}](?!and\b)[a-z]+|(?<![\w-])--[a-z]{2,}")
# How the rows were made stands in each file: that is where they come from, and no advice.
ORIGIN = re.compile(
    r"crpv (?:report|show|check|list|map|info|log|trace|profiles)\b[^`\n]* --known \d+|crpv info|crpv check --integrity"
)


def run(db: Path, *arguments: object, terminal: bool = False) -> CompletedProcess[str]:
    env = {"CRPV_DB": str(db), "HOME": str(db.parent), "XDG_CACHE_HOME": str(db.parent), "COLUMNS": "80"}
    return inside(*arguments, env=env, terminal=terminal)


def texts(file: Path) -> str:
    """All that people read in a file."""
    if file.suffix in {".xlsx", ".docx"}:
        with ZipFile(file) as book:
            parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
        return html.unescape(re.sub(r"<[^>]+>", "\n", "\n".join(parts)))
    text = file.read_bytes().decode("utf-8-sig")
    if file.suffix == ".html":
        text = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL)
        text = html.unescape(re.sub(r"<[^>]+>", "\n", text))
    return text


def files(db: Path, folder: Path, question: str) -> Iterator[Path]:
    """The answer as text, and for some questions in each format that can hold it."""
    for format_ in Format:
        skipped = format_.row.machine or format_.row.maps or format_.row.needs
        if not skipped and (format_ is Format.TABLE or question in EVERY_FORMAT):
            file = folder / f"{format_}{format_.extension}"
            ran = run(db, *question.split(), "-o", file, "--format", format_)
            assert file.exists() or "cannot be written as csv-excel" in ran.stderr
            if file.exists():
                yield file


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("data", ["reference", "demo"])
def test_no_file_for_people_says_what_to_do_in_crpv(
    data: str, question: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    db = request.getfixturevalue(f"{data}_path")
    found = {
        (file.suffix, line.strip())
        for file in files(db, tmp_path, question)
        for line in ORIGIN.sub("", texts(file)).splitlines()
        if ADVICE.search(line)
    }
    assert found == set()


def test_it_is_said_on_the_terminal_beneath_the_answer(reference_path: Path, tmp_path: Path) -> None:
    advice = "Load your data with: crpv load FILE"
    assert advice in run(reference_path, "report", "activity").stdout
    on_screen = run(reference_path, "report", "activity", terminal=True).stdout
    assert advice in " ".join(on_screen.split())
    written = run(reference_path, "report", "activity", "-o", tmp_path / "a.md")
    assert (written.stdout, advice in written.stderr) == ("", True)
    assert advice not in (tmp_path / "a.md").read_text(encoding="utf-8")
    # A page into a pipe is handed on as well.
    piped = run(reference_path, "report", "activity", "--format", "markdown")
    assert (advice in piped.stdout, advice in piped.stderr) == (False, True)


def test_machines_are_told_for_whom_a_note_is(reference_path: Path) -> None:
    ran = run(reference_path, "report", "activity", "--format", "json")
    notes = {note["code"]: note["audience"] for note in json.loads(ran.stdout)["notes"]}
    assert notes == {"no-activity": "reader", "load-yours": "operator", "published-figure": "reader"}
    assert ran.stderr == ""


def test_what_to_do_about_a_finding_is_in_the_table_of_machines_and_on_the_terminal_only(
    reference_path: Path, tmp_path: Path
) -> None:
    assert "→ " in run(reference_path, "check").stdout
    rows = json.loads(run(reference_path, "check", "--format", "json").stdout)["rows"]
    assert any("crpv load" in (row["advice"] or "") for row in rows)
    run(reference_path, "check", "-o", tmp_path / "a.csv", "--format", "csv-excel")
    header = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert "What to do" not in header
    assert "Finding" in header


def test_the_reader_is_not_told_of_what_does_not_apply(reference_path: Path) -> None:
    """A carrier of an association, the end of an open centre, why one is exempt that is not."""
    with closing(sqlite3.connect(reference_path)) as connection:
        centres = connection.execute("select id, legal_form, closed, co_funded from centres").fetchall()
    assert len(centres) == 20
    for centre, form, closed, co_funded in centres:
        lines = run(reference_path, "show", centre).stdout.split("\n\n")[0]
        unknown = " ".join(lines.partition("Not known")[2].split())
        assert "Remark" not in unknown
        assert ("Closed" in unknown, "Successor" in unknown) == (False, closed is not None)
        assert ("Carrier" in unknown) <= (form in {"carried", "unknown"})
        assert ("Reason for the exemption" in unknown) <= (not co_funded)
    exempt = [centre for centre, _, _, co_funded in centres if not co_funded]
    notes = {
        note["code"]: note
        for note in json.loads(run(reference_path, "report", "funding", "-f", "json").stdout)["notes"]
    }
    assert exempt == ["paris"]
    assert "state-support-unknown" not in notes
    assert "of 19" in notes["no-local-funding-known"]["text"]
