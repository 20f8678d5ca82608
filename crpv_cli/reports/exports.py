"""What can be written to a file by name: every table, and the rows of every report."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.registry.queries import today
from crpv_cli.reports.index import REPORTS
from crpv_cli.reports.listing import Selection, list_table, require_people
from crpv_cli.result import Result
from crpv_cli.spelling import closest


def export_rows(connection: sqlite3.Connection, name: str, as_of: str | None, people: bool = False) -> Result:
    """Return a table, whole or as of a date, or the rows of a report (as of today by default).

    Columns about people are left out unless ``people`` asks for them.

    Raises:
        UsageProblem: nothing has that name.
    """
    reports = {report.export: report for report in REPORTS.values() if report.export}
    if name in reports and people:
        raise UsageProblem(
            msg("{option} does not apply to {name}.", option="--with-people", name=name),
            msg("Leave it out: no report names anybody."),
        )
    if name in reports:
        compute, _options = reports[name].load()
        result = compute(connection, as_of or today())
        assert isinstance(result, Result)
        return replace(result, screen=())
    table = TABLES.get(name.replace("-", "_"))
    if table is not None:
        if people:
            require_people(table)
        return _whole(connection, table, as_of, people)
    names = [*TABLES, *sorted(reports), "all"]
    near = closest(name, names)
    raise UsageProblem(
        msg("There is nothing called {name} to export.", name=name),
        msg("Did you mean {near}?", near=near) if near else msg("Name one of: {names}.", names=names),
    )


def all_tables(connection: sqlite3.Connection, people: bool = False) -> list[Result]:
    """Return every table that a load takes back, whole; columns about people only if ``people`` asks for them."""
    return [_whole(connection, table, people=people) for table in TABLES.values()]


def _whole(connection: sqlite3.Connection, table: Table, as_of: str | None = None, people: bool = False) -> Result:
    """A table with all its columns, even in a format that would show a person fewer."""
    return replace(list_table(connection, table, Selection(as_of=as_of, people=people)), screen=())
