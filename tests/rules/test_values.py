"""SIREN numbers and ratings: the fault of each rule, and what is none."""

from __future__ import annotations

from crpv_cli.rules.checking import findings
from tests.rules.conftest import Plant
from tests.rules.faults import EVALUATED, TODAY, fault

fault("siren-wrong", "update centres set siren = '415021378' where id = 'one'", centre="one", source="books")
fault(
    "siren-shared",
    "update centres set siren = '415021377' where id = 'two'",
    centre="two",
    subject="415021377",
    source="books",
)
fault(
    "rating-off-scale",
    "update evaluations set rating = '7' where centre = 'one' and mission = 'skills'",
    EVALUATED,
    centre="one",
    mission="skills",
    year=2024,
    source="books",
)


def test_a_carried_centre_may_have_the_siren_of_its_carrier(plant: Plant) -> None:
    assert findings(plant("update funders set siren = '415021377' where id = 'town'"), TODAY).rows == ()


def test_a_successor_may_have_the_siren_of_the_centre_that_closed(plant: Plant) -> None:
    shared = "update centres set siren = '415021377' where id = 'two';"
    assert len(findings(plant(shared), TODAY, rules=["siren-shared"]).rows) == 1
    closed = plant(shared + "update centres set closed = '2026-06-30', successor = 'two' where id = 'one'")
    assert findings(closed, TODAY, rules=["siren-shared"]).rows == ()
    assert len(findings(closed, "2026-06-30", rules=["siren-shared"]).rows) == 1
