"""Rows that repeat much of each other, or are too wide for a terminal.

What rows share stands once. Nothing is shortened: what is left is a table where all of it fits, and otherwise a row is
a paragraph of its labels and values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crpv_cli import language
from crpv_cli.language import N_
from crpv_cli.output.shelf.cells import UNKNOWN, people_rows
from crpv_cli.output.terminal.drawing import Pen
from crpv_cli.output.terminal.lines import BOLD, Line, wrapped
from crpv_cli.output.terminal.table import Lost, fits, table_lines
from crpv_cli.result import Result, Value

_APART = " · "


def card_lines(result: Result, width: int | None, pen: Pen, lost: list[Lost]) -> Iterator[Line]:
    """Set the rows in at most ``width`` columns, as a table if that can be; ``lost`` gets the columns left out."""
    if width is None or not result.rows:
        yield from table_lines(result, width, pen, lost)
        return
    if not result.shared:
        yield from _rows(result, width, pen, lost)
        return
    names = [column.name for column in result.shown]
    own = replace(result, screen=tuple(name for name in names if name not in result.shared))
    own = replace(own, screen=tuple(name for name in own.screen if own.known(name)) or own.screen)
    for shared, rows in _groups(result):
        (above,) = people_rows(result, [rows[0]], [result.column(name) for name in shared])
        label = _labelled(result, shared, above)
        yield []
        yield from wrapped(label or language.text(N_("Not known")), width, style=BOLD)
        if all(row[result.places[name]] is None for row in rows for name in own.screen[1:]):
            # Of rows of which nothing is known but what they are.
            cells = people_rows(own, rows, own.shown[:1])
            yield from wrapped(", ".join(cell for (cell,) in cells), width, "  ", "  ")
        else:
            yield from _rows(replace(own, rows=tuple(rows)), width, pen, lost)


def _groups(result: Result) -> list[tuple[list[str], list[tuple[Value, ...]]]]:
    """The rows that share their values of the shared columns, in the order of the first of each; which are known."""
    places = [result.places[name] for name in result.shared]
    groups: dict[tuple[Value, ...], list[tuple[Value, ...]]] = {}
    for row in result.rows:
        groups.setdefault(tuple(row[place] for place in places), []).append(row)
    return [
        ([name for name, value in zip(result.shared, values, strict=True) if value is not None], rows)
        for values, rows in groups.items()
    ]


def _rows(result: Result, width: int, pen: Pen, lost: list[Lost]) -> Iterator[Line]:
    """A table, or a paragraph for each row."""
    if fits(result, width, pen):
        yield from table_lines(result, width, pen, lost)
        return
    columns = result.shown
    for cells in people_rows(result, result.rows, columns):
        title = _labelled(result, [columns[0].name], cells[:1]) if columns[0].kind.numeric else cells[0]
        yield from wrapped(title, width, "  ", "  ", BOLD)
        others = [column.name for column in columns[1:]]
        yield from wrapped(_labelled(result, others, cells[1:]), width, "    ", "    ")


def _labelled(result: Result, names: Sequence[str], cells: Sequence[str]) -> str:
    """What is known, each value after its label."""
    template = N_("{label}: {text}")
    return _APART.join(
        language.text(template, label=language.translate(result.column(name).label), text=" ".join(cell.split()))
        for name, cell in zip(names, cells, strict=True)
        if cell != UNKNOWN
    )
