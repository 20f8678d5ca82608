"""The headings of a foreign file become the columns that a profile knows; a unit in a heading is never dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from crpv_cli.intake.amounts import factor_of
from crpv_cli.intake.faults import Fault
from crpv_cli.spelling import fold

# The francs of before 2002, of the Pacific, of Switzerland, and others: what a heading may say instead of euros.
_OTHER_MONEY = re.compile(r"[km]?f|ff|frf|k?francs?( cfp| pacifique)?|chf|xpf|f? ?cfp|fcfa|\$|usd|dollars?|£|gbp", re.I)
# In the middle of a heading these are words or letters, unless “en” stands before them.
_WORDS = re.compile(r"[a-z]{1,2}|cents?|mille|mill?iers?|millions?|m[drs]*|milliards?|thousands?|", re.I)
_NOUGHTS = re.compile(r"^(?:x ?)?(?:1[ .]?)?000 ?(?=€|euro|$)", re.I)


def _factor(text: str) -> Decimal | None:
    """By what amounts in a unit are multiplied to be euros; 0 if they are no euros or it is not certain what they are.

    None if the text is no unit.
    """
    text = re.sub(r"\b(?:de|des) (?=€|euro)", "d'", text)
    try:
        return Decimal(0) if _OTHER_MONEY.fullmatch(text) else factor_of(_NOUGHTS.sub("k", text)) if text else None
    except Fault:
        return Decimal(0)


def unit_of(text: str) -> Decimal | None:
    """Return the factor of the unit that a text names (``en k€``, ``milliers d'euros, TTC``), as ``_factor`` gives it.

    It is 0 if the text speaks of euros and no unit can be read.
    """
    if re.search("dizaine|centaine", text, re.I):
        return Decimal(0)
    words = re.sub(r"\b(?:en|in|unité|exprimée?s?)\b|[,;:]", " ", text, flags=re.I).split()
    for start, end in _runs(words):
        factor = _factor(" ".join(words[start:end]))
        if factor is not None and (end - start == len(words) or not _WORDS.fullmatch(words[start])):
            return factor
    return Decimal(0) if re.search("€|euro", text, re.I) else None


def _runs(words: Sequence[str]) -> list[tuple[int, int]]:
    return [(first, last) for first in range(len(words)) for last in range(len(words), first, -1)]


@lru_cache(4096)
def heading_of(heading: str) -> tuple[str, str, Decimal | None]:
    """Return a heading without what is ignored, the same without its unit, and the factor of the unit, if it has one.

    Ignored are case, accents, punctuation, blanks and text in brackets. The factor is 0 for what cannot be euros.
    """
    factors = [unit_of(inside) for inside in re.findall(r"[(\[]([^()\[\]]*)[)\]]", heading)]
    words = re.sub(r"[(\[][^()\[\]]*[)\]]|[\s_,:;/|–-]+", " ", heading).split()
    bare = words
    for start, end in _runs(words):
        led = words[start].casefold() in {"en", "in"}
        unit = " ".join(words[start + led : end])
        factor = _factor(unit) if start else None
        if factor is not None and (led or not _WORDS.fullmatch(unit)):
            factors.append(factor)
            bare = [word for word in words[:start] if not spelled(word).startswith("exprime")] + words[end:]
            break
    return spelled(" ".join(words)), spelled(" ".join(bare)), next((one for one in factors if one is not None), None)


def spelled(heading: str) -> str:
    """Return a heading without case, accents, punctuation, blanks and text in brackets."""
    return fold(re.sub(r"[(\[][^()\[\]]*[)\]]", " ", heading)).replace(" ", "")


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
