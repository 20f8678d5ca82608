"""What changed between two dates, against the reports of each date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crpv_cli.errors import UsageProblem
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.queries import closed_year
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.changes import agreement_changes
from crpv_cli.reports.centre.changes import centre_changes, perimeter_changes
from crpv_cli.reports.changes.difference import State
from crpv_cli.reports.changes.report import CHANGES, changes
from crpv_cli.reports.coverage.changes import coverage_changes, lists_differ
from crpv_cli.reports.coverage.report import MEASURES, coverage
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.funding.report import funding
from crpv_cli.result import Result, Value

FIRST, LAST = "2023-10-17", "2025-12-31"


def records(result: Result, kind: str = "") -> list[dict[str, Value]]:
    names = [column.name for column in result.columns]
    rows = [dict(zip(names, row, strict=True)) for row in result.rows]
    return [row for row in rows if kind in {"", row["kind"]}]


def codes(result: Result) -> set[str]:
    return {note.code for note in result.notes}


def text(value: object) -> str:
    return value.text() if hasattr(value, "text") else str(value)


@pytest.fixture
def copy(demo_path: Path) -> Iterator[sqlite3.Connection]:
    """A registry of one's own to change, with the demonstration."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    original = sqlite3.connect(str(demo_path))
    original.backup(connection)
    original.close()
    yield connection
    connection.close()


# --- The reference data ---


def test_centres_and_perimeters(reference: sqlite3.Connection) -> None:
    result = changes(reference, FIRST, LAST)
    (opened,) = records(result, "centre-opened")
    assert (opened["centre"], text(opened["after"])) == ("guadeloupe", "since 2024")
    assert records(result, "centre-closed") == records(result, "perimeter-lost") == []
    gained = [
        (row["subject"], row["centre"], row["difference"], text(row["before"]), text(row["change"]))
        for row in records(result, "perimeter-gained")
    ]
    assert gained == [
        ("77", "ressources-urbaines", 25, "no centre", "+25 QPV (deduced, confidence: low)"),
        ("94", "ressources-urbaines", 47, "no centre", "+47 QPV (deduced, confidence: low)"),
        ("971", "guadeloupe", 19, "no centre", "+19 QPV (deduced, confidence: low)"),
    ]
    assert {row["confidence"] for row in records(result, "perimeter-gained")} == {"low"}


def test_a_department_that_passes_from_one_centre_to_another(reference: sqlite3.Connection) -> None:
    result = changes(reference, "2016-12-31", "2017-01-01")
    lost, gained = records(result, "perimeter-lost"), records(result, "perimeter-gained")
    assert [row["subject"] for row in lost] == [row["subject"] for row in gained] == ["16", "17", "79", "86"]
    assert {row["centre"] for row in lost} == {"villes-au-carre"}
    assert {row["centre"] for row in gained} == {"pqn-a"}
    assert {(text(row["before"]), text(row["after"])) for row in [*lost, *gained]} == {("Villes au Carré", "PQN-A")}
    assert [row["difference"] for row in lost] == [-row["difference"] for row in gained]  # type: ignore[operator]
    assert records(result, "coverage") == []  # nothing is covered less, nothing more


def test_coverage_on_the_screen(reference: sqlite3.Connection) -> None:
    row = records(changes(reference, FIRST, LAST), "coverage")[0]
    shown = [text(row[name]) for name in ("what", "before", "after", "change")]
    assert shown == [
        "Coverage: neighbourhoods",
        "87.9% (1,328 of 1,511)",
        "92.7% (1,469 of 1,584)",
        "+4.9 pts (deduced, confidence: low)",
    ]
    assert row["confidence"] == "low"


@pytest.mark.parametrize(("first", "last"), [(FIRST, LAST), ("2015-06-30", "2017-06-30"), ("2024-01-01", LAST)])
def test_coverage_is_that_of_the_report_on_each_date(reference: sqlite3.Connection, first: str, last: str) -> None:
    rows = {row["subject"]: row for row in records(changes(reference, first, last), "coverage")}
    for measure in MEASURES:
        for subject, counted_on in ((measure, None), (f"{measure}-same-lists", last)):
            before, after = (coverage(reference, date, measure, counted_on).totals for date in (first, last))
            if subject in rows:
                assert rows[subject]["before_value"] == before["share"]
                assert rows[subject]["after_value"] == after["share"]
            elif counted_on is None or lists_differ(reference, first, last):
                assert (before["covered"], before["total"]) == (after["covered"], after["total"])


