"""The map: its layout, and what its tiles say against the coverage report."""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from crpv_cli.bundled import data_folder
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.intake.files import gather
from crpv_cli.reports.coverage.map import STATES, territory_map
from crpv_cli.reports.coverage.report import MEASURES, coverage
from crpv_cli.reports.funding.report import funding
from crpv_cli.result import ChartShape, Result, Value

# The departments that have a common border on land (or across an estuary), each pair once.
BORDERS = """\
01: 38 39 69 71 73 74
02: 08 51 59 60 77 80
03: 18 23 42 58 63 71
04: 05 06 26 83 84
05: 26 38 73
06: 83
07: 26 30 38 42 43 48 84
08: 51 55
09: 11 31 66
10: 21 51 52 77 89
11: 31 34 66 81
12: 15 30 34 46 48 81 82
13: 30 83 84
14: 27 50 61 76
15: 19 43 46 48 63
16: 17 24 79 86 87
17: 24 33 79 85
18: 23 36 41 45 58
19: 23 24 46 63 87
21: 39 52 58 70 71 89
22: 29 35 56
23: 36 63 87
24: 33 46 47 87
25: 39 70 90
26: 38 84
27: 28 60 61 76 78 95
28: 41 45 61 72 78 91
29: 56
30: 34 48 84
31: 32 65 81 82
32: 40 47 64 65 82
33: 40 47
34: 81
35: 44 49 50 53 56
36: 37 41 86 87
37: 41 49 72 86
38: 42 69 73
39: 70 71
40: 47 64
41: 45 72
42: 43 63 69 71
43: 48 63
44: 49 56 85
45: 58 77 89 91
46: 47 82
47: 82
49: 53 72 79 85 86
50: 53 61
51: 52 55 77
52: 55 70 88
53: 61 72
54: 55 57 67 88
55: 88
57: 67
58: 71 89
59: 62 80
60: 76 77 80 95
61: 72
62: 80
64: 65
67: 68 88
68: 88 90
69: 71
70: 88 90
73: 74
75: 92 93 94
76: 80
77: 89 91 93 94 95
78: 91 92 95
79: 85 86
81: 82
83: 84
86: 87
88: 90
91: 92 94
92: 93 94 95
93: 94 95
2A: 2B
"""
PAIRS = [
    (line.partition(": ")[0], neighbour)
    for line in BORDERS.splitlines()
    for neighbour in line.partition(": ")[2].split()
]


def records(result: Result) -> dict[str, dict[str, Value]]:
    names = [column.name for column in result.columns]
    rows = [dict(zip(names, row, strict=True)) for row in result.rows]
    return {str(row["department"]): row for row in rows}


