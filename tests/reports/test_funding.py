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
from crpv_cli.reports.funding.report import DIVISIONS, funding, share_of_state
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
) -> None:
    connection.execute(
        """
        insert into funding (centre, funder, year, scheme, stage, amount_cents, source, purpose, load)
        values (?, ?, ?, ?, ?, ?, ?, (select count(*) from funding), 1)
        """,
        (centre, funder, year, scheme, stage, cents, source),
    )


# --- The reference data ---


@pytest.mark.parametrize(("year", "euros"), [(2023, 5437871.00), (2024, 5798055.00)])
def test_programme_147(reference: sqlite3.Connection, year: int, euros: float) -> None:
    result = funding(reference, TODAY, year, year)
    assert result.totals["state"] == euros
    assert sum(row["state"] or 0 for row in records(result)) == euros * 100
    schemes = {row["scheme"]: row["amount"] for row in records(funding(reference, TODAY, year, year, by="scheme"))}
    assert schemes["P147"] == euros * 100


def test_villes_au_carre_in_2023(reference: sqlite3.Connection) -> None:
    row = of_centre(funding(reference, TODAY, 2023, 2023), "villes-au-carre")
    assert (row["state"], row["region"], row["local"], row["total"]) == (24548200, 14000000, 14000000, 38548200)
    assert round(row["state_share"] * 100, 1) == 63.7
    assert row["state_share"] + row["local_share"] == pytest.approx(1)
    assert (row["other"], row["department"], row["commune"]) == (None, None, None)
    assert row["state_change"] == 24548200 - 23079000
    assert row["total_change"] == 38548200 - 38379000


def test_groups_are_unknown_in_2021_and_not_zero(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2021, 2021)
    for centre in ("irev", "pqn-a", "cite-ressources", "cr-csur", "maore-ouvoimoja"):
        row = of_centre(result, centre)
        assert row["known"] is False
        assert {row[name] for name in ("state", "local", "other", "total", "state_share", "state_change")} == {None}
        assert row["state_unknown_years"] == ("2021",)
    # Of this one, a region's grant is known: the State's support is not, and nothing can be said of shares.
    row = of_centre(result, "ressources-et-territoires")
    assert (row["known"], row["state"], row["local"], row["state_share"]) == (True, None, 9278000, None)
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
    assert result.title.text("en") == "Funding by centre, 2025"
    # What is known of the year that runs is not the year: the latest one that is over stands.
    assert funding(reference, "2023-06-30").parameters["to"] == 2022
    assert funding(reference, "2023-12-31").parameters["to"] == 2023
    assert funding(reference, "2023-06-30", 2023, 2023).parameters["to"] == 2023
    assert funding(reference, "2014-06-30").parameters["to"] == 2014  # the first year known
    years = funding(reference, TODAY, by="year")
    assert [row["year"] for row in records(years)] == list(range(2014, 2027))
    assert years.title.text("en") == "Funding by year, 2014–2026"


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


def test_a_share_is_taken_of_years_of_which_both_are_known(small: sqlite3.Connection) -> None:
    pay(small, 60_00, year=2022)
    pay(small, 60_00, year=2023)
    pay(small, 40_00, year=2023, funder="ville", scheme="operating")
    pay(small, 90_00, year=2024, funder="ville", scheme="operating")
    result = funding(small, TODAY, 2022, 2024)
    row = of_centre(result, "oriv")
    assert (row["state"], row["local"]) == (120_00, 130_00)
    assert (row["state_share"], row["local_share"]) == (0.6, 0.4)
    assert (result.totals["state_share"], result.totals["state_share_centres"]) == (0.6, 1)


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
    # Geography 2015 at the end of 2023, 2024 at the end of 2024, and the perimeter of the day.
    for year in (2023, 2024):
        row = of_centre(funding(reference, TODAY, year, year), "villes-au-carre")
        for measure in ("neighbourhoods", "inhabitants"):
            covered = of_centre(coverage(reference, f"{year}-12-31", measure), "villes-au-carre")["covered"]
            assert row[measure] == covered
            assert row[f"state_per_{measure[:-1]}"] == round(row["state"] / covered)


def test_one_centre(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2023, 2023, centre="villes-au-carre")
    assert len(result.rows) == 1
    assert result.total_row is None
    assert result.totals["state_share"] == pytest.approx(0.636818)
    assert result.origin is not None
    assert set(result.origin.sources) == {"anct-subventions", "region-centre-scdl"}


