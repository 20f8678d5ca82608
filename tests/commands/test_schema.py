"""What other programs get of a registry: schemas, the data package, what is for the public; read by frictionless."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from frictionless import Package, Report, Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.public import public_tables
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.tableschema import table_schema
from crpv_cli.definitions.views import VIEWS
from crpv_cli.errors import ExitCode
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.records import ColumnReader
from crpv_cli.reports.exports import reports
from tests.inside import inside

BESIDE = {"datapackage.json", "LISEZMOI.md", "LICENCE.md"}


@pytest.fixture(params=["demo_path", "reference_path"])
def registry(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


def crpv(db: Path, *arguments: str | Path, lang: str = "en") -> CompletedProcess[str]:
    return inside(*arguments, env={**os.environ, "CRPV_DB": str(db), "CRPV_LANG": lang})


def schema(db: Path, *arguments: str, lang: str = "en") -> dict[str, Any]:
    ran = crpv(db, "schema", *arguments, lang=lang)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def faults(report: Report) -> list[str]:
    return [error.message for error in (*report.errors, *(error for task in report.tasks for error in task.errors))]


@pytest.mark.parametrize("public", [False, True])
def test_frictionless_finds_nothing_wrong_with_a_folder_of_all_tables(
    registry: Path, tmp_path: Path, public: bool
) -> None:
    asked = ("--public",) if public else ()
    assert crpv(registry, "export", "all", *asked, "-o", tmp_path / "one").returncode == 0
    assert crpv(registry, "export", "all", *asked, "-o", tmp_path / "two", lang="fr").returncode == 0
    files = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert files == {file.name: file.read_bytes() for file in (tmp_path / "two").iterdir()}

    tables = public_tables() if public else tuple(TABLES.values())
    assert files.keys() == {*BESIDE, *(f"{table.name}.csv" for table in tables)}
    package = json.loads(files["datapackage.json"])
    assert [resource["name"] for resource in package["resources"]] == [table.name for table in tables]
    assert package["licenses"][0]["name"] == "etalab-2.0"
    assert faults(Package(str(tmp_path / "one" / "datapackage.json")).validate()) == []

    # What is made up is said in the package, of each of its files, and in both languages of the text.
    readme = files["LISEZMOI.md"].decode()
    fictitious = [resource["name"] for resource in package["resources"] if resource["fictitious"]]
    marked = [line.split("`")[1].removesuffix(".csv") for line in readme.splitlines() if line.endswith("| yes |")]
    assert fictitious == marked
    assert bool(fictitious) is package["fictitious"] is ("FICTITIOUS" in readme) is ("FICTIVES" in readme)
    assert bool(fictitious) is registry.parent.name.startswith("demo")
    assert {"evaluations", "sources"} <= set(fictitious) or not fictitious
    for resource in package["resources"]:
        assert ("FICTIVES" in resource["description"]) is resource["fictitious"]


def test_what_stands_beside_the_tables_is_not_loaded(demo_path: Path, tmp_path: Path) -> None:
    assert crpv(demo_path, "export", "all", "-o", tmp_path / "all").returncode == 0
    ran = crpv(demo_path, "load", tmp_path / "all", "--dry-run")
    assert ran.returncode == 0, ran.stderr
    assert {line.partition(" was skipped")[0] for line in ran.stderr.splitlines() if " was skipped" in line} == {
        str(tmp_path / "all" / name) for name in BESIDE
    }


def test_a_wrong_cell_a_changed_file_and_an_unknown_row_are_found(reference_path: Path, tmp_path: Path) -> None:
    assert crpv(reference_path, "export", "all", "-o", tmp_path).returncode == 0
    package = Package(str(tmp_path / "datapackage.json"))
    file = tmp_path / "perimeters.csv"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(",04,", ",20,", 1), encoding="utf-8")
    assert any("pattern" in found for found in faults(package.validate()))
    file.write_text(whole.replace("cite-ressources,04,", "cite-resources,04,", 1), encoding="utf-8")
    assert any("centres" in found for found in faults(package.validate()))
    assert any("hash" in found for found in faults(package.validate()))


def test_frictionless_finds_nothing_wrong_with_any_other_export(registry: Path, tmp_path: Path) -> None:
    names = [*reports(), *VIEWS]
    for name in (*names, "departments", "centres", "funders", "missions", "scales", "sources"):
        for asked in ((), ("--public",)):
            file = tmp_path / f"{name}.csv"
            assert crpv(registry, "export", name, *asked, "-o", file, "--force").returncode == 0
            described = schema(registry, name, *asked)
            with file.open(encoding="utf-8", newline="") as opened:
                assert next(csv.reader(opened)) == [field["name"] for field in described["fields"]]
            alone = Resource(path=file.name, basepath=str(tmp_path), schema=Schema.from_descriptor(described))
            assert faults(alone.validate()) == []
    # Together, rows of one may refer to those of another.
    together = tmp_path / "schemas.json"
    assert crpv(registry, "schema", "all", "--public", "-o", together).returncode == 0
    package = json.loads(together.read_text(encoding="utf-8"))
    package["resources"] = [one for one in package["resources"] if (tmp_path / one["path"]).exists()]
    assert {one["name"] for one in package["resources"]} >= {*names}
    assert [key for one in package["resources"] for key in one["schema"].get("foreignKeys", ())]
    package["resources"] = [
        one for one in package["resources"]
        if all((tmp_path / f"{key['reference']['resource'] or one['name']}.csv").exists()
               for key in one["schema"].get("foreignKeys", ()))
    ]  # fmt: skip
    together.write_text(json.dumps(package), encoding="utf-8")
    assert faults(Package(str(together)).validate()) == []


def test_a_schema_is_in_french_unless_english_is_asked_for(empty_path: Path) -> None:
    french = schema(empty_path, "funding")
    assert schema(empty_path, "funding", lang="fr") == french
    assert french["title"] == "Financements"
    amount = next(field for field in french["fields"] if field["name"] == "amount")
    assert amount["title"] == "Montant"
    assert (amount["type"], amount["constraints"]) == ("number", {"required": True})
    assert "accordé" in next(field for field in french["fields"] if field["name"] == "stage")["description"]
    assert schema(empty_path, "funding", "--lang", "en")["title"] == "Funding"
    assert "foreignKeys" not in french  # alone it refers to nothing that is not there
    assert schema(empty_path, "quartiers prioritaires")["primaryKey"] == ["code"]
    # A key of which a part may be empty is no primary key.
    assert "primaryKey" not in schema(empty_path, "perimeters")


def test_every_column_is_said_in_french(empty_path: Path) -> None:
    package = schema(empty_path, "all")
    assert [one["name"] for one in package["resources"]] == [*TABLES, *reports(), *VIEWS]
    for one in package["resources"]:
        english = {field["name"]: field for field in schema(empty_path, one["name"], "--lang", "en")["fields"]}
        assert len(english) == len(one["schema"]["fields"])
        for field in one["schema"]["fields"]:
            assert field["title"]
            if one["name"] not in reports():
                assert field["description"] != english[field["name"]]["description"]


def test_schemas_into_a_folder(empty_path: Path, tmp_path: Path) -> None:
    ran = crpv(empty_path, "schema", "all", "--public", "-o", tmp_path / "schemas")
    assert ran.returncode == 0, ran.stderr
    named = {file.name.removesuffix(".schema.json") for file in (tmp_path / "schemas").iterdir()}
    assert named == {*(table.name for table in public_tables()), *reports(), *VIEWS}
    one = json.loads((tmp_path / "schemas" / "contacts.schema.json").read_text(encoding="utf-8"))
    assert {"person", "consent"}.isdisjoint(field["name"] for field in one["fields"])
    with_people = schema(empty_path, "contacts", "--with-people")
    assert {"person", "consent"} <= {field["name"] for field in with_people["fields"]}


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.internal])
def test_a_working_table_is_not_for_the_public(demo_path: Path, name: str) -> None:
    for asked in (("export", name), ("schema", name)):
        assert crpv(demo_path, *asked).returncode == 0
        ran = crpv(demo_path, *asked, "--public")
        assert ran.returncode == ExitCode.USAGE and "not for the public" in ran.stderr and ran.stdout == ""


def test_the_public_gets_no_names_of_people(demo_path: Path, tmp_path: Path) -> None:
    for asked in (("export", "contacts"), ("export", "all", "-o", str(tmp_path / "x")), ("schema", "contacts")):
        ran = crpv(demo_path, *asked, "--public", "--with-people")
        assert ran.returncode == ExitCode.USAGE and "not for the public" in ran.stderr
    assert not (tmp_path / "x").exists()


def test_a_folder_that_still_holds_working_tables_is_told_of(demo_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert crpv(demo_path, "export", "all", "-o", folder).returncode == 0
    ran = crpv(demo_path, "-q", "export", "all", "--public", "-o", folder, "--force")
    assert ran.returncode == 0 and "exceptions.csv" in ran.stderr
    shutil.rmtree(folder)
    assert crpv(demo_path, "-q", "export", "all", "--public", "-o", folder).stderr == ""


# --- What crpv refuses, the schema refuses ---

COLUMNS = [(table, column) for table in TABLES.values() for column in table.columns]
TYPED = st.one_of(
    st.sampled_from(["", "0", "1", "-1", "12.5", "abc", "2A", "20", "971", "Ain", "true", "oui", "maybe"]),
    st.sampled_from(["2024-02-30", "1899-12-30", "2203-01-01", "1899", "2101-04"]),
    st.sampled_from(["2024-13", "2024-01-01", "1969", "2101", "granted", "Granted!", "one-two", "One Two", "QN00101M"]),
    st.from_regex(r"[0-9]{1,4}(-[0-9]{1,2}){0,2}", fullmatch=True),
    st.text("abcXYZ0189-_ é", min_size=1, max_size=12),
)


def beyond(cell: str, fault: Fault, column: Column) -> bool:
    """Whether the standard has no word for it.

    A check digit, a day beyond reach where the end of time has to be written as one, the 29 February of a year that has
    none where a month would do as well, the 0 that a spreadsheet shows for an empty cell.
    """
    return (
        fault.code == "wrong-key"
        or (fault.code == "date-out-of-reach" and column.required)
        or (fault.code == "no-such-day" and cell.endswith("-02-29"))
        or (fault.code == "empty-cell" and cell == "0")
    )


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda one: one.name)
def test_a_value_that_is_refused_by_a_load_is_refused_by_the_schema(table: Any, column: Column) -> None:
    described = next(field for field in table_schema(table, [column])["fields"] if field["name"] == column.name)
    (field,) = Schema.from_descriptor({"fields": [described]}).fields
    reads, checks = ColumnReader(column), field.create_cell_reader()

    @settings(max_examples=60)
    @given(TYPED)
    def refused(cell: str) -> None:
        try:
            reads.read(cell)
        except Fault as fault:
            _read, notes = checks(cell)
            assert notes or beyond(cell, fault, column), (cell, fault.code)

    refused()
