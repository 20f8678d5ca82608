"""Each rule fires on its own fault, once, where it should, and no other does; a sound network is left in peace."""

from __future__ import annotations

from importlib import import_module

import pytest

from crpv_cli.language import Message
from crpv_cli.rules.checking import RULES, SUBJECTS, findings
from tests.rules.conftest import Plant
from tests.rules.faults import FAULTS, TODAY, Fault

TESTED = {
    subject.__name__: import_module(f"tests.rules.test_{subject.__name__.rpartition('.')[2]}") for subject in SUBJECTS
}
WHOLE = ";".join(dict.fromkeys(piece for fault in FAULTS for piece in fault.sound))


def test_every_rule_has_a_fault_and_an_id_of_its_own() -> None:
    assert sorted(fault.rule for fault in FAULTS) == sorted(RULES)
    defined = [value for subject in SUBJECTS for value in vars(subject).values() if type(value).__name__ == "Rule"]
    assert defined == list(RULES.values())


def test_a_sound_network_is_left_in_peace(plant: Plant) -> None:
    result = findings(plant(""), TODAY)
    assert result.rows == ()
    assert (result.totals["breach"], result.totals["unknown"], result.totals["notice"]) == (0, 0, 0)
    assert result.totals["rules"] == len(RULES)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_a_rule_needs_no_more_than_its_test_says(fault: Fault, bare: Plant) -> None:
    assert findings(bare(";".join(fault.sound)), TODAY, rules=[fault.rule]).rows == ()
    assert len(findings(bare(";".join([*fault.sound, fault.statements])), TODAY, rules=[fault.rule]).rows) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_a_rule_fires_once_where_it_should_and_no_other_does(fault: Fault, plant: Plant) -> None:
    assert bool(fault.also or fault.also_on) == bool(fault.why)
    later = {other.rule: other.also_on[fault.rule] for other in FAULTS if fault.rule in other.also_on}
    connection = plant(fault.statements)
    result = findings(connection, TODAY)
    assert result.totals["by_rule"] == dict.fromkeys(RULES, 0) | dict(fault.also) | later | {fault.rule: 1}
    (found,) = [record for record in result.records() if record["rule"] == fault.rule]
    # The severity of a rule is the gravest that it finds.
    assert found["severity"] == RULES[fault.rule].severity.code
    assert {name: found[name] for name in fault.expected} == fault.expected
    assert found["accepted"] is False
    for said in (found["message"], found["advice"]):
        assert said is None or (isinstance(said, Message) and "None" not in said.text())
    (alone,) = findings(connection, TODAY, rules=[fault.rule]).records()
    assert alone == found
