"""Rows that were handed out come back beside what others did: all combinations, against a model of three states."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.files import InputFile, ReadOptions
from crpv_cli.intake.sources import sources_of, sources_of_rows
from crpv_cli.output.delimited import csv_text
from crpv_cli.registry.conflicts import Comparison, HandedOut, hand_out
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.file import one_state
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.reports.listing import Selection, list_table
from tests.registry.bench import Bench

FUNDERS = TABLES["funders"]
KEYS = ("f1", "f2", "f3")
CONFLICT = object()
Row = tuple[str, str] | None  # name and kind, or no row
State = dict[str, Row]

ROWS = st.none() | st.tuples(st.sampled_from("ABC"), st.sampled_from(("state", "commune", "other")))
STATES = st.fixed_dictionaries(dict.fromkeys(KEYS, ROWS))


def save(connection: sqlite3.Connection, state: State, handed: HandedOut) -> LoadReport:
    """Load funders as somebody left them; a row that nothing is said of is always among them."""
    rows = [{"id": "etat", "name": "État", "kind": "state"}]
    rows += [{"id": key, "name": row[0], "kind": row[1]} for key, row in state.items() if row]
    return load(connection, *sources_of_rows("funders", rows), command="edit", handed=handed)


def handed_out(connection: sqlite3.Connection) -> HandedOut:
    with one_state(connection):
        return hand_out(connection, FUNDERS, connection.execute("select id from funders").fetchall())


def found(connection: sqlite3.Connection) -> State:
    rows = {row["id"]: (row["name"], row["kind"]) for row in connection.execute("select * from funders")}
    return {key: rows.get(key) for key in KEYS}


def merged(before: Row, mine: Row, theirs: Row, insist: bool = False) -> object:
    """What becomes of a row."""
    if mine == before:
        return theirs
    if mine == theirs:
        return mine
    if before is None or mine is None or theirs is None:
        return mine if insist or theirs == before else CONFLICT
    cells = []
    for was, own, other in zip(before, mine, theirs, strict=True):
        if own != was and other not in (was, own) and not insist:
            return CONFLICT
        cells.append(other if own == was else own)
    return tuple(cells)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STATES, STATES, STATES)
def test_what_becomes_of_three_states(
    world_registry: Path, tmp_path: Path, before: State, mine: State, theirs: State
) -> None:
    path = Path(shutil.copy(world_registry, tmp_path / "registry.db"))
    with open_writing(path) as connection:
        save(connection, before, handed_out(connection))
        handed = handed_out(connection)
        assert not save(connection, theirs, handed_out(connection)).errors
        assert found(connection) == theirs
        wanted = {key: merged(before[key], mine[key], theirs[key]) for key in KEYS}
        report = save(connection, mine, handed)
        conflicts = {key for key, row in wanted.items() if row is CONFLICT}
        assert {anomaly.code for anomaly in report.anomalies} == ({"changed-meanwhile"} if conflicts else set())
        assert (report.load is None) or not conflicts
        assert found(connection) == (theirs if conflicts else wanted)
        if conflicts:
            assert report.handed is not None
            report = save(connection, mine, report.handed)
            assert report.anomalies == []
            assert found(connection) == {key: merged(before[key], mine[key], theirs[key], insist=True) for key in KEYS}


def told(report: LoadReport) -> list[tuple[Any, ...]]:
    return [(a.code, a.line, a.column, a.value, a.message.text("en")) for a in report.anomalies]


def test_a_conflict_says_where_what_who_and_what_it_is_now(world: Bench) -> None:
    with open_writing(world.registry) as connection:
        handed = handed_out(connection)
        assert save(connection, {"f1": ("A", "other")}, handed).load == 2
        connection.execute("update loads set who = 'marie' where id = 2")
        report = save(connection, {"f1": ("B", "other")}, handed)
        assert told(report) == [
            (
                "changed-meanwhile", 3, "name", "B",
                "This row was added meanwhile, too, by load 2 (marie): there it is “A”.",
            )
        ]  # fmt: skip
        assert (report.stopped, report.load, report.changed) == (True, None, 0)
        connection.execute("update funders set name = 'by hand' where id = 'etat'")
        report = load(
            connection, *sources_of_rows("funders", [{"id": "etat", "name": "mine", "kind": "state"}]), handed=handed
        )
        assert told(report)[0][-1] == "Changed meanwhile by something else than a load: it is now “by hand”."


def test_money_and_flags_are_told_as_files_write_them(world: Bench) -> None:
    row = {
        "centre": "oriv", "funder": "etat", "year": "2023", "scheme": "P147", "stage": "granted", "reference": "",
        "source": "report",
    }  # fmt: skip
    source = {"id": "list", "title": "Official list"}
    with open_writing(world.registry) as connection:
        table = TABLES["funding"]
        names = ", ".join(table.column(name).stored for name in table.key)
        handed = hand_out(connection, table, connection.execute(f"select {names} from funding").fetchall())
        load(connection, *sources_of_rows("funding", [{**row, "amount": "1500"}]))
        report = load(connection, *sources_of_rows("funding", [{**row, "amount": "99,5"}]), handed=handed)
        ((_, _, column, value, message),) = told(report)
        assert (column, value, message[-22:]) == ("amount", "99.50", ": it is now “1500.00”.")
        handed = hand_out(connection, TABLES["sources"], [("other",)])
        load(connection, *sources_of_rows("sources", [{**source, "id": "other", "fictitious": "no"}]))
        report = load(
            connection, *sources_of_rows("sources", [{**source, "id": "other", "fictitious": "yes"}]), handed=handed
        )
        ((_, _, column, value, message),) = told(report)
        assert (column, value, message[-22:]) == ("fictitious", "true", ": there it is “false”.")


def test_what_both_changed_may_contradict_each_other(world: Bench) -> None:
    """Each is valid with the row as it was; the two together are not."""
    scale = {"id": "one-to-four", "name": "1 to 4", "minimum": "1", "maximum": "4"}
    with open_writing(world.registry) as connection:
        handed = hand_out(connection, TABLES["scales"], [("one-to-four",)])
        assert load(connection, *sources_of_rows("scales", [{**scale, "maximum": "3"}])).load == 2
        report = load(connection, *sources_of_rows("scales", [{**scale, "minimum": "3.5"}]), handed=handed)
        ((code, line, column, value, message),) = told(report)
        assert (code, line, column, value) == ("changed-meanwhile", 2, "maximum", "4")
        assert message.endswith("contradict each other: here it is now “3”.")
        assert (report.load, report.stopped) == (None, True)
        again = load(connection, *sources_of_rows("scales", [{**scale, "minimum": "3.5"}]), handed=report.handed)
        assert again.load == 3
    assert world.rows("select minimum, maximum from scales where id = 'one-to-four'") == [(3.5, 4.0)]


def test_columns_that_a_file_does_not_have_keep_what_others_wrote(world: Bench) -> None:
    with open_writing(world.registry) as connection:
        handed = hand_out(connection, TABLES["centres"], [("oriv",)])
        own = {"id": "oriv", "name": "Observatoire", "short_name": "ORIV", "legal_form": "association"}
        load(
            connection, *sources_of_rows("centres", [{**own, "co_funded": "true", "seat": "Colmar", "note": "theirs"}])
        )
        row = {**own, "co_funded": "true", "short_name": "Oriv"}
        assert not load(connection, *sources_of_rows("centres", [row]), handed=handed).errors
    assert world.rows("select short_name, seat, note from centres where id = 'oriv'") == [("Oriv", "Colmar", "theirs")]


def test_rows_that_cannot_be_read_do_not_vanish(world: Bench) -> None:
    with open_writing(world.registry) as connection:
        handed = handed_out(connection)
        connection.execute("update funders set name = 'theirs' where id = 'ville'")
        rows = [{"id": "ville", "name": "Ville", "kind": "no kind"}, {"id": "etat", "name": "État", "kind": "state"}]
        report = load(connection, *sources_of_rows("funders", rows), handed=handed)
    assert ([line[2] for line in told(report)], report.vanished) == (["kind"], [])


def test_what_is_read_in_one_moment_is_of_one_moment(world: Bench) -> None:
    with open_writing(world.registry) as other, open_reading(world.registry) as connection, one_state(connection):
        before = connection.execute("select count(*) from funders").fetchone()[0]
        other.execute("delete from funders where id = 'ville'")
        assert connection.execute("select count(*) from funders").fetchone()[0] == before


def test_no_row_is_changed_by_being_written_and_read(demo_path: Path, tmp_path: Path) -> None:
    """Else what others write into it would be replaced by what nobody typed."""
    with open_writing(Path(shutil.copy(demo_path, tmp_path / "demo.db"))) as connection:
        for table in TABLES.values():
            listed = list_table(connection, table, Selection())
            file = tmp_path / f"{table.name}.csv"
            file.write_text(csv_text(listed), encoding="utf-8")
            handed = hand_out(connection, table, ([row[name] for name in table.key] for row in listed.records()))
            report = load(connection, *sources_of([InputFile(file, str(file))], ReadOptions(table.name)), handed=handed)
            assert (report.anomalies, report.load, len(handed.rows)) == ([], None, len(listed.rows))
            assert sum(outcome.unchanged for outcome in report.files) == len(listed.rows)


def test_nobody_can_write_between_the_comparison_and_the_load(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    settle, tried = Comparison.settle, []

    def beside(self: Comparison, complete: bool) -> Any:
        with closing(sqlite3.connect(world.registry, timeout=0)) as other:
            try:
                other.execute("update funders set name = 'theirs'")
            except sqlite3.OperationalError as error:
                tried.append(str(error))
        return settle(self, complete)

    monkeypatch.setattr(Comparison, "settle", beside)
    with open_writing(world.registry) as connection:
        assert save(connection, {"f1": ("A", "other")}, handed_out(connection)).load == 2
    assert tried == ["database is locked"]
