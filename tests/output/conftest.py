"""A registry with the demonstration and with rows that spreadsheets like to spoil, and what loading says of a file."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crpv_cli.commands.new import load_paths
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loads import LoadReport

LONG = ("Ligne un peu longue, " * 40).strip()
SPOILT: dict[str, list[list[str]]] = {
    "sources.csv": [
        ["id", "title", "published_on"],
        ["old", 'An old one, "quoted"', "1950-05-01"],
        ["month", '=HYPERLINK("http://x";"y")', "2023-10"],
        ["year", "+33 1 02 03 04 05", "2023"],
        ["day", "-5 places", "2023-10-17"],
        ["made-up", "@name and _x0041_", ""],
    ],
    "funders.csv": [["id", "name", "kind"], ["007", "Seven", "other"], ["1e5", "Exponent", "other"]],
    "funding.csv": [
        ["centre", "funder", "year", "scheme", "stage", "amount", "purpose", "reference", "source", "note"],
        ["oriv", "007", "1970", "1e5", "paid", "0.01", "=1+1", "0012", "old", ""],
        ["oriv", "007", "2100", "true", "requested", "-1234.50", "two\nlines", "1/2", "month", "2024-01-01"],
        ["oriv", "1e5", "2024", "2024", "granted", "9999999999.99", "'apostrophe", "00", "year", "1.0"],
        ["oriv", "1e5", "2024", "P147", "granted", "0", "", "", "", LONG],
    ],
    "neighbourhoods.csv": [
        ["code", "name", "geography", "department", "communes", "epci"],
        ["QN00101M", "Les Œillets", "2024", "01", "01053", ""],
        ["QN02A01M", "Un « nom »", "2024", "2A", "2A004 2A050", ""],
        ["QP971001", "1 500", "2015", "971", "97105", "200039915"],
    ],
    "published_figures.csv": [
        ["id", "measure", "value", "unit", "as_of"],
        ["three-decimals", "coverage", "87.1234", "percent", "2023-01-01"],
        ["ambiguous", "coverage", "1.2340", "percent", "2023-01-01"],
        ["whole", "centres", "20", "centre", "1900-01-01"],
        ["negative", "coverage", "-0.5", "percent", "2023-12-31"],
    ],
}


@pytest.fixture(scope="session")
def spoilt(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the reference data, the demonstration, and values that a spreadsheet could take for others."""
    folder = tmp_path_factory.mktemp("spoilt")
    path = Path(shutil.copy(demo_path, folder))
    files = folder / "files"
    files.mkdir()
    for name, rows in SPOILT.items():
        with (files / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    with open_writing(path) as connection:
        load_paths(connection, [str(files)], command="test")
    return path


Load = Callable[..., LoadReport]


@pytest.fixture
def load(spoilt: Path, tmp_path: Path) -> Load:
    """Loads files into a copy of the registry, which stays from one call to the next."""
    from crpv_cli.intake.files import ReadOptions, gather
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.registry.loading import load as load_sources

    copy = tmp_path / "copy.sqlite"
    shutil.copy(spoilt, copy)

    def run(*files: Path, dry_run: bool = False) -> LoadReport:
        with open_writing(copy) as connection, gather([str(file) for file in files]) as (found, _):
            sources, anomalies = sources_of(found, ReadOptions())
            return load_sources(connection, sources, anomalies, dry_run=dry_run)

    return run
