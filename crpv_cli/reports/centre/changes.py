"""Which centres opened and closed, and which departments entered and left their perimeters."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.language import Day, Message, msg
from crpv_cli.registry.queries import open_centres, read
from crpv_cli.reports.changes.difference import Change, deduced, plain
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.spelling import fold


def centre_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """The centres that are open on one of the dates and not on the other."""
    before, after = set(open_centres(connection, first)), set(open_centres(connection, last))
    for row in _centres(connection):
        identity = {"centre": row["id"], "short_name": row["short_name"], "sources": (row["source"],)}
        fictitious = bool(row["fictitious"])
        if row["id"] in after - before:
            yield Change("centre-opened", msg("Centre opened"), after=_since(row), fictitious=fictitious, **identity)
        if row["id"] in before - after:
            yield Change("centre-closed", msg("Centre closed"), before=_until(row), fictitious=fictitious, **identity)


def _centres(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    rows = connection.execute(
        """
        select c.*, coalesce(s.fictitious, 0) as fictitious
        from centres as c left join sources as s on s.id = c.source
        """
    ).fetchall()
    return sorted(rows, key=lambda row: fold(row["short_name"]))


def _since(row: sqlite3.Row) -> Message | None:
    """Since when a centre exists, as far as it is known."""
    return msg("since {date}", date=Day(row["opened"])) if row["opened"] is not None else None


def _until(row: sqlite3.Row) -> Message | None:
    return msg("until {date}", date=Day(row["closed"])) if row["closed"] is not None else None


def perimeter_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """The departments that a centre serves on one of the dates and not on the other.

    Before and after say who serves the department on each date; the values are how many neighbourhoods of it the
    centre covers, by the lists of the last date. One whose perimeter is not of high confidence is said to be deduced.
    """
    pairs = [_served(connection, date) for date in (first, last)]
    names = {row["id"]: row["short_name"] for row in _centres(connection)}
    listed = coverage(connection, max(first, last), by="department")
    for department in listed.records():
        code = department["department"]
        before, after = (sorted(centre for centre, served in served_on if served == code) for served_on in pairs)
        for centre in sorted({*before} ^ {*after}, key=lambda id_: fold(names[id_])):
            gained = centre in after
            found = pairs[gained][centre, code]
            yield Change(
                "perimeter-gained" if gained else "perimeter-lost",
                msg("Gains {code} {name}", code=code, name=department["name"])
                if gained
                else msg("Loses {code} {name}", code=code, name=department["name"]),
                centre,
                names[centre],
                code,
                _serving(before, names),
                _serving(after, names),
                deduced(_neighbourhoods(department["total"], gained), found["confidence"]),
                0 if gained else department["total"],
                department["total"] if gained else 0,
                "neighbourhoods",
                bool(found["fictitious"]),
                (found["source"],),
                confidence=found["confidence"],
            )


def _served(connection: sqlite3.Connection, as_of: str) -> dict[tuple[str, str], sqlite3.Row]:
    """The pairs of centre and department on a date, with the source that says so."""
    return {(row["centre"], row["department"]): row for row in read(connection, "select * from served", as_of)}


def _serving(centres: list[str], names: dict[str, str]) -> Message:
    return plain([names[centre] for centre in centres]) if centres else msg("no centre")


def _neighbourhoods(count: int | None, gained: bool) -> Message | None:
    if count is None:
        return None
    return msg("{sign}{count} QPV", sign="+" if gained else "-", count=count) if count else msg("0 QPV")
