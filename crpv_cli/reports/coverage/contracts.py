"""The detailed list of city contracts, once somebody loaded it: how many are signed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from crpv_cli.language import Day, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.coverage import neighbourhoods
from crpv_cli.result import Note


def list_notes(connection: sqlite3.Connection, counted_on: str, measure: str) -> Iterator[Note]:
    """Say of a measure that has a detailed list where list and counts differ, and of contracts how many are signed."""
    if measure not in neighbourhoods.LISTS:
        return
    yield from neighbourhoods.disagreement_notes(connection, counted_on, measure)
    if measure == "contracts":
        yield from _signed(connection, counted_on)


def _signed(connection: sqlite3.Connection, counted_on: str) -> Iterator[Note]:
    sql = "select count(*) as listed, count(*) filter (where signed_on <= :counted_on) as signed from contracts_on"
    (row,) = read(connection, sql, counted_on, counted_on=counted_on)
    if row["listed"]:
        yield Note(
            "contracts-signed",
            msgs(
                "Signed on {date}, by the detailed list: {signed} of {count} contract.",
                "Signed on {date}, by the detailed list: {signed} of {count} contracts.",
                row["listed"],
                date=Day(counted_on),
                signed=row["signed"],
            ),
            {"signed": row["signed"], "listed": row["listed"]},
        )
