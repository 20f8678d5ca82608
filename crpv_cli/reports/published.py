"""What institutions said, set beside what is computed and never mixed with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from crpv_cli.language import Day, Message, Share, msg
from crpv_cli.registry.queries import read
from crpv_cli.result import Note

Figure = dict[str, Any]


def published_figures(connection: sqlite3.Connection, measures: tuple[str, ...], as_of: str) -> tuple[Figure, ...]:
    """Return, for each measure, the figure of the latest date up to ``as_of``, where there is one.

    Each is ``{"id", "measure", "value", "unit", "as_of", "source", "publisher", "note"}``, its value as published
    (a percentage is 88, not 0.88).
    """
    figures: list[Figure] = []
    for measure in measures:
        row = read(
            connection,
            """
            select f.id, f.measure, f.value, f.unit, f.as_of, f.source, s.publisher, f.note
            from known_figures as f left join sources as s on s.id = f.source
            where f.measure = :measure
            order by f.as_of desc, f.id limit 1
            """,
            as_of,
            measure=measure,
        ).fetchone()
        if row:
            figure = dict(row)
            if float(figure["value"]).is_integer():
                figure["value"] = int(figure["value"])
            figures.append(figure)
    return tuple(figures)


def published_notes(figures: tuple[Figure, ...], computed: Mapping[str, object]) -> Iterator[Note]:
    """Say each published figure beside the computed one of the same measure."""
    for figure in figures:
        publisher, here = figure["publisher"] or figure["source"] or "?", computed.get(figure["measure"])
        said = {"date": Day(figure["as_of"]), "publisher": publisher, "value": quoted(figure)}
        message = (
            msg("Published on {date} by {publisher}: {value}.", **said)
            if here is None
            else msg("Published on {date} by {publisher}: {value}; computed here: {computed}.", **said, computed=here)
        )
        yield Note("published-figure", message, {"id": figure["id"]})


def quoted(figure: Mapping[str, Any]) -> object:
    """A published value as it was said: 88%, 20 centres, 2,200 half-days."""
    value = figure["value"]
    if figure["unit"] == "percent":
        # A percentage published without decimals is quoted as it was said.
        return Share(value / 100, digits=1 if value % 1 else 0)
    units: dict[str, Message] = {
        "neighbourhood": msg("{value} neighbourhoods", value=value),
        "contract": msg("{value} contracts", value=value),
        "centre": msg("{value} centres", value=value),
        "mission": msg("{value} missions", value=value),
        "half-day": msg("{value} half-days", value=value),
    }
    return units.get(figure["unit"], msg("{value} {unit}", value=value, unit=figure["unit"]))
