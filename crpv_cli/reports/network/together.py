"""What the network lives on as a whole, where it meets, and what its centres do together."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.listing import Selection, list_table, shape
from crpv_cli.reports.origin import origin
from crpv_cli.reports.rows import row_of
from crpv_cli.result import Note, Result

_MEETING_COLUMNS = ("rank", "title", "starts_on", "ends_on", "town", "host", "participants", "source")
_YEARS = 5


def budgets(connection: sqlite3.Connection, as_of: str) -> Result:
    """Return the budgets that stand of the last five years up to the date, summed over the centres that are known.

    Each sum has beside it of how many centres it is, of those open in the year; there is no row for a year of which
    nothing is known. Different years are of different centres, which a note says.
    """
    centres = Column("centres", N_("Centres"), Kind.INTEGER)
    columns = (
        Column("year", N_("Year"), Kind.YEAR),
        *(
            column
            for name, of in (
                ("resources", N_("Resources known")),
                ("expenditure", N_("Expenditure known")),
                ("fte", N_("Staff known")),
            )
            for column in (
                TABLES["budgets"].column(name),
                Column(f"{name}_known", of, Kind.INTEGER, over="centres"),
            )
        ),
        Column("approved", N_("Approved accounts"), Kind.INTEGER, over="centres"),
        centres,
    )
    found = read(
        connection,
        """
        select
            o.year,
            sum(b.resources_cents) as resources_cents, count(b.resources_cents) as resources_known,
            sum(b.expenditure_cents) as expenditure_cents, count(b.expenditure_cents) as expenditure_known,
            sum(b.fte) as fte, count(b.fte) as fte_known,
            count(*) filter (where b.status = 'approved') as approved,
            count(*) as centres,
            group_concat(iif(b.resources_cents is null, null, o.centre), ' ') as whose
        from open_years as o
        left join standing_budgets as b on b.centre = o.centre and b.year = o.year
        where o.year > (select this_year from moment) - :years
        group by o.year
        having count(b.centre) > 0
        order by o.year desc
        """,
        as_of,
        years=_YEARS,
    ).fetchall()
    rows = tuple(row_of(columns, row) for row in found)
    sources = {
        row["source"]
        for row in read(
            connection,
            "select source from standing_budgets where year > (select this_year from moment) - :years",
            as_of,
            years=_YEARS,
        )
    }
    differ = len({frozenset((row["whose"] or "").split()) for row in found}) > 1
    return Result(
        name="budgets",
        title=msg(N_("Known budgets, last five years")),
        short=msg(N_("Budgets")),
        columns=columns,
        rows=rows,
        screen=tuple(column.name for column in columns[:-1]),
        notes=(
            Note(
                "budgets-not-comparable",
                msg(N_("Known of other centres in other years: these sums cannot be compared with each other.")),
            ),
        )
        if differ
        else (),
        fictitious=not fictitious_sources(connection).isdisjoint(sources),
        origin=origin(connection, sources),
    )


def meetings(connection: sqlite3.Connection, as_of: str) -> Result:
    """Return the national meetings of the year of the date, up to the date, and the latest one known, latest first."""
    found = list_table(connection, TABLES["meetings"], Selection(as_of=as_of, sort="-starts_on"))
    place = found.places["starts_on"]
    rows = tuple(row for order, row in enumerate(found.rows) if order == 0 or str(row[place])[:4] == as_of[:4])
    sources = [row[found.places["source"]] for row in rows]
    return Result(
        name="meetings",
        title=msg(N_("National meetings of the year, and the latest known")),
        short=msg(N_("Meetings")),
        columns=shape(found, Selection(columns=_MEETING_COLUMNS)).columns,
        rows=tuple(tuple(row[found.places[name]] for name in _MEETING_COLUMNS) for row in rows),
        screen=_MEETING_COLUMNS[:-1],
        fictitious=not fictitious_sources(connection).isdisjoint(sources),
        origin=origin(connection, sources),
    )


def latest_meeting(of: Result) -> Message | None:
    """Say in a few words which meeting was the latest; None if none is known."""
    for record in of.records()[:1]:
        said = {"title": record["title"], "date": Day(record["starts_on"])}
        if record["town"] is None:
            return msg("{title} ({date})", **said)
        return msg("{title} ({town}, {date})", town=record["town"], **said)
    return None


def projects(connection: sqlite3.Connection, as_of: str) -> Result:
    """Return the joint projects that run on a date, and who takes part."""
    table = TABLES["projects"]
    columns = (
        Column("project", N_("Project id"), Kind.CODE),
        Column("title", N_("Project"), prose=True),
        *(table.column(name) for name in ("theme", "starts_on", "ends_on")),
        Column("centres", N_("Centres"), Kind.INTEGER),
        Column("partners", N_("With"), prose=True),
        table.column("source"),
    )
    found = read(
        connection,
        """
        select
            p.id as project, p.title, p.theme, p.starts_on, p.ends_on,
            (select count(centre) from project_partners where project = p.id) as centres,
            w.partners, p.source
        from projects as p
        left join partners_on as w on w.project = p.id and w.centre is null
        where coalesce(p.starts_on, '') <= :as_of and coalesce(p.ends_on, '9999-12-31') >= :as_of
        order by p.starts_on desc, p.id
        """,
        as_of,
    )
    rows = tuple(row_of(columns, row) for row in found)
    return Result(
        name="projects",
        title=msg("Joint projects running on {date}", date=Day(as_of)),
        short=msg(N_("Joint projects")),
        columns=columns,
        rows=rows,
        screen=("title", "theme", "starts_on", "ends_on", "partners"),
        fictitious=any(row[-1] in fictitious_sources(connection) for row in rows),
        origin=origin(connection, (row[-1] for row in rows)),
    )
