"""What came back of what centres are asked for: remembered with each load, gone with one that is undone."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crpv_cli import interrupts
from crpv_cli.definitions import choices
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly, Severity, UsageProblem
from crpv_cli.intake.sources import sources_of_rows
from crpv_cli.language import msg
from crpv_cli.registry.campaigns import ASKED, asked_centres, last_campaign, open_campaign
from crpv_cli.registry.conflicts import hand_out
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.integrity import examine
from crpv_cli.registry.journal import undone_loads
from crpv_cli.registry.known import as_known
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.registry.returns import came_back
from crpv_cli.registry.undoing import undo
from crpv_cli.result import FormFacts
from tests.registry.bench import Bench

YEAR = 2024
ROWS: dict[str, dict[str, str]] = {
    "budgets": {"year": "2024", "status": "approved", "resources": "100"},
    "activities": {"mission": "skills", "year": "2024", "type": "meeting", "half_days": "2"},
    "contacts": {"function": "press", "email": "press@example.org"},
    "governance": {"organ": "board", "member": "State", "member_kind": "state", "role": "chair"},
}


def ask(
    world: Bench, year: int = YEAR, tables: Iterable[str] = ASKED, centres: Iterable[str] = ("oriv",)
) -> LoadReport:
    with open_writing(world.registry) as connection:
        report = open_campaign(connection, year, centres, tables, "2025-03-31", "us@example.org", asked_on="2025-01-10")
    interrupts.release()
    return report


def answer(
    world: Bench,
    table: str,
    *rows: dict[str, str],
    form: FormFacts | None = None,
    **how: Any,
) -> LoadReport:
    """Load rows as a file of them would be; without rows, a form of which none is filled in."""
    sources, anomalies = sources_of_rows(table, list(rows) or [{"centre": "oriv", **ROWS[table]}])
    sources = [replace(source, form=form, rows=source.rows if rows else []) for source in sources]
    with open_writing(world.registry) as connection:
        report = load(connection, sources, anomalies, **how)
    interrupts.release()
    return report


def take_back(world: Bench, number: int) -> None:
    with open_writing(world.registry) as connection:
        undo(connection, number)
    interrupts.release()


def received(world: Bench, year: int = YEAR) -> dict[tuple[str, str], tuple[int, int]]:
    """The load that brought each part last, and how many rows it had."""
    with open_reading(world.registry) as connection:
        return {(row["centre"], row["asked"]): (row["load"], row["rows"]) for row in came_back(connection, year)}


def test_what_may_be_asked_for_is_a_table_by_its_label() -> None:
    for choice in choices.ASKED:
        assert TABLES[choice.code].label == choice.label
        assert "centre" in TABLES[choice.code].names
        assert [*TABLES].index("campaigns") < [*TABLES].index(choice.code)


def test_opening_a_campaign_again_changes_nothing_and_only_adds(world: Bench) -> None:
    report = ask(world, tables=["budgets"])
    assert (report.load, report.files[0].inserted) == (2, 1)
    assert ask(world, tables=["budgets"]).load is None
    with open_writing(world.registry) as connection:
        again = open_campaign(connection, YEAR, ["oriv", "paris"], ["budgets"], asked_on="2025-02-01")
    interrupts.release()
    assert (again.files[0].inserted, again.files[0].updated, again.files[0].unchanged) == (1, 0, 1)
    assert world.rows("select centre, asked_on, due_on, contact from campaigns order by centre") == [
        ("oriv", "2025-01-10", "2025-03-31", "us@example.org"),
        ("paris", "2025-02-01", None, None),
    ]
    with open_writing(world.registry) as connection:
        assert (last_campaign(connection), asked_centres(connection, YEAR)) == (YEAR, ["oriv", "paris"])
        today = datetime.datetime.now(tz=datetime.UTC).astimezone().date().isoformat()
        open_campaign(connection, 2025, ["paris"], ["funding"])
        open_campaign(connection, 2025, ["oriv"], ["funding"], due_on="2025-03-31")
    interrupts.release()
    assert world.rows("select centre, asked_on from campaigns where year = 2025 order by centre") == [
        ("oriv", "2025-03-31"),
        ("paris", today),
    ]


def test_rows_of_what_was_asked_for_came_back_once(world: Bench) -> None:
    ask(world)
    row = {"centre": "oriv", **ROWS["budgets"]}
    report = answer(world, "budgets", row, row | {"centre": "paris"}, row | {"year": "2023"})
    assert (report.load, report.changed, report.answers) == (3, 3, 1)
    assert received(world) == {("oriv", "budgets"): (3, 1)}
    again = answer(world, "budgets", row)
    assert (again.load, again.changed, again.answers) == (None, 0, 0)
    assert world.rows("select count(*) from loads") == [(3,)]


def test_rows_that_only_say_what_is_known_came_back_too(world: Bench) -> None:
    row = {"centre": "oriv", **ROWS["budgets"]}
    assert answer(world, "budgets", row).answers == 0  # nobody was asked
    ask(world)
    assert received(world) == {}
    report = answer(world, "budgets", row)
    assert (report.load, report.changed, report.answers) == (4, 0, 1)
    assert received(world) == {("oriv", "budgets"): (4, 1)}
    assert answer(world, "budgets", row).load is None


def test_a_dry_run_a_refused_row_and_an_edit_bring_nothing_back(world: Bench) -> None:
    ask(world)
    row = {"centre": "oriv", **ROWS["budgets"]}
    assert answer(world, "budgets", row, dry_run=True).load is None
    wrong = answer(world, "budgets", row | {"resources": "many"}, form=FormFacts("oriv", YEAR), keep_valid=True)
    assert (wrong.load, wrong.answers) == (None, 0)
    assert answer(world, "budgets", row, row | {"status": "nothing"}).answers == 0
    assert received(world) == {}
    with open_writing(world.registry) as connection:
        handed = hand_out(connection, TABLES["budgets"], [])
    assert answer(world, "budgets", row, command="edit", handed=handed).load == 3
    assert received(world) == {}


def test_an_empty_sheet_of_a_form_says_that_there_is_nothing(world: Bench) -> None:
    ask(world, tables=["budgets", "contacts"])
    assert answer(world, "budgets", form=FormFacts("oriv", 2023)).load is None  # of a year that nobody is asked about
    assert answer(world, "budgets", form=FormFacts("paris", YEAR)).load is None
    assert answer(world, "budgets", form=FormFacts(None, YEAR)).load is None
    assert answer(world, "governance", form=FormFacts("oriv", YEAR)).load is None
    assert answer(world, "budgets").load is None  # an empty file is no form
    report = answer(world, "budgets", form=FormFacts("oriv", YEAR))
    assert (report.load, report.changed, report.answers) == (3, 0, 1)
    assert answer(world, "budgets", form=FormFacts("oriv", YEAR)).load is None
    assert received(world) == {("oriv", "budgets"): (3, 0)}


def test_a_form_whose_header_is_at_fault_is_no_answer(world: Bench) -> None:
    ask(world, tables=["budgets", "contacts"])
    (form,), _ = sources_of_rows("budgets", [{"centre": "oriv", **ROWS["budgets"]}])
    form = replace(form, name="form.xlsx", form=FormFacts("oriv", YEAR), rows=[])
    (contacts,), _ = sources_of_rows("contacts", [{"centre": "oriv", **ROWS["contacts"]}])
    fault = Anomaly("missing-column", Severity.ERROR, "form.xlsx", msg("A column is missing."), None)
    with open_writing(world.registry) as connection:
        report = load(connection, [form, contacts], [fault], keep_valid=True)
    interrupts.release()
    assert (report.load, report.answers) == (3, 1)
    assert received(world) == {("oriv", "contacts"): (3, 1)}


def test_what_has_no_year_is_of_the_year_of_its_form_or_of_the_last_campaign(world: Bench) -> None:
    ask(world, 2023)
    ask(world, 2024)
    row = {"centre": "oriv", **ROWS["contacts"]}
    answer(world, "contacts", row, form=FormFacts("oriv", 2023))
    assert (received(world, 2023), received(world, 2024)) == ({("oriv", "contacts"): (4, 1)}, {})
    answer(world, "contacts", row, form=FormFacts("oriv", 2022))
    assert received(world, 2024) == {}
    answer(world, "contacts", row)
    assert received(world, 2024) == {("oriv", "contacts"): (5, 1)}


def test_a_campaign_and_its_answers_may_come_in_one_load(world: Bench) -> None:
    report = world.load(
        ("campaigns.csv", "year,centre,asked\n2024,oriv,budgets\n"),
        ("budgets.csv", "centre,year,status,resources\noriv,2024,approved,10\n"),
    )
    assert report.answers == 1
    assert received(world) == {("oriv", "budgets"): (2, 1)}


def test_what_an_undone_load_brought_does_not_count_until_that_is_undone(world: Bench) -> None:
    ask(world)
    answer(world, "budgets", form=FormFacts("oriv", YEAR))
    take_back(world, 3)
    assert received(world) == {}
    with pytest.raises(UsageProblem):
        take_back(world, 3)
    take_back(world, 4)
    assert received(world) == {("oriv", "budgets"): (3, 0)}
    take_back(world, 5)
    assert answer(world, "budgets", {"centre": "oriv", **ROWS["budgets"]}).answers == 1
    assert received(world) == {("oriv", "budgets"): (7, 1)}


def test_the_state_after_a_load_knows_what_had_come_by_then(world: Bench) -> None:
    ask(world)
    for table in ("budgets", "contacts"):
        answer(world, table, {"centre": "oriv", **ROWS[table]})
    with open_reading(world.registry) as connection, as_known(connection, 3) as earlier:
        assert [(row["asked"], row["load"]) for row in came_back(earlier, YEAR)] == [("budgets", 3)]
        assert [tuple(row) for row in earlier.execute("select load from returns")] == [(3,)]


def test_what_came_back_is_sealed(world: Bench) -> None:
    ask(world)
    answer(world, "budgets", form=FormFacts("oriv", YEAR))
    assert not examine(world.registry).wrong
    with open_writing(world.registry) as connection:
        connection.execute("update returns set centre = 'paris'")
        connection.commit()
    assert examine(world.registry).unsealed == ["returns"]


STEP = st.tuples(
    st.sampled_from(["rows", "form", "dry run", "ask", "undo"]),
    st.sampled_from([*ROWS]),
    st.sampled_from(["oriv", "paris"]),
    st.integers(0, 9),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8))
def test_whatever_happens_what_came_is_what_the_loads_that_stand_brought(
    world_registry: Path, steps: list[tuple[str, str, str, int]]
) -> None:
    with TemporaryDirectory() as folder:
        world = Bench(Path(folder), Path(folder) / "registry.db")
        shutil.copy(world_registry, world.registry)
        asked: set[tuple[str, str]] = set()
        asked_by: dict[int, tuple[str, str]] = {}
        brought: dict[int, tuple[tuple[str, str], int]] = {}
        for what, table, centre, number in steps:
            cell = f"{number}" if table == "budgets" else None
            row = {"centre": centre, **ROWS[table]} | ({"resources": cell} if cell else {})
            if what == "ask":
                done = ask(world, tables=[table], centres=[centre]).load
                if done:
                    asked_by[done] = (centre, table)
            elif what == "undo":
                with open_reading(world.registry) as connection:
                    (last,) = connection.execute("select max(id) from loads").fetchone()
                    target = max(2, last - number % 3)
                    if target > last or target in undone_loads(connection):
                        continue
                try:
                    take_back(world, target)
                except UsageProblem:
                    continue
            else:
                form = FormFacts(centre, YEAR) if what == "form" else None
                rows = [] if what == "form" and number % 2 else [row]
                done = answer(world, table, *rows, form=form, dry_run=what == "dry run").load
                if done and (centre, table) in asked:
                    brought[done] = (centre, table), len(rows)
            with open_reading(world.registry) as connection:
                undone = undone_loads(connection)
            asked = {pair for number_, pair in asked_by.items() if number_ not in undone}
            standing = {pair: (load_, rows_) for load_, (pair, rows_) in sorted(brought.items()) if load_ not in undone}
            assert received(world) == standing
        assert not examine(world.registry).wrong