def layout() -> dict[str, dict[str, str]]:
    with (data_folder() / "map" / "tiles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["department"] for row in rows})
    return {row["department"]: row for row in rows}


# --- The layout ---


def test_every_department_has_one_tile_and_no_two_share_one() -> None:
    with (data_folder() / "reference" / "departments.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    tiles = layout()
    assert set(tiles) == codes
    assert len(codes) == 103
    assert max(Counter((tile["column"], tile["row"]) for tile in tiles.values()).values()) == 1
    assert max(int(tile["column"]) for tile in tiles.values()) <= 15
    assert {code for code, tile in tiles.items() if tile["block"] == "overseas"} == {
        code for code in codes if code[:2] in {"97", "98"}
    }


def test_neighbours_stay_near_each_other() -> None:
    tiles = layout()

    def distance(one: str, other: str) -> int:
        return max(abs(int(tiles[one][axis]) - int(tiles[other][axis])) for axis in ("column", "row"))

    distances = Counter(distance(*pair) for pair in PAIRS)
    assert len(PAIRS) == 239
    assert set(distances) == {1, 2}
    assert distances[1] >= 213  # data/README.md says so


def test_the_outline_can_be_recognised() -> None:
    tiles = {code: (int(tile["column"]), int(tile["row"])) for code, tile in layout().items()}
    mainland = {code: place for code, place in tiles.items() if code[:2] not in {"97", "98"}}
    assert tiles["59"][1] == min(row for _, row in mainland.values())
    assert tiles["29"][0] == min(column for column, _ in mainland.values())
    assert tiles["2A"] == (max(c for c, _ in mainland.values()), max(r for _, r in mainland.values()))


def test_the_layout_is_no_file_to_load() -> None:
    with pytest.raises(FileProblem), gather([str(data_folder())]):
        pass  # folders of a folder are passed over, and the layout stands in one of its own


# --- What the tiles say ---


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("as_of", ["2016-06-30", "2023-10-17", "2025-12-31"])
def test_figures_are_those_of_the_coverage_report(reference: sqlite3.Connection, as_of: str, measure: str) -> None:
    drawn = territory_map(reference, as_of, measure)
    told = coverage(reference, as_of, measure)
    states = drawn.totals["states"]
    assert isinstance(states, dict)
    assert {name: drawn.totals[name] for name in told.totals} == told.totals
    assert states["covered"]["value"] + states["several"]["value"] == told.totals["covered"]
    assert states["uncovered"]["value"] == told.totals["uncovered"]
    assert sum(state["departments"] for state in states.values()) == len(drawn.rows) == 103
    assert list(states) == [choice.code for choice in STATES]
    assert drawn.published == told.published
    assert {note.message.text() for note in drawn.notes} <= {note.message.text() for note in told.notes}
    assert drawn.chart is not None
    assert drawn.chart.shape is ChartShape.TILES


def test_the_perimeters_of_two_dates_make_the_difference(reference: sqlite3.Connection) -> None:
    before, after = (records(territory_map(reference, date)) for date in ("2023-10-17", "2025-12-31"))
    moved = {code for code in before if before[code]["state"] != after[code]["state"]}
    assert moved == {"77", "94", "971", "48"}
    assert {before[code]["state"] for code in ("77", "94", "971")} == {"uncovered"}
    assert {after[code]["state"] for code in ("77", "94", "971")} == {"covered"}
    assert before["48"]["state"] == "empty"  # no neighbourhood of 2015, one of 2024
    assert after["94"]["centre_names"] == "Ressources Urbaines"


def changed(path: Path, statement: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    original = sqlite3.connect(str(path))
    original.backup(connection)
    original.close()
    connection.execute(statement)
    return connection


def test_a_department_of_two_centres(reference_path: Path) -> None:
    connection = changed(reference_path, "insert into perimeters (centre, department, load) values ('oriv', '93', 1)")
    row = records(territory_map(connection, "2025-12-31"))["93"]
    connection.close()
    assert (row["state"], row["centres"]) == ("several", ("oriv", "profession-banlieue"))
    assert row["centre_names"] == "ORIV, Profession Banlieue"


def test_what_is_not_known_is_not_empty(reference_path: Path) -> None:
    connection = changed(reference_path, "delete from territory_counts where department = '93' and geography = '2024'")
    result = territory_map(connection, "2025-12-31")
    connection.close()
    row = records(result)["93"]
    assert (row["state"], row["value"]) == ("unknown", None)
    assert "unknown-counts" in {note.code for note in result.notes}


def test_a_department_without_a_tile_is_said(reference_path: Path) -> None:
    connection = changed(
        reference_path,
        "insert into departments (code, name, region_code, region_name, load) values ('975', 'Nord', '975', 'Nord', 1)",
    )
    result = territory_map(connection, "2025-12-31")
    connection.close()
    (note,) = [note for note in result.notes if note.code == "not-on-map"]
    assert note.data == {"departments": ["975"]}
    assert records(result)["975"]["column"] is None


def test_a_centre_stands_out_and_the_states_stay(reference: sqlite3.Connection) -> None:
    alone, marked = (territory_map(reference, "2025-12-31", centre=centre) for centre in (None, "ressources-urbaines"))
    assert {row["served"] for row in records(alone).values()} == {None}
    assert [code for code, row in records(marked).items() if row["served"]] == ["77", "91", "94"]
    assert {name: total for name, total in marked.totals.items() if name != "centre"} == alone.totals
    assert marked.totals["centre"] == coverage(reference, "2025-12-31", centre="ressources-urbaines").totals
    (note,) = [note for note in marked.notes if note.code == "served-departments"]
    assert note.data["departments"] == ["77", "91", "94"]
    closed = territory_map(reference, "2023-10-17", centre="guadeloupe")
    assert "no department" in next(note for note in closed.notes if note.code == "served-departments").message.text()


def test_a_map_of_a_part_of_the_country(reference: sqlite3.Connection) -> None:
    drawn = territory_map(reference, "2025-12-31", region="Corse")
    assert set(records(drawn)) == {"2A", "2B"}
    assert drawn.title.text() == "Map of coverage on 2025-12-31: neighbourhoods, 2024 geography; only Corse"
    assert (drawn.parameters["region"], drawn.parameters["department"]) == ("94", None)
    told = coverage(reference, "2025-12-31", region="Corse", by="department")
    assert {name: drawn.totals[name] for name in told.totals} == told.totals
    assert drawn.totals["states"]["uncovered"] == {"departments": 2, "value": 5}
    alone = territory_map(reference, "2025-12-31", centre="oriv", department="Moselle")
    assert {code: row["served"] for code, row in records(alone).items()} == {"57": True}


def test_a_tile_says_how_sure_it_is(reference: sqlite3.Connection) -> None:
    told = records(coverage(reference, "2025-12-31", by="department"))
    for code, row in records(territory_map(reference, "2025-12-31")).items():
        assert row["confidence"] == told[code]["confidence"]


def test_a_map_of_lists_that_changed_on_different_days_says_so(reference: sqlite3.Connection) -> None:
    title = territory_map(reference, "2024-12-31").title.text()
    assert title == "Map of coverage on 2024-12-31: neighbourhoods, 2024 geography (overseas: 2015 geography)"


# --- By funding ---


def test_the_support_is_that_of_the_funding_report(reference: sqlite3.Connection) -> None:
    for year in (2021, 2023, 2025):
        given = {row["centre"]: row["state_p147"] for row in funding(reference, "2025-12-31", year=year).records()}
        drawn = territory_map(reference, "2025-12-31", by="funding", year=year)
        assert drawn.parameters["year"] == year
        for row in drawn.records():
            amounts = [given.get(centre) for centre in row["centres"]]
            known = [amount for amount in amounts if amount is not None]
            assert row["support"] == (sum(known) if known and len(known) == len(amounts) else None)
            assert (row["grade"] is None) == (row["support"] is None)
        grades = drawn.totals["grades"]
        for grade in grades:
            of_it = [row["support"] for row in drawn.records() if row["grade"] == grade["grade"]]
            assert grade["departments"] == len(of_it)
            assert all(grade["from"] * 100 <= amount for amount in of_it)
            assert grade["below"] is None or all(amount < grade["below"] * 100 for amount in of_it)


def test_the_map_by_funding_is_only_as_fictitious_as_its_money(demo: sqlite3.Connection) -> None:
    assert funding(demo, "2025-12-31", year=2025).fictitious  # its budgets are
    drawn = territory_map(demo, "2025-12-31", by="funding", year=2025)
    assert not drawn.fictitious
    assert drawn.origin is not None
    assert "anct-subventions" in drawn.origin.sources


def test_a_year_is_only_asked_of_the_money(reference: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem):
        territory_map(reference, "2025-12-31", year=2023)


def test_what_is_drawn_by_changes_no_other_figure(reference: sqlite3.Connection) -> None:
    plain, by_centre = (territory_map(reference, "2025-12-31", by=by) for by in ("coverage", "centre"))
    assert by_centre.rows == plain.rows
    assert by_centre.totals == plain.totals
    assert by_centre.chart is not None
    assert "2A, 2B, 92, 978, 987" in by_centre.chart.description.text()
