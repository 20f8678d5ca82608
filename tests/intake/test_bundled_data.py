"""The data that comes with crpv is sound: every file is recognised and every row is a record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from crpv_cli.bundled import demo_folder, reference_folder
from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.files import InputFile, ReadOptions, gather, open_tables
from crpv_cli.intake.headers import recognise
from crpv_cli.intake.readers import open_csv
from crpv_cli.registry.loads import Record
from tests.intake.rows import rows_of

FILES = sorted([*reference_folder().glob("*.csv"), *demo_folder().glob("*.csv")])
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
REFERENCE_ROWS = {
    "sources": 40,
    "departments": 103,
    "territory_counts": 619,
    "centres": 20,
    "perimeters": 102,
    "funders": 9,
    "funding": 907,
    "meetings": 5,
    "missions": 4,
    "published_figures": 29,
}


def records(path: Path) -> list[Record]:
    rows = rows_of(open_tables(InputFile(path, path.name), ReadOptions())[0])
    assert [row for row in rows if not isinstance(row, Record)] == []
    return [row for row in rows if isinstance(row, Record)]


def test_the_reference_has_all_its_rows() -> None:
    assert {path.stem: len(records(path)) for path in reference_folder().glob("*.csv")} == REFERENCE_ROWS


@every_file
def test_a_bundled_file_is_recognised_from_its_header_alone(path: Path) -> None:
    header = recognise(open_csv(path).header, "")
    assert header.table.name == path.stem
    assert list(header.present) == [name for name in TABLES[path.stem].names if name in header.present]
    assert not (header.missing or header.extra or header.twice)


@every_file
def test_every_row_of_a_bundled_file_is_a_record_without_a_remark(path: Path) -> None:
    opened = open_tables(InputFile(path, path.name), ReadOptions())[0]
    assert opened.anomalies == []
    assert records(path)


@every_file
def test_no_key_stands_twice_in_a_bundled_file(path: Path) -> None:
    table = TABLES[path.stem]
    keys = Counter(tuple(record.values[name] for name in table.key) for record in records(path))
    assert [key for key, count in keys.items() if count > 1] == []


@every_file
def test_a_bundled_file_is_as_data_gouv_asks(path: Path) -> None:
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    content.decode("utf-8")


def test_every_row_of_the_demonstration_says_that_it_is_fictitious() -> None:
    sources = {record.values["id"] for record in records(demo_folder() / "sources.csv") if record.values["fictitious"]}
    for path in demo_folder().glob("*.csv"):
        if path.stem != "sources":
            assert {record.values["source"] for record in records(path)} <= sources
    real = {record.values["id"]: record.values["fictitious"] for record in records(reference_folder() / "sources.csv")}
    assert not any(real.values())
    assert sources.isdisjoint(real)


@pytest.mark.parametrize(
    "name",
    ["evaluations", "governance", "agreements", "exceptions", "budgets", "contacts", "projects", "project_partners"],
)
def test_what_can_be_read_out_of_its_table_says_that_it_is_fictitious(name: str) -> None:
    telling = {"summary", "recommendation", "member", "title", "reason", "person", "partner", "note"}
    for record in records(demo_folder() / f"{name}.csv"):
        texts = [text for column, text in record.values.items() if column in telling and text]
        assert texts
        assert all(text.startswith("[fictif] ") for text in texts)


def test_both_folders_are_gathered_whole_and_nothing_is_passed_over() -> None:
    with gather([str(reference_folder()), str(demo_folder())]) as (files, notices):
        assert sorted(file.path for file in files) == FILES
        assert notices == []
