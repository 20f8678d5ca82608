"""The rows behind a figure of agreements: the agreements that it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from crpv_cli.definitions.columns import Kind
from crpv_cli.language import Day, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.evidence import Explained, piece
from crpv_cli.reports.places import centres_of
from crpv_cli.result import Result

_COUNTED: Mapping[str, Callable[[sqlite3.Row], bool]] = {
    "agreements": lambda row: True,
    "running": lambda row: bool(row["runs"]),
    "ending": lambda row: row["status"] == "ending",
    "future": lambda row: row["status"] == "future",
    "ended": lambda row: row["status"] in {"ended", "ended-without-successor"},
    "ended_without_successor": lambda row: row["status"] == "ended-without-successor",
    "running_amount": lambda row: bool(row["runs"]) and row["amount_cents"] is not None,
}
_OF_A_ROW = {"amount": ("amount_cents", Kind.MONEY, "euro"), "days_left": ("days_left", Kind.INTEGER, "day")}


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say which rows a figure of ``agreements`` is made of; None for what is no figure.

    Args:
        connection: an open registry.
        report: the report, whose parameters say what was asked.
        column: a total or a column of figures.
        row: the row of the report by column; None for a total.
    """
    asked = report.parameters
    wanted = centres_of(connection, asked["as_of"], asked["region"], asked["department"], asked["centre"])
    known = read(
        connection,
        "select * from agreement_states order by centre, funder, starts_on",
        asked["as_of"],
        within=asked["within"],
    )
    found = [one for one in known if wanted is None or one["centre"] in wanted]
    if row is not None:
        if column not in _OF_A_ROW:
            return None
        name, kind, unit = _OF_A_ROW[column]
        key = ("centre", "funder", "starts_on", "ends_on", "reference")
        own = [one for one in found if all(one[part] == row[part] for part in key)]
        read_from = "ends_on" if column == "days_left" else name
        pieces = tuple(piece("agreements", one, one[name], read_from, says=_says(one)) for one in own)
        return Explained(pieces, kind, unit, unknown=msg("the agreement does not say it, or does not run."))
    if column not in _COUNTED:
        return None
    unknown = msg("no agreement is known on {date}.", date=Day(asked["as_of"]))
    counted = [one for one in found if _COUNTED[column](one)]
    if column == "running_amount":
        pieces = tuple(
            piece("agreements", one, one["amount_cents"], "amount_cents", says=_says(one)) for one in counted
        )
        return Explained(pieces, Kind.MONEY, "euro", unknown=unknown)
    pieces = tuple(piece("agreements", one, column="ends_on", says=_says(one)) for one in counted)
    return Explained(pieces, unit="agreement", unknown=unknown)


def _says(row: sqlite3.Row) -> Message:
    return msg("from {first} to {last}", first=Day(row["starts_on"]), last=Day(row["ends_on"]))
