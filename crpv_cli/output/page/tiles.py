"""The map of departments as a drawing for a page, and what a tile says wherever it is drawn.

The result is that of ``reports/map.py``. Colours are the page's: a tile has classes and nothing else, and its letter
tells its state to those who see no colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from crpv_cli import language
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.result import Result, Value

__all__ = ["AT_LEAST", "TILES_CSS", "Legend", "Tile", "tiles_legend", "tiles_of", "tiles_svg"]

_LEGEND = {
    # The first character is the letter of the state, in each language its own; the words after it say what it means.
    "covered": N_("C covered by one centre"),
    "several": N_("S covered by several centres"),
    "uncovered": N_("U uncovered"),
    "empty": N_("N no neighbourhood"),
    "unknown": N_("? not known"),
}
AT_LEAST = "≥"
"""What stands before a number that is a minimum."""

_TILE, _GAP, _MARGIN = 44, 3, 2
_STEP = _TILE + _GAP


@dataclass(frozen=True, slots=True)
class Tile:
    """A department on the map.

    ``column`` and ``row`` count from 0; ``letter`` and ``number`` stand in the tile, ``number`` in at most five
    characters. ``served`` says whether it is in the perimeter of the centre that the map was asked for.
    """

    department: str
    name: str
    column: int
    row: int
    overseas: bool
    state: str
    letter: str
    number: str
    served: bool
    title: Message


@dataclass(frozen=True, slots=True)
class Legend:
    """A line of the legend: a state that is on the map, how many departments are in it, and what they hold."""

    state: str
    letter: str
    label: str
    departments: int
    value: int

    @property
    def css(self) -> str:
        """The class of the tiles in this state."""
        return f"tile-{self.state}"


def tiles_of(result: Result) -> tuple[Tile, ...]:
    """Return the tiles of a map, in the reader's language; departments without a place have none."""
    measure = str(result.parameters["measure"])
    return tuple(_tile(record, measure) for record in _records(result) if record["column"] is not None)


def tiles_legend(result: Result) -> tuple[Legend, ...]:
    """Return the legend of a map, in the reader's language: the states that are on it."""
    found: dict[str, list[int]] = {}
    for record in _records(result):
        value = record["value"]
        found.setdefault(str(record["state"]), []).append(value if isinstance(value, int) else 0)
    return tuple(
        Legend(state, *_words(state), len(found[state]), sum(found[state])) for state in _LEGEND if state in found
    )


def tiles_svg(result: Result, prefix: str = "map") -> str:
    """Draw a map as an ``svg`` element to stand in a page, with the colours of ``TILES_CSS`` or of the page's own.

    Args:
        result: what ``territory_map`` gives.
        prefix: what the ids in it start with; another one for each map of a page.

    Returns:
        The element, the same bytes for the same map and language. Each tile is a ``g`` of the classes ``tile`` and
        ``tile-STATE``, and ``tile-served`` if it is in the perimeter asked for.
    """
    tiles = tiles_of(result)
    columns = max((tile.column for tile in tiles), default=0) + 1
    rows = max((tile.row for tile in tiles), default=0) + 1
    width, height = (_STEP * count - _GAP + 2 * _MARGIN for count in (columns, rows))
    chart = result.chart
    title = (chart.title if chart else result.title).text()
    description = chart.description.text() if chart else ""
    prefix = escape(prefix)
    return "\n".join(
        [
            f'<svg class="tiles" role="img" aria-labelledby="{prefix}-title {prefix}-desc" '
            f'viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">',
            f'<title id="{prefix}-title">{escape(title)}</title>',
            f'<desc id="{prefix}-desc">{escape(description)}</desc>',
            *_overseas_label(tiles),
            *(_drawn(tile) for tile in tiles),
            "</svg>",
            "",
        ]
    )


def _records(result: Result) -> Iterable[dict[str, Value]]:
    names = [column.name for column in result.columns]
    return (dict(zip(names, row, strict=True)) for row in result.rows)


def _words(state: str) -> tuple[str, str]:
    """The letter of a state and what it means."""
    letter, _, label = language.translate(_LEGEND[state]).partition(" ")
    return letter, label


def _tile(record: Mapping[str, Value], measure: str) -> Tile:
    state = str(record["state"])
    letter, label = _words(state)
    column, row = record["column"], record["row"]
    assert isinstance(column, int)
    assert isinstance(row, int)
    return Tile(
        str(record["department"]),
        str(record["name"]),
        column - 1,
        row - 1,
        record["block"] == "overseas",
        state,
        letter,
        _number(record, measure),
        bool(record["served"]),
        _title(record, label, measure),
    )


