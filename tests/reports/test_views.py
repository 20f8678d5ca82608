"""The SQL views: what they hold, and that their sums are those of the reports, today and as if it were another day."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.definitions.views import VIEWS
from crpv_cli.language import translate
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.queries import today
from crpv_cli.registry.queries.views import views
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.funding.money import SUMS
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.network.report import network
from crpv_cli.result import Result
from tests.asked import ask
from tests.registry.bench import reseal
from tests.reports.clock import DATES, at_date

PAGE = Path(__file__).resolve().parents[2] / "docs" / "views.md"
GOLDEN_DATES = {"reference": "2016-06-30", "demo": "2025-12-31", "awkward": "2023-10-17"}
GOLDEN = Path(__file__).with_name("views.json")

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
    ('irev', 'etat', 2025, 'FONJEP', 'granted', 716400, null, 1),
    ('pqn-a', 'ville', 2021, null, 'granted', 333, null, 1),
    ('paris', 'etat', 2100, 'P147', 'granted', 1, null, 1);
update funding set nature = 'post' where scheme = 'FONJEP';
insert or replace into budgets (centre, year, status, resources_cents, source, load) values
    ('oriv', 2025, 'provisional', 90000000, null, 1),
    ('oriv', 2024, 'approved', 60000000, null, 1),
    ('oriv', 2024, 'provisional', 1, null, 1),
    ('irev', 2023, 'approved', 50000000, 'made-up', 1),
    ('pqn-a', 2023, 'approved', 100, null, 1),
    ('paris', 2023, 'approved', 100, null, 1);
insert into labels (centre, valid_from, valid_to, load) values
    ('oriv', '2015-01-01', null, 1), ('irev', '2010-01-01', '2014-12-31', 1);
insert into centre_states (centre, valid_to, name, short_name, legal_form, load) values
    ('oriv', '2022-06-30', 'Before', 'OLD', 'association', 1);
update centres set closed = date('now', 'localtime', '-1 day') where id = 'labo-cites';
update centres set closed = date('now', 'localtime') where id = 'irev';
update centres set opened = date('now', 'localtime', '+1 day') where id = 'pqn-a';
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
    ('reso-villes', 'animation', 2026, 'joint', null, null, null, 1),
    ('guadeloupe', 'skills', 2012, 'self', 'demo-1-4', '2', '2013-05-02', 1),
    ('guadeloupe', 'skills', 2013, 'self', 'letters', 'A', null, 1),
    ('guadeloupe', 'skills', 2014, 'self', 'letters', null, null, 1),
    ('guadeloupe', 'skills', 2015, 'self', 's20', '20', null, 1),
    ('guadeloupe', 'skills', 2016, 'self', 's20', '19.99999', null, 1),
    ('guadeloupe', 'skills', 2017, 'self', 's20', '30', null, 1),
    ('guadeloupe', 'skills', 2018, 'self', 's20', '5', null, 1);
insert into activities (centre, mission, year, type, theme, mode, audience, half_days, actions, participants, source,
    load) values
    ('oriv', 'skills', 2015, 'visit', null, null, null, 3, null, 12, null, 1),
    ('oriv', 'skills', 2016, 'visit', null, null, null, null, null, null, null, 1),
    ('irev', 'animation', 2016, 'meeting', 'Thème', 'remote', null, 0, 0, 0, null, 1),
    ('pqn-a', 'complementary', 2021, 'other', null, 'remote', 'other', 8, 2, null, null, 1),
    ('paris', 'animation', 2023, 'study', null, null, null, 5, null, null, 'made-up', 1),
    ('labo-cites', 'animation', 2100, 'study', null, null, null, 5, null, null, null, 1);
insert into agreements (centre, funder, title, starts_on, ends_on, signed_on, amount_cents, reference, source, load)
    values
    ('oriv', 'ville', 'ends in a year', '2012-01-01', '2017-06-30', null, 100, 'a', null, 1),
    ('oriv', 'ville', 'a day later', '2012-01-01', '2017-07-01', null, 250, 'b', 'made-up', 1),
    ('irev', 'ville', 'ended the day before', '2012-01-01', '2016-06-29', null, null, 'c', null, 1),
    ('irev', 'ville', 'ends on the day', '2012-01-01', '2016-06-30', null, null, 'd', null, 1),
    ('irev', 'etat', 'starts on the day', '2016-06-30', '2021-12-30', null, null, 'e', null, 1),
    ('irev', 'etat', 'starts the day after', '2016-07-01', '2021-12-31', '2016-07-01', 5, 'f', null, 1),
    ('paris', 'etat', 'not signed yet', '2020-01-01', '2021-12-30', '2023-10-17', 7, 'g', null, 1),
    ('paris', 'etat', 'follows', '2022-01-01', '2024-10-16', null, 9, 'h', null, 1),
    ('paris', 'ville', 'signed to come', '2012-01-01', '2099-01-01', '2098-01-01', 11, 'i', null, 1);
insert into governance (centre, organ, member, member_kind, role, valid_from, valid_to, load) values
    ('oriv', 'board', 'always', 'state', 'member', null, null, 1),
    ('oriv', 'board', 'to the day', 'state', 'member', '2016-06-30', '2016-06-30', 1),
    ('oriv', 'board', 'before', 'state', 'member', null, '2016-06-29', 1),
    ('oriv', 'board', 'after', 'state', 'member', '2026-01-01', null, 1);
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
        reseal(connection)
    return copy


@pytest.fixture(params=["today", *DATES])
def as_of(request: pytest.FixtureRequest) -> str:
    return today() if request.param == "today" else str(request.param)


@pytest.fixture
def registry(path: Path, as_of: str) -> Iterator[sqlite3.Connection]:
    with open_reading(path) as connection:
        yield connection if as_of == today() else at_date(connection, as_of)


def view(connection: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(f"select * from {name}")]


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def euros(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def profile(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What a view holds, in a few figures: how many rows; the sum of numbers and how many different texts by column."""
    found: dict[str, Any] = {"rows": len(rows)}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows if row[name] is not None]
        numbers = all(isinstance(value, int | float) for value in values)
        found[name] = (
            f"{len(set(values))} of {len(values)}" if not numbers else round(sum(values), 4) if values else None
        )
    return found


