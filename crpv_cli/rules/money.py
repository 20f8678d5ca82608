"""What is to be looked at in money and agreements."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.language import N_, Day, Euros, Share, msg
from crpv_cli.rules.model import NOTICE, Finding, Moment, rule

CHANGE_BOUND = 0.3
"""How far State support may change from one year to the next before it is noticed: the project's own bound."""


@rule(
    "same-money",
    NOTICE,
    N_("Money counted once"),
    N_(
        "Two sources do not report money that may be the same and counts twice: the same centre, year, scheme, stage "
        "and kind of funder, and amounts within 1%. What is certainly the same counts once by itself."
    ),
)
def money_twice(moment: Moment) -> Iterator[Finding]:
    for pair in moment.recognised.near():
        first, second = pair.first, pair.second
        yield Finding(
            NOTICE,
            msg(
                "{amount} from {source} in {year} looks like the {other} from {origin}.",
                amount=Euros(second["amount_cents"]),
                source=moment.called("sources", [second["source"] or "?"]),
                year=str(second["year"]),
                other=Euros(first["amount_cents"]),
                origin=moment.called("sources", [first["source"] or "?"]),
            ),
            msg("If it is the same, undo one of the two loads: crpv log, crpv undo"),
            second["centre"],
            year=second["year"],
            subject=second["funder"],
            source=second["source"],
            fictitious=first["source"] in moment.fictitious_sources,
        )


@rule(
    "total-differs",
    NOTICE,
    N_("Totals that agree"),
    N_("A yearly total is what its decisions add up to, or another source's total of the same money, within 1%."),
)
def total_differs(moment: Moment) -> Iterator[Finding]:
    for total in moment.recognised.totals():
        if total.differs:
            yield Finding(
                NOTICE,
                msg(
                    "A yearly total of {amount} in {year}; what is known of it otherwise makes {other}: {difference}.",
                    amount=Euros(total.cents),
                    year=str(total.row["year"]),
                    other=Euros(total.cents + total.difference),
                    difference=Euros(total.difference),
                ),
                msg("See both: crpv list funding --year {year}", year=str(total.row["year"])),
                total.row["centre"],
                year=total.row["year"],
                subject=total.row["funder"],
                source=total.row["source"],
            )


@rule(
    "paid-above-granted",
    NOTICE,
    N_("Not more paid than granted"),
    N_("Not more is paid than was granted by the same funder in the same year, of each scheme."),
)
def paid_above_granted(moment: Moment) -> Iterator[Finding]:
    for found in moment.recognised.overpaid():
        yield Finding(
            NOTICE,
            msg(
                "{paid} paid in {year}, of {granted} granted.",
                paid=Euros(found.paid),
                year=str(found.row["year"]),
                granted=Euros(found.granted),
            ),
            msg("A grant may be missing, or a payment may be that of another year."),
            found.row["centre"],
            year=found.row["year"],
            subject=found.row["funder"],
            source=found.row["source"],
        )


@rule(
    "funding-change",
    NOTICE,
    N_("State support steady"),
    N_("State support does not change by more than 30% from one year to the next (this project's own threshold)."),
)
def funding_change(moment: Moment) -> Iterator[Finding]:
    for centre, money in moment.money.items():
        change, support = money["state_change_share"], money["state_p147"]
        if change is not None and abs(change) > CHANGE_BOUND:
            yield Finding(
                NOTICE,
                msg(
                    "State support of {amount} in {year}: {change} compared with the year before.",
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


@rule(
    "money-after-closing",
    NOTICE,
    N_("No money to a closed centre"),
    N_("No money is granted or paid to a centre for a year after the one in which it closed."),
)
def money_after_closing(moment: Moment) -> Iterator[Finding]:
    rows = moment.rows(
        """
        select p.centre, p.year, c.closes, min(p.source) as source, max(p.fictitious) as fictitious
        from payments as p join open_spells as c on c.id = p.centre
        where p.stage <> 'requested' and p.amount_cents > 0
          and c.closes < :as_of and p.year > cast(substr(c.closes, 1, 4) as integer)
        group by p.centre, p.year
        order by p.centre, p.year
        """
    )
    for row in rows:
        yield Finding(
            NOTICE,
            msg("It closed on {date}, and money of {year} is known.", date=Day(row["closes"]), year=str(row["year"])),
            msg(
                "If it was for its successor, correct the centre: crpv list funding --year {year}",
                year=str(row["year"]),
            ),
            row["centre"],
            year=row["year"],
            source=row["source"],
            fictitious=bool(row["fictitious"]),
        )


@rule(
    "agreement-ended",
    NOTICE,
    N_("Agreements with a successor"),
    N_("An agreement that ends is followed by another with the same centre and funder."),
)
def agreement_ended(moment: Moment) -> Iterator[Finding]:
    for record in moment.agreements.records():
        if record["status"] == "ended-without-successor":
            yield Finding(
                NOTICE,
                msg(
                    "Its agreement ({funder}) ended on {date}, without a successor.",
                    funder=record["funder_name"],
                    date=Day(record["ends_on"]),
                ),
                msg("Load its successor: crpv load FILE"),
                record["centre"],
                subject=record["reference"] or record["funder"],
                source=record["source"] or None,
                fictitious=record["fictitious"],
            )
