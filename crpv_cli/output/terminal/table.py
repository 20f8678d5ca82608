"""Tables of text: they fit a terminal, or say what was shortened; in a pipe nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.output.shelf.layout import GAP, TableText, groups_of, lay_out
from crpv_cli.output.terminal.drawing import Pen, bar, in_words, series_of, sparkline
from crpv_cli.output.terminal.lines import BOLD, CYAN, DIM, FIGURE, PLAIN, Line, cut, wrapped
from crpv_cli.result import Result

_NARROWEST = 6
_CODES_A_LINE = 11  # four department codes
_WRAPPED_AT_MOST = 48
_HEAD_START = {0: 6, 1: 3}
# A bar shorter than that shows nothing, and a longer one nothing more.
_BAR_NARROWEST, _BAR_WIDEST = 6, 24
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Lost:
    """The headings of the columns that were shortened, and of those that were left out, to fit the terminal."""

    shortened: Sequence[str] = ()
    left_out: Sequence[str] = ()


def table_lines(result: Result, width: int | None, pen: Pen, lost: list[Lost]) -> Iterator[Line]:
    """Set the rows, and their long texts beneath them; ``lost`` gets what had to give way."""
    if not result.rows:
        yield [(language.text(language.N_("No rows.")), DIM)]
        return
    if width is None:
        table, bars = lay_out(result), {}
        widths, _ = fit(table, None)
    else:
        table, widths, gave_way = _fitted(result, width, pen)
        lost.append(gave_way)
        bars = _bars(result, table, width - sum(widths) - GAP * (len(widths) - 1), pen)
    every = [*widths, *(max(map(len, drawn)) for drawn in bars.values())]
    rule: Line = [("─" * (sum(every) + GAP * (len(every) - 1)), PLAIN)]
    yield from _row(table, table.headings, widths, bars, style=BOLD)
    yield rule
    for number, row in enumerate(table.rows):
        yield from _row(table, row, widths, bars, number)
    if table.footer:
        yield rule
        yield from _row(table, table.footer, widths, bars, style=FIGURE)
    for group in groups_of(result):
        yield from ([], [(group.title, BOLD)])
        for entry in group.entries:
            yield from wrapped(entry.head, width, " " * _INDENT, " " * 2 * _INDENT)
            for text in entry.lines:
                yield from wrapped(text, width, " " * 2 * _INDENT, " " * 3 * _INDENT)


def _row(
    table: TableText,
    cells: Sequence[str],
    widths: Sequence[int],
    bars: dict[int, list[str]],
    number: int | None = None,
    style: str = PLAIN,
) -> Iterator[Line]:
    """The lines of a row (of a heading or a total if it has no number), each cell on its side of its column."""
    columns: list[tuple[list[str], int, bool, str]] = []
    for place, (cell, column, room) in enumerate(zip(cells, table.columns, widths, strict=True)):
        # A text of several lines is worth them only while its words fit.
        several = number is None or (
            wraps(column, cell_len(cell)) and all(cell_len(word) <= room for word in _words(cell))
        )
        lines = _broken(cell, room) if several else [cell]
        dim = DIM if number is not None and cell == UNKNOWN else style
        columns.append(([cut(line, room) for line in lines], room, column.kind.numeric, dim))
        if place in bars:
            columns.append(
                ([bars[place][number] if number is not None else ""], max(map(len, bars[place])), False, CYAN)
            )
    gap = (" " * GAP, PLAIN)
    highest = max(len(lines) for lines, _, _, _ in columns)
    for level in range(highest):
        line: Line = []
        for lines, room, right, its_style in columns:
            # The last line of a heading stands over the first row.
            at = level if number is not None else level - highest + len(lines)
            part = lines[at] if 0 <= at < len(lines) else ""
            blank = " " * (room - cell_len(part))
            line += [gap, (blank + part if right else part + blank, its_style)]
        yield line[1:]


def _words(text: str) -> list[str]:
    """What is separated by blanks that a line may break at."""
    return re.split(r"[ \t\n]+", text.strip(" \t\n"))


def _broken(text: str, room: int) -> list[str]:
    """Break a text at blanks into lines of at most ``room`` columns; a longer word has a line of its own."""
    lines = [""]
    # The no-break spaces of a language hold words together.
    for word in re.findall(r"[ \t\n]*[^ \t\n]+", text):
        if lines[-1] and cell_len(lines[-1] + word) > room:
            lines.append(word.lstrip(" \t\n"))
        else:
            lines[-1] += word
    return lines


def _fitted(result: Result, width: int, pen: Pen) -> tuple[TableText, list[int], Lost]:
    """Choose the columns, and how series are drawn, that fit the terminal best; returns what had to give way.

    The words beside a drawn series give way first, then the columns that can be spared, then texts and headings.
    """
    headings = {column.name: language.translate(column.label) for column in result.columns}
    choices = list(_choices(result))
    left_out: list[str] = []
    for shown in choices:
        left_out = [headings[name] for name in choices[0] if name not in shown]
        sparable = [name in result.spare for name in shown]
        laid_out = lay_out(replace(result, screen=shown))
        series = any(column.kind is Kind.SERIES for column in laid_out.columns)
        for words in (True, False) if series else (False,):
            table = _drawn(laid_out, result, words, pen) if series else laid_out
            whole = natural(table)
            widths, shortened = fit(table, width)
            if words and sum(whole) + GAP * (len(whole) - 1) > width:
                continue
            headed = _longest_words(table.headings)
            needs = [
                need if spare else cell_len(word) for need, word, spare in zip(whole, headed, sparable, strict=True)
            ]
            narrowed = any(own < need for own, need in zip(widths, needs, strict=True))
            if not shortened and not narrowed:
                return table, widths, Lost((), left_out)
    return table, widths, Lost(shortened, left_out)


def fits(result: Result, width: int, pen: Pen) -> bool:
    """Whether a table of these rows fits without a text of it being shortened."""
    return not _fitted(result, width, pen)[2].shortened


def _choices(result: Result) -> Iterator[tuple[str, ...]]:
    """The columns that may be shown: all of them, then without one that can be spared after the other."""
    shown = result.screen or tuple(column.name for column in result.columns)
    yield shown
    for name in result.spare:
        if name in shown:
            shown = tuple(other for other in shown if other != name)
            yield shown


def _drawn(table: TableText, result: Result, words: bool, pen: Pen) -> TableText:
    """Draw the series of a table, each year of them in the same place."""
    rows = [list(row) for row in table.rows]
    for place, column in enumerate(table.columns):
        if column.kind is not Kind.SERIES:
            continue
        series = [series_of(row[result.places[column.name]]) for row in result.rows]
        years = sorted({point.year for points in series for point in points})
        for row, points in zip(rows, series, strict=True):
            if points:
                drawn = sparkline(points, years, pen)
                row[place] = f"{drawn} {in_words(points, pen)}" if words else drawn if drawn.strip() else UNKNOWN
    return replace(table, rows=rows)


def _bars(result: Result, table: TableText, room: int, pen: Pen) -> dict[int, list[str]]:
    """Draw the bars that have room, for each row, by the place of their column: those of the first columns first."""
    asked = [place for place, column in enumerate(table.columns) if column.bar]
    drawn = asked[: max(room // (_BAR_NARROWEST + GAP), 0)]
    bars: dict[int, list[str]] = {}
    for place in drawn:
        values = [row[result.places[table.columns[place].name]] for row in result.rows]
        largest = max((value for value in values if isinstance(value, int | float)), default=0)
        longest = min(room // len(drawn) - GAP, _BAR_WIDEST)
        lines = [bar(value, largest, longest, pen) for value in values]
        if any(lines):
            bars[place] = lines
    return bars


def wraps(column: Column, longest: int) -> bool:
    """Whether cells may take several lines: lists of codes and short texts, never numbers, codes or long texts."""
    worded = column.kind is Kind.TEXT or bool(column.choices)
    return column.kind is Kind.CODES or column.prose or (worded and longest <= _WRAPPED_AT_MOST)


def fit(table: TableText, width: int | None) -> tuple[list[int], list[str]]:
    """Return the widths of the columns, and the headings of those whose cells do not all fit in ``width``."""
    columns, headings, lines = table.columns, table.headings, table.lines
    contents = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    widths = [max(content, cell_len(heading)) for content, heading in zip(contents, headings, strict=True)]
    if width is None:
        return widths, []
    room = width - GAP * (len(columns) - 1)
    if sum(widths) > room:
        # Headings give way first: they can take several lines.
        widths = natural(table)
    wrapped = [wraps(column, content) for column, content in zip(columns, contents, strict=True)]
    words = [max(cell_len(word) for line in lines for word in _words(line[place])) for place in range(len(columns))]
    # First what wraps takes several lines, which loses nothing; then texts are cut.
    comfortable = [
        max(_CODES_A_LINE if column.kind is Kind.CODES else word, min(width_, cell_len(longest))) if wrap else width_
        for column, word, wrap, width_, longest in zip(
            columns, words, wrapped, widths, _longest_words(headings), strict=True
        )
    ]
    _shrink(widths, comfortable, room)
    whole = [column.kind.numeric or column.kind in {Kind.DATE, Kind.SERIES} for column in columns]
    lists = [column.kind is Kind.CODES for column in columns]
    for keep, narrowest in (([w or c for w, c in zip(whole, lists, strict=True)], _NARROWEST), (whole, 2)):
        least = [width_ if kept else min(width_, narrowest) for width_, kept in zip(widths, keep, strict=True)]
        _shrink(widths, least, room)
    _shrink(widths, [1] * len(widths), room)  # and figures last of all
    return widths, [
        headings[place]
        for place in range(len(columns))
        if widths[place] < (words[place] if wrapped[place] else contents[place])
    ]


def natural(table: TableText) -> list[int]:
    """Return the widths that hold every cell on one line, and every word of the headings."""
    return [
        max(cell_len(word), *(cell_len(line[place]) for line in table.lines))
        for place, word in enumerate(_longest_words(table.headings))
    ]


def _longest_words(headings: Sequence[str]) -> list[str]:
    return [max(heading.split(), key=cell_len) for heading in headings]


def _shrink(widths: list[int], least: Sequence[int], room: int) -> None:
    """Take from the widest column, one character at a time, until the row fits or nothing can be taken.

    The first columns say what a row is about: they give way later than others of their width.
    """
    while sum(widths) > room:
        loose = [place for place in range(len(widths)) if widths[place] > least[place]]
        if not loose:
            return
        widths[max(loose, key=lambda place: widths[place] - _HEAD_START.get(place, 0))] -= 1
