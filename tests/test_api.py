"""The registry from Python: the same values as JSON has, typed, and as data frames."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import crpv_cli
from crpv_cli.api import Kind, Point, Registry, Rows
from crpv_cli.definitions.tables import TABLES
from tests.inside import inside

REPOSITORY = Path(__file__).resolve().parents[1]
REPORTS = ("coverage", "funding", "evaluations", "activity", "agreements", "returns")


def crpv(*arguments: str, db: Path) -> str:
    return inside(*arguments, "--db", str(db), env={}).stdout


@pytest.fixture
def registry(demo_path: Path) -> Iterator[Registry]:
    with crpv_cli.open(demo_path) as opened:
        yield opened


def as_json(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Point):
        return {"year": value.year, "rating": value.rating, "position": value.position}
    return [as_json(one) for one in value] if isinstance(value, tuple) else value


def records(rows: Rows) -> list[dict[str, Any]]:
    return [{name: as_json(value) for name, value in row.items()} for row in rows]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_list_gives(registry: Registry, demo_path: Path, name: str) -> None:
    rows = registry.table(name)
    assert records(rows) == json.loads(crpv("list", name, "--format", "json", db=demo_path))
    frame, polar = rows.to_pandas(), rows.to_polars()
    assert list(frame.columns) == polar.columns == [column.name for column in rows.columns]
    assert len(frame) == len(polar) == len(rows)
    for column in rows.columns:
        unknown = sum(value is None for value in rows.column(column.name))
        assert frame[column.name].isna().sum() == polar[column.name].null_count() == unknown
        if column.kind is Kind.MONEY:
            total = sum(value for value in rows.column(column.name) if value is not None)
            assert (polar[column.name].sum() or 0) == total
            assert frame[column.name].sum() == pytest.approx(float(total))
        if column.kind in {Kind.CODE, Kind.TEXT}:
            assert polar[column.name].to_list() == rows.column(column.name)  # 01 and 2A stay what they are


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_what_report_gives(registry: Registry, demo_path: Path, name: str) -> None:
    rows = registry.report(name, as_of="2025-12-31") if name != "returns" else registry.report(name)
    dated = ["--as-of", "2025-12-31"] if name != "returns" else []
    told = json.loads(crpv("report", name, *dated, "--format", "json", db=demo_path))
    assert records(rows) == told["rows"]
    assert json.loads(json.dumps(rows.totals)) == told["totals"]
    assert [note.code for note in rows.notes] == [note["code"] for note in told["notes"]]
    assert [note.text for note in rows.notes] == [note["text"] for note in told["notes"]]
    rows.to_pandas()
    rows.to_polars()


def test_the_network_a_centre_the_checks_and_the_changes(registry: Registry, demo_path: Path) -> None:
    day = date(2025, 12, 31)
    network = registry.network(day, compare_to="2024-12-31")
    words = ("report", "network", "--as-of", "2025-12-31", "--compare-to", "2024-12-31", "--format", "json")
    told = json.loads(crpv(*words, db=demo_path))
    assert list(network) == [name for name in told if name not in {"network", "notes"}]
    assert {name: records(rows) for name, rows in network.items()} == {name: told[name] for name in network}
    assert network.fictitious
    sheet = registry.centre("oriv", day)
    told = json.loads(crpv("show", "oriv", "--as-of", "2025-12-31", "--format", "json", db=demo_path))
    assert {name: records(rows) for name, rows in sheet.items()} == {name: told[name] for name in sheet}
    assert {name: as_json(value) for name, value in sheet.facts.items()} == told["centre"]
    for rows in (*network.values(), *sheet.values()):
        rows.to_pandas()
        rows.to_polars()
    found = registry.check(day, centre="ORIV")
    told = json.loads(crpv("check", "--as-of", "2025-12-31", "--centre", "oriv", "-f", "json", db=demo_path))
    assert records(found) == told["rows"]
    assert len(registry.changes("2023-10-17", day)) > 5


def test_values_are_of_their_kind(registry: Registry) -> None:
    (first, *_) = registry.table("funding", year=2025, sort="-amount", limit=1)
    assert isinstance(first["amount"], Decimal)
    assert type(first["centre"]) is str
    perimeter = registry.table("perimeters", centre="Guadeloupe")[0]
    assert perimeter["department"] == "971"
    overview = registry.table(region="Grand Est")
    assert isinstance(overview[0]["departments"], tuple)
    assert overview[:1] == [overview[0]]
    frame = overview.to_pandas()
    assert frame.attrs["fictitious"] is overview.fictitious
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(overview.to_polars(), pl.DataFrame)
    (count,) = registry.query("select count(*) as n from funding where year = :year", year=2025)
    assert count["n"] == len(registry.table("funding", year=2025))


def test_what_is_asked_wrongly_is_said(registry: Registry, tmp_path: Path) -> None:
    for asked, said in (
        (lambda: registry.table("nothing"), "nothing"),
        (lambda: registry.table(columns=["nothing"]), "nothing"),
        (lambda: registry.table(centre="nobody-at-all"), "nobody-at-all"),
        (lambda: registry.report("coverage", by="colour"), "colour"),
        (lambda: registry.report("coverage", colour="red"), "colour"),
        (lambda: registry.report("network"), "network"),
        (lambda: registry.report("coverage", as_of="20x3"), "20x3"),
        (lambda: registry.changes("then"), "then"),
        (lambda: crpv_cli.open(tmp_path / "none.sqlite"), "none.sqlite"),
    ):
        with pytest.raises(crpv_cli.CrpvError, match=said):
            asked()
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(KeyError):
        registry.table().column("nothing")


def test_nothing_is_written(registry: Registry) -> None:
    with pytest.raises(Exception, match="readonly"):
        registry.query("delete from funding")


def test_french_changes_words_and_no_values(demo_path: Path) -> None:
    with crpv_cli.open(demo_path) as english, crpv_cli.open(demo_path, lang="fr") as french:
        one, other = english.report("coverage"), french.report("coverage")
        assert list(one) == list(other)
        assert [column.name for column in one.columns] == [column.name for column in other.columns]
        assert {column.label for column in one.columns} != {column.label for column in other.columns}
        assert one.title != other.title


def test_as_it_was_known(demo_path: Path, tmp_path: Path) -> None:
    registry, rows = tmp_path / "copy.sqlite", tmp_path / "sources.csv"
    registry.write_bytes(demo_path.read_bytes())
    rows.write_text("id,title\nnew-source,A source\n", encoding="utf-8")
    crpv("load", str(rows), db=registry)
    with crpv_cli.open(registry, known=1) as earlier, crpv_cli.open(registry) as now:
        assert len(earlier.table("sources")) + 1 == len(now.table("sources"))


@pytest.mark.parametrize("page", ["python.md", "fr/python.md"])
def test_the_example_of_the_documentation_runs(page: str, demo_path: Path, tmp_path: Path) -> None:
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "demo.sqlite").write_bytes(demo_path.read_bytes())
    ended = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "ORIV" in ended.stdout


def test_the_command_does_not_pay_for_it() -> None:
    code = "import sys, crpv_cli.main; print('crpv_cli.api' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
    with pytest.raises(AttributeError):
        crpv_cli.nothing  # noqa: B018
