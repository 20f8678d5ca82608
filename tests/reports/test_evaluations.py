"""Evaluation summaries, on a small registry whose every rating is known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.result import Result


@pytest.fixture
def small(reference_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("insert into scales (id, name, minimum, maximum, load) values ('s4', 'Test', 1, 4, 1)")
        connection.execute("insert into scales (id, name, levels, load) values ('letters', 'Test', 'D | C | B | A', 1)")
        connection.execute("insert into scales (id, name, minimum, maximum, load) values ('s20', 'Test', 0, 20, 1)")
        yield connection


def evaluate(
    connection: sqlite3.Connection,
    year: int,
    rating: str | None,
    scale: str | None = "s4",
    mission: str = "skills",
    kind: str = "joint",
    evaluated_on: str | None = None,
) -> None:
    connection.execute(
        """
        insert into evaluations (centre, mission, year, kind, scale, rating, evaluated_on, load)
        values ('oriv', ?, ?, ?, ?, ?, ?, 1)
        """,
        (mission, year, kind, scale, rating, evaluated_on),
    )


def oriv(result: Result, mission: str = "skills") -> dict[str, object]:
    names = [column.name for column in result.columns]
    rows: list[dict[str, object]] = [dict(zip(names, row, strict=True)) for row in result.rows]
    (row,) = [row for row in rows if row["centre"] == "oriv" and row["mission"] == mission]
    return row


def test_without_evaluations_nothing_is_known(reference: sqlite3.Connection) -> None:
    result = evaluation_summaries(reference, "2025-12-31")
    assert len(result.rows) == 60
    assert oriv(result)["evaluated"] is None
    assert oriv(result)["missions_evaluated"] is None
    assert result.totals["evaluated"] is None
    assert "no-evaluations" in {note.code for note in result.notes}


def test_evaluations_of_a_later_day_are_not_said_to_be_missing(small: sqlite3.Connection) -> None:
    evaluate(small, 2025, "3", evaluated_on="2026-02-17")
    (said,) = [note for note in evaluation_summaries(small, "2025-12-31").notes if note.code == "no-evaluations"]
    assert said.message.text("en") == (
        "No evaluation was known on 2025-12-31: 1 evaluation of the registry is of a later day."
    )
    assert "load-yours" not in {note.code for note in evaluation_summaries(small, "2025-12-31").notes}


def test_latest_rating_and_change(small: sqlite3.Connection) -> None:
    evaluate(small, 2022, "4")
    evaluate(small, 2023, "3")
    evaluate(small, 2024, "1")
    row = oriv(evaluation_summaries(small, "2025-12-31"))
    assert (row["year"], row["rating"], row["previous_year"], row["previous_rating"]) == (2024, "1", 2023, "3")
    assert row["change"] == -2
    assert row["position"] == 0.0
    assert (row["missions_evaluated"], row["core_missions"]) == (1, 3)


def test_an_evaluation_without_rating_is_an_evaluation(small: sqlite3.Connection) -> None:
    evaluate(small, 2022, "4")
    evaluate(small, 2024, None, scale=None)
    row = oriv(evaluation_summaries(small, "2025-12-31"))
    assert (row["evaluated"], row["year"], row["rating"]) == (True, 2024, None)
    assert (row["previous_rating"], row["change"]) == ("4", None)


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [(("self", "external"), "external"), (("self", "joint"), "joint"), (("joint", "external", "self"), "external")],
)
def test_the_view_furthest_from_the_centres_own_stands(
    small: sqlite3.Connection, kinds: tuple[str, ...], chosen: str
) -> None:
    for place, kind in enumerate(kinds):
        evaluate(small, 2024, str(place + 1), kind=kind)
    assert oriv(evaluation_summaries(small, "2025-12-31"))["kind"] == chosen


def test_ratings_on_two_scales_are_never_subtracted(small: sqlite3.Connection) -> None:
    evaluate(small, 2022, "15", scale="s20")
    evaluate(small, 2023, "B", scale="letters")
    evaluate(small, 2024, "2", scale="s4")
    row = oriv(evaluation_summaries(small, "2025-12-31"))
    assert (row["scale"], row["previous_scale"], row["change"]) == ("s4", "letters", None)
    assert row["position"] == pytest.approx(1 / 3, abs=1e-6)
    earlier = oriv(evaluation_summaries(small, "2025-12-31", year=2023))
    assert (earlier["rating"], earlier["scale_bounds"], earlier["change"]) == ("B", "D, C, B, A", None)
    assert earlier["position"] == pytest.approx(2 / 3, abs=1e-6)


def test_letters_change_by_levels(small: sqlite3.Connection) -> None:
    evaluate(small, 2023, "C", scale="letters")
    evaluate(small, 2024, "A", scale="letters")
    assert oriv(evaluation_summaries(small, "2025-12-31"))["change"] == 2


def test_what_was_not_yet_evaluated_on_the_date_is_not_known(small: sqlite3.Connection) -> None:
    evaluate(small, 2022, "2", evaluated_on="2023-05-01")
    evaluate(small, 2023, "3", evaluated_on="2024-05-01")
    assert oriv(evaluation_summaries(small, "2024-04-30"))["year"] == 2022
    assert oriv(evaluation_summaries(small, "2024-05-01"))["year"] == 2023
    assert evaluation_summaries(small, "2023-04-30").totals["evaluated"] is None


def test_a_year_counts_only_its_own_evaluations(small: sqlite3.Connection) -> None:
    evaluate(small, 2022, "2")
    evaluate(small, 2024, "3", mission="animation")
    result = evaluation_summaries(small, "2025-12-31", year=2024)
    assert oriv(result)["evaluated"] is False
    assert oriv(result)["missions_evaluated"] == 1
    assert result.totals["evaluated"] == 1


def test_complementary_missions_are_no_core_missions(small: sqlite3.Connection) -> None:
    evaluate(small, 2024, None, scale=None, mission="complementary")
    result = evaluation_summaries(small, "2025-12-31")
    assert {row[2] for row in result.rows} == {"animation", "skills", "capitalisation"}


def test_filters(demo: sqlite3.Connection) -> None:
    one = evaluation_summaries(demo, "2025-12-31", centre="oriv")
    assert [row[2] for row in one.rows] == ["animation", "skills", "capitalisation"]
    skills = evaluation_summaries(demo, "2025-12-31", mission="skills")
    assert len(skills.rows) == 20
    assert skills.totals["expected"] == 20


def test_the_demonstration_says_so_in_every_row(demo: sqlite3.Connection) -> None:
    result = evaluation_summaries(demo, "2026-11-23")
    assert result.fictitious
    assert "fictitious-data" in {note.code for note in result.notes}
    names = [column.name for column in result.columns]
    evaluated, fictitious, source = (names.index(name) for name in ("evaluated", "fictitious", "source"))
    assert all(row[fictitious] is True for row in result.rows if row[evaluated])
    assert {row[source] for row in result.rows if row[evaluated]} == {"demo-fictitious"}


def test_totals_agree_with_the_rows(demo: sqlite3.Connection) -> None:
    result = evaluation_summaries(demo, "2026-11-23")
    names = [column.name for column in result.columns]
    rows = [dict(zip(names, row, strict=True)) for row in result.rows]
    assert result.totals["expected"] == len(rows) == 60
    assert result.totals["evaluated"] == sum(row["evaluated"] is True for row in rows)
    changes = [row["change"] for row in rows if isinstance(row["change"], int | float)]
    assert result.totals["slipping"] == sum(change < 0 for change in changes) > 0
    assert result.totals["improving"] == sum(change > 0 for change in changes) > 0
