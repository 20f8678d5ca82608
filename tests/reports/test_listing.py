"""Lists: filters, order, columns; and which centre somebody means."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crpv_cli.bundled import demo_folder, reference_folder
from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.output.terminal.screen import screen
from crpv_cli.reports.centre.report import centre_sheet
from crpv_cli.reports.exports import export_rows
from crpv_cli.reports.finding import find_centre, find_department, find_mission, find_region
from crpv_cli.reports.listing import Selection, list_centres, list_rows_of, list_table, shape
from crpv_cli.result import Layout, Result
from tests.asked import ask


def column(result: Result, name: str) -> list[object]:
    place = [column.name for column in result.columns].index(name)
    return [row[place] for row in result.rows]


def test_centres_of_today(reference: sqlite3.Connection) -> None:
    result = list_centres(reference, Selection())
    assert len(result.rows) == 20
    assert column(result, "missions_evaluated") == [None] * 20  # none known is not none evaluated
    paris = column(result, "id").index("paris")
    assert column(result, "state_support")[paris] is None


def test_overseas_on_the_day_of_the_statement(reference: sqlite3.Connection) -> None:
    result = list_centres(reference, Selection(as_of="2023-10-17", overseas=True))
    assert set(column(result, "id")) == {"ville-caraibe", "crpv-guyane", "cr-csur", "maore-ouvoimoja"}
    mainland = list_centres(reference, Selection(as_of="2023-10-17", overseas=False))
    assert len(mainland.rows) == 15


def test_state_support_of_a_year(reference: sqlite3.Connection) -> None:
    result = list_centres(reference, Selection(year=2023))
    support = dict(zip(column(result, "id"), column(result, "state_support"), strict=True))
    assert support["villes-au-carre"] == 24548200
    assert sum(value for value in support.values() if isinstance(value, int)) == 543787100


def test_what_is_paid_or_requested_is_not_what_is_granted(reference_path: object) -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    original = sqlite3.connect(str(reference_path))
    original.backup(connection)
    original.close()
    for stage, amount in (("requested", 99999900), ("paid", 12300)):
        connection.execute(
            """
            insert into funding (centre, funder, year, stage, amount_cents, load)
            values ('oriv', 'etat', 2025, ?, ?, 1)
            """,
            (stage, amount),
        )
    result = list_centres(connection, Selection())
    connection.close()
    assert dict(zip(column(result, "id"), column(result, "state_support"), strict=True))["oriv"] == 461_338_00
    assert result.column("state_support").label == "State, programme 147"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Selection(region="Bretagne"), {"reso-villes"}),
        (Selection(region="53"), {"reso-villes"}),
        (Selection(department="Mayotte"), {"maore-ouvoimoja"}),
        (Selection(department="1"), {"labo-cites"}),
        (Selection(region="ile de france", department="93"), {"profession-banlieue"}),
    ],
)
def test_filters_by_territory(reference: sqlite3.Connection, asked: Selection, expected: set[str]) -> None:
    assert set(column(list_centres(reference, asked), "id")) == expected


def test_sorting_keeps_the_unknown_last_in_both_directions(reference: sqlite3.Connection) -> None:
    for sort in ("opened", "-opened"):
        values = column(list_centres(reference, Selection(sort=sort)), "opened")
        known = [value for value in values if value is not None]
        assert values[len(known) :] == [None] * (len(values) - len(known))
        assert known == sorted(known, reverse=sort.startswith("-"))  # type: ignore[type-var]


def test_filters_by_centre_and_by_year_and_territory(reference: sqlite3.Connection) -> None:
    assert column(list_centres(reference, Selection(centre="oriv")), "id") == ["oriv"]
    rows = list_rows_of(reference, "funding", Selection(centre="reso-villes", year=2023))
    assert (set(column(rows, "centre")), set(column(rows, "year"))) == ({"reso-villes"}, {2023})
    assert set(column(list_rows_of(reference, "funding", Selection(region="Occitanie")), "centre")) == {
        "ressources-et-territoires",
        "villes-et-territoires",
    }
    perimeters = list_rows_of(reference, "perimeters", Selection(centre="irev"))
    assert set(column(perimeters, "department")) == {"02", "59", "60", "62", "80"}
    # A centre that took a department over later does not serve it on an earlier date.
    for as_of, served in (("2018-12-31", False), ("2025-12-31", True)):
        asked = Selection(department="78", as_of=as_of)
        assert ("pole-ressources-95" in column(list_rows_of(reference, "funding", asked), "centre")) is served
    whole = export_rows(reference, "centres", None, Selection(region="Bretagne"))
    assert column(whole, "id") == ["reso-villes"]
    (row,) = export_rows(reference, "funding-by-centre", None, Selection(region="Bretagne", year=2023)).records()
    assert (row["centre"], row["state_p147"]) == ("reso-villes", 303_065_00)


@pytest.mark.parametrize(
    ("name", "asked", "option"),
    [
        ("funders", Selection(centre="oriv"), "--centre"),
        ("sources", Selection(year=2023), "--year"),
        ("coverage", Selection(year=2023), "--year"),
        ("sources", Selection(region="Bretagne"), "--region"),
    ],
)
def test_a_filter_that_means_nothing_there_is_refused(
    reference: sqlite3.Connection, name: str, asked: Selection, option: str
) -> None:
    with pytest.raises(UsageProblem, match=option):
        export_rows(reference, name, None, asked)


def test_sorting_texts_ignores_accents(reference: sqlite3.Connection) -> None:
    seats = column(list_centres(reference, Selection(sort="seat")), "seat")
    assert seats.index("Évry-Courcouronnes") < seats.index("Fort-de-France")


def test_columns_and_limit(reference: sqlite3.Connection) -> None:
    result = list_rows_of(reference, "territory-counts", Selection(columns=("value", "Department"), limit=3))
    assert [column.name for column in result.columns] == ["value", "department"]
    assert len(result.rows) == 3
    assert "limited" in {note.code for note in result.notes}


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_can_be_listed(demo: sqlite3.Connection, name: str) -> None:
    result = list_table(demo, TABLES[name], Selection())
    (count,) = demo.execute(f"select count(*) from {name}").fetchone()
    assert len(result.rows) == count
    # The detailed list does not come with crpv.
    assert (count > 0) == any((folder() / f"{name}.csv").is_file() for folder in (reference_folder, demo_folder))
    assert set(result.screen) <= {column.name for column in result.columns}


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        ("nope", Selection()),
        ("funders", Selection(year=2023)),
        ("sources", Selection(overseas=True)),
        ("departments", Selection(as_of="2023-01-01")),
        ("centres", Selection(sort="nope")),
        ("centres", Selection(columns=("nope",))),
        ("centres", Selection(region="nowhere")),
        ("centres", Selection(department="99")),
    ],
)
def test_what_cannot_be_answered_is_refused(reference: sqlite3.Connection, table: str, asked: Selection) -> None:
    with pytest.raises(UsageProblem) as caught:
        list_rows_of(reference, table, asked)
    assert caught.value.advice is not None


def test_perimeters_on_a_date(reference: sqlite3.Connection) -> None:
    rows = list_rows_of(reference, "perimeters", Selection(as_of="2016-06-30", department="86")).rows
    assert [row[0] for row in rows] == ["villes-au-carre"]


def with_rows(path: Path) -> sqlite3.Connection:
    """A copy in memory of the reference registry, with a few rows of what centres do and how they are governed."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    with closing(sqlite3.connect(path)) as original:
        original.backup(connection)
    connection.executescript(
        """
        insert into governance (centre, organ, member, member_kind, role, valid_from, valid_to, load) values
            ('oriv', 'board', 'always', 'state', 'member', null, null, 1),
            ('oriv', 'board', 'early', 'state', 'chair', '2020-01-01', '2023-06-30', 1),
            ('oriv', 'board', 'late', 'region', 'chair', '2023-07-01', null, 1);
        insert into agreements (centre, funder, starts_on, ends_on, signed_on, reference, load) values
            ('oriv', 'etat', '2021-01-01', '2023-12-31', '2020-12-01', 'A', 1),
            ('oriv', 'etat', '2023-01-01', '2025-12-31', '2023-09-15', 'B', 1),
            ('oriv', 'etat', '2023-01-01', '2023-06-30', null, 'C', 1);
        insert into activities (centre, mission, year, type, load) values
            ('oriv', 'skills', 2022, 'visit', 1), ('oriv', 'skills', 2023, 'visit', 1);
        insert into exceptions (rule, centre, valid_from, valid_to, reason, load) values
            ('first', 'oriv', null, '2023-06-30', 'x', 1), ('second', 'oriv', '2023-06-30', '2030-01-01', 'x', 1);
        """
    )
    return connection


