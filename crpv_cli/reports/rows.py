"""The rows of a result from those that a query gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.result import Value


def row_of(columns: Sequence[Column], found: sqlite3.Row | Mapping[str, Value]) -> tuple[Value, ...]:
    """Return values of columns, each found under its stored name: a flag is true or false, several codes a tuple."""
    return tuple(_value(found[column.stored], column.kind) for column in columns)


def shortest(number: float) -> int | float:
    """Return a sum of numbers with decimals as an integer where it is one: 12 half-days, and not 12.0."""
    return int(number) if float(number).is_integer() else number


def _value(value: Value, kind: Kind) -> Value:
    if value is None:
        return None
    if kind is Kind.FLAG:
        return bool(value)
    return tuple(str(value).split()) if kind is Kind.CODES else value
