"""The views, for those who read the registry with other programs: the facts of this folder, as of today.

A view takes no parameter, so it is of today in the local time of its reader, and needs no other view.
Amounts are in euros. What a view and its columns are stands in ``definitions/views.py``; the comment at the head of its
file says how to ask it.
"""

from __future__ import annotations

import re
from pathlib import Path

from crpv_cli.definitions.views import VIEWS
from crpv_cli.registry.queries import DEFAULTS, compose, header_and_sql, query

_TODAY = "date('now', 'localtime')"


def views() -> dict[str, str]:
    """Return the SQL of each view, which is one select statement."""
    return {name: _as_of_today(compose(query(name))) for name in VIEWS}


def _as_of_today(sql: str) -> str:
    """SQL without parameters: today, and the default of every parameter."""
    return re.sub(r":(\w+)", lambda found: _TODAY if found[1] == "as_of" else _literal(DEFAULTS[found[1]]), sql)


def _literal(value: object) -> str:
    return "null" if value is None else str(value)


def how_to_ask(view: str) -> str:
    """Return what the file of a view says of asking it, as Markdown; empty if it says nothing."""
    lines, _ = header_and_sql(Path(__file__).parent / f"{view}.sql")
    return "\n".join(lines).partition("\n\n")[2]
