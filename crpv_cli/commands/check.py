"""``crpv check``: what the rules of the framework and of a consistent registry find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.asking import yes_option
from crpv_cli.commands.door import Door, command
from crpv_cli.definitions.columns import Choice
from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.language import N_, Day, msg
from crpv_cli.language import text as _
from crpv_cli.reports.options import YEAR

if TYPE_CHECKING:
    import sqlite3

_NETWORK = "network"


@command()
def check(
    door: Door,
    rules: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar=_("RULE"), help=_("Only this rule; several may be named.")),
    ] = None,
    region: options.Region = None,
    department: options.Department = None,
    centre: options.Centre = None,
    year: Annotated[
        int | None,
        options.info(replace(YEAR, help=N_("The year of money and activity; by default the latest that has ended."))),
    ] = None,
    cycle: options.Cycle = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Exit with code 1 if anything is found that is not accepted."))
    ] = False,
    full: options.Full = False,
    explain: Annotated[bool, typer.Option("--list", help=_("List and explain the rules instead."))] = False,
    accept: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--accept",
            metavar=_("RULE SUBJECT"),
            help=_("Record an exception to a rule for a centre, a department (its code) or the network."),
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar=_("DATE"), parser=options.date_or_year, help=_("The last day of the exception.")
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why it is accepted."))] = None,
    by: Annotated[str | None, typer.Option("--by", metavar=_("NAME"), help=_("Who accepts it."))] = None,
    as_of: options.AsOf = None,
    integrity: Annotated[
        bool,
        typer.Option("--integrity", help=_("Check instead that the registry is intact, and is what loads wrote.")),
    ] = False,
    mend: Annotated[
        bool, typer.Option("--mend", help=_("With --integrity: mend what can be mended, after a copy."))
    ] = False,
    yes: Annotated[bool, yes_option(_("With --mend: do not ask."))] = False,
) -> None:
    """Ask the rules.

    Raises:
        typer.Exit: with 1, something was found that is not accepted: a breach, or anything with ``--strict``.
    """
    from crpv_cli.registry.queries import CYCLE_YEARS, today
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.rules.checking import explained, findings
    from crpv_cli.rules.model import SEVERITIES

    if integrity or mend or yes:
        others = (door.known, rules, region, department, centre, year, cycle, accept, as_of)
        if not integrity or strict or explain or full or any(value is not None for value in others):
            raise UsageProblem(
                msg("--integrity, --mend and --yes are about the file of the registry, not about rules."),
                msg("Write: crpv check --integrity, or crpv check --integrity --mend"),
            )
        from crpv_cli.commands.integrity import check_integrity

        check_integrity(door, mend, yes)
        return
    if accept is not None:
        if door.known is not None:
            raise UsageProblem(
                msg("--known cannot be used with --accept: an exception is recorded in the registry as it is."),
                msg("Leave out one of them."),
            )
        _accept(door, *accept, as_of or today(), until, reason, by)
        return
    for option, value in (("--until", until), ("--reason", reason), ("--by", by)):
        if value is not None:
            raise UsageProblem(
                msg("{option} is only used with --accept.", option=option),
                msg('Write: crpv check --accept RULE CENTRE --until DATE --reason "…"'),
            )
    with door.reading() as connection:
        if explain:
            result = explained(connection)
        else:
            result = findings(
                connection,
                as_of or today(),
                year,
                cycle or CYCLE_YEARS,
                tuple(rules or ()),
                find_centre(connection, centre) if centre else None,
                region,
                department,
            )
    door.show(result, full=full)
    if explain:
        return
    if any(result.totals[severity.code] for severity in (SEVERITIES if strict else SEVERITIES[:1])):
        raise typer.Exit(ExitCode.ANOMALIES)


def _accept(
    door: Door, rule: str, subject: str, as_of: str, until: str | None, reason: str | None, by: str | None
) -> None:
    """Record an exception, through the same door as any other row.

    Raises:
        UsageProblem: an unknown rule or subject, no reason, no end, or an end that has passed.
    """
    from crpv_cli.intake.sources import sources_of_rows
    from crpv_cli.output import streams
    from crpv_cli.output.loads import tell_load
    from crpv_cli.registry.loading import LoadReport, load
    from crpv_cli.rules.checking import covered, rule_named

    its_rule = rule_named(rule)
    if until is None or not (reason or "").strip():
        raise UsageProblem(
            msg("An exception needs a written reason and an end date."),
            msg('Write: crpv check --accept RULE CENTRE --until DATE --reason "…"'),
        )
    if until < as_of:
        raise UsageProblem(
            msg("The exception would have ended on {until}, before {date}.", until=Day(until), date=Day(as_of)),
            msg("Give a later date with --until."),
        )
    with door.writing() as connection:
        centre, department = _subject(connection, subject)
        row = {
            "rule": its_rule.id,
            "centre": centre or "",
            "department": department or "",
            "valid_from": as_of,
            "valid_to": until,
            "reason": (reason or "").strip(),
            "accepted_by": by or "",
        }
        sources, anomalies = sources_of_rows("exceptions", [row])
        about, found = centre or department or _NETWORK, 0

        def before_commit(report: LoadReport) -> None:
            nonlocal found
            Door().show_found(report)
            found = covered(connection, as_of, its_rule.id, about)

        report = load(
            connection,
            sources,
            anomalies,
            command=f"check --accept {its_rule.id} {subject}",
            before_commit=before_commit,
        )
        tell_load(report)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)
    streams.say(msg("Accepted: {rule} for {about}, until {until}.", rule=its_rule.id, about=about, until=Day(until)))
    if not found:
        streams.say(
            msg(
                "On {date} the rule {rule} finds nothing about {about}: the exception has no effect so far.",
                date=Day(as_of),
                rule=its_rule.id,
                about=about,
            )
        )


def _subject(connection: sqlite3.Connection, subject: str) -> tuple[str | None, str | None]:
    """Find the centre or the department that is meant; neither for the network, also in the reader's language."""
    from crpv_cli.definitions.named import meant
    from crpv_cli.reports.finding import find_place

    if meant(subject, (Choice(_NETWORK, N_("network")),)):
        return None, None
    return find_place(connection, subject)
