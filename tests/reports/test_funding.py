"""The funding report: figures of the reference data, and small registries whose every payment is known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.main import run
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.exports import export_rows
from crpv_cli.reports.funding.report import DIVISIONS, funding
from crpv_cli.reports.funding.spread import spread
from crpv_cli.reports.funding.years import funding_years
from crpv_cli.reports.listing import Selection, list_centres, list_table
from crpv_cli.result import Note, Result

TODAY = "2026-11-23"


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def of_centre(result: Result, centre: str) -> dict[str, Any]:
    (row,) = [row for row in records(result) if row["centre"] == centre]
    return row


def note(result: Result, code: str) -> Note:
    (found,) = [note for note in result.notes if note.code == code]
    return found


def codes(result: Result) -> set[str]:
    return {note.code for note in result.notes}


@pytest.fixture
def small(reference_path: Path) -> Iterator[sqlite3.Connection]:
    """The reference data without its funding."""
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("delete from funding")
        connection.execute("insert into funders (id, name, kind, load) values ('ville', 'Ville', 'commune', 1)")
        connection.execute("insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1)")
        yield connection


def pay(
    connection: sqlite3.Connection,
    cents: int,
    year: int = 2024,
    stage: str = "granted",
    scheme: str | None = "P147",
    funder: str = "etat",
    centre: str = "oriv",
    source: str | None = None,
    nature: str | None = None,
) -> None:
    connection.execute(
        """
        insert into funding (centre, funder, year, scheme, stage, amount_cents, source, nature, object, load)
        values (?, ?, ?, ?, ?, ?, ?, ?, (select count(*) from funding), 1)
        """,
        (centre, funder, year, scheme, stage, cents, source, nature),
    )


def budget(connection: sqlite3.Connection, cents: int | None, year: int = 2024, status: str = "approved") -> None:
    connection.execute(
        "insert into budgets (centre, year, status, resources_cents, load) values ('oriv', ?, ?, ?, 1)",
        (year, status, cents),
    )


# --- The reference data ---


P147 = {
    2016: 5489657.15,
    2017: 4144391.76,
    2018: 4487814.00,
    2019: 4937491.27,
    2020: 4730617.00,
    2021: 3400066.00,
    2022: 5374694.78,
    2023: 5437871.00,
    2024: 5798055.00,
    2025: 5515681.00,
}


@pytest.mark.parametrize(("year", "euros"), P147.items())
def test_programme_147(reference: sqlite3.Connection, year: int, euros: float) -> None:
    result = funding(reference, TODAY, year, year)
    assert result.totals["state_p147"] == euros
    assert sum(row["state_p147"] or 0 for row in records(result)) == round(euros * 100)
    schemes = {row["scheme"]: row["amount"] for row in records(funding(reference, TODAY, year, year, by="scheme"))}
    assert schemes["P147"] == round(euros * 100)
    assert funding(reference, TODAY, year, year, scheme="p147").totals["total"] == euros


def test_the_states_money_is_told_by_its_scope(reference: sqlite3.Connection) -> None:
    totals = funding(reference, TODAY, year=2023).totals
    assert (totals["state_p147"], totals["state_programmes"], totals["state_posts"]) == (5437871, 395728, None)
    assert totals["state"] == 5833599
    totals = funding(reference, TODAY, year=2024).totals
    assert (totals["state_p147"], totals["state_programmes"], totals["state_posts"]) == (5798055, None, 84177)
    assert totals["state"] == 5882232
    assert funding(reference, TODAY, year=2024, nature="post").totals["total"] == 84177
    assert funding(reference, TODAY, year=2024, nature="unknown").totals["state_p147"] == 5798055


def test_villes_au_carre_in_2023(reference: sqlite3.Connection) -> None:
    row = of_centre(funding(reference, TODAY, 2023, 2023), "villes-au-carre")
    assert (row["state_p147"], row["state_programmes"], row["state"]) == (24548200, 7000000, 31548200)
    assert (row["region"], row["local"], row["total"]) == (14000000, 14000000, 45548200)
    # Its budget is not known: its share is at most what is known of it.
    assert (row["state_share"], row["local_share"], row["resources"]) == (None, None, None)
    assert (round(row["state_share_at_most"] * 100, 1), row["state_share_missing"]) == (69.3, ("resources", "other"))
    assert (row["other"], row["department"], row["commune"]) == (None, None, None)
    assert row["state_change"] == 24548200 - 23079000
    assert {"anct-subventions", "region-centre-scdl"} < set(row["sources"])


def test_groups_are_unknown_in_2021_and_not_zero(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2021, 2021)
    for centre in ("irev", "pqn-a", "cite-ressources", "cr-csur", "maore-ouvoimoja"):
        row = of_centre(result, centre)
        assert row["known"] is False
        names = ("state", "state_p147", "local", "other", "total", "state_share", "state_share_at_most", "state_change")
        assert {row[name] for name in names} == {None}
        assert row["state_unknown_years"] == ("2021",)
    # Of this one, a region's grant is known: the State's support is not, and nothing can be said of shares.
    row = of_centre(result, "ressources-et-territoires")
    assert (row["known"], row["state"], row["local"], row["state_share_at_most"]) == (True, None, 9278000, None)
    assert note(result, "source-limit").data == {"source": "jaune-plf-2023"}
    assert "2021" in note(result, "source-limit").message.text("en")
    unknown = note(result, "state-support-unknown").data["centres"]
    assert isinstance(unknown, list)
    assert {"centre": "pqn-a", "years": ["2021"]} in unknown
    # The year after is not compared with a year of which nothing is known.
    assert of_centre(funding(reference, TODAY, 2022, 2022), "pqn-a")["state_change"] is None


def test_by_kind_adds_up_to_the_rows_of_the_list(reference: sqlite3.Connection) -> None:
    listed = records(list_table(reference, TABLES["funding"], Selection(year=2022)))
    kinds = {row["id"]: row["kind"] for row in reference.execute("select id, kind from funders")}
    by_kind = records(funding(reference, TODAY, 2022, 2022, by="kind"))
    expected: dict[str, int] = {}
    for row in listed:
        expected[kinds[row["funder"]]] = expected.get(kinds[row["funder"]], 0) + row["amount"]
    assert {row["kind"]: row["amount"] for row in by_kind} == expected
    assert sum(row["rows"] for row in by_kind) == len(listed)
    assert sum(row["share"] for row in by_kind) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("years", [(2021, 2021), (2024, 2024), (2019, 2023)])
@pytest.mark.parametrize("by", DIVISIONS)
def test_every_division_adds_up_to_the_same_total(
    reference: sqlite3.Connection, by: str, years: tuple[int, int]
) -> None:
    result = funding(reference, TODAY, *years, by=by)
    total = sum(row["amount"] or 0 for row in records(result))
    stored = reference.execute("select sum(amount_cents) from funding where year between ? and ?", years).fetchone()[0]
    assert total == stored
    assert result.totals["total"] == stored / 100
    if len(result.rows) == 1:
        assert result.total_row is None
        return
    assert result.total_row is not None
    assert result.total_row[[column.name for column in result.columns].index("amount")] == stored
    if by == "centre":
        assert all(row["amount"] == row["total"] for row in records(result))


def test_by_default_the_latest_year_of_the_states_support(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY)
    assert (result.parameters["from"], result.parameters["to"]) == (2025, 2025)
    assert result.title.text("en") == "Funding granted in 2025, by centre"
    # What is known of the year that runs is not the year: the latest one that is over stands.
    assert funding(reference, "2023-06-30").parameters["to"] == 2022
    assert funding(reference, "2023-12-31").parameters["to"] == 2023
    assert funding(reference, "2023-06-30", 2023, 2023).parameters["to"] == 2023
    assert funding(reference, "2014-06-30").parameters["to"] == 2014  # the first year known
    years = funding(reference, TODAY, by="year")
    assert [row["year"] for row in records(years)] == list(range(2014, 2027))
    assert years.title.text("en") == "Funding granted in 2014–2026, by year"


@pytest.mark.parametrize(
    ("first", "last", "by", "expected"),
    [
        (2020, None, "centre", (2020, 2025)),
        (None, 2018, "centre", (2014, 2018)),
        (2026, None, "centre", (2026, 2026)),
        (2020, None, "year", (2020, 2026)),
        (None, 2018, "year", (2014, 2018)),
    ],
)
def test_one_end_of_a_range(
    reference: sqlite3.Connection, first: int | None, last: int | None, by: str, expected: tuple[int, int]
) -> None:
    parameters = funding(reference, TODAY, first, last, by=by).parameters
    assert (parameters["from"], parameters["to"]) == expected


def test_a_range_sums_and_says_which_years_are_missing(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2020, 2022)
    row = of_centre(result, "pqn-a")
    single = [of_centre(funding(reference, TODAY, year, year), "pqn-a")["state"] for year in (2020, 2021, 2022)]
    assert single[1] is None
    assert row["state"] == single[0] + single[2]
    assert row["state_unknown_years"] == ("2021",)
    assert row["state_change"] is None
    assert "PQN-A (2021)" in note(result, "state-support-unknown").message.text("en")


def test_a_share_is_given_where_all_resources_are_known(small: sqlite3.Connection) -> None:
    pay(small, 60_00)
    pay(small, 40_00, funder="ville", scheme="operating")
    row = of_centre(funding(small, TODAY, year=2024), "oriv")
    assert (row["state_share"], row["local_share"], row["state_share_at_most"]) == (None, None, 0.6)
    assert row["state_share_missing"] == ("resources", "other")
    budget(small, 500_00, status="provisional")
    budget(small, 120_00)
    result = funding(small, TODAY, year=2024)
    row = of_centre(result, "oriv")
    assert (row["resources"], row["state_share"], row["local_share"]) == (120_00, 0.5, 0.333333)
    assert (row["state_share_at_most"], row["state_share_missing"]) == (None, ())
    assert (result.totals["state_share"], result.totals["state_share_centres"]) == (0.5, 1)
    assert "(1 centre)" in note(result, "state-share").message.text("en")
    # Of a part of the money, and of two years of which one is not known in full, there is none.
    for asked in ({"scheme": "p147"}, {"nature": "unknown"}, {"first": 2023, "last": 2024}):
        row = of_centre(funding(small, TODAY, **({"year": 2024} if "first" not in asked else {}), **asked), "oriv")  # type: ignore[arg-type]
        assert row["state_share"] is None


def test_no_share_of_resources_that_are_less_than_what_the_state_grants(small: sqlite3.Connection) -> None:
    pay(small, 60_00)
    budget(small, 50_00)
    assert of_centre(funding(small, TODAY, year=2024), "oriv")["state_share"] is None


def test_a_share_of_two_years_needs_both(small: sqlite3.Connection) -> None:
    for year in (2023, 2024):
        budget(small, 100_00, year)
    pay(small, 60_00)
    assert of_centre(funding(small, TODAY, 2023, 2024), "oriv")["state_share"] is None
    pay(small, 20_00, year=2023)
    assert of_centre(funding(small, TODAY, 2023, 2024), "oriv")["state_share"] == 0.4
    small.execute("delete from budgets where year = 2023")
    row = of_centre(funding(small, TODAY, 2023, 2024), "oriv")
    assert (row["resources"], row["state_share"]) == (None, None)


def test_what_the_state_gives_alone_says_nothing_of_shares(small: sqlite3.Connection) -> None:
    pay(small, 60_00)
    result = funding(small, TODAY, year=2024)
    assert of_centre(result, "oriv")["state_share_at_most"] is None
    assert not {"state-share", "state-share-at-most"} & codes(result)


def test_what_is_not_known_on_the_date(reference: sqlite3.Connection) -> None:
    result = funding(reference, "2022-12-31", 2022, 2024)
    assert result.totals["state"] == funding(reference, TODAY, 2022, 2022).totals["state"]
    centres = {row["centre"] for row in records(result)}
    assert "guadeloupe" not in centres
    assert "guadeloupe" in {row["centre"] for row in records(funding(reference, TODAY, 2024, 2024))}
    nothing = funding(reference, "2022-12-31", 2024, 2024)
    assert nothing.totals["total"] is None
    assert codes(nothing) >= {"no-funding"}


def test_support_per_neighbourhood_and_inhabitant(reference: sqlite3.Connection) -> None:
    # The lists in force at the end of each year, and the perimeter of the day.
    for year in (2023, 2024):
        row = of_centre(funding(reference, TODAY, year, year), "villes-au-carre")
        for measure in ("neighbourhoods", "inhabitants"):
            covered = of_centre(coverage(reference, f"{year}-12-31", measure), "villes-au-carre")["covered"]
            assert row[measure] == covered
            assert row[f"state_per_{measure[:-1]}"] == round(row["state_p147"] / covered)


def test_years_are_compared_over_one_perimeter(reference: sqlite3.Connection) -> None:
    """Its perimeter grew and the lists changed: each year is divided by the neighbourhoods of the last one."""
    result = funding(reference, TODAY, 2022, 2024, by="centre-year", centre="ressources-urbaines")
    rows = records(result)
    assert [row["year"] for row in rows] == [2022, 2023, 2024]
    assert len({row["neighbourhoods"] for row in rows}) == len({row["inhabitants"] for row in rows}) == 1
    then = of_centre(coverage(reference, "2024-12-31"), "ressources-urbaines")["covered"]
    assert rows[0]["neighbourhoods"] == then
    assert rows[0]["neighbourhoods"] != of_centre(coverage(reference, "2022-12-31"), "ressources-urbaines")["covered"]
    assert note(result, "constant-perimeter").data == {"date": "2024-12-31"}
    for row in rows:
        assert row["state_p147"] == of_centre(funding(reference, TODAY, year=row["year"]), row["centre"])["state_p147"]
        assert row["state_per_neighbourhood"] == round(row["state_p147"] / then)
    assert rows[1]["state_change"] == rows[1]["state_p147"] - rows[0]["state_p147"]
    # The sum of three years is not compared with a year.
    assert (result.totals["state_change"], result.totals["state_change_share"]) == (None, None)
    earlier = records(funding(reference, TODAY, 2021, 2022, by="centre-year", centre="ressources-urbaines"))
    of_2022 = of_centre(coverage(reference, "2022-12-31"), "ressources-urbaines")["covered"]
    assert [row["neighbourhoods"] for row in earlier] == [of_2022, of_2022]


def test_one_centre(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2023, 2023, centre="villes-au-carre")
    assert len(result.rows) == 1
    assert result.total_row is None
    assert result.totals["state_share"] is None
    assert "known-of" not in codes(result)
    assert result.origin is not None
    assert {"anct-subventions", "region-centre-scdl"} <= set(result.origin.sources)


def test_a_yearly_total_on_top_of_its_grants_changes_nothing(reference_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        connection.execute(
            """
            insert into funding (centre, funder, year, scheme, stage, amount_cents, source, load)
            values ('oriv', 'etat', 2023, 'P147', 'granted', 47117800, 'jaune-plf-2023', 1)
            """
        )
        result = funding(connection, TODAY, 2023, 2023)
        assert result.totals["state_p147"] == P147[2023]
        assert "same-money" not in codes(result)


def test_near_amounts_of_two_sources_are_said(small: sqlite3.Connection) -> None:
    pay(small, 1000_00, source="anct-subventions")
    pay(small, 1005_00, source="made-up")
    result = funding(small, TODAY)
    assert result.totals["state_p147"] == 2005
    pairs = note(result, "same-money").data["pairs"]
    assert isinstance(pairs, list)
    assert [(pair["centre"], pair["amounts"]) for pair in pairs] == [("oriv", [1000, 1005])]
    assert "same-money" not in codes(funding(small, TODAY, 2023, 2023))
    assert "same-money" not in codes(funding(small, TODAY, 2024, 2024, centre="irev"))


def test_local_funding_is_not_known_for_most_centres(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2023, 2023)
    without = note(result, "no-local-funding-known").data["centres"]
    assert isinstance(without, list)
    assert "oriv" in without
    assert of_centre(result, "oriv")["local"] is None
    assert of_centre(result, "oriv")["state_share"] is None
    # The centre that is exempt from shared funding is not expected to have any.
    assert "paris" not in without
    assert result.totals["local_unknown"] == len(without) + 1 == 16
    # No share of the network rests on three centres.
    assert (result.totals["state_share"], result.totals["state_share_centres"]) == (None, 0)
    at_most = note(result, "state-share-at-most").data["centres"]
    assert at_most == [
        {"centre": "profession-banlieue", "at_most": 0.899194, "missing": ["resources", "local"]},
        {"centre": "ressources-et-territoires", "at_most": 0.684323, "missing": ["resources", "other"]},
        {"centre": "reso-villes", "at_most": 0.83474, "missing": ["resources"]},
        {"centre": "villes-au-carre", "at_most": 0.692633, "missing": ["resources", "other"]},
    ]
    assert "Profession Banlieue 89.9% (local funding not known)" in note(result, "state-share-at-most").message.text(
        "en"
    )


def test_export_gives_the_same_rows(reference: sqlite3.Connection) -> None:
    assert export_rows(reference, "funding-by-centre", "2024-12-31").rows == funding(reference, "2024-12-31").rows


def test_the_same_support_as_in_the_list_of_centres(reference: sqlite3.Connection) -> None:
    for year in range(2016, 2026):
        listed = {row["id"]: row["state_support"] for row in records(list_centres(reference, Selection(year=year)))}
        reported = {row["centre"]: row["state_p147"] for row in records(funding(reference, TODAY, year, year))}
        assert {centre: listed[centre] for centre in reported if centre in listed} == {
            centre: amount for centre, amount in reported.items() if centre in listed
        }


# --- Small registries ---


def test_an_instalment_changes_nothing_of_what_is_granted(reference_path: Path) -> None:
    """What is paid stands beside what is granted, in no sum and in no other's place."""
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        before = {by: funding(connection, TODAY, 2023, 2023, by=by) for by in DIVISIONS}
        for centre, cents in (("irev", 38_000_00), ("oriv", 10_000_00)):
            pay(connection, cents, 2023, "paid", centre=centre)
        for by, result in before.items():
            after = funding(connection, TODAY, 2023, 2023, by=by)
            assert {**after.totals, "paid": None, "left": None} == result.totals
            names = [name for name in result.places if name not in {"paid", "left"}]
            for row, then in zip(after.records(), result.records(), strict=True):
                assert {name: row[name] for name in names} == {name: then[name] for name in names}
        result = funding(connection, TODAY, 2023, 2023)
        irev = of_centre(result, "irev")
        assert (irev["state_p147"], irev["paid"], irev["left"]) == (380_000_00, 38_000_00, 342_000_00)
        assert of_centre(result, "labo-cites")["paid"] is None
        assert (result.totals["paid"], result.totals["left"]) == (48000, 803178)
        said = note(result, "paid-of-granted")
        assert "IREV" in said.message.text("en")
        assert "€38,000 of €380,000" in said.message.text("en")
        assert said.data["rows"][0] == {  # type: ignore[index]
            "centre": "irev",
            "funder": "etat",
            "year": 2023,
            "scheme": "P147",
            "paid": 38000,
            "granted": 380000,
            "left": 342000,
        }
        assert funding(connection, TODAY, 2023, 2023, stage="paid").totals["total"] == 48000
        listed = {row["id"]: row["state_support"] for row in records(list_centres(connection, Selection(year=2023)))}
        assert listed["irev"] == 380_000_00


