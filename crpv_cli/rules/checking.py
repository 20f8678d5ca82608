"""The list of rules, applied one after the other, and which of their findings are accepted."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.named import one_of
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, msg
from crpv_cli.registry.queries import CYCLE_YEARS, closed_year
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import FICTITIOUS
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import centres_of, departments_of, region_notes
from crpv_cli.reports.wording import Names
from crpv_cli.result import Layout, Note, Result, Value, Worded, table_words
from crpv_cli.rules import data, framework, money, territory, values
from crpv_cli.rules.model import SEVERITIES, Finding, Moment, Rule
from crpv_cli.spelling import fold

SUBJECTS = (framework, territory, values, money, data)
RULES = {rule.id: rule for subject in SUBJECTS for rule in vars(subject).values() if isinstance(rule, Rule)}
"""Every rule by id, in the order in which they are read: by subject, and within one as its file defines them."""

COLUMNS = (
    Column("severity", N_("Severity"), Kind.CODE, choices=SEVERITIES),
    Column("rule", N_("Rule"), Kind.CODE),
    Column("about", N_("About")),
    Column("message", N_("Finding"), prose=True),
    Column("advice", N_("What to do"), prose=True, for_operator=True),
    Column("centre", N_("Centre"), Kind.CODE),
    Column("department", N_("Department"), Kind.CODE),
    Column("mission", N_("Mission"), Kind.CODE),
    Column("year", N_("Year"), Kind.YEAR),
    Column("subject", N_("Subject"), Kind.CODE),
    Column("source", N_("Source"), Kind.CODE, refers="sources"),
    Column("accepted", N_("Accepted"), Kind.FLAG),
    Column("accepted_until", N_("Accepted until"), Kind.DATE),
    Column("accepted_reason", N_("Reason"), prose=True),
    Column("accepted_by", N_("Accepted by")),
    FICTITIOUS,
)
_OF_EXCEPTION = ("valid_to", "reason", "accepted_by")


def rule_named(wanted: str) -> Rule:
    """Return the rule that is called so: by its id, or its title in either language.

    Raises:
        UsageProblem: there is none, or it could be several; the message suggests near ones.
    """
    return RULES[
        one_of(
            wanted,
            [Choice(rule.id, rule.title) for rule in RULES.values()],
            msg("There is no rule called “{value}”.", value=wanted),
            lambda _every: msg("See the rules with: crpv check --list"),
        )
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding of a rule: whom it is about, in words, and the exception that accepts it, if any."""

    rule: str
    finding: Finding
    about: Value
    accepted: sqlite3.Row | None
    fictitious: bool
    names: Names

    @property
    def place(self) -> tuple[object, ...]:
        """Where it stands: the gravest first, and what is accepted last, rule by rule whatever its severity."""
        grave = -1 if self.accepted else SEVERITIES.index(self.finding.severity)
        about = fold(self.about) if isinstance(self.about, str) else ""
        return self.accepted is not None, grave, list(RULES).index(self.rule), about

    @property
    def row(self) -> tuple[Value, ...]:
        """Its values, as ``COLUMNS`` names them."""
        finding, accepted, names = self.finding, self.accepted, self.names
        return (
            finding.severity.code,
            Worded(self.rule, msg(RULES[self.rule].title)),
            self.about,
            finding.message,
            finding.advice,
            names.id("centres", finding.centre),
            names.id("departments", finding.department),
            names.id("missions", finding.mission),
            finding.year,
            self._subject,
            finding.source,
            accepted is not None,
            *((accepted[name] if accepted else None) for name in _OF_EXCEPTION),
            self.fictitious,
        )

    @property
    def _subject(self) -> Value:
        """What in particular it is about: the name of a centre, a funder, a department or a rule, where it is one."""
        subject = self.finding.subject
        if subject is None:
            return None
        if subject in RULES:
            return Worded(subject, msg(RULES[subject].title))
        if subject in TABLES:
            return table_words(subject)
        for table in ("centres", "funders", "departments"):
            if (name := self.names.called(table, subject)) is not None:
                return Worded(subject, name)
        return subject


