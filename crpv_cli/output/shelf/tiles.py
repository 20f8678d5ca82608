"""The map of departments: what a tile says and where it is, wherever the map is drawn.

The result is that of ``reports/coverage/map.py``. The letter of a tile gives its state to those who see no colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crpv_cli import language
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.result import Result

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


@dataclass(frozen=True, slots=True)
class Tile:
    """A department on the map.

    ``column`` and ``row`` count from 0; ``letter`` and ``number`` are in the tile, ``number`` in at most five
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


@dataclass(frozen=True, slots=True)
class Map:
    """The tiles of a map, and how many columns and rows they take."""

    tiles: tuple[Tile, ...]

    @property
    def columns(self) -> int:
        """How many tiles it is wide; one at least."""
        return max((tile.column for tile in self.tiles), default=0) + 1

    @property
    def rows(self) -> int:
        """How many tiles it is high; one at least."""
        return max((tile.row for tile in self.tiles), default=0) + 1

    @property
    def overseas(self) -> tuple[int, int] | None:
        """The column and the row at which the overseas departments start, if there are any."""
        places = [(tile.column, tile.row) for tile in self.tiles if tile.overseas]
        return (min(column for column, _ in places), min(row for _, row in places)) if places else None


def map_of(result: Result) -> Map:
    """Return a map in the reader's language, cut to its tiles; departments without a place have none."""
    measure = result.parameters["measure"]
    tiles = [_tile(record, measure) for record in result.records() if record["column"] is not None]
    left = min((tile.column for tile in tiles), default=0)
    top = min((tile.row for tile in tiles), default=0)
    if any(tile.overseas and tile.row == top for tile in tiles):
        top -= 1  # a row for the word above them
    return Map(tuple(replace(tile, column=tile.column - left, row=tile.row - top) for tile in tiles))


def tiles_legend(result: Result) -> tuple[Legend, ...]:
    """Return the legend of a map, in the reader's language: the states that are on it."""
    found: dict[str, list[int]] = {}
    for record in result.records():
        found.setdefault(record["state"], []).append(record["value"] or 0)
    return tuple(
        Legend(state, *_words(state), len(found[state]), sum(found[state])) for state in _LEGEND if state in found
    )


def _words(state: str) -> tuple[str, str]:
    """The letter of a state and what it means."""
    letter, _, label = language.translate(_LEGEND[state]).partition(" ")
    return letter, label


def _tile(record: Mapping[str, Any], measure: str) -> Tile:
    state = record["state"]
    letter, label = _words(state)
    return Tile(
        record["department"],
        record["name"],
        record["column"] - 1,
        record["row"] - 1,
        record["block"] == "overseas",
        state,
        letter,
        _number(record, measure),
        bool(record["served"]),
        _title(record, label, measure),
    )


def _number(record: Mapping[str, Any], measure: str) -> str:
    """The number in a tile: inhabitants in thousands, and a sign where it is a minimum."""
    value = record["value"]
    if value is None:
        return UNKNOWN
    # Fewer than a thousand inhabitants are not none: they are given as they are.
    shown = f"{round(value / 1000)}k" if measure == "inhabitants" and value >= 1000 else str(value)
    return f"{AT_LEAST}{shown}" if record["quality"] == "minimum" and value else shown


def _title(record: Mapping[str, Any], label: str, measure: str) -> Message:
    value = record["value"]
    counted: Message | str = UNKNOWN if value is None else _counted(measure, value)
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
