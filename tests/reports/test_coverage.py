"""Coverage against the figures that were worked out by hand from the sources."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.errors import UsageProblem
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.queries import geographies_on
from crpv_cli.reports.coverage.report import DIVISIONS, MEASURES, coverage
from crpv_cli.reports.published import published_figures
from crpv_cli.result import Result
from tests.registry.bench import reseal


def records(result: Result) -> list[dict[str, object]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def codes(result: Result) -> set[str]:
    return {note.code for note in result.notes}


@pytest.fixture
def copy(reference_path: Path) -> Iterator[sqlite3.Connection]:
    """The reference data, to change."""
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as kept:
        kept.backup(connection)
        connection.row_factory = sqlite3.Row
        yield connection


# What is covered with high confidence, with medium as well, and in all, and of how much: worked out from the files.
FIVE_DAYS = {
    "2016-06-30": {
        "neighbourhoods": (853, 1250, 1270, 1511),
        "contracts": (255, 363, 364, 434),
        "inhabitants": (3098332, 4534381, 4677362, 5441002),
    },
    "2023-10-17": {
        "neighbourhoods": (889, 1286, 1328, 1511),
        "contracts": (271, 379, 389, 434),
        "inhabitants": (3269133, 4705182, 4954720, 5441002),
    },
    "2024-12-31": {
        "neighbourhoods": (929, 1347, 1478, 1580),
        "contracts": (261, 352, 376, 390),
        "inhabitants": (3595886, 5169829, 5721676, 5919207),
    },
    "2025-06-30": {
        "neighbourhoods": (934, 1360, 1494, 1609),
        "contracts": (261, 352, 377, 391),
        "inhabitants": (3595886, 5169829, 5721676, 5919207),
    },
    "2025-12-31": {
        "neighbourhoods": (909, 1335, 1469, 1584),
        "contracts": (261, 352, 377, 391),
        "inhabitants": (3595886, 5169829, 5721676, 5919207),
    },
}


@pytest.mark.parametrize("as_of", FIVE_DAYS)
def test_the_whole_table_of_five_days(reference: sqlite3.Connection, as_of: str) -> None:
    for measure, (high, medium, covered, total) in FIVE_DAYS[as_of].items():
        totals = coverage(reference, as_of, measure).totals
        assert (totals["covered"], totals["total"], totals["uncovered"]) == (covered, total, total - covered)
        assert totals["share"] == pytest.approx(covered / total, abs=1e-6)
        assert {code: part["covered"] for code, part in totals["confidence"].items()} == {
            "high": high,
            "medium": medium,
            "low": covered,
        }
        for part in totals["confidence"].values():
            assert part["share"] == pytest.approx(part["covered"] / total, abs=1e-6)


def test_how_sure_coverage_is_can_be_read(reference: sqlite3.Connection) -> None:
    result = coverage(reference, "2025-12-31")
    (said,) = [note for note in result.notes if note.code == "confidence"]
    assert [share in said.message.text() for share in ("57.4%", "84.3%", "92.7%")] == [True] * 3
    assert said.data == result.totals["confidence"]
    # A department without any centre is not sure of anything.
    rows = {row["department"]: row for row in records(coverage(reference, "2025-12-31", by="department"))}
    assert [rows[code]["confidence"] for code in ("67", "13", "75", "92")] == ["high", "medium", "low", None]
    assert "confidence" in coverage(reference, "2025-12-31", by="department").screen


def test_a_centre_is_as_sure_as_its_least_sure_department(reference: sqlite3.Connection) -> None:
    rows = {row["centre"]: row for row in records(coverage(reference, "2025-12-31"))}
    urbaines = rows["ressources-urbaines"]
    assert (urbaines["confidence"], urbaines["covered"]) == ("low", 119)
    departments = {row["department"]: row for row in records(coverage(reference, "2025-12-31", by="department"))}
    assert (urbaines["high"], urbaines["medium"]) == (0, departments["91"]["total"])
    assert (rows["oriv"]["confidence"], rows["oriv"]["high"]) == ("high", rows["oriv"]["covered"])
    assert (rows["labo-cites"]["high"], rows["labo-cites"]["medium"]) == (0, rows["labo-cites"]["covered"])
    assert sum(row["high"] for row in rows.values()) == 909  # type: ignore[misc]  # no department has two centres


# Every total that was published of the lists that come with crpv, and what their rows add up to on its date: three
# neighbourhoods of 2015 and a contract are not located, and only 385 of the 391 contracts had been signed.
PUBLISHED = {
    "qpv-2015": (1514, 1511),
    "qpv-2024": (1609, 1609),
    "qpv-2025": (1584, 1584),
    "qpv-2025-dgcl": (1584, 1584),
    "contracts-2015": (435, 434),
    "contracts-2024": (385, 391),
}


def test_every_shipped_count_against_the_total_published_of_it(reference: sqlite3.Connection) -> None:
    found = {}
    rows = reference.execute(
        "select id, measure, value, as_of from published_figures where measure in ('neighbourhoods', 'contracts')"
    ).fetchall()
    for row in rows:
        found[row["id"]] = (row["value"], coverage(reference, row["as_of"], row["measure"]).totals["total"])
        # The figure stands beside what is computed for its own date, whatever date is asked for.
        on_its_day = {figure["id"]: figure for figure in published_figures(reference, (row["measure"],), row["as_of"])}
        assert on_its_day[row["id"]]["computed"] == found[row["id"]][1]
    assert found == PUBLISHED


@pytest.mark.parametrize(
    ("as_of", "metropolitan", "overseas"),
    [("2015-01-01", 1293, 218), ("2024-12-31", 1362, 218), ("2025-01-01", 1362, 247), ("2025-08-12", 1362, 222)],
)
def test_the_hexagone_and_the_overseas_departments_changed_lists_on_different_days(
    reference: sqlite3.Connection, as_of: str, metropolitan: int, overseas: int
) -> None:
    totals = coverage(reference, as_of).totals
    assert (totals["metropolitan"]["total"], totals["overseas"]["total"]) == (metropolitan, overseas)


def test_the_published_figure_stands_beside_the_computed_one(reference: sqlite3.Connection) -> None:
    result = coverage(reference, "2023-10-17")
    figures = {figure["measure"]: figure for figure in result.published}
    assert (figures["coverage"]["value"], figures["coverage"]["as_of"]) == (88, "2023-10-17")
    assert figures["coverage"]["computed"] == pytest.approx(100 * 1328 / 1511, abs=1e-4)
    assert (figures["neighbourhoods"]["value"], figures["neighbourhoods"]["computed"]) == (1514, 1511)
    # Before the first published figure there is none to show, and a later one is not used.
    assert coverage(reference, "2012-04-30").published == ()
    (earlier,) = coverage(reference, "2013-01-01").published
    assert (earlier["value"], earlier["computed"], earlier["hypotheses"]) == (80, None, {})


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("as_of", ["2023-10-17", "2025-12-31"])
def test_what_a_published_share_may_be_of_is_only_a_hypothesis(
    reference: sqlite3.Connection, as_of: str, measure: str
) -> None:
    """Whatever the date and the measure asked for, 88 % stands beside what is computed of its own day."""
    result = coverage(reference, as_of, measure)
    (beside, *_) = [note.message.text() for note in result.notes if note.code == "published-figure"]
    assert "88%; computed for that date: 87.9% of neighbourhoods" in beside
    (said,) = [note for note in result.notes if note.code == "published-hypotheses"]
    assert "Hypotheses only, computed for 2023-10-17" in said.message.text()
    for share in ("87.9% of neighbourhoods", "89.6% of contracts", "91.1% of inhabitants"):
        assert share in said.message.text()
    assert said.data["hypotheses"] == pytest.approx(
        {
            name: 100 * (totals := coverage(reference, "2023-10-17", name).totals)["covered"] / totals["total"]
            for name in MEASURES
        },
        abs=1e-4,
    )


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("as_of", ["2016-06-30", "2023-10-17", "2025-12-31"])
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


def test_overlaps_count_once(copy: sqlite3.Connection) -> None:
    before = coverage(copy, "2025-12-31")
    copy.execute("insert into perimeters (centre, department, load) values ('oriv', '93', 1)")
    after = coverage(copy, "2025-12-31")
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


def test_the_counts_are_those_in_force_on_the_date(reference: sqlite3.Connection) -> None:
    assert geographies_on(reference, "2014-12-31") == ()
    assert geographies_on(reference, "2023-12-31") == ("2015",)
    assert geographies_on(reference, "2024-01-01") == geographies_on(reference, "2024-12-31") == ("2015", "2024")
    assert geographies_on(reference, "2025-01-01") == ("2024",)
    title = {date: coverage(reference, date).title.text() for date in ("2023-12-31", "2024-12-31", "2025-01-01")}
    assert title["2023-12-31"] == "Coverage on 2023-12-31: neighbourhoods, 2015 geography"
    assert title["2024-12-31"] == "Coverage on 2024-12-31: neighbourhoods, 2024 geography (overseas: 2015 geography)"
    assert title["2025-01-01"] == "Coverage on 2025-01-01: neighbourhoods, 2024 geography"
    assert coverage(reference, "2023-10-17", counted_on="2025-12-31").totals["total"] == 1584
    assert coverage(reference, "2023-10-17", counted_on="2024-06-30").totals["total"] == 1580


def test_counts_of_both_lists_that_are_not_those_of_two_parts(copy: sqlite3.Connection) -> None:
    copy.execute("update territory_counts set geography = '2015' where department = '67' and geography = '2024'")
    assert coverage(copy, "2025-12-31").title.text().endswith("2015 geography and 2024 geography")


# Existence and label are two facts


def test_coverage_counts_the_centres_that_exist_and_says_what_labelled_ones_cover(copy: sqlite3.Connection) -> None:
    unknown = coverage(copy, "2025-12-31")
    assert unknown.totals["labelled"] is None
    assert {"labels-unknown"} == codes(unknown) & {"labels-unknown", "labelled"}
    assert "labelled" not in unknown.screen
    copy.execute(
        "insert into labels (centre, valid_from, valid_to, load) values "
        "('oriv', '2020-01-01', '2025-12-30', 1), ('irev', '2020-01-01', null, 1)"
    )
    result = coverage(copy, "2025-12-31")
    rows = {row["centre"]: row for row in records(result)}
    assert [rows[centre]["labelled"] for centre in ("oriv", "irev", "paris")] == [False, True, None]
    assert "labelled" in result.screen
    # The end of a label ends no perimeter: what is covered is what it was.
    assert result.totals["covered"] == unknown.totals["covered"] == 1469
    assert result.totals["labelled"] == rows["irev"]["covered"]
    assert coverage(copy, "2025-12-30").totals["labelled"] == rows["irev"]["covered"] + rows["oriv"]["covered"]  # type: ignore[operator]
    (said,) = [note for note in result.notes if note.code == "labelled"]
    assert "of which labelled, as far as known: 204 (12.9%)" in said.message.text()
    departments = {row["department"]: row for row in records(coverage(copy, "2025-12-31", by="department"))}
    assert [departments[code]["labelled"] for code in ("67", "59", "75", "92")] == [False, True, None, None]
    copy.execute("insert into labels (centre, load) select id, 1 from centres where id not in ('oriv', 'irev')")
    (said,) = [note for note in coverage(copy, "2025-12-31").notes if note.code == "labelled"]
    assert f"of which labelled: {1469 - 123:,}" in said.message.text()


def test_a_centre_that_closed_covers_nothing(copy: sqlite3.Connection) -> None:
    copy.execute("update centres set closed = '2025-06-30' where id = 'oriv'")
    assert coverage(copy, "2025-06-30").totals["covered"] == 1494
    assert "oriv" in {row["centre"] for row in records(coverage(copy, "2025-06-30"))}
    after = coverage(copy, "2025-12-31")
    assert (after.totals["covered"], after.totals["total"]) == (1469 - 123, 1584)
    assert "oriv" not in {row["centre"] for row in records(after)}


def test_a_department_that_is_twice_in_a_perimeter_counts_once(copy: sqlite3.Connection) -> None:
    before = {by: coverage(copy, "2025-12-31", by=by) for by in DIVISIONS}
    copy.execute(
        "insert into perimeters (centre, department, valid_from, confidence, load) "
        "values ('oriv', '67', '2020-01-01', 'low', 1)"
    )
    for by, result in before.items():
        after = coverage(copy, "2025-12-31", by=by)
        assert (after.rows, after.totals) == (result.rows, result.totals)


def test_two_centres_of_one_department_are_each_as_sure_as_they_are(copy: sqlite3.Connection) -> None:
    copy.execute("insert into perimeters (centre, department, confidence, load) values ('oriv', '93', 'low', 1)")
    result = coverage(copy, "2025-12-31")
    rows = {row["centre"]: row for row in records(result)}
    assert (rows["oriv"]["confidence"], rows["profession-banlieue"]["confidence"]) == ("low", "high")
    assert result.totals["confidence"]["high"]["covered"] == 909  # the surer of the two


# A part of the country


@pytest.mark.parametrize(
    ("asked", "only", "covered", "total"),
    [
        ({"region": "Grand Est"}, "Grand Est", 123, 123),
        ({"region": "94"}, "Corse", 0, 5),
        ({"department": "hauts-de-seine"}, "92 Hauts-de-Seine", 0, 19),
        ({"department": "67"}, "67 Bas-Rhin", 24, 24),
        ({"centre": "oriv"}, "ORIV", 123, 123),
        ({"region": "Île-de-France", "centre": "ressources-urbaines"}, "Île-de-France, Ressources Urbaines", 119, 119),
        ({"region": "Bretagne", "centre": "oriv"}, "Bretagne, ORIV", 0, 0),
    ],
)
@pytest.mark.parametrize("by", DIVISIONS)
def test_a_part_of_the_country(
    reference: sqlite3.Connection, asked: dict[str, str], only: str, covered: int, total: int, by: str
) -> None:
    result = coverage(reference, "2025-12-31", by=by, **asked)
    assert (result.totals["covered"], result.totals["total"]) == (covered, total)
    assert result.title.text().endswith(f"; only {only}")
    rows = records(result)
    assert sum(row["covered"] for row in rows) == covered  # type: ignore[misc]
    if by == "department":
        whole = {row["department"]: row for row in records(coverage(reference, "2025-12-31", by=by))}
        assert rows == [whole[row["department"]] for row in rows]
    # What was published is of the whole country.
    assert result.published == ()
    assert not {"published-figure", "metropolitan"} & codes(result)


def test_a_part_of_the_country_names_its_own_centres_and_gaps(reference: sqlite3.Connection) -> None:
    result = coverage(reference, "2025-12-31", region="Île-de-France")
    assert result.parameters["region"] == "11"
    assert [row["centre"] for row in records(result)] == [
        "paris",
        "pole-ressources-95",
        "profession-banlieue",
        "ressources-urbaines",
    ]
    (gap,) = [note for note in result.notes if note.code == "uncovered-departments"]
    assert [row["department"] for row in gap.data["departments"]] == ["92"]  # type: ignore[attr-defined]
    (low,) = [note for note in result.notes if note.code == "low-confidence"]
    assert "guadeloupe" not in low.message.text()
    (row,) = records(coverage(reference, "2025-12-31", department="95", centre="pole-ressources-95"))
    assert row["departments"] == ("95",)
    with pytest.raises(UsageProblem):
        coverage(reference, "2025-12-31", region="Atlantide")
    with pytest.raises(UsageProblem):
        coverage(reference, "2025-12-31", department="99")


def test_an_unknown_count_is_left_out_and_said(copy: sqlite3.Connection) -> None:
    copy.execute("delete from territory_counts where department = '93' and geography = '2024'")
    result = coverage(copy, "2025-12-31", by="department")
    row = next(row for row in records(result) if row["department"] == "93")
    assert row["total"] is None
    assert row["covered"] is None
    assert row["share"] is None
    assert "unknown-counts" in codes(result)


def test_a_date_of_which_no_list_is_held_is_said(reference: sqlite3.Connection) -> None:
    early = coverage(reference, "2012-05-01")
    assert "no-list-in-force" in codes(early)
    assert "unknown-counts" not in codes(early)
    assert (early.totals["total"], early.totals["share"]) == (0, None)
    # What is not known is not 0.
    for by in DIVISIONS:
        told = coverage(reference, "2012-05-01", by=by)
        assert {row["covered"] for row in records(told)} == {row["share"] for row in records(told)} == {None}
        assert told.total_row is not None
        assert set(told.total_row) == {None}
    assert "no list in force" in early.title.text()
    assert "no-list-in-force" in codes(coverage(reference, "2025-12-31", counted_on="2014-12-31"))
    for date in ("2015-01-01", "2025-12-31"):
        assert "no-list-in-force" not in codes(coverage(reference, date))


def test_counts_of_no_department_are_told_in_one_line(reference_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    shutil.copy(reference_path, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("delete from territory_counts")
        reseal(connection)
    with open_reading(path) as connection:
        result = coverage(connection, "2025-12-31")
        departments = records(coverage(connection, "2025-12-31", by="department"))
    (note,) = [note for note in result.notes if note.code == "unknown-counts"]
    assert "any department" in note.message.text()
    assert "no-list-in-force" not in codes(result)
    assert note.data["departments"] == [row["department"] for row in departments]
