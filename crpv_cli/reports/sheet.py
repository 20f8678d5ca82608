"""Everything about one centre, on a page."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, msg
from crpv_cli.reports import fictitious
from crpv_cli.reports.coverage import geography_on
from crpv_cli.reports.evaluations import evaluation_summaries
from crpv_cli.reports.listing import Asked, shape
from crpv_cli.reports.origin import origin
from crpv_cli.reports.queries import query
from crpv_cli.result import Note, Result, Sheet, Value

__all__ = ["centre_sheet"]


def centre_sheet(connection: sqlite3.Connection, centre: str, as_of: str) -> Sheet:
    """Return the sheet of a centre (its id) on a date: identity, territory, funding by year, missions.

    The sheet of a centre that is not open on the date says so and still shows what is known.
    """
    row = connection.execute("select * from centres where id = ?", (centre,)).fetchone()
    is_open = connection.execute(query("open_centre"), {"as_of": as_of, "centre": centre}).fetchone()
    missions = evaluation_summaries(connection, as_of, centre=centre)
    shaped = shape(missions, Asked(columns=_MISSION_COLUMNS))
    sections = (
        _territory(connection, centre, as_of),
        _funding(connection, centre, as_of),
        replace(
            shaped,
            name="missions",
            rows=shaped.rows if missions.totals["evaluated"] is not None else (),
            screen=tuple(name for name in _MISSION_COLUMNS if name not in {"fictitious", "scale_bounds"}),
            title=msg(N_("Core missions")),
            notes=(),
            total_row=None,
            is_report=False,
        ),
    )
    notes = list(fictitious.notes(connection, missions.fictitious))
    if not is_open:
        notes.append(Note("not-open", msg("The centre is not open on {date}.", date=Day(as_of))))
    return Sheet(
        name="centre",
        title=msg("{name}, on {date}", name=row["name"], date=Day(as_of)),
        facts=Result(
            name="centre",
            title=msg(N_("Identity")),
            columns=TABLES["centres"].columns,
            rows=(_flags(row),),
            parameters={"as_of": as_of},
            origin=origin(connection, (row["source"],)),
        ),
        sections=sections,
        notes=tuple(notes),
        command=f"crpv show {centre} --as-of {as_of}",
    )


_MISSION_COLUMNS = (
    "mission",
    "year",
    "rating",
    "scale_bounds",
    "change",
    "kind",
    "evaluator",
    "evaluated_on",
    "fictitious",
)


def _flags(row: sqlite3.Row) -> tuple[Value, ...]:
    return tuple(
        bool(row[column.stored]) if column.kind is Kind.FLAG else row[column.stored]
        for column in TABLES["centres"].columns
    )


def _territory(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    columns = (
        Column("department", N_("Department"), Kind.CODE),
        Column("name", N_("Name")),
        Column("valid_from", N_("Valid from"), Kind.DATE),
        Column("valid_to", N_("Valid to"), Kind.DATE),
        Column("confidence", N_("Confidence"), choices=choices.CONFIDENCES),
        Column("neighbourhoods", N_("Neighbourhoods"), Kind.INTEGER),
        Column("contracts", N_("Contracts"), Kind.INTEGER),
        Column("inhabitants", N_("Inhabitants"), Kind.INTEGER),
    )
    geography = geography_on(as_of)
    rows = tuple(
        tuple(row)
        for row in connection.execute(query("territory"), {"centre": centre, "as_of": as_of, "geography": geography})
    )
    served = connection.execute("select source from perimeters where centre = ?", (centre,))
    sums = [sum(int(row[place] or 0) for row in rows) if rows else None for place in (5, 6, 7)]
    return Result(
        name="perimeter",
        title=msg(
            "Perimeter ({geography})",
            geography=msg(choices.GEOGRAPHY_LABELS[geography]),
        ),
        columns=columns,
        rows=rows,
        total_row=(None, None, None, None, None, *sums) if len(rows) > 1 else None,
        origin=origin(connection, {source for (source,) in served}),
    )


def _funding(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    columns = (
        Column("year", N_("Year"), Kind.YEAR),
        Column("funder", N_("Funder"), Kind.CODE),
        Column("name", N_("Funder")),
        Column("kind", N_("Kind"), Kind.CODE, choices=choices.FUNDER_KINDS),
        Column("scheme", N_("Scheme")),
        Column("stage", N_("Stage"), Kind.CODE, choices=choices.STAGES),
        Column("amount", N_("Amount"), Kind.MONEY),
        Column("source", N_("Source"), Kind.CODE),
    )
    found = connection.execute(
        """
        select f.year, f.funder, u.name, u.kind, f.scheme, f.stage, f.amount_cents, f.source
        from funding as f join funders as u on u.id = f.funder
        where f.centre = :centre
          and f.year > cast(substr(:as_of, 1, 4) as integer) - 5
          and f.year <= cast(substr(:as_of, 1, 4) as integer)
        order by f.year desc, u.kind, f.funder, f.scheme, f.stage
        """,
        {"centre": centre, "as_of": as_of},
    )
    rows = tuple(tuple(row) for row in found)
    return Result(
        name="funding",
        title=msg(N_("Funding known, last five years")),
        columns=columns,
        rows=rows,
        screen=("year", "name", "scheme", "stage", "amount", "source"),
        origin=origin(connection, (row[-1] for row in rows)),
    )