def test_what_is_known_at_another_stage_alone_is_listed_and_counts_in_no_sum(small: sqlite3.Connection) -> None:
    pay(small, 100_00)
    pay(small, 70_00, stage="paid", centre="irev")
    pay(small, 20_00, stage="requested", scheme="project")
    result = funding(small, TODAY)
    assert result.totals["total"] == 100
    assert of_centre(result, "irev")["state_p147"] is None
    assert (of_centre(result, "irev")["paid"], of_centre(result, "irev")["left"]) == (70_00, None)
    rows = note(result, "other-stage-only").data["rows"]
    assert [(row["centre"], row["stage"], row["amount"]) for row in rows] == [  # type: ignore[attr-defined]
        ("irev", "paid", 70),
        ("oriv", "requested", 20),
    ]
    assert "paid-of-granted" not in codes(result)
    assert "other-stage-only" not in codes(funding(small, TODAY, year=2024, centre="labo-cites"))


@pytest.mark.parametrize(("stage", "expected"), [("requested", 3), ("granted", 2), ("paid", 1)])
def test_one_stage_only(small: sqlite3.Connection, stage: str, expected: int) -> None:
    pay(small, 3, stage="requested")
    pay(small, 2, stage="granted")
    pay(small, 1, stage="paid")
    result = funding(small, TODAY, stage=stage)
    assert of_centre(result, "oriv")["state"] == expected
    assert result.title.text("en") == f"Funding {stage} in 2024, by centre"
    assert result.title.text("fr").startswith("Subventions ")


