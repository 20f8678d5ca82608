"""CSV for machines and for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.output.shelf.cells import for_csv, for_excel
from crpv_cli.output.shelf.layout import named_once
from crpv_cli.result import Result, Value


def csv_text(result: Result) -> str:
    """Comma, UTF-8, decimal point, ISO dates, stable names: as data.gouv.fr asks, and as ``crpv load`` reads."""
    return "".join(csv_lines(result.columns, result.rows))


def csv_lines(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Set the same a row at a time."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    yield stream.getvalue()
    for row in rows:
        stream.seek(0)
        stream.truncate()
        writer.writerow(for_csv(value, column) for value, column in zip(row, columns, strict=True))
        yield stream.getvalue()


def csv_excel_text(result: Result) -> str:
    """Semicolon, CRLF, decimal comma, labels in the reader's language; written with a byte order mark.

    Texts are between quotation marks and numbers do not: a spreadsheet that is set to take quoted fields as text
    keeps the zero of ``01``.
    """
    return "".join(csv_excel_lines(result.columns, result.rows))


def csv_excel_lines(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Set the same a row at a time."""
    yield ";".join(_quotes(label) for label in named_once(columns)) + "\r\n"
    for row in rows:
        cells = [_quoted(for_excel(value, column), value, column) for value, column in zip(row, columns, strict=True)]
        yield ";".join(cells) + "\r\n"


def _quoted(cell: str, value: Value, column: Column) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool) and column.kind is not Kind.FLAG
    return cell if number or not cell else _quotes(cell)


def _quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
