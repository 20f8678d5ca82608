"""The map with real outlines: on a page, as SVG, as a picture, as GeoJSON."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from crpv_cli import language
from crpv_cli.errors import UsageProblem
from crpv_cli.output.formats import Format, names, render
from crpv_cli.output.page.map import map_credit, map_svg, png_file, svg_file
from crpv_cli.output.shelf.outlines import CLOSE, OVERSEAS, colours, frames, neighbours, outlines, paths
from crpv_cli.output.shelf.tiles import map_of, tiles_legend
from crpv_cli.reports.coverage.map import BYS, territory_map
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.result import Result
from tests.output.test_tiles import with_cell
from tests.reports.test_map import BORDERS

SVG = "{http://www.w3.org/2000/svg}"
DAY = "2025-12-31"
EVERY = [choice.code for choice in BYS]


@pytest.fixture
def registry(reference_path: Path) -> Path:
    return reference_path


@pytest.fixture
def connection(reference: sqlite3.Connection) -> sqlite3.Connection:
    return reference


def element(result: Result, prefix: str = "map") -> ElementTree.Element:
    drawn, end, _ = map_svg(result, prefix).partition("</svg>")
    return ElementTree.fromstring(drawn + end)


def drawn_in(root: ElementTree.Element) -> dict[str, list[ElementTree.Element]]:
    """The groups of each department, by its code: a few are drawn twice."""
    found = defaultdict(list)
    for group in root.iter(f"{SVG}g"):
        if "tile " in (group.get("class") or "") + " " and (title := group.findtext(f"{SVG}title")):
            found[title.split()[0]].append(group)
    return found


# --- The outlines ---


def test_each_department_has_an_outline_that_closes(connection: sqlite3.Connection) -> None:
    codes = {row["department"] for row in coverage(connection, DAY, by="department").records()}
    assert set(outlines().departments) == codes
    for polygons in outlines().departments.values():
        for polygon in polygons:
            for place, ring in enumerate(polygon):
                assert ring[0] == ring[-1]
                assert len(ring) >= 4
                area = sum(a * d - c * b for (a, b), (c, d) in pairwise(ring))
                assert (area > 0) == (place == 0)  # RFC 7946: the outer ring counter-clockwise, holes clockwise


def test_departments_are_where_they_are() -> None:
    """A place well inside each of a few departments is inside its outline, and inside no other one."""
    towns = {"75": (2.35, 48.86), "67": (7.75, 48.58), "29": (-4.1, 48.0), "2A": (8.93, 41.93), "66": (2.9, 42.6)}
    towns |= {"59": (3.06, 50.5), "974": (55.5, -21.1), "972": (-61.0, 14.65), "973": (-53.0, 4.0), "06": (7.2, 43.8)}
    for code, place in towns.items():
        inside = [
            other
            for other, polygons in outlines().departments.items()
            if any(within(place, one[0]) for one in polygons)
        ]
        assert inside == [code]


def within(place: tuple[float, float], ring: tuple[tuple[int, int], ...]) -> bool:
    x, y = place[0] * 1000, place[1] * 1000
    crossed = False
    for (a, b), (c, d) in pairwise(ring):
        if (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a:
            crossed = not crossed
    return crossed


def test_neighbours_share_their_border() -> None:
    pairs = {
        frozenset((one, other))
        for line in BORDERS.strip().splitlines()
        for one, _, others in [line.partition(": ")]
        for other in others.split()
    }
    found = {frozenset((one, other)) for one, others in neighbours().items() for other in others}
    # 17 and 33 are on two sides of an estuary, which the outlines leave out.
    assert pairs - found <= {frozenset(("17", "33"))}
    assert found <= pairs


def test_neighbours_have_different_colours_of_a_few() -> None:
    chosen = colours({code: code for code in outlines().departments})
    assert max(chosen.values()) <= 4
    assert all(chosen[one] != chosen[other] for one, others in neighbours().items() for other in others)


def test_the_outlines_name_their_authors_and_licence_beside_the_data() -> None:
    licence = (Path(__file__).parents[2] / "data" / "LICENSE").read_text(encoding="utf-8")
    for words in ("Victor Cazanave", "MapSVG", "Creative Commons Attribution 4.0", "Modified", "Natural Earth"):
        assert words in licence
    assert all(word in " ".join(outlines().attribution) for word in ("Victor Cazanave", "CC BY 4.0", "modified"))


# --- The drawing ---


@pytest.mark.parametrize("by", EVERY)
def test_each_department_is_drawn_and_those_that_are_small_twice(connection: sqlite3.Connection, by: str) -> None:
    result = territory_map(connection, DAY, by=by)
    root = element(result)
    found = drawn_in(root)
    assert len(found) == 103
    assert {code for code, groups in found.items() if len(groups) == 2} == set(CLOSE)
    assert all(group.find(f"{SVG}path") is not None for groups in found.values() for group in groups)
    boxed = {text.text for text in root.iter(f"{SVG}text") if text.get("class") == "map-inset"}
    assert boxed == set(OVERSEAS)
    left, top, width, height = map(float, (root.get("viewBox") or "").split())
    places = [
        frame.place(point)
        for frame in frames()
        if not frame.box
        for code in frame.departments
        for polygon in outlines().departments[code]
        for point in polygon[0]
    ]
    assert all(left <= x <= left + width and top <= y <= top + height for x, y in places)


@pytest.mark.parametrize("by", EVERY)
def test_no_meaning_is_in_a_colour_alone(connection: sqlite3.Connection, by: str) -> None:
    """What no centre serves is hatched; numbers, amounts and letters are written; the legend has all of them."""
    result = territory_map(connection, DAY, by=by)
    root, legend = element(result), tiles_legend(result)
    for tile in map_of(result).tiles:
        groups = drawn_in(root)[tile.department]
        hatched = {"hatch" in (path.get("fill") or "") for group in groups for path in group.iter(f"{SVG}path")}
        assert (True in hatched) == (not tile.centres)
    written = {text.text for text in root.iter(f"{SVG}text")}
    if by == "coverage":
        assert {"92 U", "2A U", "57"} <= written
    else:
        assert {tile.number for tile in map_of(result).tiles if tile.number} <= written
    assert len({entry.letter for entry in legend}) == len(legend)
    assert {tile.look for tile in map_of(result).tiles} == {entry.look for entry in legend}


def test_centres_beside_each_other_look_different_and_have_a_border(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, DAY, by="centre")
    tiles = {tile.department: tile for tile in map_of(result).tiles}
    for one, others in neighbours().items():
        for other in others:
            assert (tiles[one].look == tiles[other].look) == (tiles[one].group == tiles[other].group)
    assert len([path for path in element(result).iter(f"{SVG}path") if path.get("class") == "map-border"]) == 9


def test_the_map_of_a_part_shows_its_surroundings_only(connection: sqlite3.Connection) -> None:
    root = element(territory_map(connection, DAY, region="Corse"))
    width, height = map(float, (root.get("viewBox") or "").split()[2:])
    assert width < 120
    assert height < 160
    assert set(drawn_in(root)) == {"2A", "2B"}


def test_the_perimeter_of_a_centre_stands_out(connection: sqlite3.Connection) -> None:
    root = element(territory_map(connection, DAY, centre="oriv"))
    served = {code for code, groups in drawn_in(root).items() if "tile-served" in (groups[0].get("class") or "")}
    assert served == {"08", "10", "51", "52", "54", "55", "57", "67", "68", "88"}
    assert len([path for path in root.iter(f"{SVG}path") if path.get("class") == "map-served"]) == 1


@pytest.mark.parametrize("by", EVERY)
def test_the_drawing_is_named_and_described_and_its_ids_are_its_own(connection: sqlite3.Connection, by: str) -> None:
    result = territory_map(connection, DAY, by=by)
    one, two = (element(result, prefix) for prefix in ("one", "two"))
    ids = [{found.get("id") for found in root.iter() if found.get("id")} for root in (one, two)]
    assert not ids[0] & ids[1]
    assert (one.get("role"), one.get("aria-labelledby")) == ("img", "one-title one-desc")
    assert result.chart is not None
    assert one.findtext(f"{SVG}desc") == result.chart.description.text()


def test_the_credit_stands_beside_the_map(connection: sqlite3.Connection) -> None:
    beside = map_credit(territory_map(connection, DAY))
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in beside
    for words in ("Victor Cazanave", "MapSVG", "CC BY 4.0", "modified", "Natural Earth"):
        assert words in beside


def test_what_the_registry_holds_cannot_break_out_of_the_drawing(connection: sqlite3.Connection) -> None:
    nasty = '</title><script>alert("x")</script>&{{7*7}}[bold]🏙'
    for by in EVERY:
        result = territory_map(connection, DAY, by=by)
        for column in ("name", "centre_names"):
            root = element(with_cell(result, "93", column, nasty), 'a"b<')
            assert not list(root.iter(f"{SVG}script"))
            assert nasty in "".join(root.itertext())


def test_a_department_without_an_outline_is_not_drawn_and_breaks_nothing(connection: sqlite3.Connection) -> None:
    result = with_cell(territory_map(connection, DAY, by="centre"), "93", "department", "999")
    assert len(drawn_in(element(result))) == 102
    told = json.loads(render(result, Format.GEOJSON).encoded)
    assert [one["id"] for one in told["features"] if one["geometry"] is None] == ["999"]


# --- Files ---


@pytest.mark.parametrize("by", EVERY)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_file_says_what_it_is(connection: sqlite3.Connection, by: str, lang: str) -> None:
    language.activate(lang)
    result = territory_map(connection, DAY, by=by)
    drawn = svg_file(result)
    assert drawn == svg_file(result)
    root = ElementTree.fromstring(drawn)
    seen = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    told = {found.tag.rpartition("}")[2]: found.text or "" for found in root.iter() if "elements/1.1" in found.tag}
    assert told["date"] == DAY
    assert "Quartiers prioritaires de la politique de la ville" in told["source"]
    assert f"crpv map --as-of {DAY}" in told["provenance"]
    assert "--known 1" in told["provenance"]
    assert "Licence Ouverte" in told["rights"]
    for words in (told["title"], told["description"], told["rights"], "Victor Cazanave", "CC BY 4.0", f"--by {by}"):
        assert all(word.rstrip(".") in seen for word in words.split()) or words in told["provenance"]
    for entry in tiles_legend(result):
        assert entry.label in seen
    width, height = (float(root.get(name) or 0) for name in ("width", "height"))
    for text in root.findall(f"{SVG}text"):
        assert float(text.get("x") or -1) < width
        assert float(text.get("y") or -1) < height


def test_the_file_has_no_address_to_fetch_and_no_script(connection: sqlite3.Connection) -> None:
    drawn = svg_file(territory_map(connection, DAY))
    assert not re.search(r"<script|<image|@import|href=|url\((?!#)", drawn)


def test_the_picture_is_the_same_each_time(connection: sqlite3.Connection) -> None:
    result = territory_map(connection, DAY, by="centre")
    picture = png_file(result)
    assert picture.startswith(b"\x89PNG")
    assert picture == png_file(result)
    width = int.from_bytes(picture[16:20], "big")
    root = ElementTree.fromstring(svg_file(result))
    assert width == 2 * int(root.get("width") or 0)


@pytest.mark.parametrize("by", EVERY)
def test_geojson_has_the_rows_of_the_map(connection: sqlite3.Connection, by: str) -> None:
    language.activate("fr")
    result = territory_map(connection, DAY, by=by)
    told = json.loads(render(result, Format.GEOJSON).encoded)
    rows = json.loads(render(result, Format.JSON).encoded)["rows"]
    assert told["type"] == "FeatureCollection"
    assert [one["properties"] for one in told["features"]] == rows
    assert {one["geometry"]["type"] for one in told["features"]} == {"Polygon", "MultiPolygon"}
    assert (told["date"], told["load"], told["fictitious"]) == (DAY, 1, False)
    assert told["command"].startswith(f"crpv map --as-of {DAY}")
    assert told["outlines"]["license"].endswith("/by/4.0/")
    assert told["outlines"]["modified"] is True
    assert {source["id"] for source in told["sources"]} >= {"anct-qp-2024"}
    assert told["title"].isascii()
    points = [
        point
        for one in told["features"]
        for polygon in (
            [one["geometry"]["coordinates"]] if one["geometry"]["type"] == "Polygon" else one["geometry"]["coordinates"]
        )
        for ring in polygon
        for point in ring
    ]
    assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points)


@pytest.mark.parametrize("format_", [Format.SVG, Format.PNG, Format.GEOJSON])
def test_only_a_map_can_be_written_so(connection: sqlite3.Connection, format_: Format) -> None:
    with pytest.raises(UsageProblem) as refused:
        render(coverage(connection, DAY), format_)
    assert refused.value.advice is not None
    assert f"crpv map -o map{format_.extension}" in refused.value.advice.text()
    assert format_.value not in names()
    assert format_.value in names(maps=True)


def test_a_path_is_of_a_tenth_at_most() -> None:
    for frame in frames():
        for code in frame.departments:
            assert re.fullmatch(r"(M-?[\d.]+ -?[\d.]+l[-\d. ]+z)+", paths(code, frame))
            assert not re.search(r"\.\d\d", paths(code, frame))