def test_a_scheme_and_a_nature_narrow_the_money(small: sqlite3.Connection) -> None:
    pay(small, 1)
    pay(small, 2, scheme="p147", nature="core")
    pay(small, 4, scheme="P104", nature="project")
    pay(small, 8, funder="ville", scheme=None)
    for asked, expected in (({"scheme": "P147"}, 3), ({"scheme": "p104"}, 4), ({"nature": "core"}, 2)):
        assert of_centre(funding(small, TODAY, **asked), "oriv")["total"] == expected  # type: ignore[arg-type]
    assert of_centre(funding(small, TODAY, nature="unknown"), "oriv")["total"] == 9
    both = funding(small, TODAY, scheme="P147", nature="core")
    assert both.title.text("en") == "Funding granted in 2024, by centre (P147, core support of the missions)"
    assert (both.parameters["scheme"], both.parameters["nature"]) == ("P147", "core")


def test_nothing_is_known_without_funding(small: sqlite3.Connection) -> None:
    for by in DIVISIONS:
        result = funding(small, TODAY, by=by)
        assert result.totals["total"] is None
        assert result.totals["known"] == 0
        assert "no-funding" in codes(result)
    assert {row["known"] for row in records(funding(small, TODAY))} == {False}


def test_years_between_of_which_nothing_is_known(small: sqlite3.Connection) -> None:
    pay(small, 100, year=2020)
    pay(small, 100, year=2022)
    rows = records(funding(small, TODAY, by="year"))
    assert [(row["year"], row["amount"], row["known"]) for row in rows] == [
        (2020, 100, True),
        (2021, None, False),
        (2022, 100, True),
    ]


