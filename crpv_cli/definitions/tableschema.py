"""A table as a Frictionless Table Schema (v1), which data.gouv.fr, Validata and the frictionless tools read.

It describes the CSV that ``crpv export`` writes: amounts in euros with a decimal point, ISO dates, ``true`` and
``false``, codes as text, and nothing at all in the cell of what is not known. Titles and descriptions are in French,
whatever the reader's language, as French public schemas are; another language is for those who ask for it.
https://specs.frictionlessdata.io/table-schema/, https://guides.data.gouv.fr/ (publishing a schema).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from crpv_cli import __version__
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.writing import DAY_MONTH_OR_YEAR, PATTERNS
from crpv_cli.language import N_, msg, translate

FRENCH = "fr"
LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence version 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
}
"""The licence of what is published, as the standard names one."""

_TYPES = {
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "number",
    Kind.YEAR: "year",
    Kind.DATE: "date",
    Kind.MONEY: "number",
    Kind.PERCENT: "number",
    Kind.FLAG: "boolean",
}
_NUMBERS = {"integer", "number", "year"}


def table_schema(
    table: Table, columns: Iterable[Column] | None = None, language: str = FRENCH, beside: Collection[str] = ()
) -> dict[str, Any]:
    """Return the schema of a table or a view.

    Args:
        table: the table.
        columns: those of its columns that a file has; by default all but those about people, as ``crpv export`` does.
        language: of titles and descriptions.
        beside: the tables in the same data package.
    """
    held = [column for column in table.columns if not column.personal] if columns is None else list(columns)
    title, about = translate(table.label, language), translate(table.about, language)
    return columns_schema(table.name, title, about, held, table.key, language, beside)


def columns_schema(
    name: str,
    title: str,
    about: str,
    columns: Sequence[Column],
    key: Sequence[str] = (),
    language: str = FRENCH,
    beside: Collection[str] = (),
) -> dict[str, Any]:
    """Return the schema of the columns of a table, a view or a report.

    Args:
        name: what the file is called, without its extension.
        title: what it is, in the language.
        about: the same in a sentence or two.
        columns: its columns.
        key: the names of those by which a row is known. They are the primary key if none of them may be empty, which
            is what the standard asks of one.
        language: of titles and descriptions.
        beside: the tables in the same data package. What reads the standard cannot check one file whose schema refers
            to another that it does not have, and refuses it: so a schema that stands alone refers to no other table.
    """
    by_name = {column.name: column for column in columns}
    known_by = list(key) if key and all(part in by_name and by_name[part].required for part in key) else []
    references = [_reference(column, name) for column in columns if column.refers in {name, *beside}]
    return {
        "$schema": "https://frictionlessdata.io/schemas/table-schema.json",
        "name": name,
        "title": title,
        **({"description": about} if about else {}),
        "countryCode": "FR",
        "version": __version__,
        "licenses": [LICENCE],
        "fields": [_field(column, known_by, language) for column in columns],
        **({"primaryKey": known_by} if known_by else {}),
        **({"foreignKeys": references} if references else {}),
        "missingValues": [""],
    }


def _reference(column: Column, name: str) -> dict[str, Any]:
    """What a column refers to; the standard calls the table itself by an empty name."""
    assert column.refers is not None
    resource = "" if column.refers == name else column.refers
    return {"fields": [column.name], "reference": {"resource": resource, "fields": [TABLES[column.refers].key[0]]}}


def _field(column: Column, key: Sequence[str], language: str) -> dict[str, Any]:
    type_ = _TYPES.get(column.kind, "string")
    constraints = _constraints(column, type_, key)
    description = " ".join(_told(column, language))
    return {
        "name": column.name,
        "title": translate(column.label, language),
        **({"description": description} if description else {}),
        "type": type_,
        **({"format": "default"} if type_ == "date" else {}),
        **({"trueValues": ["true"], "falseValues": ["false"]} if type_ == "boolean" else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _told(column: Column, language: str) -> Iterable[str]:
    """What a column means, and what its codes are for people, a sentence each."""
    if column.explanation:
        yield translate(column.explanation, language)
    if column.choices:
        labels = [f"{choice.code} ({translate(choice.label, language)})" for choice in column.choices]
        yield msg(N_("One of: {values}."), values=labels).text(language)
    elif column.refers:
        table = TABLES[column.refers]
        about = msg(N_("A row of: {table}."), table=f"{table.name} ({translate(table.label, language)})")
        yield about.text(language)


def _constraints(column: Column, type_: str, key: Sequence[str]) -> dict[str, Any]:
    """What the standard can say of what a column may hold; the check digit of a SIREN is beyond it."""
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if list(key) == [column.name]:
        constraints["unique"] = True
    if column.choices and column.kind is not Kind.CODES:
        constraints["enum"] = [choice.code for choice in column.choices]
    if type_ in _NUMBERS:
        for name, bound in (("minimum", column.minimum), ("maximum", column.maximum)):
            if bound is not None:
                constraints[name] = int(bound) if float(bound).is_integer() else bound
    if pattern := _pattern(column):
        constraints["pattern"] = f"^{pattern}$"
    return constraints


def _pattern(column: Column) -> str:
    if column.kind is Kind.PARTIAL_DATE:
        return DAY_MONTH_OR_YEAR
    one = PATTERNS.get(column.shape, "") if column.shape else ""
    if column.kind is Kind.CODES:
        one = one or "[^ ]+"
        return f"{one}( {one})*"
    return one if not column.choices else ""
