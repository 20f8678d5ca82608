"""What can be written to a file by name: every table, and the rows of every report."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crpv_cli.definitions.columns import Choice
from crpv_cli.definitions.named import EVERYTHING, meant, one_of, tables
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.registry.queries import today
from crpv_cli.reports.index import REPORTS
from crpv_cli.reports.listing import Selection, list_table, not_applicable, require_people
from crpv_cli.result import Result


def export_rows(
    connection: sqlite3.Connection, name: str, as_of: str | None, narrowed: Selection | None = None
) -> Result:
    """Return a table, whole or as of a date, or the rows of a report (as of today by default).

    ``narrowed`` says to which region, department, centre and year, and whether columns about people are asked for; its
    other parts are not looked at.

    Raises:
        UsageProblem: nothing has that name, or a filter does not apply to it.
    """
    reports = {report.export: report for report in REPORTS.values() if report.export}
    # Reports are called as their tables are, but a name of both is that of the table.
    found = (name,) if name in reports else meant(name, tables())
    if len(found) == 1:
        (name,) = found
    else:
        name = one_of(
            name,
            [*tables(), *(Choice(export, "", report.also) for export, report in reports.items()), EVERYTHING],
            msg("There is nothing called {name} to export.", name=name),
            lambda every: msg("Name one of: {names}.", names=every),
        )
    asked = narrowed or Selection()
    if name in reports and asked.people:
        raise UsageProblem(
            msg("{option} does not apply to {name}.", option="--with-people", name=name),
            msg("Leave it out: no report names anybody."),
        )
    if name in reports:
        compute, options = reports[name].load()
        wanted = {name: getattr(asked, name) for name in ("region", "department", "centre", "year")}
        given = {name: value for name, value in wanted.items() if value is not None}
        for option in given.keys() - {option.name for option in options}:
            raise not_applicable(name, f"--{option}")
        result = compute(connection, as_of or today(), **given)
        assert isinstance(result, Result)
        return replace(result, screen=())
    table = TABLES[name]
    if asked.people:
        require_people(table)
    return _whole(connection, table, replace(asked, as_of=as_of))


def all_tables(connection: sqlite3.Connection, people: bool = False) -> list[Result]:
    """Return every table that a load takes back, whole; columns about people only if ``people`` asks for them."""
    return [_whole(connection, table, Selection(people=people)) for table in TABLES.values()]


def _whole(connection: sqlite3.Connection, table: Table, asked: Selection | None = None) -> Result:
    """A table with all its columns, even in a format that would show a person fewer."""
    return replace(list_table(connection, table, asked or Selection()), screen=())
