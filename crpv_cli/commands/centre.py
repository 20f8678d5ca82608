"""``crpv centre``: what happens to a centre, each event one load that is shown before it is written."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import click
import typer

from crpv_cli.commands import options
from crpv_cli.commands.asking import confirmed, yes_option
from crpv_cli.commands.door import Door, with_shared
from crpv_cli.definitions import choices
from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _
from crpv_cli.registry.conflicts import ChangedMeanwhileError
from crpv_cli.registry.life import Event
from crpv_cli.registry.loads import LoadReport
from crpv_cli.reports.finding import find_centre, find_department

_CHANGES = ("table", "key", "action", "column", "before", "after")  # without a file and its lines: there is none
Plan = Callable[..., None]


def _day(flag: str, help_: str, last: bool = False) -> Any:  # noqa: ANN401 - Typer says no more of it
    read = options.date_or_year if last else options.iso_date
    return typer.Option(flag, metavar=_("DATE"), parser=read, help=help_)


_DAY = _("The first day of the new state; what was ends on the day before.")
_SHARED: dict[str, tuple[Any, Any]] = {
    "source": (
        Annotated[str | None, typer.Option("--source", metavar=_("ID"), help=_("Id of the source that says so."))],
        None,
    ),
    "reason": (
        Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; it is kept with the load."))],
        None,
    ),
    "dry_run": (options.DryRun, False),
    "yes": (Annotated[bool, yes_option(_("Write it without asking."))], False),
}


def _event(day: str = "--on", help_: str = _DAY) -> Callable[[Plan], Callable[..., None]]:
    """Make a command of a function that says, given an event, what happens: it is shown, asked about and loaded."""

    def give(plan: Plan) -> Callable[..., None]:
        _its_event, *own = inspect.signature(plan, eval_str=True).parameters.values()

        def run(door: Door, **given: Any) -> None:  # noqa: ANN401 - what Typer read
            on, source, reason = given.pop("on"), given.pop("source"), given.pop("reason")
            dry_run, yes = given.pop("dry_run"), given.pop("yes")
            words = ["centre", click.get_current_context().info_name or "", *_typed(own, given), day, on]
            words += [
                word for flag, value in (("--source", source), ("--reason", reason)) if value for word in (flag, value)
            ]
            with door.writing() as connection:

                def planned() -> Event:
                    event = Event(connection, on, source, (reason or "").strip() or None)
                    plan(event, **given)
                    return event

                _written(door, planned, shlex.join(words), dry_run, yes)

        kind = inspect.Parameter.KEYWORD_ONLY
        shared = [inspect.Parameter("on", kind, annotation=Annotated[str, _day(day, help_)])]
        shared += [inspect.Parameter(name, kind, annotation=a, default=d) for name, (a, d) in _SHARED.items()]
        run.__doc__ = plan.__doc__
        return with_shared(run, [*own, *shared], ("db",))

    return give


def _typed(own: Sequence[inspect.Parameter], given: Mapping[str, Any]) -> list[str]:
    """What was typed of a command's own arguments and options."""
    words: list[str] = []
    for parameter in own:
        info, value = parameter.annotation.__metadata__[0], given[parameter.name]
        flags = () if isinstance(info, typer.models.ArgumentInfo) else (str(info.default),)  # Typer's name of the first
        if value is True:
            words += flags
        elif value not in (None, False, []):
            values = value if isinstance(value, list) else [value]
            words += [word for one in values for word in (*flags, str(one))]
    return words


def _written(door: Door, planned: Callable[[], Event], command: str, dry_run: bool, yes: bool) -> None:
    """Show what an event would change, and write it if that is agreed to; if others change it meanwhile, once more.

    Raises:
        typer.Exit: it cannot be written as it is, or was not agreed to.
        UsageProblem: nobody is there to agree to it.
    """
    from crpv_cli.output import streams

    while True:
        event = planned()
        found = _load(door, event, command, dry=True)
        if found.errors:
            raise typer.Exit(ExitCode.ANOMALIES)
        if not found.changed:
            streams.say(msg("Nothing was changed."))
            return
        if dry_run:
            streams.say(msg("Nothing was written: this was a dry run."))
            return
        confirmed(msg("Write this?"), yes)
        try:
            loaded = _load(door, event, command, dry=False, planned=planned)
        except ChangedMeanwhileError:
            streams.say(msg("Others changed the registry meanwhile; this is what it would change now."))
            continue
        if loaded.errors:
            raise typer.Exit(ExitCode.ANOMALIES)
        return


