"""The activity report: small registries whose every half-day is known, and what the demonstration holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.errors import ExitCode
from crpv_cli.main import run
from crpv_cli.reports.activity.report import DIVISIONS, activity
from crpv_cli.reports.exports import export_rows
from crpv_cli.result import ChartShape, Note, Result

TODAY = "2026-11-25"


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def of(result: Result, key: str, value: object) -> dict[str, Any]:
    (row,) = [row for row in records(result) if row[key] == value]
    return row


def note(result: Result, code: str) -> Note:
    (found,) = [note for note in result.notes if note.code == code]
    return found


def codes(result: Result) -> set[str]:
    return {note.code for note in result.notes}


@pytest.fixture
def small(reference_path: Path) -> Iterator[sqlite3.Connection]:
    """The reference data, to which tests add activity."""
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1)")
        yield connection


def did(connection: sqlite3.Connection, half_days: float | None, centre: str = "oriv", **more: object) -> None:
    values = {"centre": centre, "mission": "skills", "year": 2024, "type": "training", "load": 1} | more
    values["half_days"] = half_days
    names = ", ".join(values)
    connection.execute(f"insert into activities ({names}) values ({', '.join(':' + name for name in values)})", values)


# --- What is not known ---


@pytest.mark.parametrize("by", DIVISIONS)
def test_without_any_activity_nothing_is_known(reference: sqlite3.Connection, by: str) -> None:
    result = activity(reference, TODAY, by=by)
    assert result.rows == () and result.chart is None and result.total_row is None
    assert {result.totals[name] for name in ("half_days", "actions", "participants", "remote_share")} == {None}
    assert note(result, "no-activity").message.text("en").startswith("The registry holds no activity")
    assert "crpv init --demo" in note(result, "load-yours").message.text("en")
    assert note(result, "load-yours").for_operator
    assert not result.fictitious
    # What was published stands beside it all the same.
    assert [figure["value"] for figure in result.published] == [3123]
    assert "3,123 half-days" in note(result, "published-figure").message.text("en")


@pytest.mark.parametrize(
    ("as_of", "centre", "mission"),
    [(TODAY, "irev", None), (TODAY, None, "animation"), ("2023-12-31", None, None)],
)
def test_none_of_what_was_asked_for_is_not_none_at_all(
    small: sqlite3.Connection, as_of: str, centre: str | None, mission: str | None
) -> None:
    did(small, 5)
    result = activity(small, as_of, centre=centre, mission=mission)
    assert result.rows == ()
    said = note(result, "no-activity").message.text("en")
    assert "no such activity" in said.casefold() and "none is published" not in said


def test_a_centre_that_did_not_report_has_a_row_and_counts_in_no_sum(small: sqlite3.Connection) -> None:
    did(small, 5, participants=40)
    result = activity(small, TODAY, 2024)
    silent = of(result, "centre", "irev")
    assert silent["reported"] is False
    assert {silent[name] for name in ("half_days", "participants", "actions", "skills", "share")} == {None}
    assert of(result, "centre", "oriv")["reported"] is True
    assert (result.totals["centres"], result.totals["reported"], result.totals["not_reported"]) == (20, 1, 19)
    told = note(result, "activity-not-reported")
    assert len(told.data["centres"]) == 19  # type: ignore[arg-type]
    assert "oriv" not in told.data["centres"]  # type: ignore[operator]
    assert "19 centres of 20" in told.message.text("en")


def test_only_centres_open_at_some_time_in_the_year_are_expected(small: sqlite3.Connection) -> None:
    small.execute("update centres set closed = '2024-02-01' where id = 'irev'")
    small.execute("update centres set closed = '2023-12-31' where id = 'paris'")
    small.execute("update centres set opened = '2024-12-31' where id = 'labo-cites'")
    small.execute("update centres set opened = '2025-01-01' where id = 'pqn-a'")
    did(small, 5)
    did(small, 7, "paris")  # closed, and yet something is known of it
    found = {row["centre"] for row in records(activity(small, TODAY, 2024))}
    assert {"irev", "labo-cites", "paris"} <= found
    assert "pqn-a" not in found


def test_what_a_row_does_not_tell_makes_a_sum_at_least(small: sqlite3.Connection) -> None:
    did(small, 5)
    did(small, None, type="visit", participants=12)
    result = activity(small, TODAY)
    row = of(result, "centre", "oriv")
    assert (row["half_days"], row["participants"], row["actions"]) == (5, 12, None)
    assert "At least: 1 row" in note(result, "half-days-unknown").message.text("en")
    did(small, None, "irev")
    told = of(activity(small, TODAY), "centre", "irev")
    assert (told["reported"], told["half_days"]) == (True, None)


def test_a_zero_is_known(small: sqlite3.Connection) -> None:
    did(small, 0)
    result = activity(small, TODAY)
    row = of(result, "centre", "oriv")
    assert (row["half_days"], row["share"], result.totals["half_days"]) == (0, None, 0)
    assert "half-days-unknown" not in codes(result)


# --- Groups ---


def test_what_nobody_told_is_a_group_of_its_own(small: sqlite3.Connection) -> None:
    did(small, 6, mode="remote", audience="landlords", theme="Santé")
    did(small, 2, mode="on-site", type="visit")
    did(small, 4, type="study")
    modes = activity(small, TODAY, by="mode")
    assert [(row["mode"], row["half_days"], row["share"]) for row in records(modes)] == [
        ("on-site", 2, 0.166667),
        ("remote", 6, 0.5),
        (None, 4, 0.333333),
    ]
    # Of the half-days whose mode is told, not of all.
    assert modes.totals["remote_share"] == 0.75
    for by, groups in (("theme", ["Santé", None]), ("audience", ["landlords", None])):
        assert [row[by] for row in records(activity(small, TODAY, by=by))] == groups
        assert sum(row["half_days"] for row in records(activity(small, TODAY, by=by))) == 12


def test_closed_lists_come_in_their_order_and_themes_by_their_half_days(small: sqlite3.Connection) -> None:
    for mission, half_days, theme in (
        ("complementary", 9, "b"), ("capitalisation", 1, "É"), ("animation", 1, "e"), ("skills", 3, "a")
    ):  # fmt: skip
        did(small, half_days, mission=mission, theme=theme)
    assert [row["mission"] for row in records(activity(small, TODAY, by="mission"))] == [
        "animation", "skills", "capitalisation", "complementary"
    ]  # fmt: skip
    assert [row["theme"] for row in records(activity(small, TODAY, by="theme"))][:2] == ["b", "a"]


def test_missions_of_a_centre_have_columns(small: sqlite3.Connection) -> None:
    did(small, 5)
    did(small, 3, mission="animation")
    did(small, 1, mission="complementary", type="visit")
    row = of(activity(small, TODAY), "centre", "oriv")
    assert [row[name] for name in ("animation", "skills", "capitalisation", "complementary")] == [3, 5, None, 1]


@pytest.mark.parametrize("by", [by for by in DIVISIONS if by != "year"])
def test_every_division_adds_up_to_the_totals(demo: sqlite3.Connection, by: str) -> None:
    result = activity(demo, TODAY, 2024, by)
    (half_days, participants) = demo.execute(
        "select sum(half_days), sum(participants) from activities where year = 2024"
    ).fetchone()
    for name, expected in (("half_days", half_days), ("participants", participants)):
        assert sum(row[name] or 0 for row in records(result)) == result.totals[name] == expected > 0
    assert sum(row["share"] or 0 for row in records(result)) == pytest.approx(1, abs=1e-4)
    assert result.total_row is not None
    names = [column.name for column in result.columns]
    assert result.total_row[names.index("half_days")] == half_days


def test_years_in_time_with_those_between_of_which_nothing_is_known(small: sqlite3.Connection) -> None:
    did(small, 10, year=2020)
    did(small, 4, year=2022)
    did(small, 6, year=2023)
    rows = records(activity(small, TODAY, by="year"))
    assert [(row["year"], row["half_days"], row["half_days_change"]) for row in rows] == [
        (2020, 10, None), (2021, None, None), (2022, 4, None), (2023, 6, 2)
    ]  # fmt: skip
    assert [row["year"] for row in records(activity(small, "2022-06-30", by="year"))] == [2020, 2021, 2022]
    assert [row["year"] for row in records(activity(small, TODAY, 2020, by="year"))] == [2020]


def test_one_mission_and_one_centre(small: sqlite3.Connection) -> None:
    did(small, 5)
    did(small, 3, mission="animation")
    did(small, 7, "irev", mission="animation")
    result = activity(small, TODAY, mission="animation")
    assert result.totals["half_days"] == 10
    assert result.published == ()  # a figure of all missions says nothing of one
    one = activity(small, TODAY, centre="oriv", mission="animation", by="type")
    assert [(row["half_days"], row["centres"]) for row in records(one)] == [(3, 1)]


def test_a_centre_without_a_mission_has_reported_all_the_same(small: sqlite3.Connection) -> None:
    did(small, 5)
    did(small, 7, "irev", mission="complementary")
    result = activity(small, TODAY, mission="complementary")
    row = of(result, "centre", "oriv")
    assert (row["reported"], row["half_days"]) == (True, None)
    assert (result.totals["reported"], result.totals["not_reported"]) == (2, 18)


# --- Change ---


def test_change_is_of_centres_that_reported_both_years(small: sqlite3.Connection) -> None:
    did(small, 100, year=2023)
    did(small, 110)
    did(small, 50, "irev", year=2023)  # did not report 2024: that is no fall
    did(small, 30, "paris")  # did not report 2023: that is no rise
    did(small, None, "pqn-a", year=2023)
    did(small, 8, "pqn-a")
    result = activity(small, TODAY)
    changes = {row["centre"]: (row["half_days_change"], row["half_days_change_share"]) for row in records(result)}
    assert changes["oriv"] == (10, 0.1)
    assert changes["paris"] == changes["irev"] == changes["pqn-a"] == (None, None)
    assert result.totals["half_days"] == 148
    assert (result.totals["half_days_change"], result.totals["half_days_change_centres"]) == (10, 1)
    assert "+10.0% (1 centre that" in note(result, "half-days-change").message.text("en")
    (group,) = records(activity(small, TODAY, by="mission"))
    assert (group["half_days"], group["half_days_change"]) == (148, 18)


def test_a_group_falls_where_a_centre_that_reported_did_less_of_it(small: sqlite3.Connection) -> None:
    did(small, 10, year=2023, theme="Santé")
    did(small, 4, theme="Santé")
    did(small, 9, theme="Emploi")
    rows = {row["theme"]: row for row in records(activity(small, TODAY, by="theme"))}
    assert (rows["Santé"]["half_days_change"], rows["Emploi"]["half_days_change"]) == (-6, None)


def test_nothing_before_is_no_change_in_percent(small: sqlite3.Connection) -> None:
    did(small, 0, year=2023)
    did(small, 4)
    row = of(activity(small, TODAY), "centre", "oriv")
    assert (row["half_days_change"], row["half_days_change_share"]) == (4, None)


# --- Dates, figures published, what is made up, drawing ---


def test_the_latest_year_over_on_the_date(demo: sqlite3.Connection) -> None:
    dates = ("2016-06-30", "2022-06-30", "2023-10-17", "2023-12-31", "2024-01-01", TODAY)
    years = [activity(demo, as_of).parameters["year"] for as_of in dates]
    # Of 2022 nothing before it is known: the year that runs is better than none.
    assert years == [None, 2022, 2022, 2023, 2023, 2025]
    assert activity(demo, "2023-10-17", by="year").parameters["year"] == 2023
    assert activity(demo, "2023-10-17", 2024).rows == ()


def test_the_first_centre_that_tells_of_the_year_that_runs_is_not_the_network(small: sqlite3.Connection) -> None:
    did(small, 10, year=2025)
    did(small, 10, centre="irev", year=2025)
    did(small, 1, year=2026)
    result = activity(small, TODAY)
    assert (result.parameters["year"], result.totals["half_days"], result.totals["reported"]) == (2025, 20, 2)
    assert activity(small, TODAY, 2026).totals["half_days"] == 1


def test_published_half_days_stand_beside_those_computed_of_the_same_year(small: sqlite3.Connection) -> None:
    did(small, 3000, year=2021)
    did(small, 2900, year=2020)
    did(small, 5, year=2024)
    (figure,) = activity(small, TODAY, 2021).published
    assert (figure["value"], figure["as_of"]) == (3123, "2021-12-31")
    said = note(activity(small, TODAY, 2021), "published-figure").message.text("en")
    assert "3,123" in said and "computed for that date: 3,000" in said
    # Whatever year is asked for, it is held against its own.
    assert note(activity(small, TODAY, 2024), "published-figure").message.text("en") == said
    earlier = activity(small, TODAY, 2020)
    assert [figure["value"] for figure in earlier.published] == [2200]
    assert "2,200" in note(earlier, "published-figure").message.text("en")


def test_what_is_made_up_is_not_set_beside_what_was_published(small: sqlite3.Connection) -> None:
    did(small, 3000, year=2021, source="made-up")
    (figure,) = activity(small, TODAY, 2021).published
    assert (figure["value"], figure["computed"]) == (3123, None)
    did(small, 7, "irev", year=2021)
    (figure,) = activity(small, TODAY, 2021).published
    assert figure["computed"] == 7


def test_made_up_activity_says_so(small: sqlite3.Connection) -> None:
    did(small, 5)
    did(small, 5, "irev", source="made-up")
    result = activity(small, TODAY)
    assert result.fictitious and "fictitious-data" in codes(result)
    assert (of(result, "centre", "oriv")["fictitious"], of(result, "centre", "irev")["fictitious"]) == (False, True)
    assert not activity(small, TODAY, centre="oriv").fictitious
    assert not activity(small, TODAY, 2023).fictitious
    assert activity(small, TODAY, by="year").fictitious


def test_years_of_which_the_first_alone_is_made_up_say_so(small: sqlite3.Connection) -> None:
    did(small, 5, year=2023, source="made-up")
    did(small, 5)
    assert activity(small, TODAY, by="year").fictitious
    assert not activity(small, TODAY).fictitious


def test_a_chart_says_the_main_figure(small: sqlite3.Connection) -> None:
    did(small, 1234)
    by_centre = activity(small, TODAY).chart
    assert by_centre is not None and by_centre.shape is ChartShape.STACKED
    assert by_centre.values == ("animation", "skills", "capitalisation", "complementary")
    assert by_centre.title.text("en") == "1,234 half-days of activity in 2024, by centre and mission"
    assert by_centre.description.text("en") == "1,234 half-days in 2024, reported by 1 of 20 centres."
    for by in list(DIVISIONS)[1:]:
        result = activity(small, TODAY, by=by)
        assert result.chart is not None and result.chart.shape is ChartShape.BARS
        assert result.chart.category == result.columns[0].name == by
        assert any(column.bar for column in result.columns)


def test_export_gives_the_same_rows(demo: sqlite3.Connection) -> None:
    assert export_rows(demo, "activity-by-centre", TODAY).rows == activity(demo, TODAY).rows


def test_the_command(demo_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ask(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            run(["report", "activity", "--db", str(demo_path), *arguments])
        return int(str(ended.value.code)), capsys.readouterr().out

    code, out = ask("--year", "2024", "--by", "mission", "--centre", "ORIV", "--format", "json")
    report = json.loads(out)
    assert code == ExitCode.DONE
    assert report["report"] == "activity-by-mission"
    assert report["parameters"] == {
        "as_of": report["parameters"]["as_of"], "year": 2024, "by": "mission", "centre": "oriv", "mission": None,
        "region": None, "department": None,
    }  # fmt: skip
    assert sum(row["half_days"] for row in report["rows"]) == report["totals"]["half_days"]
    code, out = ask("--mission", "complémentaires", "--format", "json")
    assert (code, json.loads(out)["parameters"]["mission"]) == (ExitCode.DONE, "complementary")
    assert ask("--mission", "nope")[0] == ask("--centre", "nope")[0] == ask("--by", "nope")[0] == ExitCode.USAGE
    code, out = ask("--format", "csv", "--by", "mode")
    assert out.splitlines()[0].startswith("mode,half_days,share,half_days_change,")


# --- Halves ---


def test_half_days_may_have_halves_and_whole_sums_have_no_point(small: sqlite3.Connection) -> None:
    did(small, 2.5, theme="a")
    did(small, 0.5, theme="b")
    did(small, 1.5, theme="c", mission="animation")
    did(small, 1, year=2023)
    result = activity(small, TODAY, year=2024)
    assert result.totals["half_days"] == 4.5
    row = of(result, "centre", "oriv")
    assert (repr(row["skills"]), row["animation"], row["half_days_change"]) == ("3", 1.5, 3.5)
    assert repr(activity(small, TODAY, year=2023).totals["half_days"]) == "1"
