"""JSON and JSON Lines; keys and sentences never change with the reader's language."""

from __future__ import annotations

import json
from collections.abc import Sequence

from crpv_cli.output.shelf.cells import for_json
from crpv_cli.result import Dossier, Note, Result


def _objects(result: Result) -> list[dict[str, object]]:
    return [
        {column.name: for_json(value, column) for value, column in zip(row, result.columns, strict=True)}
        for row in result.rows
    ]


def _notes(notes: Sequence[Note]) -> list[dict[str, object]]:
    return [{"code": note.code, "text": note.message.text("en"), **note.data} for note in notes]


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def json_text(shown: Result | Dossier) -> str:
    """An array of objects for a table; for a report, the envelope that ``docs/reference/formats.md`` describes.

    A dossier is one object: the facts, then an array per section, then the notes.
    """
    if isinstance(shown, Dossier):
        sections = {section.name: _objects(section) for section in shown.sections}
        return _dump({shown.name: _objects(shown.facts)[0], **sections, "notes": _notes(shown.notes)})
    if not shown.is_report:
        return _dump(_objects(shown))
    return _dump(
        {
            "report": shown.name,
            "parameters": dict(shown.parameters),
            "totals": dict(shown.totals),
            "rows": _objects(shown),
            "notes": _notes(shown.notes),
            "published": [dict(figure) for figure in shown.published],
        }
    )


def jsonl_text(result: Result) -> str:
    """One object a line."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in _objects(result))
