"""The SQL views give the figures of the commands, asked today."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.asking import ask
from crpv_cli.reports.coverage import MEASURES, coverage
from crpv_cli.reports.evaluations import evaluation_summaries
from crpv_cli.reports.funding import funding
from crpv_cli.reports.listing import Asked, list_centres, list_table
from crpv_cli.reports.queries import today
from crpv_cli.result import Result

PAGE = Path(__file__).resolve().parents[2] / "docs" / "views.md"
VIEWS = ("v_centres", "v_coverage", "v_coverage_totals", "v_funding", "v_funding_by_centre", "v_evaluation_latest")

# What the bundled data does not hold: stages, closed centres, scales of several forms, made-up money, what is to come.
AWKWARD = """
insert into sources (id, title, fictitious, load) values ('made-up', 'Made up', 1, 1);
insert into scales (id, name, levels, load) values ('letters', 'Letters', 'D | C | B "good" | A', 1);
insert into scales (id, name, minimum, maximum, load) values ('s20', 'Twenty', 0, 20, 1);
insert into funders (id, name, kind, load) values ('ville', 'Ville', 'commune', 1);
insert into funding (centre, funder, year, scheme, stage, amount_cents, source, load) values
    ('oriv', 'etat', 2025, 'p147', 'paid', 12345, null, 1),
    ('oriv', 'etat', 2025, 'project', 'granted', 100, 'made-up', 1),
    ('oriv', 'etat', 2025, 'project', 'requested', 999, null, 1),
    ('irev', 'etat', 2025, null, 'paid', 777, null, 1),
    ('pqn-a', 'ville', 2021, null, 'granted', 333, null, 1),
    ('paris', 'etat', 2100, 'P147', 'granted', 1, null, 1);
update centres set label_to = date('now', 'localtime', '-1 day') where id = 'labo-cites';
update centres set label_to = date('now', 'localtime') where id = 'irev';
update centres set label_from = date('now', 'localtime', '+1 day') where id = 'pqn-a';
update perimeters set valid_to = date('now', 'localtime', '-1 day') where centre = 'oriv' and department = '67';
update perimeters set source = 'made-up' where centre = 'irev';
delete from territory_counts where department = '02' and measure = 'contracts';
delete from evaluations where centre = 'irev';
insert into evaluations (centre, mission, year, kind, scale, rating, evaluated_on, load) values
    ('oriv', 'skills', 2026, 'self', 's20', '15', null, 1),
    ('oriv', 'skills', 2026, 'external', 's20', '12,5', null, 1),
    ('oriv', 'animation', 2026, 'joint', 'letters', 'b "good"', date('now', 'localtime'), 1),
    ('oriv', 'capitalisation', 2026, 'joint', 's20', '3', date('now', 'localtime', '+1 day'), 1),
    ('reso-villes', 'skills', 2026, 'joint', 's20', '21', null, 1),
    ('reso-villes', 'animation', 2026, 'joint', null, null, null, 1);
