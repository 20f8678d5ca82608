"""Where words were found, for reading: under each table, the row, and the text with the words set off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from crpv_cli import language
from crpv_cli.language import N_, msg
from crpv_cli.output.shelf.cells import to_read
from crpv_cli.output.terminal.lines import BOLD, CYAN, DIM, PLAIN, Line, wrapped
from crpv_cli.result import Result

_FOUND = f"{BOLD} {CYAN}"


def matches_lines(result: Result, width: int | None) -> Iterator[Line]:
    """Set matches as lines of at most ``width`` columns, or of any length where that is None."""
    columns = {column.name: column for column in result.columns}
    if not result.rows:
        yield [(language.text(N_("No rows.")), DIM)]
    for table, of_table in groupby(result.records(), lambda record: record["table"]):
        found = list(of_table)
        yield from ([], [(f"{to_read(table, columns['table'])} ({language.number(len(found))})", BOLD)])
        for row, of_row in groupby(found, lambda record: to_read(record["row"], columns["row"])):
            yield from wrapped(row, width, "  ", "    ")
            for record in of_row:
                said = {name: to_read(record[name], columns[name]) for name in ("heading", "text")}
                whole = msg("{place}: {message}", place=said["heading"], message=said["text"]).text()
                for line in wrapped(whole, width, "    ", "      "):
                    yield list(_set_off(line, record["found"]))


def _set_off(line: Line, found: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Set the words that were found in another style than the rest of a line."""
    words = sorted({word for text in found for word in text.split()}, key=len, reverse=True)
    for text, _style in line:
        for part in re.split(f"({'|'.join(map(re.escape, words))})", text):
            if part:
                yield part, _FOUND if part in words else PLAIN
