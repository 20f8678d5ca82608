"""``crpv backup`` and ``restore``: a copy of the registry, and the way back."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli import interrupts
from crpv_cli.commands.asking import confirmed, yes_option
from crpv_cli.commands.door import NOW, Door, command
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.language import text as _
from crpv_cli.output import streams

if TYPE_CHECKING:
    from crpv_cli.registry.restoring import State


@command(*NOW, output=_("The file to write; by default one beside the registry, with the moment in its name."))
def backup(door: Door) -> None:
    """Make a backup."""
    from crpv_cli.registry.connection import resolve_path
    from crpv_cli.registry.restoring import back_up
    from crpv_cli.reports.copies import backup_made

    path, _by_default = resolve_path(door.db)
    if door.output is not None:
        if streams.is_standard(door.output):
            raise UsageProblem(
                msg("A backup is a file that is verified: it cannot be written to standard output."),
                msg("Name the file to write: {option}", option=msg("-o FILE")),
            )
        streams.check_free(door.output, door.force)
    with door.reading():
        made = back_up(path, door.output, replace=door.force)
    streams.say(msg("The backup was made and verified: {file}", file=made.path))
    streams.say(
        msg(
            "SHA-256: {sha256}; {size} bytes; last load: {load}",
            sha256=made.sha256,
            size=made.size,
            load=_load(made.load),
        )
    )
    if door.format is not None:
        Door(format=door.format).show(backup_made(made))


@command(*NOW)
def restore(
    door: Door,
    copy: Annotated[
        str | None,
        typer.Argument(
            metavar=_("[FILE|DATE]"),
            help=_("A copy, or the day whose last copy is meant; by default, the existing copies are listed."),
        ),
    ] = None,
    yes: Annotated[bool, yes_option(_("Replace the registry without asking."))] = False,
) -> None:
    """Restore a copy.

    Raises:
        typer.Exit: it was not agreed to.
        UsageProblem: nobody can be asked.
    """
    from crpv_cli.commands.options import iso_date
    from crpv_cli.registry import restoring
    from crpv_cli.registry.connection import resolve_path
    from crpv_cli.reports.copies import copies_beside

    path, _by_default = resolve_path(door.db)
    if copy is None:
        door.show(copies_beside(path))
        return
    try:
        day: str | None = iso_date(copy)
    except typer.BadParameter:
        day = None
    found = restoring.chosen(path, Path(copy), day)
    state, now = restoring.verified(found), restoring.state_of(path)
    streams.say(msg("The copy is intact: {file} (last load: {load})", file=found, load=_load(state.load)))
    if path.exists():
        confirmed(msg("Replace {path} ({load}) by this copy?", path=path, load=_was(now)), yes)
    interrupts.will_write()
    kept = restoring.restore(path, found)
    streams.say(msg("{path} was restored.", path=path))
    if kept is None:
        return
    streams.say(msg("What it replaced is kept: {file}", file=kept))
    if restoring.can_be_restored(kept):
        again = f"crpv restore {shlex.quote(str(kept))}" + (f" --db {shlex.quote(str(path))}" if door.db else "")
        streams.say(msg("To undo this: {command}", command=again))
    else:
        streams.say(msg("It cannot be restored as it is: what was replaced was not right."))


def _load(load: int | None) -> str | Message:
    return msg("none") if load is None else str(load)


def _was(state: State | None) -> Message:
    if state is None:
        return msg("it cannot be read")
    return msg("last load: {load}", load=_load(state.load))