def _load(door: Door, event: Event, command: str, dry: bool, planned: Callable[[], Event] | None = None) -> LoadReport:
    """Load what an event changes; a dry run shows it.

    Raises:
        ChangedMeanwhileError: it is to be written, and planned anew it would change something else.
    """
    from crpv_cli.intake.sources import sources_of_rows
    from crpv_cli.output.loads import tell_load
    from crpv_cli.registry.loading import load
    from crpv_cli.reports.history import would_change
    from crpv_cli.reports.listing import Selection, shape

    cells = event.cells()

    def still_so() -> None:
        if planned and planned().cells() != cells:
            raise ChangedMeanwhileError

    loads = [sources_of_rows(table, rows) for table, rows in cells.items()]
    sources = [source for some, _anomalies in loads for source in some]
    anomalies = [anomaly for _sources, some in loads for anomaly in some]

    def before_commit(report: LoadReport) -> None:
        if report.errors or not dry:
            door.show_found(report)

    report = load(
        event.connection,
        sources,
        anomalies,
        command=command,
        dry_run=dry,
        details=dry,
        under_lock=still_so,
        before_commit=before_commit,
    )
    if dry and report.changes:
        door.show(shape(would_change(event.connection, report.changes), Selection(columns=_CHANGES)))
    if report.errors or not dry:
        tell_load(report)
    return report


Centre = Annotated[
    str,
    typer.Argument(
        metavar=_("CENTRE"), help=_("Its id, its short name, or a part of its name that no other centre has.")
    ),
]
Departments = Annotated[
    list[str], typer.Argument(metavar=_("DEPARTMENT..."), help=_("The departments, by code or name."))
]
Name = Annotated[str | None, typer.Option("--name", metavar=_("NAME"), help=_("Its official name from the day on."))]
ShortName = Annotated[
    str | None, typer.Option("--short-name", metavar=_("NAME"), help=_("Its name in common use from the day on."))
]
Form = Annotated[
    str | None,
    typer.Option("--form", click_type=options.OneOf(choices.LEGAL_FORMS), help=_("Its legal form.")),
]
Carrier = Annotated[
    str | None, typer.Option("--carrier", metavar=_("NAME"), help=_("The body that carries it; '' for none."))
]
Siren = Annotated[
    str | None, typer.Option("--siren", metavar=_("SIREN"), help=_("Its SIREN, or that of the body that carries it."))
]
Seat = Annotated[str | None, typer.Option("--seat", metavar=_("COMMUNE"), help=_("The commune of its seat."))]
Confidence = Annotated[
    str | None,
    typer.Option(
        "--confidence",
        click_type=options.OneOf(choices.CONFIDENCES),
        help=_("How sure the new perimeter is; by default as sure as that of the centre that served it."),
    ),
]


def _stated(**values: str | None) -> dict[str, str | int | None]:
    """What is said of a centre; an empty text says that there is none.

    Raises:
        UsageProblem: nothing is said.
    """
    said = {name: value.strip() or None for name, value in values.items() if value is not None}
    if not said:
        raise UsageProblem(
            msg("Nothing is said to change."),
            msg(
                "Give one of: {options}",
                options=[f"--{name.replace('legal_', '').replace('_', '-')}" for name in values],
            ),
        )
    return {**said}


@_event()
def open_centre(
    event: Event,
    centre: Annotated[str, typer.Argument(metavar="ID", help=_("The id of the new centre, in lower case."))],
    name: Annotated[str, typer.Option("--name", metavar=_("NAME"), help=_("Its official name."))],
    short_name: Annotated[
        str | None,
        typer.Option("--short-name", metavar=_("NAME"), help=_("Its name in common use; by default its name.")),
    ] = None,
    form: Form = None,
    carrier: Carrier = None,
    siren: Siren = None,
    seat: Seat = None,
    serves: Annotated[
        list[str] | None,
        typer.Option("--serves", metavar=_("DEPARTMENT"), help=_("A department that it serves; several may be named.")),
    ] = None,
    exempt: Annotated[
        str | None,
        typer.Option(
            "--exempt", metavar=_("TEXT"), help=_("Why the State and local authorities do not fund it together.")
        ),
    ] = None,
    confidence: Confidence = None,
) -> None:
    """Open a centre."""
    given = _stated(name=name, short_name=short_name, legal_form=form, carrier=carrier, siren=siren, seat=seat)
    _open(event, centre, given, exempt)
    event.serve(centre, [find_department(event.connection, one) for one in serves or ()], confidence)


