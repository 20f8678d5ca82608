"""The map of departments as a drawing for a page.

Colours are the page's (``drawings/tiles.css``): a tile has classes and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from crpv_cli import language
from crpv_cli.language import N_
from crpv_cli.output.shelf.tiles import Map, Tile, map_of
from crpv_cli.result import Result

_TILE, _GAP, _MARGIN = 44, 3, 2
_STEP = _TILE + _GAP


def tiles_svg(result: Result, prefix: str = "map") -> str:
    """Draw a map as an ``svg`` element of a page, with the colours of ``drawings/tiles.css``.

    Args:
        result: what ``territory_map`` gives.
        prefix: what the ids in it start with; another one for each map of a page.

    Returns:
        The element, the same bytes for the same map and language. Each tile is a ``g`` of the classes ``tile`` and
        ``tile-STATE``, and ``tile-served`` if it is in the perimeter asked for.
    """
    drawn = map_of(result)
    width, height = (_STEP * count - _GAP + 2 * _MARGIN for count in (drawn.columns, drawn.rows))
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
            *_overseas_label(drawn),
            *(_drawn(tile) for tile in drawn.tiles),
            "</svg>",
            "",
        ]
    )


def _place(column: int, row: int) -> tuple[int, int]:
    return _MARGIN + column * _STEP, _MARGIN + row * _STEP


def _drawn(tile: Tile) -> str:
    x, y = _place(tile.column, tile.row)
    classes = f"tile tile-{tile.state}" + (" tile-served" if tile.served else "")
    return (
        f'<g class="{classes}"><title>{escape(tile.title.text())}</title>'
        f'<rect x="{x}" y="{y}" width="{_TILE}" height="{_TILE}" rx="3"/>'
        f'<text class="tile-code" x="{x + 3}" y="{y + 16}">{escape(tile.department)}</text>'
        f'<text class="tile-letter" x="{x + _TILE - 3}" y="{y + 16}">{escape(tile.letter)}</text>'
        f'<text class="tile-number" x="{x + _TILE // 2}" y="{y + 36}">{escape(tile.number)}</text></g>'
    )


def _overseas_label(drawn: Map) -> Iterable[str]:
    if drawn.overseas:
        x, y = _place(*drawn.overseas)
        label = escape(language.text(N_("Overseas")))
        yield f'<text class="tiles-label" x="{x}" y="{y - 8}">{label}</text>'
