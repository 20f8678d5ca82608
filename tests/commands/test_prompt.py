"""What holds for every command: switches before and after it, errors for programs, questions, and help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.output import streams
from tests.commands.conftest import Registry, crpv, records, state_of
from tests.inside import inside

FUNDERS = "id,name,kind\nstate,The State,state\nlate,Late,commune\n"


def error_of(err: str) -> dict[str, Any]:
    """The object on the last line of standard error."""
    told = json.loads(err.splitlines()[-1])
    assert list(told) == ["error"]
    assert list(told["error"]) == ["code", "exit_code", "message", "advice"]
    error: dict[str, Any] = told["error"]
    return error


# --- Before and after the command ---


def test_a_registry_is_named_before_or_after_the_command_and_the_nearer_counts(registry: Registry) -> None:
    db, nowhere = registry(), Path("/nowhere/r.sqlite")
    asked = crpv("list", "funders", "-f", "csv", "--db", db).out
    assert {row["id"] for row in records(asked)} == {"state", "town", "bank"}
    assert crpv("--db", db, "list", "funders", "-f", "csv").out == asked
    assert crpv("--db", nowhere, "list", "funders", "-f", "csv", "--db", db).out == asked
    assert crpv("--db", db, "list", "funders", "--db", nowhere).code == 3
    network = crpv("report", "--db", db, "network", "--as-of", "2024-12-31", "--json")
    assert network.code == 0, network.err
    assert network.out == crpv("--json", "report", "network", "--as-of", "2024-12-31", "--db", db).out


def test_json_is_the_format_and_of_both_the_later_counts(registry: Registry) -> None:
    db = registry()
    as_json = crpv("list", "funders", "--format", "json", "--db", db).out
    as_csv = crpv("list", "funders", "--format", "csv", "--db", db).out
    assert json.loads(as_json)
    for asked, expected in (
        (("list", "funders", "--json"), as_json),
        (("--json", "list", "funders"), as_json),
        (("list", "funders", "-f", "csv", "--json"), as_json),
        (("list", "funders", "--json", "-f", "csv"), as_csv),
        (("--json", "list", "funders", "-f", "csv"), as_csv),
    ):
        assert crpv(*asked, "--db", db).out == expected, asked


def test_every_command_takes_the_switches_and_the_root_alone_lists_them(registry: Registry) -> None:
    db = registry()
    for switch in ("-q", "--quiet", "-v", "--verbose", "--no-color", "--json"):
        assert crpv("undo", "1", "--dry-run", switch, "--db", db).code == 0, switch
    assert "--quiet" in crpv("--help").out
    assert "--quiet" not in crpv("list", "--help").out
    assert "--json" in crpv("list", "--help").out
    assert "--json" not in crpv("undo", "--help").out


def test_a_dash_is_standard_output(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = registry()
    monkeypatch.chdir(tmp_path)
    for more in ((), ("-f", "csv"), ("-f", "json")):
        assert (
            crpv("list", "funders", *more, "-o", "-", "--db", db).out == crpv("list", "funders", *more, "--db", db).out
        )
    assert crpv("query", "select 1 as one", "-f", "csv", "-o", "-", "--db", db).out == "one\n1\n"
    form = subprocess.run(
        [sys.executable, "-m", "crpv_cli", "template", "evaluations", "--db", str(db), "-o", "-"],
        capture_output=True,
        check=True,
    )
    assert form.stdout.startswith(b"PK")
    for refused in (("backup",), ("export", "all"), ("report", "network", "--centre", "all")):
        assert crpv(*refused, "-o", "-", "--db", db).code == 2, refused
    (tmp_path / "f.csv").write_text("id,name,kind\nx y,X,nonsense\n", encoding="utf-8")
    found = crpv("load", "f.csv", "--as", "funders", "-f", "json", "-o", "-", "--db", db)
    assert (found.code, {one["severity"] for one in json.loads(found.out)}) == (1, {"error"})
    assert not (tmp_path / "-").exists()


# --- What is said beside the result ---


def test_quiet_leaves_out_notices_and_keeps_errors_and_questions(registry: Registry, tmp_path: Path) -> None:
    db = registry()
    sound, faulty = tmp_path / "funders.csv", tmp_path / "faulty.csv"
    sound.write_text(FUNDERS, encoding="utf-8")
    faulty.write_text("id,name,kind\nnew,New,nonsense\n", encoding="utf-8")
    assert crpv("load", sound, "-q", "--db", db).err == ""
    refused = crpv("load", faulty, "--as", "funders", "-q", "--db", db)
    assert (refused.code, "nonsense" in refused.said, "Nothing was loaded: 1 anomaly." in refused.said) == (
        1,
        True,
        True,
    )
    assert "Error: " in crpv("list", "nonsense", "-q", "--db", db).err
    assert "Undo load" in crpv("undo", "2", "-q", "--db", db, answers="n\n").said


def test_verbose_says_the_registry_the_files_the_time_and_the_sql(registry: Registry, tmp_path: Path) -> None:
    db, file = registry(), tmp_path / "funders.csv"
    file.write_text(FUNDERS, encoding="utf-8")
    shown = crpv("list", "funders", "--db", db)
    told = crpv("list", "funders", "-v", "--db", db)
    assert (told.out, shown.err) == (shown.out, "")
    assert f"The registry: {db} (schema " in told.err
    assert "SQL: " in told.err and "from funders" in told.err
    assert " ms" in told.err
    assert f"To read: {file}, {len(FUNDERS)} bytes" in crpv("load", file, "--dry-run", "-v", "--db", db).err


def test_rows_that_one_statement_inserts_are_told_once(registry: Registry, tmp_path: Path) -> None:
    db, file = registry(), tmp_path / "funders.csv"
    file.write_text("id,name,kind\n" + "".join(f"f{n},Town {n},commune\n" for n in range(300)), encoding="utf-8")
    assert crpv("load", file, "-v", "--db", db).err.count("SQL: ") < 150


def test_no_colour_is_asked_for_one_command(demo_path: Path) -> None:
    env = {"CRPV_DB": str(demo_path), "CRPV_LANG": "en", "TERM": "xterm", "COLUMNS": "100"}
    assert "\x1b[" in inside("report", "network", env=env, terminal=True).stdout
    assert "\x1b[" not in inside("report", "network", "--no-color", env=env, terminal=True).stdout
    assert "\x1b[" in inside("report", "network", env=env, terminal=True).stdout
    assert not streams.Manner.plain


# --- Errors for programs ---

WRONG = [
    (("--json", "lst"), 2, "No such command 'lst'. Did you mean 'list'?", "Try: crpv --help"),
    (("list", "--json", "--nope"), 2, "No such option: --nope", "Try: crpv list --help"),
    (("list", "-f", "json", "--year", "soon"), 2, "Invalid value for '--year': “soon” is not a year", None),
    (("show", "--json"), 2, "Missing argument 'CENTRE'.", "Try: crpv show --help"),
    (("list", "nonsense", "--json"), 2, "There is no table called nonsense.", None),
    (("query", "select", "--json"), 2, "", None),
    (("query", "select 1", "-p", "x", "--json"), 2, "-p: “x” is not of the form NAME=VALUE.", None),
    (("undo", "1", "--json"), 2, "This asks for confirmation, and there is no terminal to ask", None),
    (("undo", "99", "--json"), 2, "There is no load 99.", None),
    (("list", "--format=jsonl", "--db", "/nowhere.sqlite"), 3, "There is no registry at /nowhere.sqlite.", None),
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("arguments", "code", "message", "advice"), WRONG, ids=lambda one: str(one)[:40])
def test_an_error_is_json_in_english_where_json_is_asked(
    arguments: tuple[str, ...], code: int, message: str, advice: str | None, language: str, demo_path: Path
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "crpv_cli", *arguments],
        env={**os.environ, "CRPV_LANG": language, "CRPV_DB": str(demo_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    error = error_of(ran.stderr)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert (error["exit_code"], error["code"]) == (code, {2: "usage", 3: "unreadable"}[code])
    assert error["message"].startswith(message)
    assert len(ran.stderr.splitlines()) == 1
    if advice is not None:
        assert error["advice"] == advice


def test_a_person_gets_sentences_unless_the_last_format_is_json(registry: Registry) -> None:
    db = registry()
    for asked in ((), ("-f", "csv"), ("--json", "-f", "csv"), ("-o", "x.json")):
        assert crpv("list", "nonsense", *asked, "--db", db).err.startswith("Error: "), asked
    assert crpv("query", "--db", db, "--", "--json").err.startswith("Error: ")


def test_a_bug_is_told_to_programs_too(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("crpv_cli.reports.listing.list_rows_of", broken)
    ran = crpv("list", "--json", "--db", registry())
    assert (ran.code, error_of(ran.err)["code"]) == (70, "bug")
    assert "by nought" in error_of(ran.err)["message"]


# --- Asking ---


@pytest.fixture
def loaded(registry: Registry, tmp_path: Path) -> Path:
    db, file = registry(), tmp_path / "funders.csv"
    file.write_text(FUNDERS, encoding="utf-8")
    assert crpv("load", file, "--db", db).code == 0
    return db


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "nonsense\n"])
def test_an_undo_is_asked_about_and_no_writes_nothing(loaded: Path, answer: str) -> None:
    before = state_of(loaded)
    ran = crpv("undo", "2", "--db", loaded, answers=answer)
    assert (ran.code, state_of(loaded)) == (0, before)
    assert "Undo load 2 (rows removed: 1; rows restored: 1)? [y/N]" in ran.said
    assert "Nothing was written." in ran.said


@pytest.mark.parametrize("answer", ["y\n", "YES\n", "o\n", "Oui\n"])
def test_an_undo_that_is_agreed_to_is_done(loaded: Path, answer: str) -> None:
    ran = crpv("undo", "2", "--db", loaded, answers=answer)
    assert (ran.code, "Load 2 was undone" in ran.said) == (0, True)


@pytest.mark.parametrize("agreed", ["--yes", "-y"])
def test_a_script_agrees_beforehand_or_is_refused(loaded: Path, agreed: str) -> None:
    before = state_of(loaded)
    refused = crpv("undo", "2", "--db", loaded, stdin=b"y\n")
    assert (refused.code, state_of(loaded), "--yes" in refused.said) == (2, before, True)
    assert crpv("undo", "2", agreed, "--db", loaded).code == 0


def test_what_cannot_be_undone_is_said_before_anything_is_asked(loaded: Path) -> None:
    ran = crpv("undo", "99", "--db", loaded, answers="y\n")
    assert (ran.code, "There is no load 99." in ran.said, "[y/N]" in ran.said) == (2, True, False)


# --- Help ---


def test_help_without_a_word_lists_commands_topics_and_tables() -> None:
    told = crpv("help").out
    assert all(f"  {name} " in told for name in ("load", "report", "exit-codes", "dates", *TABLES))


@pytest.mark.parametrize("words", [("load",), ("report",), ("report", "coverage"), ("centre", "merge"), ("help",)])
def test_help_of_a_command_is_its_help(words: tuple[str, ...]) -> None:
    asked = crpv("help", *words)
    assert (asked.code, asked.out) == (0, crpv(*words, "--help").out)
    assert crpv("help", " ".join(words)).out == asked.out


def test_what_stands_in_a_group_is_found_without_it() -> None:
    assert crpv("help", "coverage").out == crpv("report", "coverage", "--help").out
    assert crpv("help", "take-over").out == crpv("centre", "take-over", "--help").out


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", TABLES)
def test_help_of_a_table_tells_every_column_in_the_reader_s_words(name: str, language: str) -> None:
    from crpv_cli.language import translate

    told = inside("help", name, env={"CRPV_LANG": language}).stdout
    flat = " ".join(told.split())
    for column in TABLES[name].columns:
        assert f"{translate(column.label, language)} ({column.name})" in flat
        assert " ".join(translate(column.explanation, language).split()) in flat


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("exit-codes", "143 Something else asked the command to end"),
        ("codes", "143 Something else"),
        ("environment", "CRPV_DB Path of the registry"),
        ("formats", "csv-excel spreadsheets set to French"),
        ("files", "whole number a whole number."),
        ("dates", "2023-10-17"),
        ("words", "association, associations"),
        ("glossaire", "association, associations"),
    ],
)
def test_a_topic_is_explained(topic: str, told: str) -> None:
    assert told in " ".join(crpv("help", topic).out.split())


def test_an_unknown_topic_is_answered_with_what_is_near() -> None:
    for asked, near in (
        (("fundng",), "funding"),
        (("report", "coverge"), "report coverage"),
        (("exit-code",), "exit-codes"),
    ):
        ran = crpv("help", *asked)
        assert (ran.code, f"Did you mean {near}" in ran.said) == (2, True), ran.err
    assert "crpv help" in crpv("help", "xqzw").said
