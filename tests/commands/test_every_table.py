"""Every table goes the same way: a form, filled in, loaded, listed, exported, loaded again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from openpyxl import load_workbook

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import ExitCode
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.headers import recognise
from crpv_cli.language import LANGUAGES, translate
from tests.commands.conftest import Ran, Registry, crpv
from tests.inside import inside

# A row of each table, as somebody types it into a form; what it refers to is in the network, or comes before it.
ROWS = {
    "sources": {"id": "paper", "title": "The paper", "consulted_on": "2026-11-02", "sha256": "0f" * 32},
    "departments": {"code": "2A", "name": "Corse-du-Sud", "region_code": "94", "region_name": "Corse"},
    "territory_counts": {
        "department": "01", "measure": "contracts", "geography": "2024", "value": "3", "quality": "exact",
        "valid_from": "2024-01-01",
    },
    "neighbourhoods": {"code": "QN00101M", "name": "La Reyssouze", "geography": "2024", "department": "01"},
    "contracts": {"code": "CV-01", "name": "Contrat de Bourg", "department": "01", "signed_on": "2024-04-03"},
    "centres": {
        "id": "three", "name": "Centre three", "short_name": "Three", "legal_form": "gip", "opened": "2020-05",
        "co_funded": "true",
    },
    "centre_states": {
        "centre": "one", "valid_to": "2014-12-31", "name": "Former one", "short_name": "Old one",
        "legal_form": "carried",
    },
    "labels": {"centre": "one", "valid_from": "2018-01-01", "act": "Arrêté 12", "renewal": "false"},
    "perimeters": {"centre": "one", "department": "01", "valid_from": "2018-01-01", "confidence": "high"},
    "campaigns": {
        "year": "2024", "centre": "one", "asked": "activities", "asked_on": "2025-01-10", "due_on": "2025-03-31",
        "contact": "collecte@agency.example",
    },
    "contacts": {"centre": "one", "function": "network", "email": "network@one.example"},
    "funders": {"id": "county", "name": "Département", "kind": "department"},
    "funding": {
        "centre": "one", "funder": "town", "year": "2024", "stage": "granted", "amount": "1234.5", "object": "A study",
        "level": "decision", "nature": "project",
    },
    "budgets": {"centre": "one", "year": "2024", "status": "approved", "resources": "500000", "fte": "6.5"},
    "missions": {"id": "later", "name_fr": "Plus tard", "name_en": "Later", "core": "false"},
    "scales": {"id": "letters", "name": "Letters", "levels": "C | B | A"},
    "evaluations": {
        "centre": "one", "mission": "skills", "year": "2024", "kind": "self", "scale": "four", "rating": "3",
    },
    "governance": {
        "centre": "one", "organ": "board", "member": "Préfecture", "member_kind": "state", "role": "chair",
    },
    "agreements": {"centre": "one", "funder": "state", "starts_on": "2024-01-01", "ends_on": "2026-12-31"},
    "activities": {"centre": "one", "mission": "skills", "year": "2024", "type": "training", "half_days": "12"},
    "meetings": {"title": "Tenth meeting", "rank": "10", "starts_on": "2025-10-06", "town": "Lyon", "host": "one"},
    "projects": {"id": "atlas", "title": "A common atlas", "starts_on": "2024-01-01"},
    "project_partners": {"project": "atlas", "centre": "one", "role": "leads"},
    "exceptions": {"rule": "co-funding", "centre": "one", "valid_to": "2030-12-31", "reason": "Agreed"},
    "published_figures": {"id": "one", "measure": "centres", "value": "20", "unit": "centre", "as_of": "2023-10-17"},
    "closures": {
        "year": "2023", "rests_on": "2", "document": "report.html", "sha256": "0f" * 32, "closed_on": "2024-06-28",
    },
}  # fmt: skip
BEFORE = {"project_partners": "projects"}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_there_and_back(registry: Registry, tmp_path: Path, table: Table) -> None:
    db = registry()
    if table.name in BEFORE:
        assert _loaded(_form(db, tmp_path, TABLES[BEFORE[table.name]]), db).code == 0
    ran = _loaded(_form(db, tmp_path, table), db)
    assert ran.code == 0 and "1 inserted" in ran.said, ran.err
    listed = crpv("list", table.name, "--db", db, "-f", "json").json
    assert ROWS[table.name].items() <= max(map(_texts, listed), key=lambda row: _in_common(row, table)).items()
    line = [ROWS[table.name].get(name, "") for name in table.key]
    assert crpv("trace", table.name, *(f"{name}={value}" for name, value in zip(table.key, line, strict=True) if value),
                "--db", db).code == 0  # fmt: skip
    assert [_texts(row) for row in crpv("export", table.name, "--db", db, "-f", "json").json]
    before = crpv("export", table.name, "--db", db).out
    for language in LANGUAGES:
        # Under a name that says nothing, so that the header alone has to tell the table.
        for name in ("file.csv", "file.xlsx", "file.ods.csv"):
            file = tmp_path / language / name
            file.parent.mkdir(exist_ok=True)
            people = ["-f", "csv-excel"] if name == "file.ods.csv" else []
            env = {**os.environ, "CRPV_LANG": language, "CRPV_DB": str(db)}
            assert inside("export", table.name, "-o", file, *people, env=env).returncode == 0
            again = _loaded(file, db)
            assert again.code == 0, again.err
            assert "0 inserted, 0 updated" in again.said, again.err
    assert crpv("export", table.name, "--db", db).out == before


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
@pytest.mark.parametrize("people", [False, True])
def test_the_header_tells_the_table(table: Table, people: bool) -> None:
    columns = [column for column in table.columns if people or not column.personal]
    for language in (None, *LANGUAGES):
        cells = [translate(column.label, language) if language else column.name for column in columns]
        found = recognise(cells, "file")
        assert (found.table.name, found.missing, found.extra, found.twice) == (table.name, (), (), ())


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_its_key_and_what_it_requires_are_enough(table: Table) -> None:
    cells = [column.name for column in table.columns if column.required or column.name in table.key]
    if table.name in {"sources", "projects"}:  # an id and a title may be those of either
        with pytest.raises(Fault, match="ambiguous-table"):
            recognise(cells, "file")
    assert recognise(cells, table.name if table.name in {"sources", "projects"} else "file").table.name == table.name


def _loaded(file: Path, db: Path) -> Ran:
    return crpv("load", file, "--db", db)


def _form(db: Path, folder: Path, table: Table) -> Path:
    """A form of a table, with its row typed beneath the prepared ones."""
    file = folder / f"{table.name}.xlsx"
    assert crpv("template", table.name, "-o", file, "--db", db).code == 0
    book = load_workbook(file)
    sheet = book.worksheets[0]
    columns = (*table.columns, *(table.other.columns.values() if table.other is not None else ()))
    labels = {translate(column.label, "en"): column.name for column in columns}
    header = next(
        row for row in sheet.iter_rows() if sum(str(cell.value).removesuffix(" *") in labels for cell in row) > 1
    )
    line = sheet.max_row + 1
    for cell in header:
        name = labels[str(cell.value).removesuffix(" *")]
        sheet.cell(line, cell.column, ROWS[table.name].get(name))
    book.save(file)
    return file


def _texts(row: dict[str, object]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in row.items()}


def _in_common(row: dict[str, str], table: Table) -> int:
    return len(row.items() & ROWS[table.name].items())


@pytest.mark.parametrize(
    ("table", "dates"),
    {
        "contracts": {"2023-12-31": 0, "2024-01-01": 1, "2024-12-31": 1, "2025-01-01": 0},
        "labels": {"2023-12-31": 0, "2024-01-01": 1, "2024-12-31": 1, "2025-01-01": 0},
        "contacts": {"2023-12-31": 0, "2024-01-01": 1, "2024-12-31": 1, "2025-01-01": 0},
        "projects": {"2023-12-31": 0, "2024-01-01": 1, "2024-12-31": 1, "2025-01-01": 0},
        "budgets": {"2023-12-31": 0, "2024-01-01": 1, "2030-01-01": 1},
        "meetings": {"2025-10-05": 0, "2025-10-06": 1, "2030-01-01": 1},
    }.items(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_date_leaves_what_was_true_or_known_on_it(registry: Registry, table: str, dates: dict[str, int]) -> None:
    days = {"starts_on": "2024-01-01", "ends_on": "2024-12-31", "valid_from": "2024-01-01", "valid_to": "2024-12-31"}
    names = TABLES[table].names if table != "meetings" else ()
    row = {**ROWS[table], **{name: day for name, day in days.items() if name in names}}
    db = registry(**{table: f"{','.join(row)}\n{','.join(row.values())}"})
    for date, count in dates.items():
        for verb in ("list", "export"):
            assert len(crpv(verb, table, "--as-of", date, "--db", db, "-f", "json").json) == count, (verb, date)


@pytest.mark.parametrize("table", ["centre_states", "missions", "funders", "project_partners"])
def test_a_date_is_refused_where_no_row_has_any(registry: Registry, table: str) -> None:
    ran = crpv("list", table, "--as-of", "2024-12-31", "--db", registry())
    assert ran.code == ExitCode.USAGE and "--as-of" in ran.said
