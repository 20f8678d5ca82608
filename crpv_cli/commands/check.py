"""``crpv check``: what the rules of the framework and of a sound registry find."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "check",
        check,
        _("Examples: crpv check · crpv check --rule co-funding --year 2024 · crpv check --list"),
    )


def check(
    rules: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar=_("RULE"), help=_("Only this rule; several may be named.")),
    ] = None,
    centre: options.Centre = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar=_("YEAR"),
            callback=options.checked_year,
            help=_("The year of money and activity; the latest that is over by default."),
        ),
    ] = None,
    cycle: options.Cycle = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Exit with 1 for anything found and not accepted."))
    ] = False,
    explain: Annotated[bool, typer.Option("--list", help=_("Explain the rules instead."))] = False,
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
        typer.Option("--until", metavar=_("DATE"), callback=options.iso_date, help=_("The last day of the exception.")),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why it is accepted."))] = None,
    by: Annotated[str | None, typer.Option("--by", metavar=_("NAME"), help=_("Who accepts it."))] = None,
    as_of: options.AsOf = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Ask the rules.

    Raises:
        typer.Exit: with 1, something was found that is not accepted: a breach, or anything with ``--strict``.
    """
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_result
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.evaluations.cycle import DEFAULT_CYCLE_YEARS
    from crpv_cli.reports.finding import find_centre
    from crpv_cli.rules.checking import catalogue, findings

    if accept is not None:
        _accept(*accept, as_of or today(), until, reason, by, db)
        return
    for option, value in (("--until", until), ("--reason", reason), ("--by", by)):
        if value is not None:
            raise UsageProblem(
                msg("{option} goes with --accept.", option=option),
                msg('Write: crpv check --accept RULE CENTRE --until DATE --reason "…"'),
            )
    with reading(db) as connection:
        if explain:
            result = catalogue(connection)
        else:
            result = findings(
                connection,
                as_of or today(),
                options.year_number(year),
                cycle or DEFAULT_CYCLE_YEARS,
                tuple(rules or ()),
                find_centre(connection, centre) if centre else None,
            )
    show_result(result, format_, output, force)
    if explain:
        return
    counted = ("breach", "unknown", "notice") if strict else ("breach",)
    if any(result.totals[name] for name in counted):
        raise typer.Exit(ExitCode.ANOMALIES)


def _accept(
    rule: str, subject: str, as_of: str, until: str | None, reason: str | None, by: str | None, db: Path | None
) -> None:
    """Record an exception, through the same door as any other row.

    Raises:
        UsageProblem: an unknown rule or subject, no reason, no end, or an end that has passed.
    """
    from crpv_cli.commands.accepting import accept_exception
    from crpv_cli.commands.opening import writing
    from crpv_cli.output import streams
    from crpv_cli.output.loads import print_load
    from crpv_cli.rules.checking import covered, rule_named

    its_rule = rule_named(rule)
    if until is None or not (reason or "").strip():
        raise UsageProblem(
            msg("An exception needs a reason in writing and an end."),
            msg('Write: crpv check --accept RULE CENTRE --until DATE --reason "…"'),
        )
    if until < as_of:
        raise UsageProblem(
            msg("The exception would have ended on {until}, before {date}.", until=Day(until), date=Day(as_of)),
            msg("Give a later date with --until."),
        )
    with writing(db) as connection:
        report, about = accept_exception(connection, its_rule.id, subject, as_of, until, (reason or "").strip(), by)
        found = covered(connection, as_of, its_rule.id, about)
    print_load(report)
    if report.errors:
        raise typer.Exit(ExitCode.ANOMALIES)
    streams.say(msg("Accepted: {rule} for {about}, until {until}.", rule=its_rule.id, about=about, until=Day(until)))
    if not found:
        streams.say(
            msg(
                "On {date} the rule {rule} finds nothing of {about}: the exception covers nothing so far.",
                date=Day(as_of),
                rule=its_rule.id,
                about=about,
            )
        )
