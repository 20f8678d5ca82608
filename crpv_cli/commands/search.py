"""``crpv search``: where words stand in the registry."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.language import text as _


@command()
def search(
    door: Door,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar=_("WORD..."), help=_("Words that stand together in a text, or the beginnings of words.")
        ),
    ],
    table: Annotated[
        str | None, typer.Option("--table", metavar=_("TABLE"), help=_("Search only this table; all by default."))
    ] = None,
    centre: Annotated[
        str | None, typer.Option("--centre", metavar=_("CENTRE"), help=_("Search only the rows of this centre."))
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar=_("N"), min=1, help=_("At most this many places; others are counted."))
    ] = 200,
) -> None:
    """Search names, texts and sources."""
    from crpv_cli.definitions.named import table_named
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.reports.search import search as find_words

    its_table = table_named(table) if table is not None else None
    with door.reading() as connection:
        its_centre = find_centre(connection, centre) if centre is not None else None
        result = find_words(connection, words, its_table, its_centre, limit)
    door.show(result)
