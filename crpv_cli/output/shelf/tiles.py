"""The map of departments: what a department says and where its tile is, wherever the map is drawn.

The result is that of ``reports/coverage/map.py``. A letter gives the state of a department to those who see no colour,
a number its centre, an amount the State's support. Centres beside each other have different colours, of a few in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crpv_cli import language
from crpv_cli.language import N_, Euros, Message, msg, msgs
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.output.shelf.outlines import colours
from crpv_cli.result import Result
from crpv_cli.spelling import fold

_LEGEND = {
    # The first character is the letter of the state, in each language its own; the words after it say what it means.
    "covered": N_("C covered by one centre"),
    "several": N_("S covered by several centres"),
    "uncovered": N_("U uncovered"),
    "empty": N_("N no neighbourhood"),
    "unknown": N_("? not known"),
}
_ALONE = {
    "several": N_("+ served by several centres"),
    "uncovered": N_("! no centre"),
    "unknown": N_("? not known"),
}
"""The same of a map by centre or by funding."""
CENTRE_COLOURS = 5
"""How many colours there are for centres. Where more meet, a colour is beside itself: numbers and borders tell them
apart all the same."""
AT_LEAST = "≥"
"""What stands before a number that is a minimum."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A department on the map.

    ``column`` and ``row`` count from 0; ``letter`` and ``number`` are in the tile, ``number`` in at most five
    characters. ``look`` is what it is coloured by: its state, ``centre-N`` or ``grade-N``; ``group`` is what
    departments that belong together share. ``served`` says whether it is in the perimeter of the centre that the map
    was asked for.
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
    look: str
    group: str
    centres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """A line of the legend: what departments have in common, how many they are, and what they hold.

    ``look`` is that of their tiles; ``centre`` the id of the centre that it is about, if it is about one.
    """

    look: str
    letter: str
    label: str
    departments: int
    value: int
    centre: str = ""

    @property
    def css(self) -> str:
        """The class of the tiles that look so."""
        return f"tile-{self.look}"


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
    key = _Key.of(result)
    tiles = [_tile(record, key) for record in result.records() if record["column"] is not None]
    left = min((tile.column for tile in tiles), default=0)
    top = min((tile.row for tile in tiles), default=0)
    if any(tile.overseas and tile.row == top for tile in tiles):
        top -= 1  # a row for the word above them
    return Map(tuple(replace(tile, column=tile.column - left, row=tile.row - top) for tile in tiles))


def tiles_legend(result: Result) -> tuple[Legend, ...]:
    """Return the legend of a map, in the reader's language: what is on it."""
    key = _Key.of(result)
    found: dict[str, list[int]] = {}
    for record in result.records():
        for part in key.parts(record):
            found.setdefault(part, []).append(record["value"] or 0)
    return tuple(
        Legend(look, letter, label, len(found[part]), sum(found[part]), part if part in key.numbers else "")
        for part, look, letter, label in key.lines()
        if part in found
    )


