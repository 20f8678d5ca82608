"""What a rule is, what it finds, and the moment for which it is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crpv_cli.definitions.choices import mission_label
from crpv_cli.definitions.columns import Choice
from crpv_cli.language import N_, Message, msg
from crpv_cli.registry.doubles import Money, money
from crpv_cli.registry.queries import open_centres, read
from crpv_cli.reports.activity.report import activity
from crpv_cli.reports.agreements.report import agreements
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.evaluations.series import MissionSeries, read_series
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.funding.report import funding
from crpv_cli.reports.wording import Names
from crpv_cli.result import Result, as_it_is

Record = dict[str, Any]

# How grave a finding is, the gravest first: the framework is not kept or a row is wrong; nothing is known to judge by;
# look at it.
BREACH = Choice("breach", N_("breach"))
UNKNOWN = Choice("unknown", N_("not known"))
NOTICE = Choice("notice", N_("notice"))
SEVERITIES = (BREACH, UNKNOWN, NOTICE)


def mission_name(mission: str) -> Message:
    """The name of a mission as people read it."""
    return msg(mission_label(mission))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule finds. Of a centre, a department or the whole network (neither).

    ``subject`` is what in particular: a funder, an agreement, a published figure; ``source`` that of the row at
    fault. A finding is fictitious if its source is; ``fictitious`` says that something else it rests on is.
    """

    severity: Choice
    message: Message
    advice: Message | None = None
    centre: str | None = None
    department: str | None = None
    mission: str | None = None
    year: int | None = None
    subject: str | None = None
    source: str | None = None
    fictitious: bool = False


@dataclass(frozen=True)
class Moment:
    """What rules are asked for: a date, a year of money and activity, a cycle of evaluation.

    ``rules`` are the titles of all rules that there are, by id. What several rules look at is made once, when the
    first asks.
    """

    connection: sqlite3.Connection
    as_of: str
    year: int
    cycle: int
    rules: Mapping[str, str]
    centre: str | None = None

    def rows(self, sql: str) -> list[sqlite3.Row]:
        """The rows of a query, which may name facts of the date as tables, and the date itself as ``:as_of``."""
        return read(self.connection, sql, self.as_of).fetchall()

    @cached_property
    def centres(self) -> dict[str, sqlite3.Row]:
        """Every centre of the registry, open or not, by id."""
        return {row["id"]: row for row in self.rows("select * from centres_on order by id")}

    @cached_property
    def open(self) -> list[sqlite3.Row]:
        """The centres open on the date."""
        return [self.centres[centre] for centre in open_centres(self.connection, self.as_of)]

    @cached_property
    def money(self) -> dict[str, Record]:
        """The funding of each centre in the year; amounts in centimes, None where nothing is known."""
        of_year = funding(self.connection, self.as_of, self.year, self.year)
        return {record["centre"]: record for record in of_year.records()}

    @cached_property
    def recognised(self) -> Money:
        """The rows of funding up to the date, and which of them are the same money."""
        return money(self.connection, self.as_of)

    @cached_property
    def evaluations(self) -> list[MissionSeries]:
        """The evaluations known on the date, a series for each open centre and core mission."""
        return read_series(self.connection, self.as_of, cycle=self.cycle)

    @cached_property
    def any_evaluation(self) -> bool:
        """Whether the registry holds any evaluation known on the date."""
        return any(series.known for series in self.evaluations)

    @cached_property
    def evaluations_fictitious(self) -> bool:
        """Whether any of them is fictitious: that a mission is not evaluated rests on what the registry holds."""
        return any(series.fictitious for series in self.evaluations)

    @cached_property
    def activity(self) -> Result:
        """What the centres did in the year."""
        return activity(self.connection, self.as_of, self.year)

    @cached_property
    def agreements(self) -> Result:
        """Where agreements stand on the date."""
        return agreements(self.connection, self.as_of)

    @cached_property
    def departments(self) -> Result:
        """What each department holds, and who serves it."""
        return coverage(self.connection, self.as_of, by="department")

    @cached_property
    def department_names(self) -> dict[str, str]:
        """The names of the departments by code."""
        return {row["code"]: row["name"] for row in self.rows("select code, name from departments")}

    @cached_property
    def names(self) -> Names:
        """What people call the rows that findings name."""
        return Names(self.connection)

    def called(self, table: str, ids: Iterable[str]) -> list[Message]:
        """The names of rows, for a sentence."""
        return [self.names.called(table, one) or as_it_is(one) for one in ids]

    @cached_property
    def fictitious_sources(self) -> frozenset[str]:
        """The sources that say that they are fictitious."""
        return fictitious_sources(self.connection)


Judge = Callable[[Moment], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it asks, why, who lays it down, and the function that asks it.

    ``severity`` is the gravest that it finds; ``title`` and ``explanation`` are message ids; ``source`` is the id of
    the source that lays it down, None for a rule of this project's own.
    """

    id: str
    severity: Choice
    title: str
    explanation: str
    source: str | None
    judge: Judge


def rule(id: str, severity: Choice, title: str, explanation: str, source: str | None = None) -> Callable[[Judge], Rule]:
    """Make a rule of a function of a subject module: ``checking`` finds it there, and its explanation documents it."""
    return lambda judge: Rule(id, severity, title, explanation, source, judge)