def _number(record: Mapping[str, Value], measure: str) -> str:
    """The number in a tile: inhabitants in thousands, and a sign where it is a minimum."""
    value = record["value"]
    if not isinstance(value, int):
        return UNKNOWN
    # Fewer than a thousand inhabitants are not none: they are given as they are.
    shown = f"{round(value / 1000)}k" if measure == "inhabitants" and value >= 1000 else str(value)
    return f"{AT_LEAST}{shown}" if record["quality"] == "minimum" and value else shown


def _title(record: Mapping[str, Value], label: str, measure: str) -> Message:
    value = record["value"]
    counted: Message | str = _counted(measure, value) if isinstance(value, int) else UNKNOWN
    if record["quality"] == "minimum":
        counted = msg("at least {counted}", counted=counted)
    values = {"code": record["department"], "name": record["name"], "state": label, "counted": counted}
    if record["centre_names"]:
        return msg("{code} {name}: {state}; {counted}; {centres}", **values, centres=record["centre_names"])
    return msg("{code} {name}: {state}; {counted}", **values)


def _counted(measure: str, value: int) -> Message:
    match measure:
        case "neighbourhoods":
            return msgs("{count} neighbourhood", "{count} neighbourhoods", value)
        case "contracts":
            return msgs("{count} contract", "{count} contracts", value)
        case "inhabitants":
            return msgs("{count} inhabitant", "{count} inhabitants", value)
        case _:
            return msgs("{count} department", "{count} departments", value)


def _place(tile: Tile) -> tuple[int, int]:
    return _MARGIN + tile.column * _STEP, _MARGIN + tile.row * _STEP


def _drawn(tile: Tile) -> str:
    x, y = _place(tile)
    classes = f"tile tile-{tile.state}" + (" tile-served" if tile.served else "")
    return (
        f'<g class="{classes}"><title>{escape(tile.title.text())}</title>'
        f'<rect x="{x}" y="{y}" width="{_TILE}" height="{_TILE}" rx="3"/>'
        f'<text class="tile-code" x="{x + 3}" y="{y + 16}">{escape(tile.department)}</text>'
        f'<text class="tile-letter" x="{x + _TILE - 3}" y="{y + 16}">{escape(tile.letter)}</text>'
        f'<text class="tile-number" x="{x + _TILE // 2}" y="{y + 36}">{escape(tile.number)}</text></g>'
    )


def _overseas_label(tiles: Iterable[Tile]) -> Iterable[str]:
    overseas = [tile for tile in tiles if tile.overseas]
    if overseas:
        x, y = min(_place(tile)[0] for tile in overseas), min(_place(tile)[1] for tile in overseas)
        label = escape(language.text(N_("Overseas")))
        yield f'<text class="tiles-label" x="{x}" y="{y - 8}">{label}</text>'


TILES_CSS = """\
.tiles { display: block; width: 100%; max-width: 40rem; height: auto; font-family: system-ui, sans-serif; }
.tiles rect { stroke: none; }
.tiles text { font-size: 13px; fill: #1a1a1a; }
.tiles .tile-code { font-weight: 700; }
.tiles .tile-letter { text-anchor: end; }
.tiles .tile-number { font-size: 16px; text-anchor: middle; font-variant-numeric: tabular-nums; }
.tiles .tiles-label { font-size: 14px; fill: #3f3f3f; }
.tiles .tile-covered rect { fill: #bfdcf2; }
.tiles .tile-several rect { fill: #12507b; }
.tiles .tile-several text { fill: #ffffff; }
.tiles .tile-uncovered rect { fill: #f5b25a; }
.tiles .tile-empty rect { fill: #ececec; }
.tiles .tile-empty text { fill: #4a4a4a; }
.tiles .tile-unknown rect { fill: #ffffff; stroke: #767676; stroke-dasharray: 3 2; }
.tiles .tile-unknown text { fill: #4a4a4a; }
.tiles .tile-served rect { stroke: #1a1a1a; stroke-width: 3; }
@media screen and (prefers-color-scheme: dark) {
  .tiles .tiles-label { fill: #c9ced4; }
  .tiles .tile-covered rect { fill: #1f5d88; }
  .tiles .tile-covered text { fill: #ffffff; }
  .tiles .tile-several rect { fill: #bfe0f7; }
  .tiles .tile-several text { fill: #10202c; }
  .tiles .tile-uncovered rect { fill: #e9a13b; }
  .tiles .tile-empty rect { fill: #2c3137; }
  .tiles .tile-empty text { fill: #c9ced4; }
  .tiles .tile-unknown rect { fill: #14171a; stroke: #8b949e; }
  .tiles .tile-unknown text { fill: #c9ced4; }
  .tiles .tile-served rect { stroke: #ffffff; }
}
"""
"""The colours of a map: dark on light for a page and for paper, light on dark where the reader's screen asks for it."""
