"""The profiles that come with crpv, and those that users write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.intake.faults import Fault
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


def find_profile(header: Sequence[str], given: Mapping[str, str] | None = None) -> Profile | None:
    """Return the bundled profile whose required columns a header has; of several, the one that uses most columns.

    ``given`` has foreign columns whose value somebody gave, since the file does not have them.
    """
    fitting = [profile for profile in shipped_profiles().values() if not profile.missing(header, given)]
    return max(fitting, key=lambda profile: len(profile.reading(header).places), default=None)


def nearest_profile(header: Sequence[str], given: Mapping[str, str] | None = None) -> Fault | None:
    """Return what a header lacks for the bundled profile that it is nearest to; None if it is near to none.

    It is near if it has most of the columns that the profile requires, or several of all that it knows.
    """
    best: tuple[int, Profile, list[str]] | None = None
    for profile in shipped_profiles().values():
        known, missing = len(profile.reading(header).places), profile.missing(header, given)
        near = len(profile.required) > 2 * len(missing) or known >= max(3, len(missing) + 1)
        if near and known > 1 and (best is None or known - len(missing) > best[0]):
            best = known - len(missing), profile, missing
    if best is None:
        return None
    _, profile, missing = best
    places = profile.reading(header).places
    used = [spec for specs in (profile.specs, *(one.specs for one in profile.creates.values())) for spec in specs]
    absent = dict.fromkeys(name for spec in used for name in profile.foreign(spec) if name not in places)
    useful = [name for name in absent if name not in missing and name in profile.optional]
    return Fault(
        "profile-lacks-columns",
        msg(
            "The header is nearest to the profile {profile}, but lacks {missing}; of those that may be missing, it "
            "also lacks {others}. Understood: {known}.",
            profile=profile.name,
            missing=missing,
            others=useful,
            known=[header[place] for place in places.values()],
        )
        if useful
        else msg(
            "The header is nearest to the profile {profile}, but lacks {missing}. Understood: {known}.",
            profile=profile.name,
            missing=missing,
            known=[header[place] for place in places.values()],
        ),
        msg(
            "Rename a heading, or give what the file does not say: {example}",
            example=" ".join(f"--set {name}=…" for name in [*missing, *useful]),
        ),
    )
