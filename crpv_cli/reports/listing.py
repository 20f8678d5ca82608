"""The rows of a table, and the centres as people want to see them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.named import column_named, columns, listed_named, meant, typed
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.definitions.views import VIEWS
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, msg
from crpv_cli.registry.queries import query, read, today
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import FICTITIOUS, LABELLED
from crpv_cli.reports.coverage import neighbourhoods
from crpv_cli.reports.funding.notes import counted_twice
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import departments_of, region_notes
from crpv_cli.reports.rows import row_of
from crpv_cli.reports.wording import Names
from crpv_cli.result import Alert, Note, Result, Value
from crpv_cli.spelling import fold


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list is narrowed to and how it is laid out; None and empty mean not asked.

    ``uncovered`` leaves the neighbourhoods that no centre serves on the date, ``people`` shows the columns about
    people, ``closed`` adds closed centres, ``centre`` (an id) leaves one centre.
    """

    region: str | None = None
    department: str | None = None
    overseas: bool | None = None
    year: int | None = None
    as_of: str | None = None
    sort: str | None = None
    columns: tuple[str, ...] = ()
    limit: int | None = None
    uncovered: bool = False
    people: bool = False
    closed: bool = False
    centre: str | None = None


# Columns that the overview computes besides those of the table.
_OVERVIEW = (
    LABELLED,
    Column("departments", N_("Perimeter"), Kind.CODES),
    Column("state_support", N_("State, programme 147"), Kind.MONEY),
    Column("state_support_year", N_("Year"), Kind.YEAR),
    Column("missions_evaluated", N_("Missions"), Kind.INTEGER, over="core_missions"),
    Column("core_missions", N_("Core missions"), Kind.INTEGER),
    FICTITIOUS,
)
_SCREEN = (
    "short_name",
    "seat",
    "legal_form",
    "departments",
    "state_support",
    "state_support_year",
    "missions_evaluated",
)


_SHORT_NAME = TABLES["centres"].names.index("short_name")
_SOURCE = TABLES["centres"].names.index("source")


def list_rows_of(connection: sqlite3.Connection, name: str, asked: Selection) -> Result:
    """List a table or a view by name: the overview for centres, the rows as they are for the others.

    Raises:
        UsageProblem: an unknown table, region, department or column, or a filter that does not apply.
    """
    table = listed_named(name)
    if asked.uncovered and table.name != "neighbourhoods":
        raise not_applicable(table.name, "--uncovered")
    if asked.people:
        require_people(table)
    if asked.closed and table.name != "centres":
        raise not_applicable(table.name, "--all")
    if table.name == "centres" and not asked.closed:
        return list_centres(connection, asked)
    return list_table(connection, table, replace(asked, as_of=asked.as_of or today()) if asked.closed else asked)


def require_people(table: Table) -> None:
    """Refuse to show people of a table that has no columns about any.

    Raises:
        UsageProblem: it has none.
    """
    if not any(column.personal for column in table.columns):
        raise not_applicable(table.name, "--with-people")


def _refuse_people(table: Table, asked: Selection) -> None:
    """Say how to ask for a column about people that is named without the option."""
    personal = [column for column in table.columns if column.personal and not asked.people]
    called = columns(table.columns, table) if personal else ()
    named = {code for name in (*asked.columns, (asked.sort or "").lstrip("-")) for code in meant(name, called)}
    for column in personal:
        if column.name in named:
            raise UsageProblem(
                msg("The column {column} is about people.", column=typed(column)), msg("Show it with --with-people.")
            )


def list_centres(connection: sqlite3.Connection, asked: Selection) -> Result:
    """List the centres open on a date (today by default), with perimeter, programme 147 granted and missions evaluated.

    With a year, the support and the evaluations are those of that year.

    Raises:
        UsageProblem: an unknown region, department or column.
    """
    as_of = asked.as_of or today()
    wanted = departments_of(connection, asked.region, asked.department, asked.overseas)
    columns = (*TABLES["centres"].columns, *_OVERVIEW)
    rows = []
    only_evaluations = True
    for row in read(connection, "select * from centre_overview order by id", as_of, year=asked.year).fetchall():
        departments = row["departments"] or ""
        if wanted is not None and not wanted.intersection(departments.split()):
            continue
        if asked.centre is not None and row["id"] != asked.centre:
            continue
        only_evaluations = only_evaluations and row["fictitious"] == row["evaluations_fictitious"]
        rows.append(row_of(columns, {**dict(row), "departments": departments}))
    rows.sort(key=lambda row: fold(str(row[_SHORT_NAME])))
    rests = any(row[-1] for row in rows)
    result = Result(
        name="centres",
        command="list centres",
        title=msg("Centres open on {date}", date=Day(as_of)),
        columns=columns,
        rows=tuple(rows),
        screen=_SCREEN,
        notes=(
            *_doubles(connection, as_of, rows),
            *_centre_notes(connection, rests, only_evaluations),
            *region_notes(connection, asked.region),
        ),
        parameters=_parameters(replace(asked, as_of=as_of)),
        fictitious=rests,
        origin=origin(connection, (row[_SOURCE] for row in rows)),
    )
    return shape(result, asked, TABLES["centres"])


