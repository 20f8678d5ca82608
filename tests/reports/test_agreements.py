"""The agreements report: where each agreement stands on a date, and which have a successor."""

from __future__ import annotations

import datetime
import json
import sqlite3
from calendar import monthrange
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli.errors import ExitCode
from crpv_cli.main import run
from crpv_cli.registry.queries import months_after
from crpv_cli.reports.agreements.report import STATUSES, agreements
from crpv_cli.reports.exports import export_rows
from crpv_cli.result import Note, Result

DAY = "2025-06-30"


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def of(result: Result, reference: str) -> dict[str, Any]:
    (row,) = [row for row in records(result) if row["reference"] == reference]
    return row


def note(result: Result, code: str) -> Note:
    (found,) = [note for note in result.notes if note.code == code]
    return found


@pytest.fixture
def small(reference_path: Path) -> Iterator[sqlite3.Connection]:
    """The reference data, to which tests add agreements."""
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("insert into funders (id, name, kind, load) values ('ville', 'Ville', 'commune', 1)")
        connection.execute("insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1)")
        yield connection


def agree(connection: sqlite3.Connection, reference: str, starts_on: str, ends_on: str, **more: object) -> None:
    values = {"centre": "oriv", "funder": "etat", "load": 1} | more
    values |= {"reference": reference, "starts_on": starts_on, "ends_on": ends_on}
    names = ", ".join(values)
    connection.execute(f"insert into agreements ({names}) values ({', '.join(':' + name for name in values)})", values)


# --- Months of the calendar ---


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-06-30", 12, "2026-06-30"),
        ("2025-06-30", 0, "2025-06-30"),
        ("2025-12-15", 1, "2026-01-15"),
        ("9999-06-30", 12, "9999-12-31"),
    ],
)
def test_months_after(day: str, months: int, after: str) -> None:
    assert months_after(day, months) == after


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)), st.integers(0, 1200))
def test_months_after_keeps_the_day_or_takes_the_last_of_the_month(day: datetime.date, months: int) -> None:
    after = datetime.date.fromisoformat(months_after(day.isoformat(), months))
    assert (after.year - day.year) * 12 + after.month - day.month == months
    assert after.day == min(day.day, monthrange(after.year, after.month)[1])


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)), st.integers(0, 600), st.integers(0, 600))
def test_more_months_are_never_earlier(day: datetime.date, fewer: int, more: int) -> None:
    first, second = sorted((fewer, more))
    assert months_after(day.isoformat(), first) <= months_after(day.isoformat(), second)
    following = (day + datetime.timedelta(1)).isoformat()
    assert months_after(day.isoformat(), first) <= months_after(following, first)


# --- Where an agreement stands ---


def test_statuses_at_their_limits(small: sqlite3.Connection) -> None:
    agree(small, "starts-today", DAY, "2030-12-31")
    agree(small, "starts-tomorrow", "2025-07-01", "2031-12-31", centre="irev")
    agree(small, "ends-today", "2020-01-01", DAY, funder="ville")
    agree(small, "ended-yesterday", "2020-01-01", "2025-06-29", centre="paris")
    agree(small, "in-a-year", "2020-01-01", "2026-06-30", centre="pqn-a")
    agree(small, "a-day-later", "2020-01-01", "2026-07-01", centre="labo-cites")
    found = {row["reference"]: (row["status"], row["days_left"]) for row in records(agreements(small, DAY))}
    assert found == {
        "starts-today": ("running", 2010),
        "starts-tomorrow": ("future", None),
        "ends-today": ("ending", 0),
        "ended-yesterday": ("ended-without-successor", None),
        "in-a-year": ("ending", 365),
        "a-day-later": ("running", 366),
    }
    assert of(agreements(small, DAY, within=0), "in-a-year")["status"] == "running"
    assert of(agreements(small, DAY, within=0), "ends-today")["status"] == "ending"
    assert of(agreements(small, DAY, within=13), "a-day-later")["status"] == "ending"


def test_a_month_after_the_end_of_january_is_the_end_of_february(small: sqlite3.Connection) -> None:
    agree(small, "february", "2020-01-01", "2025-02-28")
    agree(small, "march", "2020-01-01", "2025-03-01", funder="ville")
    found = {row["reference"]: row["status"] for row in records(agreements(small, "2025-01-31", within=1))}
    assert found == {"february": "ending", "march": "running"}


@pytest.mark.parametrize(
    ("successor", "status", "renewed"),
    [
        (("2025-01-01", "2027-12-31", {}), "ended", True),
        (("2022-01-01", "2025-01-31", {}), "ended", True),  # overlaps, ended itself: what followed it is asked of it
        (("2025-07-01", "2027-12-31", {}), "ended-without-successor", True),  # has not started yet
        (("2025-01-01", "2027-12-31", {"centre": "irev"}), "ended-without-successor", False),
        (("2025-01-01", "2027-12-31", {"funder": "ville"}), "ended-without-successor", False),
        (("2025-01-01", "2027-12-31", {"signed_on": "2025-07-01"}), "ended-without-successor", False),
        (("2025-01-01", "2027-12-31", {"signed_on": DAY}), "ended", True),
        (("2020-01-01", "2024-12-31", {}), "ended-without-successor", False),  # ends on the same day
    ],
)
def test_a_successor_is_of_the_same_centre_and_funder_and_has_started(
    small: sqlite3.Connection, successor: tuple[str, str, dict[str, str]], status: str, renewed: bool
) -> None:
    agree(small, "old", "2022-01-01", "2024-12-31")
    starts_on, ends_on, more = successor
    agree(small, "new", starts_on, ends_on, **more)
    row = of(agreements(small, DAY), "old")
    assert (row["status"], row["renewed"]) == (status, renewed)


