"""A centre that a rule passes over hides none of those that come after it."""

from __future__ import annotations

import pytest

from crpv_cli.rules.checking import findings
from tests.rules.conftest import Plant
from tests.rules.faults import TODAY

EXEMPT = "update centres set co_funded = 0, exemption_reason = 'its own' where id = 'one';"
NEVER = "delete from evaluations where centre = 'two' and mission = 'skills'"


@pytest.mark.parametrize(
    ("rule", "statements", "found"),
    [
        # Exempt, then at fault.
        (
            "co-funding",
            EXEMPT + "delete from funding where centre = 'two' and funder = 'state'",
            [("unknown", "two"), ("notice", "one")],
        ),
        ("governance-shared", EXEMPT + "delete from governance where centre = 'two' and member_kind = 'state'", None),
        # Nothing known, then at fault.
        (
            "governance-shared",
            "delete from governance where centre = 'one'; delete from governance where member_kind = 'commune'",
            [("breach", "two"), ("unknown", "one")],
        ),
        # Not yet asked, then at fault.
        (
            "co-funding",
            "update centres set opened = '2026' where id = 'one'; delete from funding where centre = 'one';"
            "update funding set amount_cents = 0 where centre = 'two' and funder = 'town' and year = 2025",
            None,
        ),
        # Sound, then at fault.
        ("missions-evaluated", NEVER, None),
        ("label", "update labels set valid_to = '2020-01-01' where centre = 'two'", None),
        ("activity-unreported", "delete from activities where centre = 'two' and year = 2025", [("unknown", "two")]),
    ],
)
def test_the_next_centre_is_looked_at_all_the_same(
    rule: str, statements: str, found: list[tuple[str, str]] | None, plant: Plant
) -> None:
    records = findings(plant(statements), TODAY, rules=[rule]).records()
    assert [(record["severity"], record["centre"]) for record in records] == (found or [("breach", "two")])


def test_a_seat_that_is_lacking_is_fictitious_only_where_the_board_is(plant: Plant) -> None:
    lacking = (
        "insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);"
        "delete from governance where member_kind = 'state';"
        "update governance set source = 'made-up' where centre = 'two'"
    )
    records = findings(plant(lacking), TODAY, rules=["governance-shared"]).records()
    assert [(record["centre"], record["fictitious"]) for record in records] == [("one", False), ("two", True)]
    assert records[0]["message"].text() == "The State has no seat on its board."


def test_the_label_is_asked_of_centres_that_serve(plant: Plant) -> None:
    """A centre whose label ended is at fault for a perimeter, and without one it is not."""
    ended = "update labels set valid_to = '2025-06-30' where centre = 'two';"
    gone = ended + "delete from perimeters where centre = 'two';"
    for statements, expected in ((ended, 1), (gone, 0)):
        assert len(findings(plant(statements), TODAY, rules=["label"]).rows) == expected
    unknown = "delete from labels where centre = 'two'"
    (record,) = findings(plant(unknown), TODAY, rules=["label"]).records()
    assert "1 centre of 2" in record["message"].text()
    assert not findings(plant(unknown), TODAY, rules=["label"], centre="one").rows