def test_like_is_compared_with_like_where_the_geographies_differ(reference: sqlite3.Connection) -> None:
    across, within = changes(reference, FIRST, LAST), changes(reference, "2023-10-17", "2023-12-31")
    assert "geographies-differ" in codes(across)
    assert {f"{measure}-same-lists" for measure in MEASURES} <= {row["subject"] for row in records(across, "coverage")}
    assert "geographies-differ" not in codes(within)


def test_a_list_that_changed_in_part_is_said_even_where_nobody_serves_more_or_less(
    reference: sqlite3.Connection,
) -> None:
    """Mayotte changed in August 2025; nothing but what is counted did."""
    result = changes(reference, "2025-06-30", LAST)
    (row,) = records(result, "coverage")
    assert (row["subject"], text(row["change"]), row["confidence"]) == ("neighbourhoods", "-0.1 pts", None)
    (note,) = [note for note in result.notes if note.code == "geographies-differ"]
    assert "by the lists of 2025-12-31 on both dates, coverage does not change" in note.message.text()


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        ("high", ""),
        ("medium", " (deduced, confidence: medium)"),
        ("low", " (deduced, confidence: low)"),
        (None, " (deduced, confidence: low)"),
    ],
)
def test_a_change_says_whether_it_is_deduced(copy: sqlite3.Connection, confidence: str | None, said: str) -> None:
    copy.execute("update perimeters set valid_to = '2024-06-30', confidence = ? where department = '67'", (confidence,))
    result = changes(copy, "2024-06-30", "2024-07-01")
    (lost,) = records(result, "perimeter-lost")
    covered = records(result, "coverage")
    assert text(lost["change"]) == f"-24 QPV{said}"
    assert {row["subject"] for row in covered} == {*MEASURES}
    for row in (lost, *covered):
        assert row["confidence"] == (confidence or "low")
        assert text(row["change"]).endswith(said or ("QPV" if row is lost else "pts"))


def test_a_department_that_holds_nothing_makes_no_coverage_less_sure(copy: sqlite3.Connection) -> None:
    """Lozère had no neighbourhood of 2015."""
    copy.execute("update perimeters set valid_to = '2023-06-30', confidence = 'high' where department = '67'")
    copy.execute("update perimeters set valid_to = '2023-06-30', confidence = 'low' where department = '48'")
    result = changes(copy, "2023-06-30", "2023-07-01")
    assert {row["subject"]: row["confidence"] for row in records(result, "perimeter-lost")} == {
        "48": "low",
        "67": "high",
    }
    assert {row["confidence"] for row in records(result, "coverage")} == {"high"}


def test_a_centre_that_joins_another_changes_no_coverage(copy: sqlite3.Connection) -> None:
    copy.execute(
        "insert into perimeters (centre, department, valid_from, confidence, load) "
        "values ('oriv', '93', '2024-07-01', 'low', 1)"
    )
    result = changes(copy, "2024-06-30", "2024-07-01")
    assert [row["confidence"] for row in records(result, "perimeter-gained")] == ["low"]
    assert records(result, "coverage") == []


def test_money_is_that_of_the_report_of_each_closed_year(reference: sqlite3.Connection) -> None:
    result = changes(reference, FIRST, LAST)
    before, after = funding(reference, FIRST, 2022, 2022), funding(reference, LAST, 2025, 2025)
    rows = {row["subject"]: row for row in records(result, "funding") if row["centre"] is None}
    assert {text(row["what"]) for row in rows.values()} == {
        "Granted by the State, programme 147",
        "Granted by the State, programme 147, same 18 centres",
        "Granted by local authorities",
        "Granted by local authorities, same 2 centres",
    }
    for kind, name in (("state", "state_p147"), ("local", "local")):
        assert rows[kind]["before_value"] == before.totals[name]
        assert rows[kind]["after_value"] == after.totals[name]
        # The centres known are not the same ones: the whole sums are no change, those of the same centres are.
        assert rows[kind]["difference"] is None
        assert rows[kind]["change"] is None
        assert rows[f"{kind}-both"]["difference"] is not None

    def by_centre(report: Result) -> dict[object, int]:
        names = [column.name for column in report.columns]
        told = (dict(zip(names, row, strict=True)) for row in report.rows)
        return {row["centre"]: row["state_p147"] for row in told if row["state_p147"] is not None}  # type: ignore[misc]

    both = by_centre(before).keys() & by_centre(after).keys()
    for name, report in (("before_value", before), ("after_value", after)):
        of_both = {centre: amount / 100 for centre, amount in by_centre(report).items() if centre in both}
        assert rows["state-both"][name] == pytest.approx(sum(of_both.values()))
        own = {row["centre"]: row[name] for row in records(result, "funding") if row["centre"] is not None}
        assert own == of_both


