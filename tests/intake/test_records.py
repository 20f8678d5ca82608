"""A row is a record, or everything that is wrong with it at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.records import Checked, check
from crpv_cli.intake.values import clean

GOOD: dict[str, dict[str, str]] = {
    "sources": {"id": "annual-report", "title": "Rapport annuel"},
    "departments": {"code": "01", "name": "Ain", "region_code": "84", "region_name": "Auvergne-Rhône-Alpes"},
    "territory_counts": {
        "department": "01",
        "measure": "contracts",
        "geography": "2015",
        "value": "3",
        "quality": "exact",
    },
    "neighbourhoods": {
        "code": "QN00101M",
        "name": "Croix Blanche",
        "geography": "2024",
        "department": "01",
        "communes": "01053, 01004",
        "epci": "200071751",
    },
    "centres": {
        "id": "oriv",
        "name": "Observatoire",
        "short_name": "ORIV",
        "legal_form": "association",
        "co_funded": "yes",
    },
    "perimeters": {"centre": "oriv", "department": "67"},
    "funders": {"id": "etat", "name": "État", "kind": "State"},
    "funding": {"centre": "oriv", "funder": "etat", "year": "2024", "stage": "paid", "amount": "1 234,50 €"},
    "missions": {"id": "skills", "name_fr": "Compétences", "name_en": "Skills", "core": "yes"},
    "scales": {"id": "one-to-four", "name": "1 to 4", "minimum": "1", "maximum": "4"},
    "evaluations": {"centre": "oriv", "mission": "skills", "year": "2024", "kind": "joint"},
    "governance": {
        "centre": "oriv",
        "organ": "board",
        "member": "Ville de Strasbourg",
        "member_kind": "commune",
        "role": "member",
    },
    "agreements": {"centre": "oriv", "funder": "etat", "starts_on": "01/01/2024", "ends_on": "31/12/2026"},
    "activities": {"centre": "oriv", "mission": "skills", "year": "2024", "type": "training", "half_days": "12"},
    "exceptions": {"rule": "co-funding", "centre": "oriv", "valid_to": "31/12/2026", "reason": "In writing"},
    "published_figures": {"id": "share-2023", "measure": "coverage", "value": "88", "unit": "%", "as_of": "2023-10-17"},
}

every_table = pytest.mark.parametrize("table", [TABLES[name] for name in GOOD], ids=GOOD)


def faults(table_name: str, **changes: str | None) -> list[tuple[str, str]]:
    """What is wrong with a good row after changes: column and code."""
    return [(name, fault.code) for name, fault in checked(table_name, **changes).faults]


def checked(table_name: str, **changes: str | None) -> Checked:
    cells = GOOD[table_name] | changes
    return check(TABLES[table_name], {name: cell for name, cell in cells.items() if cell is not None})


@every_table
def test_a_good_row_is_a_record_of_every_column(table: Table) -> None:
    found = checked(table.name)
    assert found.faults == []
    assert found.corrections == []
    assert found.values is not None
    assert tuple(found.values) == table.names
    assert {name for name, value in found.values.items() if value is not None} == set(GOOD[table.name])


@every_table
def test_each_required_cell_that_is_empty_is_said(table: Table) -> None:
    required = [column.name for column in table.columns if column.required]
    for name in required:
        assert (name, "empty-cell") in faults(table.name, **{name: None})
    assert [(name, fault.code) for name, fault in check(table, {}).faults if fault.code == "empty-cell"] == [
        (name, "empty-cell") for name in required
    ]


def test_an_empty_cell_says_what_belongs_there() -> None:
    ((_, fault),) = checked("funding", stage=None).faults
    assert fault.message.text("en") == "The cell is empty; Stage is required."
    assert fault.advice is not None
    assert fault.advice.text("en") == "To be filled in: Whether the amount is requested, granted or paid."


def test_values_are_what_the_registry_holds() -> None:
    found = checked("funding", note="l'année\nsuivante")
    assert found.values == {
        "centre": "oriv",
        "funder": "etat",
        "year": 2024,
        "scheme": None,
        "stage": "paid",
        "amount": 123450,
        "object": None,
        "level": None,
        "nature": None,
        "reference": None,
        "source": None,
        "locator": None,
        "note": "l'année\nsuivante",
    }
    flags = checked("centres").values
    assert flags is not None
    assert flags["co_funded"] == 1


@pytest.mark.parametrize("table", ["funding", "evaluations"])
@pytest.mark.parametrize(("year", "advice"), [("1969", "Write 1970 or more."), ("2101", "Write 2100 or less.")])
def test_a_year_out_of_bounds_is_refused(table: str, year: str, advice: str) -> None:
    ((name, fault),) = checked(table, year=year).faults
    assert (name, fault.code) == ("year", "out-of-bounds")
    assert fault.message.text("en") == f"“{year}” is outside the allowed range."
    assert fault.advice is not None
    assert fault.advice.text("en") == advice


@pytest.mark.parametrize("year", ["1970", "2100"])
def test_the_bounds_belong_to_the_years(year: str) -> None:
    assert faults("funding", year=year) == []
    assert faults("centres", opened=year) == []


def test_a_count_is_never_negative() -> None:
    assert faults("territory_counts", value="-1") == [("value", "out-of-bounds")]
    assert faults("territory_counts", value="0") == []


@pytest.mark.parametrize(
    ("table", "first", "last"), [("perimeters", "valid_from", "valid_to"), ("exceptions", "valid_from", "valid_to")]
)
def test_a_last_day_is_not_before_the_first(table: str, first: str, last: str) -> None:
    assert faults(table, **{first: "2024-01-02", last: "01/01/2024"}) == [(last, "ends-before-start")]
    assert faults(table, **{first: "2024-01-02", last: "02/01/2024"}) == []
    assert faults(table, **{first: "2024-01-02"}) == []
    assert faults(table, **{last: "2024-01-02"}) == []


def test_a_centre_that_is_not_co_funded_needs_a_reason() -> None:
    assert faults("centres", co_funded="no") == [("exemption_reason", "no-reason")]
    assert faults("centres", co_funded="no", exemption_reason="carried by the State") == []
    assert faults("centres", exemption_reason="was exempt before") == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"minimum": "0", "maximum": "0,5"}, []),
        ({"minimum": "4", "maximum": "1"}, [("maximum", "no-bounds")]),
        ({"minimum": "4", "maximum": "4"}, [("maximum", "no-bounds")]),
        ({"minimum": None}, [("maximum", "no-bounds")]),
        ({"maximum": None}, [("maximum", "no-bounds")]),
        ({"minimum": None, "maximum": None}, [("maximum", "no-bounds")]),
        ({"minimum": None, "maximum": None, "levels": "D | C | B | A"}, []),
        ({"minimum": None, "maximum": None, "levels": "good"}, [("levels", "one-level")]),
        ({"minimum": None, "maximum": None, "levels": " | "}, [("levels", "one-level")]),
    ],
)
def test_a_scale_has_bounds_or_levels(changes: dict[str, str | None], expected: list[tuple[str, str]]) -> None:
    assert faults("scales", **changes) == expected


def test_a_rating_needs_its_scale() -> None:
    assert faults("evaluations", rating="3") == [("scale", "no-scale")]
    assert faults("evaluations", rating="3", scale="one-to-four") == []
    assert faults("evaluations", scale="one-to-four") == []


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    assert faults(
        "centres",
        id="ORIV Strasbourg",
        name=None,
        legal_form="club",
        siren="415021378",
        opened="2024-02-01",
        closed="2024-01-01",
        co_funded="no",
    ) == [
        ("id", "not-an-id"),
        ("name", "empty-cell"),
        ("legal_form", "not-in-list"),
        ("siren", "wrong-key"),
        ("exemption_reason", "no-reason"),
        ("closed", "ends-before-start"),
    ]


def test_a_neighbourhood_stands_in_the_geography_of_its_code_and_in_its_department() -> None:
    assert faults("neighbourhoods", geography="2015") == [("geography", "other-geography")]
    assert faults("neighbourhoods", code="QP001001", geography="2015") == []
    assert faults("neighbourhoods", department="02") == [("communes", "communes-elsewhere")]
    assert faults("neighbourhoods", department="02", communes=None) == []
    assert faults("neighbourhoods", department="Aisne") == []  # whose code is found later
    assert faults("neighbourhoods", department="974", communes="97411 01004") == []
    assert faults("neighbourhoods", communes="01053 53") == [("communes", "not-a-commune")]
    found = checked("neighbourhoods", communes="1053;01004")
    assert found.values is not None
    assert found.values["communes"] == "01053 01004"
    assert [(name, correction.code) for name, correction in found.corrections] == [("communes", "restored-zero")]


def test_a_rule_between_columns_waits_for_those_that_cannot_be_read() -> None:
    assert faults("centres", co_funded="perhaps") == [("co_funded", "not-yes-or-no")]
    assert faults("centres", co_funded=None) == [("co_funded", "empty-cell")]
    assert faults("perimeters", valid_from="2024", valid_to="2023-01-01") == [("valid_from", "not-a-date")]
    assert faults("scales", minimum="un") == [("minimum", "not-a-number")]


def test_a_correction_comes_beside_the_record() -> None:
    found = checked("departments", code="1")
    assert found.values is not None
    assert found.values["code"] == "01"
    assert [(name, correction.code) for name, correction in found.corrections] == [("code", "restored-zero")]


def test_a_correction_is_said_even_where_the_row_is_refused() -> None:
    found = checked("departments", code="1", name=None)
    assert found.values is None
    assert [(name, correction.code) for name, correction in found.corrections] == [("code", "restored-zero")]


def test_checking_one_row_leaves_no_trace_on_the_next() -> None:
    assert faults("perimeters", valid_from="2024-01-02") == []
    assert faults("perimeters", valid_to="2024-01-01") == []
    assert checked("departments").corrections == []


@given(st.data())
def test_any_row_is_a_record_or_has_faults_in_its_own_columns(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from([TABLES[name] for name in GOOD]))
    cell = st.text(max_size=12) | st.sampled_from(["1", "01", "2024", "yes", "x", "2024-01-01", "4"])
    cells = data.draw(st.dictionaries(st.sampled_from(table.names), cell))
    found = check(table, {name: clean(text) for name, text in (GOOD[table.name] | cells).items() if clean(text)})
    assert (found.values is None) == bool(found.faults)
    assert {name for name, _ in [*found.faults, *found.corrections]} <= set(table.names)
    for _, fault in found.faults:
        assert fault.advice is not None
        assert fault.message.text("en")
        assert fault.advice.text("fr")
    if found.values is not None:
        for column in table.columns:
            value = found.values[column.name]
            assert value is not None or not column.required
            if column.kind is Kind.YEAR and value is not None:
                assert 1970 <= value <= 2100
