"""Finding the table that a name means."""

from __future__ import annotations

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.spelling import closest


def table_named(name: str) -> Table:
    """Return the table of that name, written with underscores or hyphens.

    Raises:
        UsageProblem: there is none; the message suggests near names.
    """
    table = TABLES.get(name.replace("-", "_"))
    if table is None:
        near = closest(name, TABLES, 1)
        raise UsageProblem(
            msg("There is no table called {name}.", name=name),
            msg("Did you mean {near}?", near=near) if near else msg("The tables are: {tables}.", tables=list(TABLES)),
        )
    return table