@pytest.mark.parametrize("name", VIEWS)
def test_what_a_view_holds_is_what_it_held(path: Path, name: str) -> None:
    """``views.json`` was made once; a change of it is a change of what a figure means, and is looked at."""
    kind = next(kind for kind in GOLDEN_DATES if kind in path.parent.name)
    with open_reading(path) as connection:
        found = profile(view(at_date(connection, GOLDEN_DATES[kind]), name))
    assert found == json.loads(GOLDEN.read_text(encoding="utf-8"))[kind][name]


def test_funding_by_centre(registry: sqlite3.Connection, as_of: str) -> None:
    found = view(registry, "v_funding_by_centre")
    years = sorted({row["year"] for row in found})
    assert years[0] == 2014
    assert years[-1] == min(2026, int(as_of[:4]))
    for year in years:
        own = {row["centre"]: row for row in found if row["year"] == year}
        result = funding(registry, as_of, year, year)
        rows = records(result)
        assert set(own) == {row["centre"] for row in rows}
        for row in rows:
            expected = {name: euros(row[name]) for name in (*SUMS, "resources")}
            expected |= {name: row[name] for name in ("short_name", "state_share", "known", "fictitious")}
            assert own[row["centre"]] == {"centre": row["centre"], "year": year, **expected}
        for name in SUMS:
            known = [row[name] for row in own.values() if row[name] is not None]
            assert (round(sum(known), 2) if known else None) == result.totals[name]


