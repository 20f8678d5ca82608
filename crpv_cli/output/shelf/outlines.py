"""The outlines of the departments (``data/map/outlines.json``): where they are on a drawing, and who lies beside whom.

They are degrees (WGS 84) in the file. A drawing has metropolitan France in Lambert's conic projection, as IGN's maps
have it, the departments around Paris a second time, larger, and each overseas department in a box of its own, at a
scale of its own. Places are rounded, so that every machine draws the same.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from crpv_cli.bundled import data_folder

Point = tuple[int, int]
"""Longitude and latitude, in thousandths of a degree."""
Ring = tuple[Point, ...]
Place = tuple[float, float]
"""Where something is on the drawing, from its upper left corner."""

WIDTH, HEIGHT = 660, 652
"""The size of the drawing, in its own units."""
CLOSE = ("75", "92", "93", "94")
"""The departments that are too small to be seen, and are drawn a second time."""
OVERSEAS = ("971", "972", "973", "974", "976", "978", "987")

_SCALE = 3330.0  # units of the drawing for one radius of the earth, hence 0.52 for a kilometre
_LEFT, _TOP = 336.0, 270.0  # where 3° E, 46.5° N is
_BOX, _GAP, _FOOT = 84, 9, 562
_CLOSE_BOX = (9.0, 9.0, 114.0)
_MARGIN, _NAME = 7, 15


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines by department, and what has to be said of them.

    A department is a list of polygons; a polygon has its outer ring first, then what is cut out of it; a ring ends
    where it starts.
    """

    departments: Mapping[str, tuple[tuple[Ring, ...], ...]]
    attribution: tuple[str, ...]
    deviation: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the drawing, with how a point of the earth is put into it.

    ``box`` is the one around it (x, y, width, height), None for metropolitan France.
    """

    departments: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    place: Callable[[Point], Place]


@cache
def outlines() -> Outlines:
    """Read the outlines."""
    told = json.loads((data_folder() / "map" / "outlines.json").read_text(encoding="utf-8"))
    return Outlines(
        {
            code: tuple(tuple(_ring(steps) for steps in polygon) for polygon in polygons)
            for code, polygons in told["departments"].items()
        },
        tuple(told["attribution"]),
        told["deviation"],
    )


def _ring(steps: str) -> Ring:
    numbers = list(map(int, steps.split()))
    x = y = 0
    return tuple((x := x + dx, y := y + dy) for dx, dy in zip(numbers[::2], numbers[1::2], strict=True))


@cache
def frames() -> tuple[Frame, ...]:
    """The parts of the drawing: metropolitan France, the departments around Paris, each overseas department."""
    shapes = outlines().departments
    mainland = tuple(code for code in shapes if code not in OVERSEAS)
    x, y, size = _CLOSE_BOX
    boxes = ((code, (_GAP + place * (_BOX + _GAP), _FOOT, _BOX, _BOX)) for place, code in enumerate(OVERSEAS))
    return (
        Frame(mainland, None, _lambert),
        Frame(CLOSE, (x, y, size, size), _fitted([shapes[code] for code in CLOSE], (x, y, size, size))),
        *(Frame((code,), box, _fitted([_main_islands(shapes[code])], box)) for code, box in boxes),
    )


def paths(code: str, frame: Frame) -> str:
    """The data of a ``path`` that draws a department in a part of the drawing."""
    polygons = outlines().departments[code]
    rings = (ring for polygon in (_main_islands(polygons) if frame.box else polygons) for ring in polygon)
    return "".join(f"{line(map(frame.place, ring[:-1]))}z" for ring in rings)


def line(places: Iterable[Place]) -> str:
    """The data of a ``path`` through places, in steps of tenths."""
    made: list[str] = []
    x = y = 0
    for place in places:
        to_x, to_y = round(place[0] * 10), round(place[1] * 10)
        if not made:
            made.append(f"M{to_x / 10:g} {to_y / 10:g}l")
        elif (to_x, to_y) != (x, y):
            made.append(f"{(to_x - x) / 10:g} {(to_y - y) / 10:g} ")
        x, y = to_x, to_y
    return "".join(made).rstrip(" l")


def borders(code_groups: Mapping[str, Hashable], frame: Frame) -> str:
    """The data of a ``path`` along the borders between departments of different groups, and the coast of all."""
    sides: dict[tuple[Point, Point], Hashable] = {}
    codes = [code for code in frame.departments if code in code_groups]
    for code in codes:
        sides.update(dict.fromkeys(_sides(code, bool(frame.box)), code_groups[code]))
    outside = object()
    kept = [
        (first, last)
        for (first, last), group in sides.items()
        if (other := sides.get((last, first), outside)) is outside or (other != group and first < last)
    ]
    return "".join(line(map(frame.place, chain)) for chain in _chains(kept))


def neighbours() -> Mapping[str, frozenset[str]]:
    """Which departments share a border."""
    return _neighbours()


def colours(groups: Mapping[str, Hashable]) -> dict[Hashable, int]:
    """A number from 0 for each group of departments, as few as can be found quickly, neighbours never the same.

    Args:
        groups: what each department belongs to; the order of the groups does not matter.
    """
    beside: dict[Hashable, set[Hashable]] = {group: set() for group in sorted(set(groups.values()), key=str)}
    for code, others in _neighbours().items():
        for other in others:
            if code in groups and other in groups and groups[code] != groups[other]:
                beside[groups[code]].add(groups[other])
    chosen: dict[Hashable, int] = {}
    used = [0] * (len(beside) + 1)
    for group in sorted(beside, key=lambda one: (-len(beside[one]), str(one))):
        taken = {chosen[other] for other in beside[group] if other in chosen}
        most = max(chosen.values(), default=-1)
        free = [number for number in range(most + 1) if number not in taken]
        # Those that are free are used alike, so that groups far apart are not all of the first colour.
        chosen[group] = min(free, key=lambda number: (used[number], number)) if free else most + 1
        used[chosen[group]] += 1
    return chosen


def middle(codes: Iterable[str], frame: Frame) -> tuple[Place, float]:
    """Where the name of departments that lie together stands, and what area there is for it.

    It stands in the middle of the department whose middle is nearest to that of all.
    """
    shapes = outlines().departments
    found = []
    for code in codes:
        polygons = _main_islands(shapes[code]) if frame.box else shapes[code]
        largest = max((tuple(map(frame.place, polygon[0])) for polygon in polygons), key=lambda ring: abs(_area(ring)))
        found.append((_centroid(largest), abs(_area(largest))))
    whole = sum(size for _, size in found) or 1.0
    x, y = (sum(place[axis] * size for place, size in found) / whole for axis in (0, 1))
    nearest = min(found, key=lambda one: (round(math.dist(one[0], (x, y)), 3), one[0]))[0]
    return (round(nearest[0], 1), round(nearest[1], 1)), whole


def together(codes: Sequence[str]) -> list[list[str]]:
    """Departments in lists of those that lie together."""
    left = list(codes)
    parts: list[list[str]] = []
    while left:
        part, waiting = [], [left[0]]
        while waiting:
            code = waiting.pop()
            if code in left:
                left.remove(code)
                part.append(code)
                waiting += sorted(_neighbours().get(code, frozenset()))
        parts.append(sorted(part))
    return parts


# --- Geometry ---


def _cone(latitude: float) -> float:
    return math.tan(math.pi / 4 + latitude / 2)


_FIRST, _SECOND = math.radians(44), math.radians(49)
_POWER = math.log(math.cos(_FIRST) / math.cos(_SECOND)) / math.log(_cone(_SECOND) / _cone(_FIRST))
_FACTOR = math.cos(_FIRST) * _cone(_FIRST) ** _POWER / _POWER
_ORIGIN = _FACTOR / _cone(math.radians(46.5)) ** _POWER


def _lambert(point: Point) -> Place:
    """Lambert's conic projection with the parallels of Lambert-93, on a sphere."""
    far = _FACTOR / _cone(math.radians(point[1] / 1000)) ** _POWER
    turn = _POWER * math.radians(point[0] / 1000 - 3)
    return _LEFT + _SCALE * far * math.sin(turn), _TOP - _SCALE * (_ORIGIN - far * math.cos(turn))


