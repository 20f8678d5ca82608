"""What can be written to a file by name: every table and view, and the rows of every report."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from crpv_cli.definitions.columns import Choice
from crpv_cli.definitions.named import EVERYTHING, PROGRAMS, meant, one_of, tables, views
from crpv_cli.definitions.public import public_tables
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.definitions.views import VIEWS
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.registry.queries import today
from crpv_cli.reports.index import REPORTS, Report
from crpv_cli.reports.listing import Selection, list_table, not_applicable, require_people
from crpv_cli.result import Result


def reports() -> dict[str, Report]:
    """The reports whose rows can be written, by the name that ``export`` knows them by."""
    return {report.export: report for report in REPORTS.values() if report.export}


def exported(name: str, beside: Sequence[Choice] = ()) -> str:
    """Return the stable name of the table, the report or the view that is meant.

    A name of several is that of the table first, then that of the report. ``beside`` is what else could have been
    typed, and is named where nothing is meant.

    Raises:
        UsageProblem: nothing has that name, or it could be several.
    """
    found = (name,) if name in reports() else meant(name, tables())
    if len(found) == 1:
        return found[0]
    rows = [Choice(export, "", report.also) for export, report in reports().items()]
    return one_of(
        name,
        next(
            (one for one in ([*tables(), *rows], views()) if meant(name, one)),
            [*tables(), *rows, *views(), EVERYTHING, *beside],
        ),
        msg("No table, view or report is called {name}.", name=name),
        lambda every: msg("Name one of: {names}.", names=every),
    )


def export_rows(
    connection: sqlite3.Connection,
    name: str,
    as_of: str | None,
    narrowed: Selection | None = None,
    public: bool = False,
) -> Result:
    """Return a table, whole or as of a date, or a view or the rows of a report (as of today by default).

    ``narrowed`` says to which region, department, centre and year, and whether columns about people are asked for; its
    other parts are not looked at. What is ``public`` says nothing to whoever runs the command.

    Raises:
        UsageProblem: nothing has that name, a filter does not apply to it, or it is a working table and the public is
            to get it.
    """
    name = exported(name, PROGRAMS)
    asked = narrowed or Selection()
    if public:
        refuse_internal(name)
    if public and asked.people:
        raise people_are_not_public()
    result = _rows(connection, name, as_of, asked)
    return result.for_readers() if public else result


def refuse_internal(name: str) -> None:
    """Refuse to give a working table to the public.

    Raises:
        UsageProblem: it is one.
    """
    if name in TABLES and TABLES[name].internal:
        raise UsageProblem(
            msg("The table {table} is not for the public.", table=TABLES[name].term),
            msg("Leave --public out if the file stays in the house."),
        )


def people_are_not_public() -> UsageProblem:
    """What is said where both are asked for."""
    return UsageProblem(msg("The names of people are not for the public."), msg("Leave out --public or --with-people."))


def _rows(connection: sqlite3.Connection, name: str, as_of: str | None, asked: Selection) -> Result:
    if name in reports() and asked.people:
        raise UsageProblem(
            msg("{option} does not apply to {name}.", option="--with-people", name=name),
            msg("Leave it out: no report names anybody."),
        )
    if name in reports():
        compute, options = reports()[name].load()
        wanted = {name: getattr(asked, name) for name in ("region", "department", "centre", "year")}
        given = {name: value for name, value in wanted.items() if value is not None}
        for option in given.keys() - {option.name for option in options}:
            raise not_applicable(name, f"--{option}")
        result = compute(connection, as_of or today(), **given)
        assert isinstance(result, Result)
        return replace(result, screen=())
    table = TABLES[name] if name in TABLES else VIEWS[name]
    if asked.people:
        require_people(table)
    return _whole(connection, table, replace(asked, as_of=as_of))


def all_tables(connection: sqlite3.Connection, people: bool = False, public: bool = False) -> list[Result]:
    """Return every table that a load takes back, whole; columns about people only if ``people`` asks for them.

    Those that are not for the public are left out if ``public`` asks for that.

    Raises:
        UsageProblem: both are asked for.
    """
    if public and people:
        raise people_are_not_public()
    chosen = public_tables() if public else TABLES.values()
    return [_whole(connection, table, Selection(people=people)) for table in chosen]


def _whole(connection: sqlite3.Connection, table: Table, asked: Selection | None = None) -> Result:
    """A table with all its columns, even in a format that would show a person fewer."""
    return replace(list_table(connection, table, asked or Selection()), screen=())
