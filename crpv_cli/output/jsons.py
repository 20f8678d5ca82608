"""JSON and JSON Lines; keys and sentences never change with the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from math import isinf

from crpv_cli.definitions.columns import Column
from crpv_cli.output.shelf.cells import for_json
from crpv_cli.result import Dossier, Note, Result, Value


def _objects(result: Result) -> list[dict[str, object]]:
    return [_object(result.columns, row) for row in result.rows]


def _object(columns: Sequence[Column], row: Sequence[Value]) -> dict[str, object]:
    return {column.name: _value(value, column) for value, column in zip(row, columns, strict=True)}


def _value(value: Value, column: Column) -> object:
    """JSON has no number that is infinite: it stands as the text that other programs write (Protocol Buffers)."""
    if isinstance(value, float) and isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return for_json(value, column)


def _notes(notes: Sequence[Note]) -> list[dict[str, object]]:
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
        sections = {section.name: _objects(section) for section in shown.sections}
        return _dump({shown.name: _objects(shown.facts)[0], **sections, "notes": _notes(shown.notes)})
    if not shown.is_report:
        return "".join(json_lines(shown.columns, shown.rows))
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