def _fitted(
    shapes: Sequence[Sequence[Sequence[Ring]]], box: tuple[float, float, float, float]
) -> Callable[[Point], Place]:
    """A plain projection that fills a box with shapes, with room for a name under them."""
    points = [point for polygons in shapes for polygon in polygons for ring in polygon for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2000))
    left, top, width, height = box
    room = (width - 2 * _MARGIN, height - 2 * _MARGIN - _NAME)
    scale = min(room[0] / ((east - west) * narrow), room[1] / (north - south))
    middle_x, middle_y = left + width / 2, top + _MARGIN + room[1] / 2

    def place(point: Point) -> Place:
        x, y = point[0] - (west + east) / 2, point[1] - (south + north) / 2
        return middle_x + x * narrow * scale, middle_y - y * scale

    return place


def _main_islands(polygons: tuple[tuple[Ring, ...], ...]) -> tuple[tuple[Ring, ...], ...]:
    """What is drawn of a department in a box: what lies within half a degree of its largest part.

    The islands of French Polynesia lie 2,000 km apart: on a drawing that has all of them none could be seen.
    """
    largest = max(polygons, key=lambda polygon: abs(_area(polygon[0])))[0]
    west, east = min(x for x, _ in largest) - 500, max(x for x, _ in largest) + 500
    south, north = min(y for _, y in largest) - 500, max(y for _, y in largest) + 500
    return tuple(
        polygon for polygon in polygons if west <= polygon[0][0][0] <= east and south <= polygon[0][0][1] <= north
    )


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return sum(a * d - c * b for (a, b), (c, d) in pairwise(ring)) / 2


