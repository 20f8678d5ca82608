"""The map of departments in text: a tile of two lines for each, readable without colour, and its legend beneath."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.definitions import choices
from crpv_cli.language import N_, Share, msg, msgs
from crpv_cli.output.shelf.tiles import AT_LEAST, Legend, Map, Tile, map_of, tiles_legend
from crpv_cli.output.terminal.lines import Line
from crpv_cli.result import Result

_INSIDE = 5  # a code of three signs, a mark, a letter; or a number
_STEP = _INSIDE + 1
_SERVED, _UNCOVERED = "*", "!"
"""Marks before the letter: without colour, what is not covered must catch the eye."""

# As in ``lines.py``.
_COLOURS = {
    "covered": "black on cyan",
    "several": "bright_white on blue",
    "uncovered": "black on yellow",
    "empty": "dim",
    "unknown": "dim",
    # Of a map by centre or by funding; numbers and amounts say the same.
    "centre-1": "black on bright_cyan",
    "centre-2": "black on bright_yellow",
    "centre-3": "black on green",
    "centre-4": "black on bright_magenta",
    "centre-5": "bright_white on blue",
    "grade-1": "black on bright_white",
    "grade-2": "black on bright_cyan",
    "grade-3": "black on cyan",
    "grade-4": "bright_white on blue",
    # The letter gives the state of a department of the centre asked for.
    "served": "bold bright_white on magenta",
}


def map_width(result: Result) -> int:
    """How many columns the drawing takes."""
    return _STEP * map_of(result).columns - 1


def map_lines(result: Result) -> Iterator[Line]:
    """Draw a map: the tiles, and the legend beneath. Colour comes on top: without it the drawing is the same."""
    drawn = map_of(result)
    yield from _drawing(drawn)
    yield []
    yield from _legend(result, drawn.tiles)


def _drawing(drawn: Map) -> Iterable[Line]:
    by_place = {(tile.column, tile.row): tile for tile in drawn.tiles}
    label_column, overseas_row = drawn.overseas or (0, 0)
    for row in range(drawn.rows):
        line = [by_place.get((column, row)) for column in range(drawn.columns)]
        yield _half(line, _head)
        numbers = _half(line, lambda tile: f"{tile.number:>{_INSIDE}}")
        yield _labelled(numbers, label_column * _STEP) if row == overseas_row - 1 else numbers


def _half(line: Sequence[Tile | None], text: Callable[[Tile], str]) -> Line:
    """The upper or the lower line of a row of tiles."""
    spans: Line = []
    for tile in line:
        if tile is None:
            spans.append((" " * _STEP, ""))
        else:
            spans += [(text(tile), _style(tile)), (" ", "")]
    return spans


def _head(tile: Tile) -> str:
    return f"{tile.department:<3}{_mark(tile.look, tile.letter, tile.served)}{tile.letter}".ljust(_INSIDE)


def _mark(look: str, letter: str, served: bool = False) -> str:
    if served:
        return _SERVED
    return _UNCOVERED if look == "uncovered" and letter != _UNCOVERED else " "


def _style(tile: Tile) -> str:
    return _COLOURS["served"] if tile.served else _COLOURS[tile.look]


def _labelled(spans: Line, start: int) -> Line:
    """A line with the word that stands above the overseas departments, where it is blank."""
    label = language.text(N_("Overseas"))
    blank = 0
    while blank < len(spans) and not spans[blank][0].strip():
        blank += 1
    if blank == len(spans):
        return [(f"{' ' * start}{label}", "")]
    room = sum(len(text) for text, _ in spans[:blank])
    return [(f"{' ' * start}{label}"[:room].ljust(room), ""), *spans[blank:]]


def _legend(result: Result, tiles: Sequence[Tile]) -> Iterable[Line]:
    if result.parameters["by"] == "coverage":
        yield from _states(result)
    else:
        yield from _entries(tiles_legend(result), _STEP * map_of(result).columns - 1)
    by, unit = result.parameters["by"], _UNITS[result.parameters["measure"]]
    signs = {
        AT_LEAST: (any(tile.number.startswith(AT_LEAST) for tile in tiles), msg("at least")),
        _SERVED: (
            any(tile.served for tile in tiles),
            msg("in the perimeter of {centre}", centre=_centre_name(result)),
        ),
        "k": (
            any(tile.number.endswith("k") for tile in tiles),
            msg("thousands of euros") if by == "funding" else msg("thousands of inhabitants"),
        ),
    }
    yield from (
        [(f" {sign}", _COLOURS["served"] if sign == _SERVED else ""), (f"  {said.text()}", "")]
        for sign, (used, said) in signs.items()
        if used
    )
    share = result.totals["share"]
    covered = msg(
        "Covered: {covered} of {total} {unit} ({share}).",
        covered=result.totals["covered"],
        total=result.totals["total"],
        unit=msg(unit),
        share="–" if share is None else Share(share),
    )
    yield [(covered.text(), "")]


def _states(result: Result) -> Iterable[Line]:
    """The legend of a map by coverage: how many departments are in each state, and what they hold."""
    states = tiles_legend(result)
    unit = _UNITS[result.parameters["measure"]]
    counts = [msgs("{count} department", "{count} departments", state.departments).text() for state in states]
    values = [language.number(state.value) for state in states]
    label_width, count_width, value_width = (
        max((len(text) for text in texts), default=0) for texts in ([state.label for state in states], counts, values)
    )
    for state, count, value in zip(states, counts, values, strict=True):
        held = f"  {value:>{value_width}} {language.translate(unit)}" if state.value else ""
        yield [
            (f"{_mark(state.look, state.letter)}{state.letter}", _COLOURS[state.look]),
            (f"  {state.label:<{label_width}}  {count:>{count_width}}{held}", ""),
        ]


def _entries(entries: Sequence[Legend], width: int) -> Iterable[Line]:
    """The legend of any other map, with how many departments: in columns where they are many."""
    letters = max((len(entry.letter) for entry in entries), default=0)
    texts = [f"  {entry.label} ({language.number(entry.departments)})" for entry in entries]
    room = max((letters + cell_len(text) for text in texts), default=0) + 2
    columns = max(min(width // room, 3), 1) if len(entries) > _FEW else 1
    rows = -(-len(entries) // columns)
    for row in range(rows):
        spans: Line = []
        for entry, text in list(zip(entries, texts, strict=True))[row::rows]:
            blank = " " * (room - letters - cell_len(text))
            spans += [(f"{entry.letter:>{letters}}", _COLOURS[entry.look]), (text + blank, "")]
        yield spans


_FEW = 6
_UNITS = {choice.code: choice.label for choice in choices.COVERED}


def _centre_name(result: Result) -> str:
    return next(
        (str(note.data["name"]) for note in result.notes if note.code == "served-departments"),
        result.parameters["centre"],
    )