def test_kinds_of_funders_over_the_years_add_up(small: sqlite3.Connection) -> None:
    pay(small, 100, year=2020)
    pay(small, 50, year=2020, funder="ville", scheme="operating")
    pay(small, 0, year=2022)
    rows = records(funding_years(small, TODAY, 2022))
    assert [(row["year"], row["state_p147"], row["commune"], row["total"]) for row in rows] == [
        (2020, 100, 50, 150),
        (2021, None, None, None),
        (2022, 0, None, 0),
    ]


def test_a_zero_is_known(small: sqlite3.Connection) -> None:
    pay(small, 0)
    row = of_centre(funding(small, TODAY), "oriv")
    assert (row["state"], row["known"], row["state_unknown_years"]) == (0, True, ())


def test_a_total_is_compared_only_with_one_of_the_same_funders(small: sqlite3.Connection) -> None:
    pay(small, 100, year=2023)
    pay(small, 50, year=2023, funder="ville", scheme="operating")
    pay(small, 80, year=2024)
    row = of_centre(funding(small, TODAY, 2024, 2024), "oriv")
    assert (row["state_change"], row["state_change_share"]) == (-20, -0.2)
    assert (row["total_change"], row["total_change_share"]) == (None, None)


def test_a_centre_that_is_closed_keeps_its_money(small: sqlite3.Connection) -> None:
    small.execute("update centres set closed = '2022-12-31' where id = 'oriv'")
    pay(small, 100, year=2023)
    row = of_centre(funding(small, TODAY, 2023, 2023), "oriv")
    assert (row["state"], row["neighbourhoods"], row["state_per_neighbourhood"]) == (100, None, None)
    later = funding(small, TODAY, 2024, 2024)
    assert "oriv" not in {row["centre"] for row in records(later)}


