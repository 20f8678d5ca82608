"""The rules asked one after the other, and what somebody accepted of their findings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, msg
from crpv_cli.registry.queries import closed_year, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.evaluations.cycle import DEFAULT_CYCLE_YEARS
from crpv_cli.reports.origin import origin
from crpv_cli.result import Note, Result, Value
from crpv_cli.rules.catalogue import RULES
from crpv_cli.rules.model import Finding, Moment, Rule, Severity
from crpv_cli.spelling import closest, fold

__all__ = ["COLUMNS", "SEVERITIES", "catalogue", "covered", "findings", "rule_named"]

SEVERITIES = (
    Choice("breach", N_("breach")),
    Choice("unknown", N_("not known")),
    Choice("notice", N_("notice")),
)
COLUMNS = (
    Column("severity", N_("Severity"), Kind.CODE, choices=SEVERITIES),
    Column("rule", N_("Rule"), Kind.CODE),
    Column("about", N_("About")),
    Column("message", N_("Finding"), prose=True),
    Column("advice", N_("What to do"), prose=True),
    Column("centre", N_("Centre"), Kind.CODE),
    Column("department", N_("Department"), Kind.CODE),
    Column("mission", N_("Mission"), Kind.CODE),
    Column("year", N_("Year"), Kind.YEAR),
    Column("subject", N_("Subject"), Kind.CODE),
    Column("source", N_("Source"), Kind.CODE),
    Column("accepted", N_("Accepted"), Kind.FLAG),
    Column("accepted_until", N_("Accepted until"), Kind.DATE),
    Column("accepted_reason", N_("Reason"), prose=True),
    Column("accepted_by", N_("Accepted by")),
    Column("fictitious", N_("Fictitious"), Kind.FLAG),
)
_ORDER = {severity: place for place, severity in enumerate(Severity)}
_PLACES = {rule.id: place for place, rule in enumerate(RULES)}


def rule_named(wanted: str) -> Rule:
    """Return the rule of an id.

    Raises:
        UsageProblem: there is none; the message suggests near ones.
    """
    for rule in RULES:
        if rule.id == wanted:
            return rule
    ids = [rule.id for rule in RULES]
    near = closest(wanted, ids)
    raise UsageProblem(
        msg("There is no rule called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near) if near else msg("See the rules with: crpv check --list"),
    )


def findings(
    connection: sqlite3.Connection,
    as_of: str,
    year: int | None = None,
    cycle: int = DEFAULT_CYCLE_YEARS,
    rules: Sequence[str] = (),
    centre: str | None = None,
) -> Result:
    """Ask the rules of a date.

    Args:
        connection: an open registry.
        as_of: ISO date: perimeters, labels, evaluations and exceptions are those of that date.
        year: the year of money and activity; by default the latest that is over on the date.
        cycle: how many years an evaluation stands.
        rules: ids of the rules to ask; all of them if empty.
        centre: only findings of this centre (its id).

    Returns:
        A report, the gravest first and what is accepted last. Totals: how many findings are a ``breach``, ``unknown``
        or ``notice`` and not accepted; ``accepted``; ``rules`` asked; ``by_rule`` all findings of each rule.

    Raises:
        UsageProblem: a rule that there is not.
    """
    asked = [rule_named(name) for name in rules] or list(RULES)
    moment = Moment(connection, as_of, closed_year(as_of) if year is None else year, cycle, centre)
    found = [
        (rule, finding)
        for rule in asked
        for finding in rule.judge(moment)
        if centre is None or finding.centre == centre
    ]
    exceptions = _exceptions(moment)
    rows = [_row(moment, rule, finding, exceptions) for rule, finding in found]
    rows.sort(key=_place)
    totals = _totals(rows, [rule.id for rule in asked])
    rests = any(row[-1] for row in rows)
    return Result(
        name="check",
        title=msg("What the rules find on {date}, of the year {year}", date=Day(as_of), year=str(moment.year)),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=("severity", "about", "message", "accepted_until", "accepted_reason"),
        notes=(*fictitious.notes(connection, rests), *_notes(totals)),
        parameters={
            "as_of": as_of,
            "year": moment.year,
            "cycle": cycle,
            "rules": [rule.id for rule in asked] if rules else None,
            "centre": centre,
        },
        totals=totals,
        fictitious=rests,
        is_report=True,
        origin=origin(connection, (finding.source for _, finding in found)),
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


Subject = tuple[str | None, str | None]
"""The centre and the department that an exception is of; neither for the whole network."""


def _exceptions(moment: Moment) -> dict[tuple[str, Subject], sqlite3.Row]:
    """The exceptions accepted on the date, by rule and subject."""
    rows = read(moment.connection, "select * from exceptions_on", moment.as_of)
    return {(row["rule"], (row["centre"], row["department"])): row for row in rows}


def _row(
    moment: Moment, rule: Rule, finding: Finding, exceptions: dict[tuple[str, Subject], sqlite3.Row]
) -> tuple[Value, ...]:
    accepted = exceptions.get((rule.id, (finding.centre, finding.department if finding.centre is None else None)))
    return (
        finding.severity.value,
        rule.id,
        _about(moment, finding),
        finding.message,
        finding.advice,
        finding.centre,
        finding.department,
        finding.mission,
        finding.year,
        finding.subject,
        finding.source,
        accepted is not None,
        accepted["valid_to"] if accepted else None,
        accepted["reason"] if accepted else None,
        accepted["accepted_by"] if accepted else None,
        finding.fictitious or bool(accepted and accepted["source"] in moment.made_up),
    )


def _about(moment: Moment, finding: Finding) -> Value:
    if finding.centre is not None:
        return str(moment.centres[finding.centre]["short_name"])
    if finding.department is not None:
        return f"{finding.department} {moment.department_names.get(finding.department, '')}".rstrip()
    return msg(N_("network"))


_AT = {column.name: place for place, column in enumerate(COLUMNS)}


def _place(row: tuple[Value, ...]) -> tuple[bool, int, int, str]:
    about = row[_AT["about"]]
    accepted = bool(row[_AT["accepted"]])
    return (
        accepted,
        # What is accepted stands rule by rule: its severity is not told apart any more.
        0 if accepted else _ORDER[Severity(str(row[_AT["severity"]]))],
        _PLACES[str(row[_AT["rule"]])],
        fold(about) if isinstance(about, str) else "",
    )


def _totals(rows: Iterable[tuple[Value, ...]], asked: Sequence[str]) -> dict[str, object]:
    listed = list(rows)
    counts: dict[str, object] = {
        severity.value: sum(row[_AT["severity"]] == severity.value and not row[_AT["accepted"]] for row in listed)
        for severity in Severity
    }
    return counts | {
        "accepted": sum(bool(row[_AT["accepted"]]) for row in listed),
        "rules": len(asked),
        "by_rule": {name: sum(row[_AT["rule"]] == name for row in listed) for name in asked},
    }


def _notes(totals: dict[str, object]) -> Iterable[Note]:
    yield Note(
        "check-summary",
        msg(
            "Breaches: {breach}; not known: {unknown}; notices: {notice}; accepted: {accepted}; rules asked: {rules}.",
            **{name: totals[name] for name in ("breach", "unknown", "notice", "accepted", "rules")},
        ),
    )


def catalogue(connection: sqlite3.Connection) -> Result:
    """Explain the rules: a row each."""
    titles = {row["id"]: row["title"] for row in connection.execute("select id, title from sources")}
    return Result(
        name="rules",
        title=msg(N_("The rules of crpv check")),
        columns=(
            Column("rule", N_("Rule"), Kind.CODE),
            Column("severity", N_("Severity"), Kind.CODE, choices=SEVERITIES),
            Column("title", N_("Title"), prose=True),
            Column("explanation", N_("What it asks"), prose=True),
            Column("source", N_("Source"), Kind.CODE),
            Column("source_title", N_("Laid down by"), prose=True),
        ),
        rows=tuple(
            (
                rule.id,
                rule.severity.value,
                msg(rule.title),
                msg(rule.explanation),
                rule.source,
                titles.get(rule.source) if rule.source else msg(N_("this project")),
            )
            for rule in RULES
        ),
        screen=("rule", "severity", "explanation"),
    )