def _doubles(connection: sqlite3.Connection, as_of: str, rows: Sequence[tuple[Value, ...]]) -> tuple[Note, ...]:
    """Say which of the amounts of State support shown may count money twice."""
    names = [column.name for column in (*TABLES["centres"].columns, *_OVERVIEW)]
    shown = {(row[names.index("id")], row[names.index("state_support_year")]) for row in rows}
    counted = read(connection, "select * from money_asked where scope = 'p147'", as_of)
    pairs = [(pair.second["centre"], pair.second["year"]) for pair in counted_twice(connection, counted)]
    twice = sorted({centre for centre, year in pairs if (centre, year) in shown})
    if not twice:
        return ()
    return (
        Note(
            "same-money",
            msg(
                "Two sources seem to report the same money, which this support may count twice: {centres}.",
                centres=[Names(connection).id("centres", centre).words for centre in twice],
            ),
        ),
    )


def _centre_notes(connection: sqlite3.Connection, rests: bool, only_evaluations: bool) -> tuple[Note, ...]:
    if rests and only_evaluations:
        return (
            Note(
                "fictitious-evaluations",
                msg(N_("FICTITIOUS: the missions shown as evaluated rest on demonstration data.")),
                alert=Alert.FIGURES,
            ),
        )
    return fictitious.notes(connection, rests)


def list_table(connection: sqlite3.Connection, table: Table, asked: Selection) -> Result:
    """List the rows of a table or a view, in the order of its key.

    Filters that the table's columns cannot answer are refused rather than passed over. With a date, only rows that
    were true on it are listed; a view is always of a date, today by default. Columns about people are left out unless
    they are asked for, and even then nobody is named after the last day that they agreed to, be it past on the date or
    today.

    Raises:
        UsageProblem: an unknown region, department or column, or a filter that does not apply.
    """
    _refuse_people(table, asked)
    view = table.name in VIEWS
    if view:
        asked = replace(asked, as_of=asked.as_of or today())
    conditions, parameters = _conditions(connection, table, asked)
    where = f"where {' and '.join(conditions)}" if conditions else ""
    key = ", ".join(table.column(name).stored for name in table.key)
    columns = tuple(column for column in table.columns if asked.people or not column.personal)
    names = ", ".join(_of_view(column) if view else _selected(column) for column in columns)
    rows_from = _ON_A_DATE.get(table.name, table.name) if asked.as_of or asked.uncovered else table.name
    rows_from = "centres_there" if asked.closed else rows_from
    rows_from = f"(\n{query(table.name)}\n)" if view else rows_from
    parameters["now"] = today()
    found = read(
        connection, f"select {names} from {rows_from} as t {where} order by {key}", asked.as_of or today(), **parameters
    )
    rows = tuple(row_of(columns, row) for row in found)
    sources = fictitious.fictitious_sources(connection)
    place = next((place for place, column in enumerate(columns) if column.name == "source"), None)
    rests = bool(sources) and place is not None and any(row[place] in sources for row in rows)
    if view:
        rests = any(row[table.names.index(FICTITIOUS.name)] for row in rows)
    result = Result(
        name=table.name,
        command=f"list {table.name}",
        lists_sources=table.name == "sources",
        title=msg("Neighbourhoods that no centre serves on {date}", date=Day(asked.as_of or today()))
        if asked.uncovered
        else msg(table.label),
        columns=columns,
        rows=rows,
        screen=(*table.screen, *(column.name for column in columns if column.personal)),
        notes=(
            *(
                neighbourhoods.list_notes(connection, asked.as_of or (today() if asked.uncovered else None))
                if table.name == "neighbourhoods"
                else ()
            ),
            *fictitious.notes(connection, rests),
            *region_notes(connection, asked.region),
        ),
        parameters=_parameters(asked),
        fictitious=rests,
        origin=origin(connection, (row[place] for row in rows) if place is not None else ()),
    )
    return shape(result, asked, table)


def _selected(column: Column) -> str:
    """A column of the rows ``t`` in SQL; one about a person is empty once the days of its row are over, as of today."""
    if column.personal:
        return f"iif(coalesce(t.valid_to, '9999-12-31') >= :now, t.{column.stored}, null) as {column.stored}"
    return f"t.{column.stored}"


def _of_view(column: Column) -> str:
    """A column of a view in SQL as a table would hold it: views have amounts in euros."""
    if column.kind is Kind.MONEY:
        return f"cast(round(t.{column.name} * 100) as integer) as {column.stored}"
    return f"t.{column.name}"


def _parameters(asked: Selection) -> dict[str, object]:
    """What narrows the rows, by name."""
    narrowing = ("as_of", "year", "region", "department", "overseas", "centre")
    found = {name: getattr(asked, name) for name in narrowing if getattr(asked, name) is not None}
    found |= {name: True for name in ("uncovered", "people") if getattr(asked, name)}
    return found | ({"all": True} if asked.closed else {})


