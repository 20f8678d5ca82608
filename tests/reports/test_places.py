"""A region and a department narrow each report to the centres that serve them, and a check to what is found there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from crpv_cli.errors import UsageProblem
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.evaluations.report import evaluation_summaries
from crpv_cli.reports.places import centres_of, departments_of
from crpv_cli.result import Result
from crpv_cli.rules.checking import findings

DAY = "2025-12-31"
REPORTS: tuple[Callable[..., Result], ...] = (activity, agreements, evaluation_summaries)


def centres(result: Result) -> set[object]:
    return {row["centre"] for row in result.records()}


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"region": "Bretagne"}, {"reso-villes"}),
        ({"region": "52"}, {"reso-villes"}),
        ({"region": "Occitanie"}, {"ressources-et-territoires", "villes-et-territoires"}),
        ({"department": "Bas-Rhin"}, {"oriv"}),
        ({"region": "Occitanie", "centre": "villes-et-territoires"}, {"villes-et-territoires"}),
        ({"region": "Bretagne", "department": "67"}, set()),
    ],
)
def test_a_report_is_of_the_centres_of_a_territory(
    demo: sqlite3.Connection, report: Callable[..., Result], asked: dict[str, Any], expected: set[str]
) -> None:
    result = report(demo, DAY, **asked)
    whole = centres(report(demo, DAY))
    assert centres(result) == expected & whole
    for name in ("region", "department", "centre"):
        assert result.parameters[name] == asked.get(name)


@pytest.mark.parametrize("report", REPORTS)
def test_an_unknown_territory_is_said(demo: sqlite3.Connection, report: Callable[..., Result]) -> None:
    for asked in ({"region": "Atlantis"}, {"department": "Atlantis"}):
        with pytest.raises(UsageProblem, match="Atlantis"):
            report(demo, DAY, **asked)


def test_sums_are_of_the_centres_left(demo: sqlite3.Connection) -> None:
    whole = activity(demo, DAY)
    left = activity(demo, DAY, region="Occitanie")
    both = centres(left)
    of_both = [row["half_days"] or 0 for row in whole.records() if row["centre"] in both]
    assert left.totals["half_days"] == sum(of_both) < whole.totals["half_days"]
    # What was published is of the whole network.
    assert left.published == ()


def test_a_check_of_a_territory_finds_what_is_its_own(demo: sqlite3.Connection) -> None:
    whole = findings(demo, DAY).records()
    for asked, departments, own in (
        ({"region": "Occitanie"}, None, {"ressources-et-territoires", "villes-et-territoires"}),
        ({"department": "2A"}, {"2A"}, set()),
    ):
        found = findings(demo, DAY, **asked)  # type: ignore[arg-type]
        left = departments or departments_of(demo, region="Occitanie") or set()
        expected = [row for row in whole if row["centre"] in own or row["department"] in left]
        assert found.records() == expected
        assert expected
        assert sum(found.totals[name] for name in ("breach", "unknown", "notice", "accepted")) == len(expected)


def test_who_serves_a_territory_on_a_date(reference: sqlite3.Connection) -> None:
    assert centres_of(reference, DAY) is None
    assert centres_of(reference, DAY, centre="oriv") == {"oriv"}
    assert centres_of(reference, DAY, department="77") == {"ressources-urbaines"}
    assert centres_of(reference, "2016-06-30", department="77") == set()
    assert departments_of(reference) is None
    assert departments_of(reference, region="Bretagne", overseas=True) == set()
