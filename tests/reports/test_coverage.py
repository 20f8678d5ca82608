"""Coverage against the figures that were worked out by hand from the sources."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.queries import geography_on
from crpv_cli.reports.coverage.report import DIVISIONS, MEASURES, coverage
from crpv_cli.result import Result


def records(result: Result) -> list[dict[str, object]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def codes(result: Result) -> set[str]:
    return {note.code for note in result.notes}


@pytest.mark.parametrize(
    ("as_of", "measure", "covered", "total"),
    [
        ("2023-10-17", "neighbourhoods", 1328, 1511),
        ("2023-10-17", "contracts", 389, 434),
        ("2023-10-17", "inhabitants", 4954720, 5441002),
        ("2025-12-31", "neighbourhoods", 1469, 1584),
        ("2025-12-31", "contracts", 422, 446),
        ("2025-12-31", "inhabitants", 5721676, 5919207),
    ],
)
def test_totals(reference: sqlite3.Connection, as_of: str, measure: str, covered: int, total: int) -> None:
    totals = coverage(reference, as_of, measure).totals
    assert (totals["covered"], totals["total"]) == (covered, total)
    assert totals["share"] == pytest.approx(covered / total, abs=1e-6)
    assert totals["uncovered"] == total - covered


def test_the_published_figure_stands_beside_the_computed_one(reference: sqlite3.Connection) -> None:
    result = coverage(reference, "2023-10-17")
    figures = {figure["measure"]: figure for figure in result.published}
    assert (figures["coverage"]["value"], figures["coverage"]["as_of"]) == (88, "2023-10-17")
    assert figures["neighbourhoods"]["value"] == 1514
    # Before the first published figure there is none to show, and a later one is not used.
    assert coverage(reference, "2012-04-30").published == ()
    assert coverage(reference, "2013-01-01").published[0]["value"] == 80


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("as_of", ["2012-06-30", "2016-06-30", "2023-10-17", "2025-12-31"])
def test_every_division_adds_up_to_the_same_totals(reference: sqlite3.Connection, as_of: str, measure: str) -> None:
    results = {by: coverage(reference, as_of, measure, by=by) for by in DIVISIONS}
    totals = results["centre"].totals
    assert all(result.totals == totals for result in results.values())
    for by in ("region", "department"):
        rows = records(results[by])
        assert sum(row["covered"] for row in rows) == totals["covered"]  # type: ignore[misc]
        assert sum(row["total"] for row in rows) == totals["total"]  # type: ignore[misc]
    metropolitan, overseas = totals["metropolitan"], totals["overseas"]
    assert isinstance(metropolitan, dict)
    assert isinstance(overseas, dict)
    assert metropolitan["total"] + overseas["total"] == totals["total"]


def test_perimeters_are_those_of_the_date(reference: sqlite3.Connection) -> None:
    def served(as_of: str) -> object:
        return {row["centre"]: row["departments"] for row in records(coverage(reference, as_of))}["villes-au-carre"]

    assert served("2016-06-30") == ("16", "17", "18", "28", "36", "37", "41", "45", "79", "86")
    assert served("2016-12-31") == served("2016-06-30")  # the last day is inside the period
    assert served("2017-01-01") == ("18", "28", "36", "37", "41", "45")


def test_a_centre_opened_later_covers_nothing(reference: sqlite3.Connection) -> None:
    assert "guadeloupe" not in {row["centre"] for row in records(coverage(reference, "2023-12-31"))}
    assert "guadeloupe" in {row["centre"] for row in records(coverage(reference, "2024-01-01"))}


def test_overlaps_count_once(reference_path: object, tmp_path: object) -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    original = sqlite3.connect(str(reference_path))
    original.backup(connection)
    original.close()
    before = coverage(connection, "2025-12-31")
    connection.execute("insert into perimeters (centre, department, load) values ('oriv', '93', 1)")
    after = coverage(connection, "2025-12-31")
    connection.close()
    assert after.totals == before.totals
    assert "overlapping-perimeters" in codes(after) - codes(before)
    rows = {row["centre"]: row for row in records(after)}
    shared = rows["profession-banlieue"]["covered"]
    assert rows["oriv"]["shared"] == rows["profession-banlieue"]["shared"] == shared
    assert "shared" in after.screen
    assert sum(row["covered"] for row in rows.values()) == after.totals["covered"] + shared  # type: ignore[misc]


def test_what_is_uncovered_is_named(reference: sqlite3.Connection) -> None:
    result = coverage(reference, "2025-12-31")
    (note,) = [note for note in result.notes if note.code == "uncovered-departments"]
    departments = note.data["departments"]
    assert isinstance(departments, list)
    assert [row["department"] for row in departments] == ["2A", "2B", "92", "978", "987"]
    assert sum(row["value"] for row in departments) == 115


def test_quality_is_said(reference: sqlite3.Connection) -> None:
    assert "at-least" in codes(coverage(reference, "2023-10-17"))
    assert "at-least" not in codes(coverage(reference, "2025-12-31"))
    assert "previous-geography" in codes(coverage(reference, "2025-12-31", "inhabitants"))


def test_geography_follows_the_date(reference: sqlite3.Connection) -> None:
    assert geography_on("2023-12-31") == "2015"
    assert geography_on("2024-01-01") == "2024"
    assert coverage(reference, "2023-10-17", geography="2024").totals["total"] == 1584


def test_an_unknown_count_is_left_out_and_said(reference_path: object) -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    original = sqlite3.connect(str(reference_path))
    original.backup(connection)
    original.close()
    connection.execute("delete from territory_counts where department = '93' and geography = '2024'")
    result = coverage(connection, "2025-12-31", by="department")
    connection.close()
    row = next(row for row in records(result) if row["department"] == "93")
    assert row["total"] is None
    assert row["covered"] is None
    assert row["share"] is None
    assert "unknown-counts" in codes(result)


def test_a_date_before_the_geography_is_said(reference: sqlite3.Connection) -> None:
    assert "before-geography" in codes(coverage(reference, "2012-05-01"))
    assert "before-geography" in codes(coverage(reference, "2023-10-17", geography="2024"))
    assert "before-geography" not in codes(coverage(reference, "2015-01-01"))
    assert "before-geography" not in codes(coverage(reference, "2025-12-31"))


def test_counts_of_no_department_are_told_in_one_line(reference_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    shutil.copy(reference_path, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("delete from territory_counts")
        connection.commit()
    with open_reading(path) as connection:
        result = coverage(connection, "2025-12-31")
        departments = records(coverage(connection, "2025-12-31", by="department"))
    (note,) = [note for note in result.notes if note.code == "unknown-counts"]
    assert "any department" in note.message.text()
    assert note.data["departments"] == [row["department"] for row in departments]
