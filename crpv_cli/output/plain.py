"""Markdown, set by tabulate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tabulate import tabulate

from crpv_cli import language
from crpv_cli.output.cells import UNKNOWN, people_rows, to_read
from crpv_cli.output.texts import groups_of
from crpv_cli.result import Note, Result, Sheet

__all__ = ["markdown_text", "sheet_markdown"]

_MARKS = re.compile(r"([\\`*_\[\]|~])")


def escape(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line of a table."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", plain).replace("\n", "<br>")


def markdown_text(result: Result) -> str:
    """A heading, the table, and the notes as a list; every column that a terminal shows."""
    return f"## {escape(result.title.text())}\n\n" + _alert(result.notes) + _table(result) + _notes(result.notes)


def sheet_markdown(sheet: Sheet) -> str:
    """A heading, the facts as a list, a table per section, the notes."""
    parts = [f"# {escape(sheet.title.text())}\n\n", _alert(sheet.notes)]
    for value, column in zip(sheet.facts.rows[0], sheet.facts.columns, strict=True):
        shown = to_read(value, column)
        if shown != UNKNOWN:
            parts.append(f"- **{escape(language.translate(column.label))}**: {escape(shown)}\n")
    for section in sheet.sections:
        parts.append(f"\n## {escape(section.title.text())}\n\n{_table(section)}")
    return "".join(parts) + _notes(sheet.notes)


def _table(result: Result) -> str:
    by_name = {column.name: column for column in result.columns}
    columns = [by_name[name] for name in result.screen] if result.screen else list(result.columns)
    rows = people_rows(result, result.rows, columns)
    if result.total_row:
        (footer,) = people_rows(result, [result.total_row], columns)
        footer = ["" if cell == UNKNOWN else cell for cell in footer]
        footer[0] = footer[0] or language.text(language.N_("Total"))
        rows.append(footer)
    if not rows:
        return language.text(language.N_("No rows.")) + "\n"
    table = (
        tabulate(
            [[escape(cell) for cell in row] for row in rows],
            [escape(language.translate(column.label)) for column in columns],
            tablefmt="pipe",
            # tabulate would rewrite 1e5 and 1234567.8, and align codes as numbers.
            disable_numparse=True,
            colalign=["right" if column.kind.numeric else "left" for column in columns],
        )
        + "\n"
    )
    return table + "".join(_texts(result))


def _texts(result: Result) -> Iterator[str]:
    """The long texts of the rows, as lists under a heading for those that share one."""
    for group in groups_of(result):
        yield f"\n### {escape(group.title)}\n\n"
        for entry in group.entries:
            yield f"- **{escape(entry.head)}**\n" + "".join(f"  - {escape(text)}\n" for text in entry.lines)


def _alert(notes: Sequence[Note]) -> str:
    alerts = [note.message.text() for note in notes if "fictitious" in note.code]
    return "".join(f"**{escape(alert)}**\n\n" for alert in alerts)


def _notes(notes: Sequence[Note]) -> str:
    others = [note.message.text() for note in notes if "fictitious" not in note.code]
    return "\n" + "".join(f"- {escape(other)}\n" for other in others) if others else ""