def _conditions(connection: sqlite3.Connection, table: Table, asked: Selection) -> tuple[list[str], dict[str, Value]]:
    """What narrows the rows ``t`` of a table beside a date, and the parameters of that SQL."""
    conditions: list[str] = []
    parameters: dict[str, Value] = {}
    its_centre = "id" if table.name in {"centres", "v_centres"} else "centre"
    left = departments_of(connection, asked.region, asked.department, asked.overseas)
    if left is not None:
        perimeters = "perimeters_on" if asked.as_of else "perimeters"
        among = "in (select value from json_each(:departments))"
        if "department" in table.names:
            conditions.append(f"t.department {among}")
        elif table.name == "departments":
            conditions.append(f"t.code {among}")
        elif its_centre in table.names:
            conditions.append(f"t.{its_centre} in (select centre from {perimeters} where department {among})")
        else:
            given = [name for name in ("region", "department", "overseas") if getattr(asked, name) is not None]
            raise not_applicable(table.name, ", ".join(f"--{name}" for name in given))
        parameters["departments"] = json.dumps(sorted(left))
    for name, column in (("centre", its_centre), ("year", "year")):
        value = getattr(asked, name)
        if value is None:
            continue
        if column not in table.names:
            raise not_applicable(table.name, f"--{name}")
        conditions.append(f"t.{column} = :{name}")
        parameters[name] = value
    if table.name == "neighbourhoods":
        if asked.uncovered:
            neighbourhoods.require_list(connection, asked.as_of or today())
            conditions.append("t.department not in (select department from served)")
    elif asked.as_of is not None and table.name not in {*_ON_A_DATE, *VIEWS} and not asked.closed:
        conditions.append(_true_on(table))
    return conditions, parameters


def _true_on(table: Table) -> str:
    """Which rows ``t`` of a table without a fact of its own were true on a date: those whose days or year say so.

    Raises:
        UsageProblem: nothing in its rows tells.
    """
    for first, last in table.periods:
        return f"coalesce(t.{first}, '') <= :as_of and coalesce(t.{last}, '9999-12-31') >= :as_of"
    for name, condition in (("year", "t.year <= substr(:as_of, 1, 4) + 0"), ("starts_on", "t.starts_on <= :as_of")):
        if name in table.names:
            return condition
    raise not_applicable(table.name, "--as-of")


# What holds the rows of a table that were true, or known, on a date.
_ON_A_DATE = {
    "labels": "labels_on",
    "neighbourhoods": "neighbourhoods_on",
    "perimeters": "perimeters_on",
    "territory_counts": "counts_on",
    "funding": "money",
    "evaluations": "known_evaluations",
    "governance": "governance_on",
    "agreements": "agreements_on",
    "activities": "known_activities",
    "exceptions": "exceptions_on",
    "published_figures": "known_figures",
    "sources": "known_sources",
}


def not_applicable(name: str, option: str) -> UsageProblem:
    """What is said of an option that a table or report cannot answer."""
    return UsageProblem(
        msg("{option} does not apply to {table}.", option=option, table=name),
        msg("Leave it out, or list another table."),
    )


def shape(result: Result, asked: Selection, table: Table | None = None) -> Result:
    """Sort a result, keep the columns asked for, and cut it to a number of rows.

    Empty values come last in either direction; texts are sorted without case and accents. The columns of a ``table``
    may also be called as people call them above its files.

    Raises:
        UsageProblem: a column that the result does not have.
    """
    names = [column.name for column in result.columns]
    rows = list(result.rows)
    if asked.sort:
        descending = asked.sort.startswith("-")
        place = names.index(column_named(asked.sort.lstrip("-"), result.columns, table))
        filled = [row for row in rows if row[place] is not None]
        filled.sort(key=lambda row: _order(row[place]), reverse=descending)
        rows = filled + [row for row in rows if row[place] is None]
    screen, shared = result.screen, result.shared
    columns = result.columns
    if asked.columns:
        chosen = tuple(column_named(name, result.columns, table) for name in asked.columns)
        places = [names.index(name) for name in chosen]
        columns = tuple(result.columns[place] for place in places)
        columns = tuple(
            replace(
                column,
                over=column.over if column.over in chosen else None,
                within=column.within if column.within in chosen else None,
            )
            for column in columns
        )
        rows = [tuple(row[place] for place in places) for row in rows]
        screen, shared = chosen, tuple(name for name in shared if name in chosen)
    shaped = replace(result, rows=tuple(rows), columns=columns, screen=screen, shared=shared)
    return shaped.first(asked.limit)


def _order(value: Value) -> tuple[int, float, str]:
    if isinstance(value, bool | int | float):
        return 0, float(value), ""
    return 1, 0.0, fold(" ".join(map(str, value)) if isinstance(value, tuple) else str(value))
