"""What one centre lives on in full, what it does with others, and where to write to it."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.centre.life import own_rows
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.origin import origin
from crpv_cli.reports.rows import row_of
from crpv_cli.result import Result

_BUDGET_COLUMNS = ("year", "status", "resources", "expenditure", "fte", "source")
_MEETING_COLUMNS = ("rank", "title", "starts_on", "ends_on", "town", "participants", "source")
_CONTACT_COLUMNS = ("function", "email", "telephone", "source")


def budget_years(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the budget that stands of each of the last five years up to the date, the latest first."""
    columns = tuple(TABLES["budgets"].column(name) for name in _BUDGET_COLUMNS)
    found = read(
        connection,
        """
        select * from standing_budgets
        where centre = :centre and year > (select this_year from moment) - 5 order by year desc
        """,
        as_of,
        centre=centre,
    )
    rows = tuple(row_of(columns, row) for row in found)
    return Result(
        name="budgets",
        title=msg(N_("Budgets, last five years")),
        columns=columns,
        rows=rows,
        screen=_BUDGET_COLUMNS[:-1],
        fictitious=any(row[-1] in fictitious_sources(connection) for row in rows),
        origin=origin(connection, (row[-1] for row in rows)),
        short=msg(N_("Budgets")),
    )


def projects_of(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the joint projects begun by the date in which a centre takes part, the latest first, and with whom."""
    columns = (
        Column("project", N_("Project id"), Kind.CODE),
        Column("title", N_("Project"), prose=True),
        TABLES["projects"].column("theme"),
        TABLES["projects"].column("starts_on"),
        TABLES["projects"].column("ends_on"),
        TABLES["project_partners"].column("role"),
        Column("partners", N_("With"), prose=True),
        TABLES["projects"].column("source"),
    )
    found = read(
        connection,
        """
        select p.id as project, p.title, p.theme, p.starts_on, p.ends_on, o.role, w.partners, p.source
        from project_partners as o
        join projects as p on p.id = o.project
        left join partners_on as w on w.project = p.id and w.centre = o.centre
        where o.centre = :centre and coalesce(p.starts_on, '') <= :as_of
        order by p.starts_on desc, p.id
        """,
        as_of,
        centre=centre,
    )
    rows = tuple(row_of(columns, row) for row in found)
    return Result(
        name="projects",
        title=msg(N_("Joint projects it takes part in")),
        columns=columns,
        rows=rows,
        screen=("title", "theme", "starts_on", "ends_on", "role", "partners"),
        fictitious=any(row[-1] in fictitious_sources(connection) for row in rows),
        origin=origin(connection, (row[-1] for row in rows)),
        short=msg(N_("Joint projects")),
    )


def meetings_hosted(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return the national meetings that a centre has received up to the date."""
    title, short = msg(N_("National meetings it has hosted")), msg(N_("Meetings"))
    return own_rows(connection, "meetings", centre, as_of, _MEETING_COLUMNS, title, short, whose="host")


def contact_points(connection: sqlite3.Connection, centre: str, as_of: str) -> Result:
    """Return where to write to a centre, without the name of any person."""
    title = msg(N_("Contact points"))
    return own_rows(connection, "contacts", centre, as_of, _CONTACT_COLUMNS, title, title)
