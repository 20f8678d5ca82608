"""What a table of a file gives, row by row, however many at a time it hands on."""

from __future__ import annotations

from crpv_cli.errors import Anomaly
from crpv_cli.intake.tablefile import TableFile
from crpv_cli.registry.loads import Batch, Record, Refused


def rows_of(file: TableFile) -> list[Record | Refused | Anomaly]:
    """Everything that reading a table gives, in order, the rows of a batch as records."""
    found: list[Record | Refused | Anomaly] = []
    for given in file.rows():
        found.extend(given.records() if isinstance(given, Batch) else [given])
    return found


def records_of(file: TableFile) -> list[Record]:
    """The rows that may go into the registry, by line."""
    return sorted((row for row in rows_of(file) if isinstance(row, Record)), key=lambda record: record.line)
