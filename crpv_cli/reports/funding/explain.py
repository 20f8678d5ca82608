"""The rows behind a figure of funding: the payments that a sum counts, and how much of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Kind
from crpv_cli.language import Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports.evidence import Explained, Formula, Piece, Role, piece
from crpv_cli.reports.funding.money import SUMS, Asked, CentreMoney, Money
from crpv_cli.reports.funding.report import KEYS, Known, asked_again, grouping
from crpv_cli.reports.funding.spread import FEWEST, LARGEST
from crpv_cli.result import Result

_AMOUNTS = {*SUMS, "amount", *choices.LOCAL_AUTHORITIES}
_UNITS = {"state_per_neighbourhood": "neighbourhoods", "state_per_inhabitant": "inhabitants"}
_QUARTILES = {"state_p147_quartile_1": 1, "state_p147_median": 2, "state_p147_quartile_3": 3}
_COUNTS = """
    select t.*
    from served as s
    join counts_on as t on t.department = s.department
    where s.centre = :centre and t.measure = :measure
    order by length(t.department), t.department
"""
# The rows that facts/paid.sql adds up; what is left is known where both stages are.
_STAGES = """
    select *
    from money
    where stage in ('granted', 'paid')
      and part in ('counted', 'rest')
      and year between :first and :last
      and (:scheme is null or its_programme = lower(:scheme))
      and (:nature is null or coalesce(nature, 'unknown') = :nature)
    order by year, centre, funder, scheme, object, reference, locator, source
