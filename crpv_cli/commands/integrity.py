"""``crpv check --integrity``: whether the registry is what loads wrote, and how it is mended."""

from __future__ import annotations

import typer

from crpv_cli import interrupts
from crpv_cli.commands.asking import confirmed
from crpv_cli.commands.door import Door
from crpv_cli.errors import ExitCode
from crpv_cli.language import Message, msg
from crpv_cli.output import streams


def check_integrity(door: Door, mend: bool, yes: bool) -> None:
    """Show what is wrong with a registry, and mend it if that is asked and agreed to.

    Raises:
        typer.Exit: with 1, something is wrong.
        UsageProblem: nobody can be asked.
    """
    from crpv_cli.registry import integrity
    from crpv_cli.registry.connection import resolve_path
    from crpv_cli.reports.integrity import integrity as found_of

    path, _by_default = resolve_path(door.db)
    found = integrity.examine(path)
    door.show(found_of(found, path))
    if mend and _agreed(integrity.plan(found), yes):
        interrupts.will_write()
        mended = integrity.mend(path)
        streams.say(msg("The registry was mended; a copy of it as it was is kept: {copy}", copy=mended.copy))
        if mended.load is not None:
            streams.say(msg("Load {load} records what was accepted; see: crpv log {load}", load=str(mended.load)))
        found = integrity.examine(path)
        if found.wrong:
            streams.say(msg("Something is still wrong: crpv check --integrity"))
    if found.wrong:
        raise typer.Exit(ExitCode.ANOMALIES)


def _agreed(steps: list[Message], yes: bool) -> bool:
    if not steps:
        streams.say(msg("There is nothing that can be mended."))
        return False
    for said in (msg("Mending would:"), *(msg("  {step}", step=step) for step in steps)):
        streams.insist(said)
    try:
        confirmed(msg("Mend the registry?"), yes)
    except typer.Exit:
        return False  # what is wrong stays wrong
    return True