def test_what_was_signed_later_is_not_known_on_the_date(small: sqlite3.Connection) -> None:
    agree(small, "signed", "2020-01-01", "2030-12-31", signed_on="2025-07-01")
    agree(small, "undated", "2020-01-01", "2030-12-31", centre="irev")
    assert {row["reference"] for row in records(agreements(small, DAY))} == {"undated"}
    assert {row["reference"] for row in records(agreements(small, "2025-07-01"))} == {"signed", "undated"}


def test_what_needs_attention_comes_first(demo: sqlite3.Connection) -> None:
    rows = records(agreements(demo, "2026-11-25"))
    order = [status.code for status in STATUSES]
    places = [(order.index(row["status"]), row["ends_on"]) for row in rows]
    assert places == sorted(places)
    assert {row["status"] for row in rows} == set(order)


def test_a_status_and_a_centre_narrow_the_rows(demo: sqlite3.Connection) -> None:
    whole = agreements(demo, "2026-11-25")
    for status in STATUSES:
        chosen = agreements(demo, "2026-11-25", status=status.code)
        assert chosen.rows == tuple(row for row in whole.rows if row[9] == status.code)
        assert chosen.totals == whole.totals
    one = agreements(demo, "2026-11-25", centre="oriv")
    assert one.rows == tuple(row for row in whole.rows if row[0] == "oriv")
    assert one.totals["agreements"] == len(one.rows) > 0


# --- Sums and notes ---


def test_totals_count_each_status_and_add_up_what_runs(small: sqlite3.Connection) -> None:
    agree(small, "running", "2024-01-01", "2030-12-31", amount_cents=10050)
    agree(small, "ending", "2024-01-01", "2025-12-31", amount_cents=250, centre="irev")
    agree(small, "unknown", "2024-01-01", "2025-12-31", centre="paris")
    agree(small, "ended", "2020-01-01", "2024-12-31", amount_cents=99, centre="pqn-a")
    agree(small, "future", "2026-01-01", "2028-12-31", amount_cents=77, centre="pqn-a")
    result = agreements(small, DAY)
    assert result.totals == {
        "agreements": 5,
        "running": 3,
        "ending": 2,
        "future": 1,
        "ended": 1,
        "ended_without_successor": 1,
        "running_amount": 103,
    }
    assert note(result, "agreements-ending").data == {"centres": ["irev", "paris"]}
    assert note(result, "agreements-ended-without-successor").data == {"centres": ["pqn-a"]}
    assert "€103" in note(result, "agreements-amount").message.text("en")
    assert of(result, "unknown")["amount"] is None


def test_an_amount_that_nobody_knows_is_not_zero(small: sqlite3.Connection) -> None:
    agree(small, "running", "2024-01-01", "2030-12-31")
    result = agreements(small, DAY)
    assert (result.totals["running"], result.totals["running_amount"]) == (1, None)
    assert "agreements-amount" not in {note.code for note in result.notes}


def test_without_any_agreement_nothing_is_known(reference: sqlite3.Connection) -> None:
    result = agreements(reference, DAY)
    assert result.rows == () and set(result.totals.values()) == {None}
    assert "none are published" in note(result, "no-agreements").message.text("en")


def test_none_of_what_was_asked_for_is_not_none_at_all(small: sqlite3.Connection) -> None:
    agree(small, "later", "2024-01-01", "2030-12-31", signed_on="2026-01-01")
    said = note(agreements(small, DAY), "no-agreements").message.text("en")
    assert "No such agreement is known on 2025-06-30" in said


def test_made_up_agreements_say_so(small: sqlite3.Connection) -> None:
    agree(small, "real", "2024-01-01", "2030-12-31")
    agree(small, "made-up", "2024-01-01", "2030-12-31", centre="irev", source="made-up")
    result = agreements(small, DAY)
    assert result.fictitious and "fictitious-data" in {note.code for note in result.notes}
    assert (of(result, "real")["fictitious"], of(result, "made-up")["fictitious"]) == (False, True)
    assert not agreements(small, DAY, centre="oriv").fictitious


def test_export_gives_the_same_rows(demo: sqlite3.Connection) -> None:
    assert export_rows(demo, "agreements-by-status", DAY).rows == agreements(demo, DAY).rows


def test_the_command(demo_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ask(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            run(["report", "agreements", "--db", str(demo_path), *arguments])
        return int(str(ended.value.code)), capsys.readouterr().out

    code, out = ask("--as-of", "2026-11-25", "--within", "6", "--status", "ending", "--format", "json")
    report = json.loads(out)
    assert code == ExitCode.DONE
    assert report["parameters"] == {
        "as_of": "2026-11-25", "within": 6, "status": "ending", "centre": None, "region": None, "department": None
    }  # fmt: skip
    assert {row["status"] for row in report["rows"]} == {"ending"}
    assert {row["ends_on"] for row in report["rows"]} == {"2026-12-31"}
    assert all(isinstance(row["days_left"], int) for row in report["rows"])
    for wrong in (("--status", "nope"), ("--within", "-1"), ("--centre", "nope"), ("--as-of", "nope")):
        assert ask(*wrong)[0] == ExitCode.USAGE
