"""The rows behind a figure of coverage: the count of each department, and the perimeters that say it is covered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crpv_cli.definitions.columns import Kind
from crpv_cli.language import msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role, piece
from crpv_cli.reports.finding import find_region
from crpv_cli.result import Result

Row = Mapping[str, Any]

_COUNTS = """
    select c.*, t.measure as counted, t.valid_from
    from coverage as c
    left join counts_on as t
        on t.department = c.department
       and t.measure = iif(:measure = 'departments', 'neighbourhoods', :measure)
    where c.measure = :measure
    order by length(c.department), c.department
"""
_LISTED = """
    select n.code, n.department, n.source, d.region_code, d.overseas, s.centres, s.confidence, s.labelled, 1 as value
    from neighbourhoods_on as n
    join places as d on d.code = n.department
    join serving as s on s.department = n.department
    order by length(n.department), n.department, n.code
"""
_PERIMETERS = """
    select p.*
    from perimeters_on as p join open_centres as c on c.id = p.centre
    order by p.department, p.centre, p.valid_from
"""
_SERVED = "select department, confidence, labelled from served where centre = :centre"
_UNITS = {
    "neighbourhoods": "neighbourhood",
    "contracts": "contract",
    "inhabitants": "inhabitant",
    "departments": "department",
}


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted: rows of a department's count, or single neighbourhoods; and how they become pieces."""

    rows: list[Row]
    make: Callable[[Row, Role], Piece]
    perimeters: list[sqlite3.Row]
    unit: str

    def pieces(self, rows: Iterable[Row], role: Role = Role.COUNTED) -> tuple[Piece, ...]:
        return tuple(self.make(row, role) for row in rows if row["value"])

    def reasons(self, rows: Iterable[Row], centre: str | None = None) -> tuple[Piece, ...]:
        """The perimeters that say that departments are covered."""
        departments = {row["department"] for row in rows if row["value"]}
        return tuple(
            piece("perimeters", row, None, role=Role.REASON)
            for row in self.perimeters
            if row["department"] in departments and centre in {None, row["centre"]}
        )


# What of a department counts under the name of a figure; the share of it has the name with "_share".
_COUNTS_AS: Mapping[str, Callable[[Row], bool]] = {
    "covered": lambda row: bool(row["centres"]),
    "low": lambda row: bool(row["centres"]),
    "high": lambda row: row["confidence"] == "high",
    "medium": lambda row: row["confidence"] in {"high", "medium"},
    "labelled": lambda row: bool(row["labelled"]),
    "uncovered": lambda row: not row["centres"],
    "total": lambda row: True,
    "shared": lambda row: len((row["centres"] or "").split()) > 1,
}


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say which rows a figure of ``coverage`` is made of; None for what is no figure.

    Args:
        connection: an open registry.
        report: the report, whose parameters say what was asked.
        column: a total, also of a part (``overseas.share``), or a column of figures.
        row: the row of the report by column; None for a total.
    """
    part, _, name = column.rpartition(".")
    if part.startswith("confidence."):
        # How much rests on a confidence: "confidence.high.share".
        name = part.removeprefix("confidence.") + ("_share" if name == "share" else "")
        part = ""
    counted = _counted(connection, report.parameters)
    members = [one for one in counted.rows if _belongs(one, part, row)]
    centre = row.get("centre") if row else None
    if centre:
        # Of a department that several serve, each centre has its own confidence.
        served = read(connection, _SERVED, report.parameters["as_of"], centre=centre)
        own_words = {one["department"]: dict(one) for one in served}
        members = [{**one, **own_words.get(one["department"], {})} for one in members]
    known = [one for one in members if one["value"] is not None]
    unknown = msg("no count of it is in force on {date}.", date=str(report.parameters["counted_on"]))
    if name == "share":
        name = "covered_share"
    if name.endswith("_share") and name.removesuffix("_share") in _COUNTS_AS:
        own = [one for one in known if _COUNTS_AS[name.removesuffix("_share")](one)]
        whole = counted.rows if centre else known
        places = {_place(one) for one in own}
        rest = [one for one in whole if _place(one) not in places]
        pieces = (
            *counted.pieces(own),
            *counted.pieces(rest, Role.REST),
            *counted.reasons(own, centre),
        )
        return Explained(pieces, Kind.PERCENT, counted.unit, Formula.SHARE, Kind.INTEGER, unknown)
    if name not in _COUNTS_AS:
        return None
    own = [one for one in known if _COUNTS_AS[name](one)]
    reasons = () if name in {"total", "uncovered"} else counted.reasons(own, None if name == "shared" else centre)
    return Explained((*counted.pieces(own), *reasons), Kind.INTEGER, counted.unit, unknown=unknown)


def _counted(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> _Counted:
    parameters = {name: asked[name] for name in ("as_of", "counted_on", "measure")}
    listed = asked["by"] == "neighbourhood"
    found = read(connection, _LISTED if listed else _COUNTS, **parameters)
    region = find_region(connection, asked["region"]).departments if asked.get("region") is not None else None
    return _Counted(
        rows=[one for one in map(dict, found) if _asked_for(one, asked, region)],
        make=_neighbourhood if listed else _count,
        perimeters=read(connection, _PERIMETERS, **parameters).fetchall(),
        unit=_UNITS[asked["measure"]],
    )


def _asked_for(one: Row, asked: Mapping[str, Any], region: frozenset[str] | None) -> bool:
    """Whether a department is among those that the report is narrowed to."""
    department, centre = asked.get("department"), asked.get("centre")
    return (
        (region is None or one["department"] in region)
        and department in {None, one["department"]}
        and (centre is None or centre in (one["centres"] or "").split())
    )


def _place(one: Row) -> tuple[object, object]:
    return one["department"], one.get("code")


def _belongs(one: Row, part: str, row: Mapping[str, Any] | None) -> bool:
    """Whether a department belongs to a part of France, and to the row of the report."""
    if part and (part == "overseas") != bool(one["overseas"]):
        return False
    if row is None:
        return True
    if "centre" in row:
        return row["centre"] in (one["centres"] or "").split()
    if "department" in row:
        return bool(one["department"] == row["department"])
    return bool(one["region_code"] == row["region_code"])


def _count(row: Row, role: Role) -> Piece:
    key = {"department": row["department"], "measure": row["counted"], "valid_from": row["valid_from"]}
    says = None if row["centres"] else msg("not covered: no centre has department {code}", code=row["department"])
    return Piece("territory_counts", key, int(row["value"]), role, "value", row["source"], says=says)


def _neighbourhood(row: Row, role: Role) -> Piece:
    return piece("neighbourhoods", row, role=role)
