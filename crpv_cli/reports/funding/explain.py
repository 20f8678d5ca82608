"""The rows behind a figure of funding: the payments that a sum counts, and how much of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Kind
from crpv_cli.language import Message, msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role, piece
from crpv_cli.reports.funding.report import funding
from crpv_cli.result import Result

Rows = list[sqlite3.Row]


def _from(kind: str) -> Callable[[sqlite3.Row], bool]:
    return lambda row: bool(row["kind"] == kind)


# Which payments a column adds up.
_GIVEN: Mapping[str, Callable[[sqlite3.Row], bool]] = {
    "state": lambda row: row["giver"] == "state",
    "local": lambda row: row["giver"] == "local",
    "other": lambda row: row["giver"] == "other",
    "state_p147": lambda row: row["scope"] == "p147",
    "state_programmes": lambda row: row["scope"] == "programmes",
    "state_posts": lambda row: row["scope"] == "posts",
    "total": lambda row: True,
    "amount": lambda row: True,
    **{kind: _from(kind) for kind in choices.LOCAL_AUTHORITIES},
}
# What identifies the group that a row of the report stands for.
_GROUPS = {"funder": "funder", "kind": "kind", "year": "year", "scheme": "scheme", "centre": "centre"}
_UNITS = {"state_per_neighbourhood": "neighbourhoods", "state_per_inhabitant": "inhabitants"}
_COUNTS = """
    select t.*, s.centre
    from served as s
    join counts_on as t on t.department = s.department
    where s.centre = :centre and t.measure in ('neighbourhoods', 'inhabitants')
    order by length(t.department), t.department
"""


def explain(
    connection: sqlite3.Connection, report: Result, column: str, row: Mapping[str, Any] | None
) -> Explained | None:
    """Say which rows a figure of ``funding`` is made of; None for what is no figure.

    Args:
        connection: an open registry.
        report: the report, whose parameters say what was asked.
        column: a total or a column of figures.
        row: the row of the report by column; None for a total.
    """
    asked = report.parameters
    found = _payments(connection, asked)
    group = _GROUPS[asked["by"]]
    own = found if row is None else [one for one in found if one[group] == row[group]]
    now, before = _split(own, asked)
    why = msg("no such payment is known in {years}.", years=_years(asked))
    if column in _GIVEN:
        return _money(_payments_of(now, column), unknown=why)
    if column in {"state_share", "local_share"}:
        both = [one for rows in _by_centre(now).values() for one in _both(rows)]
        counted = _payments_of(both, column.removesuffix("_share"))
        rest = [one for one in both if one not in counted]
        why = msg("State and local money of the same year are not both known.")
        return _share(counted, rest, why)
    if column == "share":
        whole, _ = _split(found, asked)
        return _share(now, [one for one in whole if one not in now], why)
    if column.startswith(("state_change", "total_change")):
        return _change(column, now, before, row)
    if column in {"neighbourhoods", "inhabitants", *_UNITS} and row is not None:
        return _territory(connection, asked, column, now, row["centre"])
    return _count(connection, asked, column, now, row)


def _payments(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> Rows:
    """The payments that the report adds up, and those of the year before."""
    parameters = {name: value for name, value in asked.items() if name not in {"as_of", "from", "to", "by"}}
    return read(
        connection, query("funding"), asked["as_of"], first=asked["from"], last=asked["to"], **parameters
    ).fetchall()


def _split(rows: Iterable[sqlite3.Row], asked: Mapping[str, Any]) -> tuple[Rows, Rows]:
    now: Rows = []
    before: Rows = []
    for row in rows:
        (now if row["year"] >= asked["from"] else before).append(row)
    return now, before


def _years(asked: Mapping[str, Any]) -> str:
    first, last = asked["from"], asked["to"]
    return str(first) if first == last else f"{first}–{last}"


def _payments_of(rows: Iterable[sqlite3.Row], column: str) -> Rows:
    return [row for row in rows if _GIVEN[column](row)]


def _by_centre(rows: Iterable[sqlite3.Row]) -> dict[str, Rows]:
    centres: dict[str, Rows] = {}
    for row in rows:
        centres.setdefault(row["centre"], []).append(row)
    return centres


def _both(rows: Rows) -> Rows:
    """The payments of the years of which a centre's State and local money are both known."""
    state, local = ({row["year"] for row in rows if row["giver"] == giver} for giver in ("state", "local"))
    return [row for row in rows if row["year"] in state & local]


def _pieces(rows: Iterable[sqlite3.Row], role: Role = Role.COUNTED) -> tuple[Piece, ...]:
    sign = -1 if role is Role.BEFORE else 1
    return tuple(piece("funding", row, sign * row["counted_cents"], "amount_cents", role, _says(row)) for row in rows)


