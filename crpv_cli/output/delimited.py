"""CSV for machines and for spreadsheets."""

from __future__ import annotations

import csv
import io

from crpv_cli import language
from crpv_cli.output.cells import for_csv, for_excel
from crpv_cli.result import Result

__all__ = ["csv_excel_text", "csv_text"]


def csv_text(result: Result) -> str:
    """Comma, UTF-8, decimal point, ISO dates, stable names: as data.gouv.fr asks, and as ``crpv load`` reads."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.name for column in result.columns)
    for row in result.rows:
        writer.writerow(for_csv(value, column) for value, column in zip(row, result.columns, strict=True))
    return stream.getvalue()


def csv_excel_text(result: Result) -> str:
    """Semicolon, CRLF, decimal comma, labels in the reader's language; written with a byte order mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings(result))
    for row in result.rows:
        writer.writerow(for_excel(value, column) for value, column in zip(row, result.columns, strict=True))
    return stream.getvalue()


def headings(result: Result) -> list[str]:
    """The labels of the columns; one that another column has already is followed by its stable name."""
    labels: list[str] = []
    for column in result.columns:
        label = language.translate(column.label)
        labels.append(f"{label} ({column.name})" if label in labels else label)
    return labels
