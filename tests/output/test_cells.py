"""One value as people and as machines read it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli import language
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.intake.readers import _unescape
from crpv_cli.language import msg
from crpv_cli.output import delimited, jsons, markdown
from crpv_cli.output.shelf.cells import for_csv, for_excel, for_json, for_people
from crpv_cli.output.shelf.layout import named_once
from crpv_cli.output.terminal.screen import screen
from crpv_cli.result import Alert, Note, Result, Value


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = language.current()
    language.activate("en")
    yield
    language.activate(before)


def column(kind: Kind, name: str = "x", choices: tuple[Choice, ...] = ()) -> Column:
    return Column(name, name, kind, choices=choices)


MONEY, SHARE, CODES, FLAG = (column(kind) for kind in (Kind.MONEY, Kind.PERCENT, Kind.CODES, Kind.FLAG))


@pytest.mark.parametrize(
    ("value", "kind", "people", "machine"),
    [
        (123450, Kind.MONEY, "€1,234.50", "1234.5"),
        (123400, Kind.MONEY, "€1,234", "1234"),
        (-5, Kind.MONEY, "-€0.05", "-0.05"),
        (0.878888, Kind.PERCENT, "87.9%", "0.878888"),
        (2023, Kind.YEAR, "2023", "2023"),
        (4954720, Kind.INTEGER, "4,954,720", "4954720"),
        ("01", Kind.CODE, "01", "01"),
        (("01", "2A"), Kind.CODES, "01 2A", "01 2A"),
        (True, Kind.FLAG, "yes", "true"),
        (0, Kind.FLAG, "no", "false"),
        ("2023-10-17", Kind.DATE, "2023-10-17", "2023-10-17"),
        (4.0, Kind.DECIMAL, "4", "4"),
        (None, Kind.MONEY, "–", ""),
        ((), Kind.CODES, "–", ""),
    ],
)
def test_setting(value: Value, kind: Kind, people: str, machine: str) -> None:
    assert for_people(value, column(kind)) == people
    assert for_csv(value, column(kind)) == machine


def test_french_setting() -> None:
    language.activate("fr")
    assert for_people(123450, MONEY) == "1\u202f234,50\u00a0€"
    assert for_people(0.878888, SHARE) == "87,9\u202f%"
    assert for_people("2023-10-17", column(Kind.DATE)) == "17/10/2023"
    assert for_people("2023-10", column(Kind.PARTIAL_DATE)) == "10/2023"
    assert for_csv(123450, MONEY) == "1234.5"


def test_json_values_keep_their_types() -> None:
    values: list[tuple[Value, Column, object]] = [
        (123450, MONEY, 1234.5),
        (2100000, MONEY, 21000),
        (1, FLAG, True),
        (("01",), CODES, ["01"]),
        ("01", column(Kind.CODE), "01"),
        (None, FLAG, None),
    ]
    for value, its_column, expected in values:
        found = for_json(value, its_column)
        assert found == expected
        assert type(found) is type(expected)


def test_a_choice_is_a_label_for_people_and_a_code_for_machines() -> None:
    its_column = column(Kind.CODE, choices=(Choice("gip", "GIP"),))
    assert (for_people("gip", its_column), for_csv("gip", its_column)) == ("GIP", "gip")
    assert for_people("other", its_column) == "other"


@given(st.text())
def test_what_looks_like_a_formula_cannot_compute_and_comes_back(text: str) -> None:
    written = for_excel(text, column(Kind.TEXT))
    assert written[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert _unescape(written) == text


@pytest.mark.parametrize("value", ["=1+1", "+33 1", "-5 places", "@name", "\tx", "'=x", "plain", "it's"])
def test_formulas(value: str) -> None:
    written = for_excel(value, column(Kind.TEXT))
    assert written == (value if value in {"plain", "it's"} else f"'{value}")


def test_negative_amounts_are_numbers_not_formulas() -> None:
    assert for_excel(-12345, MONEY) == "-123,45"


NASTY = [
    "<script>alert(1)</script>",
    'a "quoted" & b',
    "{{7*7}}",
    "[bold]x[/bold]",
    "[/]",
    "a|b",
    "🏙️ ville",
    "l1\nl2",
    "1e5",
]


def nasty() -> Result:
    columns = (Column("name", "Name"), Column("amount", "Amount", Kind.MONEY), Column("rate", "Rate", Kind.PERCENT))
    rows = tuple((text, 123450 + place, 0.5) for place, text in enumerate(NASTY))
    return Result("nasty", msg("Title [bold] {x}", x="{{1}}"), columns, rows)


def test_a_terminal_shows_texts_literally() -> None:
    text = screen(nasty())[0]
    for value in NASTY:
        assert value.replace("\n", " ") in text
    assert "Title [bold] {{1}}" in text
    assert "\x1b" not in text


def test_csv_comes_back_cell_by_cell() -> None:
    rows = list(csv.reader(io.StringIO(delimited.csv_text(nasty()))))
    assert [row[0] for row in rows] == ["name", *NASTY]
    excel = list(csv.reader(io.StringIO(delimited.csv_excel_text(nasty()), newline=""), delimiter=";"))
    assert [row[0] for row in excel] == ["Name", *NASTY]
    assert excel[1] == [NASTY[0], "1234,5", "50%"]


def test_json_comes_back() -> None:
    assert [row["name"] for row in json.loads(jsons.json_text(nasty()))] == NASTY
    assert [json.loads(line)["name"] for line in jsons.jsonl_text(nasty()).splitlines()] == NASTY


def test_markdown_shows_texts_literally() -> None:
    text = markdown.markdown_text(nasty())
    assert "<script>" not in text
    assert r"\[bold\]x\[/bold\]" in text
    assert r"a\|b" in text
    assert "l1<br>l2" in text
    assert "1e5" in text  # tabulate would make it 100000
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == len(NASTY) + 2


def test_csv_excel_labels_are_unique() -> None:
    columns = (Column("a", "Same"), Column("b", "Same"))
    assert named_once(columns) == ["Same", "Same (b)"]


def wide() -> Result:
    columns = (
        Column("short_name", "Short name"),
        Column("departments", "Departments", Kind.CODES),
        Column("summary", "Summary"),
        Column("amount", "State support", Kind.MONEY),
    )
    rows: tuple[tuple[Value, ...], ...] = (
        ("Villes et Territoires", tuple(f"{n:02}" for n in range(1, 20)), "word " * 30, 123456789),
        ("ORIV", (), None, None),
    )
    return Result("wide", msg("Wide"), columns, rows, total_row=(None, None, None, 123456789))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_on_a_terminal_a_table_fits_and_numbers_stay_whole(width: int) -> None:
    text, remarks = screen(wide(), width, colour=False)
    assert all(len(line) <= width for line in text.splitlines())
    assert "€1,234,567.89" in text
    assert len(remarks) == 1
    assert "Summary" in remarks[0].text("en")


def test_in_a_pipe_nothing_is_cut() -> None:
    text = screen(wide())[0]
    assert ("word " * 30).strip() in text
    assert "…" not in text


def test_a_total_row_says_total() -> None:
    text = screen(wide())[0]
    assert text.splitlines()[-1].startswith("Total")


def test_an_empty_result_says_so() -> None:
    assert "No rows." in screen(Result("x", msg("x"), (Column("a", "A"),), ()), 80, colour=False)[0]


def test_fictitious_data_is_said_first() -> None:
    result = Result(
        "x",
        msg("x"),
        (Column("a", "A"),),
        (("1",),),
        notes=(Note("fictitious-data", msg("FICTITIOUS"), alert=Alert.FIGURES),),
    )
    assert screen(result, 80, colour=False)[0].startswith("FICTITIOUS")
    assert "**FICTITIOUS**" in markdown.markdown_text(result)


def test_colour_only_where_it_is_wanted() -> None:
    assert "\x1b[" in screen(wide(), 80, colour=True)[0]
    assert "\x1b[" not in screen(wide(), 80, colour=False)[0]