def _says(row: sqlite3.Row) -> Message | None:
    """How much of the row counts, where that is not all of it."""
    return msg("of a total, what its decisions do not detail") if row["part"] == "rest" else None


def _money(rows: Sequence[sqlite3.Row], unknown: Message) -> Explained:
    return Explained(_pieces(rows), Kind.MONEY, "euro", unknown=unknown)


def _share(counted: Rows, rest: Rows, unknown: Message) -> Explained:
    pieces = (*_pieces(counted), *_pieces(rest, Role.REST))
    return Explained(pieces, Kind.PERCENT, "euro", Formula.SHARE, Kind.MONEY, unknown)


def _change(column: str, now: Rows, before: Rows, row: Mapping[str, Any] | None) -> Explained | None:
    """A change from the year before, over the centres of which both years are known."""
    giver = column.partition("_")[0]
    if column == "state_change_centres":
        return None if row is not None else _centres_of(_compared(now, before, giver)[0])
    if row is None:
        now, before = _compared(now, before, giver)
    else:
        now, before = _payments_of(now, giver), _payments_of(before, giver)
    pieces = (*_pieces(now), *_pieces(before, Role.BEFORE))
    why = msg("both years are not known of the same givers.")
    if column.endswith("_share"):
        return Explained(pieces, Kind.PERCENT, "euro", Formula.CHANGE, Kind.MONEY, why)
    return Explained(pieces, Kind.MONEY, "euro", unknown=why)


def _compared(now: Rows, before: Rows, giver: str) -> tuple[Rows, Rows]:
    """The payments of the centres of which a giver's money of both years is known."""
    after, earlier = (_by_centre(_payments_of(rows, giver)) for rows in (now, before))
    centres = [centre for centre in after if centre in earlier]
    return [one for centre in centres for one in after[centre]], [one for centre in centres for one in earlier[centre]]


def _territory(
    connection: sqlite3.Connection, asked: Mapping[str, Any], column: str, now: Rows, centre: str
) -> Explained:
    """What the perimeter holds at the end of the years, and money for each of it."""
    measure = _UNITS.get(column, column)
    end = min(f"{asked['to']}-12-31", asked["as_of"])
    counts = [one for one in read(connection, _COUNTS, end, centre=centre) if one["measure"] == measure]
    role = Role.DIVISOR if column in _UNITS else Role.COUNTED
    unit = measure.removesuffix("s")
    pieces = tuple(piece("territory_counts", one, one["value"], "value", role, unit=unit) for one in counts)
    why = msg("the State's money, or a count of one of the departments, is not known.")
    if column not in _UNITS:
        return Explained(pieces, Kind.INTEGER, unit, unknown=why)
    given = _pieces(_payments_of(now, "state"))
    return Explained((*given, *pieces), Kind.MONEY, "euro", Formula.QUOTIENT, unknown=why)


def _count(
    connection: sqlite3.Connection, asked: Mapping[str, Any], column: str, now: Rows, row: Mapping[str, Any] | None
) -> Explained | None:
    """How many payments or centres there are."""
    if column == "rows":
        return Explained(tuple(piece("funding", one) for one in now), unit="row")
    if column == "centres" and row is not None:
        return _centres_of(now)
    counted: dict[str, Callable[[Mapping[str, Any]], bool]] = {
        "centres": lambda one: True,
        "known": lambda one: bool(one["known"]),
        "unknown": lambda one: not one["known"],
        "state_unknown": lambda one: one["state"] is None,
        "local_unknown": lambda one: one["local"] is None,
    }
    if column == "state_share_centres":
        return _centres_of([one for rows in _by_centre(now).values() for one in _both(rows)])
    if column not in counted or row is not None:
        return None
    parameters = {name: value for name, value in asked.items() if name not in {"from", "to", "by"}}
    whole = funding(connection, first=asked["from"], last=asked["to"], by="centre", **parameters)
    chosen = {one["centre"] for one in whole.records() if counted[column](one)}
    centres = connection.execute("select id, source from centres order by id").fetchall()
    says = msg("nothing of it is known in {years}", years=_years(asked)) if "unknown" in column else None
    return Explained(tuple(piece("centres", one, says=says) for one in centres if one["id"] in chosen), unit="centre")


def _centres_of(rows: Rows) -> Explained:
    """The centres of payments: the first of each counts it, the others say why too."""
    seen: set[str] = set()
    pieces = []
    for row in sorted(rows, key=lambda one: one["centre"]):
        first = row["centre"] not in seen
        seen.add(row["centre"])
        pieces.append(piece("funding", row, 1 if first else None, role=Role.COUNTED if first else Role.REASON))
    return Explained(tuple(pieces), unit="centre")
