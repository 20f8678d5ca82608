"""How rules are asked: of a date, a year and a centre; and what somebody accepted of what they find."""

from __future__ import annotations

import pytest

from crpv_cli.errors import UsageProblem
from crpv_cli.result import Result
from crpv_cli.rules.checking import RULES, findings, rule_named
from tests.rules.conftest import Plant
from tests.rules.faults import TODAY


def test_a_rule_that_is_not_there_is_refused_with_near_ones() -> None:
    with pytest.raises(UsageProblem) as caught:
        rule_named("co-fundin")
    assert caught.value.advice is not None
    assert "co-funding" in caught.value.advice.text()


def test_the_year_is_the_last_one_that_ended_or_the_one_asked_for(plant: Plant) -> None:
    connection = plant("delete from funding where centre = 'one' and funder = 'town' and year = 2023")
    result = findings(connection, TODAY)
    assert result.parameters["year"] == 2025
    assert result.rows == ()
    (found,) = findings(connection, TODAY, year=2023, rules=["co-funding"]).records()
    assert (found["centre"], found["year"]) == ("one", 2023)


def test_one_centre_only(plant: Plant) -> None:
    connection = plant("delete from evaluations where mission = 'skills'")
    assert {record["centre"] for record in findings(connection, TODAY).records()} == {"one", "two"}
    assert {record["centre"] for record in findings(connection, TODAY, centre="two").records()} == {"two"}


# --- What somebody accepted ---


def accept(subject: str = "'one', null", rule: str = "missions-evaluated", start: str = "null") -> str:
    return (
        "insert into exceptions (rule, centre, department, valid_from, valid_to, reason, accepted_by, load) "
        f"values ('{rule}', {subject}, {start}, '2026-12-31', 'put off', 'The prefect', 1);"
    )


UNEVALUATED = "delete from evaluations where mission = 'skills';"


def by_centre(result: Result) -> dict[object, bool]:
    return {record["centre"]: bool(record["accepted"]) for record in result.records()}


def test_what_is_accepted_is_shown_and_counts_no_more(plant: Plant) -> None:
    result = findings(plant(UNEVALUATED + accept()), TODAY)
    assert by_centre(result) == {"two": False, "one": True}
    assert (result.totals["breach"], result.totals["accepted"]) == (1, 1)
    accepted = result.records()[-1]
    assert (accepted["accepted_until"], accepted["accepted_reason"]) == ("2026-12-31", "put off")
    assert accepted["accepted_by"] == "The prefect"
    assert accepted["severity"] == "breach"


def test_an_exception_is_of_one_rule_only(plant: Plant) -> None:
    result = findings(plant(UNEVALUATED + accept(rule="co-funding")), TODAY)
    assert by_centre(result) == {"two": False, "one": False}


@pytest.mark.parametrize(("date", "holds"), [("2026-05-31", False), ("2026-06-01", True), ("2026-12-31", True)])
def test_an_exception_holds_from_its_first_day_to_its_last(date: str, holds: bool, plant: Plant) -> None:
    connection = plant(UNEVALUATED + accept(start="'2026-06-01'"))
    assert by_centre(findings(connection, date, rules=["missions-evaluated"]))["one"] is holds
    after = findings(connection, "2027-01-01", rules=["missions-evaluated"])
    assert by_centre(after)["one"] is False


def test_a_department_and_the_network_can_be_accepted(plant: Plant) -> None:
    connection = plant(
        "update perimeters set valid_to = '2026-01-01'; delete from activities;"
        + accept("null, '02'", "department-uncovered")
        + accept("null, null", "activity-unreported")
    )
    result = findings(connection, TODAY)
    accepted = {(record["rule"], record["department"]) for record in result.records() if record["accepted"]}
    assert accepted == {("department-uncovered", "02"), ("activity-unreported", None)}
    assert ("department-uncovered", "01") in {
        (record["rule"], record["department"]) for record in result.records() if not record["accepted"]
    }


def test_a_made_up_exception_makes_the_finding_fictitious(plant: Plant) -> None:
    connection = plant(
        UNEVALUATED
        + accept()
        + "insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);"
        + "update exceptions set source = 'made-up'"
    )
    result = findings(connection, TODAY, rules=["missions-evaluated"])
    assert {record["centre"]: record["fictitious"] for record in result.records()} == {"one": True, "two": False}
    assert result.fictitious


def test_what_is_accepted_stands_rule_by_rule(plant: Plant) -> None:
    connection = plant(
        UNEVALUATED
        + "update centres set co_funded = 0, exemption_reason = 'x' where id = 'two';"
        + "delete from evaluations where centre = 'one';"
        + accept()
        + accept("'one', null", rule="state-support-unevaluated")
        + accept("'two', null")
    )
    rules = [str(found["rule"]) for found in findings(connection, TODAY).records() if found["accepted"]]
    assert {"missions-evaluated", "state-support-unevaluated"} <= set(rules)
    assert rules == sorted(rules, key=list(RULES).index)


def test_a_finding_of_a_made_up_row_is_fictitious(plant: Plant) -> None:
    connection = plant(
        "insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);"
        "update centres set siren = '415021377', source = 'made-up' where id = 'two'"
    )
    (found,) = findings(connection, TODAY, rules=["siren-shared"]).records()
    assert (found["source"], found["fictitious"]) == ("made-up", True)


def test_the_summary_counts_what_is_open_and_what_is_accepted(plant: Plant) -> None:
    (note,) = findings(plant(UNEVALUATED + accept()), TODAY, rules=["missions-evaluated"]).notes
    assert note.message.text() == "Breaches: 1; not known: 0; notices: 0; accepted: 1; rules checked: 1."
