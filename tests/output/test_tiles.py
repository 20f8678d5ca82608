"""The map as people see it: on a terminal with and without colour, and as a drawing for a page."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from crpv_cli import language
from crpv_cli.output.formats import Format, render
from crpv_cli.output.page.charts import drawings_css
from crpv_cli.output.shelf.tiles import CENTRE_COLOURS, map_of, tiles_legend
from crpv_cli.output.terminal.map import map_width
from crpv_cli.output.terminal.screen import screen
from crpv_cli.reports.coverage.map import territory_map
from crpv_cli.result import Result, Value


@pytest.fixture
def registry(reference_path: Path) -> Path:
    return reference_path


@pytest.fixture
def connection(reference: sqlite3.Connection) -> sqlite3.Connection:
    return reference


def with_cell(result: Result, department: str, column: str, value: Value) -> Result:
    names = [column.name for column in result.columns]
    place = names.index(column)
    rows = tuple(
        (*row[:place], value, *row[place + 1 :]) if row[names.index("department")] == department else row
        for row in result.rows
    )
    return replace(result, rows=rows)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# --- The terminal ---


GOLDEN = """\
                  50  C 61  C 78  C 92 !U 75  C 93  C 51 *C 55 *C 54 *C 57 *C
                      7     7   ≥22   ≥21    20    63   ≥12    ≥3   ≥18    24
29  C 22  C 35  C 53  C 72  C 28  C 91  C 94 !U 77 !U 10 *C 52 *C 88 *C 67 *C
    9     7     7     3     7   ≥10   ≥39   ≥41   ≥23   ≥10    ≥4    ≥6   ≥21
"""
LEGEND = """\

 C  covered by one centre  94 departments  1,328 neighbourhoods
!U  uncovered               8 departments    183 neighbourhoods
 N  no neighbourhood         1 department
 ≥  at least
 *  in the perimeter of ORIV
Covered: 1,328 of 1,511 neighbourhoods (87.9%).

"""


def test_the_map_on_a_terminal(connection: sqlite3.Connection) -> None:
    drawn = screen(territory_map(connection, "2023-10-17", centre="oriv"), 80, colour=False)[0]
    lines = drawn.splitlines()
    assert lines[0].startswith("Map of coverage on 2023-10-17: neighbourhoods")
    assert "\n".join(lines[7:11]) + "\n" == GOLDEN
    assert LEGEND in drawn
    assert re.search(r"^Overseas  ", drawn, re.MULTILINE)
    assert max(len(line) for line in lines) <= 80
    assert any(line.startswith("· At least") for line in lines)


CORSICA = """\
2B !U
    2
2A !U
    3
