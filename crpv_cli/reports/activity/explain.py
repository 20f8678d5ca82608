"""The rows behind a figure of activity: what was reported, and which centres reported nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports.activity.report import Work, centres_of_year, reports_by_year
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role, piece
from crpv_cli.reports.places import centres_of
from crpv_cli.result import Result

_MISSIONS = ("animation", "skills", "capitalisation", "complementary")
_UNITS = {"half_days": "half-day", "actions": "action", "participants": "participant"}
_NOTHING = msg("no row gives it.")


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say which rows a figure of ``activity`` is made of; None for what is no figure.

    Args:
        connection: an open registry.
        report: the report, whose parameters say what was asked.
        column: a total or a column of figures.
        row: the row of the report by column; None for a total.
    """
    asked = report.parameters
    by, last = asked["by"], asked["year"]
    narrowed = {"centre": asked["centre"], "mission": asked["mission"]}
    first = min((one["year"] for one in report.records()), default=last) if by == "year" else last
    found = read(connection, query("activity"), asked["as_of"], first=first, last=last, **narrowed).fetchall()
    year = row["year"] if row is not None and by == "year" else last
    known_on = min(asked["as_of"], f"{last}-12-31") if last else asked["as_of"]
    wanted = centres_of(connection, known_on, asked["region"], asked["department"], asked["centre"])
    found = [one for one in found if wanted is None or one["centre"] in wanted]
    group = {} if row is None or by == "year" else {by: row[by]}
    work = Work(tuple(found))
    now, before = work.only(year=year), work.only(year=(year or 0) - 1)
    own, own_before = now.only(**group), before.only(**group)
    if column in _MISSIONS:
        return _sum(own.only(mission=column), "half_days")
    if column in _UNITS:
        return _sum(own, column)
    if column == "share":
        whole = work if by == "year" else now
        rest = [one for one in whole.rows if one not in own.rows]
        return _share(own.rows, rest)
    if column == "remote_share":
        known = [one for one in own.rows if one["mode"] is not None]
        return _share(
            [one for one in known if one["mode"] == "remote"], [one for one in known if one["mode"] != "remote"]
        )
    reports = reports_by_year(connection, asked["as_of"])
    if column.startswith("half_days_change"):
        both = _comparable(
            own, own_before, row, by, reports.get(year or 0, set()) & reports.get((year or 0) - 1, set())
        )
        return _change(column, own.of_centres(both), own_before.of_centres(both))
    if column == "rows":
        return Explained(tuple(piece("activities", one) for one in own.rows), unit="row")
    if column == "centres" and row is not None:
        return _centres_of(own.rows)
    return _reported(connection, asked, column, wanted, now, before, reports) if row is None else None


def _pieces(rows: Iterable[sqlite3.Row], name: str, role: Role = Role.COUNTED) -> tuple[Piece, ...]:
    sign = -1 if role is Role.BEFORE else 1
    return tuple(piece("activities", row, sign * row[name], name, role) for row in rows if row[name] is not None)


def _sum(work: Work, name: str) -> Explained:
    kind = TABLES["activities"].column(name).kind
    return Explained(_pieces(work.rows, name), kind, _UNITS[name], unknown=_NOTHING)


def _share(counted: Iterable[sqlite3.Row], rest: Iterable[sqlite3.Row]) -> Explained:
    pieces = (*_pieces(counted, "half_days"), *_pieces(rest, "half_days", Role.REST))
    return Explained(pieces, Kind.PERCENT, "half-day", Formula.SHARE, Kind.DECIMAL, _NOTHING)


def _comparable(now: Work, before: Work, row: Mapping[str, Any] | None, by: str, reported: set[str]) -> set[str]:
    """The centres over which a change is computed: those of which both years are known, as the report has it."""
    if row is not None and by != "centre":
        return reported
    known = [{one["centre"] for one in work.rows if one["half_days"] is not None} for work in (now, before)]
    return known[0] & known[1]


def _change(column: str, now: Work, before: Work) -> Explained | None:
    if column == "half_days_change_centres":
        return _centres_of([one for one in now.rows if one["half_days"] is not None])
    pieces = (*_pieces(now.rows, "half_days"), *_pieces(before.rows, "half_days", Role.BEFORE))
    why = msg("no centre has reported both years.")
    if column == "half_days_change_share":
        return Explained(pieces, Kind.PERCENT, "half-day", Formula.CHANGE, Kind.DECIMAL, why)
    return Explained(pieces, Kind.DECIMAL, "half-day", unknown=why)


def _centres_of(rows: Iterable[sqlite3.Row]) -> Explained:
    """The centres that reported rows: the first of each counts it, the others say why too."""
    seen: set[str] = set()
    pieces = []
    for row in sorted(rows, key=lambda one: one["centre"]):
        first = row["centre"] not in seen
        seen.add(row["centre"])
        pieces.append(piece("activities", row, 1 if first else None, role=Role.COUNTED if first else Role.REASON))
    return Explained(tuple(pieces), unit="centre")


def _reported(
    connection: sqlite3.Connection,
    asked: Mapping[str, Any],
    column: str,
    wanted: set[str] | None,
    now: Work,
    before: Work,
    reports: Mapping[int, set[str]],
) -> Explained | None:
    """Which centres there are, and which of them have reported the year."""
    year = asked["year"]
    centres = centres_of_year(connection, asked["as_of"], year, wanted, now, before, reports)
    sources = dict(connection.execute("select id, source from centres").fetchall())
    if column == "reported":
        ids = {one.id for one in centres if one.reported}
        known = read(
            connection,
            "select * from known_activities where year = :year order by centre, mission, type, theme, mode, audience",
            asked["as_of"],
            year=year,
        )
        return _centres_of([row for row in known if row["centre"] in ids])
    if column not in {"centres", "not_reported"}:
        return None
    says = None if column == "centres" else msg("nothing is reported of {year}", year=str(year))
    return Explained(
        tuple(
            Piece("centres", {"id": one.id}, source=sources[one.id], says=says)
            for one in centres
            if column == "centres" or not one.reported
        ),
        unit="centre",
    )
