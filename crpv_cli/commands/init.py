"""``crpv init``: make a registry."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "init",
        init,
        _("Examples: crpv init · crpv init --demo --db demo.sqlite · crpv init --empty --db new.sqlite"),
    )


def init(
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help=_("Add the fictitious evaluations, activity, governance and agreements of the demonstration."),
        ),
    ] = False,
    empty: Annotated[bool, typer.Option("--empty", help=_("Put nothing in it."))] = False,
    db: options.Db = None,
) -> None:
    """Make a registry, or add the demonstration to one that is there."""
    from crpv_cli.commands.making import load_paths, make
    from crpv_cli.commands.opening import writing
    from crpv_cli.intake.bundled import demo_folder
    from crpv_cli.output import streams
    from crpv_cli.output.loads import print_load
    from crpv_cli.registry.connection import resolve_path, version_of

    if demo and empty:
        raise UsageProblem(msg("--demo and --empty exclude each other."), msg("Choose one of them."))
    path, _by_default = resolve_path(db)
    if path.is_file():
        version_of(path)  # a file of another program is told at once
    if not path.exists():
        report = make(path, demo, empty)
        streams.say(msg("The registry was made: {path}", path=path))
    elif demo:
        with writing(db) as connection:
            report = load_paths(connection, [str(demo_folder())], command="init --demo")
    else:
        raise UsageProblem(
            msg("There is a registry at {path} already; it was not touched.", path=path),
            msg(
                "Name another file with --db, or add the demonstration to it with: crpv init --demo --db {path}",
                path=path,
            ),
        )
    if report is not None:
        print_load(report)
    if demo:
        streams.say(msg("What the demonstration adds is fictitious; every screen and file says so."))
    streams.say(msg("Next: crpv list"))
