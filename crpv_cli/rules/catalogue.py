"""The rules, in the order in which they are read. A new rule is one function, one entry here, and one test."""

from __future__ import annotations

from crpv_cli.language import N_
from crpv_cli.rules import data, framework, money, territory
from crpv_cli.rules.model import Rule, Severity

__all__ = ["RULES"]

_FRAMEWORK = "cadre-2017"

RULES = (
    Rule(
        "co-funding",
        Severity.BREACH,
        N_("Funded by the State and a local authority"),
        N_(
            "Each year the State and a local authority fund each centre, unless it is exempt with a written reason. "
            "What is not known is no breach."
        ),
        _FRAMEWORK,
        framework.co_funding,
    ),
    Rule(
        "governance-shared",
        Severity.BREACH,
        N_("Governed by the State and local authorities"),
        N_("The State and a local authority have a seat in the board of each centre that is not exempt."),
        _FRAMEWORK,
        framework.governance_shared,
    ),
    Rule(
        "missions-evaluated",
        Severity.BREACH,
        N_("Core missions evaluated"),
        N_(
            "The three core missions of each centre are evaluated within the cycle (--cycle: 3 years by default, this "
            "project's own choice, since no official one is known)."
        ),
        _FRAMEWORK,
        framework.missions_evaluated,
    ),
    Rule(
        "state-support-unevaluated",
        Severity.BREACH,
        N_("State support rests on evaluation"),
        N_("The State supports no centre of which no core mission at all is evaluated within the cycle."),
        _FRAMEWORK,
        framework.state_support_unevaluated,
    ),
    Rule(
        "label",
        Severity.BREACH,
        N_("Labelled by the State"),
        N_("A centre that has a perimeter or State support has a label that runs."),
        _FRAMEWORK,
        framework.label,
    ),
    Rule(
        "activity-unreported",
        Severity.UNKNOWN,
        N_("Activity reported"),
        N_("Each centre reports its activity of the year to the agency's yearly count."),
        "anct-bilan-2021",
        data.activity_unreported,
    ),
    Rule(
        "perimeters-overlap",
        Severity.NOTICE,
        N_("One centre a department"),
        N_("A department is in the perimeter of one centre; where it is in several, totals count it once."),
        None,
        territory.perimeters_overlap,
    ),
    Rule(
        "department-uncovered",
        Severity.NOTICE,
        N_("Every department with neighbourhoods is served"),
        N_("A department that has priority neighbourhoods is in the perimeter of a centre."),
        None,
        territory.department_uncovered,
    ),
    Rule(
        "announced-centres",
        Severity.NOTICE,
        N_("As many centres as announced"),
        N_("The number of centres announced last is that of the centres identified for the same date."),
        None,
        territory.announced_centres,
    ),
    Rule(
        "announced-overseas",
        Severity.NOTICE,
        N_("As many overseas centres as announced"),
        N_("The number of overseas centres announced last is that of those identified for the same date."),
        None,
        territory.announced_overseas,
    ),
    Rule(
        "announced-neighbourhoods",
        Severity.NOTICE,
        N_("As many neighbourhoods as published"),
        N_("The number of priority neighbourhoods published last is that of the registry for the same date."),
        None,
        territory.announced_neighbourhoods,
    ),
    Rule(
        "siren-wrong",
        Severity.BREACH,
        N_("SIREN right"),
        N_("The SIREN of a centre or a funder has the check digit that INSEE gives it."),
        None,
        data.siren_wrong,
    ),
    Rule(
        "siren-shared",
        Severity.BREACH,
        N_("SIREN of one centre"),
        N_("A SIREN stands for one centre only."),
        None,
        data.siren_shared,
    ),
    Rule(
        "rating-off-scale",
        Severity.BREACH,
        N_("Ratings on their scale"),
        N_("A rating is on its scale; narrowing a scale leaves older ratings off it."),
        None,
        data.rating_off_scale,
    ),
    Rule(
        "same-money",
        Severity.NOTICE,
        N_("Money told once"),
        N_(
            "Two sources do not tell of the same money: one centre, year, scheme, stage and kind of funder, and "
            "amounts within 1%."
        ),
        None,
        money.money_twice,
    ),
    Rule(
        "funding-change",
        Severity.NOTICE,
        N_("State support steady"),
        N_("State support does not change by more than 30% from one year to the next (this project's own bound)."),
        None,
        money.funding_change,
    ),
    Rule(
        "agreement-ended",
        Severity.NOTICE,
        N_("Agreements followed by others"),
        N_("An agreement that ends is followed by another of the same centre and funder."),
        None,
        money.agreement_ended,
    ),
    Rule(
        "low-confidence",
        Severity.NOTICE,
        N_("Deductions confirmed"),
        N_("No centre and no perimeter has a low confidence: what was deduced is confirmed."),
        None,
        data.low_confidence,
    ),
    Rule(
        "fictitious-among-real",
        Severity.NOTICE,
        N_("Made-up data apart"),
        N_("Made-up rows do not stand among real ones in one registry."),
        None,
        data.fictitious_among_real,
    ),
    Rule(
        "exception-ended",
        Severity.NOTICE,
        N_("Exceptions in force"),
        N_("An accepted exception has not ended, and is to a rule that there is."),
        None,
        data.exception_ended,
    ),
)
