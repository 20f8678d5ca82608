"""What the 2017 framework asks: shared funding and governance, core missions evaluated, a label that runs."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.definitions.choices import LOCAL_AUTHORITIES
from crpv_cli.language import Day, Euros, Message, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.rules.model import Finding, Moment, Severity, mission_name

__all__ = ["co_funding", "governance_shared", "label", "missions_evaluated", "state_support_unevaluated"]


def co_funding(moment: Moment) -> Iterator[Finding]:
    """The State and a local authority fund each centre every year, unless it is exempt with a written reason.

    What is not known is no breach: only an amount that is known to be 0 is.
    """
    advice = msg("Load what is known of it: crpv load FILE")
    for centre in moment.open:
        if not centre["co_funded"]:
            yield Finding(
                Severity.NOTICE,
                msg("Exempt from shared funding: {reason}", reason=centre["exemption_reason"]),
                centre=centre["id"],
                year=moment.year,
                source=centre["source"],
            )
            continue
        money = moment.money.get(centre["id"], {})
        state, local = money.get("state"), money.get("local")
        # A centre that opened later is asked nothing of the year, unless money of it is known all the same.
        if state is None and local is None and not money.get("state_unknown_years"):
            continue
        made_up = bool(money.get("fictitious"))
        for amount, who in ((state, "state"), (local, "local")):
            year = str(moment.year)
            if amount is None:
                yield Finding(
                    Severity.UNKNOWN,
                    msg("No State support known in {year}.", year=year)
                    if who == "state"
                    else msg("No local funding known in {year}.", year=year),
                    advice,
                    centre["id"],
                    year=moment.year,
                    subject=who,
                )
            elif isinstance(amount, int) and amount <= 0:
                yield Finding(
                    Severity.BREACH,
                    msg("The State gives nothing in {year} ({amount}).", year=year, amount=Euros(amount))
                    if who == "state"
                    else msg("Local authorities give nothing in {year} ({amount}).", year=year, amount=Euros(amount)),
                    msg("Check the amounts with: crpv list funding --year {year}", year=year),
                    centre["id"],
                    year=moment.year,
                    subject=who,
                    fictitious=made_up,
                )


def missions_evaluated(moment: Moment) -> Iterator[Finding]:
    """The three core missions of each centre are evaluated within the cycle.

    Without any evaluation in the registry, nothing is known of any centre. A centre that the State does not fund is
    only noticed: the framework ties the State's support to the evaluation.
    """
    if not moment.any_evaluation:
        yield _no_evaluation(
            msg("No evaluation is in the registry: whether the core missions are evaluated is not known.")
        )
        return
    for series in moment.evaluations:
        if not series.overdue:
            continue
        exempt = not moment.centres[series.centre]["co_funded"]
        yield Finding(
            Severity.NOTICE if exempt else Severity.BREACH,
            msg("The mission {mission} has never been evaluated.", mission=mission_name(series.mission))
            if series.latest_year is None
            else msgs(
                "The mission {mission} was last evaluated for {year}, more than {count} year ago.",
                "The mission {mission} was last evaluated for {year}, more than {count} years ago.",
                moment.cycle,
                mission=mission_name(series.mission),
                year=str(series.latest_year),
            ),
            msg("Load its evaluation, or see: crpv report evaluations --centre {centre}", centre=series.centre),
            series.centre,
            mission=series.mission,
            year=series.latest_year,
            fictitious=moment.evaluations_made_up if series.latest_year is None else series.fictitious,
        )


def state_support_unevaluated(moment: Moment) -> Iterator[Finding]:
    """The State supports no centre of which no core mission is evaluated within the cycle."""
    if not moment.any_evaluation:
        yield _no_evaluation(msg("No evaluation is in the registry: whether State support rests on one is not known."))
        return
    for centre in moment.open:
        own = [series for series in moment.evaluations if series.centre == centre["id"]]
        support = moment.money.get(centre["id"], {}).get("state")
        evaluated = any(not series.overdue for series in own)
        if own and not evaluated and isinstance(support, int) and support > 0:
            yield Finding(
                Severity.BREACH,
                msgs(
                    "The State gives {amount} in {year}, and no core mission is evaluated within {count} year.",
                    "The State gives {amount} in {year}, and no core mission is evaluated within {count} years.",
                    moment.cycle,
                    amount=Euros(support),
                    year=str(moment.year),
                ),
                msg("State support depends on the evaluation of the core missions."),
                centre["id"],
                year=moment.year,
                fictitious=moment.evaluations_made_up,
            )


def _no_evaluation(message: Message) -> Finding:
    return Finding(
        Severity.UNKNOWN,
        message,
        msg("Load the evaluations: crpv load FILE, or send out forms: crpv template evaluations"),
    )


def governance_shared(moment: Moment) -> Iterator[Finding]:
    """The State and local authorities sit together in the board of each centre."""
    asked = "select centre, member_kind, source from governance_on where organ = 'board'"
    rows = read(moment.connection, asked, moment.as_of).fetchall()
    if not rows:
        yield Finding(
            Severity.UNKNOWN,
            msg("No board is in the registry: whether governance is shared is not known."),
            msg("Load who sits: crpv load FILE, or send out forms: crpv template governance"),
        )
        return
    for centre in moment.open:
        if not centre["co_funded"]:
            continue
        seats = [row for row in rows if row["centre"] == centre["id"]]
        kinds = {row["member_kind"] for row in seats}
        if not seats:
            yield Finding(Severity.UNKNOWN, msg("Who sits in its board is not known."), centre=centre["id"])
            continue
        lacking = [
            message
            for present, message in (
                ("state" in kinds, msg("The State has no seat in its board.")),
                (bool(kinds & {*LOCAL_AUTHORITIES}), msg("No local authority has a seat in its board.")),
            )
            if not present
        ]
        for message in lacking:
            yield Finding(
                Severity.BREACH,
                message,
                msg("See who sits: crpv list governance --as-of {date}", date=moment.as_of),
                centre["id"],
                fictitious=any(row["source"] in moment.made_up for row in seats),
            )


def label(moment: Moment) -> Iterator[Finding]:
    """A centre that serves departments or receives State support has a label that runs."""
    served = {row["centre"] for row in read(moment.connection, "select centre from perimeters_on", moment.as_of)}
    latest = read(moment.connection, "select centre, year from state_support where latest", moment.as_of)
    supported = dict(latest.fetchall())
    for centre in moment.centres.values():
        ended = centre["label_to"]
        if ended is None or ended >= moment.as_of:
            continue
        if centre["id"] in served or supported.get(centre["id"], 0) > int(ended[:4]):
            yield Finding(
                Severity.BREACH,
                msg(
                    "Its label ended on {date}, and it still has a perimeter or State support.",
                    date=Day(ended),
                ),
                msg("Correct the label, or end the perimeter: crpv edit centres"),
                centre["id"],
                source=centre["source"],
            )
    unknown = [
        centre
        for centre in moment.open
        if centre["label_from"] is None and centre["label_to"] is None and moment.centre in {None, centre["id"]}
    ]
    if unknown:
        yield Finding(
            Severity.UNKNOWN,
            msgs(
                "The dates of the State's label are not known for {count} centre of {total}.",
                "The dates of the State's label are not known for {count} centres of {total}.",
                len(unknown),
                total=1 if moment.centre else len(moment.open),
            ),
            msg("Write them into label_from and label_to: crpv edit centres"),
            moment.centre,
        )
