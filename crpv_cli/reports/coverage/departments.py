"""The departments that coverage is computed from: what each holds, who serves it, and what several add up to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crpv_cli.language import Message
from crpv_cli.registry.queries import query, read
from crpv_cli.reports.finding import find_department, find_region

_SURE = {"high": ("high",), "medium": ("high", "medium"), "low": ("high", "medium", "low")}
"""What rests on a confidence: on it or on a better one."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department on a date: what it holds (None if not known), and the centres that serve it.

    ``confidence`` is that of the surest centre that serves it, ``labelled`` whether one of them has the label (1, 0,
    None where no label of theirs is known).
    """

    code: str
    name: str
    region_code: str
    region_name: str
    overseas: bool
    geography: str | None
    value: int | None
    quality: str | None
    centres: tuple[str, ...]
    confidence: str | None
    labelled: int | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What departments add up to, each counted once: those whose value is not known are left out.

    ``high`` is what of ``covered`` rests on high confidence alone, ``medium`` on high or medium; ``labelled`` what
    labelled centres cover, None where no label is known at all. If it is not ``known`` what any of them holds, a row
    shows nothing instead of 0.
    """

    covered: int
    total: int
    high: int
    medium: int
    labelled: int | None
    known: bool = True

    def part(self, value: int) -> float | None:
        """What share of the total a part is, between 0 and 1; None of nothing."""
        return round(value / self.total, 6) if self.total else None

    @property
    def shown(self) -> tuple[int | None, int | None]:
        """What is covered and of how much, as a row shows them."""
        return (self.covered, self.total) if self.known else (None, None)

    @property
    def sure(self) -> tuple[int | None, int | None]:
        """What rests on high confidence, and on high or medium, as a row shows them."""
        return (self.high, self.medium) if self.known else (None, None)

    @property
    def share(self) -> float | None:
        """What share is covered, between 0 and 1; None of nothing."""
        return self.part(self.covered)

    def as_json(self) -> dict[str, object]:
        """What is covered, of how much, and which share that is."""
        return {"covered": self.covered, "total": self.total, "share": self.share}

    def confidence(self) -> dict[str, dict[str, object]]:
        """What is covered with each confidence or a better one, so that ``low`` is all."""
        parts = {"high": self.high, "medium": self.medium, "low": self.covered}
        return {code: {"covered": value, "share": self.part(value)} for code, value in parts.items()}


def added(departments: Iterable[Department]) -> Sum:
    """Add departments up."""
    every = tuple(departments)

    def of(confidence: str) -> int:
        return sum(one.value or 0 for one in every if one.confidence in _SURE[confidence])

    return Sum(
        covered=of("low"),
        total=sum(one.value or 0 for one in every),
        high=of("high"),
        medium=of("medium"),
        labelled=sum(one.value or 0 for one in every if one.labelled)
        if any(one.labelled is not None for one in every)
        else None,
        known=not every or any(one.value is not None for one in every),
    )


def uncovered(departments: Iterable[Department]) -> list[Department]:
    """Those that hold something and that no centre serves."""
    return [department for department in departments if department.value and not department.centres]


def codes_of(departments: Iterable[Department]) -> tuple[str, ...]:
    """Their codes, in their order."""
    return tuple(department.code for department in departments)


def least_sure(confidences: Iterable[str | None]) -> str | None:
    """The lowest of some confidences; None if none is given."""
    order = ("low", "medium", "high")
    return min((found for found in confidences if found is not None), key=order.index, default=None)


def only_words(connection: sqlite3.Connection, asked: Mapping[str, Any]) -> list[Message | str]:
    """The names of the region, the department and the centre that a report is narrowed to."""
    found = [find_region(connection, asked["region"]).called] if asked["region"] is not None else []
    for name, sql in (
        ("department", "select code || ' ' || name from departments where code = ?"),
        ("centre", "select short_name from centres where id = ?"),
    ):
        if asked[name] is not None:
            found.append(str(connection.execute(sql, (asked[name],)).fetchone()[0]))
    return found


def places(connection: sqlite3.Connection, region: str | None, department: str | None) -> tuple[str | None, str | None]:
    """Return the code of a region (of a former one its name) and that of a department, named by a code or a name.

    Raises:
        UsageProblem: there is none of that name.
    """
    return (
        find_region(connection, region).code if region else None,
        find_department(connection, department) if department else None,
    )


def departments_on(
    connection: sqlite3.Connection,
    as_of: str,
    measure: str,
    counted_on: str,
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
) -> list[Department]:
    """Return the departments of a region, the one of a code, those that a centre serves, or all of them.

    Args:
        connection: an open registry.
        as_of: ISO date of the perimeters.
        measure: what is counted.
        counted_on: ISO date of the lists that are counted.
        region: the code of a region, or the name of a former one.
        department: the code of a department.
        centre: the id of a centre.
    """
    rows = read(connection, query("coverage"), as_of, measure=measure, counted_on=counted_on)
    every = (Department(**{**dict(row), "centres": tuple((row["centres"] or "").split())}) for row in rows)
    within = find_region(connection, region).departments if region is not None else None
    return [
        one
        for one in every
        if (within is None or one.code in within)
        and department in {None, one.code}
        and (centre is None or centre in one.centres)
    ]