def test_the_same_money_twice_is_said(reference_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, closing(sqlite3.connect(reference_path)) as original:
        original.backup(connection)
        connection.row_factory = sqlite3.Row
        # A region and a public bank gave RésO Villes 30,000 € each in 2023: two payments, not one told twice.
        assert "same-money" not in codes(funding(connection, TODAY, 2023, 2023))
        connection.execute(
            """
            insert into funding (centre, funder, year, scheme, stage, amount_cents, source, load)
            values ('oriv', 'etat', 2023, 'P147', 'granted', 47117800, 'jaune-plf-2023', 1)
            """
        )
        pairs = note(funding(connection, TODAY, 2023, 2023), "same-money").data["pairs"]
        assert isinstance(pairs, list)
        (pair,) = pairs
        assert set(pair.pop("sources")) == {"anct-subventions", "jaune-plf-2023"}
        assert pair == {
            "centre": "oriv",
            "year": 2023,
            "scheme": "P147",
            "stage": "granted",
            "amounts": [471178, 471178],
        }
        assert "same-money" not in codes(funding(connection, TODAY, 2022, 2022))
        assert "same-money" not in codes(funding(connection, TODAY, 2023, 2023, centre="irev"))


def test_local_funding_is_not_known_for_most_centres(reference: sqlite3.Connection) -> None:
    result = funding(reference, TODAY, 2023, 2023)
    without = note(result, "no-local-funding-known").data["centres"]
    assert isinstance(without, list)
    assert "oriv" in without
    assert of_centre(result, "oriv")["local"] is None
    assert of_centre(result, "oriv")["state_share"] is None
    assert result.totals["local_unknown"] == len(without) == 16
    assert result.totals["state_share_centres"] == 3


def test_export_gives_the_same_rows(reference: sqlite3.Connection) -> None:
    assert export_rows(reference, "funding-by-centre", "2024-12-31").rows == funding(reference, "2024-12-31").rows


def test_the_same_support_as_in_the_list_of_centres(reference: sqlite3.Connection) -> None:
    for year in range(2016, 2026):
        listed = {row["id"]: row["state_support"] for row in records(list_centres(reference, Selection(year=year)))}
        reported = {row["centre"]: row["state"] for row in records(funding(reference, TODAY, year, year))}
        assert {centre: listed[centre] for centre in reported if centre in listed} == {
            centre: amount for centre, amount in reported.items() if centre in listed
        }


# --- Small registries ---


def test_paid_stands_before_granted_for_each_scheme(small: sqlite3.Connection) -> None:
    pay(small, 100_00)
    pay(small, 70_00, stage="paid", scheme="p147")
    pay(small, 20_00, scheme="project")
    pay(small, 999_00, stage="requested")
    result = funding(small, TODAY)
    assert of_centre(result, "oriv")["state"] == 90_00
    assert result.totals["rows"] == 2
    listed = {row["id"]: row["state_support"] for row in records(list_centres(small, Selection()))}
    assert listed["oriv"] == 90_00


def test_a_scheme_that_is_not_named_may_be_any(small: sqlite3.Connection) -> None:
    pay(small, 100_00, year=2023)
    pay(small, 70_00, year=2023, stage="paid", scheme=None)
    pay(small, 100_00, scheme=None)
    pay(small, 70_00, stage="paid")
    assert [row["amount"] for row in records(funding(small, TODAY, by="year"))] == [70_00, 70_00]


@pytest.mark.parametrize(("stage", "expected"), [("requested", 3), ("granted", 2), ("paid", 1)])
def test_one_stage_only(small: sqlite3.Connection, stage: str, expected: int) -> None:
    pay(small, 3, stage="requested")
    pay(small, 2, stage="granted")
    pay(small, 1, stage="paid")
    result = funding(small, TODAY, stage=stage)
    assert of_centre(result, "oriv")["state"] == expected
    assert result.title.text("en") == f"Funding by centre, 2024: amounts {stage}"


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
    assert [(row["year"], row["state"], row["commune"], row["total"]) for row in rows] == [
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
    small.execute("update centres set label_to = '2022-12-31' where id = 'oriv'")
    pay(small, 100, year=2023)
    row = of_centre(funding(small, TODAY, 2023, 2023), "oriv")
    assert (row["state"], row["neighbourhoods"], row["state_per_neighbourhood"]) == (100, None, None)
    later = funding(small, TODAY, 2024, 2024)
    assert "oriv" not in {row["centre"] for row in records(later)}


def test_a_centre_that_closes_during_the_year_was_open_in_it(small: sqlite3.Connection) -> None:
    small.execute("update centres set label_to = '2023-03-31' where id = 'oriv'")
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
    assert (row["state"], row["region"], row["known"]) == (245482, 140000, True)
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


@pytest.mark.parametrize(
    ("state", "local", "total", "share"),
    [(60, 40, 100, 0.6), (60, None, 60, None), (None, 40, 40, None), (0, 0, 0, None), (0, 40, 40, 0.0)],
)
def test_share_of_the_state(state: int | None, local: int | None, total: int, share: float | None) -> None:
    assert share_of_state(state, local, total) == share
