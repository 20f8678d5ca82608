"""``crpv profiles``: the official files that crpv reads as they are."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(
        app,
        "profiles",
        profiles,
        _("Examples: crpv profiles · crpv profiles scdl-subventions · crpv profiles mine.toml"),
    )


def profiles(
    name: Annotated[
        str | None,
        typer.Argument(metavar=_("[PROFILE]"), help=_("The profile to show, or a TOML file to check and show.")),
    ] = None,
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
) -> None:
    """List profiles."""
    from crpv_cli.intake.profiles.describing import profile_sheet, profiles_list
    from crpv_cli.intake.profiles.shipped import load_profile, shipped_profiles
    from crpv_cli.output.formats import show_result, show_sheet

    if name is not None:
        show_sheet(profile_sheet(load_profile(name)), format_, output, force)
    else:
        show_result(profiles_list(shipped_profiles().values()), format_, output, force)