"""


def test_the_map_of_a_part_takes_no_more_room_than_it_needs(connection: sqlite3.Connection) -> None:
    part = territory_map(connection, "2025-12-31", region="Corse")
    drawn = screen(part, 80, colour=False)[0]
    assert "\n".join(drawn.splitlines()[1:5]) + "\n" == CORSICA
    assert map_width(part) == 5


def test_the_overseas_departments_alone_are_still_called_so(connection: sqlite3.Connection) -> None:
    part = territory_map(connection, "2025-12-31", department="971")
    lines = screen(part, 100, colour=False)[0].splitlines()
    assert [line.strip() for line in lines[2:5]] == ["Overseas", "971 C", "19"]


def test_colour_comes_on_top_and_changes_nothing_else(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, "2023-10-17", centre="oriv")
    without, with_colour = (screen(result, 80, colour)[0] for colour in (False, True))
    assert "\x1b" not in without
    assert [line.rstrip() for line in plain(with_colour).splitlines()] == without.splitlines()
    styles = {
        state: set(re.findall(rf"\x1b\[([0-9;]+)m(?:{code})\b", with_colour))
        for state, code in (("covered", "29"), ("uncovered", "92"), ("served", "57"), ("empty", "48"))
    }
    assert all(len(found) == 1 for found in styles.values())
    assert len({min(found) for found in styles.values()}) == 4


@pytest.mark.parametrize(("lang", "letters"), [("en", "CSUN?"), ("fr", "CPNS?")])
def test_each_state_has_a_letter_of_its_own_that_the_legend_explains(
    connection: sqlite3.Connection, lang: str, letters: str
) -> None:
    language.activate(lang)
    result = territory_map(connection, "2023-10-17")
    result = with_cell(with_cell(result, "93", "state", "several"), "59", "state", "unknown")
    assert "".join(line.letter for line in tiles_legend(result)) == letters
    drawn = screen(result, 80, colour=False)[0]
    for line in tiles_legend(result):
        assert f"{line.letter}  {line.label}" in drawn
        assert line.label[0] != line.letter


def test_a_pipe_gets_the_same_drawing(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, "2025-12-31")
    document = render(result, Format.TABLE, None)
    assert document.content == screen(result, None, colour=False)[0]
    assert document.remarks == ()


def test_a_narrow_terminal_gets_the_list_and_is_told(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, "2025-12-31")
    assert map_width(result) <= 80
    document = render(result, Format.TABLE, 60)
    assert isinstance(document.content, str)
    assert "Moselle" in document.content
    assert max(len(line) for line in document.content.splitlines()) <= 60
    assert "60" in document.remarks[0].text()
    assert "Moselle" not in str(render(result, Format.TABLE, 80).content)


def test_numbers_fit_their_tile(connection: sqlite3.Connection) -> None:
    inhabitants = {
        tile.department: tile.number for tile in map_of(territory_map(connection, "2023-10-17", "inhabitants")).tiles
    }
    assert (inhabitants["93"], inhabitants["48"], inhabitants["2A"]) == ("621k", "0", "4k")
    for measure in ("neighbourhoods", "contracts", "inhabitants", "departments"):
        for date in ("2016-06-30", "2025-12-31"):
            assert max(len(tile.number) for tile in map_of(territory_map(connection, date, measure)).tiles) <= 5
    unknown = with_cell(territory_map(connection, "2025-12-31"), "93", "value", None)
    assert {tile.number for tile in map_of(unknown).tiles if tile.department == "93"} == {"–"}


# --- By centre and by funding ---


def test_centres_have_numbers_on_a_terminal(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, "2025-12-31", by="centre")
    drawn = screen(result, 80, colour=False)[0]
    assert max(len(line) for line in drawn.splitlines()[:30]) <= 80
    entries = {entry.centre: entry for entry in tiles_legend(result)}
    for tile in map_of(result).tiles:
        assert tile.number == "+".join(entries[centre].letter for centre in tile.centres)
    assert f"{entries['oriv'].letter}  ORIV (10)" in drawn
    assert "!  no centre (5)" in drawn
    assert sorted(int(entry.letter) for entry in tiles_legend(result) if entry.centre) == list(range(1, 21))


def test_support_is_in_thousands_on_a_terminal(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, "2025-12-31", by="funding", year=2023)
    support = {record["department"]: record["support"] for record in result.records()}
    tiles = {tile.department: tile for tile in map_of(result).tiles}
    assert tiles["57"].number == f"{round(support['57'] / 100_000)}k"
    assert (support["75"], tiles["75"].number, tiles["75"].letter) == (None, "–", "?")
    assert (tiles["2A"].number, tiles["2A"].letter) == ("", "!")
    assert " k  thousands of euros" in screen(result, 80, colour=False)[0]


def test_a_department_of_several_centres_names_them_all(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, "2025-12-31", by="centre")
    shared = with_cell(with_cell(result, "57", "centres", ("oriv", "irev")), "57", "centre_names", "ORIV, IREV")
    tile = next(tile for tile in map_of(shared).tiles if tile.department == "57")
    numbers = {entry.centre: entry.letter for entry in tiles_legend(shared)}
    assert (tile.look, tile.number) == ("several", f"{numbers['oriv']}+{numbers['irev']}")
    assert "+  served by several centres (1)" in screen(shared, 80, colour=False)[0]


# --- Contrast ---


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def fills(css: str) -> dict[str, str]:
    """The last fill that each selector sets, as the cascade has it."""
    return dict(re.findall(r"\.tiles (\S+(?: text)?) \{[^}]*?fill: (#[0-9a-f]{6})", css))


LOOKS = [
    *("covered", "several", "uncovered", "empty", "unknown"),
    *(f"centre-{number}" for number in range(1, CENTRE_COLOURS + 1)),
    *(f"grade-{number}" for number in range(1, 5)),
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_on_each_tile(look: str, dark: bool) -> None:
    light, _, night = drawings_css()[1].partition("@media screen and (prefers-color-scheme: dark)")
    found = fills(light) | (fills(night) if dark else {})
    usual = re.findall(r"\.tiles text \{[^}]*fill: (#[0-9a-f]{6})", light + (night if dark else ""))[-1]
    assert contrast(found.get(f".tile-{look} text", usual), found[f".tile-{look}"]) >= 4.5