"""


@pytest.fixture(scope="module", params=["reference", "demo", "awkward"])
def path(
    request: pytest.FixtureRequest, reference_path: Path, demo_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    if request.param == "reference":
        return reference_path
    if request.param == "demo":
        return demo_path
    copy = tmp_path_factory.mktemp("awkward") / "crpv.sqlite"
    shutil.copy(demo_path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript(AWKWARD)
    return copy


@pytest.fixture
def registry(path: Path) -> Iterator[sqlite3.Connection]:
    with open_reading(path) as connection:
        yield connection


def view(connection: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(f"select * from {name}")]


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def euros(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def test_centres(registry: sqlite3.Connection) -> None:
    found = {row["id"]: row for row in view(registry, "v_centres")}
    listed = records(list_centres(registry, Asked(as_of=today())))
    assert set(found) == {row["id"] for row in listed}
    for row in listed:
        expected = row | {
            "departments": " ".join(row["departments"]) or None,
            "state_support": euros(row["state_support"]),
        }
        assert found[row["id"]] == expected


@pytest.mark.parametrize("geography", ["2015", "2024"])
def test_coverage(registry: sqlite3.Connection, geography: str) -> None:
    found = {row["department"]: row for row in view(registry, "v_coverage") if row["geography"] == geography}
    for measure in ("neighbourhoods", "contracts", "inhabitants"):
        rows = records(coverage(registry, today(), measure, geography, "department"))
        assert set(found) == {row["department"] for row in rows}
        for row in rows:
            own = found[row["department"]]
            assert own[measure] == row["total"]
            assert tuple((own["centres"] or "").split()) == row["centres"]
            assert own["covered"] == bool(row["centres"])
            assert (own["name"], own["region_code"]) == (row["name"], row["region_code"])


@pytest.mark.parametrize("geography", ["2015", "2024"])
@pytest.mark.parametrize("measure", MEASURES)
def test_coverage_totals(registry: sqlite3.Connection, measure: str, geography: str) -> None:
    totals = coverage(registry, today(), measure, geography).totals
    (row,) = registry.execute(
        "select covered, total, uncovered, share from v_coverage_totals where measure = ? and geography = ?",
        (measure, geography),
    ).fetchall()
    assert dict(row) == {name: totals[name] for name in ("covered", "total", "uncovered", "share")}


def test_funding(registry: sqlite3.Connection) -> None:
    found = view(registry, "v_funding")
    listed = records(list_table(registry, TABLES["funding"], Asked(as_of=today())))
    names = ("centre", "funder", "year", "scheme", "stage", "purpose", "reference", "source", "note")
    assert sorted(([row[name] for name in names] + [row["amount"]] for row in found), key=repr) == sorted(
        ([row[name] for name in names] + [euros(row["amount"])] for row in listed), key=repr
    )


def test_funding_by_centre(registry: sqlite3.Connection) -> None:
    found = view(registry, "v_funding_by_centre")
    years = sorted({row["year"] for row in found})
    assert years[0] == 2014
    assert years[-1] == min(2026, int(today()[:4]))
    for year in years:
        own = {row["centre"]: row for row in found if row["year"] == year}
        result = funding(registry, today(), year, year)
        rows = records(result)
        assert set(own) == {row["centre"] for row in rows}
        for row in rows:
            expected = {name: euros(row[name]) for name in ("state", "local", "other", "total")}
            expected |= {name: row[name] for name in ("short_name", "state_share", "known", "fictitious")}
            assert own[row["centre"]] == {"centre": row["centre"], "year": year, **expected}
        for name in ("state", "local", "other", "total"):
            known = [row[name] for row in own.values() if row[name] is not None]
            assert (round(sum(known), 2) if known else None) == result.totals[name]


def test_evaluation_latest(registry: sqlite3.Connection) -> None:
    found = {(row["centre"], row["mission"]): row for row in view(registry, "v_evaluation_latest")}
    rows = records(evaluation_summaries(registry, today()))
    assert set(found) == {(row["centre"], row["mission"]) for row in rows}
    for row in rows:
        own = found[row["centre"], row["mission"]]
        if row["previous_rating"] is not None:
            # The command also compares with the rating before, which the view does not show.
            assert bool(own.pop("fictitious")) <= bool(row["fictitious"])
        assert own == {name: row[name] for name in own}


def test_each_view_says_what_is_made_up(path: Path) -> None:
    with open_reading(path) as connection:
        for name in VIEWS:
            made_up = {row["fictitious"] for row in view(connection, name)}
            assert made_up <= {0, 1}
            if "reference" in path.parent.name:
                assert made_up == {0}
        if "awkward" in path.parent.name:
            rests = {row["department"] for row in view(connection, "v_coverage") if row["fictitious"]}
            served = connection.execute("select distinct department from perimeters where centre = 'irev'")
            assert rests == {row[0] for row in served}


@pytest.mark.parametrize("name", VIEWS)
def test_a_query_can_read_them(registry: sqlite3.Connection, name: str) -> None:
    assert ask(registry, f"select * from {name}", {}).rows


@pytest.mark.parametrize("name", VIEWS)
def test_every_column_is_documented(demo: sqlite3.Connection, name: str) -> None:
    section = PAGE.read_text(encoding="utf-8").split(f"## {name}\n")[1].split("\n## ")[0]
    documented = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert documented == [row["name"] for row in demo.execute(f"pragma table_info({name})")]


def test_the_queries_of_the_page_run(demo: sqlite3.Connection) -> None:
    blocks = PAGE.read_text(encoding="utf-8").split("```sql\n")[1:]
    assert blocks
    for block in blocks:
        assert demo.execute(block.split("```")[0]).fetchall()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed here")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_today_is_the_readers_own_day(demo: sqlite3.Connection, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", {"Pacific/Kiritimati": "XXX-14", "Pacific/Pago_Pago": "XXX+11"}.get(zone, zone))
    time.tzset()
    try:
        assert demo.execute("select date('now', 'localtime')").fetchone()[0] == today()
    finally:
        monkeypatch.undo()
        time.tzset()
