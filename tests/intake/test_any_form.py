"""A table of valid values loads to the same rows in whatever form it is written, and after another changes nothing."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.headings import headings_of
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Severity
from crpv_cli.intake.files import ReadOptions, gather
from crpv_cli.intake.sources import sources_of
from crpv_cli.language import translate
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loading import LoadReport, load
from tests.faults.books import ods, ods_rows

Values = dict[str, Any]
TEXTS = [
    "Journée d'études à Évreux",
    "Réseau « santé »",
    "L'œuvre; la suite",
    'dit "le Haut"',
    "a, b | c",
    "Fonctionnement",
]
THEMES = ["Emploi", "Cité éducative", "Logement", "Santé", "Égalité femmes-hommes", "L'accès aux droits"]
NAMES = {
    "centre": {
        "oriv": ["oriv", "ORIV", "Oriv"],
        "villes-au-carre": ["villes-au-carre", "Villes au Carré", "VILLES AU CARRE", "villes au carré"],
        "labo-cites": ["labo-cites", "Labo Cités"],
    },
    "funder": {"etat": ["etat", "État", "Etat", "ÉTAT"]},
    "mission": {"animation": ["animation"], "skills": ["skills"]},
    "department": {"01": ["01"], "67": ["67"], "2A": ["2A", "2a"], "971": ["971"]},
}

_cents = st.integers(0, 10_000_000).map(lambda cents: cents - cents % 50)
_years = st.integers(2001, 2025)
_days = st.dates(date(2000, 1, 1), date(2030, 12, 31))


def _rows(table: str) -> st.SearchStrategy[list[Values]]:
    """Rows of a table, by column; no two have the same key."""
    centre = st.sampled_from(list(NAMES["centre"]))
    some: dict[str, st.SearchStrategy[Values]] = {
        "funding": st.fixed_dictionaries(
            {
                "centre": centre,
                "funder": st.just("etat"),
                "year": _years,
                "stage": st.sampled_from(["requested", "granted", "paid"]),
                "amount": _cents,
                "scheme": st.sampled_from(["P147", "FONJEP", None]),
                "object": st.sampled_from([*TEXTS, None]),
                "level": st.just("decision"),
                "reference": st.integers(1, 999).map(lambda number: f"DEC-{number:03}"),
            }
        ),
        "activities": st.fixed_dictionaries(
            {
                "centre": centre,
                "mission": st.sampled_from(["animation", "skills"]),
                "year": _years,
                "type": st.sampled_from(["meeting", "training"]),
                "theme": st.sampled_from(THEMES),
                "mode": st.sampled_from(["on-site", "remote", None]),
                "half_days": st.integers(1, 300),
                "participants": st.one_of(st.integers(1, 2_000), st.none()),
            }
        ),
        "agreements": st.tuples(centre, _days, _days, _cents, st.integers(1, 99)).map(
            lambda drawn: {
                "centre": drawn[0],
                "funder": "etat",
                "starts_on": min(drawn[1], drawn[2]).isoformat(),
                "ends_on": max(drawn[1], drawn[2]).isoformat(),
                "amount": drawn[3],
                "reference": f"CPO-{drawn[4]}",
            }
        ),
    }
    key = TABLES[table].key
    return st.lists(some[table], min_size=1, max_size=6, unique_by=lambda row: tuple(map(row.get, key)))


@dataclass(frozen=True)
class Form:
    """How a table is written."""

    kind: str
    french: bool
    headings: int
    names: int
    encoding: str
    delimiter: str
    newline: str
    quoted: bool
    titles: bool
    total: bool
    footnote: bool
    apostrophe: str
    decomposed: bool
    order: int


_forms = st.builds(
    Form,
    kind=st.sampled_from(["csv", "csv", "xlsx", "xlsx typed", "ods"]),
    french=st.booleans(),
    headings=st.integers(0, 9),
    names=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    titles=st.booleans(),
    total=st.booleans(),
    footnote=st.booleans(),
    apostrophe=st.sampled_from(["'", "\u2019"]),
    decomposed=st.booleans(),
    order=st.integers(0, 3),
)


def _heading(table: Table, column: Column, form: Form) -> str:
    spellings = [column.name, translate(column.label, "fr"), translate(column.label, "en")]
    spellings += [translate(column.label, "fr").upper(), *headings_of(table, column.name)]
    if column.kind is Kind.MONEY:
        spellings.append(f"{translate(column.label, 'fr')} (en €)")
    return spellings[form.headings % len(spellings)]


def _typed(value: object, column: Column, form: Form) -> str:
    """A value as a person types it."""
    if value is None:
        return ""
    if column.name in NAMES:
        spellings = NAMES[column.name][str(value)]
        return spellings[form.names % len(spellings)]
    if column.choices:
        label = next(choice.label for choice in column.choices if choice.code == value)
        return [str(value), translate(label, "fr"), translate(label, "en")][form.names % 3]
    if column.kind is Kind.MONEY:
        assert isinstance(value, int)
        text = f"{value / 100:,.2f}"
        return text.replace(",", "\u202f").replace(".", ",") + " €" if form.french else text.replace(",", "")
    if column.kind is Kind.DATE and form.french:
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    text = str(value).replace("'", form.apostrophe)
    return unicodedata.normalize("NFD", text) if form.decomposed and form.kind != "csv" else text


def _cell(value: object, column: Column, form: Form) -> object:
    """A value as a workbook keeps it where its columns are typed."""
    if value is None or form.kind != "xlsx typed":
        return _typed(value, column, form)
    if column.kind is Kind.MONEY:
        assert isinstance(value, int)
        return value / 100
    if column.kind in {Kind.YEAR, Kind.INTEGER}:
        return value
    return datetime.fromisoformat(str(value)) if column.kind is Kind.DATE else _typed(value, column, form)


def written(folder: Path, table: Table, rows: Sequence[Mapping[str, Any]], form: Form) -> Path:
    """Write a table in a form."""
    names = list(rows[0])
    names = names[form.order % len(names) :] + names[: form.order % len(names)]
    columns = [table.column(name) for name in names]
    lines: list[list[object]] = [[_heading(table, column, form) for column in columns]]
    lines += [[_cell(row[column.name], column, form) for column in columns] for row in rows]
    if form.titles:
        lines = [["Collecte de l'année"], [], ["Document de travail, à ne pas diffuser"], *lines]
    if form.total:
        number = next(place for place, column in enumerate(columns) if column.kind in {Kind.MONEY, Kind.INTEGER})
        total: list[object] = ["Total", *[""] * (len(columns) - 1)]
        total[number if number else -1] = "12345"
        lines.append(total)
    if form.footnote:
        lines += [[], ["Source : direction des finances, extraction du 12/01/2024"]]
    if form.kind != "csv":
        return _book(folder, lines, form)
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=form.delimiter,
        lineterminator=form.newline,
        quoting=csv.QUOTE_ALL if form.quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerows(lines)
    path = folder / f"{table.name}.csv"
    plain = text.getvalue().replace("\u202f", "\u00a0") if form.encoding == "cp1252" else text.getvalue()
    path.write_bytes(plain.encode(form.encoding))
    return path


def _book(folder: Path, lines: Sequence[Sequence[object]], form: Form) -> Path:
    if form.kind == "ods":
        path = folder / "book.ods"
        path.write_bytes(ods(ods_rows([[str(cell) for cell in cells] for cells in lines]), sheet="Feuille1"))
        return path
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Feuille1")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for line, cells in enumerate(lines):
            for place, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, place, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(line, place, cell)
                else:
                    sheet.write(line, place, cell)
    return path


def loaded(registry: Path, path: Path) -> LoadReport:
    with open_writing(registry) as connection, gather([str(path)]) as (found, _):
        sources, anomalies = sources_of(found, ReadOptions())
        return load(connection, sources, anomalies)


def held(registry: Path, table: Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    stored = ", ".join(table.column(name).stored for name in names)
    with closing(sqlite3.connect(registry)) as connection:
        rows = connection.execute(f"select {stored} from {table.name} where load > 1").fetchall()
    plain = [tuple(cell.replace("\u2019", "'") if isinstance(cell, str) else cell for cell in row) for row in rows]
    return sorted(plain, key=repr)


@pytest.mark.parametrize("name", ["funding", "activities", "agreements"])
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_table_is_the_same_in_any_form(
    tmp_path_factory: pytest.TempPathFactory, reference_path: Path, name: str, data: st.DataObject
) -> None:
    table, folder = TABLES[name], tmp_path_factory.mktemp("form")
    rows = data.draw(_rows(name))
    registry = folder / "registry.sqlite"
    shutil.copy(reference_path, registry)
    names = list(rows[0])
    expected = sorted((tuple(row[column] for column in names) for row in rows), key=repr)
    for turn in range(3):
        form = data.draw(_forms, label=f"form {turn}")
        place = folder / str(turn)
        place.mkdir()
        report = loaded(registry, written(place, table, rows, form))
        assert [anomaly for anomaly in report.anomalies if anomaly.severity is Severity.ERROR] == []
        assert held(registry, table, names) == expected
        (outcome,) = report.files
        assert (outcome.inserted, outcome.updated) == ((len(rows), 0) if turn == 0 else (0, 0))
