"""The map of departments as GeoJSON (RFC 7946): their outlines, and the rows of the map as properties.

Keys, values and sentences never change with the reader's language. What the file must say of itself stands in foreign
members, which RFC 7946 allows and programs for maps pass over.
"""

from __future__ import annotations

import json

from crpv_cli.definitions.tableschema import LICENCE
from crpv_cli.output.jsons import notes_of, objects_of
from crpv_cli.output.shelf.about import cited, command_of
from crpv_cli.output.shelf.outlines import Ring, outlines
from crpv_cli.result import Origin, Result


def geojson_text(result: Result) -> str:
    """A feature for each department; one whose outline nobody has is without geometry.

    Args:
        result: what ``territory_map`` gives.
    """
    shapes, origin = outlines(), result.origin or Origin()
    head = {
        "type": "FeatureCollection",
        "title": (result.chart.title if result.chart else result.title).text("en"),
        "description": result.chart.description.text("en") if result.chart else None,
        "date": result.parameters["as_of"],
        "fictitious": result.fictitious,
        "parameters": dict(result.parameters),
        "sources": [
            {"id": one.id, "title": one.title, "published_on": one.date or None, "url": one.address or None}
            for one in cited([result])
        ],
        "load": origin.load,
        "loaded_at": origin.loaded_at,
        "command": command_of(result),
        "license": LICENCE,
        "outlines": {
            "attribution": list(shapes.attribution),
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "modified": True,
            "deviation": dict(shapes.deviation),
        },
        "notes": notes_of(result.notes),
    }
    features = [
        {
            "type": "Feature",
            "id": row["department"],
            "geometry": _geometry(str(row["department"])),
            "properties": row,
        }
        for row in objects_of(result)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    opening = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return f'{opening},\n "features": [\n{lines}\n]}}\n'


def _geometry(department: str) -> dict[str, object] | None:
    polygons = outlines().departments.get(department)
    if polygons is None:
        return None
    placed = [[_degrees(ring) for ring in polygon] for polygon in polygons]
    if len(placed) == 1:
        return {"type": "Polygon", "coordinates": placed[0]}
    return {"type": "MultiPolygon", "coordinates": placed}


def _degrees(ring: Ring) -> list[tuple[float, float]]:
    return [(x / 1000, y / 1000) for x, y in ring]
