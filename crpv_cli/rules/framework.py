"""What the 2017 framework and the agency ask: shared funding and governance, evaluation, a label, activity reported."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.definitions.choices import LOCAL_AUTHORITIES
from crpv_cli.language import N_, Euros, Message, msg, msgs
from crpv_cli.rules.model import BREACH, NOTICE, UNKNOWN, Finding, Moment, mission_name, rule

FRAMEWORK = "cadre-2017"


@rule(
    "co-funding",
    BREACH,
    N_("Funded by the State and a local authority"),
    N_(
        "Each year the State and a local authority fund each centre, unless it is exempt with a "
        "written reason. What is not known is not a breach."
    ),
    FRAMEWORK,
)
def co_funding(moment: Moment) -> Iterator[Finding]:
    year = str(moment.year)
    for centre in moment.open:
        if not centre["co_funded"]:
            yield Finding(
                NOTICE,
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
        for amount, who in ((state, "state"), (local, "local")):
            if amount is None:
                yield Finding(
                    UNKNOWN,
                    msg("No State support known in {year}.", year=year)
                    if who == "state"
                    else msg("No local funding known in {year}.", year=year),
                    msg("Load what is known about it: crpv load FILE"),
                    centre["id"],
                    year=moment.year,
                    subject=who,
                )
            elif amount <= 0:
                yield Finding(
                    BREACH,
                    msg("The State gives nothing in {year} ({amount}).", year=year, amount=Euros(amount))
                    if who == "state"
                    else msg("Local authorities give nothing in {year} ({amount}).", year=year, amount=Euros(amount)),
                    msg("Check the amounts with: crpv list funding --year {year}", year=year),
                    centre["id"],
                    year=moment.year,
                    subject=who,
                    fictitious=bool(money["fictitious"]),
                )


@rule(
    "governance-shared",
    BREACH,
    N_("Governed by the State and local authorities"),
    N_("The State and a local authority have a seat on the board of each centre that is not exempt."),
    FRAMEWORK,
)
def governance_shared(moment: Moment) -> Iterator[Finding]:
    rows = moment.rows("select centre, member_kind, source from governance_on where organ = 'board'")
    if not rows:
        yield Finding(
            UNKNOWN,
            msg("The registry holds no boards: it is not known whether governance is shared."),
            msg("Load the members of its board: crpv load FILE, or send out forms: crpv template governance"),
        )
        return
    for centre in moment.open:
        if not centre["co_funded"]:
            continue
        seats = [row for row in rows if row["centre"] == centre["id"]]
        kinds = {row["member_kind"] for row in seats}
        if not seats:
            yield Finding(UNKNOWN, msg("The members of its board are not known."), centre=centre["id"])
            continue
        for wanted, lacking in (
            ({"state"}, msg("The State has no seat on its board.")),
            ({*LOCAL_AUTHORITIES}, msg("No local authority has a seat on its board.")),
        ):
            if not kinds & wanted:
                yield Finding(
                    BREACH,
                    lacking,
                    msg("See the members of its board: crpv list governance --as-of {date}", date=moment.as_of),
                    centre["id"],
                    fictitious=any(row["source"] in moment.fictitious_sources for row in seats),
                )


@rule(
    "missions-evaluated",
    BREACH,
    N_("Core missions evaluated"),
    N_(
        "The three core missions of each centre are evaluated within the cycle (3 years by default, this "
        "project's own choice, since no official one is known)."
    ),
    FRAMEWORK,
)
def missions_evaluated(moment: Moment) -> Iterator[Finding]:
    if not moment.any_evaluation:
        yield _no_evaluation(msg("No evaluation is known: it cannot be said whether the core missions are evaluated."))
        return
    for series in moment.evaluations:
        if not series.overdue:
            continue
        # The framework ties the State's support to the evaluation: a centre that it does not fund is only noticed.
        yield Finding(
            BREACH if moment.centres[series.centre]["co_funded"] else NOTICE,
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
            fictitious=moment.evaluations_fictitious if series.latest_year is None else series.fictitious,
        )


@rule(
    "state-support-unevaluated",
    BREACH,
    N_("State support rests on evaluation"),
    N_("Each centre that the State supports has at least one core mission evaluated within the cycle."),
    FRAMEWORK,
)
def state_support_unevaluated(moment: Moment) -> Iterator[Finding]:
    if not moment.any_evaluation:
        yield _no_evaluation(msg("No evaluation is known: it cannot be said whether State support rests on one."))
        return
    for centre in moment.open:
        own = [series for series in moment.evaluations if series.centre == centre["id"]]
        support = moment.money.get(centre["id"], {}).get("state") or 0
        if own and all(series.overdue for series in own) and support > 0:
            yield Finding(
                BREACH,
                msgs(
                    "The State gives {amount} in {year}, but no core mission is evaluated within {count} year.",
                    "The State gives {amount} in {year}, but no core mission is evaluated within {count} years.",
                    moment.cycle,
                    amount=Euros(support),
                    year=str(moment.year),
                ),
                msg("State support depends on the evaluation of the core missions."),
                centre["id"],
                year=moment.year,
                fictitious=moment.evaluations_fictitious,
            )


def _no_evaluation(message: Message) -> Finding:
    return Finding(
        UNKNOWN, message, msg("Load the evaluations: crpv load FILE, or send out forms: crpv template evaluations")
    )


@rule(
    "label",
    BREACH,
    N_("Labelled by the State"),
    N_("A centre with a perimeter or State support has a label in force."),
    FRAMEWORK,
)
def label(moment: Moment) -> Iterator[Finding]:
    labelled = {row["centre"]: row["labelled"] for row in moment.rows("select * from labelled")}
    serving = {row["centre"] for row in moment.rows("select centre from served")}
    for centre in moment.open:
        if labelled[centre["id"]] == 0 and centre["id"] in serving:
            yield Finding(
                BREACH,
                msg("It has a perimeter, but no label of the State in force."),
                msg("Record its label, or that it closed: crpv centre label, crpv centre close"),
                centre["id"],
                source=centre["source"],
            )
    unknown = [
        centre for centre in moment.open if labelled[centre["id"]] is None and moment.centre in {None, centre["id"]}
    ]
    if unknown:
        yield Finding(
            UNKNOWN,
            msg("The dates of the State's label are not known.")
            if moment.centre is not None
            else msgs(
                "The dates of the State's label are not known for {count} centre of {total}.",
                "The dates of the State's label are not known for {count} centres of {total}.",
                len(unknown),
                total=1 if moment.centre else len(moment.open),
            ),
            msg("Record them: crpv centre label, or crpv load FILE (table labels)"),
            moment.centre,
        )


@rule(
    "activity-unreported",
    UNKNOWN,
    N_("Activity reported"),
    N_("Each centre reports its activity of the year for the agency's yearly count."),
    "anct-bilan-2021",
)
def activity_unreported(moment: Moment) -> Iterator[Finding]:
    year = str(moment.year)
    if moment.activity.totals["rows"] == 0:
        yield Finding(
            UNKNOWN,
            msg("The registry holds no activity for {year}.", year=year),
            msg("Send out forms: crpv template activities --year {year}", year=year),
            year=moment.year,
        )
        return
    for record in moment.activity.records():
        if not record["reported"]:
            yield Finding(
                UNKNOWN,
                msg("Has not reported its activity of {year}.", year=year),
                msg("Send it a form: crpv template activities --year {year}", year=year),
                record["centre"],
                year=moment.year,
                fictitious=moment.activity.fictitious,
            )
