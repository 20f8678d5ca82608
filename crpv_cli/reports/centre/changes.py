"""Which centres opened and closed, and which departments entered and left their perimeters."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.language import Day, Message, msg
from crpv_cli.registry.queries import open_centres, read
from crpv_cli.reports.changes.difference import Change, State, plain
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.spelling import fold


def centre_changes(first: State, last: State) -> Iterable[Change]:
    """The centres that are open in one of the states and not in the other."""
    before, after = set(open_centres(*first)), set(open_centres(*last))
    for row in _centres(first, last):
        identity = {"centre": row["id"], "short_name": row["short_name"], "sources": (row["source"],)}
        fictitious = bool(row["fictitious"])
        if row["id"] in after - before:
            yield Change("centre-opened", msg("Centre opened"), after=_since(row), fictitious=fictitious, **identity)
        if row["id"] in before - after:
            yield Change("centre-closed", msg("Centre closed"), before=_until(row), fictitious=fictitious, **identity)


def _centres(first: State, last: State) -> list[sqlite3.Row]:
    """The centres of both states, as the last one that has them describes them."""
    asked = """
        select c.*, coalesce(s.fictitious, 0) as fictitious
        from centres as c left join sources as s on s.id = c.source
        """
    rows = {row["id"]: row for state in (first, last) for row in state.connection.execute(asked)}
    return sorted(rows.values(), key=lambda row: fold(row["short_name"]))


def _since(row: sqlite3.Row) -> Message | None:
    """Since when a centre exists, as far as it is known."""
    return msg("since {date}", date=Day(row["opened"])) if row["opened"] is not None else None


def _until(row: sqlite3.Row) -> Message | None:
    return msg("until {date}", date=Day(row["closed"])) if row["closed"] is not None else None


def perimeter_changes(first: State, last: State) -> Iterable[Change]:
    """The departments that a centre serves in one of the states and not in the other.

    Before and after say who serves the department on each date; the values are how many neighbourhoods of it the
    centre covers, in the geography of the last date.
    """
    pairs = [_served(state) for state in (first, last)]
    names = {row["id"]: row["short_name"] for row in _centres(first, last)}
    listed = coverage(last.connection, max(first.as_of, last.as_of), by="department")
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
                _neighbourhoods(department["total"], gained),
                0 if gained else department["total"],
                department["total"] if gained else 0,
                "neighbourhoods",
                bool(found["fictitious"]),
                (found["source"],),
            )


def _served(state: State) -> dict[tuple[str, str], sqlite3.Row]:
    """The pairs of centre and department on a date, with the source that says so."""
    rows = read(state.connection, "select * from served", state.as_of)
    return {(row["centre"], row["department"]): row for row in rows}


def _serving(centres: list[str], names: dict[str, str]) -> Message:
    return plain([names[centre] for centre in centres]) if centres else msg("no centre")


def _neighbourhoods(count: int | None, gained: bool) -> Message | None:
    if count is None:
        return None
    return msg("{sign}{count} QPV", sign="+" if gained else "-", count=count) if count else msg("0 QPV")