def test_a_centre_that_closes_during_the_year_was_open_in_it(small: sqlite3.Connection) -> None:
    small.execute("update centres set closed = '2023-03-31' where id = 'oriv'")
    pay(small, 100, year=2023, centre="irev")
    assert of_centre(funding(small, TODAY, 2023, 2023), "oriv")["known"] is False


def test_a_count_that_is_not_known_gives_no_ratio(small: sqlite3.Connection) -> None:
    pay(small, 100_00)
    small.execute(
        "delete from territory_counts where department = '67' and measure = 'inhabitants' and geography = '2024'"
    )
    row = of_centre(funding(small, TODAY), "oriv")
    assert row["state_per_neighbourhood"] is not None
    assert (row["inhabitants"], row["state_per_inhabitant"]) == (None, None)


def test_made_up_money_says_so(small: sqlite3.Connection) -> None:
    pay(small, 100, source="made-up")
    pay(small, 100, centre="irev")
    result = funding(small, TODAY)
    assert result.fictitious
    assert "fictitious-data" in codes(result)
    assert of_centre(result, "oriv")["fictitious"] is True
    assert of_centre(result, "irev")["fictitious"] is False
    listed = list_centres(small, Selection())
    assert {row["id"] for row in records(listed) if row["fictitious"]} == {"oriv"}
    assert codes(listed) == {"fictitious-data"}


