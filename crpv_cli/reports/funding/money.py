"""The money of a centre by who gives it, and what it adds up to; amounts are in centimes, what is not known is None."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from crpv_cli.result import Value


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report of funding is asked for: a date, years, what a row stands for, a stage, one centre."""

    as_of: str
    first: int
    last: int
    by: str
    stage: str | None
    centre: str | None

    @property
    def end(self) -> str:
        """The date on which the perimeter counts: the end of the last year, or the date of the report."""
        return min(f"{self.last}-12-31", self.as_of)

    @property
    def years(self) -> str:
        """The years in a few characters."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def parameters(self) -> dict[str, Value]:
        """The parameters of the SQL beside the date."""
        return {"first": self.first, "last": self.last, "stage": self.stage, "centre": self.centre}


@dataclass(frozen=True, slots=True)
class Money:
    """Rows of ``registry/queries/funding.sql``, by who gives."""

    rows: tuple[sqlite3.Row, ...]

    def of(self, kind: str) -> int | None:
        """What funders of a kind give, in centimes; None if nothing of theirs is known."""
        return sum_of(row for row in self.rows if row["kind"] == kind)

    def _from(self, giver: str) -> int | None:
        return sum_of(row for row in self.rows if row["giver"] == giver)

    @property
    def state(self) -> int | None:
        """What the State gives."""
        return self._from("state")

    @property
    def local(self) -> int | None:
        """What local authorities give."""
        return self._from("local")

    @property
    def other(self) -> int | None:
        """What all others give."""
        return self._from("other")

    @property
    def total(self) -> int | None:
        """All that is known."""
        return sum_of(self.rows)

    @property
    def both(self) -> Money:
        """The rows of the years of which State and local support are both known, which a share can be taken of."""
        state, local = ({row["year"] for row in self.rows if row["giver"] == giver} for giver in ("state", "local"))
        return Money(tuple(row for row in self.rows if row["year"] in state & local))

    @property
    def kinds(self) -> set[str]:
        """The kinds of funders of which something is known."""
        return {row["kind"] for row in self.rows}


@dataclass(frozen=True, slots=True)
class CentreMoney:
    """A centre, its money in the years asked for and in the year before, and the years of unknown State support."""

    id: str
    short_name: str
    now: Money
    before: Money
    state_unknown_years: tuple[int, ...]


def sum_of(rows: Iterable[sqlite3.Row]) -> int | None:
    """The amounts of rows in centimes; None if there is no row."""
    amounts = [int(row["counted_cents"]) for row in rows]
    return sum(amounts) if amounts else None


def ratio(part: int | None, whole: int | None) -> float | None:
    """A share, to six digits; None where either is not known or the whole is nothing."""
    return round(part / whole, 6) if part is not None and whole is not None and whole > 0 else None


def difference(now: int | None, before: int | None) -> int | None:
    """A change; None where either is not known."""
    return None if now is None or before is None else now - before


def per(amount: int | None, count: int | None) -> int | None:
    """Centimes for each of a count, to the nearest centime."""
    return round(amount / count) if amount is not None and count else None


def euros(centimes: int | float | None) -> int | float | None:
    """An amount in euros: whole ones are integers."""
    if centimes is None:
        return None
    return int(centimes // 100) if centimes % 100 == 0 else centimes / 100