@pytest.mark.parametrize(("date", "year"), [("2023-10-17", 2022), ("2023-12-30", 2022), ("2023-12-31", 2023)])
def test_the_closed_year(date: str, year: int) -> None:
    assert closed_year(date) == year


def test_published_figures(reference: sqlite3.Connection) -> None:
    rows = records(changes(reference, "2019-12-31", "2023-12-31"), "published")
    said = [(row["subject"], row["before_value"], row["after_value"], text(row["after"])) for row in rows]
    assert said == [
        ("half_days", None, 2200, "2,200 (2020-12-31)"),
        ("centres", 19, 19, "19 (2021-10-22; computed: 19)"),
        ("half_days", 2200, 3123, "3,123 (2021-12-31)"),
        ("half_days_share_education", None, 14.8, "14.8% (2021-12-31)"),
        ("half_days_share_social_link", None, 8.4, "8.4% (2021-12-31)"),
        ("half_days_share_vrl", None, 8.5, "8.5% (2021-12-31)"),
        ("centres", 19, 20, "20 (2023-10-17; computed: 19)"),
        ("coverage", 80, 88, "88% (2023-10-17; computed: 87.9% of neighbourhoods)"),
        ("overseas_centres", None, 4, "4 (2023-10-17; computed: 4)"),
        ("p147", None, 565354518, "€565,354,518 (2023-12-31)"),
    ]
    assert [text(row["change"]) for row in rows if row["subject"] == "coverage"] == ["+8 pts"]


# --- What the demonstration shows: evaluations, activity, agreements ---


def test_ratings_are_those_of_the_evaluations_report(demo: sqlite3.Connection) -> None:
    result = changes(demo, FIRST, LAST)
    before, after = (evaluation_summaries(demo, date) for date in (FIRST, LAST))
    (complete,) = records(result, "completeness")
    assert (complete["before_value"], complete["after_value"]) == (before.totals["share"], after.totals["share"])
    positions = [
        {(row["centre"], row["mission"]): row["position"] for row in records(report)} for report in (before, after)
    ]
    moved = {
        (row["centre"], row["subject"]): (row["before_value"], row["after_value"])
        for row in records(result, "rating")
        if row["unit"] == "position"
    }
    expected = {
        key: (positions[0][key], position)
        for key, position in positions[1].items()
        if positions[0].get(key) is not None and position is not None and positions[0][key] != position
    }
    assert moved == expected
    assert len(expected) > 5
    assert result.fictitious
    assert "fictitious-data" in codes(result)


def test_money_after_none_has_no_share(copy: sqlite3.Connection) -> None:
    copy.execute("delete from funding")
    copy.executemany(
        "insert into funding (centre, funder, year, scheme, stage, amount_cents, load) "
        "values ('oriv', ?, ?, 'P147', 'granted', ?, 1)",
        [("etat", 2022, 0), ("etat", 2023, 5000), ("region-bretagne", 2022, 2000), ("region-bretagne", 2023, 5000)],
    )
    rows = records(changes(copy, "2023-06-30", "2024-06-30"), "funding")
    assert [(row["centre"], row["subject"], text(row["change"])) for row in rows] == [
        (None, "state", "+€50"),
        ("oriv", "state", "+€50"),
        (None, "local", "+€30 (+150.0%)"),
    ]


def test_half_days_of_the_closed_years(copy: sqlite3.Connection) -> None:
    copy.execute("delete from activities")
    copy.executemany(
        "insert into activities (centre, year, half_days, mission, type, load) "
        "values (?, ?, ?, 'animation', 'visit', 1)",
        [("oriv", 2022, 10), ("irev", 2022, 5), ("oriv", 2023, 12), ("irev", 2023, None), ("oriv", 2024, 99)],
    )
    whole, same = records(changes(copy, "2023-06-30", "2024-06-30"), "activity")
    assert (whole["before_value"], whole["after_value"], whole["difference"]) == (15, 12, None)
    assert (same["before_value"], same["after_value"], text(same["change"])) == (10, 12, "+2")
    assert not whole["fictitious"]
    copy.execute("update activities set half_days = 6 where centre = 'irev' and year = 2023")
    (whole,) = records(changes(copy, "2023-06-30", "2024-06-30"), "activity")
    assert whole["difference"] == 3


