"""The money of a centre by who gives it, and what it adds up to; amounts are in centimes, what is not known is None."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from crpv_cli.result import Value

_Number = TypeVar("_Number", int, float)

SUMS = ("state_p147", "state_programmes", "state_posts", "state", "local", "other", "total")
"""What money adds up to: the State's by scope (programme 147, other programmes, posts) and together, local, other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report of funding is asked for: a date, years, what a row stands for, a stage, what narrows it.

    ``centres`` are the ids of those that a centre, a region or a department leaves; None is all. ``on`` is the day of
    the perimeters and counts that amounts are divided by, one for all years.
    """

    as_of: str
    first: int
    last: int
    by: str
    stage: str
    scheme: str | None
    nature: str | None
    centres: frozenset[str] | None
    on: str

    @property
    def years(self) -> str:
        """The years in a few characters."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def whole(self) -> bool:
        """Whether all money of the stage is asked for, and not that of a scheme or nature alone."""
        return self.scheme is None and self.nature is None

    @property
    def shares(self) -> bool:
        """Whether a share means something: of all that is granted."""
        return self.whole and self.stage == "granted"

    @property
    def yearly(self) -> bool:
        """Whether a row of a centre is of one year, which has a year before."""
        return self.first == self.last or self.by == "centre-year"

    @property
    def parameters(self) -> dict[str, Value]:
        """The parameters of the SQL beside the date."""
        return {
            "first": self.first,
            "last": self.last,
            "stage": self.stage,
            "scheme": self.scheme,
            "nature": self.nature,
            "centres": None if self.centres is None else json.dumps(sorted(self.centres)),
        }


@dataclass(frozen=True, slots=True)
class Money:
    """Rows of ``registry/queries/funding.sql``, by who gives."""

    rows: tuple[sqlite3.Row, ...]

    def of(self, name: str) -> int | None:
        """What the rows of a column (see ``rows_of``) add up to, in centimes; None if nothing of it is known."""
        return sum_of(self.rows_of(name))

    def rows_of(self, name: str) -> tuple[sqlite3.Row, ...]:
        """The rows of one of ``SUMS``, of ``amount`` (all of them), or of what funders of a kind give."""
        if name in {"total", "amount"}:
            return self.rows
        if name.startswith("state_"):
            scope = name.removeprefix("state_")
            return tuple(row for row in self.rows if row["scope"] == scope)
        column = "giver" if name in {"state", "local", "other"} else "kind"
        return tuple(row for row in self.rows if row[column] == name)

    @property
    def kinds(self) -> set[str]:
        """The kinds of funders, and scopes of the State's money, of which something is known."""
        return {row["scope"] or row["kind"] for row in self.rows}


@dataclass(frozen=True, slots=True)
class CentreMoney:
    """A centre, its money in the years asked for and in the year before, and what else is known of these years.

    ``open_years`` are those in which it existed, ``unknown_years`` those of them of which no subsidy of programme 147
    is known. ``resources`` is all that it receives in these years, None unless it is known of each. ``paid`` and
    ``left`` are what is paid, and what is left of what is granted where both are known.
    """

    id: str
    short_name: str
    year: int | None
    now: Money
    before: Money
    open_years: tuple[int, ...]
    unknown_years: tuple[int, ...]
    resources: int | None
    resources_fictitious: bool
    paid: int | None
    left: int | None

    @property
    def state_share(self) -> float | None:
        """The State's share of all that the centre receives; None unless that is known in full."""
        state = self.now.of("state")
        known = {row["year"] for row in self.now.rows if row["giver"] == "state"}
        # More granted than received says that the two are not of the same money.
        if self.resources is None or not known >= {*self.open_years} or (state or 0) > self.resources:
            return None
        return ratio(state, self.resources)

    @property
    def share_at_most(self) -> float | None:
        """The State's share of all that is known, where all is not: the true one is at most that.

        None where nothing but the State's is known, or nothing of the State's.
        """
        state, total = self.now.of("state"), self.now.of("total")
        if self.resources is not None or {row["giver"] for row in self.now.rows} <= {"state"}:
            return None
        return ratio(state, total)

    @property
    def not_known(self) -> tuple[str, ...]:
        """What is missing for a share: ``resources``, and of whom no money is known (``local``, ``other``)."""
        if self.resources is not None:
            return ()
        return ("resources", *(giver for giver in ("local", "other") if self.now.of(giver) is None))


def sum_of(rows: Iterable[sqlite3.Row]) -> int | None:
    """The amounts of rows in centimes; None if there is no row."""
    return added(int(row["counted_cents"]) for row in rows)


def added(amounts: Iterable[int | None]) -> int | None:
    """The sum of the amounts that are known; None if none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def ratio(part: float | None, whole: float | None) -> float | None:
    """A share, to six digits; None where either is not known or the whole is nothing."""
    return round(part / whole, 6) if part is not None and whole is not None and whole > 0 else None


def difference(now: _Number | None, before: _Number | None) -> _Number | None:
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