@pytest.mark.parametrize(
    ("table", "name", "as_of", "expected"),
    [
        ("governance", "member", "2019-12-31", {"always"}),
        ("governance", "member", "2023-06-30", {"always", "early"}),
        ("governance", "member", "2023-07-01", {"always", "late"}),
        ("agreements", "reference", "2020-12-31", set()),
        ("agreements", "reference", "2023-06-30", {"A", "C"}),
        ("agreements", "reference", "2023-09-15", {"A", "B"}),
        ("agreements", "reference", "2025-12-31", {"B"}),
        ("activities", "year", "2021-12-31", set()),
        ("activities", "year", "2022-01-01", {2022}),
        ("activities", "year", "2023-01-01", {2022, 2023}),
        ("exceptions", "rule", "2023-06-29", {"first"}),
        ("exceptions", "rule", "2023-06-30", {"first", "second"}),
        ("exceptions", "rule", "2023-07-01", {"second"}),
    ],
)
def test_what_was_true_on_a_date(
    reference_path: Path, table: str, name: str, as_of: str, expected: set[object]
) -> None:
    with closing(with_rows(reference_path)) as connection:
        assert set(column(list_rows_of(connection, table, Selection(as_of=as_of)), name)) == expected
        assert set(column(list_rows_of(connection, table, Selection()), name)) >= expected


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("oriv", "oriv"),
        ("ORIV", "oriv"),
        ("R&T", "ressources-et-territoires"),
        ("maore", "maore-ouvoimoja"),
        ("villes au carre", "villes-au-carre"),
        ("Pôle ressources", "pole-ressources-95"),
        ("val-d'oise", "pole-ressources-95"),
    ],
)
def test_finding_a_centre(reference: sqlite3.Connection, wanted: str, found: str) -> None:
    assert find_centre(reference, wanted) == found


