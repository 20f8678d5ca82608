"""The headings of a foreign file become the columns that a profile knows; a unit in a heading is never dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from crpv_cli.spelling import fold

_THOUSANDS = (
    "k€, k €, keur, keuro, keuros, k euros, ke, millier d euros, milliers d euros, milliers d euro, milliers euros, "
    "milliers €, milliers d €, milliers de €, mille euros, milliers, thousands, 000 €"
)
_MILLIONS = (
    "m€, m €, meur, meuro, meuros, million d euros, millions d euros, millions d euro, millions euros, millions €, "
    "millions d €, millions de €, millions"
)
_OTHERS = (
    "f, ff, frf, kf, mf, franc, francs, chf, xpf, fcfp, cfp, f cfp, francs cfp, francs pacifique, fcfa, $, usd, "
    "dollars, £, gbp"
)
UNITS: Mapping[str, Decimal | None] = {
    name: factor
    for names, factor in (
        ("€, euro, euros, eur", Decimal(1)),
        ("c€, centime, centimes, centimes d euros, centimes d euro, cents", Decimal("0.01")),
        (_THOUSANDS, Decimal(1000)),
        (_MILLIONS, Decimal(10**6)),
        ("md€, mds€, md €, mds €, milliards d euros, milliards €, milliards", Decimal(10**9)),
        (_OTHERS, None),
    )
    for name in names.split(", ")
}
"""By what the amounts under a heading are multiplied to be euros; None for what are no euros at all."""

# In the middle of a heading these are words, not units, unless “en” stands before them.
_SHORT = {"f", "ff", "mf", "kf", "ke", "cents", "000 €", "milliers", "millions", "milliards", "thousands"}
_SIGNS = {"eurosign": "€", "dollarsign": "$", "poundsign": "£"}


def _words(text: str) -> list[str]:
    """The words of a text without case and accents; a sign of currency belongs to the word before it."""
    for name, sign in _SIGNS.items():
        text = text.replace(sign, f" {name} ")
    return [_SIGNS.get(word, word) for word in fold(text).split()]


def _unit(words: Sequence[str]) -> str | None:
    text = " ".join(words).replace(" €", "€")
    return next((name for name in (text, " ".join(words)) if name in UNITS), None)


def unit_of(text: str) -> str | None:
    """Return the unit that a text begins with (``en k€``, ``milliers d'euros TTC``), one of ``UNITS``, or None."""
    words = [word for word in _words(text) if word not in {"unite", "unit", "exprime", "exprimes"}]
    words = words[1:] if words[:1] in (["en"], ["in"]) else words
    found = ((_unit(words[:end]), end) for end in range(len(words), 0, -1))
    return next((unit for unit, end in found if unit and (end == len(words) or unit not in _SHORT)), None)


@lru_cache(4096)
def heading_of(heading: str) -> tuple[str, str, str | None]:
    """Return a heading without what is ignored, the same without its unit, and the unit (of ``UNITS``), if it has one.

    Ignored are case, accents, punctuation, blanks and text in brackets.
    """
    units = [unit_of(inside) for inside in re.findall(r"[(\[]([^()\[\]]*)[)\]]", heading)]
    words = _words(re.sub(r"[(\[][^()\[\]]*[)\]]", " ", heading))
    bare = words
    runs = ((first, last) for first in range(1, len(words)) for last in range(len(words), first, -1))
    for start, end in runs:
        led = words[start] in {"en", "in"}
        unit = _unit(words[start + led : end])
        if unit is not None and (led or unit not in _SHORT):
            units.append(unit)
            bare = words[:start] + words[end:]
            break
    return _joined(words), _joined(bare), next(filter(None, units), None)


def _joined(words: Sequence[str]) -> str:
    return "".join(word for word in words if word not in _SIGNS.values())


@dataclass(frozen=True, slots=True)
class Reading:
    """A header, read with the spellings of a profile.

    ``places`` are those of the columns that it knows. ``passed_over`` are the columns of which another heading is a
    mere synonym, and its place. ``twice`` are columns that two headings name equally well. ``strange`` are the places
    of headings that the profile does not know, ``units`` the units that headings name.
    """

    places: dict[str, int] = field(default_factory=dict)
    passed_over: list[tuple[str, int]] = field(default_factory=list)
    twice: dict[str, list[int]] = field(default_factory=dict)
    strange: list[int] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)


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
        unit = heading_of(header[best[0]])[2]
        if unit is not None:
            reading.units[name] = unit
    return reading
