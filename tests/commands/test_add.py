"""``crpv add``: one row without a file, given as COLUMN=VALUE or asked for column by column."""

from __future__ import annotations

import os
import pty
import signal
import sys
import time
from pathlib import Path

import pytest

from crpv_cli.language import activate
from tests.commands.conftest import Ran, Registry, crpv, records, rows_of, state_of

EVALUATIONS = "centre,mission,year,kind,scale,rating,summary\none,skills,2024,self,four,2,As it was\n"
NEW = ("centre=one", "mission=animation", "year=2024", "kind=self", "scale=four", "rating=3")


@pytest.fixture
def db(registry: Registry) -> Path:
    """A registry with one evaluation, of load 2."""
    return registry(evaluations=EVALUATIONS)


def add(db: Path, *words: object, answers: str | None = None) -> Ran:
    return crpv("add", *words, "--db", db, answers=answers)


def added(db: Path, name: str = "evaluations", **which: str) -> dict[str, str]:
    (row,) = (row for row in rows_of(db, name) if which.items() <= row.items())
    return row


def answers(*typed: str) -> str:
    return "".join(f"{one}\n" for one in typed)


def test_a_row_is_one_load_that_can_be_undone(db: Path) -> None:
    before = rows_of(db, "evaluations")
    ran = add(db, "evaluations", *NEW)
    assert ran.code == 0, ran.err
    row = added(db, mission="animation")
    assert row == dict.fromkeys(row, "") | {
        "centre": "one", "mission": "animation", "year": "2024", "kind": "self", "scale": "four", "rating": "3",
    }  # fmt: skip
    log = records(crpv("log", "--db", db, "-f", "csv").out)[0]
    assert (log["load"], log["command"], log["inserted"]) == ("3", "add", "1")
    assert crpv("undo", 3, "--yes", "--db", db).code == 0
    assert rows_of(db, "evaluations") == before


@pytest.mark.parametrize(
    "words",
    [
        ("Centre=Centre one", "Mission=Animation", "Year=2024", "Evaluation=Self", "Scale=four", "Rating=3"),
        ("centre=ONE", "mission=ANIMATION", "Année=2024", "Évaluation=interne", "Échelle=four", "Note obtenue=3"),
    ],
)
def test_columns_and_values_are_written_as_people_do(db: Path, words: tuple[str, ...]) -> None:
    ran = add(db, "evaluations", *words)
    assert ran.code == 0, ran.err
    assert added(db, mission="animation")["rating"] == "3"


def test_a_heading_may_say_a_unit(db: Path) -> None:
    words = ("centre=one", "funder=town", "year=2024", "stage=granted", "Montant (k€)=12,5")
    assert add(db, "funding", *words).code == 0
    assert added(db, "funding")["amount"] == "12500"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("centre=one", "mision=skills"), 2, "Did you mean mission?"),
        (("centre=one", "rubbish=skills"), 2, "The columns are: centre, mission,"),
        (("centre=one", "Centre=two"), 2, "centre is given two values"),
        (("centre",), 2, "“centre” gives no column a value."),
        (("centre=one", "mission=skills"), 2, "A row of Evaluations needs: Year (year), Evaluation (kind)."),
        ((*NEW[:-1], "rating=9"), 1, "Rating: The rating “9” is not on the scale One to four."),
        (("centre=nobody", *NEW[1:]), 1, "nobody"),
        ((*NEW[:2], "year=2024x", *NEW[3:]), 1, "Year: "),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(db: Path, words: tuple[str, ...], code: int, said: str) -> None:
    before = state_of(db)
    ran = add(db, "evaluations", *words)
    assert (ran.code, said in ran.said, state_of(db) == before) == (code, True, True), ran.err
    assert "-:2" not in ran.err
    assert "--keep-valid" not in ran.err


def test_a_row_that_is_there_is_shown_and_changed_only_with_update(db: Path) -> None:
    before = state_of(db)
    words = ("evaluations", "centre=one", "mission=skills", "year=2024", "kind=self", "rating=4")
    ran = add(db, *words, "scale=four")
    assert (ran.code, state_of(db) == before) == (2, True)
    assert "The registry has this row already" in ran.err
    assert "--update" in ran.err
    assert ["Rating", "2", "4"] in [line.split() for line in ran.out.splitlines()]
    assert "As it was" in ran.out  # what stands there, whole
    ran = add(db, *words, "--update")
    assert ran.code == 0, ran.err
    row = added(db, mission="skills")
    assert (row["rating"], row["scale"], row["summary"]) == ("4", "four", "As it was")
    assert "Nothing changed" in add(db, *words, "--update").err
    assert add(db, *words[:-1], "summary=", "--update").code == 0
    assert (added(db, mission="skills")["summary"], added(db, mission="skills")["rating"]) == ("", "4")


def test_a_dry_run_writes_nothing(db: Path) -> None:
    before = state_of(db)
    ran = add(db, "evaluations", *NEW, "--dry-run")
    assert (ran.code, "animation" in ran.out, state_of(db) == before) == (0, True, True)


def test_a_closed_year_is_not_changed_without_a_word(db: Path) -> None:
    assert crpv("close", 2024, "--db", db).code == 0
    before = state_of(db)
    ran = add(db, "evaluations", *NEW)
    assert (ran.code, "2024 was closed on" in ran.err, state_of(db) == before) == (2, True, True)
    assert add(db, "evaluations", *NEW, answers="n\n").code == 2
    assert add(db, "evaluations", *NEW, "--reopen").code == 0
    assert crpv("close", "--db", db, "-f", "json").json[0]["state"] == "reopened"


