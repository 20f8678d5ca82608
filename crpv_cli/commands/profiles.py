"""``crpv profiles``: the official files that crpv reads as they are, and the beginnings of a profile for others."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _

_DRAFT = "draft"


@command("format", "output", "force", "db")
def profiles(
    door: Door,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar=_("[PROFILE|draft]"),
            help=_("The profile to show, or a TOML file to check and show; or draft, to begin one for a file."),
        ),
    ] = None,
    file: Annotated[
        str | None, typer.Argument(metavar=_("[FILE]"), help=_("After draft: the file to begin a profile for."))
    ] = None,
    table: options.As = None,
) -> None:
    """List profiles, show one, or begin one.

    Raises:
        UsageProblem: a file is named without ``draft``, or ``draft`` without a file.
    """
    from crpv_cli.intake.profiles.describing import profile_sheet, profiles_list
    from crpv_cli.intake.profiles.shipped import load_profile, shipped_profiles

    if name == _DRAFT and file is not None:
        _begin(door, file, table)
        return
    if name == _DRAFT or file is not None or table is not None:
        raise UsageProblem(
            msg("A profile is begun for one file."),
            msg("Write: crpv profiles draft FILE.csv -o PROFILE.toml"),
        )
    door.show(profiles_list(shipped_profiles().values()) if name is None else profile_sheet(load_profile(name)))


def _begin(door: Door, path: str, table: str | None) -> None:
    """Write the beginnings of a profile to standard output or a file, and say what it lacks.

    Raises:
        FileProblem: the file cannot be read, or the profile not be written.
        UsageProblem: there is no such table, or the headings do not tell which it is.
    """
    from crpv_cli.definitions.named import table_named, typed
    from crpv_cli.intake.faults import Fault
    from crpv_cli.intake.files import ReadOptions, gather
    from crpv_cli.intake.profiles.drafting import draft
    from crpv_cli.intake.profiles.known import KnownIds
    from crpv_cli.output import streams
    from crpv_cli.registry.resolving import lookups

    if table is not None:
        table = table_named(table).name
    if door.format is not None:
        raise UsageProblem(msg("The beginnings of a profile are a TOML file."), msg("Leave --format out."))
    if door.output is not None:
        streams.check_free(door.output, door.force)
    with gather([path]) as (files, _notices), door.reading() as connection:
        try:
            begun = draft(files[0], ReadOptions(table=table, known=KnownIds(lookups(connection))))
        except Fault as fault:
            raise FileProblem(msg("{file}: {problem}", file=path, problem=fault.message), fault.advice) from None
    streams.deliver(begun.content, door.output, door.force)
    streams.say(
        msg(
            "It fills the table {table}; complete it: {columns}.", table=typed(begun.table), columns=list(begun.missing)
        )
        if begun.missing
        else msg("It fills the table {table}; check it before you load with it.", table=typed(begun.table))
    )
