"""The headings of a foreign file become the columns that a profile knows; a unit in a heading is never dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crpv_cli.intake.headings import heading_of


@dataclass(frozen=True, slots=True)
class Reading:
    """A header, read with the spellings of a profile.

    ``places`` are those of the columns that it knows. ``passed_over`` are the columns of which another heading is a
    mere synonym, and its place. ``twice`` are columns that two headings name equally well. ``strange`` are the places
    of headings that the profile does not know, ``factors`` those of the units that headings name.
    """

    places: dict[str, int] = field(default_factory=dict)
    passed_over: list[tuple[str, int]] = field(default_factory=list)
    twice: dict[str, list[int]] = field(default_factory=dict)
    strange: list[int] = field(default_factory=list)
    factors: dict[str, Decimal] = field(default_factory=dict)


def read_headings(header: Sequence[str], exact: Mapping[str, str], synonyms: Mapping[str, str]) -> Reading:
    """Read a header: the exact name of a column counts before its synonyms.

    ``exact`` and ``synonyms`` give the name of a column by its spelling; an empty name is a heading to leave alone.
    """
    reading = Reading()
    found: dict[str, tuple[list[int], list[int]]] = {}
    for place, cell in enumerate(header):
        whole, bare, _unit_named = heading_of(cell)
        name = next((names[one] for names in (exact, synonyms) for one in (whole, bare) if one in names), None)
        if name is None and cell:
            reading.strange.append(place)
        elif name:
            found.setdefault(name, ([], []))[whole not in exact and bare not in exact].append(place)
    for name, (named, others) in found.items():
        best = named or others
        reading.places[name] = best[0]
        if len(best) > 1:
            reading.twice[name] = best
        reading.passed_over.extend((name, place) for place in others if named)
        factor = heading_of(header[best[0]])[2]
        if factor is not None:
            reading.factors[name] = factor
    return reading