# --- The dialogue ---

# Centre and mission by name, year, kind by number, scale by id; the rest is not known but for the rating and a summary.
ROW = ("Centre one", "animation", "2024", "1", "four", "3", "", "", "Well", "", "", "")


def test_each_column_is_asked_for(db: Path) -> None:
    ran = add(db, "evaluations", answers=answers(*ROW, "y"))
    assert ran.code == 0, ran.err
    assert added(db, mission="animation")["summary"] == "Well"
    assert "1 One" in ran.err and "2 Two" in ran.err  # by their names
    assert "Rating (Enter: not known):" in ran.err
    assert "Centre (required):" in ran.err
    assert "Write this row? [y/N]" in ran.err
    assert "animation" in ran.out


def test_where_a_list_is_empty_it_says_how_to_fill_it(db: Path) -> None:
    ran = add(db, "project_partners", answers=answers("x"))
    assert "The table Joint projects is empty" in ran.said
    assert "crpv add projects" in ran.said
    assert "(0 are known)" not in ran.said


def test_nothing_is_written_if_the_answer_is_no(db: Path) -> None:
    before = state_of(db)
    for last in (("n",), (), ROW[:3]):  # no, the end of what is typed, and the end amid the questions
        ran = add(db, "evaluations", answers=answers(*(last if last == ROW[:3] else (*ROW, *last))))
        assert state_of(db) == before
        assert "othing was written." in ran.err


def test_an_answer_is_checked_at_once(db: Path) -> None:
    typed = ("nobody", "One", "", "animation", "20x4", "2024", "9", "auto", "four", "3", *[""] * 6, "y")
    ran = add(db, "evaluations", answers=answers(*typed))
    assert ran.code == 0, ran.err
    assert "Nothing is called “nobody”." in ran.err
    assert "Mission is required." in ran.err
    assert "“20x4”" in ran.err
    assert "“9”" in ran.err
    assert added(db, mission="animation")["kind"] == "self"


def test_what_is_wrong_together_is_asked_for_again(db: Path) -> None:
    typed = ("One", "animation", "2024", "1", "four", "9", *[""] * 6, "4", "y")
    ran = add(db, "evaluations", answers=answers(*typed))
    assert ran.code == 0, ran.err
    assert "The rating “9” is not on the scale One to four." in ran.said
    assert added(db, mission="animation")["rating"] == "4"


def test_a_name_of_several_leaves_these_to_choose_from(db: Path) -> None:
    ran = add(db, "labels", answers=answers("centre", "2", "2024-01-01", *[""] * 5, "y"))
    assert ran.code == 0, ran.err
    assert "“centre” could be several:" in ran.err
    assert added(db, "labels")["centre"] == "two"


def test_a_row_that_is_there_is_told_once_its_key_is_known(db: Path) -> None:
    key = ("one", "skills", "2024", "self")
    before = state_of(db)
    ran = add(db, "evaluations", answers=answers(*key, "n"))
    assert (ran.code, state_of(db) == before) == (0, True)
    assert "Summary: As it was" in ran.err
    assert "Change it?" in ran.err
    ran = add(db, "evaluations", answers=answers(*key, "y", "", "3", *[""] * 6, "y"))
    assert ran.code == 0, ran.err
    assert "Rating (Enter keeps “2”):" in ran.err
    row = added(db, mission="skills")
    assert (row["rating"], row["scale"], row["summary"]) == ("3", "four", "As it was")


def test_a_terminal_is_asked_for_what_is_missing_alone(db: Path) -> None:
    ran = add(db, "evaluations", *NEW[:2], *NEW[3:], answers=answers("2024", "y"))
    assert (ran.code, ran.err.count("(required)"), "(Enter" in ran.err) == (0, 1, False), ran.err


def test_others_that_write_the_row_meanwhile_are_not_overwritten(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def confirm(_question: object) -> bool:
        monkeypatch.undo()
        assert add(db, "evaluations", *NEW[:-1], "rating=1").code == 0
        return True

    monkeypatch.setattr("crpv_cli.output.streams.can_ask", lambda: True)
    monkeypatch.setattr("crpv_cli.output.streams.confirm", confirm)
    ran = add(db, "evaluations", *NEW)
    assert (ran.code, "Others wrote this row meanwhile" in ran.err) == (2, True)
    assert added(db, mission="animation")["rating"] == "1"


def test_the_dialogue_is_french_in_french(db: Path) -> None:
    activate("fr")
    try:
        ran = add(db, "evaluations", answers=answers(*ROW, "o"))
    finally:
        activate("en")
    assert ran.code == 0, ran.err
    for words in ("Note obtenue (Entrée", "Échelle", "Écrire cette ligne", "animation"):
        assert words in ran.err + ran.out, words


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_ctrl_c_writes_nothing(db: Path) -> None:
    before = state_of(db)
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.execv(sys.executable, [sys.executable, "-m", "crpv_cli", "add", "evaluations", "--db", str(db)])
    said = b""
    for awaited, typed in ((b"Centre (required):", b"one\n"), (b"Mission (required):", b"\x03")):
        deadline = time.monotonic() + 60
        while awaited not in said and time.monotonic() < deadline:
            said += os.read(terminal, 4096)
        os.write(terminal, typed)
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break
        if not more:
            break
        said += more
    _pid, status = os.waitpid(child, 0)
    os.close(terminal)
    assert (os.waitstatus_to_exitcode(status), state_of(db) == before) == (130, True), said
    assert b"nothing was written" in said
