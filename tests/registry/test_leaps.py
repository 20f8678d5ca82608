"""A yearly sum that leaps is told, whichever of the two years comes last."""

from __future__ import annotations

import pytest

from tests.registry.bench import Bench, said

HEADER = "centre,funder,year,scheme,stage,amount,object,level\n"
BEFORE = "oriv,ville,2021,x,granted,9000,a,decision\noriv,ville,2021,y,granted,1000,b,decision\n"


@pytest.mark.parametrize(
    ("amount", "told"), [("30000", True), ("29999.99", False), ("25000", False), ("12000", False), ("300000", True)]
)
@pytest.mark.parametrize("later_first", [False, True])
def test_a_sum_of_three_times_the_year_before_is_told(world: Bench, amount: str, told: bool, later_first: bool) -> None:
    files = [
        ("before.csv", HEADER + BEFORE),
        ("after.csv", HEADER + f"oriv,ville,2022,x,granted,{amount},a,decision\n"),
    ]
    first, second = reversed(files) if later_first else files
    assert [one for one in said(world.load(first)) if one[-1] == "unusual-leap"] == []
    report = world.load(second)
    leaps = [anomaly for anomaly in report.anomalies if anomaly.code == "unusual-leap"]
    assert bool(leaps) is told
    if told:
        text = leaps[0].message.text("en")
        assert "Observatoire Ville granted 2022" in text
        assert "after €10,000" in text
        assert "Observatoire Ville accordé 2022" in leaps[0].message.text("fr")


def test_a_small_leap_another_stage_and_a_year_between_are_none(world: Bench) -> None:
    rows = (
        "oriv,ville,2021,x,paid,1,a,decision\noriv,ville,2019,x,granted,1,a,decision\n"
        "oriv,ville,2022,x,granted,90000,a,decision\n"
    )
    assert "unusual-leap" not in {one[-1] for one in said(world.load(("funding.csv", HEADER + rows)))}
    small = "oriv,etat,2010,x,granted,100,a,decision\noriv,etat,2011,x,granted,1000,a,decision\n"
    assert "unusual-leap" not in {one[-1] for one in said(world.load(("funding.csv", HEADER + small)))}


def test_half_days_leap_too(world: Bench) -> None:
    rows = "oriv,skills,2021,training,20\noriv,skills,2022,training,200\n"
    report = world.load(("activities.csv", f"centre,mission,year,type,half_days\n{rows}"))
    assert [anomaly.code for anomaly in report.anomalies] == ["unusual-leap"]
    assert "Half-days: 1 yearly sum" in report.anomalies[0].message.text("en")
