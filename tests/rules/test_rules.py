"""Each rule fires on its own fault, once, where it should, and no other does; a sound registry is left in peace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from crpv_cli.errors import UsageProblem
from crpv_cli.language import Message
from crpv_cli.result import Result
from crpv_cli.rules.catalogue import RULES
from crpv_cli.rules.checking import findings, rule_named
from tests.rules.conftest import TODAY, Plant

IDS = [rule.id for rule in RULES]


@dataclass(frozen=True)
class Fault:
    """A planted fault: what plants it, what its rule must say, and which others fire with it by nature, and why."""

    rule: str
    statements: str
    severity: str
    expected: dict[str, Any]
    others: dict[str, int] = field(default_factory=dict)
    why: str = ""


def published(measure: str, value: int) -> str:
    return (
        "insert into published_figures (id, measure, value, unit, as_of, source, load) "
        f"values ('said', '{measure}', {value}, 'x', '2025-06-30', 'journal', 1)"
    )


FAULTS = (
    Fault(
        "co-funding",
        "update funding set amount_cents = 0 where centre = 'one' and funder = 'town' and year = 2025",
        "breach",
        {"centre": "one", "subject": "local", "year": 2025},
    ),
    Fault(
        "governance-shared",
        "delete from governance where centre = 'one' and member_kind = 'commune'",
        "breach",
        {"centre": "one"},
    ),
    Fault(
        "missions-evaluated",
        "delete from evaluations where centre = 'one' and mission = 'skills'",
        "breach",
        {"centre": "one", "mission": "skills"},
    ),
    Fault(
        "state-support-unevaluated",
        "delete from evaluations where centre = 'one'",
        "breach",
        {"centre": "one", "year": 2025},
        {"missions-evaluated": 3},
        "none of its three missions is evaluated then",
    ),
    Fault(
        "label",
        "update centres set label_to = '2025-06-30' where id = 'one'",
        "breach",
        {"centre": "one"},
        {"department-uncovered": 1},
        "a centre whose label has ended is not open, and its department is served by nobody",
    ),
    Fault("activity-unreported", "delete from activities where centre = 'one'", "unknown", {"centre": "one"}),
    Fault(
        "perimeters-overlap",
        "insert into perimeters (centre, department, load) values ('two', '01', 1)",
        "notice",
        {"department": "01"},
    ),
    Fault(
        "department-uncovered",
        "update perimeters set valid_to = '2026-01-01' where department = '02'",
        "notice",
        {"department": "02"},
    ),
    Fault("announced-centres", published("centres", 3), "notice", {"subject": "said", "source": "journal"}),
    Fault("announced-overseas", published("overseas_centres", 1), "notice", {"subject": "said"}),
    Fault("announced-neighbourhoods", published("neighbourhoods", 11), "notice", {"subject": "said"}),
    Fault("siren-wrong", "update centres set siren = '415021378' where id = 'one'", "breach", {"centre": "one"}),
    Fault(
        "siren-shared",
        "update centres set siren = '415021377' where id = 'two'",
        "breach",
        {"centre": "two", "subject": "415021377"},
    ),
    Fault(
        "rating-off-scale",
        "update evaluations set rating = '7' where centre = 'one' and mission = 'skills'",
        "breach",
        {"centre": "one", "mission": "skills", "year": 2024},
    ),
    Fault(
        "same-money",
        "insert into funding (centre, funder, year, scheme, stage, amount_cents, source, load) "
        "values ('one', 'town', 2025, 'operating', 'paid', 5000100, 'journal', 1)",
        "notice",
        {"centre": "one", "year": 2025, "subject": "town"},
    ),
    Fault(
        "funding-change",
        "update funding set amount_cents = 14000000 where centre = 'one' and funder = 'state' and year = 2025",
        "notice",
        {"centre": "one", "year": 2025},
    ),
    Fault(
        "agreement-ended",
        "update agreements set ends_on = '2026-01-31' where centre = 'one'",
        "notice",
        {"centre": "one", "subject": "state"},
    ),
    Fault(
        "low-confidence",
        "update perimeters set confidence = 'low' where centre = 'one'",
        "notice",
        {"centre": "one", "subject": "01"},
    ),
    Fault(
        "fictitious-among-real",
        "insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);"
        "update agreements set source = 'made-up' where centre = 'one'",
        "notice",
        {"centre": None, "fictitious": True},
    ),
    Fault(
        "exception-ended",
        "insert into exceptions (rule, centre, valid_to, reason, load) "
        "values ('co-funding', 'one', '2026-01-01', 'x', 1)",
        "notice",
        {"centre": "one", "subject": "co-funding"},
    ),
)


def test_a_sound_registry_is_left_in_peace(plant: Plant) -> None:
    result = findings(plant(""), TODAY)
    assert result.rows == ()
    assert (result.totals["breach"], result.totals["unknown"], result.totals["notice"]) == (0, 0, 0)
    assert result.totals["rules"] == len(RULES)


def test_every_rule_has_a_fault() -> None:
    assert [fault.rule for fault in FAULTS] == IDS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_a_rule_fires_once_where_it_should_and_no_other_does(fault: Fault, plant: Plant) -> None:
    assert bool(fault.others) == bool(fault.why)
    connection = plant(fault.statements)
    result = findings(connection, TODAY)
    assert result.totals["by_rule"] == dict.fromkeys(IDS, 0) | fault.others | {fault.rule: 1}
    (found,) = [record for record in result.records() if record["rule"] == fault.rule]
    assert found["severity"] == fault.severity
    assert {name: found[name] for name in fault.expected} == fault.expected
    assert found["accepted"] is False
    (alone,) = findings(connection, TODAY, rules=[fault.rule]).records()
    assert alone == found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_no_rule_finds_more_than_it_says(fault: Fault, plant: Plant) -> None:
    """The severity of a rule is the gravest that it finds."""
    graves = ["breach", "unknown", "notice"]
    rule = rule_named(fault.rule)
    for record in findings(plant(fault.statements), TODAY, rules=[fault.rule]).records():
        assert graves.index(str(record["severity"])) >= graves.index(rule.severity.value)


def test_a_rule_that_is_not_there_is_refused_with_near_ones() -> None:
    with pytest.raises(UsageProblem) as caught:
        rule_named("co-fundin")
    assert caught.value.advice is not None
    assert "co-funding" in caught.value.advice.text()


# --- What is not known is no breach ---

UNKNOWN = {
    "co-funding": ("delete from funding where centre = 'one' and funder = 'town'", "one"),
    "governance-shared": ("delete from governance where centre = 'one'", "one"),
    "missions-evaluated": ("delete from evaluations", None),
    "state-support-unevaluated": ("delete from evaluations", None),
    "activity-unreported": ("delete from activities", None),
    "label": ("update centres set label_from = null", None),
}


@pytest.mark.parametrize("rule", UNKNOWN)
def test_what_is_not_known_is_no_breach(rule: str, plant: Plant) -> None:
    statements, centre = UNKNOWN[rule]
    result = findings(plant(statements), TODAY, rules=[rule])
    assert [(record["severity"], record["centre"]) for record in result.records()] == [("unknown", centre)]


def test_state_support_that_is_not_known_is_no_breach(plant: Plant) -> None:
    connection = plant("delete from funding where centre = 'one' and funder = 'state'")
    (found,) = findings(connection, TODAY, rules=["co-funding"]).records()
    assert (found["severity"], found["subject"]) == ("unknown", "state")


def test_no_board_at_all_is_told_once(plant: Plant) -> None:
    (found,) = findings(plant("delete from governance"), TODAY, rules=["governance-shared"]).records()
    assert (found["severity"], found["centre"]) == ("unknown", None)


EXEMPT = "update centres set co_funded = 0, exemption_reason = 'a city of its own' where id = 'one';"


def test_an_exempt_centre_is_noticed_with_its_reason(plant: Plant) -> None:
    connection = plant(EXEMPT + "delete from funding where centre = 'one'; delete from governance where centre = 'one'")
    (found,) = findings(connection, TODAY).records()
    assert (found["rule"], found["severity"], found["centre"]) == ("co-funding", "notice", "one")
    assert "a city of its own" in str(found["message"].text())  # type: ignore[union-attr]


def test_the_missions_of_an_exempt_centre_are_noticed(plant: Plant) -> None:
    connection = plant(EXEMPT + "delete from evaluations where centre = 'one' and mission = 'skills'")
    (found,) = findings(connection, TODAY, rules=["missions-evaluated"]).records()
    assert found["severity"] == "notice"


def test_an_amount_of_stage_requested_is_not_known_money(plant: Plant) -> None:
    connection = plant("update funding set stage = 'requested' where centre = 'one' and funder = 'town'")
    (found,) = findings(connection, TODAY, rules=["co-funding"]).records()
    assert found["severity"] == "unknown"


# --- Bounds ---


@pytest.mark.parametrize(("amount", "fires"), [(13000000, 0), (13000100, 1), (7000000, 0), (6999900, 1)])
def test_a_change_of_thirty_per_cent_is_not_noticed_yet(amount: int, fires: int, plant: Plant) -> None:
    connection = plant(
        f"update funding set amount_cents = {amount} where centre = 'one' and funder = 'state' and year = 2025"
    )
    assert len(findings(connection, TODAY, rules=["funding-change"]).rows) == fires


@pytest.mark.parametrize(("cycle", "fires"), [(1, 6), (2, 0), (3, 0)])
def test_a_cycle_counts_from_the_year_evaluated(cycle: int, fires: int, plant: Plant) -> None:
    """As of 2026, the year 2024 is in time with a cycle of two years and not of one."""
    assert len(findings(plant(""), TODAY, cycle=cycle, rules=["missions-evaluated"]).rows) == fires


def test_an_agreement_that_is_followed_has_not_ended(plant: Plant) -> None:
    connection = plant(
        "update agreements set ends_on = '2026-01-31' where centre = 'one';"
        "insert into agreements (centre, funder, starts_on, ends_on, load) "
        "values ('one', 'state', '2026-02-01', '2029-01-31', 1)"
    )
    assert findings(connection, TODAY).rows == ()


def test_a_carried_centre_may_have_the_siren_of_its_carrier(plant: Plant) -> None:
    assert findings(plant("update funders set siren = '415021377' where id = 'town'"), TODAY).rows == ()


def test_figures_are_held_against_the_registry_of_their_own_date(plant: Plant) -> None:
    connection = plant(
        "insert into published_figures (id, measure, value, unit, as_of, load) values "
        "('then', 'centres', 1, 'centre', '2016-01-01', 1);"
        "update centres set since = 2018 where id = 'two'"
    )
    assert findings(connection, TODAY, rules=["announced-centres"]).rows == ()


NEW = "update centres set since = 2024 where id = 'one'; delete from evaluations where centre = 'one';"


def test_a_new_centre_has_a_cycle_to_be_evaluated_in(plant: Plant) -> None:
    connection = plant(NEW)
    assert findings(connection, TODAY, rules=["missions-evaluated", "state-support-unevaluated"]).rows == ()
    assert len(findings(connection, "2028-01-01", rules=["missions-evaluated"], year=2025, cycle=3).rows) == 6
    assert len(findings(connection, TODAY, rules=["missions-evaluated"], cycle=1).rows) == 6


def test_nobody_funds_a_centre_before_it_is_there(plant: Plant) -> None:
    connection = plant(NEW + "delete from funding where centre = 'one' and year = 2023")
    assert findings(connection, TODAY, year=2023, rules=["co-funding"]).rows == ()


# --- As of, year, centre ---


def test_a_rule_looks_at_the_date(plant: Plant) -> None:
    connection = plant("update perimeters set valid_to = '2026-01-01' where department = '02'")
    assert findings(connection, "2026-01-01", rules=["department-uncovered"]).rows == ()
    assert len(findings(connection, "2026-01-02", rules=["department-uncovered"]).rows) == 1


def test_an_evaluation_made_later_is_not_known_yet(plant: Plant) -> None:
    connection = plant("update evaluations set evaluated_on = '2026-03-01' where centre = 'one' and mission = 'skills'")
    (found,) = findings(connection, "2026-02-28", rules=["missions-evaluated"]).records()
    assert (found["centre"], found["mission"]) == ("one", "skills")
    assert findings(connection, "2026-03-01", rules=["missions-evaluated"]).rows == ()


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


def test_the_label_of_one_centre_is_told_of_it(plant: Plant) -> None:
    connection = plant("update centres set label_from = null")
    (found,) = findings(connection, TODAY, centre="two").records()
    assert (found["rule"], found["centre"]) == ("label", "two")


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


def test_an_exception_to_no_rule_is_told(plant: Plant) -> None:
    (found,) = findings(plant(accept(rule="no-such-rule")), TODAY).records()
    assert (found["rule"], found["severity"], found["subject"]) == ("exception-ended", "notice", "no-such-rule")


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


def test_money_is_not_asked_of_a_year_in_which_the_centre_was_not_open(plant: Plant) -> None:
    connection = plant("delete from funding where centre = 'one'; update centres set since = 2026 where id = 'one'")
    assert findings(connection, TODAY, year=2025, rules=["co-funding"]).rows == ()
    asked = findings(connection, TODAY, year=2026, rules=["co-funding"])
    assert [found["subject"] for found in asked.records() if found["centre"] == "one"] == ["state", "local"]


@pytest.mark.parametrize(("cycle", "words"), [(1, ("1 year ago", "1 year.")), (2, ("2 years ago", "2 years."))])
def test_a_cycle_is_counted_in_words_that_agree(cycle: int, words: tuple[str, str], plant: Plant) -> None:
    connection = plant("update evaluations set year = 2020 where centre = 'one'")
    told = {
        str(found["rule"]): found["message"].text()
        for found in findings(connection, TODAY, cycle=cycle, centre="one").records()
        if isinstance(found["message"], Message)
    }
    assert words[0] in told["missions-evaluated"]
    assert told["state-support-unevaluated"].endswith(words[1])


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
    assert rules == sorted(rules, key=IDS.index)
