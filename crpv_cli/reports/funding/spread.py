"""How an amount is spread over the centres: median, quartiles, and what the largest three have of it."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import quantiles

from crpv_cli.reports.funding.money import ratio

FEWEST = 4
"""Of how many centres an amount must be known for a spread to say anything: quartiles need four."""
LARGEST = 3


def spread(name: str, amounts: Iterable[int | None]) -> dict[str, int | float | None]:
    """Return the median and quartiles of the amounts that are known, in centimes, and what the three largest have.

    Quartiles are interpolated between the values, the least and the largest being the ends (``inclusive``). All are
    None where fewer than ``FEWEST`` are known.
    """
    known = sorted(amount for amount in amounts if amount is not None)
    first, median, third = quantiles(known, n=4, method="inclusive") if len(known) >= FEWEST else (None, None, None)
    return {
        f"{name}_quartile_1": None if first is None else round(first),
        f"{name}_median": None if median is None else round(median),
        f"{name}_quartile_3": None if third is None else round(third),
        f"{name}_three_largest_share": ratio(sum(known[-LARGEST:]), sum(known)) if len(known) >= FEWEST else None,
    }