def test_the_command(reference_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "funding", "--centre", "villes au carre", "--db", str(reference_path)]
    with pytest.raises(SystemExit) as ended:
        run([*asked, "--year", "2023", "--format", "json"])
    assert ended.value.code == ExitCode.DONE
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["state_p147"], row["region"], row["known"]) == (245482, 140000, True)
    with pytest.raises(SystemExit) as ended:
        run([*asked, "--from", "2020", "--to", "2022", "--by", "year", "--stage", "granted", "--format", "csv"])
    assert ended.value.code == ExitCode.DONE
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == ["year", "2020", "2021", "2022"]
    for wrong in (["--year", "2023", "--to", "2024"], ["--from", "2024", "--to", "2023"], ["--year", "20"]):
        with pytest.raises(SystemExit) as ended:
            run([*asked, *wrong])
        assert ended.value.code == ExitCode.USAGE


def test_the_first_year_comes_first(small: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem):
        funding(small, TODAY, 2024, 2023)


# --- Sets, series, regions ---


def test_each_sum_says_of_how_many_centres_it_is(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2023, 2023)
    totals = result.totals
    assert [totals[f"{name}_known"] for name in ("state_p147", "state_programmes", "local", "other")] == [18, 8, 3, 2]
    assert note(result, "known-of").data["centres"] == totals["centres"] == 19
    assert "programme 147: 18" in note(result, "known-of").message.text("en")


