"""What a load says of the money it brings: what it recognised, what differs, what only a person can tell."""

from __future__ import annotations

import pytest

from crpv_cli.errors import Severity
from tests.registry.bench import Bench

HEAD = "centre,funder,year,scheme,stage,amount,object,level,source\n"
GRANTS = HEAD + "oriv,etat,2022,P147,granted,300,missions,,report\noriv,etat,2022,P147,granted,100,day,,report\n"


def said(world: Bench, *rows: str, name: str = "more.csv") -> dict[str, str]:
    """What a load of these rows says, by code."""
    report = world.load((name, HEAD + "".join(f"oriv,{row}\n" for row in rows)))
    assert report.load is not None
    assert all(one.severity is Severity.WARNING and one.file.endswith(name) for one in report.anomalies)
    return {one.code: one.message.text("en").replace("\u00a0", " ") for one in report.anomalies}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            ["etat,2022,P147,granted,300,missions,,list", "etat,2022,P147,granted,100,day,,list"],
            {
                "same-money": "2 rows are the same money as rows of another document (€400); they count once: "
                "oriv 2022 P147 €300 from list is that from report, oriv 2022 P147 €100 from list is that from report."
            },
        ),
        (
            ["etat,2022,P147,granted,400,,yearly-total,list"],
            {
                "total-detailed": "1 yearly total is the sum of decisions that are known (€400); they count, it does "
                "not: oriv 2022 P147 €400: 2 decisions."
            },
        ),
        (
            ["etat,2022,P147,granted,420,,yearly-total,list"],
            {
                "total-differs": "1 yearly total (€420) is not what is known of the same money: oriv 2022 P147 €420, "
                "2 decisions of €400 (difference -€20)."
            },
        ),
        (
            ["etat,2022,P147,granted,400,,,list"],
            {
                "total-detailed": "1 yearly total is the sum of decisions that are known (€400); they count, it does "
                "not: oriv 2022 P147 €400: 2 decisions.",
                "read-as-total": "1 row without an object was read as a yearly total (€400): oriv 2022 P147 €400.",
            },
        ),
        (
            ["etat,2022,P147,granted,50,,,list"],
            {
                "read-as-decision": "1 row without an object was read as one more decision (€50): oriv 2022 P147 €50.",
            },
        ),
        (
            ["etat,2022,P147,paid,401,first,,list"],
            {"paid-above-granted": "More is paid than granted, once: oriv 2022 P147 €401 paid of €400."},
        ),
        (["etat,2022,P147,paid,400,first,,list"], {}),
        (
            ["etat,2022,,paid,401,first,,list"],
            {"paid-above-granted": "More is paid than granted, once: oriv 2022 etat €401 paid of €400."},
        ),
        (
            ["etat,2022,P147,granted,301,missions,,list"],
            {
                "near-money": "1 pair of rows of two sources looks like the same money (€301); both count: oriv 2022 "
                "P147 €301 from list, €300 from report."
            },
        ),
        (["etat,2022,P147,granted,304,missions,,list"], {}),
        (
            ["etat,2022,P147,granted,-301,missions,,list"],
            {"unusual-value": "-€301 is unusual: Amount is usually between €0 and €1,000,000."},
        ),
        (["ville,2022,P147,granted,301,missions,,list"], {}),
        (["etat,2022,P163,granted,300,missions,,list"], {}),
        (["etat,2021,P147,granted,300,missions,,list"], {}),
        (["etat,2021,P147,granted,300,,,list"], {}),
    ],
)
def test_each_cause_is_said_once(world: Bench, rows: list[str], expected: dict[str, str]) -> None:
    world.load(("grants.csv", GRANTS))
    assert said(world, *rows) == expected


def test_what_other_loads_brought_is_not_said_again(world: Bench) -> None:
    world.load(("grants.csv", GRANTS))
    said(world, "etat,2022,P147,granted,300,missions,,list", "etat,2022,P147,granted,420,,yearly-total,list")
    assert said(world, "ville,2022,P147,granted,7,other,,list", name="next.csv") == {}
    assert said(world, "etat,2021,P147,granted,7,other,,list", name="last.csv") == {}
    (difference,) = said(world, "etat,2022,P147,granted,9,other,,list", name="late.csv")
    assert difference == "total-differs"


def test_totals_of_two_sources_are_held_against_each_other(world: Bench) -> None:
    said(world, "etat,2022,P147,granted,400,,yearly-total,report")
    assert said(world, "etat,2022,P147,granted,400,,yearly-total,list") == {
        "total-known": "1 yearly total is known from another document (€400); it counts once: oriv 2022 P147 €400."
    }
    (differs,) = said(world, "etat,2022,P147,granted,300,,yearly-total,", name="third.csv").values()
    assert differs.endswith("oriv 2022 P147 €300, while another source gives a total of €400, which counts.")


def test_causes_are_counted_and_the_first_of_them_shown(world: Bench) -> None:
    world.load(
        ("grants.csv", HEAD + "".join(f"oriv,etat,{year},P147,granted,5,x,,report\n" for year in range(2010, 2020)))
    )
    (text,) = said(world, *(f"etat,{year},P147,granted,5,x,,list" for year in range(2010, 2020))).values()
    assert text.startswith("10 rows are the same money as rows of another document (€50)")
    assert text.count("from list") == 3
    assert text.endswith(", ….")


def test_one_instalment_changes_nothing_that_is_granted_and_is_not_too_much(world: Bench) -> None:
    world.load(("grants.csv", GRANTS))
    assert said(world, "etat,2022,P147,paid,38,,,list") == {}
