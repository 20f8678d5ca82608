"""A header tells its table, whoever wrote it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.headers import OWN_COLUMNS, read_header, recognise
from crpv_cli.language import LANGUAGES, translate
from crpv_cli.spelling import fold

SPELLINGS = ("id", *LANGUAGES)
every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def heading(table: Table, name: str, spelling: str) -> str:
    return name if spelling == "id" else translate(table.column(name).label, spelling)


def headings(table: Table, spelling: str, names: tuple[str, ...] | None = None) -> list[str]:
    return [heading(table, name, spelling) for name in names or table.names]


def required(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.required)


def fault_of(cells: list[str], stem: str = "") -> Fault:
    with pytest.raises(Fault) as caught:
        recognise(cells, stem)
    assert caught.value.advice is not None
    assert "--as" in caught.value.advice.text("en")
    return caught.value


@every_table
def test_no_two_columns_of_a_table_share_a_heading(table: Table) -> None:
    ids = {fold(column.name): column for column in table.columns}
    for language in LANGUAGES:
        spellings = [fold(translate(column.label, language)) for column in table.columns]
        assert [spelling for spelling, count in Counter(spellings).items() if count > 1] == []
        for column, spelling in zip(table.columns, spellings, strict=True):
            assert ids.get(spelling, column) is column, f"the heading of {column.name} is the id of another column"


@every_table
def test_a_table_is_recognised_from_all_its_columns(table: Table) -> None:
    for spelling in SPELLINGS:
        header = recognise(headings(table, spelling), "")
        assert header.table is table, spelling
        assert header.present == table.names
        assert not (header.missing or header.extra or header.twice)


@every_table
def test_a_table_is_recognised_from_its_required_columns(table: Table) -> None:
    for spelling in SPELLINGS:
        # Sources and projects need no more than an id and a title: the name of the file tells them apart.
        stem = table.name if table.name in {"sources", "projects"} else ""
        header = recognise(headings(table, spelling, required(table)), stem)
        assert header.table is table, spelling
        assert header.present == required(table)
        assert not header.missing


@every_table
def test_case_accents_and_punctuation_do_not_count(table: Table) -> None:
    for spelling in SPELLINGS:
        for cells in (
            [cell.upper() for cell in headings(table, spelling)],
            [fold(cell) for cell in headings(table, spelling)],
            [f" {cell.replace(' ', '_').replace('_', '  ')}: " for cell in headings(table, spelling)],
        ):
            assert recognise(cells, "").present == table.names, cells


@given(st.data())
def test_columns_stand_in_any_order_and_in_mixed_spellings(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(list(TABLES.values())))
    optional = [name for name in table.names if name not in required(table)]
    some = data.draw(st.lists(st.sampled_from(optional), unique=True)) if optional else []
    names = data.draw(st.permutations([*required(table), *some]))
    cells = [heading(table, name, data.draw(st.sampled_from(SPELLINGS))) for name in names]
    header = read_header(cells, table)
    assert header.present == tuple(names)
    assert [column.name for column in header.columns if column] == list(names)
    assert not (header.missing or header.extra or header.twice)


@every_table
def test_a_header_that_lacks_a_required_column_is_still_recognised(table: Table) -> None:
    for missing in required(table):
        names = tuple(name for name in table.names if name != missing)
        for stem in (table.name, ""):
            header = recognise(headings(table, "id", names), stem)
            assert header.table is table, f"without {missing}, in a file called “{stem}”"
            assert [column.name for column in header.missing] == [missing]


def test_a_column_that_stands_twice_is_seen_in_any_spelling() -> None:
    header = read_header(["id", "name", "Name", "title", "ID"], TABLES["scales"])
    assert header.twice == (2, 4)
    assert header.extra == (3,)
    assert header.present == ("id", "name")


def test_an_unknown_column_is_extra_and_does_not_hide_the_table() -> None:
    header = recognise(["telephone", "centre", "department", "colour"], "")
    assert header.table is TABLES["perimeters"]
    assert header.extra == (0, 3)
    assert [column and column.name for column in header.columns] == [None, "centre", "department", None]


def test_a_cell_without_a_heading_is_no_column_and_not_extra() -> None:
    header = read_header(["id", "", "name", ""], TABLES["scales"])
    assert header.present == ("id", "name")
    assert not (header.extra or header.twice or header.missing)


@every_table
def test_what_crpv_adds_to_refused_rows_is_passed_over(table: Table) -> None:
    header = recognise([*OWN_COLUMNS, *table.names], "")
    assert header.table is table
    assert header.present == table.names
    assert not header.extra


def test_two_tables_that_fit_as_well_are_not_guessed_between() -> None:
    fault = fault_of(["id", "name", "title"])
    assert fault.code == "ambiguous-table"
    message = fault.message.text("en")
    assert "Sources" in message
    assert "Rating scales" in message


@pytest.mark.parametrize("stem", ["scales", "Scales 2024", "sources", "SOURCES_old"])
def test_the_name_of_the_file_decides_where_two_tables_fit_as_well(stem: str) -> None:
    assert recognise(["id", "name", "title"], stem).table.name == fold(stem).partition(" ")[0]


@every_table
def test_the_name_of_the_file_does_not_overrule_a_whole_header(table: Table) -> None:
    for stem in TABLES:
        assert recognise(list(table.names), stem).table is table, stem


@pytest.mark.parametrize(
    "cells", [["nom", "prénom", "téléphone"], ["x"], ["€", "?"], ["a", "", "b"], ["crpv_line", "crpv_anomalies"]]
)
def test_a_header_that_no_table_knows_is_refused(cells: list[str]) -> None:
    assert fault_of(cells).code == "unknown-table"


def test_a_header_that_is_too_far_from_any_table_is_refused_with_the_nearest() -> None:
    fault = fault_of(["centre", "street", "town", "colour"])
    assert fault.message.text("en") == "The header fits no table: only its column Centre is known."
    assert recognise(["centre", "street", "town", "colour"], "labels 2024").table is TABLES["labels"]
    fault = fault_of(["funder", "street", "town", "colour"])
    assert fault.code == "unknown-table"
    assert "its required columns" in fault.message.text("en")
