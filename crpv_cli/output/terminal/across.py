"""Rows of one subject side by side, where a line for each row is too much for a terminal (``Result.across``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.shelf.cells import UNKNOWN, to_read
from crpv_cli.output.shelf.layout import GAP, lay_out
from crpv_cli.output.terminal.drawing import Pen, series_of, sparkline
from crpv_cli.output.terminal.lines import DIM, Line
from crpv_cli.output.terminal.table import natural, table_lines
from crpv_cli.result import Across, Result, Value


def across_lines(result: Result, width: int, pen: Pen) -> Iterator[Line]:
    """Set a line for each subject, with a column for each choice; cells do without what there is no room for."""
    assert result.across is not None
    names = list(result.across.cells)
    table = _side_by_side(result, result.across, names, pen)
    for name in result.across.spare:
        text = lay_out(table)
        if sum(natural(text)) + GAP * (len(text.columns) - 1) <= width:
            break
        names.remove(name)
        table = _side_by_side(result, result.across, names, pen)
    yield from table_lines(table, width, pen, [])
    yield from ([], [(msg("A line for each, with all there is to say: {option}", option="--full").text(), DIM)])


def _side_by_side(result: Result, across: Across, names: Sequence[str], pen: Pen) -> Result:
    """A result with a row for each subject, and a column of text for each choice."""
    by = result.column(across.by)
    places = [result.places[name] for name in (across.subject, across.by)]
    parts = {number: [_part(row, result, name, pen) for name in names] for number, row in enumerate(result.rows)}
    widest = [max(cell_len(part[place]) for part in parts.values()) for place in range(len(names))]
    subjects: dict[Value, dict[Value, str]] = {}
    for number, row in enumerate(result.rows):
        subject, choice = (row[place] for place in places)
        subjects.setdefault(subject, {})[choice] = _cell(parts[number], widest)
    found = dict.fromkeys(choice for cells in subjects.values() for choice in cells)
    common = _common(result, names)
    columns = [Column(f"{by.name}-{choice}", to_read(choice, by) + common, Kind.TEXT, prose=False) for choice in found]
    return replace(
        result,
        columns=(result.column(across.subject), *columns),
        rows=tuple((subject, *(cells.get(choice) for choice in found)) for subject, cells in subjects.items()),
        screen=(),
        spare=(),
        texts=None,
        total_row=None,
        across=None,
    )


def _common(result: Result, names: Sequence[str]) -> str:
    """What every known value of these columns is within, for the headings; nothing where that differs."""
    bounds = {
        to_read(row[result.places[column.within]], result.column(column.within))
        for column in map(result.column, names)
        if column.within
        for row in result.rows
        if row[result.places[column.name]] is not None
    }
    return f" ({bounds.pop()})" if len(bounds) == 1 else ""


def _part(row: tuple[Value, ...], result: Result, name: str, pen: Pen) -> str:
    """What a cell says of one column: a series is drawn, and a flag is named where it is set."""
    column, value = result.column(name), row[result.places[name]]
    if column.kind is Kind.FLAG:
        return language.translate(column.label) if value else ""
    if column.kind is Kind.SERIES:
        years = sorted({point.year for other in result.rows for point in series_of(other[result.places[name]])})
        return sparkline(series_of(value), years, pen)
    cell = to_read(value, column)
    if column.within and cell != UNKNOWN and not _common(result, [name]):
        cell += f" ({to_read(row[result.places[column.within]], result.column(column.within))})"
    return cell


def _cell(parts: Sequence[str], widest: Sequence[int]) -> str:
    """The parts at the same place in each cell; a lone dash where nothing is known."""
    if all(part.strip() in {"", UNKNOWN} for part in parts):
        return UNKNOWN
    said = [parts[0], *("" if part == UNKNOWN else part for part in parts[1:])]
    padded = (part + " " * (width - cell_len(part)) for part, width in zip(said, widest, strict=True) if width)
    return (" " * (GAP - 1)).join(padded).rstrip()