def _centroid(ring: Sequence[Place]) -> Place:
    size = 6 * _area(ring) or 1.0
    x = sum((a + c) * (a * d - c * b) for (a, b), (c, d) in pairwise(ring)) / size
    y = sum((b + d) * (a * d - c * b) for (a, b), (c, d) in pairwise(ring)) / size
    return x, y


def _sides(code: str, boxed: bool = False) -> Iterator[tuple[Point, Point]]:
    polygons = outlines().departments[code]
    for polygon in _main_islands(polygons) if boxed else polygons:
        for ring in polygon:
            yield from pairwise(ring)


@cache
def _neighbours() -> Mapping[str, frozenset[str]]:
    owners: dict[tuple[Point, Point], str] = {}
    found: dict[str, set[str]] = defaultdict(set)
    for code in outlines().departments:
        for first, last in _sides(code):
            owners[first, last] = code
            if (other := owners.get((last, first))) is not None and other != code:
                found[code].add(other)
                found[other].add(code)
    return {code: frozenset(others) for code, others in found.items()}


def _chains(sides: Iterable[tuple[Point, Point]]) -> Iterator[list[Point]]:
    """Sides joined to lines as long as can be."""
    beside: dict[Point, list[Point]] = defaultdict(list)
    for first, last in sides:
        beside[first].append(last)
        beside[last].append(first)
    for others in beside.values():
        others.sort()
    # Ends first, so that a line is not begun in its middle.
    for start in sorted(beside, key=lambda point: (len(beside[point]) % 2 == 0, point)):
        while beside[start]:
            chain = [start]
            while beside[chain[-1]]:
                last = chain[-1]
                following = beside[last].pop(0)
                beside[following].remove(last)
                chain.append(following)
            yield chain
