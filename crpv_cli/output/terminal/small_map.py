"""A map of departments as small as can be: one sign for each, by how it is covered, readable without colour."""

from __future__ import annotations

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.output.shelf.cells import to_read
from crpv_cli.output.shelf.tiles import map_of
from crpv_cli.output.terminal.drawing import Pen
from crpv_cli.output.terminal.lines import Line
from crpv_cli.result import Result

# As in ``lines.py``.
_COLOURS = {"covered": "cyan", "several": "bright_blue", "uncovered": "bold yellow", "empty": "dim", "unknown": "dim"}
_STEP = 2


def small_map(result: Result, pen: Pen) -> list[Line]:
    """Draw a map of ``reports/coverage/map.py``, and say beneath of how many departments each sign is.

    The departments that are not covered are named, where that takes no more than a line.
    """
    drawn = map_of(result)
    signs = dict(zip(_COLOURS, pen.tiles, strict=True))
    by_place = {(tile.column, tile.row): tile for tile in drawn.tiles}
    lines: list[Line] = []
    for row in range(drawn.rows):
        tiles = (by_place.get((column, row)) for column in range(drawn.columns))
        line = [
            (" " * _STEP, "") if tile is None else (f"{signs[tile.state]} ", _COLOURS[tile.state]) for tile in tiles
        ]
        if lines or any(text.strip() for text, _ in line):
            lines.append(line)
    counts = {state: of["departments"] for state, of in result.totals["states"].items() if of["departments"]}
    widest = max((cell_len(language.number(count)) for count in counts.values()), default=0)
    indent = " " * (widest + _STEP + 1)
    for state in (state for state in _COLOURS if state in counts):
        said = f" {language.number(counts[state]):>{widest}} {to_read(state, result.column('state'))}"
        lines.append([(signs[state], _COLOURS[state]), (said, "")])
        named = indent + " ".join(tile.department for tile in drawn.tiles if tile.state == state)
        if state == "uncovered" and cell_len(named) <= _STEP * drawn.columns:
            lines.append([(named, "dim")])
    return lines
