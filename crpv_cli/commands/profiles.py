"""``crpv profiles``: the official files that crpv reads as they are."""

from __future__ import annotations

from typing import Annotated

import typer

from crpv_cli.commands.door import Door, command
from crpv_cli.language import text as _


@command("format", "output", "force")
def profiles(
    door: Door,
    name: Annotated[
        str | None,
        typer.Argument(metavar=_("[PROFILE]"), help=_("The profile to show, or a TOML file to check and show.")),
    ] = None,
) -> None:
    """List profiles."""
    from crpv_cli.intake.profiles.describing import profile_sheet, profiles_list
    from crpv_cli.intake.profiles.shipped import load_profile, shipped_profiles

    door.show(profiles_list(shipped_profiles().values()) if name is None else profile_sheet(load_profile(name)))
