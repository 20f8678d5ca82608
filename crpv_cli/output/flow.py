"""Rows that are written as they come: neither standard output nor a file needs all of them at once."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic

from crpv_cli.errors import CrpvError, UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.output import streams
from crpv_cli.output.formats import Format, function_of, ready, show
from crpv_cli.result import Flow, Result

MOST_ROWS = 100_000
"""How many rows a format may be given that is written whole: it takes some kilobytes for each of them."""
_CHUNK = 1 << 16
_PATIENCE_SECONDS = 0.1


def show_flow(
    asked: Callable[[], Flow], format_: Format | None, output: Path | None, force: bool, default: Format = Format.TABLE
) -> None:
    """Print rows that come one after the other, or write them to a file, as ``formats.show`` does with a result.

    Args:
        asked: asks for them, once it is sure that they can be shown.
        format_: the format asked for; that of the file's extension if it is None.
        output: the file to write; it appears with its last row.
        force: whether a file that is there is written over.
        default: the format if nothing says another.

    Raises:
        UsageProblem: as ``formats.show``, they are too many for a format that is written whole, or the rows raise it.
        FileProblem: the file exists already, or cannot be written.
    """
    chosen = ready(format_, output, force, default)
    flow = asked()
    if not chosen.row.lines:
        show(_whole(flow, chosen), chosen, output, force)
        return
    lines = function_of(chosen.row.lines)(flow.columns, flow.rows)
    pour_text(lines, output, force, chosen.row.encoding)
    streams.say_all(flow.remarks())


def pour_text(pieces: Iterable[str], output: Path | None, force: bool, encoding: str = "utf-8") -> None:
    """Print pieces of a text as they come, or write them to a file, which appears with the last one.

    Raises:
        FileProblem: the file exists already, or cannot be written.
    """
    # It writes a byte order mark once. The name of a file in it need not be UTF-8.
    encoder = codecs.getincrementalencoder(encoding)("backslashreplace")
    encoded = (encoder.encode(text) for text in _gathered(pieces))
    if output is None or streams.is_standard(output):
        for piece in encoded:
            streams.deliver(piece, None, force)
    else:
        with streams.writing(output, force) as file:
            for piece in encoded:
                file.write(piece)


def _gathered(lines: Iterable[str]) -> Iterator[str]:
    """Put lines together that come quickly: each of them alone would be a call of the system."""
    gathered: list[str] = []
    length, since = 0, monotonic()
    try:
        for line in lines:
            gathered.append(line)
            length += len(line)
            if length >= _CHUNK or monotonic() - since >= _PATIENCE_SECONDS:
                yield "".join(gathered)
                gathered.clear()
                length, since = 0, monotonic()
    except CrpvError:
        yield "".join(gathered)  # what came before it
        raise
    yield "".join(gathered)


def _whole(flow: Flow, chosen: Format) -> Result:
    """Take all rows.

    Raises:
        UsageProblem: they are too many, or too large.
    """
    rows = []
    size = 0
    for row in flow.rows:
        rows.append(row)
        size += flow.size(row)
        if len(rows) > MOST_ROWS:
            raise UsageProblem(
                msg(
                    "The answer has more than {count} rows, too many for {format}.",
                    count=MOST_ROWS,
                    format=chosen.value,
                ),
                _by_row(),
            )
        if flow.kept is not None and flow.too_large is not None and size > flow.kept:
            raise UsageProblem(flow.too_large().message, _by_row())
    return flow.result(rows)


def _by_row() -> Message:
    formats = [one.value for one in Format if one.row.lines]
    return msg("Narrow it down, or use a format that is written row by row: {formats}.", formats=formats)
