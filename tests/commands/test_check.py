"""``crpv check`` as a person uses it: its exit codes, what it says and what it records."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli import language
from crpv_cli.output.terminal.screen import screen
from crpv_cli.registry.connection import open_reading
from crpv_cli.rules.checking import RULES, explained, findings
from tests.inside import inside
from tests.registry.bench import reseal

TODAY = "2026-11-25"


@pytest.fixture
def gap(demo_path: Path, tmp_path: Path) -> Path:
    """The demonstration, with the evaluation of one mission of one centre removed."""
    path = tmp_path / "registry.sqlite"
    shutil.copy(demo_path, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("delete from evaluations where centre = 'oriv' and mission = 'skills'")
        reseal(connection)
    return path


def crpv(path: Path, *arguments: str, tongue: str = "en") -> subprocess.CompletedProcess[str]:
    return inside(*arguments, "--db", path, env={"HOME": str(path.parent), "CRPV_LANG": tongue})


def check(path: Path, *arguments: str, tongue: str = "en") -> subprocess.CompletedProcess[str]:
    return crpv(path, "check", "--as-of", TODAY, *arguments, tongue=tongue)


def rows(answer: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    return found


def of_rule(found: Sequence[dict[str, Any]], rule: str) -> list[dict[str, Any]]:
    return [row for row in found if row["rule"] == rule]


def test_the_reference_data_has_no_breach_and_says_what_is_not_known(reference_path: Path) -> None:
    answer = check(reference_path, "--format", "json")
    assert answer.returncode == 0, answer.stderr
    found = rows(answer)
    assert {row["severity"] for row in found} == {"unknown", "notice"}
    (announced,) = of_rule(found, "announced-centres")
    assert announced["message"] == "19 centres identified, 20 announced on 2023-10-17."
    paris = [row for row in of_rule(found, "co-funding") if row["centre"] == "paris"]
    assert [row["severity"] for row in paris] == ["notice"]
    assert "Paris" in paris[0]["message"]
    assert [row["department"] for row in of_rule(found, "department-uncovered")] == ["2A", "2B", "92", "978", "987"]
    low = {(row["centre"], row["subject"]) for row in of_rule(found, "low-confidence")}
    assert low == {
        ("paris", None),
        ("guadeloupe", None),
        ("paris", "75"),
        ("guadeloupe", "971"),
        ("pole-ressources-95", "78"),
        ("ressources-urbaines", "77"),
        ("ressources-urbaines", "94"),
    }
    unfunded = [row for row in of_rule(found, "co-funding") if row["subject"] == "local"]
    assert {row["severity"] for row in unfunded} == {"unknown"}
    assert len(unfunded) == 17


def test_the_demonstration_has_no_breach_that_is_not_accepted(demo_path: Path) -> None:
    answer = check(demo_path, "--format", "json")
    assert answer.returncode == 0
    breaches = [row for row in rows(answer) if row["severity"] == "breach"]
    assert breaches
    assert all(row["accepted"] and row["fictitious"] for row in breaches)


def test_a_mission_that_is_not_evaluated_is_a_breach_until_it_is_accepted(gap: Path) -> None:
    answer = check(gap)
    assert answer.returncode == 1
    assert (
        "Breaches (1)\n  Core missions evaluated\n    ORIV: The mission skills has never been evaluated."
        in answer.stdout
    )
    assert "Écarts au cadre de référence (1)" in check(gap, tongue="fr").stdout

    accepted = check(
        gap, "--accept", "missions-evaluated", "oriv", "--until", "2027-06-30", "--reason", "Put off", "--by", "Me"
    )
    assert accepted.returncode == 0, accepted.stderr
    assert accepted.stdout == ""
    assert "Accepted: missions-evaluated for oriv" in accepted.stderr

    answer = check(gap, "--format", "json")
    assert answer.returncode == 0
    (row,) = [row for row in rows(answer) if row["centre"] == "oriv" and row["rule"] == "missions-evaluated"]
    assert (row["mission"], row["accepted"], row["accepted_until"]) == ("skills", True, "2027-06-30")
    assert (row["accepted_reason"], row["accepted_by"]) == ("Put off", "Me")
    assert "ORIV: The mission skills has never been evaluated. Accepted until 2027-06-30 by Me: Put off" in (
        check(gap).stdout
    )

    log = json.loads(crpv(gap, "log", "--format", "json").stdout)
    assert log[0]["command"] == "check --accept missions-evaluated oriv"
    assert crpv(gap, "undo", "--yes", str(log[0]["load"])).returncode == 0
    assert check(gap).returncode == 1


def test_an_exception_can_be_taken_back_and_given_anew(gap: Path) -> None:
    asked = ("--accept", "missions-evaluated", "ORIV", "--reason", "Put off")
    assert check(gap, *asked, "--until", "2027-01-31").returncode == 0
    assert check(gap, *asked, "--until", "2027-12-31").returncode == 0
    listed = json.loads(crpv(gap, "list", "exceptions", "--format", "json").stdout)
    (mine,) = [row for row in listed if row["centre"] == "oriv"]
    assert (mine["valid_from"], mine["valid_to"]) == (TODAY, "2027-12-31")
    # Before it was given, it was not accepted.
    assert crpv(gap, "check", "--as-of", "2026-11-24").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--accept", "no-such-rule", "oriv", "--until", "2027-01-01", "--reason", "x"), "no rule called"),
        (("--accept", "label", "orvi", "--until", "2027-01-01", "--reason", "x"), "Did you mean oriv"),
        (("--accept", "label", "99", "--until", "2027-01-01", "--reason", "x"), "no department"),
        (("--accept", "label", "oriv", "--until", "2027-01-01"), "--reason"),
        (("--accept", "label", "oriv", "--until", "2027-01-01", "--reason", "  "), "--reason"),
        (("--accept", "label", "oriv", "--reason", "x"), "--until"),
        (("--accept", "label", "oriv", "--until", "2020-01-01", "--reason", "x"), "later date"),
        (("--accept", "label", "oriv", "--until", "soon", "--reason", "x"), "not a date"),
        (("--until", "2027-01-01"), "--accept"),
        (("--reason", "x"), "--accept"),
        (("--rule", "co-fundin"), "Did you mean co-funding"),
        (("--centre", "orvi"), "Did you mean oriv"),
        (("--year", "20"), "not a year"),
        (("--cycle", "0"), "--cycle"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(arguments: tuple[str, ...], said: str, gap: Path) -> None:
    before = gap.read_bytes()
    answer = check(gap, *arguments)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert gap.read_bytes() == before


def test_strict_counts_everything(reference_path: Path, demo_path: Path) -> None:
    assert check(reference_path, "--strict").returncode == 1
    assert check(reference_path, "--rule", "siren-wrong", "--strict").returncode == 0
    assert check(demo_path, "--rule", "state-support-unevaluated", "--strict").returncode == 0  # accepted


def test_nothing_found_is_one_line(reference_path: Path) -> None:
    answer = check(reference_path, "--rule", "siren-wrong")
    assert "The rules find nothing." in answer.stdout
    assert answer.returncode == 0


@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_the_rules_are_explained(tongue: str, reference_path: Path) -> None:
    listed = json.loads(check(reference_path, "--list", "--format", "json", tongue=tongue).stdout)
    assert [row["rule"] for row in listed] == list(RULES)
    assert all(row["explanation"] and row["title"] for row in listed)
    framework = [row for row in listed if row["source"] == "cadre-2017"]
    assert len(framework) == 5
    text = check(reference_path, "--list", tongue=tongue)
    assert text.returncode == 0
    assert all(rule in text.stdout for rule in RULES)


def test_machine_formats_are_the_same_in_both_languages(demo_path: Path) -> None:
    for name in ("json", "jsonl", "csv"):
        assert check(demo_path, "--format", name).stdout == check(demo_path, "--format", name, tongue="fr").stdout


def test_a_pipe_gets_no_escape_codes(demo_path: Path) -> None:
    assert "\x1b" not in check(demo_path).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal here")
@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_is_fitted_and_coloured_unless_told_not_to(colour: bool, demo_path: Path) -> None:
    import fcntl
    import pty
    import struct
    import termios

    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 72, 0, 0))
    environment = {"PATH": os.environ["PATH"], "HOME": str(demo_path.parent), "CRPV_LANG": "en", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-m", "crpv_cli", "check", "--full", "--as-of", TODAY, "--db", str(demo_path)],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env=environment if colour else environment | {"NO_COLOR": "1"},
    ):
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while part := os.read(reader, 4096):
                shown += part
    os.close(reader)
    text = shown.decode().replace("\r\n", "\n")
    assert ("\x1b[1m" in text) is colour
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= 72
    assert plain.split() == check(demo_path).stdout.split()


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_findings_are_read_whole_at_any_width(tongue: str, width: int, demo_path: Path) -> None:
    language.activate(tongue)
    with open_reading(demo_path) as connection:
        result = findings(connection, TODAY)
    fitted = screen(result, width)[0]
    assert max(map(len, fitted.splitlines())) <= width
    assert "…" not in fitted
    assert fitted.split() == screen(result, None)[0].split()
    assert "\x1b" not in fitted
    assert "\x1b[1m" in screen(result, width, colour=True)[0]


@pytest.mark.parametrize("width", [60, 80])
def test_the_explanations_of_rules_are_read_whole_at_any_width(width: int, reference: sqlite3.Connection) -> None:
    fitted = screen(explained(reference), width)[0]
    assert max(map(len, fitted.splitlines())) <= width
    assert "…" not in fitted


def test_an_exception_that_covers_nothing_says_so(gap: Path) -> None:
    wrong = check(gap, "--accept", "department-uncovered", "oriv", "--until", "2027-01-31", "--reason", "x")
    assert "finds nothing about oriv" in wrong.stderr
    right = check(gap, "--accept", "department-uncovered", "978", "--until", "2027-01-31", "--reason", "x")
    assert right.returncode == 0
    assert "finds nothing" not in right.stderr


@pytest.mark.parametrize(
    ("rule", "subject", "about"),
    [
        ("department-uncovered", "corse du sud", "2A"),
        ("announced-centres", "réseau", "network"),
        ("announced-centres", "network", "network"),
        ("missions-evaluated", "Paris", "paris"),  # the centre, not the department
    ],
)
def test_an_exception_names_its_subject_as_people_do(gap: Path, rule: str, subject: str, about: str) -> None:
    answer = check(gap, "--accept", rule, subject, "--until", "31/01/2027", "--reason", "x", tongue="fr")
    assert answer.returncode == 0, answer.stderr
    assert f"{rule} pour {about}, jusqu'au 31/01/2027" in answer.stderr
    assert "ne constate rien" not in answer.stderr


def test_the_end_of_an_exception_is_refused_in_the_dates_of_the_reader(gap: Path) -> None:
    answer = check(gap, "--accept", "label", "oriv", "--until", "2020-01-31", "--reason", "x", tongue="fr")
    assert "le 31/01/2020, avant le 25/11/2026" in answer.stderr


def test_a_folder_is_called_one(demo_path: Path, tmp_path: Path) -> None:
    answer = crpv(demo_path, "report", "network", "-o", str(tmp_path))
    assert answer.returncode == 3
    assert "is a folder" in answer.stderr
