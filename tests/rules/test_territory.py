"""Perimeters, and what was announced: the fault of each rule, and the date that it looks at."""

from __future__ import annotations

from crpv_cli.language import msg
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
fault("announced-overseas", published("overseas_centres", 1), subject="said")
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


def test_two_periods_of_one_centre_are_not_two_centres(plant: Plant) -> None:
    connection = plant(
        "insert into perimeters (centre, department, valid_from, load) values ('one', '01', '2020-01-01', 1)"
    )
    assert findings(connection, TODAY, rules=["perimeters-overlap"]).rows == ()
