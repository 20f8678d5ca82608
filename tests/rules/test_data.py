"""What the registry rests on: the fault of each rule."""

from __future__ import annotations

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import msg
from crpv_cli.rules.checking import findings
from tests.rules.conftest import Plant
from tests.rules.faults import AGREED, TODAY, fault


def test_an_exception_to_no_rule_is_told(plant: Plant) -> None:
    statement = (
        "insert into exceptions (rule, centre, valid_to, reason, load) "
        "values ('no-such-rule', 'one', '2026-12-31', 'put off', 1)"
    )
    (found,) = findings(plant(statement), TODAY).records()
    assert (found["rule"], found["severity"], found["subject"]) == ("exception-ended", "notice", "no-such-rule")


@pytest.mark.parametrize(("until", "fires"), [(TODAY, 0), ("2026-11-24", 1)])
def test_an_exception_holds_on_its_last_day(until: str, fires: int, plant: Plant) -> None:
    connection = plant(
        f"insert into exceptions (rule, centre, valid_to, reason, load) values ('label', 'one', '{until}', 'x', 1)"
    )
    assert len(findings(connection, TODAY, rules=["exception-ended"]).rows) == fires


def test_a_registry_of_made_up_rows_alone_is_no_mixture(bare: Plant) -> None:
    sourced = (f"update {table.name} set source = 'books';" for table in TABLES.values() if "source" in table.names)
    connection = bare("update sources set fictitious = 1;" + "".join(sourced))
    assert findings(connection, TODAY, rules=["fictitious-among-real"]).rows == ()


@pytest.mark.parametrize(("start", "fires"), [(TODAY, 1), ("2026-11-26", 0)])
def test_an_exception_is_looked_at_from_its_first_day(start: str, fires: int, plant: Plant) -> None:
    connection = plant(
        "insert into exceptions (rule, centre, valid_from, valid_to, reason, load) "
        f"values ('no-such-rule', 'one', '{start}', '2026-12-31', 'x', 1)"
    )
    assert len(findings(connection, TODAY, rules=["exception-ended"]).rows) == fires


fault(
    "low-confidence",
    "update perimeters set confidence = 'low' where centre = 'one'",
    centre="one",
    subject="01",
    source="books",
)
fault(
    "fictitious-among-real",
    "insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);"
    "update agreements set source = 'made-up' where centre = 'one'",
    AGREED,
    message=msg(
        "Fictitious rows are mixed with real ones: {tables}.",
        tables=[msg("{table} ({count})", table=msg("Agreements"), count=1)],
    ),
    centre=None,
    fictitious=True,
)
fault(
    "exception-ended",
    "insert into exceptions (rule, centre, valid_to, reason, source, load) "
    "values ('co-funding', 'one', '2026-01-01', 'x', 'books', 1)",
    centre="one",
    source="books",
    subject="co-funding",
)