def test_the_years_that_do_not_compare_are_marked(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2014, 2025, by="year")
    rows = {row["year"]: row for row in records(result)}
    assert [year for year, row in rows.items() if not row["comparable"]] == [2014, 2015, 2021]
    assert {"irev", "pqn-a", "maore-ouvoimoja"} <= set(rows[2021]["missing"])
    assert (rows[2021]["state_p147_centres"], rows[2021]["centres_open"]) == (12, 19)
    assert rows[2014]["state_p147"] is None
    said = note(result, "not-comparable").message.text("en")
    assert "2014 (0/17 centres), 2015 (0/18 centres), 2021 (12/19 centres)" in said
    assert result.chart is not None
    assert result.chart.marked == "comparable"
    # Of one centre, the years are those of this centre.
    alone = records(funding(reference, TODAY, 2016, 2025, by="year", centre="oriv"))
    assert all(row["comparable"] for row in alone)
    assert "comparable" in result.screen


def test_a_first_grant_of_a_year_does_not_make_it_comparable(reference_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        pay(connection, 100_00, year=2026)
        rows = {row["year"]: row["comparable"] for row in records(funding(connection, "2027-01-15", by="year"))}
        assert [year for year, comparable in rows.items() if not comparable] == [2014, 2015, 2021, 2026]


def test_the_series_of_the_network_compares_the_same_centres(reference: sqlite3.Connection) -> None:
    result = funding_years(reference, TODAY)
    rows = records(result)
    assert [row["year"] for row in rows] == list(range(2016, 2026))
    assert [row["year"] for row in rows if row["comparable"] is False] == [2021]
    assert {row["year"]: row["state_p147"] / 100 for row in rows} == P147
    assert result.chart is not None
    said = result.chart.description.text("en")
    assert "17 centres known in both years: €5,489,657.15 in 2016, " in said
    then = {row["centre"] for row in records(funding(reference, TODAY, year=2016)) if row["state_p147"] is not None}
    now = records(funding(reference, TODAY, year=2025))
    after = sum(row["state_p147"] or 0 for row in now if row["centre"] in then)
    assert f"€{after // 100:,}" in said
    assert "*" in result.chart.title.text("en")
    early = funding_years(reference, TODAY, last=2016)
    assert early.chart is not None
    assert "€0" not in early.chart.description.text("en")
    assert [row["year"] for row in records(early)] == [2014, 2015, 2016]


def test_a_centre_of_two_regions_is_one_line_of_both(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2023, 2023, by="region")
    rows = {row["regions"]: row for row in records(result)}
    assert rows["Auvergne-Rhône-Alpes"]["state_p147"] == 391_400_00
    assert (rows["Occitanie"]["state_p147"], rows["Occitanie"]["centres_open"]) == (499_200_00, 2)
    both = rows["Bretagne + Pays de la Loire"]
    assert (both["state_p147"], both["region_codes"]) == (303_065_00, ("53", "52"))
    assert not {"Bretagne", "Pays de la Loire"} & set(rows)
    assert (rows["Île-de-France"]["state_p147_centres"], rows["Île-de-France"]["centres_open"]) == (3, 4)
    assert sum(row["state_p147"] for row in rows.values()) == round(P147[2023] * 100)


def test_a_centre_without_a_perimeter_is_where_its_latest_was(small: sqlite3.Connection) -> None:
    pay(small, 100)
    small.execute("delete from perimeters where centre in ('oriv', 'irev')")
    small.execute(
        "insert into perimeters (centre, department, valid_from, valid_to, load) values "
        "('oriv', '67', '2010-01-01', '2015-12-31', 1), ('oriv', '13', '2000-01-01', '2009-12-31', 1)"
    )
    rows = records(funding(small, TODAY, by="region"))
    assert [row["regions"] for row in rows if row["amount"]] == ["Grand Est"]
    # One that never had any is of no region, and its line comes last.
    assert rows[-1]["regions"] is None


def test_a_region_and_a_department_narrow_the_centres(reference: sqlite3.Connection) -> None:
    def named(**asked: str) -> set[str]:
        return {row["centre"] for row in records(funding(reference, TODAY, year=2023, **asked))}  # type: ignore[arg-type]

    assert named(region="occitanie") == {"ressources-et-territoires", "villes-et-territoires"}
    assert named(region="Pays de la Loire") == named(region="Bretagne") == {"reso-villes"}
    assert named(department="67") == {"oriv"}
    assert named(department="67", centre="irev") == set()
    result = funding(reference, TODAY, year=2023, region="53")
    assert result.totals["state_p147"] == 303065
    assert result.title.text("en") == "Funding granted in 2023, by centre (Bretagne)"
    with pytest.raises(UsageProblem):
        funding(reference, TODAY, region="Atlantis")


def test_centre_by_year_gives_each_years_own_figures(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2022, 2023, by="centre-year")
    rows = records(result)
    assert sum(row["state_p147"] or 0 for row in rows) == round((P147[2022] + P147[2023]) * 100)
    row = next(row for row in rows if (row["centre"], row["year"]) == ("ressources-et-territoires", 2023))
    assert (row["local"], row["state_share_at_most"]) == (9235200, 0.684323)
    assert row["sources"] == ("anct-subventions", "region-occitanie-scdl")
    assert len(rows) == 38


def test_how_support_is_spread(reference: sqlite3.Connection) -> None:
    totals = funding(reference, TODAY, 2023, 2023).totals
    amounts = [row["state_p147"] for row in records(funding(reference, TODAY, 2023, 2023)) if row["state_p147"]]
    assert len(amounts) == 18
    assert totals["state_p147_median"] == sum(sorted(amounts)[8:10]) / 2 / 100
    assert totals["state_p147_three_largest_share"] == round(sum(sorted(amounts)[-3:]) / sum(amounts), 6)
    assert funding(reference, TODAY, 2022, 2023).totals["state_p147_median"] is None


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([1, 2, 3], (None, None, None, None)),
        ([10, 20, None, 30, 40, 50], (20, 30, 40, 0.8)),
        ([0, 0, 0, 0], (0, 0, 0, None)),
    ],
)
def test_quartiles(amounts: list[int | None], expected: tuple[float | None, ...]) -> None:
    found = spread("x", amounts)
    names = ("x_quartile_1", "x_median", "x_quartile_3", "x_three_largest_share")
    assert tuple(found[name] for name in names) == expected


