"""What a document says of itself: what was asked, on what it rests, and the command that gives it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.shelf.about import (
    Source,
    asked_of,
    asked_of_dossier,
    cited,
    command_of,
    fictitious_alert,
    fictitious_notes,
    is_fictitious,
    nothing_known,
    registry_state,
)
from crpv_cli.result import Alert, Dossier, Note, Origin, Result

SOURCE = Column("source", "Source", Kind.CODE, refers="sources")


def result(
    *rows: tuple[str, ...], columns: tuple[Column, ...] = (SOURCE,), origin: Origin | None = None, **rest: object
) -> Result:
    return Result("x", msg("X"), columns, rows, origin=origin, **rest)  # type: ignore[arg-type]


def test_what_was_asked_is_told_in_words_and_in_one_order() -> None:
    parameters = {"sort": "name", "overseas": False, "measure": "contracts", "year": 2024, "as_of": "2025-06-30"}
    shown = result(origin=Origin(), parameters={**parameters, "region": None, "uncovered": True})
    assert asked_of([shown]) == [
        ("As of", "2025-06-30"),
        ("Year", "2024"),
        ("Overseas", "no"),
        ("Not covered only", "yes"),
        ("Measure", "contracts"),
        ("sort", "name"),
    ]
    assert asked_of([result(origin=Origin())]) == [("As of", "all dates")]
    assert asked_of([result()]) == []
    query = result(origin=Origin(), parameters={"sql": "select 1"})
    assert asked_of([query]) == [("Query", "select 1")]


def test_of_several_the_first_that_says_it_counts() -> None:
    first, second = ({"year": 2024}, {"year": 2023, "stage": "paid"})
    assert dict(asked_of([result(parameters=first), result(parameters=second)])) == {"Year": "2024", "Stage": "paid"}


@pytest.mark.parametrize(
    ("geographies", "said"), [(("2024", None, "2024"), True), (("2024", "2015"), False), ((None,), False)]
)
def test_the_geography_of_a_sheet_is_told_if_there_is_one(geographies: tuple[str | None, ...], said: bool) -> None:
    sections = tuple(result(parameters={"geography": geography}) for geography in geographies)
    lines = dict(asked_of_dossier(Dossier("x", msg("X"), result(parameters={"as_of": "2025-06-30"}), sections)))
    assert lines["As of"] == "2025-06-30"
    assert ("Geography" in lines) is said
    assert "As of" not in dict(asked_of_dossier(Dossier("x", msg("X"), result(), sections)))


def test_the_state_of_the_registry_is_that_of_the_first_that_knows_it() -> None:
    loaded = Origin(load=7, loaded_at="2025-06-30T23:59:59")
    assert registry_state([Origin(), loaded, Origin(load=8, loaded_at="2026-01-01T00:00:00")]) == (
        "as it was after load 7, on 2025-06-30"
    )
    assert registry_state([Origin(load=7), Origin(loaded_at="2025-06-30T23:59:59")]) == ""


def test_only_what_figures_rest_on_makes_them_made_up() -> None:
    figures, registry = Note("a", msg("Made up!"), alert=Alert.FIGURES), Note("b", msg("Held."))
    assert fictitious_notes([registry, figures]) == [figures]
    assert is_fictitious(result(notes=(figures,))) and is_fictitious(result(fictitious=True))
    assert not is_fictitious(result(notes=(registry,)))
    assert fictitious_alert([registry, figures]) == "Made up!"
    assert fictitious_alert([registry]) == "FICTITIOUS: these figures rest on demonstration data."


def test_a_section_of_nothing_says_why_if_it_is_known() -> None:
    assert nothing_known(result()) == "X: Nothing known"
    assert nothing_known(result(notes=(Note("b", msg("Nobody asked.")), Note("c", msg("Else."))))) == "X: Nobody asked."


def test_sources_are_those_of_the_rows_that_are_shown() -> None:
    origin = Origin({"b": "Books", "a": "Acts", "n": "Not shown"}, dates={"a": "2024"}, addresses={"b": "https://b"})
    rows = result(("b",), ("a",), origin=origin)
    books, acts = Source("b", "Books", "", "https://b"), Source("a", "Acts", "2024", "")
    assert cited([rows, rows]) == [acts, books]
    # Rows that do not name their sources rest on all of them.
    assert [source.id for source in cited([result(("x",), columns=(Column("name", "Name"),), origin=origin)])] == [
        "a",
        "b",
        "n",
    ]
    assert cited([rows], [result(("a",), lists_sources=True), result(("b",))]) == [books]
    assert cited([result(("b",))]) == []


def test_a_command_gives_the_same_again() -> None:
    parameters = {"as_of": "2025-06-30", "compare_to": None, "overseas": True, "uncovered": False, "region": "Île 1"}
    assert command_of(result(command="list centres", parameters=parameters)) == (
        "crpv list centres --as-of 2025-06-30 --overseas --region 'Île 1'"
    )
    assert command_of(result(command="list centres", parameters={"overseas": False})) == "crpv list centres --mainland"
    assert command_of(result(command="map", parameters={"compare_to": 2024})) == "crpv map --compare-to 2024"
    assert command_of(result(parameters=parameters)) == ""


def test_a_command_names_the_load_up_to_which_the_registry_was_known() -> None:
    told = result(command="map", parameters={"as_of": "2025-06-30"}, origin=Origin(load=12))
    assert command_of(told) == "crpv map --as-of 2025-06-30 --known 12"
    assert command_of(replace(told, command="")) == ""
    assert command_of(replace(told, origin=Origin())) == "crpv map --as-of 2025-06-30"
    assert command_of(Dossier("x", msg("X"), told, (), command="crpv show 'x y'")) == "crpv show 'x y' --known 12"
    assert command_of(Dossier("x", msg("X"), told, ())) == ""
