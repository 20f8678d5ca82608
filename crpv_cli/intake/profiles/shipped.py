"""The profiles that come with crpv, and those that users write."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.intake.profiles.parsing import parse
from crpv_cli.intake.profiles.profile import Profile
from crpv_cli.language import msg
from crpv_cli.spelling import closest


@cache
def shipped_profiles() -> dict[str, Profile]:
    """Return the profiles that come with crpv, by name."""
    paths = sorted(Path(__file__).parent.glob("*.toml"))
    return {path.stem: parse(path.read_bytes(), path.name) for path in paths}


@cache
def load_profile(name_or_path: str) -> Profile:
    """Return the profile of that name, or the one in that TOML file.

    Raises:
        UsageProblem: no profile has that name.
        FileProblem: the file is missing or is not a profile.
    """
    path = Path(name_or_path)
    if path.suffix.lower() == ".toml":
        try:
            return parse(path.read_bytes(), name_or_path)
        except OSError as error:
            raise FileProblem(
                msg("{file} cannot be read: {reason}", file=name_or_path, reason=error.strerror or str(error)),
                msg("Check that it exists and that you may read it."),
            ) from error
    profiles = shipped_profiles()
    if name_or_path in profiles:
        return profiles[name_or_path]
    near = closest(name_or_path, profiles, 1)
    raise UsageProblem(
        msg("There is no profile called {name}.", name=name_or_path),
        msg("Did you mean {near}?", near=near)
        if near
        else msg(
            "The profiles are {profiles}; your own is named by its file: --profile FILE.toml", profiles=[*profiles]
        ),
    )


def find_profile(header: Sequence[str]) -> Profile | None:
    """Return the bundled profile whose required columns a header has; of several, the one that uses most columns."""
    fitting = [profile for profile in shipped_profiles().values() if not profile.missing(header)]
    return max(fitting, key=lambda profile: len(profile.places(header)), default=None)
