"""The list of city contracts beside the counts: where they differ, and how many are signed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.result import Note
from crpv_cli.rules.checking import findings
from tests.commands.conftest import add_tables

CONTRACTS = """
    code,name,department,signed_on,valid_from,valid_to
    CV-01-1,Bourg,01,2024-03-01,2024-01-01,2030-12-31
    CV-01-2,Oyonnax,01,2024-06-01,2024-01-01,2030-12-31
    CV-01-3,Bellegarde,01,,2024-01-01,2030-12-31
    CV-01-0,Ancien,01,2015-06-01,2015-01-01,2023-12-31
    CV-02-1,Laon,02,2024-03-01,,
    """
COUNTS = """
    department,measure,geography,value,quality,valid_from,valid_to
    01,contracts,2015,1,exact,,2023-12-31
    01,contracts,2024,2,exact,2024-01-01,
    02,contracts,2024,1,exact,,
    971,contracts,2024,0,exact,,
    """


@pytest.fixture(scope="module")
def path(network_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("contracts") / "registry.sqlite"
    shutil.copy(network_path, path)
    add_tables(path, territory_counts=COUNTS)
    return path


@pytest.fixture(scope="module")
def with_list(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    listed = tmp_path_factory.mktemp("listed") / "registry.sqlite"
    shutil.copy(path, listed)
    add_tables(listed, contracts=CONTRACTS)
    return listed


def notes(path: Path, date: str, **asked: Any) -> dict[str, Note]:
    with open_reading(path) as connection:
        return {note.code: note for note in coverage(connection, date, **asked).notes}


def test_the_list_and_the_counts_in_force_on_the_day(with_list: Path) -> None:
    found = notes(with_list, "2024-12-31", measure="contracts")
    assert found["list-and-counts-differ"].data == {"departments": [{"department": "01", "listed": 3, "counted": 2}]}
    assert found["contracts-signed"].data == {"signed": 3, "listed": 4}
    assert "list-and-counts-differ" not in notes(with_list, "2023-12-31", measure="contracts")
    counted = notes(with_list, "2024-12-31", measure="contracts", counted_on="2023-12-31")
    assert counted["contracts-signed"].data == {"signed": 1, "listed": 2}


def test_signed_by_the_day_that_is_counted(with_list: Path) -> None:
    found = notes(with_list, "2024-05-31", measure="contracts")["contracts-signed"]
    assert found.message.text() == "Signed on 2024-05-31, by the detailed list: 2 of 4 contracts."


def test_other_measures_and_no_list_say_nothing_of_contracts(path: Path, with_list: Path) -> None:
    for found in (notes(with_list, "2024-12-31"), notes(path, "2024-12-31", measure="contracts")):
        assert not {"contracts-signed", "list-and-counts-differ"} & found.keys()


def test_check_finds_it_in_its_department(with_list: Path) -> None:
    with open_reading(with_list) as connection:
        (found,) = findings(connection, "2024-12-31", rules=["list-and-counts-differ"]).records()
        assert (found["department"], found["subject"]) == ("01", "contracts")
        assert found["message"].text() == "contracts: 3 listed, 2 counted."
        assert findings(connection, "2023-12-31", rules=["list-and-counts-differ"]).rows == ()
