"""A heading as it is compared, and the unit that it names: one place for our tables and for foreign files."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from crpv_cli.intake.amounts import factor_in, runs, unit_of
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.language import msg
from crpv_cli.spelling import fold

# In the middle of a heading these are words or letters, unless “en” stands before them.
_WORDS = re.compile(r"[a-z]{1,2}|cents?|mille|mill?iers?|millions?|m[drs]*|milliards?|thousands?|", re.I)


@lru_cache(4096)
def heading_of(heading: str) -> tuple[str, str, Decimal | None]:
    """Return a heading without what is ignored, the same without its unit, and the factor of the unit, if it has one.

    Ignored are case, accents, punctuation, blanks and text in brackets. The factor is 0 for what cannot be euros.
    """
    factors = [unit_of(inside) for inside in re.findall(r"[(\[]([^()\[\]]*)[)\]]", heading)]
    words = re.sub(r"[(\[][^()\[\]]*[)\]]|[\s_,:;/|–-]+", " ", heading).split()
    bare = words
    for start, end in runs(words):
        led = words[start].casefold() in {"en", "in"}
        unit = " ".join(words[start + led : end])
        factor = factor_in(unit) if start else None
        if factor is not None and (led or not _WORDS.fullmatch(unit)):
            factors.append(factor)
            bare = [word for word in words[:start] if not spelled(word).startswith("exprime")] + words[end:]
            break
    return spelled(" ".join(words)), spelled(" ".join(bare)), next((one for one in factors if one is not None), None)


def spelled(heading: str) -> str:
    """Return a heading without case, accents, punctuation, blanks and text in brackets."""
    return fold(re.sub(r"[(\[][^()\[\]]*[)\]]", " ", heading)).replace(" ", "")


def in_unit(heading: str, factor: Decimal) -> Fault | Correction:
    """Return what is said of a heading whose amounts are not in euros; the factor is 0 if it is not certain."""
    if not factor:
        return Fault(
            "not-in-euros",
            msg("The unit of the amounts under “{heading}” is not certain.", heading=heading),
            msg("Convert them to euros, and correct the heading."),
        )
    return Correction(
        "unit-in-heading",
        msg(
            "“{heading}” is not in euros: its amounts were multiplied by {factor}.",
            heading=heading,
            factor=int(factor) if factor > 1 else str(factor),
        ),
        msg("If they are in euros, correct the heading."),
    )
