"""``crpv centre`` and ``init --demo``, and what others load between their reading of the registry and their writing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crpv_cli.intake import sources
from tests.commands.conftest import add_tables, crpv, network_path, rows_of, state_of

__all__ = ["network_path"]

PERIMETERS = """
    centre,department,valid_from,source
    one,01,2010-01-01,books
    two,971,2012-05-01,books
    """
CENTRE = "id,name,short_name,legal_form,seat,co_funded"
Asked = Callable[[object], bool]


@pytest.fixture
def db(network_path: Path, tmp_path: Path) -> Path:
    path = Path(shutil.copy(network_path, tmp_path / "registry.sqlite"))
    add_tables(path, perimeters=PERIMETERS)
    return path


def others_move(db: Path) -> None:
    add_tables(db, centres=f"{CENTRE}\none,Centre one,One,association,Bourg,true\n")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
    """Says what happens while each question waits, and that each is agreed to; returns the questions."""

    def say(*meanwhile: Callable[[], object] | None) -> list[object]:
        asked: list[object] = []

        def confirm(question: object) -> bool:
            if happens := meanwhile[len(asked)]:
                happens()
            asked.append(question)
            return True

        monkeypatch.setattr("crpv_cli.output.streams.can_ask", lambda: True)
        monkeypatch.setattr("crpv_cli.output.streams.confirm", confirm)
        return asked

    return say


def test_what_others_change_while_one_is_asked_stays(db: Path, answering: Callable[..., list[object]]) -> None:
    asked = answering(lambda: others_move(db), None)
    ran = crpv("centre", "rename", "one", "--short-name", "Uno", "--on", "2024-01-01", "--db", db)
    assert (ran.code, len(asked)) == (0, 2), ran.err
    assert "Others changed the registry meanwhile" in ran.said
    (row,) = (row for row in rows_of(db, "centres") if row["id"] == "one")
    assert (row["short_name"], row["seat"]) == ("Uno", "Bourg")
    (state,) = rows_of(db, "centre_states")
    assert (state["short_name"], state["seat"]) == ("One", "Bourg")


def test_what_others_change_elsewhere_asks_nothing_twice(db: Path, answering: Callable[..., list[object]]) -> None:
    asked = answering(lambda: add_tables(db, funders="id,name,kind\nnew,New,other\n"))
    ran = crpv("centre", "rename", "one", "--short-name", "Uno", "--on", "2024-01-01", "--db", db)
    assert (ran.code, len(asked), "meanwhile" in ran.err) == (0, 1, False)


def test_what_cannot_happen_any_more_is_refused(db: Path, answering: Callable[..., list[object]]) -> None:
    """Others close the centre meanwhile: it cannot be closed twice."""
    answering(lambda: crpv("centre", "close", "one", "--on", "2023-01-01", "--yes", "--db", db))
    ran = crpv("centre", "close", "one", "--on", "2024-01-01", "--db", db)
    assert (ran.code, "one has closed already" in ran.said) == (2, True)
    assert [row["valid_to"] for row in rows_of(db, "perimeters")] == ["2022-12-31", ""]


def test_a_perimeter_that_others_add_meanwhile_ends_too(db: Path, answering: Callable[..., list[object]]) -> None:
    asked = answering(lambda: add_tables(db, perimeters="centre,department,valid_from\none,02,2015-01-01\n"), None)
    assert crpv("centre", "close", "one", "--on", "2024-01-01", "--db", db).code == 0
    ends = {row["department"]: row["valid_to"] for row in rows_of(db, "perimeters")}
    assert (ends, len(asked)) == ({"01": "2023-12-31", "02": "2023-12-31", "971": ""}, 2)


def test_what_is_written_without_asking_is_planned_under_the_lock(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, calls = sources.sources_of_rows, []

    def beside(table: str, rows: list[dict[str, str]]) -> object:
        found = read(table, rows)
        calls.append(table)
        if calls.count("centres") == 2 and table == "centres":
            monkeypatch.setattr(sources, "sources_of_rows", read)
            others_move(db)  # after the plan, before the lock
        return found

    monkeypatch.setattr(sources, "sources_of_rows", beside)
    ran = crpv("centre", "rename", "one", "--short-name", "Uno", "--on", "2024-01-01", "--yes", "--db", db)
    assert (ran.code, "Others changed the registry meanwhile" in ran.said) == (0, True)
    (row,) = (row for row in rows_of(db, "centres") if row["id"] == "one")
    assert (row["short_name"], row["seat"]) == ("Uno", "Bourg")


def test_a_demonstration_that_does_not_fit_is_refused_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    assert crpv("init", "--empty", "--db", path).code == 0
    before = state_of(path)
    ran = crpv("init", "--demo", "--db", path)
    assert (ran.code, "bug" in ran.err, "does not fit" in ran.said) == (2, False, True)
    assert len(ran.err) < 1000
    assert state_of(path) == before


REAL = "centre,mission,year,kind,scale,rating,summary\nlabo-cites,animation,2022,joint,own,4,Real\n"


@pytest.fixture
def plain(reference_path: Path, tmp_path: Path) -> Path:
    """A registry of real rows, with a scale of one's own."""
    path = Path(shutil.copy(reference_path, tmp_path / "plain.sqlite"))
    add_tables(path, scales="id,name,minimum,maximum\nown,Own,1,5\n")
    return path


def test_a_demonstration_replaces_no_real_row(plain: Path) -> None:
    add_tables(plain, evaluations=REAL)
    before = state_of(plain)
    ran = crpv("init", "--demo", "--db", plain)
    assert (ran.code, "1 row that is real: evaluations: labo-cites animation 2022 joint." in ran.said) == (2, True)
    assert state_of(plain) == before


def test_a_demonstration_replaces_no_row_that_becomes_real_meanwhile(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others load it once it was looked for, and before the demonstration is loaded."""
    open_files, calls = sources.sources_of, []

    def beside(*given: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            add_tables(plain, evaluations=REAL)
        return open_files(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sources, "sources_of", beside)
    ran = crpv("init", "--demo", "--db", plain)
    assert (ran.code, "would replace 1 row that is real" in ran.said) == (2, True)
    assert [row["summary"] for row in rows_of(plain, "evaluations")] == ["Real"]


def test_a_demonstration_that_is_there_is_brought_up_to_date(plain: Path) -> None:
    assert crpv("init", "--demo", "--db", plain).code == 0
    added = rows_of(plain, "evaluations")
    changed = added[0] | {"summary": "Another fictitious text"}
    add_tables(plain, evaluations=",".join(changed) + "\n" + ",".join(f'"{value}"' for value in changed.values()))
    ran = crpv("init", "--demo", "--db", plain)
    assert (ran.code, rows_of(plain, "evaluations")) == (0, added)