def test_activity_by_centre(registry: sqlite3.Connection, as_of: str) -> None:
    found = view(registry, "v_activity_by_centre")
    years = {row["year"] for row in found}
    assert years == {row["year"] for row in view(registry, "v_activity")}
    for year in years:
        own = {row["centre"]: row for row in found if row["year"] == year}
        result = activity(registry, as_of, year)
        rows = records(result)
        assert set(own) == {row["centre"] for row in rows}
        for row in rows:
            assert own[row["centre"]] == {name: year if name == "year" else row[name] for name in own[row["centre"]]}
        for name in ("half_days", "actions", "participants"):
            known = [row[name] for row in own.values() if row[name] is not None]
            assert (sum(known) if known else None) == result.totals[name]
        assert sum(row["reported"] for row in own.values()) == result.totals["reported"]
        assert len(own) == result.totals["centres"]


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2024-02-29", "2025-02-28"),
        ("2023-02-28", "2024-02-28"),
        ("2025-12-31", "2026-12-31"),
        ("2024-01-30", "2025-01-30"),
    ],
)
def test_within_a_year_counts_months_of_the_calendar(reference_path: Path, tmp_path: Path, day: str, last: str) -> None:
    copy = tmp_path / "crpv.sqlite"
    shutil.copy(reference_path, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        for number in range(-3, 4):
            connection.execute(
                "insert into agreements (centre, funder, starts_on, ends_on, load) "
                "values ('oriv', 'etat', date('2000-01-01', ? || ' days'), date(?, ? || ' days'), 1)",
                (number, last, number),
            )
        reseal(connection)
    with open_reading(copy) as connection:
        found = {row["ends_on"]: row["status"] for row in view(at_date(connection, day), "v_agreements")}
        assert {end for end, status in found.items() if status == "ending"} == {end for end in found if end <= last}
        assert found == {row["ends_on"]: row["status"] for row in records(agreements(connection, day))}


def test_network(registry: sqlite3.Connection, as_of: str) -> None:
    """Each figure of the report stands in the view under the same name, with what it is of and its share."""
    (found,) = view(registry, "v_network")
    sheet = network(registry, as_of)
    figures = records(next(section for section in sheet.sections if section.name == "figures"))
    assert {figure["report"].split(" --")[0] for figure in figures} == {
        "list",
        "report coverage",
        "report funding",
        "report evaluations",
        "report activity",
        "report agreements",
    }
    for figure in figures:
        name = str(figure["figure"]).replace("-", "_")
        assert found[name] == figure["value"], name
        if figure["total"] is not None:
            assert found[f"{name}_total"] == figure["total"], name
        if figure["share"] is not None and figure["unit"] != "share":
            assert found[f"{name}_share"] == figure["share"], name
        assert bool(found["fictitious"]) >= bool(figure["fictitious"])
    assert found["as_of"] == as_of


def test_where_there_is_nothing_to_cover_no_coverage_is_known(reference_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "crpv.sqlite"
    shutil.copy(reference_path, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("update territory_counts set value = 0")
        reseal(connection)
    with open_reading(copy) as connection:
        (found,) = view(connection, "v_network")
        sheet = network(connection, today())
    figures = {figure["figure"]: figure for section in sheet.sections[:1] for figure in records(section)}
    for measure in ("neighbourhoods", "contracts", "inhabitants", "departments"):
        assert [found[f"coverage_{measure}{part}"] for part in ("", "_total", "_share")] == [None] * 3
        assert figures[f"coverage-{measure}"]["value"] is None


def test_each_view_says_what_is_made_up(path: Path) -> None:
    with open_reading(path) as connection:
        for name in VIEWS:
            made_up = {row["fictitious"] for row in view(connection, name)}
            assert made_up <= {0, 1}
            if "reference" in path.parent.name:
                assert made_up <= {0}
            elif name == "v_network":
                assert made_up == {1}
        if "awkward" in path.parent.name:
            rests = {row["department"] for row in view(connection, "v_coverage") if row["fictitious"]}
            served = connection.execute("select distinct department from perimeters where centre = 'irev'")
            assert rests == {row[0] for row in served}


@pytest.mark.parametrize("name", VIEWS)
def test_a_query_can_read_them(path: Path, name: str) -> None:
    with open_reading(path) as connection:
        # What only the demonstration holds has no rows without it.
        without = {"v_evaluation_series", "v_activity", "v_activity_by_centre", "v_agreements", "v_governance"}
        nothing = "reference" in path.parent.name and name in without
        assert bool(ask(connection, f"select * from {name}", {}).rows) is not nothing


@pytest.mark.parametrize("name", VIEWS)
def test_every_column_is_explained(demo: sqlite3.Connection, name: str) -> None:
    view = VIEWS[name]
    assert list(view.names) == [row["name"] for row in demo.execute(f"pragma table_info({name})")]
    for text in (view.about, *(column.explanation for column in view.columns)):
        assert text.endswith((".", "…"))
        assert translate(text, "fr") != text
    assert {*view.screen, *view.key} <= {*view.names}


def test_a_view_stands_alone(demo: sqlite3.Connection) -> None:
    """Any of them can be made without the others, and none takes a parameter."""
    for name, sql in views().items():
        with closing(sqlite3.connect(":memory:")) as connection:
            for (table,) in demo.execute(
                "select sql from sqlite_master where type = 'table' and name not like 'sqlite%'"
            ):
                connection.execute(table)
            connection.execute(f"create view {name} as {sql}")
            assert [row[1] for row in connection.execute(f"pragma table_info({name})")] == [*VIEWS[name].names]


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
