"""Views are results: whatever a list and an export can do, they can do with what a query sees."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.views import VIEWS
from crpv_cli.errors import ExitCode
from tests.inside import inside


def crpv(db: Path, *arguments: str, lang: str = "en") -> CompletedProcess[str]:
    return inside(*arguments, env={**os.environ, "CRPV_DB": str(db), "CRPV_LANG": lang})


def rows(db: Path, *arguments: str, lang: str = "en") -> list[dict[str, Any]]:
    ran = crpv(db, *arguments, "-f", "json", lang=lang)
    assert ran.returncode == 0, ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", VIEWS)
def test_a_list_has_what_a_query_sees(demo_path: Path, name: str) -> None:
    queried = rows(demo_path, "query", f"select * from {name}")
    kinds = {column.name: column.kind for column in VIEWS[name].columns}
    for row in queried:
        for column, value in row.items():
            if value is not None and kinds[column] is Kind.FLAG:
                row[column] = bool(value)
            elif value is not None and kinds[column] is Kind.CODES:
                row[column] = value.split()
            elif kinds[column] is Kind.CODES:
                row[column] = None
    listed = rows(demo_path, "list", name)
    assert queried

    def its_place(row: dict[str, Any]) -> str:
        return json.dumps([row[part] for part in VIEWS[name].key] + [row.get("amount"), row.get("note")])

    assert sorted(listed, key=its_place) == sorted(queried, key=its_place)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("v_coverage", "v_coverage"), ("coverage", "v_coverage"), ("Couverture par département", "v_coverage"),
     ("funding-by-centre", "v_funding_by_centre"), ("network", "v_network"), ("dernières évaluations",
     "v_evaluation_latest"), ("qui siège", "v_governance")],
)  # fmt: skip
def test_a_view_is_called_by_its_name_or_its_label(demo_path: Path, typed: str, name: str) -> None:
    assert rows(demo_path, "list", typed) == rows(demo_path, "list", name)


def test_a_name_of_a_table_is_the_table(demo_path: Path) -> None:
    assert "locator" in rows(demo_path, "list", "funding", "--limit", "1")[0]
    assert "counted" not in rows(demo_path, "list", "funding", "--limit", "1")[0]
    assert "state_p147_centres" not in crpv(demo_path, "export", "v_coverage").stdout
    # A report before a view.
    assert crpv(demo_path, "export", "coverage").stdout.startswith("centre,short_name,departments,")


def test_filters_columns_order_and_number(demo_path: Path) -> None:
    every = rows(demo_path, "list", "v_funding_by_centre")
    some = rows(demo_path, "list", "v_funding_by_centre", "--centre", "ORIV", "--year", "2023")
    assert some == [row for row in every if (row["centre"], row["year"]) == ("oriv", 2023)] != []
    there = rows(demo_path, "list", "v_coverage", "--region", "Bretagne")
    assert {row["region_name"] for row in there} == {"Bretagne"}
    assert [row["department"] for row in rows(demo_path, "list", "v_coverage", "--department", "86")] == ["86"]
    serving = {row["id"] for row in rows(demo_path, "list", "--department", "86")}
    assert {row["centre"] for row in rows(demo_path, "list", "v_funding", "--department", "86")} == serving
    assert {row["id"] for row in rows(demo_path, "list", "v_centres", "--department", "86")} == serving
    shaped = rows(
        demo_path, "list", "v_funding", "--columns", "short_name,counted", "--sort", "-counted", "--limit", "3"
    )
    assert [list(row) for row in shaped] == [["short_name", "counted"]] * 3
    assert shaped[0]["counted"] == max(row["counted"] for row in rows(demo_path, "list", "v_funding"))
    for refused in (
        ("v_network", "--centre", "oriv"),
        ("v_coverage_totals", "--region", "Bretagne"),
        ("v_centres", "--year", "2023"),
        ("v_centres", "--all"),
        ("v_coverage", "--with-people"),
    ):
        assert crpv(demo_path, "list", *refused).returncode == ExitCode.USAGE


def test_a_view_may_be_of_any_date(demo_path: Path) -> None:
    for date in ("2016-06-30", "2023-10-17"):
        there = {row["id"] for row in rows(demo_path, "list", "--as-of", date)}
        assert {row["id"] for row in rows(demo_path, "list", "v_centres", "--as-of", date)} == there
        (network,) = rows(demo_path, "export", "network", "--as-of", date)
        assert (network["as_of"], network["centres"]) == (date, len(there))


def test_people_read_amounts_dates_and_labels(demo_path: Path) -> None:
    asked = ("list", "v_agreements", "--centre", "oriv", "-f")
    french = crpv(demo_path, *asked, "csv-excel", lang="fr").stdout.lstrip("\ufeff")
    row = next(csv.DictReader(io.StringIO(french), delimiter=";"))
    assert row["Financeur"] == "État" and row["Fictif"] == "oui"
    assert {"échue, renouvelée", "en cours"} & {*row.values()}
    assert "FICTIF" in crpv(demo_path, *asked, "table", lang="fr").stdout
    shown = crpv(demo_path, "list", "v_agreements", "--centre", "oriv", lang="fr").stdout
    assert "31/12/20" in shown and "\u202f" in shown and "€" in shown


def test_help_explains_a_view(demo_path: Path) -> None:
    said = " ".join(crpv(demo_path, "help", "v_funding_by_centre", lang="fr").stdout.split())
    assert "Financements par centre et par année (vue v_funding_by_centre)" in said
    assert "Une ligne par centre et par année" in said
    assert "v_network" in crpv(demo_path, "help").stdout
    assert "v_coverage" in crpv(demo_path, "list", "v_coverag").stderr
