"""``crpv init``: make a registry."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _


@command("db")
def init(
    door: Door,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=_("Add the fictitious evaluations, activity, governance and agreements of the demonstration."),
        ),
    ] = False,
    empty: Annotated[bool, typer.Option("--empty", help=_("Leave it empty."))] = False,
    shared: Annotated[
        bool, typer.Option("--shared", help=_("Let its group read and write it; by default only you can."))
    ] = False,
) -> None:
    """Make a registry, or add the demonstration to one that is there."""
    from crpv_cli.bundled import demo_folder
    from crpv_cli.commands.new import load_paths, make
    from crpv_cli.output import streams
    from crpv_cli.registry.connection import resolve_path, version_of

    if demo and empty:
        raise UsageProblem(msg("--demo and --empty cannot be used together."), msg("Choose one of them."))
    path, _by_default = resolve_path(door.db)
    if path.is_file():
        version_of(path)  # a file of another program is reported at once
    if not path.exists() or not demo:
        try:
            report = make(path, demo, empty, shared)
        except FileExistsError as error:
            raise UsageProblem(
                msg("There is already a registry at {path}; it was not changed.", path=path),
                msg(
                    "Name another file with --db, or add the demonstration to it with: crpv init --demo --db {path}",
                    path=path,
                ),
            ) from error
        streams.say(msg("The registry was made: {path}", path=path))
    else:
        with door.writing() as connection:
            report = load_paths(connection, [str(demo_folder())], command="init --demo")
    if report is not None:
        door.show_load(report)
    if demo:
        streams.say(msg("What the demonstration adds is fictitious; every screen and file says so."))
    streams.say(msg("Next: crpv list"))
