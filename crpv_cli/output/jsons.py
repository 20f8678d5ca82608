"""JSON and JSON Lines; keys and sentences never change with the reader's language."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crpv_cli.output.shelf.cells import for_json
from crpv_cli.result import Note, Result, Sheet

__all__ = ["json_text", "jsonl_text", "sheet_json"]


def _objects(result: Result) -> list[dict[str, object]]:
    return [
        {column.name: for_json(value, column) for value, column in zip(row, result.columns, strict=True)}
        for row in result.rows
    ]


def _notes(notes: Sequence[Note]) -> list[dict[str, object]]:
    return [{"code": note.code, "text": note.message.text("en"), **note.data} for note in notes]


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def json_text(result: Result) -> str:
    """An array of objects for a table; for a report, the envelope that ``docs/reference/formats.md`` lays down."""
    if not result.is_report:
        return _dump(_objects(result))
    return _dump(
        {
            "report": result.name,
            "parameters": dict(result.parameters),
            "totals": dict(result.totals),
            "rows": _objects(result),
            "notes": _notes(result.notes),
            "published": [dict(figure) for figure in result.published],
        }
    )


def jsonl_text(result: Result) -> str:
    """One object a line."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in _objects(result))


def sheet_json(sheet: Sheet) -> str:
    """One object: the facts, then an array per section, then the notes."""
    return _dump(
        {
            sheet.name: _objects(sheet.facts)[0],
            **{section.name: _objects(section) for section in sheet.sections},
            "notes": _notes(sheet.notes),
        }
    )
