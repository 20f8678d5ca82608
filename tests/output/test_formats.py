"""The table of formats: a row is all that the rest of the program asks of a format."""

from __future__ import annotations

from pathlib import Path

import pytest

from crpv_cli.definitions.columns import Column
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.output.files import write_all
from crpv_cli.output.formats import Format, format_of, names, render
from crpv_cli.result import Dossier, Result

RESULT = Result("x", msg("X"), (Column("name", "Name"),), (("Ça",),))
OURS = [
    one for one in Format if not (one.row.needs or one.row.maps)
]  # those that programs of the machine make: test_documents.py
SHEET = Dossier("s", msg("S"), RESULT, (RESULT,))


def test_every_format_renders_a_result_and_a_sheet_if_it_can() -> None:
    for chosen in OURS:
        content = render(RESULT, chosen).content
        assert content, chosen
        assert isinstance(content, bytes) or "Ça" in content, chosen
        if chosen.row.dossiers:
            assert render(SHEET, chosen).content, chosen
        else:
            with pytest.raises(UsageProblem, match=f"cannot be written as {chosen}") as refused:
                render(SHEET, chosen)
            assert refused.value.advice is not None
            assert refused.value.advice.text() == f"Use {names(dossiers=True)}."


def test_names_are_listed_as_a_sentence() -> None:
    assert names().startswith("table, csv, csv-excel, json, jsonl, markdown, xlsx")
    assert names(dossiers=True).startswith("table, json, markdown, xlsx")
    for listed, formats in (
        (names(), [one for one in Format if not one.row.maps]),
        (names(maps=True), list(Format)),
        (names(dossiers=True), [one for one in Format if one.row.dossiers]),
    ):
        assert listed == ", ".join(formats[:-1]) + f" or {formats[-1]}"


def test_an_extension_chooses_the_first_format_that_has_it() -> None:
    assert {chosen for chosen in Format if format_of(Path(f"x{chosen.extension.upper()}")) is not chosen} == {
        Format.CSV_EXCEL
    }
    assert format_of(Path("x.csv")) is Format.CSV


@pytest.mark.parametrize("name", [f"x{end}" for one in Format for end in one.row.extensions if not one.row.tables])
def test_several_tables_go_into_a_folder_or_a_file_that_can_hold_them(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="is one file"):
        write_all([RESULT, RESULT], tmp_path / name, None, force=False)
    (tmp_path / name).mkdir()
    write_all([RESULT], tmp_path / name, None, force=False)
    assert (tmp_path / name / "x.csv").read_text(encoding="utf-8") == "name\nÇa\n"
