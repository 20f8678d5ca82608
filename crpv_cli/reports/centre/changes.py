"""Which centres opened, closed and changed, which have a label, and which departments came and left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from crpv_cli.definitions.articles import named
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import Day, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, State, deduced, plain
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.spelling import fold


def centre_changes(first: State, last: State) -> Iterable[Change]:
    """The centres that are open in one of the states and not in the other, and what is new of those in both."""
    before, after = _open(first), _open(last)
    names = _names(first, last)
    for centre in sorted({*before, *after}, key=lambda id_: fold(names[id_])):
        row = after.get(centre) or before[centre]
        identity: dict[str, Any] = {"centre": centre, "short_name": names[centre], "sources": (row["source"],)}
        fictitious = bool(row["fictitious"])
        if centre not in before:
            yield Change("centre-opened", msg("Centre opened"), after=_since(row), fictitious=fictitious, **identity)
        elif centre not in after:
            closed = _centre(last, centre)
            successor = names.get(closed["successor"] or "") if closed else None
            yield Change(
                "centre-closed",
                msg("Centre closed"),
                before=_until(closed) if closed else None,
                after=msg("succeeded by {centre}", centre=successor) if successor else None,
                fictitious=fictitious,
                **identity,
            )
        else:
            yield from _restated(first, last, before[centre], row, identity)
        yield from _label(before.get(centre), after.get(centre), identity, fictitious)


def _names(*states: State) -> dict[str, str]:
    """What centres are called, as the last of the states that has them calls them."""
    asked = "select id, short_name from centres_on"
    return {row["id"]: row["short_name"] for state in states for row in read(state.connection, asked, state.as_of)}


_COLUMNS = {column.name: column for column in TABLES["centres"].columns}
_FACTS = ("legal_form", "carrier", "siren", "seat")


def _restated(
    first: State, last: State, before: sqlite3.Row, after: sqlite3.Row, identity: dict[str, Any]
) -> Iterable[Change]:
    """The other name, form, carrier, SIREN or seat of a centre, with the source of its former state."""
    changed = [name for name in ("name", "short_name", *_FACTS) if before[name] != after[name]]
    if not changed:
        return
    state = read(
        last.connection,
        "select s.source, coalesce(k.fictitious, 0) as fictitious from centre_states as s"
        " left join sources as k on k.id = s.source where s.centre = :centre and s.valid_to >= :as_of"
        " order by s.valid_to limit 1",
        min(first.as_of, last.as_of),
        centre=before["id"],
    ).fetchone()
    told = dict(identity)
    if state is not None:  # else what is known of it was corrected, and it has no former state
        told |= {"sources": (*identity["sources"], state["source"]), "fictitious": bool(state["fictitious"])}
    if not {"name", "short_name"}.isdisjoint(changed):
        name = "name" if "name" in changed else "short_name"
        yield Change(
            "centre-renamed", msg("Renamed"), subject=name, before=plain(before[name]), after=plain(after[name]), **told
        )
    for name in _FACTS:
        if name in changed:
            yield Change(
                "centre-changed",
                msg(_COLUMNS[name].label),
                subject=name,
                before=_said(name, before[name]),
                after=_said(name, after[name]),
                **told,
            )


def _said(name: str, value: str | None) -> Message | None:
    if value is None:
        return None
    labels = {choice.code: choice.label for choice in _COLUMNS[name].choices}
    return msg(labels[value]) if value in labels else plain(value)


def _label(
    before: sqlite3.Row | None, after: sqlite3.Row | None, identity: dict[str, Any], fictitious: bool
) -> Iterable[Change]:
    """The label that a centre has on one date and not on the other, while it exists."""
    had, has = (row is not None and row["labelled"] for row in (before, after))
    if has and not had and after is not None:
        since = msg("since {date}", date=Day(after["label_from"])) if after["label_from"] else None
        yield Change("label-given", msg("Label given"), after=since, fictitious=fictitious, **identity)
    if had and after is not None and not has:
        until = msg("until {date}", date=Day(after["label_to"])) if after["label_to"] else None
        yield Change("label-ended", msg("Label ended"), before=until, fictitious=fictitious, **identity)


_CENTRES = """
    select
        c.*,
        l.labelled,
        (select min(valid_from) from labels_on where centre = c.id) as label_from,
        (select max(valid_to) from labels where centre = c.id and valid_to < :as_of) as label_to,
        coalesce(s.fictitious, 0) as fictitious
    from {centres} as c
    join labelled as l on l.centre = c.id
    left join sources as s on s.id = c.source
    where :centre is null or c.id = :centre
"""


def _open(state: State) -> dict[str, sqlite3.Row]:
    """The centres open in a state, by id."""
    return {row["id"]: row for row in read(state.connection, _CENTRES.format(centres="open_centres"), state.as_of)}


def _centre(state: State, centre: str) -> sqlite3.Row | None:
    asked = _CENTRES.format(centres="centres_on")
    row: sqlite3.Row | None = read(state.connection, asked, state.as_of, centre=centre).fetchone()
    return row


def _since(row: sqlite3.Row) -> Message | None:
    """Since when a centre exists, as far as it is known."""
    return msg("since {date}", date=Day(row["opened"])) if row["opened"] is not None else None


def _until(row: sqlite3.Row) -> Message | None:
    return msg("until {date}", date=Day(row["closed"])) if row["closed"] is not None else None


def perimeter_changes(first: State, last: State) -> Iterable[Change]:
    """The departments that a centre serves in one of the states and not in the other.

    Before and after say who serves the department on each date; the values are how many neighbourhoods of it the
    centre covers, by the lists of the last date. One whose perimeter is not of high confidence is said to be deduced.
    """
    pairs = [_served(state) for state in (first, last)]
    names = _names(first, last)
    listed = coverage(last.connection, max(first.as_of, last.as_of), by="department")
    for department in listed.records():
        code = department["department"]
        before, after = (sorted(centre for centre, served in served_on if served == code) for served_on in pairs)
        for centre in sorted({*before} ^ {*after}, key=lambda id_: fold(names[id_])):
            gained = centre in after
            found = pairs[gained][centre, code]
            yield Change(
                "perimeter-gained" if gained else "perimeter-lost",
                msg("Gains {code} {name}", code=code, name=named(code, department["name"]))
                if gained
                else msg("Loses {code} {name}", code=code, name=named(code, department["name"])),
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
