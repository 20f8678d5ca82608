"""What is to be looked at in money and agreements."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.language import Day, Euros, Share, msg
from crpv_cli.registry.doubles import same_money
from crpv_cli.rules.model import Finding, Moment, Severity

__all__ = ["CHANGE_BOUND", "agreement_ended", "funding_change", "money_twice"]

CHANGE_BOUND = 0.3
"""How far State support may change from one year to the next before it is noticed: the project's own bound."""


def money_twice(moment: Moment) -> Iterator[Finding]:
    """No two sources tell of the same money (see ``registry/doubles.py`` for what looks the same)."""
    for pair in same_money(moment.connection):
        first, second = pair.first, pair.second
        if second["year"] > int(moment.as_of[:4]):
            continue
        yield Finding(
            Severity.NOTICE,
            msg(
                "{amount} of source {source} in {year} looks like the {other} of source {origin}.",
                amount=Euros(second["amount_cents"]),
                source=second["source"] or "?",
                year=str(second["year"]),
                other=Euros(first["amount_cents"]),
                origin=first["source"] or "?",
            ),
            msg("If it is the same, take one of the two loads back: crpv log, crpv undo"),
            second["centre"],
            year=second["year"],
            subject=second["funder"],
            source=second["source"],
            fictitious=bool({first["source"], second["source"]} & moment.made_up),
        )


def funding_change(moment: Moment) -> Iterator[Finding]:
    """State support does not change by more than a bound from one year to the next."""
    for centre, money in moment.money.items():
        change, support = money["state_change_share"], money["state"]
        if isinstance(change, float) and isinstance(support, int) and abs(change) > CHANGE_BOUND:
            yield Finding(
                Severity.NOTICE,
                msg(
                    "State support of {amount} in {year}: {change} against the year before.",
                    amount=Euros(support),
                    year=str(moment.year),
                    change=Share(change, signed=True),
                ),
                msg("See the payments: crpv list funding --year {year}", year=str(moment.year)),
                centre,
                year=moment.year,
                subject="state",
                fictitious=bool(money["fictitious"]),
            )


def agreement_ended(moment: Moment) -> Iterator[Finding]:
    """An agreement that ends is followed by another with the same funder."""
    for record in moment.agreements.records():
        if record["status"] == "ended-without-successor":
            yield Finding(
                Severity.NOTICE,
                msg(
                    "Its agreement ({funder}) ended on {date}, and none follows.",
                    funder=record["funder_name"],
                    date=Day(str(record["ends_on"])),
                ),
                msg("Load the one that follows: crpv load FILE"),
                str(record["centre"]),
                subject=str(record["reference"] or record["funder"]),
                source=str(record["source"] or "") or None,
                fictitious=bool(record["fictitious"]),
            )