@dataclass(frozen=True, slots=True)
class _Key:
    """What a map is drawn by, and how.

    ``numbers`` counts the centres of the map from 1, by id; ``names`` are what they are called, ``colours`` the numbers
    of their colours. They are empty unless the map is by centre.
    """

    by: str
    measure: str
    numbers: Mapping[str, int]
    names: Mapping[str, str]
    colours: Mapping[Any, int]
    grades: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, result: Result) -> _Key:
        by, measure = result.parameters["by"], result.parameters["measure"]
        if by != "centre":
            return cls(by, measure, {}, {}, {}, tuple(result.totals.get("grades", ())))
        names: dict[str, str] = {}
        alone: dict[str, str] = {}
        for record in result.records():
            names.update(zip(record["centres"], (record["centre_names"] or "").split(", "), strict=False))
            if len(record["centres"]) == 1:
                alone[record["department"]] = record["centres"][0]
        ordered = sorted(names, key=lambda id_: (fold(names[id_]), id_))
        return cls(by, measure, {id_: number for number, id_ in enumerate(ordered, 1)}, names, colours(alone), ())

    def look(self, record: Mapping[str, Any]) -> str:
        """What a department is coloured by."""
        if self.by == "coverage":
            return str(record["state"])
        if not record["centres"]:
            return "uncovered"
        if self.by == "funding":
            return f"grade-{record['grade']}" if record["grade"] else "unknown"
        return "several" if len(record["centres"]) > 1 else self._colour(record["centres"][0])

    def _colour(self, centre: str) -> str:
        return f"centre-{self.colours.get(centre, 0) % CENTRE_COLOURS + 1}"

    def group(self, record: Mapping[str, Any]) -> str:
        """What departments have in common that belong together: their centres, or their state."""
        return " ".join(record["centres"]) if self.by != "coverage" else str(record["state"])

    def parts(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """The lines of the legend that a department belongs to."""
        if self.by != "centre" or not record["centres"]:
            return (self.look(record),)
        return (*record["centres"], *(("several",) if len(record["centres"]) > 1 else ()))

    def lines(self) -> Iterator[tuple[str, str, str, str]]:
        """What may be in the legend: the part, its look, its letter and what it means."""
        if self.by == "coverage":
            yield from ((state, state, *_words(_LEGEND[state])) for state in _LEGEND)
            return
        yield from (
            (centre, self._colour(centre), str(number), self.names[centre]) for centre, number in self.numbers.items()
        )
        for grade in self.grades:
            low, below = Euros(round(grade["from"] * 100)), grade["below"]
            label = (
                msg("{low} or more", low=low)
                if below is None
                else msg("from {low} to less than {high}", low=low, high=Euros(round(below * 100)))
            )
            yield f"grade-{grade['grade']}", f"grade-{grade['grade']}", str(grade["grade"]), label.text()
        yield from ((state, state, *_words(words)) for state, words in _ALONE.items())

    def shown(self, record: Mapping[str, Any]) -> tuple[str, str]:
        """The letter and the number in a tile."""
        if self.by == "coverage":
            return _words(_LEGEND[record["state"]])[0], _number(record, self.measure)
        if not record["centres"]:
            return _words(_ALONE["uncovered"])[0], ""
        if self.by == "funding":
            support = record["support"]
            letter = str(record["grade"] or _words(_ALONE["unknown"])[0])
            return letter, UNKNOWN if support is None else _thousands(support)
        numbers = "+".join(str(self.numbers[centre]) for centre in record["centres"])
        return "", numbers if len(numbers) <= _MOST else f"{numbers[: _MOST - 1]}…"

    def title(self, record: Mapping[str, Any]) -> Message:
        """All that is said of a department, in a line."""
        if self.by == "coverage":
            return _title(record, _words(_LEGEND[record["state"]])[1], self.measure)
        values = {"code": record["department"], "name": record["name"]}
        if not record["centres"]:
            return msg("{code} {name}: no centre", **values)
        if self.by == "centre":
            return msg("{code} {name}: {centres}", **values, centres=record["centre_names"])
        support = record["support"]
        return msg(
            "{code} {name}: {centres}; State support: {support}",
            **values,
            centres=record["centre_names"],
            support=UNKNOWN if support is None else Euros(support),
        )


_MOST = 5


def _thousands(cents: int) -> str:
    """Euros in thousands, in at most five characters; fewer than a thousand are not none."""
    return f"{round(cents / 100_000)}k" if cents >= 100_000 else f"{cents // 100}"


def _words(line: str) -> tuple[str, str]:
    """The letter of a line of the legend and what it means."""
    letter, _, label = language.translate(line).partition(" ")
    return letter, label


def _tile(record: Mapping[str, Any], key: _Key) -> Tile:
    letter, number = key.shown(record)
    return Tile(
        record["department"],
        record["name"],
        record["column"] - 1,
        record["row"] - 1,
        record["block"] == "overseas",
        record["state"],
        letter,
        number,
        bool(record["served"]),
        key.title(record),
        key.look(record),
        key.group(record),
        record["centres"],
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