def test_a_part_that_several_have_is_refused_with_their_names(reference: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem) as caught:
        find_centre(reference, "villes")
    assert "villes-au-carre" in str(caught.value)
    with pytest.raises(UsageProblem) as caught:
        find_centre(reference, "")
    with pytest.raises(UsageProblem) as caught:
        find_centre(reference, "orvi")
    assert caught.value.advice is not None
    assert "oriv" in caught.value.advice.text("en")


def test_finding_other_things(reference: sqlite3.Connection) -> None:
    assert find_department(reference, "2a") == "2A"
    assert find_department(reference, "la reunion") == "974"
    assert find_region(reference, "occitanie").code == "76"
    assert find_mission(reference, "capita") == "capitalisation"
    with pytest.raises(UsageProblem):
        find_mission(reference, "complementary")
    assert find_mission(reference, "complementary", core=False) == "complementary"
    for finder in (find_department, find_region, find_mission):
        with pytest.raises(UsageProblem):
            finder(reference, "zzz")


SHEET = [
    "labels",
    "centre_states",
    "perimeter",
    "governance",
    "funding_years",
    "funding",
    "budgets",
    "missions",
    "recommendations",
    "activity",
    "agreements",
    "projects",
    "meetings",
    "contacts",
    "sources",
]


def test_the_sheet_of_every_centre(demo: sqlite3.Connection) -> None:
    for (centre,) in demo.execute("select id from centres").fetchall():
        sheet = centre_sheet(demo, centre, "2025-12-31")
        assert [section.name for section in sheet.sections] == SHEET
        assert len(sheet.facts.rows) == 1
    early = centre_sheet(demo, "guadeloupe", "2020-01-01")
    assert "not-open" in {note.code for note in early.notes}


@pytest.mark.parametrize(
    "sql",
    [
        "delete from centres",
        "insert into centres select * from centres",
        "drop table centres",
        "create temp table t (a)",
        "attach ':memory:' as other",
        "pragma journal_mode = delete",
        "pragma writable_schema = 1",
        "vacuum into '/tmp/never.sqlite'",
        "begin",
        "with x as (select 1) delete from centres",
        "select 1; delete from centres",
        "replace into centres select * from centres",
        "reindex",
        "analyze",
    ],
)
def test_a_query_can_only_read(reference: sqlite3.Connection, sql: str) -> None:
    with pytest.raises(UsageProblem):
        ask(reference, sql, {})
    assert reference.execute("select count(*) from centres").fetchone()[0] == 20


def test_columns_that_are_left_out_are_not_what_rows_share() -> None:
    columns = (Column("file", "File"), Column("table", "Table"), Column("key", "Key"))
    result = Result("log", msg("Log"), columns, (("f.csv", "centres", "oriv"),), shared=("file", "table"))
    kept = shape(result, Selection(columns=("table", "key")))
    assert kept.shared == ("table",)
    assert "oriv" in screen(replace(kept, layout=Layout.CARDS), 80)[0]


def test_a_query_reads(reference: sqlite3.Connection) -> None:
    result = ask(reference, "select code, code, 1.5 as x from departments where code = :c", {"c": "01"})
    assert [column.name for column in result.columns] == ["code", "code_2", "x"]
    assert result.rows == (("01", "01", 1.5),)
    assert ask(reference, "pragma table_info(centres)", {}).rows
    for sql in ("select", "select * from nope", "select :missing", ""):
        with pytest.raises(UsageProblem):
            ask(reference, sql, {})
