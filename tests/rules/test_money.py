"""Money and agreements: the fault of each rule, and bounds."""

from __future__ import annotations

import pytest

from crpv_cli.rules.checking import findings
from tests.rules.conftest import Plant
from tests.rules.faults import AGREED, FUNDED, TODAY, fault

DECIDED = "update funding set level = 'decision' where centre = 'one' and funder = 'town' and year = 2025;"
fault(
    "same-money",
    DECIDED + "insert into funding (centre, funder, year, scheme, stage, amount_cents, level, source, load) "
    "values ('one', 'town', 2025, 'operating', 'granted', 5000100, 'decision', 'journal', 1)",
    FUNDED,
    centre="one",
    year=2025,
    subject="town",
    source="journal",
    fictitious=False,
)
TOTALLED = (
    "insert into funding (centre, funder, year, scheme, stage, amount_cents, level, source, load) "
    "values ('one', 'town', 2025, 'operating', 'granted', {amount}, '{level}', 'journal', 1)"
)
fault(
    "total-differs",
    DECIDED + TOTALLED.format(amount=5100000, level="yearly-total"),
    FUNDED,
    centre="one",
    year=2025,
    subject="town",
    source="journal",
)
fault(
    "paid-above-granted",
    TOTALLED.format(amount=5000100, level="decision").replace("'granted'", "'paid'"),
    FUNDED,
    centre="one",
    year=2025,
    subject="town",
    source="journal",
)
fault(
    "funding-change",
    "update funding set amount_cents = 14000000 where centre = 'one' and funder = 'state' and year = 2025",
    FUNDED,
    centre="one",
    year=2025,
)
GIVEN = (
    "insert into centres (id, name, short_name, legal_form, opened, closed, co_funded, source, load) "
    "values ('old', 'Old', 'Old', 'gip', '1990', '2020-06-30', 1, 'books', 1);"
    "insert into funding (centre, funder, year, stage, amount_cents, source, load) "
    "values ('old', 'state', {year}, '{stage}', {amount}, 'journal', 1)"
)
fault(
    "money-after-closing",
    GIVEN.format(year=2021, stage="granted", amount=100),
    centre="old",
    year=2021,
    source="journal",
)
fault(
    "agreement-ended",
    "update agreements set ends_on = '2026-01-31' where centre = 'one'",
    AGREED,
    centre="one",
    subject="state",
    source="books",
)


@pytest.mark.parametrize(("amount", "fires"), [(13000000, 0), (13000100, 1), (7000000, 0), (6999900, 1)])
def test_a_change_of_thirty_per_cent_is_not_noticed_yet(amount: int, fires: int, plant: Plant) -> None:
    connection = plant(
        f"update funding set amount_cents = {amount} where centre = 'one' and funder = 'state' and year = 2025"
    )
    assert len(findings(connection, TODAY, rules=["funding-change"]).rows) == fires


def test_an_agreement_that_is_followed_has_not_ended(plant: Plant) -> None:
    connection = plant(
        "update agreements set ends_on = '2026-01-31' where centre = 'one';"
        "insert into agreements (centre, funder, starts_on, ends_on, load) "
        "values ('one', 'state', '2026-02-01', '2029-01-31', 1)"
    )
    assert findings(connection, TODAY).rows == ()


@pytest.mark.parametrize("made_up", ["books", "journal"])
def test_money_told_twice_is_fictitious_if_either_is(made_up: str, plant: Plant) -> None:
    connection = plant(
        DECIDED + "insert into funding (centre, funder, year, scheme, stage, amount_cents, level, source, load) "
        "values ('one', 'town', 2025, 'operating', 'granted', 5000100, 'decision', 'journal', 1);"
        f"update sources set fictitious = 1 where id = '{made_up}'"
    )
    (found,) = findings(connection, TODAY, rules=["same-money"]).records()
    assert found["fictitious"] is True


@pytest.mark.parametrize(("year", "fires"), [(2026, 1), (2027, 0)])
def test_money_of_a_year_to_come_is_not_looked_at(year: int, fires: int, plant: Plant) -> None:
    connection = plant(
        "insert into funding (centre, funder, year, scheme, stage, amount_cents, level, source, load) values "
        f"('one', 'town', {year}, 'operating', 'granted', 5000000, 'decision', 'books', 1), "
        f"('one', 'town', {year}, 'operating', 'granted', 5000100, 'decision', 'journal', 1)"
    )
    assert len(findings(connection, TODAY, rules=["same-money"]).rows) == fires


@pytest.mark.parametrize(
    ("year", "stage", "amount", "fires"),
    [(2020, "granted", 100, 0), (2021, "paid", 100, 1), (2021, "requested", 100, 0), (2021, "granted", 0, 0)],
)
def test_money_after_closing_is_given_and_of_a_later_year(
    year: int, stage: str, amount: int, fires: int, plant: Plant
) -> None:
    connection = plant(GIVEN.format(year=year, stage=stage, amount=amount))
    assert len(findings(connection, TODAY, rules=["money-after-closing"]).rows) == fires
    assert findings(connection, "2020-06-30", rules=["money-after-closing"]).rows == ()