def test_half_days_are_those_of_the_activity_report(demo: sqlite3.Connection) -> None:
    (row, *_) = records(changes(demo, FIRST, LAST), "activity")
    assert (row["before_value"], row["after_value"]) == (
        activity(demo, FIRST, 2022).totals["half_days"],
        activity(demo, LAST, 2025).totals["half_days"],
    )


def test_agreements_that_end_start_and_follow_each_other(copy: sqlite3.Connection) -> None:
    copy.execute("delete from agreements")
    copy.executemany(
        "insert into agreements (centre, funder, starts_on, ends_on, amount_cents, load) values (?, ?, ?, ?, ?, 1)",
        [
            ("oriv", "etat", "2021-01-01", "2023-12-31", 100),
            ("oriv", "etat", "2024-01-01", "2026-12-31", None),
            ("irev", "etat", "2021-01-01", "2023-10-17", 5000),
            ("irev", "metropole-de-lyon", "2023-10-18", "2027-12-31", 7000),
            ("paris", "etat", "2020-01-01", "2030-12-31", 1),
        ],
    )
    rows = [
        (row["centre"], row["subject"], text(row["change"]), row["before_value"], row["after_value"])
        for row in records(changes(copy, FIRST, LAST), "agreement")
    ]
    assert rows == [
        ("irev", "etat", "ended", 50, None),
        ("irev", "metropole-de-lyon", "started", None, 70),
        ("oriv", "etat", "renewed", 1, None),
    ]


def test_a_centre_that_closes(copy: sqlite3.Connection) -> None:
    copy.execute("update centres set closed = '2024-06-30', successor = 'irev' where id = 'oriv'")
    result = changes(copy, "2024-06-30", "2024-07-01")
    (closed,) = records(result, "centre-closed")
    assert (closed["centre"], text(closed["before"])) == ("oriv", "until 2024-06-30")
    assert text(closed["after"]) == "succeeded by IREV"
    assert len(records(result, "perimeter-lost")) == 10


# --- Properties ---


def test_rows_are_grouped_in_the_order_of_the_kinds_and_counted(demo: sqlite3.Connection) -> None:
    result = changes(demo, "2014-12-31", LAST)
    order = [choice.code for choice in CHANGES]
    places = [order.index(str(row["kind"])) for row in records(result)]
    assert places == sorted(places)
    assert list(result.totals.values()) == [places.count(place) for place in range(len(order))]


def test_a_span_in_which_nothing_changed_is_empty(demo: sqlite3.Connection) -> None:
    result = changes(demo, "2025-03-01", "2025-03-02")
    assert result.rows == ()
    assert set(result.totals.values()) == {0}


@pytest.mark.parametrize(("first", "last"), [("2024-01-01", "2024-01-01"), ("2025-01-01", "2024-01-01")])
def test_the_first_date_must_come_first(reference: sqlite3.Connection, first: str, last: str) -> None:
    with pytest.raises(UsageProblem):
        changes(reference, first, last)


DATES = st.builds(
    lambda year, month, day: f"{year}-{month:02}-{day:02}",
    st.integers(2006, 2027),
    st.integers(1, 12),
    st.integers(1, 28),
)
SWAPPED = {
    "centre-opened": "centre-closed",
    "centre-closed": "centre-opened",
    "label-given": "label-ended",
    "label-ended": "label-given",
    "perimeter-gained": "perimeter-lost",
    "perimeter-lost": "perimeter-gained",
}


@settings(max_examples=30)
@given(DATES, DATES)
def test_the_other_way_round_everything_is_the_other_way_round(demo_path: Path, one: str, other: str) -> None:
    with open_reading(demo_path) as connection:
        for question in (centre_changes, perimeter_changes, coverage_changes, agreement_changes):
            first, last = State(connection, one), State(connection, other)
            there, back = list(question(first, last)), list(question(last, first))
            told = sorted(
                (
                    SWAPPED.get(change.kind, change.kind),
                    change.centre or "",
                    change.subject or "",
                    str(change.after_value),
                    str(change.before_value),
                )
                for change in there
            )
            assert told == sorted(
                (
                    change.kind,
                    change.centre or "",
                    change.subject or "",
                    str(change.before_value),
                    str(change.after_value),
                )
                for change in back
            )
            if one == other:
                assert there == []
