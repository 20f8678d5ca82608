"""Perimeters, and what was announced: the fault of each rule, and the date that it looks at."""

from __future__ import annotations

import pytest

from crpv_cli.language import Day, msg, msgs
from crpv_cli.rules.checking import findings
from tests.rules.conftest import Plant
from tests.rules.faults import TODAY, fault


def published(measure: str, value: int) -> str:
    return (
        "insert into published_figures (id, measure, value, unit, as_of, source, load) "
        f"values ('said', '{measure}', {value}, 'x', '2025-06-30', 'journal', 1)"
    )


fault(
    "perimeters-overlap",
    "insert into perimeters (centre, department, load) values ('two', '01', 1)",
    department="01",
)
fault(
    "perimeter-twice",
    "insert into perimeters (centre, department, valid_from, source, load) "
    "values ('two', '02', '2020-01-01', 'books', 1)",
    centre="two",
    subject="02",
    source="books",
)
fault(
    "perimeter-missing",
    "delete from perimeters where centre = 'one'",
    also={"department-uncovered": 1},
    also_on={"department-uncovered": 1},
    why="its department is served by nobody then, and who alone served a department serves none",
    centre="one",
    source="books",
)
CLOSED = (
    "insert into centres (id, name, short_name, legal_form, opened, closed, successor, co_funded, source, load) "
    "values ('old', 'Old', 'Old', 'gip', '1990', '{closed}', 'one', 1, 'books', 1)"
)
fault(
    "successor-missing",
    CLOSED.format(closed="1998"),
    centre="old",
    subject="one",
    source="books",
    message=msg(
        "Its successor {centre} is not open yet on the day after {date}.", centre="One", date=Day("1998-12-31")
    ),
)
fault(
    "department-uncovered",
    "update perimeters set valid_to = '2026-01-01' where department = '02'",
    department="02",
)
fault(
    "announced-centres",
    published("centres", 3),
    subject="said",
    source="journal",
    advice=msg("See what is known on that date: crpv list --as-of {date}", date="2025-06-30"),
)
fault(
    "announced-overseas",
    published("overseas_centres", 1),
    message=msgs(
        "{found} overseas centre identified, {announced} announced on {date}.",
        "{found} overseas centres identified, {announced} announced on {date}.",
        0,
        found=0,
        announced=1,
        date=Day("2025-06-30"),
    ),
    subject="said",
)
fault(
    "list-and-counts-differ",
    "insert into contracts (code, name, department, load) values ('CV-01', 'Contrat', '01', 1)",
    department="01",
    subject="contracts",
    message=msg("{unit}: {listed} listed, {counted} counted.", unit=msg("contracts"), listed=1, counted="?"),
)
fault(
    "announced-neighbourhoods",
    published("neighbourhoods", 11),
    subject="said",
    advice=msg("See what is counted on that date: crpv report coverage --as-of {date}", date="2025-06-30"),
)


def test_figures_are_held_against_the_registry_of_their_own_date(plant: Plant) -> None:
    connection = plant(
        "insert into published_figures (id, measure, value, unit, as_of, load) values "
        "('then', 'centres', 1, 'centre', '2016-01-01', 1);"
        "update centres set opened = '2018' where id = 'two'"
    )
    assert findings(connection, TODAY, rules=["announced-centres"]).rows == ()


def test_a_rule_looks_at_the_date(plant: Plant) -> None:
    connection = plant("update perimeters set valid_to = '2026-01-01' where department = '02'")
    assert findings(connection, "2026-01-01", rules=["department-uncovered"]).rows == ()
    assert len(findings(connection, "2026-01-02", rules=["department-uncovered"]).rows) == 1


@pytest.mark.parametrize(
    ("closed", "its_end", "said"),
    [
        ("1999-12-30", None, "is not open yet on the day after 1999-12-30"),
        ("1999", None, None),
        ("2020-06-30", None, None),
        ("2020-06-30", "2020-07-01", None),
        ("2020-06-30", "2020-06-30", "had closed already on 2020-06-30"),
        (TODAY, "2020-06-30", None),  # not closed yet
    ],
)
def test_a_successor_is_there_on_the_day_after(
    closed: str, its_end: str | None, said: str | None, plant: Plant
) -> None:
    connection = plant(
        CLOSED.format(closed=closed)
        + (f"; update centres set closed = '{its_end}' where id = 'one'" if its_end else "")
    )
    records = findings(connection, TODAY, rules=["successor-missing"]).records()
    told = [str(found["message"].text()) for found in records]
    assert len(told) == (said is not None)
    assert said is None or said in told[0]


def test_a_perimeter_is_twice_only_where_two_periods_hold_at_once(plant: Plant) -> None:
    connection = plant(
        "update perimeters set valid_to = '2019-12-31' where centre = 'two';"
        "insert into perimeters (centre, department, valid_from, load) values ('two', '02', '2020-01-01', 1)"
    )
    assert findings(connection, TODAY, rules=["perimeter-twice"]).rows == ()
    connection.execute("update perimeters set valid_to = '2020-01-01' where valid_from = '2010-01-01'")
    assert len(findings(connection, "2020-01-01", rules=["perimeter-twice"]).rows) == 1
    assert findings(connection, "2020-01-02", rules=["perimeter-twice"]).rows == ()


def test_two_periods_of_one_centre_are_not_two_centres(plant: Plant) -> None:
    connection = plant(
        "insert into perimeters (centre, department, valid_from, load) values ('one', '01', '2020-01-01', 1)"
    )
    assert findings(connection, TODAY, rules=["perimeters-overlap"]).rows == ()