def _open(event: Event, centre: str, given: Mapping[str, str | int | None], exempt: str | None = None) -> None:
    base = {"short_name": given["name"], "legal_form": "unknown", "co_funded": int(exempt is None)}
    event.open(centre, {**base, **given, "exemption_reason": exempt})


@_event()
def rename(event: Event, centre: Centre, name: Name = None, short_name: ShortName = None) -> None:
    """Rename a centre."""
    event.restate(find_centre(event.connection, centre), _stated(name=name, short_name=short_name))


@_event()
def change(
    event: Event, centre: Centre, form: Form = None, carrier: Carrier = None, siren: Siren = None, seat: Seat = None
) -> None:
    """Give a centre another form, carrier, SIREN or seat."""
    said = _stated(legal_form=form, carrier=carrier, siren=siren, seat=seat)
    event.restate(find_centre(event.connection, centre), said)


@_event()
def take_over(
    event: Event,
    centre: Centre,
    departments: Departments,
    giver: Annotated[
        str | None, typer.Option("--from", metavar=_("CENTRE"), help=_("The centre that served them until then."))
    ] = None,
    confidence: Confidence = None,
) -> None:
    """Let a centre serve departments."""
    _pass_on(event, departments, giver, centre, confidence)


@_event()
def hand_over(
    event: Event,
    centre: Centre,
    departments: Departments,
    taker: Annotated[
        str | None, typer.Option("--to", metavar=_("CENTRE"), help=_("The centre that serves them from then on."))
    ] = None,
    confidence: Confidence = None,
) -> None:
    """Let a centre no longer serve departments."""
    _pass_on(event, departments, centre, taker, confidence)


def _pass_on(
    event: Event, departments: Sequence[str], giver: str | None, taker: str | None, confidence: str | None
) -> None:
    former, later = (find_centre(event.connection, one) if one else None for one in (giver, taker))
    for department in dict.fromkeys(find_department(event.connection, one) for one in departments):
        sure = event.stop(former, department) if former else None
        if later:
            event.serve(later, [department], confidence or sure)


@_event("--from", _("The first day of the label."))
def label(
    event: Event,
    centre: Centre,
    until: Annotated[str | None, _day("--to", _("Its last day, if it is known."), last=True)] = None,
    act: Annotated[str | None, typer.Option("--act", metavar=_("TEXT"), help=_("The decision that gives it."))] = None,
    renewal: Annotated[bool, typer.Option("--renewal", help=_("It renews an earlier label."))] = False,
) -> None:
    """Label a centre."""
    event.label(find_centre(event.connection, centre), until, act, renewal)


@_event(help_=_("The first day without the label; the day before is its last."))
def unlabel(event: Event, centre: Centre) -> None:
    """End the label of a centre."""
    event.unlabel(find_centre(event.connection, centre))


@_event()
def merge(
    event: Event,
    centres: Annotated[list[str], typer.Argument(metavar=_("CENTRE..."), help=_("The centres that become one."))],
    into: Annotated[
        str,
        typer.Option(
            "--into", metavar=_("CENTRE"), help=_("The one that goes on, or the id of a new one (with --name).")
        ),
    ],
    name: Name = None,
    short_name: ShortName = None,
    form: Form = None,
    carrier: Carrier = None,
    siren: Siren = None,
    seat: Seat = None,
    confidence: Confidence = None,
) -> None:
    """Let centres become one."""
    merged = list(dict.fromkeys(find_centre(event.connection, one) for one in centres))
    values = {
        "name": name,
        "short_name": short_name,
        "legal_form": form,
        "carrier": carrier,
        "siren": siren,
        "seat": seat,
    }
    if name is not None and not event.holds(into):
        later = into
        _open(event, later, _stated(**values))
    else:
        later = find_centre(event.connection, into)
        if any(value is not None for value in values.values()):
            event.restate(later, _stated(**values))
    if len({*merged, later}) < 2:
        raise UsageProblem(
            msg("Only one centre is named."), msg("Name those that become one: crpv centre merge A B --into C")
        )
    event.merge(merged, later, confidence)


@_event(help_=_("The first day on which it no longer exists; the day before is its last."))
def close(
    event: Event,
    centre: Centre,
    successor: Annotated[
        str | None, typer.Option("--successor", metavar=_("CENTRE"), help=_("The centre that takes over, if one does."))
    ] = None,
) -> None:
    """Close a centre."""
    its_successor = find_centre(event.connection, successor) if successor else None
    event.close(find_centre(event.connection, centre), its_successor)
