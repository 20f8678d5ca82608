"""JSON and JSON Lines; keys and sentences never change with the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from math import isinf

from crpv_cli.definitions.columns import Column
from crpv_cli.output.shelf.cells import for_json
from crpv_cli.result import Dossier, Note, Result, Value


def objects_of(result: Result) -> list[dict[str, object]]:
    """The rows as JSON objects."""
    return [_object(result.columns, row) for row in result.rows]


def _object(columns: Sequence[Column], row: Sequence[Value]) -> dict[str, object]:
    return {column.name: _value(value, column) for value, column in zip(row, columns, strict=True)}


def _value(value: Value, column: Column) -> object:
    """JSON has no number that is infinite: it stands as the text that other programs write (Protocol Buffers)."""
    if isinstance(value, float) and isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return for_json(value, column)


def notes_of(notes: Sequence[Note]) -> list[dict[str, object]]:
    """The notes as JSON objects, in English."""
    return [
        {
            "code": note.code,
            "audience": "operator" if note.for_operator else "reader",
            "text": note.message.text("en"),
            **note.data,
        }
        for note in notes
    ]


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def json_text(shown: Result | Dossier) -> str:
    """An array of objects for a table; for a report, the envelope that ``docs/reference/formats.md`` describes.

    A dossier is one object: the facts, then an array per section, then the notes.
    """
    if isinstance(shown, Dossier):
        sections = {section.name: objects_of(section) for section in shown.sections}
        return _dump({shown.name: objects_of(shown.facts)[0], **sections, "notes": notes_of(shown.notes)})
    if not shown.is_report:
        return "".join(json_lines(shown.columns, shown.rows))
    return _dump(
        {
            "report": shown.name,
            "parameters": dict(shown.parameters),
            "totals": dict(shown.totals),
            "rows": objects_of(shown),
            "notes": notes_of(shown.notes),
            "published": [dict(figure) for figure in shown.published],
        }
    )


def json_lines(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Set an array of objects, an object at a time: as if it were set whole, to the byte."""
    before = "[\n"
    for row in rows:
        # An array of this one alone, without its brackets, is indented as in the array of all.
        yield before + json.dumps([_object(columns, row)], ensure_ascii=False, indent=2)[2:-2]
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def jsonl_text(result: Result) -> str:
    """One object a line."""
    return "".join(jsonl_lines(result.columns, result.rows))


def jsonl_lines(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Set the same a row at a time."""
    for row in rows:
        yield json.dumps(_object(columns, row), ensure_ascii=False) + "\n"
