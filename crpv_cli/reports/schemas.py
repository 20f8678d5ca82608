"""What is said of the columns that ``crpv export`` writes, for other programs: of tables, views and reports."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.named import is_everything
from crpv_cli.definitions.public import is_public
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.tableschema import FRENCH, columns_schema, table_schema
from crpv_cli.definitions.views import VIEWS
from crpv_cli.language import translate
from crpv_cli.reports.exports import export_rows, exported, people_are_not_public, refuse_internal, reports
from crpv_cli.reports.listing import Selection, require_people

# The view of the same question: what a report calls as it does is the same thing.
_LIKE = {
    "coverage": "v_coverage_totals",
    "funding-by-centre": "v_funding_by_centre",
    "evaluation-summaries": "v_evaluation_latest",
    "activity-by-centre": "v_activity_by_centre",
    "agreements-by-status": "v_agreements",
}


def schemas(
    name: str,
    reading: Callable[[], AbstractContextManager[sqlite3.Connection]],
    people: bool = False,
    public: bool = False,
    language: str = FRENCH,
    together: bool = False,
) -> dict[str, dict[str, Any]]:
    """Return the Table Schema of what a name means, or of everything that can be exported, by stable name.

    Args:
        name: a table, a view, a report, or everything.
        reading: opens the registry: what columns a report has, it is asked itself. Tables and views need none.
        people: with the columns about people.
        public: without what is not for the public.
        language: of titles and descriptions.
        together: whether all of them are to stand in one data package, and may refer to each other.

    Raises:
        UsageProblem: nothing has that name, it has no columns about people, or it is not for the public.
    """
    if public and people:
        raise people_are_not_public()
    if not is_everything(name):
        name = exported(name)
        if public:
            refuse_internal(name)
        if people and name in TABLES:
            require_people(TABLES[name])
        return {name: _schema(name, reading, people, public, language, ())}
    names = [name for name, table in TABLES.items() if not (public and table.internal)]
    beside = names if together else ()
    return {one: _schema(one, reading, people, public, language, beside) for one in (*names, *reports(), *VIEWS)}


def _schema(
    name: str,
    reading: Callable[[], AbstractContextManager[sqlite3.Connection]],
    people: bool,
    public: bool,
    language: str,
    beside: Collection[str],
) -> dict[str, Any]:
    table = TABLES.get(name) or VIEWS.get(name)
    if table is not None:
        held = [one for one in table.columns if people or not one.personal]
        return table_schema(table, held, language, beside)
    with reading() as connection:
        columns = export_rows(connection, name, None, Selection()).columns
    told = [_explained(column, name) for column in columns if is_public(column) or not public]
    title = translate(reports()[name].about, language).rstrip(".")
    return columns_schema(name, title, "", told, language=language, beside=beside)


def _explained(column: Column, report: str) -> Column:
    """A column of a report with what the view of the same question says of it."""
    like = VIEWS[_LIKE[report]] if report in _LIKE else None
    if column.explanation or like is None or column.name not in like.names:
        return column
    same = like.column(column.name)
    return replace(column, explanation=same.explanation) if same.kind is column.kind else column
