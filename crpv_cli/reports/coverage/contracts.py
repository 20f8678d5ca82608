"""The detailed list of city contracts, once somebody loaded it: does it agree with the counts, and what is signed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from crpv_cli.language import Day, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.coverage import neighbourhoods
from crpv_cli.reports.coverage.departments import Department
from crpv_cli.result import Note


def contract_notes(
    connection: sqlite3.Connection, counted_on: str, departments: Sequence[Department]
) -> Iterator[Note]:
    """Say where the list of contracts and their counts differ, and how many are signed; nothing without a list."""
    yield from neighbourhoods.disagreement_notes(connection, counted_on, departments, "contracts")
    wanted = json.dumps([one.code for one in departments])
    sql = """
        select count(*) as listed, count(*) filter (where signed_on <= :counted_on) as signed
        from contracts_on
        where department in (select value from json_each(:departments))
    """
    (row,) = read(connection, sql, counted_on, counted_on=counted_on, departments=wanted)
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
