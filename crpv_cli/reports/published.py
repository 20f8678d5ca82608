"""What institutions said, set beside what is computed of the same measure and date, and never mixed with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from crpv_cli.definitions import choices
from crpv_cli.language import Day, Euros, Message, Share, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.rows import shortest
from crpv_cli.result import Note

Figure = dict[str, Any]

# What is computed of the measure of a figure, on its own date. Coverage is that of neighbourhoods, the first of its
# measures: what a published share is a share of is seldom said.
COMPUTED = {
    "centres": "select count(*) from open_centres",
    "overseas_centres": """
        select count(distinct s.centre)
        from served as s join places as d on d.code = s.department and d.overseas
        """,
    "neighbourhoods": "select nullif(total, 0) from coverage_totals where measure = 'neighbourhoods'",
    "contracts": "select nullif(total, 0) from coverage_totals where measure = 'contracts'",
    # What is made up is not set beside what was published.
    "half_days": """
        select sum(half_days) from known_activities
        where year = cast(substr(:as_of, 1, 4) as integer) and not fictitious
        """,
}


def published_figures(connection: sqlite3.Connection, measures: tuple[str, ...], as_of: str) -> tuple[Figure, ...]:
    """Return, for each measure, the figure of the latest date up to ``as_of``, where there is one.

    Each is ``{"id", "measure", "value", "unit", "as_of", "source", "publisher", "note", "computed",
    "hypotheses"}``, its value as published (a percentage is 88, not 0.88) and what is computed of the same measure and
    date, in the same unit, None where nothing can be. ``hypotheses`` has, for a figure of coverage, the share computed
    of each measure that it may be of; it is empty for all others.
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
            figures.append(figure | _computed(connection, measure, figure["as_of"]))
    return tuple(figures)


def _computed(connection: sqlite3.Connection, measure: str, on: str) -> Figure:
    """What is computed of a measure on the date of a figure."""
    if measure == "coverage":
        rows = read(connection, "select measure, covered, total from coverage_totals where total > 0", on)
        shares = {row["measure"]: round(100 * row["covered"] / row["total"], 4) for row in rows}
        hypotheses = {choice.code: shares[choice.code] for choice in choices.COVERED if choice.code in shares}
        return {"computed": hypotheses.get("neighbourhoods"), "hypotheses": hypotheses}
    sql = COMPUTED.get(measure)
    computed = read(connection, sql, on).fetchone()[0] if sql else None
    return {"computed": computed if computed is None else shortest(computed), "hypotheses": {}}


def published_notes(figures: tuple[Figure, ...]) -> Iterator[Note]:
    """Say each published figure beside what is computed of the same measure and date."""
    for figure in figures:
        said = {
            "date": Day(figure["as_of"]),
            "publisher": figure["publisher"] or figure["source"] or "?",
            "value": quoted(figure),
        }
        here = computed_words(figure)
        message = (
            msg("Published on {date} by {publisher}: {value}.", **said)
            if here is None
            else msg(
                "Published on {date} by {publisher}: {value}; computed for that date: {computed}.",
                **said,
                computed=here,
            )
        )
        yield Note("published-figure", message, {"id": figure["id"], "computed": figure["computed"]})
        if figure["hypotheses"]:
            yield _hypotheses(figure)


def _hypotheses(figure: Figure) -> Note:
    """Say what a published share may be a share of; none of it is more than a hypothesis."""
    units = {choice.code: choice.label for choice in choices.COVERED}
    return Note(
        "published-hypotheses",
        msg(
            "What {value} is a share of is not said. Hypotheses only, computed for {date}: {shares}.",
            value=quoted(figure),
            date=Day(figure["as_of"]),
            shares=[
                msg("{share} of {unit}", share=Share(share / 100), unit=msg(units[measure]))
                for measure, share in figure["hypotheses"].items()
            ],
        ),
        {"id": figure["id"], "hypotheses": figure["hypotheses"]},
    )


def computed_words(figure: Mapping[str, Any]) -> Message | None:
    """What is computed of the measure and date of a figure, as people read it; None where nothing can be."""
    computed = figure["computed"]
    if computed is None:
        return None
    if figure["measure"] == "coverage":
        return msg("{share} of {unit}", share=Share(computed / 100), unit=msg(choices.COVERED[0].label))
    return msg("{value}", value=computed)


def quoted(figure: Mapping[str, Any]) -> object:
    """A published value as it was said: 88%, 20 centres, 2,200 half-days."""
    value = figure["value"]
    if figure["unit"] == "percent":
        # A percentage published without decimals is quoted as it was said.
        return Share(value / 100, digits=1 if value % 1 else 0)
    if figure["unit"] == "euro":
        return Euros(round(value * 100))
    units: dict[str, Message] = {
        "neighbourhood": msg("{value} neighbourhoods", value=value),
        "contract": msg("{value} contracts", value=value),
        "centre": msg("{value} centres", value=value),
        "mission": msg("{value} missions", value=value),
        "half-day": msg("{value} half-days", value=value),
    }
    return units.get(figure["unit"], msg("{value} {unit}", value=value, unit=figure["unit"]))