def findings(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    cycle: int = CYCLE_YEARS,
    rules: Sequence[str] = (),
    centre: str | None = None,
    region: str | None = None,
    department: str | None = None,
) -> Result:
    """Ask the rules of a date.

    Args:
        connection: an open registry.
        as_of: ISO date: perimeters, labels, evaluations and exceptions are those of that date.
        year: the year of money and activity; by default the latest that is over on the date.
        cycle: how many years an evaluation stands.
        rules: ids of the rules to ask; all of them if empty.
        centre: only findings of this centre (its id).
        region: only findings of this region's departments (its code or name) and of the centres that serve them.
        department: only findings of this department and of the centres that serve it.

    Returns:
        A report, the gravest first and what is accepted last. Totals: how many findings are a ``breach``, ``unknown``
        or ``notice`` and not accepted; ``accepted``; ``rules`` asked; ``by_rule`` all findings of each rule.

    Raises:
        UsageProblem: a rule, region or department that there is not.
    """
    departments = departments_of(connection, region, department)
    centres = centres_of(connection, as_of, region, department)
    asked = [rule_named(name) for name in rules] or list(RULES.values())
    moment = Moment(
        connection,
        as_of,
        closed_year(as_of) if year is None else year,
        cycle,
        {rule.id: rule.title for rule in RULES.values()},
        centre,
    )
    found = sorted(
        (
            one
            for one in _found(moment, asked)
            if departments is None or one.finding.department in departments or one.finding.centre in (centres or ())
        ),
        key=lambda one: one.place,
    )
    totals = _totals(found, [rule.id for rule in asked])
    summary = msg(
        "Breaches: {breach}; not known: {unknown}; notices: {notice}; accepted: {accepted}; rules checked: {rules}.",
        **{name: count for name, count in totals.items() if name != "by_rule"},
    )
    rests = any(one.fictitious for one in found)
    return Result(
        name="check",
        title=msg("What the rules find on {date}, for the year {year}", date=Day(as_of), year=str(moment.year)),
        columns=COLUMNS,
        rows=tuple(one.row for one in found),
        screen=("severity", "about", "message", "accepted_until", "accepted_reason"),
        notes=(
            *fictitious.notes(connection, rests),
            *region_notes(connection, region),
            Note("check-summary", summary, aside=True),
        ),
        parameters={
            "as_of": as_of,
            "year": moment.year,
            "cycle": cycle,
            "rules": [rule.id for rule in asked] if rules else None,
            "centre": centre,
            **({"region": region} if region else {}),
            **({"department": department} if department else {}),
        },
        totals=totals,
        fictitious=rests,
        is_report=True,
        command="check",
        layout=Layout.FINDINGS,
        origin=origin(connection, (one.finding.source for one in found)),
    )


def covered(connection: sqlite3.Connection, as_of: str, rule: str, about: str) -> int:
    """Count what an exception covers on a date: findings of a rule that are accepted, of one subject.

    ``about`` is the id of a centre, the code of a department, or ``network``. Money and activity are those of the year
    that a check asks for by default.
    """
    return sum(
        record["accepted"] is True and (record["centre"] or record["department"] or "network") == about
        for record in findings(connection, as_of, rules=[rule]).records()
    )


def _found(moment: Moment, asked: Iterable[Rule]) -> Iterator[_Found]:
    """What the rules find, with the exceptions that are accepted on the date."""
    # An exception is of a rule and a centre, a department or, with neither, the whole network; it always has an end.
    accepted = {
        (row["rule"], row["centre"], row["department"]): row for row in moment.rows("select * from exceptions_on")
    }
    for rule in asked:
        for finding in rule.judge(moment):
            if moment.centre not in {None, finding.centre}:
                continue
            department = finding.department if finding.centre is None else None
            exception = accepted.get((rule.id, finding.centre, department))
            sources = {finding.source, exception["source"] if exception else None}
            rests = finding.fictitious or bool(sources & moment.fictitious_sources)
            yield _Found(rule.id, finding, _about(moment, finding), exception, rests, moment.names)


def _about(moment: Moment, finding: Finding) -> Value:
    if finding.centre is not None:
        return str(moment.centres[finding.centre]["short_name"])
    if finding.department is not None:
        return f"{finding.department} {moment.department_names.get(finding.department, '')}".rstrip()
    return msg(N_("network"))


def _totals(found: Sequence[_Found], asked: Sequence[str]) -> dict[str, object]:
    open_ones = Counter(one.finding.severity.code for one in found if not one.accepted)
    by_rule = Counter(one.rule for one in found)
    return {severity.code: open_ones[severity.code] for severity in SEVERITIES} | {
        "accepted": len(found) - open_ones.total(),
        "rules": len(asked),
        "by_rule": {name: by_rule[name] for name in asked},
    }


def explained(connection: sqlite3.Connection) -> Result:
    """Explain the rules: a row each."""
    titles = {row["id"]: row["title"] for row in connection.execute("select id, title from sources")}
    return Result(
        name="rules",
        title=msg(N_("The rules, and what each requires")),
        columns=(
            Column("rule", N_("Rule"), Kind.CODE),
            Column("severity", N_("Severity"), Kind.CODE, choices=SEVERITIES),
            Column("title", N_("Title"), prose=True),
            Column("explanation", N_("What it requires"), prose=True),
            Column("source", N_("Source"), Kind.CODE, refers="sources"),
            Column("source_title", N_("Legal basis"), prose=True),
        ),
        rows=tuple(
            (
                rule.id,
                rule.severity.code,
                msg(rule.title),
                msg(rule.explanation),
                rule.source,
                titles.get(rule.source) if rule.source else msg(N_("this project")),
            )
            for rule in RULES.values()
        ),
        screen=("rule", "severity", "explanation"),
    )
