"""Which agreements run in one state and not in the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby, zip_longest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, State
from crpv_cli.result import Value
from crpv_cli.spelling import fold


def agreement_changes(first: State, last: State) -> Iterable[Change]:
    """The agreements that started or ended; both of its bounds are days of an agreement.

    One that ended and one that started, of the same centre and funder, are one that was renewed; one whose end or
    amount is known otherwise was corrected. The values are the amounts promised.
    """
    before, after = (
        {_key(row): row for row in read(state.connection, "select * from agreements_on", state.as_of)}
        for state in (first, last)
    )
    rows = [row for key, row in (before | after).items() if (key in before) is not (key in after)]
    rows.sort(
        key=lambda row: (
            *(fold(row["short_name"]), fold(row["funder_name"]), row["centre"], row["funder"]),
            *(row["starts_on"], row["ends_on"], row["reference"] or ""),
        )
    )
    for _, found in groupby(rows, key=lambda row: (row["centre"], row["funder"])):
        of_both = list(found)
        ended, started = ([row for row in of_both if _key(row) in running] for running in (before, after))
        for old, new in zip_longest(ended, started):
            yield _change(old, new)
    for key in sorted(before.keys() & after.keys(), key=str):
        old, new = before[key], after[key]
        if any(old[name] != new[name] for name in ("ends_on", "amount_cents")):
            yield _change(old, new, N_("corrected"))


def _key(row: sqlite3.Row) -> tuple[Value, ...]:
    return tuple(row[name] for name in TABLES["agreements"].key)


def _change(old: sqlite3.Row | None, new: sqlite3.Row | None, word: str = N_("renewed")) -> Change:
    known = [row for row in (old, new) if row is not None]
    row = known[0]
    return Change(
        "agreement",
        msg("Agreement: {funder}", funder=row["funder_name"]),
        row["centre"],
        row["short_name"],
        row["funder"],
        _until(old),
        _until(new),
        msg(word if len(known) == 2 else N_("ended") if new is None else N_("started")),
        _amount(old),
        _amount(new),
        "euros",
        any(bool(row["fictitious"]) for row in known),
        tuple(row["source"] for row in known),
    )


def _until(row: sqlite3.Row | None) -> Message | None:
    return None if row is None else msg("until {date}", date=Day(row["ends_on"]))


def _amount(row: sqlite3.Row | None) -> float | None:
    return None if row is None or row["amount_cents"] is None else row["amount_cents"] / 100
