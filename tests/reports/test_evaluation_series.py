"""Evaluations over the years: a registry whose ratings are on a 1-4, a 0-20 and an A-D scale."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.output.shelf.cells import for_json
from crpv_cli.reports.evaluations.grid import mission_grid
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.result import Note, Point, Result

AS_OF = "2026-11-25"


@pytest.fixture
def scales(reference_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("insert into scales (id, name, minimum, maximum, load) values ('s4', 'Test', 1, 4, 1)")
        connection.execute("insert into scales (id, name, minimum, maximum, load) values ('s20', 'Test', 0, 20, 1)")
        connection.execute("insert into scales (id, name, levels, load) values ('letters', 'Test', 'D | C | B | A', 1)")
        yield connection


def evaluate(
    connection: sqlite3.Connection,
    centre: str,
    year: int,
    rating: str | None,
    scale: str | None,
    mission: str = "skills",
    kind: str = "joint",
    evaluated_on: str | None = None,
) -> None:
    connection.execute(
        "insert into evaluations (centre, mission, year, kind, scale, rating, evaluated_on, load)"
        " values (?, ?, ?, ?, ?, ?, ?, 1)",
        (centre, mission, year, kind, scale, rating, evaluated_on),
    )


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def of(result: Result, centre: str, mission: str = "skills") -> dict[str, Any]:
    (row,) = [row for row in records(result) if row["centre"] == centre and row["mission"] == mission]
    return row


def note(result: Result, code: str) -> Note:
    (found,) = [one for one in result.notes if one.code == code]
    return found


def codes(result: Result) -> set[str]:
    return {one.code for one in result.notes}


# --- The series ---


def test_a_series_has_a_point_a_year_oldest_first_the_view_furthest_from_the_centres_own(
    scales: sqlite3.Connection,
) -> None:
    evaluate(scales, "oriv", 2024, "2", "s4")
    evaluate(scales, "oriv", 2022, "4", "s4", kind="self")
    evaluate(scales, "oriv", 2022, "2", "s4", kind="joint")
    evaluate(scales, "oriv", 2022, "1", "s4", kind="external")
    evaluate(scales, "oriv", 2023, None, None)
    row = of(evaluation_summaries(scales, AS_OF), "oriv")
    assert row["series"] == (Point(2022, "1", 0.0), Point(2023, None, None), Point(2024, "2", 0.333333))
    assert row["position"] == row["position_change"] == 0.333333


def test_a_mission_never_evaluated_has_an_empty_series(scales: sqlite3.Connection) -> None:
    result = evaluation_summaries(scales, AS_OF)
    (column,) = [column for column in result.columns if column.name == "series"]
    assert of(result, "oriv")["series"] == ()
    assert for_json((), column) == []


def test_a_series_ends_with_the_year_asked_for_and_with_what_was_known(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2022, "1", "s4", evaluated_on="2023-05-01")
    evaluate(scales, "oriv", 2023, "2", "s4", evaluated_on="2024-05-01")
    evaluate(scales, "oriv", 2024, "3", "s4", evaluated_on="2025-05-01")

    def years(result: Result) -> list[int]:
        return [point.year for point in of(result, "oriv")["series"]]

    assert years(evaluation_summaries(scales, AS_OF)) == [2022, 2023, 2024]
    assert years(evaluation_summaries(scales, AS_OF, year=2023)) == [2022, 2023]
    assert years(evaluation_summaries(scales, "2025-04-30")) == [2022, 2023]


# --- Scales that differ ---


@pytest.mark.parametrize(
    ("before", "now", "moved", "trend"),
    [
        (("15", "s20"), ("2", "s4"), 1 / 3 - 0.75, "slipping"),
        (("B", "letters"), ("3", "s4"), 0, "stable"),
        (("1", "s4"), ("C", "letters"), 1 / 3, "improving"),
        (("C", "letters"), ("20", "s20"), 2 / 3, "improving"),
    ],
)
def test_across_scales_only_positions_are_compared_and_that_is_said(
    scales: sqlite3.Connection, before: tuple[str, str], now: tuple[str, str], moved: float, trend: str
) -> None:
    evaluate(scales, "oriv", 2023, *before)
    evaluate(scales, "oriv", 2024, *now)
    result = evaluation_summaries(scales, AS_OF)
    row = of(result, "oriv")
    assert (row["change"], row["trend"]) == (None, trend)
    assert row["position_change"] == pytest.approx(moved, abs=1e-6)
    assert result.totals[trend] == 1
    said = note(result, "compared-by-position")
    assert said.data == {
        "missions": [{"centre": "oriv", "mission": "skills", "scale": now[1], "previous_scale": before[1]}]
    }
    assert "ORIV (skills)" in said.message.text("en")


def test_on_one_scale_nothing_is_said_of_positions(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2023, "11", "s20")
    evaluate(scales, "oriv", 2024, "14", "s20")
    result = evaluation_summaries(scales, AS_OF)
    row = of(result, "oriv")
    assert (row["change"], row["position_change"], row["trend"]) == (3, 0.15, "improving")
    assert "compared-by-position" not in codes(result)


def test_the_grid_has_the_last_four_years(scales: sqlite3.Connection) -> None:
    for year in range(2020, 2026):
        evaluate(scales, "oriv", year, "2", "s4")
    (row,) = [row for row in records(mission_grid(scales, AS_OF)) if row["centre"] == "oriv"]
    assert {name: position for name, position in row.items() if name.startswith("skills")} == {
        f"skills_{year}": 0.333333 for year in range(2022, 2026)
    }


def test_without_a_rating_there_is_no_trend(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2023, "11", "s20")
    evaluate(scales, "oriv", 2024, None, None)
    row = of(evaluation_summaries(scales, AS_OF), "oriv")
    assert (row["change"], row["position_change"], row["trend"]) == (None, None, None)


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from numbers(inner)


@pytest.mark.parametrize("by", [None, "mission", "centre"])
def test_ratings_on_different_scales_are_never_averaged_raw(scales: sqlite3.Connection, by: str | None) -> None:
    """3 on a 1-4, 13 on a 0-20 and B on an A-D: raw means would be 8, 5.33 (no letters), 6.33 (B as 3)."""
    evaluate(scales, "oriv", 2024, "3", "s4")
    evaluate(scales, "irev", 2024, "13", "s20")
    evaluate(scales, "paris", 2024, "B", "letters")
    evaluate(scales, "irev", 2024, "2", "s4", mission="animation")
    result = evaluation_summaries(scales, AS_OF, by=by)
    positions = {"skills": (2 / 3 + 13 / 20 + 2 / 3) / 3, "animation": 1 / 3}
    whole = (2 / 3 + 13 / 20 + 2 / 3 + 1 / 3) / 4
    assert result.totals["mean_position"] == pytest.approx(whole, abs=1e-6)
    if by == "mission":
        found = {row["mission"]: row["mean_position"] for row in records(result)}
        assert found == {name: pytest.approx(mean, abs=1e-6) for name, mean in positions.items()} | {
            "capitalisation": None
        }
    if by == "centre":
        found = {row["centre"]: row["mean_position"] for row in records(result)}
        assert found["irev"] == pytest.approx((13 / 20 + 1 / 3) / 2, abs=1e-6)
        assert found["paris"] == pytest.approx(2 / 3, abs=1e-6)
    if by is not None:
        assert note(result, "means-of-positions").data == {"scales": ["letters", "s20", "s4"]}
    raw = {
        round(sum(ratings) / len(ratings), 3) for ratings in ([3, 13], [3, 13, 3], [2, 13], [3, 13, 2], [3, 13, 3, 2])
    }
    places = [place for place, column in enumerate(result.columns) if column.name != "series"]
    every = {round(value, 3) for row in result.rows for value in numbers([row[place] for place in places])}
    every |= {round(value, 3) for value in numbers(dict(result.totals)) if isinstance(value, float)}
    assert not raw & every


# --- The cycle ---


def test_what_is_overdue_against_the_cycle(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2023, "3", "s4")
    evaluate(scales, "irev", 2022, "3", "s4")
    result = evaluation_summaries(scales, AS_OF, mission="skills")
    assert (of(result, "oriv")["overdue"], of(result, "oriv")["due_year"]) == (False, 2026)
    assert (of(result, "irev")["overdue"], of(result, "irev")["due_year"]) == (True, 2025)
    assert (of(result, "paris")["overdue"], of(result, "paris")["due_year"]) == (True, None)
    # It opened in 2024: its first evaluation is not due yet.
    assert (of(result, "guadeloupe")["overdue"], of(result, "guadeloupe")["due_year"]) == (False, 2027)
    assert result.totals["overdue"] == 18
    assert {"centre": "irev", "mission": "skills", "due_year": 2025} in note(result, "overdue").data["missions"]  # type: ignore[operator]
    longer = evaluation_summaries(scales, AS_OF, mission="skills", cycle=4)
    assert of(longer, "irev")["overdue"] is False
    assert longer.totals["overdue"] == 17


def test_whose_cycle_it_is_is_said(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2023, "3", "s4")
    default = note(evaluation_summaries(scales, AS_OF), "cycle")
    assert default.data == {"years": 3}
    assert "this project's own default" in default.message.text("en")
    asked = note(evaluation_summaries(scales, AS_OF, cycle=1), "cycle")
    assert asked.message.text("en") == "No official cycle is known; 1 year was asked for."


def test_a_year_asked_for_does_not_make_later_evaluations_overdue(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2020, "3", "s4")
    evaluate(scales, "oriv", 2025, "3", "s4")
    row = of(evaluation_summaries(scales, AS_OF, year=2020), "oriv")
    assert (row["year"], row["overdue"], row["due_year"]) == (2020, False, 2028)


@pytest.mark.parametrize("by", [None, "mission", "centre"])
def test_without_any_evaluation_nothing_is_overdue_nothing_is_counted(
    scales: sqlite3.Connection, by: str | None
) -> None:
    result = evaluation_summaries(scales, AS_OF, by=by)
    assert {row["overdue"] for row in records(result)} == {None}
    assert {row["evaluated"] for row in records(result)} == {None}
    assert result.totals["overdue"] is None
    assert result.totals["mean_position"] is None
    assert result.total_row is None
    assert {"cycle", "overdue", "means-of-positions"} & codes(result) == set()


def test_before_the_first_evaluation_that_is_what_is_said(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2023, "3", "s4")
    result = evaluation_summaries(scales, AS_OF, year=2015)
    assert result.totals["evaluated"] is None
    assert note(result, "no-evaluations").message.text("en") == "The registry holds no evaluations for 2015 or earlier."


# --- By mission and by centre ---


def test_by_mission_on_one_scale_is_told_rating_by_rating(scales: sqlite3.Connection) -> None:
    for centre, rating in (("oriv", "2"), ("irev", "2"), ("paris", "4"), ("normanvilles", None)):
        evaluate(scales, centre, 2024, rating, "s4" if rating else None)
    row = {row["mission"]: row for row in records(evaluation_summaries(scales, AS_OF, by="mission"))}["skills"]
    assert (row["evaluated"], row["expected"], row["unrated"]) == (4, 20, 1)
    assert (row["distribution_by"], row["distribution"]) == ("rating", ("1:0", "2:2", "3:0", "4:1"))


def test_letters_are_told_worst_first_and_a_fine_scale_by_what_was_given(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2024, "b", "letters")
    evaluate(scales, "irev", 2024, "12.5", "s20", mission="animation")
    evaluate(scales, "oriv", 2024, "9", "s20", mission="animation")
    rows = {row["mission"]: row for row in records(evaluation_summaries(scales, AS_OF, by="mission"))}
    assert rows["skills"]["distribution"] == ("D:0", "C:0", "B:1", "A:0")
    assert rows["animation"]["distribution"] == ("9:1", "12.5:1")
    assert rows["capitalisation"]["distribution"] == ()


def test_by_mission_on_several_scales_is_told_by_quarters(scales: sqlite3.Connection) -> None:
    evaluate(scales, "oriv", 2024, "4", "s4")
    evaluate(scales, "irev", 2024, "15", "s20")
    evaluate(scales, "paris", 2024, "C", "letters")
    evaluate(scales, "normanvilles", 2024, "0", "s20")
    result = evaluation_summaries(scales, AS_OF, by="mission")
    row = {row["mission"]: row for row in records(result)}["skills"]
    assert (row["distribution_by"], row["distribution"]) == ("quarter", ("q1:1", "q2:1", "q3:0", "q4:2"))
    assert "distribution-by-quarter" in codes(result)


def test_by_centre_says_where_it_goes(scales: sqlite3.Connection) -> None:
    for mission, before, now in (("skills", "2", "3"), ("animation", "3", "2"), ("capitalisation", "3", "3")):
        evaluate(scales, "oriv", 2023, before, "s4", mission)
        evaluate(scales, "oriv", 2024, now, "s4", mission)
    evaluate(scales, "irev", 2022, "3", "s4")
    evaluate(scales, "irev", 2024, "1", "s4")
    result = evaluation_summaries(scales, AS_OF, by="centre")
    rows = {row["centre"]: row for row in records(result)}
    assert [rows["oriv"][name] for name in ("evaluated", "improving", "stable", "slipping", "trend")] == [
        3,
        1,
        1,
        1,
        "mixed",
    ]
    assert [rows["irev"][name] for name in ("evaluated", "overdue", "trend", "latest_year")] == [1, 2, "slipping", 2024]
    assert (rows["paris"]["evaluated"], rows["paris"]["trend"]) == (0, None)
    assert note(result, "centres-improving").data == {"centres": ["oriv"]}
    assert note(result, "centres-slipping").data == {"centres": ["irev", "oriv"]}


@pytest.mark.parametrize("by", ["mission", "centre"])
@pytest.mark.parametrize("year", [None, 2023])
def test_the_divisions_add_up_to_the_rows(demo: sqlite3.Connection, by: str, year: int | None) -> None:
    rows = records(evaluation_summaries(demo, AS_OF, year))
    result = evaluation_summaries(demo, AS_OF, year, by=by)
    for group in records(result):
        own = [row for row in rows if row[by] == group[by]]
        assert group["expected"] == len(own)
        assert group["evaluated"] == sum(row["evaluated"] for row in own)
        assert group["overdue"] == sum(row["overdue"] for row in own)
        for trend in ("improving", "stable", "slipping"):
            assert group[trend] == sum(row["trend"] == trend for row in own)
        if by == "mission":
            counted = sum(int(text.rpartition(":")[2]) for text in group["distribution"])
            assert counted + group["unrated"] == group["evaluated"]
    for name in ("evaluated", "expected", "overdue", "improving", "stable", "slipping"):
        assert sum(group[name] for group in records(result)) == result.totals[name]
    assert result.total_row is not None


@pytest.mark.parametrize("by", [None, "mission", "centre"])
def test_what_is_overdue_rests_on_made_up_data_even_for_a_year_before_it(
    demo: sqlite3.Connection, by: str | None
) -> None:
    result = evaluation_summaries(demo, AS_OF, year=2015, by=by)
    assert result.totals["overdue"] == 9
    assert result.fictitious
    assert {row["fictitious"] for row in records(result)} == {True}