def test_support_is_a_part_of_programme_147_of_the_same_year(reference: sqlite3.Connection) -> None:
    def parts(**asked: object) -> dict[int, object]:
        found = funding(reference, TODAY, **asked)  # type: ignore[arg-type]
        return {one.data["year"]: one.data["share"] for one in found.notes if one.code == "part-of-programme"}  # type: ignore[misc]

    assert parts(year=2023) == {2023: round(5437871 / 565354518, 6)}
    assert parts(first=2022, last=2025) == {
        2023: round(5437871 / 565354518, 6),
        2024: round(5798055 / 639500000, 6),
        2025: round(5515681 / 609600000, 6),
    }
    assert parts(year=2022) == parts(year=2023, stage="requested") == {}
    said = note(funding(reference, TODAY, year=2024), "part-of-programme").message.text("en")
    assert "loi de finances 2024" in said
    assert "0.91%" in said


def test_a_scheme_is_one_however_it_is_written(small: sqlite3.Connection) -> None:
    pay(small, 1, scheme="P147")
    pay(small, 2, scheme="p147")
    assert [row["amount"] for row in records(funding(small, TODAY, by="scheme"))] == [3]


def test_a_former_name_is_that_of_the_date(small: sqlite3.Connection) -> None:
    small.execute(
        "insert into centre_states (centre, valid_to, name, short_name, legal_form, load) "
        "values ('oriv', '2024-06-30', 'Before', 'OLD', 'association', 1)"
    )
    pay(small, 1, year=2023)
    assert of_centre(funding(small, "2023-12-31"), "oriv")["short_name"] == "OLD"
    assert of_centre(funding(small, TODAY, year=2023), "oriv")["short_name"] == "ORIV"
