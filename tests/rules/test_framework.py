"""What the framework asks: the fault of each rule, what is not known, exemptions, and bounds."""

from __future__ import annotations

import pytest

from crpv_cli.language import Euros, Message, msg
from crpv_cli.rules.checking import findings
from crpv_cli.rules.model import mission_name
from tests.rules.conftest import Plant
from tests.rules.faults import ACTIVE, EVALUATED, FUNDED, GOVERNED, TODAY, fault

fault(
    "co-funding",
    "update funding set amount_cents = 0 where centre = 'one' and funder = 'town' and year = 2025",
    FUNDED,
    centre="one",
    subject="local",
    year=2025,
    message=msg("Local authorities give nothing in {year} ({amount}).", year="2025", amount=Euros(0)),
)
fault(
    "governance-shared",
    "delete from governance where centre = 'one' and member_kind = 'commune'",
    GOVERNED,
    centre="one",
)
fault(
    "missions-evaluated",
    "delete from evaluations where centre = 'one' and mission = 'skills'",
    EVALUATED,
    centre="one",
    mission="skills",
    message=msg("The mission {mission} has never been evaluated.", mission=mission_name("skills")),
    fictitious=False,
)
fault(
    "state-support-unevaluated",
    "delete from evaluations where centre = 'one'",
    FUNDED,
    EVALUATED,
    also={"missions-evaluated": 3},
    why="none of its three missions is evaluated then",
    centre="one",
    year=2025,
)
fault(
    "label",
    "update labels set valid_to = '2025-06-30' where centre = 'one'",
    centre="one",
    source="books",
)
fault("activity-unreported", "delete from activities where centre = 'one'", ACTIVE, centre="one", year=2025)


# --- What is not known is no breach ---

UNKNOWN = {
    "co-funding": ("delete from funding where centre = 'one' and funder = 'town'", "one"),
    "governance-shared": ("delete from governance where centre = 'one'", "one"),
    "missions-evaluated": ("delete from evaluations", None),
    "state-support-unevaluated": ("delete from evaluations", None),
    "activity-unreported": ("delete from activities", None),
    "label": ("delete from labels", None),
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
    assert (found["year"], found["source"]) == (2025, "books")
    assert "a city of its own" in str(found["message"].text())


def test_the_missions_of_an_exempt_centre_are_noticed(plant: Plant) -> None:
    connection = plant(EXEMPT + "delete from evaluations where centre = 'one' and mission = 'skills'")
    (found,) = findings(connection, TODAY, rules=["missions-evaluated"]).records()
    assert found["severity"] == "notice"


def test_an_amount_of_stage_requested_is_not_known_money(plant: Plant) -> None:
    connection = plant("update funding set stage = 'requested' where centre = 'one' and funder = 'town'")
    (found,) = findings(connection, TODAY, rules=["co-funding"]).records()
    assert found["severity"] == "unknown"


# --- Bounds ---


@pytest.mark.parametrize(("cycle", "fires"), [(1, 6), (2, 0), (3, 0)])
def test_a_cycle_counts_from_the_year_evaluated(cycle: int, fires: int, plant: Plant) -> None:
    """As of 2026, the year 2024 is in time with a cycle of two years and not of one."""
    assert len(findings(plant(""), TODAY, cycle=cycle, rules=["missions-evaluated"]).rows) == fires


def test_a_state_that_gives_nothing_is_named(plant: Plant) -> None:
    connection = plant("update funding set amount_cents = 0 where centre = 'one' and funder = 'state' and year = 2025")
    (found,) = findings(connection, TODAY, rules=["co-funding"]).records()
    assert found["message"] == msg("The State gives nothing in {year} ({amount}).", year="2025", amount=Euros(0))
    assert (found["severity"], found["subject"], found["fictitious"]) == ("breach", "state", False)


def test_what_is_said_without_an_evaluation_rests_on_made_up_ones(plant: Plant) -> None:
    connection = plant(
        "insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);"
        "delete from evaluations where centre = 'one'; update evaluations set source = 'made-up'"
    )
    found = findings(connection, TODAY, rules=["missions-evaluated", "state-support-unevaluated"]).records()
    assert [record["fictitious"] for record in found] == [True] * 4


def test_a_centre_whose_label_ended_still_serves_its_department(plant: Plant) -> None:
    connection = plant("update labels set valid_to = '2025-06-30' where centre = 'one'")
    result = findings(connection, TODAY)
    assert [(found["rule"], found["centre"]) for found in result.records()] == [("label", "one")]
    assert findings(connection, "2025-06-30", rules=["label"]).rows == ()
    assert len(findings(connection, "2025-07-01", rules=["label"]).rows) == 1


@pytest.mark.parametrize(("amount", "fires"), [(0, 0), (1, 1)])
def test_support_that_is_nothing_needs_no_evaluation(amount: int, fires: int, plant: Plant) -> None:
    connection = plant(
        "delete from evaluations where centre = 'one';"
        f"update funding set amount_cents = {amount} where centre = 'one' and funder = 'state' and year = 2025"
    )
    assert len(findings(connection, TODAY, rules=["state-support-unevaluated"]).rows) == fires


NEW = "update centres set opened = '2024' where id = 'one'; delete from evaluations where centre = 'one';"


def test_a_new_centre_has_a_cycle_to_be_evaluated_in(plant: Plant) -> None:
    connection = plant(NEW)
    assert findings(connection, TODAY, rules=["missions-evaluated", "state-support-unevaluated"]).rows == ()
    assert len(findings(connection, "2028-01-01", rules=["missions-evaluated"], year=2025, cycle=3).rows) == 6
    assert len(findings(connection, TODAY, rules=["missions-evaluated"], cycle=1).rows) == 6


def test_nobody_funds_a_centre_before_it_is_there(plant: Plant) -> None:
    connection = plant(NEW + "delete from funding where centre = 'one' and year = 2023")
    assert findings(connection, TODAY, year=2023, rules=["co-funding"]).rows == ()


def test_an_evaluation_made_later_is_not_known_yet(plant: Plant) -> None:
    connection = plant("update evaluations set evaluated_on = '2026-03-01' where centre = 'one' and mission = 'skills'")
    (found,) = findings(connection, "2026-02-28", rules=["missions-evaluated"]).records()
    assert (found["centre"], found["mission"]) == ("one", "skills")
    assert findings(connection, "2026-03-01", rules=["missions-evaluated"]).rows == ()


def test_money_is_not_asked_of_a_year_in_which_the_centre_was_not_open(plant: Plant) -> None:
    connection = plant("delete from funding where centre = 'one'; update centres set opened = '2026' where id = 'one'")
    assert findings(connection, TODAY, year=2025, rules=["co-funding"]).rows == ()
    asked = findings(connection, TODAY, year=2026, rules=["co-funding"])
    assert [found["subject"] for found in asked.records() if found["centre"] == "one"] == ["state", "local"]


def test_the_label_of_one_centre_is_told_of_it(plant: Plant) -> None:
    connection = plant("delete from labels")
    (found,) = findings(connection, TODAY, centre="two").records()
    assert (found["rule"], found["centre"]) == ("label", "two")


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
