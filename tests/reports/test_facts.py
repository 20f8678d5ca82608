"""What is true on a date, fact by fact: the days at which it changes, and what decides it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.definitions import choices
from crpv_cli.registry.migrations import create
from crpv_cli.registry.queries import CYCLE_YEARS, DEFAULTS, closed_year, compose, geography_on, position, read

AS_OF = "2025-06-30"
LEVELS = "Très bien|Bien|À revoir"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A registry of one centre, a department, and a core mission, to which tests add what they ask about."""
    create(tmp_path / "crpv.sqlite")
    with closing(sqlite3.connect(tmp_path / "crpv.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        connection.executescript(
            """
            insert into loads (id, at, who, command, version) values (1, '2025-01-01', 'me', 'load', '0');
            insert into departments (code, name, region_code, region_name, load)
                values ('67', 'Bas-Rhin', '44', 'Est', 1);
            insert into missions (id, name_fr, name_en, core, load) values ('skills', 'Compétences', 'Skills', 1, 1);
            insert into scales (id, name, minimum, maximum, load) values ('four', 'Four', 1, 4, 1);
            insert into scales (id, name, levels, load) values ('words', 'Words', 'Très bien|Bien|À revoir', 1);
            insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);
            """
        )
        for kind in choices.FUNDER_KINDS:
            add(connection, "funders", id=kind.code, name=kind.code, kind=kind.code)
        yield connection


def add(connection: sqlite3.Connection, table: str, **values: object) -> None:
    names = {"load": 1} | values
    connection.execute(
        f"insert into {table} ({', '.join(names)}) values ({', '.join(':' + name for name in names)})", names
    )


def centre(connection: sqlite3.Connection, **values: object) -> None:
    own: dict[str, object] = {"id": "oriv", "name": "Oriv", "short_name": "ORIV", "legal_form": "gip", "co_funded": 1}
    add(connection, "centres", **own | values)


@pytest.mark.parametrize(
    ("dates", "is_open"),
    [
        ({}, True),
        ({"since": 2025}, True),
        ({"since": 2026}, False),
        ({"label_from": AS_OF}, True),
        ({"label_from": "2025-07-01"}, False),
        ({"label_to": AS_OF}, True),
        ({"label_to": "2025-06-29"}, False),
        ({"since": 2026, "label_from": "2020-01-01"}, False),
        ({"since": 1990, "label_from": "2025-07-01"}, False),
    ],
)
def test_who_is_open(world: sqlite3.Connection, dates: dict[str, object], is_open: bool) -> None:
    centre(world, **dates)
    assert [row["id"] for row in read(world, "select id from open_centres", AS_OF)] == ["oriv"] * is_open
    add(world, "perimeters", centre="oriv", department="67")
    assert len(read(world, "select * from served", AS_OF).fetchall()) == is_open


@pytest.mark.parametrize(
    ("dates", "years"),
    [
        ({"since": 2024}, [2024, 2025]),
        ({"since": 2024, "label_from": "2024-12-31"}, [2024, 2025]),
        ({"label_from": "2025-01-01"}, [2025]),
        ({"label_from": AS_OF}, [2025]),
        ({"label_from": "2025-07-01"}, []),
        ({"label_to": "2024-01-01"}, [2023, 2024]),
        ({"label_to": "2023-12-31"}, [2023]),
        ({"since": 2026}, []),
    ],
)
def test_who_was_open_in_a_year(world: sqlite3.Connection, dates: dict[str, object], years: list[int]) -> None:
    """On a day of it, of the year that runs up to the date; a year to come is none."""
    centre(world, **dates)
    found = read(world, "select year from open_years order by year", AS_OF, first=2023, last=2027)
    assert [row["year"] for row in found] == years


@pytest.mark.parametrize(
    ("table", "fact", "more"),
    [
        ("perimeters", "perimeters_on", {"department": "67"}),
        ("governance", "governance_on", {"organ": "board", "member": "X", "member_kind": "state", "role": "member"}),
        ("exceptions", "exceptions_on", {"rule": "label", "reason": "why"}),
    ],
)
def test_both_days_of_a_period_are_inside(
    world: sqlite3.Connection, table: str, fact: str, more: dict[str, object]
) -> None:
    centre(world)
    add(world, table, centre="oriv", valid_from="2025-01-10", valid_to="2025-02-10", **more)
    for date, valid in [("2025-01-09", 0), ("2025-01-10", 1), ("2025-02-10", 1), ("2025-02-11", 0)]:
        assert len(read(world, f"select * from {fact}", date).fetchall()) == valid


def test_who_gives(world: sqlite3.Connection) -> None:
    centre(world)
    for kind in choices.FUNDER_KINDS:
        add(world, "funding", centre="oriv", funder=kind.code, year=2024, stage="paid", amount_cents=1)
    givers = {row["kind"]: row["giver"] for row in read(world, "select kind, giver from money", AS_OF)}
    assert {kind for kind, giver in givers.items() if giver == "local"} == {*choices.LOCAL_AUTHORITIES}
    assert {kind for kind, giver in givers.items() if giver == "state"} == {"state"}
    assert {*givers} == {kind.code for kind in choices.FUNDER_KINDS}


@pytest.mark.parametrize(
    ("granted", "paid", "counted"),
    [
        ("p147", "P147", ["paid"]),
        ("p147", "other", ["granted", "paid"]),
        ("p147", None, ["paid"]),
        (None, "p147", ["paid"]),
        (None, None, ["paid"]),
    ],
)
def test_what_was_paid_stands_before_what_was_granted(
    world: sqlite3.Connection, granted: str | None, paid: str | None, counted: list[str]
) -> None:
    centre(world)
    row = {"centre": "oriv", "funder": "state", "year": 2024, "amount_cents": 5}
    add(world, "funding", scheme=granted, stage="granted", **row)
    asked = "select stage from money where counted order by stage"
    assert [found["stage"] for found in read(world, asked, AS_OF)] == ["granted"]
    add(world, "funding", scheme=paid, stage="paid", **row)
    add(world, "funding", scheme=granted, stage="requested", **row)
    # Neither another year nor another funder's money is the same.
    add(world, "funding", scheme=granted, stage="granted", **row | {"year": 2023})
    add(world, "funding", scheme=granted, stage="granted", **row | {"funder": "region"})
    here = "select stage from money where counted and year = 2024 and giver = 'state' order by stage"
    assert [found["stage"] for found in read(world, here, AS_OF)] == counted
    assert len(read(world, asked, AS_OF).fetchall()) == len(counted) + 2
    assert [found["stage"] for found in read(world, "select stage from money_asked", AS_OF, stage="requested")] == [
        "requested"
    ]
    assert read(world, "select * from money", "2022-12-31").fetchall() == []


@pytest.mark.parametrize(
    ("latest", "since", "as_of", "cycle", "due", "overdue"),
    [
        (2023, None, "2026-11-25", 3, 2026, 0),
        (2022, None, "2026-11-25", 3, 2025, 1),
        (2023, None, "2027-01-01", 3, 2026, 1),
        (2025, None, "2026-11-25", 1, 2026, 0),
        (2024, None, "2026-11-25", 1, 2025, 1),
        (2024, 2026, "2026-11-25", 3, 2027, 0),
        (None, 2023, "2026-11-25", 3, 2026, 0),
        (None, 2022, "2026-11-25", 3, 2025, 1),
        (None, None, "2026-11-25", 3, None, 1),
    ],
)
def test_an_evaluation_is_overdue_once_the_year_it_was_due_in_has_passed(
    world: sqlite3.Connection,
    latest: int | None,
    since: int | None,
    as_of: str,
    cycle: int,
    due: int | None,
    overdue: int,
) -> None:
    centre(world, since=since)
    centre(world, id="other")
    asked = "select * from mission_states where centre = 'oriv'"
    nothing = read(world, asked, as_of, cycle=cycle).fetchone()
    assert (nothing["evaluated"], nothing["overdue"]) == (None, None)
    add(world, "evaluations", centre="other", mission="skills", year=2020, kind="self")
    if latest is not None:
        add(world, "evaluations", centre="oriv", mission="skills", year=latest, kind="self")
    found = read(world, asked, as_of, cycle=cycle).fetchone()
    assert (found["latest_year"], found["due_year"], found["overdue"]) == (latest, due, overdue)
    assert found["evaluated"] == (latest is not None)


def test_an_evaluation_is_known_from_its_year_and_day(world: sqlite3.Connection) -> None:
    centre(world)
    for year, kind, day in [(2025, "self", AS_OF), (2024, "joint", "2025-07-01"), (2026, "self", None)]:
        add(world, "evaluations", centre="oriv", mission="skills", year=year, kind=kind, evaluated_on=day)
    assert [row["year"] for row in read(world, "select year from known_evaluations", AS_OF)] == [2025]


def test_the_evaluation_furthest_from_the_centres_own_view_stands(world: sqlite3.Connection) -> None:
    centre(world)
    for kind in ("self", "joint", "external"):
        add(world, "evaluations", centre="oriv", mission="skills", year=2024, kind=kind)
        assert [row["kind"] for row in read(world, "select kind from standing_evaluations", AS_OF)] == [kind]


@pytest.mark.parametrize(
    ("before", "after", "trend", "change"),
    [
        (("four", "2"), ("four", "3"), "improving", 1),
        (("four", "3"), ("four", "2"), "slipping", -1),
        (("four", "2"), ("four", "2"), "stable", 0),
        (("four", "1"), ("words", "À REVOIR"), "improving", None),
        (("four", "1"), ("words", "très bien"), "stable", None),
        (("four", "9"), ("four", "2"), None, None),
    ],
)
def test_trends(
    world: sqlite3.Connection,
    before: tuple[str, str],
    after: tuple[str, str],
    trend: str | None,
    change: float | None,
) -> None:
    centre(world)
    row = {"centre": "oriv", "mission": "skills", "kind": "self"}
    add(world, "evaluations", year=2020, scale=before[0], rating=before[1], **row)
    add(world, "evaluations", year=2022, **row)  # without a rating: nothing to compare with
    add(world, "evaluations", year=2024, scale=after[0], rating=after[1], **row)
    found = {one["year"]: one for one in read(world, "select * from evaluation_trends", AS_OF)}
    assert [found[year]["latest"] for year in (2020, 2022, 2024)] == [0, 0, 1]
    assert (found[2024]["previous_year"], found[2024]["previous_scale"], found[2024]["previous_rating"]) == (
        2020,
        *before,
    )
    assert found[2024]["trend"] == trend
    assert found[2024]["change"] == pytest.approx(change)
    assert (found[2022]["previous_year"], found[2022]["trend"]) == (2020, None)


@pytest.mark.parametrize(
    ("rating", "scale", "expected"),
    [
        ("1", (1, 4, None), 0),
        ("4", (1, 4, None), 1),
        ("2,5", (1, 4, None), 0.5),
        ("+3.0", (-3, 3, None), 1),
        ("-3", (-3, 3, None), 0),
        (".5", (0, 1, None), 0.5),
        ("0.9", (1, 4, None), None),
        ("4.1", (1, 4, None), None),
        ("1.2.3", (1, 4, None), None),
        ("--2", (-3, 4, None), None),
        ("2 sur 4", (1, 4, None), None),
        (".", (0, 4, None), None),
        ("2", (4, 4, None), None),
        ("2", (None, 4, None), None),
        ("TRÈS BIEN", (None, None, LEVELS), 0),
        ("bien", (None, None, LEVELS), 0.5),
        ("à revoir", (None, None, LEVELS), 1),
        ("mal", (None, None, LEVELS), None),
        ('B "x"', (None, None, 'C | b "X" |'), 1),
        ("A", (None, None, "A"), None),
        ("2", (1, 4, LEVELS), None),
    ],
)
def test_where_a_rating_stands(
    rating: str, scale: tuple[float | None, float | None, str | None], expected: float | None
) -> None:
    assert position(rating, *scale) == expected


def test_what_a_date_says(world: sqlite3.Connection) -> None:
    assert (geography_on("2023-12-31"), geography_on("2024-01-01")) == ("2015", "2024")
    assert (closed_year("2025-12-30"), closed_year("2025-12-31")) == (2024, 2025)


def test_a_fact_comes_after_those_that_it_names() -> None:
    sql = compose("select * from served")
    places = [sql.index(f"{name} as (\n") for name in ("open_spells", "open_centres", "served")]
    assert places == sorted(places)
    assert compose("select * from centres") == "select * from centres"


def test_a_parameter_that_nobody_gives_is_the_documented_one(world: sqlite3.Connection) -> None:
    centre(world, since=2020)
    add(world, "evaluations", centre="oriv", mission="skills", year=2024, kind="self")
    (due,) = read(world, "select due_year from mission_states", AS_OF).fetchone()
    assert due == 2024 + CYCLE_YEARS == 2024 + DEFAULTS["cycle"]  # type: ignore[operator]
