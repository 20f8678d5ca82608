"""Numbers and amounts as people and spreadsheets write them, and the units in which amounts stand."""

from __future__ import annotations

import re
from decimal import Decimal

from crpv_cli.intake.faults import Fault
from crpv_cli.language import msg

SPACES = " \u00a0\u2007\u2009\u202f"

_SCALES = {
    "": Decimal(1),
    **dict.fromkeys(("k", "mille", "millier", "milliers", "thousand", "thousands"), Decimal(1000)),
    **dict.fromkeys(("million", "millions"), Decimal(10**6)),
    **dict.fromkeys(("md", "mds", "mrd", "milliard", "milliards"), Decimal(10**9)),
}
_EUROS = ("", "€", "eur", "euro", "euros", "d'euro", "d'euros", "d'€", "of euros")
UNITS: dict[str, Decimal] = {
    **{(scale + euros).replace(" ", ""): factor for scale, factor in _SCALES.items() for euros in _EUROS},
    "ke": Decimal(1000),
    **{"M" + euros: Decimal(10**6) for euros in ("", "€", "e", "eur", "euro", "euros")},
    **dict.fromkeys(("centime", "centimes", "centimesd'euro", "centimesd'euros", "c€"), Decimal("0.01")),
}
"""By how much an amount is multiplied to be in euros, by its unit without blanks, in small letters but for M."""


def factor_of(unit: str) -> Decimal | None:
    """Return the factor from a unit to euros (``k€``, ``en milliers d'euros``), None if it is no unit of euros.

    Raises:
        Fault: the unit is ``m€``, which people write for thousands and for millions.
    """
    bare = re.sub(r"^en\s+", "", unit.strip(f"()[]{SPACES}").replace("\u2019", "'"), flags=re.IGNORECASE)
    bare = re.sub(r"\s+", "", bare)
    small = bare.casefold().removesuffix("ttc")
    if small in {"m", "m€", "me", "meur", "meuro", "meuros"}:
        if "M" not in bare:
            raise Fault(
                "ambiguous-unit",
                msg("“{value}” may be thousands or millions.", value=unit),
                msg("Write k€ or M€, or the amount in euros."),
            )
        small = f"M{small[1:]}"
    return UNITS.get(small)