"""
# Which centres a total counts that is of centres and not of payments.
_COUNTED: Mapping[str, Callable[[Money], bool]] = {
    "centres": lambda money: True,
    "unknown": lambda money: money.of("total") is None,
    "state_unknown": lambda money: money.of("state_p147") is None,
    "local_unknown": lambda money: money.of("local") is None,
}
Rows = Sequence[sqlite3.Row]


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
    asked = asked_again(connection, report.parameters)
    behind = _Behind(connection, asked, Known.read(connection, asked))
    if row is None:
        return behind.of_all(column)
    if asked.by in {"centre", "centre-year"}:
        year = row["year"] if asked.by == "centre-year" else None
        (own,) = (one for one in behind.known.centres(year) if one.id == row["centre"])
        return behind.of_centre(column, own)
    return behind.of_group(column, row)


@dataclass(frozen=True, slots=True)
class _Behind:
    """What a report of funding adds up, asked for the rows of its figures."""

    connection: sqlite3.Connection
    asked: Asked
    known: Known

    @property
    def _nothing(self) -> Message:
        return msg("no such payment is known in {years}.", years=self.asked.years)

    def of_all(self, column: str) -> Explained | None:
        """A total."""
        centres = self.known.centres()
        whole = Money(tuple(row for one in centres for row in one.now.rows))
        if column in _AMOUNTS:
            return self._money(whole, column)
        if column in {"paid", "left"}:
            return self._stages(column, centres)
        if column == "rows":
            return _payments(whole.rows)
        if column == "known" or (column.endswith("_known") and column.removesuffix("_known") in SUMS):
            return _centres_of(whole.rows_of(column.removesuffix("_known") if column != "known" else "total"))
        if column in _COUNTED:
            return self._centres([one.id for one in centres if _COUNTED[column](one.now)], says="unknown" in column)
        if column.startswith("state_share"):
            in_full = [one for one in centres if one.state_share is not None]
            given = [row for one in in_full for row in one.now.rows_of("state")]
            return _centres_of(given) if column == "state_share_centres" else self._of_resources(given, in_full)
        if column.startswith("state_change"):
            both = [one for one in centres if one.now.rows_of("state_p147") and one.before.rows_of("state_p147")]
            now, before = (
                [row for money in moneys for row in money.rows_of("state_p147")]
                for moneys in ([one.now for one in both], [one.before for one in both])
            )
            return _centres_of(now) if column == "state_change_centres" else _change(column, now, before)
        known = [one.now.rows_of("state_p147") for one in centres if one.now.rows_of("state_p147")]
        # As the report orders them, least first.
        known.sort(key=lambda rows: sum(row["counted_cents"] for row in rows))
        if column in _QUARTILES:
            return _quartile(known, _QUARTILES[column])
        if column == "state_p147_three_largest_share":
            rest, largest = ([row for rows in some for row in rows] for some in (known[:-LARGEST], known[-LARGEST:]))
            return _share(largest, rest, _too_few())
        return None

    def of_centre(self, column: str, one: CentreMoney) -> Explained | None:
        """A figure of a centre, in all the years or in one."""
        now, before = one.now, one.before
        if column in _AMOUNTS:
            return self._money(now, column)
        if column in {"paid", "left"}:
            return self._stages(column, [one])
        if column == "resources":
            why = msg("the budgets of all its years are not known.")
            return Explained(self._resources([one]), Kind.MONEY, "euro", unknown=why)
        if column in {"state_share", "local_share"}:
            return self._of_resources(now.rows_of(column.removesuffix("_share")), [one])
        if column == "state_share_at_most":
            state = now.rows_of("state")
            why = msg("all that the centre receives is known, or only what the State gives.")
            return _share(state, [row for row in now.rows if row not in state], why)
        if column.startswith(("state_change", "total_change")):
            name = "state_p147" if column.startswith("state") else "total"
            return _change(column, now.rows_of(name), before.rows_of(name))
        if column in {"neighbourhoods", "inhabitants", *_UNITS}:
            return self._territory(column, one)
        return None

    def of_group(self, column: str, row: Mapping[str, Any]) -> Explained | None:
        """A figure of a region, a funder, a kind of funder, a year or a scheme."""
        whole = [one for one in self.known.money if one["year"] >= self.asked.first]
        key, of_centre = grouping(self.connection, self.asked, whole)
        group = tuple(row.get(name.name) for name in KEYS[self.asked.by])
        own = Money(tuple(one for one in whole if key(one) == group))
        if column in _AMOUNTS:
            return self._money(own, column)
        if column == "share":
            return _share(own.rows, [one for one in whole if key(one) != group], self._nothing)
        if column == "rows":
            return _payments(own.rows)
        if column == "centres":
            return _centres_of(own.rows)
        if column == "state_p147_centres":
            return _centres_of(own.rows_of("state_p147"))
        if column != "centres_open":
            return None
        if self.asked.by == "year":
            names = self.known.names
            ids = [id_ for id_, years in self.known.open_years.items() if row["year"] in years and id_ in names]
        else:
            ids = [one.id for one in self.known.centres() if self.asked.by != "region" or of_centre(one.id) == group]
        return self._centres(ids)

    def _money(self, money: Money, name: str) -> Explained:
        return Explained(_pieces(money.rows_of(name)), Kind.MONEY, "euro", unknown=self._nothing)

    def _stages(self, column: str, centres: Iterable[CentreMoney]) -> Explained:
        """What is paid; or what is granted and not paid, of what both are known of."""
        asked = self.asked.parameters
        found = read(self.connection, _STAGES, self.asked.as_of, **asked).fetchall()
        years = {one.id: one.year for one in centres}
        own = [one for one in found if one["centre"] in years and years[one["centre"]] in {None, one["year"]}]
        paid = [one for one in own if one["stage"] == "paid"]
        if column == "paid":
            return Explained(_pieces(paid), Kind.MONEY, "euro", unknown=self._nothing)
        granted = [one for one in own if one["stage"] == "granted"]
        both = {_pocket(one) for one in paid} & {_pocket(one) for one in granted}
        taken = msg("paid, taken off")
        pieces = (
            *_pieces(one for one in granted if _pocket(one) in both),
            *(
                piece("funding", one, -one["counted_cents"], "amount_cents", says=taken)
                for one in paid
                if _pocket(one) in both
            ),
        )
        why = msg("nothing is known both as granted and as paid.")
        return Explained(pieces, Kind.MONEY, "euro", unknown=why)

    def _resources(self, centres: Iterable[CentreMoney], role: Role = Role.COUNTED) -> tuple[Piece, ...]:
        """The budgets that say what centres receive in their years."""
        return tuple(
            piece("budgets", self.known.budgets[one.id, year], amount, "resources_cents", role)
            for one in centres
            for year in sorted({*one.open_years} | {int(row["year"]) for row in one.now.rows})
            if (one.id, year) in self.known.budgets
            for amount in [self.known.budgets[one.id, year]["resources_cents"]]
        )

    def _of_resources(self, given: Rows, centres: Iterable[CentreMoney]) -> Explained:
        """Money as a share of all that centres receive."""
        pieces = (*_pieces(given), *self._resources(centres, Role.DIVISOR))
        why = msg("all that a centre receives, or what the State gives it, is not known.")
        return Explained(pieces, Kind.PERCENT, "euro", Formula.QUOTIENT, Kind.MONEY, why)

    def _territory(self, column: str, one: CentreMoney) -> Explained:
        """What the perimeter holds, on one day for all years, and programme 147 for each of it."""
        measure = _UNITS.get(column, column)
        counts = read(self.connection, _COUNTS, self.asked.on, centre=one.id, measure=measure)
        role = Role.DIVISOR if column in _UNITS else Role.COUNTED
        unit = measure.removesuffix("s")
        pieces = tuple(piece("territory_counts", row, row["value"], "value", role, unit=unit) for row in counts)
        why = msg("the State's money, or a count of one of the departments, is not known.")
        if column not in _UNITS:
            return Explained(pieces, Kind.INTEGER, unit, unknown=why)
        given = _pieces(one.now.rows_of("state_p147"))
        return Explained((*given, *pieces), Kind.MONEY, "euro", Formula.QUOTIENT, unknown=why)

    def _centres(self, ids: Iterable[str], says: bool = False) -> Explained:
        why = msg("nothing of it is known in {years}", years=self.asked.years) if says else None
        rows = self.connection.execute("select id, source from centres order by id").fetchall()
        chosen = {*ids}
        return Explained(tuple(piece("centres", one, says=why) for one in rows if one["id"] in chosen), unit="centre")


def _pocket(row: sqlite3.Row) -> tuple[Any, ...]:
    """What ``facts/paid.sql`` compares the stages of."""
    return tuple(row[name] for name in ("centre", "payer", "giver", "scope", "year", "its_programme"))


def _pieces(rows: Iterable[sqlite3.Row], role: Role = Role.COUNTED) -> tuple[Piece, ...]:
    sign = -1 if role is Role.BEFORE else 1
    return tuple(piece("funding", row, sign * row["counted_cents"], "amount_cents", role, _says(row)) for row in rows)


def _says(row: sqlite3.Row) -> Message | None:
    """How much of the row counts, where that is not all of it."""
    return msg("of a total, what its decisions do not detail") if row["part"] == "rest" else None


def _payments(rows: Rows) -> Explained:
    return Explained(tuple(piece("funding", one) for one in rows), unit="row")


def _share(counted: Rows, rest: Rows, unknown: Message) -> Explained:
    pieces = (*_pieces(counted), *_pieces(rest, Role.REST))
    return Explained(pieces, Kind.PERCENT, "euro", Formula.SHARE, Kind.MONEY, unknown)


def _change(column: str, now: Rows, before: Rows) -> Explained:
    """A change from the year before."""
    pieces = (*_pieces(now), *_pieces(before, Role.BEFORE))
    why = msg("both years are not known of the same givers.")
    if column.endswith("_share"):
        return Explained(pieces, Kind.PERCENT, "euro", Formula.CHANGE, Kind.MONEY, why)
    return Explained(pieces, Kind.MONEY, "euro", unknown=why)


def _too_few() -> Message:
    return msg("it is given for one year, where at least {count} centres are known.", count=FEWEST)


def _quartile(known: Sequence[Rows], place: int) -> Explained:
    """The payments of the two centres that a quartile lies between, each by its weight in quarters (see ``spread``)."""
    if len(known) < FEWEST:
        return Explained((), Kind.MONEY, "euro", unknown=_too_few())
    below, quarters = divmod(place * (len(known) - 1), 4)
    weights = {below: 4 - quarters, below + 1: quarters}
    pieces = []
    before = upto = 0
    for at, rows in enumerate(known):
        weight = weights.get(at, 0)
        for row in rows:
            if not weight:
                beside = (
                    msg("of a centre with as much or less") if at < below else msg("of a centre with as much or more")
                )
                pieces.append(piece("funding", row, None, "amount_cents", Role.REASON, beside))
                continue
            # Rounded so that the parts make the figure to the centime.
            upto += row["counted_cents"] * weight
            part = round(upto / 4) - before
            before += part
            lies = msg("{quarters} of 4 quarters: the figure lies between two", quarters=weight)
            pieces.append(piece("funding", row, part, "amount_cents", says=_says(row) if weight == 4 else lies))
    return Explained(tuple(pieces), Kind.MONEY, "euro", unknown=_too_few())


def _centres_of(rows: Rows) -> Explained:
    """The centres of payments: the first of each counts it, the others say why too."""
    seen: set[str] = set()
    pieces = []
    for row in sorted(rows, key=lambda one: one["centre"]):
        first = row["centre"] not in seen
        seen.add(row["centre"])
        pieces.append(piece("funding", row, 1 if first else None, role=Role.COUNTED if first else Role.REASON))
    return Explained(tuple(pieces), unit="centre")
