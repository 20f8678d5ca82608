"""Whether the numbers of the Sirene register are valid, by their check digit."""

from __future__ import annotations

import re

_LA_POSTE = "356000000"


def siren_is_valid(digits: str) -> bool:
    """Whether nine digits are a SIREN: their Luhn key is right (INSEE, Sirene documentation), and not all are zero."""
    return bool(re.fullmatch(r"[0-9]{9}", digits)) and digits != "000000000" and _luhn(digits)


def siret_is_valid(digits: str) -> bool:
    """Whether fourteen digits are a SIRET: Luhn on the SIREN and on the whole.

    La Poste's establishments are the published exception (INSEE): the sum of their digits is a multiple
    of five, except for the head office, which follows Luhn.
    """
    if not re.fullmatch(r"[0-9]{14}", digits) or not siren_is_valid(digits[:9]):
        return False
    if _luhn(digits):
        return True
    return digits.startswith(_LA_POSTE) and sum(map(int, digits)) % 5 == 0


# What a digit counts for where it is doubled: the sum of the digits of its double.
_DOUBLED = str.maketrans("0123456789", "0246813579")


def _luhn(digits: str) -> bool:
    return (sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0
