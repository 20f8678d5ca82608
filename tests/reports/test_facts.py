"""What is true on a date, fact by fact: the days at which it changes, and what decides it."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.definitions import choices
from crpv_cli.registry.migrations import create
from crpv_cli.registry.queries import CYCLE_YEARS, DEFAULTS, closed_year, compose, position, read

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
        ({"opened": "2025"}, True),
        ({"opened": "2025-06"}, True),
        ({"opened": "2026"}, False),
        ({"opened": AS_OF}, True),
        ({"opened": "2025-07"}, False),
        ({"opened": "2025-07-01"}, False),
        ({"closed": AS_OF}, True),
        ({"closed": "2025"}, True),
        ({"closed": "2025-06"}, True),
        ({"closed": "2025-05"}, False),
        ({"closed": "2024"}, False),
        ({"closed": "2025-06-29"}, False),
        ({"opened": "1990", "closed": "2025-06-29"}, False),
    ],
)
def test_who_exists(world: sqlite3.Connection, dates: dict[str, object], is_open: bool) -> None:
    """From the first day that a partial date may mean to the last; an unknown date is no bound."""
    centre(world, **dates)
    assert [row["id"] for row in read(world, "select id from open_centres", AS_OF)] == ["oriv"] * is_open
    add(world, "perimeters", centre="oriv", department="67")
    assert len(read(world, "select * from served", AS_OF).fetchall()) == is_open


@pytest.mark.parametrize(
    ("labels", "labelled"),
    [
        ([], None),
        ([{}], 1),
        ([{"valid_from": AS_OF, "valid_to": AS_OF}], 1),
        ([{"valid_from": "2025-07-01"}], None),
        ([{"valid_from": "2025-07-01", "renewal": 0}], 0),
        ([{"valid_from": "2025-07-01", "renewal": 1}], None),
        ([{"valid_from": "2025-07-01", "renewal": 1}, {"valid_from": "2026-07-01", "renewal": 0}], None),
        ([{"valid_to": "2025-06-29"}], 0),
        ([{"valid_from": "2010-01-01", "valid_to": "2015-12-31"}, {"valid_from": "2020-01-01"}], 1),
    ],
)
def test_a_label_is_another_fact(
    world: sqlite3.Connection, labels: list[dict[str, object]], labelled: int | None
) -> None:
    centre(world)
    add(world, "perimeters", centre="oriv", department="67", confidence="high")
    add(
        world, "territory_counts", department="67", measure="neighbourhoods", geography="2024", value=9, quality="exact"
    )
    for label in labels:
        add(world, "labels", centre="oriv", **label)
    assert [row["labelled"] for row in read(world, "select labelled from labelled", AS_OF)] == [labelled]
    assert [row["labelled"] for row in read(world, "select labelled from served", AS_OF)] == [labelled]
    (totals,) = read(world, "select * from coverage_totals where measure = 'neighbourhoods'", AS_OF).fetchall()
    assert (totals["covered"], totals["total"]) == (9, 9)
    assert totals["labelled"] == (None if labelled is None else 9 * labelled)


@pytest.mark.parametrize(
    ("given", "standing", "high", "medium"),
    [
        (["high"], "high", 9, 9),
        (["medium"], "medium", 0, 9),
        (["low"], "low", 0, 0),
        ([None], "low", 0, 0),
        (["low", "medium"], "medium", 0, 9),
        (["medium", "high", "low"], "high", 9, 9),
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_a_department_counts_once_with_its_best_confidence(
    world: sqlite3.Connection, given: list[str | None], standing: str, high: int, medium: int, own: bool
) -> None:
    """Be it in several perimeters, or several times in one."""
    add(
        world, "territory_counts", department="67", measure="neighbourhoods", geography="2024", value=9, quality="exact"
    )
    for number, confidence in enumerate(given):
        name = "one" if own else f"c{number}"
        if not (own and number):
            centre(world, id=name)
        add(world, "perimeters", centre=name, department="67", valid_from=f"201{number}-01-01", confidence=confidence)
    (row,) = read(world, "select * from coverage where measure = 'neighbourhoods'", AS_OF).fetchall()
    assert (row["value"], row["confidence"]) == (9, standing)
    (totals,) = read(world, "select * from coverage_totals where measure = 'neighbourhoods'", AS_OF).fetchall()
    assert [totals[name] for name in ("covered", "high", "medium", "total")] == [9, high, medium, 9]
    assert len(read(world, "select * from served", AS_OF).fetchall()) == (1 if own else len(given))


def test_the_counts_in_force_on_a_day(world: sqlite3.Connection) -> None:
    count = {"department": "67", "measure": "neighbourhoods", "quality": "exact"}
    periods = [
        ("2015", "2015-01-01", "2023-12-31", 21),
        ("2024", "2024-01-01", "2025-08-11", 24),
        ("2024", None, None, 1),
    ]
    for geography, first, last, value in periods:
        add(world, "territory_counts", geography=geography, valid_from=first, valid_to=last, value=value, **count)
    found = {
        date: [row["value"] for row in read(world, "select value from counts_on", date)]
        for date in ("2014-12-31", "2015-01-01", "2023-12-31", "2024-01-01", "2025-08-11", "2025-08-12")
    }
    # A period without days is in force where no other is.
    assert list(found.values()) == [[1], [21], [21], [24], [24], [1]]
    asked = read(world, "select value from counts_on", "2025-08-12", counted_on="2020-01-01")
    assert [row["value"] for row in asked] == [21]


@pytest.mark.parametrize(
    ("code", "department", "geography", "days", "first", "last"),
    [
        ("QP067001", "67", "2015", {}, "2015-01-01", "2023-12-31"),
        ("QN06701M", "67", "2024", {}, "2024-01-01", None),
        ("QP971001", "971", "2015", {}, "2015-01-01", "2024-12-31"),
        ("QN97101M", "971", "2024", {}, "2025-01-01", None),
        ("QN97601M", "976", "2024", {"valid_to": "2025-08-11"}, "2025-01-01", "2025-08-11"),
        ("QN97602M", "976", "2024", {"valid_from": "2025-08-12"}, "2025-08-12", None),
    ],
)
def test_the_detailed_list_in_force_on_a_day(
    world: sqlite3.Connection,
    code: str,
    department: str,
    geography: str,
    days: dict[str, object],
    first: str,
    last: str | None,
) -> None:
    """By its own days, else by those of its list: the overseas departments changed a year after the others."""
    if department != "67":
        add(world, "departments", code=department, name="X", region_code=department, region_name="X")
    add(world, "neighbourhoods", code=code, name="X", geography=geography, department=department, **days)

    def listed(date: str) -> bool:
        return read(world, "select 1 from neighbourhoods_on", date).fetchone() is not None

    assert listed(first)
    assert not listed(shifted(first, -1))
    assert listed(last or "2099-12-31")
    assert last is None or not listed(shifted(last, 1))


def shifted(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days)).isoformat()


@pytest.mark.parametrize(
    ("dates", "years"),
    [
        ({"opened": "2024"}, [2024, 2025]),
        ({"opened": "2024-12-31"}, [2024, 2025]),
        ({"opened": "2025-01-01"}, [2025]),
        ({"opened": AS_OF}, [2025]),
        ({"opened": "2025-07-01"}, []),
        ({"closed": "2024-01-01"}, [2023, 2024]),
        ({"closed": "2023"}, [2023]),
        ({"opened": "2026"}, []),
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


def test_stages_are_never_mixed(world: sqlite3.Connection) -> None:
    """What is paid stands beside what is granted, and a sum is of one stage."""
    centre(world)
    row = {"centre": "oriv", "funder": "state", "year": 2024, "scheme": "P147"}
    for stage, cents in (("requested", 90), ("granted", 50), ("paid", 20)):
        add(world, "funding", stage=stage, amount_cents=cents, **row)
    for wanted, counted in ((None, 50), ("granted", 50), ("paid", 20), ("requested", 90)):
        asked = read(world, "select counted_cents from money_asked", AS_OF, stage=wanted)
        assert [found["counted_cents"] for found in asked] == [counted]
    (beside,) = read(world, "select * from paid", AS_OF).fetchall()
    assert (beside["granted"], beside["paid"], beside["left_cents"]) == (50, 20, 30)
    assert [found["amount_cents"] for found in read(world, "select amount_cents from state_support", AS_OF)] == [50]
    assert read(world, "select * from money", "2023-12-31").fetchall() == []


@pytest.mark.parametrize(
    ("latest", "opened", "as_of", "cycle", "due", "overdue"),
    [
        (2023, None, "2026-11-25", 3, 2026, 0),
        (2022, None, "2026-11-25", 3, 2025, 1),
        (2023, None, "2027-01-01", 3, 2026, 1),
        (2025, None, "2026-11-25", 1, 2026, 0),
        (2024, None, "2026-11-25", 1, 2025, 1),
        (2024, "2026", "2026-11-25", 3, 2027, 0),
        (None, "2023", "2026-11-25", 3, 2026, 0),
        (None, "2022", "2026-11-25", 3, 2025, 1),
        (None, None, "2026-11-25", 3, None, 1),
    ],
)
def test_an_evaluation_is_overdue_once_the_year_it_was_due_in_has_passed(
    world: sqlite3.Connection,
    latest: int | None,
    opened: str | None,
    as_of: str,
    cycle: int,
    due: int | None,
    overdue: int,
) -> None:
    centre(world, opened=opened)
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


def test_what_a_date_says() -> None:
    assert (closed_year("2025-12-30"), closed_year("2025-12-31")) == (2024, 2025)


def test_a_fact_comes_after_those_that_it_names() -> None:
    sql = compose("select * from served")
    places = [sql.index(f"{name} as (\n") for name in ("open_spells", "open_centres", "served")]
    assert places == sorted(places)
    assert compose("select * from centres") == "select * from centres"


def test_a_parameter_that_nobody_gives_is_the_documented_one(world: sqlite3.Connection) -> None:
    centre(world, opened="2020")
    add(world, "evaluations", centre="oriv", mission="skills", year=2024, kind="self")
    (due,) = read(world, "select due_year from mission_states", AS_OF).fetchone()
    assert due == 2024 + CYCLE_YEARS == 2024 + DEFAULTS["cycle"]  # type: ignore[operator]
