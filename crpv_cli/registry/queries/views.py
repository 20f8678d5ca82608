"""The views, for those who read the registry with other programs: the facts of this folder, as of today.

A view takes no parameter, so it is of today in the local time of its reader, and needs no other view.
Amounts are in euros. The comment at the head of a view's file explains it, each of its columns, and how to ask it.
"""

from __future__ import annotations

import re
from pathlib import Path

from crpv_cli.registry.queries import DEFAULTS, compose, header_and_sql, query

VIEWS = (
    "v_centres",
    "v_coverage",
    "v_coverage_totals",
    "v_funding",
    "v_funding_by_centre",
    "v_evaluation_latest",
    "v_evaluation_series",
    "v_activity",
    "v_activity_by_centre",
    "v_agreements",
    "v_governance",
    "v_network",
)
_TODAY = "date('now', 'localtime')"
_COLUMN = re.compile(r"(\w+): (.+)")


def views() -> dict[str, str]:
    """Return the SQL of each view, which is one select statement."""
    return {name: _as_of_today(compose(query(name))) for name in VIEWS}


def _as_of_today(sql: str) -> str:
    """SQL without parameters: today, and the default of every parameter."""
    return re.sub(r":(\w+)", lambda found: _TODAY if found[1] == "as_of" else _literal(DEFAULTS[found[1]]), sql)


def _literal(value: object) -> str:
    return "null" if value is None else str(value)


def about(view: str) -> tuple[str, str]:
    """Return what a view is, and what comes after its columns: how to ask it. Both are Markdown."""
    before, _, after = _parts(view)
    return before, after


def columns_of(view: str) -> list[tuple[str, str]]:
    """Return the columns of a view in their order, each with its explanation.

    One that is a column of a table, which the file names in brackets, is explained as the table's is.
    """
    return [(name, _explanation(name, text)) for name, text in _parts(view)[1]]


def _explanation(name: str, text: str) -> str:
    if not text.startswith("("):
        return text
    from crpv_cli.definitions.tables import TABLES

    column = TABLES[text.strip("()")].column(name)
    codes = ", ".join(f"`{choice.code}`" for choice in column.choices or ())
    return f"{column.explanation.rstrip('.')}: {codes}." if codes else column.explanation


def _parts(view: str) -> tuple[str, list[tuple[str, str]], str]:
    """The head of a view's file: its introduction, its columns with what is written of them, and what comes after."""
    lines, _ = header_and_sql(Path(__file__).parent / f"{view}.sql")
    parts = "\n".join(lines).split("\n\n", 2)
    unfolded = parts[1].replace("\n  ", " ").splitlines()
    columns = [(found[1], found[2]) for line in unfolded if (found := _COLUMN.fullmatch(line))]
    return parts[0], columns, parts[2] if len(parts) > 2 else ""
