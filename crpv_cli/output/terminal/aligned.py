"""Tables in a pipe or a file: plain aligned text, of which nothing is cut. Rich is not needed for that."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.output.shelf.layout import GAP, Layout, alerts, facts_of, fit, lay_out, remaining, title_of, without_empty
from crpv_cli.output.shelf.texts import groups_of
from crpv_cli.result import Result, Sheet

__all__ = ["aligned_sheet", "aligned_table"]


def aligned_table(result: Result) -> str:
    """Set a result as text: what nobody should miss, the title, the rows, the notes."""
    return _text([*alerts(result.notes), result.title.text(), *_table(result), *_notes(remaining(result.notes))])


def aligned_sheet(sheet: Sheet) -> str:
    """Set a sheet as text: its facts, its sections, its notes."""
    facts = facts_of(sheet)
    widest = max(cell_len(label) for label, _ in facts) + GAP
    lines = [*alerts(sheet.notes), sheet.title.text(), *(_padded(label, widest) + value for label, value in facts)]
    for section in map(without_empty, sheet.on_screen):
        lines += ["", title_of(section), *_table(section), *(f"· {note}" for note in remaining(section.notes))]
    return _text([*lines, *_notes(remaining(sheet.notes))])


def _text(lines: list[str]) -> str:
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _notes(notes: list[str]) -> list[str]:
    return ["", *(f"· {note}" for note in notes)] if notes else []


def _table(result: Result) -> Iterator[str]:
    layout = lay_out(result)
    if not layout.rows:
        yield language.text(language.N_("No rows."))
        return
    widths, _ = fit(layout, None)
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    yield _line(layout, layout.headings, widths)
    yield rule
    for row in layout.rows:
        yield _line(layout, row, widths)
    if layout.footer:
        yield rule
        yield _line(layout, layout.footer, widths)
    for group in groups_of(result):
        yield from ("", group.title)
        for entry in group.entries:
            yield f"  {entry.head}"
            yield from (f"    {text}" for text in entry.lines)


def _line(layout: Layout, cells: list[str], widths: list[int]) -> str:
    return (" " * GAP).join(
        _padded(cell, width, right=column.kind.numeric)
        for cell, width, column in zip(cells, widths, layout.columns, strict=True)
    )


def _padded(text: str, width: int, right: bool = False) -> str:
    room = " " * (width - cell_len(text))
    return room + text if right else text + room
