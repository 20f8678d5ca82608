"""The tables are what the definitions say, and SQLite itself refuses what they forbid."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.registry.schema import key_expression

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
CHOICES = [(table, column) for table in TABLES.values() for column in table.columns if column.choices]


@pytest.fixture(scope="module")
def schema(empty_registry: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(empty_registry)) as connection:
        yield connection


@pytest.fixture
def scratch(schema: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The tables in memory, where a row needs no other row to refer to."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.backup(connection)
        connection.execute("pragma foreign_keys = off")
        yield connection


def sound(column: Column) -> object:
    """A value that the column may hold."""
    if column.choices:
        return column.choices[0].code
    if column.shape is Shape.DEPARTMENT:
        return "01"
    if column.shape is Shape.SIREN:
        return "356000000"
    if column.shape is Shape.NEIGHBOURHOOD:
        return "QN00101M"
    return {Kind.YEAR: 2024, Kind.DATE: "2024-01-01", Kind.INTEGER: 3, Kind.MONEY: 150, Kind.FLAG: 1}.get(
        column.kind, 1.5 if column.kind is Kind.DECIMAL else "x"
    )


def insert(connection: sqlite3.Connection, table: Table, **changes: object) -> None:
    required = {column.stored: sound(column) for column in table.columns if column.required}
    values = required | alone(table) | {"load": 1} | changes
    if table.name == "scales":
        values = {"levels": "D | C"} | values
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"insert into {table.name} ({names}) values ({marks})", tuple(values.values()))


def alone(table: Table) -> dict[str, object]:
    """What a row of a table needs beside its required columns: one of two."""
    return {"partner": "x"} if table.name == "project_partners" else {}


def refuses(connection: sqlite3.Connection, table: Table, **changes: object) -> bool:
    connection.execute("savepoint attempt")
    try:
        insert(connection, table, **changes)
    except sqlite3.IntegrityError:
        return True
    finally:
        connection.execute("rollback to attempt")
    return False


# The shape of the tables


@every_table
def test_what_is_required_may_not_be_unknown(scratch: sqlite3.Connection, table: Table) -> None:
    for column in table.columns:
        if column.required:
            assert refuses(scratch, table, **{column.stored: None}), column.name
    assert refuses(scratch, table, load=None)


@every_table
def test_what_is_not_required_may_be_unknown(scratch: sqlite3.Connection, table: Table) -> None:
    optional = {column.stored: None for column in table.columns if not column.required and column.name != "levels"}
    assert not refuses(scratch, table, **optional | alone(table))


@every_table
def test_a_reference_is_a_foreign_key(schema: sqlite3.Connection, table: Table) -> None:
    found = {(row[3], row[2], row[4]) for row in schema.execute(f"pragma foreign_key_list({table.name})")}
    expected = {
        (column.stored, column.refers, TABLES[column.refers].key[0]) for column in table.columns if column.refers
    }
    assert found == expected | {("load", "loads", "id")}


def test_a_reference_points_to_a_table_of_one_key_that_is_loaded_before() -> None:
    names = list(TABLES)
    for table in TABLES.values():
        for column in table.columns:
            if column.refers:
                assert len(TABLES[column.refers].key) == 1
                assert names.index(column.refers) < names.index(table.name) or column.refers == table.name


@every_table
def test_the_natural_key_is_unique_even_where_a_part_is_unknown(scratch: sqlite3.Connection, table: Table) -> None:
    unknown = {name: None for name in table.key if not table.column(name).required} | alone(table)
    insert(scratch, table, **unknown)
    assert refuses(scratch, table, **unknown)
    for name in table.key:
        column = table.column(name)
        other: object = {Kind.YEAR: 2025, Kind.DATE: "2023-01-01"}.get(column.kind, "02")
        if column.shape is Shape.NEIGHBOURHOOD:
            other = "QP001001"
        if column.choices:
            other = column.choices[1].code
        instead = {"partner": None} if name == "centre" and alone(table) else {}
        assert not refuses(scratch, table, **(unknown | instead | {name: other})), f"{name} is not part of the key"


@every_table
def test_an_unknown_part_of_a_key_has_no_value_of_its_own(table: Table) -> None:
    for name in table.key:
        column = table.column(name)
        if not column.required:
            assert column.kind.sql_type == "TEXT"
            assert key_expression(column, "t") == f"ifnull(t.{column.stored}, '')"


def test_every_table_is_strict(schema: sqlite3.Connection) -> None:
    strict = {name: bool(flag) for _, name, kind, _, _, flag in schema.execute("pragma table_list") if kind == "table"}
    ours = {name for name in strict if not name.startswith(("sqlite_", "_sqlite_"))}
    assert {*TABLES, "loads", "load_files", "changes"} <= ours
    assert [name for name in ours if not strict[name]] == []


# What SQLite itself refuses


@pytest.mark.parametrize(("table", "column"), CHOICES, ids=lambda part: getattr(part, "name", ""))
def test_a_closed_list_is_the_same_in_the_registry(scratch: sqlite3.Connection, table: Table, column: Column) -> None:
    rest = {"exemption_reason": "x"} if table.name == "centres" else {}
    for choice in column.choices:
        assert not refuses(scratch, table, **rest, **{column.stored: choice.code}), choice.code
    for wrong in ("other-than-all", column.choices[0].code.upper() + " ", ""):
        assert refuses(scratch, table, **rest, **{column.stored: wrong}), wrong


@every_table
def test_a_flag_is_0_or_1_and_a_date_is_a_day(scratch: sqlite3.Connection, table: Table) -> None:
    rest = {"exemption_reason": "x"} if table.name == "centres" else {}
    wrong: dict[Kind, tuple[object, ...]] = {
        Kind.FLAG: (2, -1),
        Kind.DATE: ("2024-02-30", "2024-1-1", "01/01/2024", "2024", ""),
    }
    right: dict[Kind, tuple[object, ...]] = {Kind.FLAG: (0, 1), Kind.DATE: ("2024-02-29", "1000-01-01")}
    for column in table.columns:
        for value in wrong.get(column.kind, ()):
            assert refuses(scratch, table, **rest, **{column.stored: value}), (column.name, value)
        for value in right.get(column.kind, ()):
            # A period goes from and to the same day, so that whichever end is changed stays in order.
            ends = [other.name for other in table.columns if other.kind is Kind.DATE and other.required]
            period = dict.fromkeys([*ends, column.stored], value)
            assert not refuses(scratch, table, **rest, **period), (column.name, value)


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("territory_counts", {"value": -1}),
        ("funding", {"year": 1969}),
        ("funding", {"year": 2101}),
        ("funding", {"amount_cents": "12,50"}),
        ("funding", {"amount_cents": 12.5}),
        ("evaluations", {"year": 1969}),
        ("centres", {"opened": "2024-01-02", "closed": "2024-01-01"}),
        ("evaluations", {"rating": "3", "scale": None}),
        ("centres", {"siren": "35600000"}),
        ("centres", {"siren": "35600000A"}),
        ("centres", {"co_funded": 0, "exemption_reason": None}),
        ("labels", {"valid_from": "2024-01-02", "valid_to": "2024-01-01"}),
        ("perimeters", {"valid_from": "2024-01-02", "valid_to": "2024-01-01"}),
        ("governance", {"valid_from": "2024-01-02", "valid_to": "2024-01-01"}),
        ("agreements", {"starts_on": "2024-01-02", "ends_on": "2024-01-01"}),
        ("agreements", {"amount_cents": -1}),
        ("activities", {"half_days": -1}),
        ("activities", {"participants": 1.5}),
        ("exceptions", {"valid_from": "2024-01-02"}),
        ("exceptions", {"centre": "oriv", "department": "67"}),
        ("neighbourhoods", {"code": "QN001"}),
        ("neighbourhoods", {"code": "qn00101m"}),
        ("neighbourhoods", {"code": "QZ00101M"}),
        ("departments", {"code": "1"}),
        ("departments", {"code": "970A"}),
        ("departments", {"code": "9A1"}),
        ("scales", {"levels": None}),
        ("scales", {"levels": None, "minimum": 1.0}),
        ("scales", {"levels": None, "maximum": 1.0}),
        ("scales", {"levels": None, "minimum": 4.0, "maximum": 1.0}),
    ],
)
def test_the_registry_refuses_what_intake_refuses(
    scratch: sqlite3.Connection, table: str, changes: dict[str, object]
) -> None:
    assert not refuses(scratch, TABLES[table])
    assert refuses(scratch, TABLES[table], **changes)


def test_a_change_is_an_insert_an_update_or_a_delete(scratch: sqlite3.Connection) -> None:
    statement = "insert into changes (load, table_name, key, action, after) values (1, 'funding', '{}', ?, ?)"
    for action in ("insert", "update", "delete"):
        scratch.execute(statement, (action, '{"a": 1}'))
    with pytest.raises(sqlite3.IntegrityError):
        scratch.execute(statement, ("replace", "{}"))
