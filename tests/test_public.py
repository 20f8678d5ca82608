"""What the public does not get stands in the definitions, and what it gets can be read without it."""

from __future__ import annotations

from crpv_cli.definitions.public import public_columns, public_tables
from crpv_cli.definitions.tables import TABLES


def test_working_tables_and_columns_about_people_are_not_public() -> None:
    assert TABLES.keys() - {table.name for table in public_tables()} == {"campaigns", "exceptions", "closures"}
    left_out = {
        f"{table.name}.{column.name}"
        for table in public_tables()
        for column in table.columns
        if column not in public_columns(table)
    }
    assert left_out == {"contacts.person", "contacts.consent"}


def test_nothing_public_refers_to_what_is_not() -> None:
    public = {table.name for table in public_tables()}
    for table in public_tables():
        assert {column.refers for column in public_columns(table)} <= {None, *public}
        assert set(table.key) <= {column.name for column in public_columns(table)}
